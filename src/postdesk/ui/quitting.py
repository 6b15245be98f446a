"""Closing the window while a post is being sent: it stays for a moment until that is out, says so, and never hangs.

The journal makes quitting safe at any moment (docs/publishing.md); this is only that she knows. The window stays open
when there is something that she has to read first.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer
from PySide6.QtGui import QGuiApplication

from postdesk.core.language import _, ngettext
from postdesk.publishing.outbox import JobResult
from postdesk.ui.publisher import Publisher
from postdesk.ui.toast import Toast
from postdesk.ui.window import MainWindow

WAIT = 20  # s that the window stays at most
_LOOK = 100  # ms between two looks whether it is out
_ABOUT = "quitting"


class Quitting(QObject):
    """Made once for a window, which asks it before it closes. `save` is called when it stays."""

    def __init__(self, publisher: Publisher, window: MainWindow, save: Callable[[], object]) -> None:
        super().__init__(window)
        self._save = save
        self._publisher = publisher
        self._window = window
        self._look = QTimer(self, interval=_LOOK)
        self._look.timeout.connect(self._close_when_out)
        self._limit = QTimer(self, singleShot=True, interval=WAIT * 1000)
        self._limit.timeout.connect(self._quit)
        window.holds = self.holds
        publisher.done.connect(self._done)
        publisher.held_up.connect(self.stay)
        publisher.told.connect(lambda _sentence: self.stay())

    @property
    def waits(self) -> bool:
        """Whether the window closes as soon as what is being sent is out."""
        return self._look.isActive()

    def holds(self) -> bool:
        """Whether the window stays for now. Who closes it a second time does not wait, nor does the end of her
        session."""
        if self.waits or not self._publisher.is_sending or _session_ends():
            self.stay()
            return False
        self._look.start()
        self._limit.start()
        self._save()
        if self._window.isMinimized():
            self._window.showNormal()
        choices = ((_("Quit Now"), self._quit), (_("Stay"), self.stay))
        self._window.toasts.say(Toast(self._words(), choices, stays=True, about=_ABOUT))
        return True

    def stay(self) -> None:
        """The window does not close by itself."""
        if self.waits:
            self._look.stop()
            self._limit.stop()
            self._window.toasts.take_back(_ABOUT)

    # --- how ---

    def _words(self) -> str:
        titles = [running.title or _("Untitled") for running in self._publisher.now_running]
        if len(titles) == 1:
            first = _("“{title}” is still being sent.").format(title=titles[0])
        else:  # one that is made ready has no title yet
            first = ngettext(
                "{count} post is still being sent.",
                "{count} posts are still being sent.",
                max(1, len(titles)),
            ).format(count=max(1, len(titles)))
        rest = _(
            "The window closes when that is done, or in {seconds} seconds. "
            "What is not out by then goes on at the next start; nothing is sent twice."
        ).format(seconds=WAIT)
        return f"{first} {rest}"

    def _done(self, result: JobResult) -> None:
        if result.error is not None:
            self.stay()  # she reads why, and closes the window again

    def _close_when_out(self) -> None:
        if not self._publisher.is_sending:
            self._quit()

    def _quit(self) -> None:
        if self.waits:
            self._window.close()


def _session_ends() -> bool:
    application = QGuiApplication.instance()
    return isinstance(application, QGuiApplication) and application.isSavingSession()
