"""Notices that the network is back: the system tells, and blogs that could not be reached are knocked at."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject, QTimer, Signal

from postdesk.publishing.desk import Desk
from postdesk.publishing.job import JobState, Reason
from postdesk.ui.tasks import Tasks

_KNOCK = 4000  # ms between two knocks at a blog that something waits for


class Network(QObject):
    """`back(account id)`: that blog, or with "" any of them, may answer again."""

    back = Signal(str)

    def __init__(self, desk: Desk, tasks: Tasks, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._desk, self._tasks = desk, tasks
        self._away: dict[str, bool] = {}  # what each knock found last; none for a blog that nothing waits for
        self._knocking: set[str] = set()
        self._information: QObject | None = None
        self._was_online = True
        self._timer = QTimer(self, interval=_KNOCK)
        self._timer.timeout.connect(self.knock)

    def start(self) -> None:
        """Listen to the system, where it tells, and knock from now on."""
        from PySide6.QtNetwork import QNetworkInformation

        feature = QNetworkInformation.Feature.Reachability
        if QNetworkInformation.availableBackends() and QNetworkInformation.loadBackendByFeatures(feature):
            information = QNetworkInformation.instance()
            if information is not None:
                self._information = information
                self._was_online = information.reachability() is QNetworkInformation.Reachability.Online
                information.reachabilityChanged.connect(self._changed)
        self._timer.start()

    def stop(self) -> None:
        """At quit."""
        self._timer.stop()

    def knock(self) -> None:
        """Ask each blog that something waits for because it could not be reached."""
        waiting = {
            j.account_id
            for j in self._desk.jobs(texts=False)
            if j.state is JobState.WAITING and j.reason is Reason.NETWORK
        }
        self._away = {a: away for a, away in self._away.items() if a in waiting}
        for account_id in waiting - self._knocking:
            account = self._desk.accounts.get(account_id)
            if account is not None:
                self._knocking.add(account_id)
                heard = partial(self._heard, account_id)
                self._tasks.run(partial(_answers, account.address), heard, lane=f"knock:{account_id}")

    def _heard(self, account_id: str, there: bool) -> None:
        self._knocking.discard(account_id)
        # Only the change says something: a machine may pick up and still be no blog, e.g. a café's sign-in.
        was_away = self._away.get(account_id, False)
        self._away[account_id] = not there
        if there and was_away:
            self.back.emit(account_id)

    def _changed(self, reachability: object) -> None:
        online = getattr(reachability, "name", "") == "Online"
        was, self._was_online = self._was_online, online
        if online and not was:
            self.back.emit("")


def _answers(address: str) -> bool:
    from postdesk.backends.reach import answers  # not before somebody is away

    return answers(address)
