"""The way back of what was done on a blog: from the toast while it is there, and from the menu ever after."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Qt, Signal

from postdesk.core.account import Account
from postdesk.core.errors import PostDeskError
from postdesk.core.language import _
from postdesk.publishing.desk import Desk
from postdesk.publishing.job import Job, JobState
from postdesk.publishing.outbox import JobResult
from postdesk.publishing.plan import Intent
from postdesk.ui.publisher import Publisher
from postdesk.ui.toast import Toast
from postdesk.ui.window import MainWindow

_WORDS = {
    Intent.PUBLISH.value: _("U&ndo Publishing"),
    Intent.UPDATE.value: _("U&ndo Update"),
    Intent.SCHEDULE.value: _("U&ndo Scheduling"),
    Intent.UNPUBLISH.value: _("U&ndo Unpublishing"),
    Intent.TRASH.value: _("Bring Back from the Blog’s &Trash"),
    Intent.RESTORE.value: _("Put Back What Was U&ndone"),
}


class WayBack(QObject):
    """`taken_back`: something that waited goes nowhere now."""

    taken_back = Signal()

    def __init__(self, desk: Desk, publisher: Publisher, window: MainWindow) -> None:
        super().__init__(window)
        self._desk = desk
        self._publisher = publisher
        self._window = window

    def of_result(self, result: JobResult) -> Callable[[], None] | None:
        """What the toast's Undo does, None where there is no way back; an undo is not offered to be undone."""
        account = self._desk.accounts.get(result.account_id)
        if account is None or result.intent == Intent.RESTORE.value:
            return None
        job = self._desk.undoable(result.post_id, account)
        if job is None or job.id != result.job_id:
            return None
        return lambda: self._publisher.undo(result)

    def undo(self, post_id: str, account: Account) -> None:
        """Take back what waits, else what was done last."""
        job = self._desk.way_back(post_id, account)
        if job is None:
            return
        if job.state is JobState.DONE:
            self._publisher.undo(job.id)
            return
        try:
            self._desk.take_back(job.id)
        except PostDeskError as error:
            self._window.toasts.say(Toast(error.sentence))
        else:
            live = self._desk.undoable(post_id, account) is not None
            words = (
                _("Taken back; {blog} keeps the version that it has")
                if live
                else _("Taken back; nothing goes to {blog}")
            )
            self._window.toasts.say(Toast(words.format(blog=account.name)))
        self.taken_back.emit()

    def ask_and_delete(self, title: str, account: Account, delete: Callable[[], None]) -> None:
        """On a blog without a trash: the one question, with Cancel as what Return does."""
        from PySide6.QtWidgets import QMessageBox  # hardly ever

        box = QMessageBox(self._window)
        box.setObjectName("deleteForGood")
        box.setTextFormat(Qt.TextFormat.PlainText)
        box.setIcon(QMessageBox.Icon.Warning)
        box.setWindowTitle(_("Delete from Blog"))
        box.setText(_("Delete “{title}” from “{blog}” for good?").format(title=title, blog=account.name))
        box.setInformativeText(
            _(
                "This blog has no trash: what readers said there goes with it. Your own text stays in the library."
            )
        )
        sure = box.addButton(_("Delete"), QMessageBox.ButtonRole.DestructiveRole)
        cancel = box.addButton(QMessageBox.StandardButton.Cancel)
        box.setDefaultButton(cancel)
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.buttonClicked.connect(lambda button: delete() if button is sure else None)
        box.open()


def words_of(job: Job) -> str:
    """What the menu calls the way back of a job."""
    if job.state is not JobState.DONE:
        return _("Take &Back What Waits")
    return _WORDS.get(job.intent, _("U&ndo Last Publish"))
