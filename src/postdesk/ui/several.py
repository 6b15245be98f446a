"""One post to several blogs: where it stands on each, and sending it to those that she ticks, each by its own job."""

from __future__ import annotations

from PySide6.QtCore import QObject

from postdesk.core.account import Account
from postdesk.core.errors import PostDeskError
from postdesk.core.language import _
from postdesk.library.document import Document
from postdesk.publishing.desk import Desk
from postdesk.publishing.plan import Intent
from postdesk.publishing.preflight import Level
from postdesk.publishing.state import StateKind
from postdesk.ui.publish.blogs import BlogRow, BlogsPopover
from postdesk.ui.publisher import Publisher
from postdesk.ui.session import Session
from postdesk.ui.tasks import Tasks
from postdesk.ui.toast import Toast
from postdesk.ui.window import MainWindow

_NOT_NOW = (StateKind.RUNNING, StateKind.WAITING)
_STANDS = {
    StateKind.DRAFT: lambda: _("Not there yet"),
    StateKind.RUNNING: lambda: _("Being sent now"),
    StateKind.CONFLICT: lambda: _("Changed on the blog"),
    StateKind.FAILED: lambda: _("Did not go out"),
}


class SeveralBlogs(QObject):
    """Made when it is first asked for."""

    def __init__(
        self, desk: Desk, tasks: Tasks, session: Session, publisher: Publisher, window: MainWindow
    ) -> None:
        super().__init__(window)
        self._desk = desk
        self._tasks = tasks
        self._session = session
        self._publisher = publisher
        self._window = window
        self._document: Document | None = None
        self.popover = BlogsPopover(window.toasts.host, window.theme)
        self.popover.confirmed.connect(self._send)
        self.popover.closed.connect(window.go_to_editor)
        session.opened.connect(lambda _document: self.popover.close_popover())

    def open(self) -> None:
        """Look at every blog, then show them."""
        self._session.save_with_id(self._look, self._not_saved)

    def _look(self, document: Document) -> None:
        accounts = self._desk.accounts.all()
        self._tasks.run(
            lambda: tuple(row_of(self._desk, document, a) for a in accounts),
            lambda rows: self._show(document, rows),
            lambda error: self._tell(str(error)),
        )

    def _show(self, document: Document, rows: tuple[BlogRow, ...]) -> None:
        post = self._session.post
        if post is None or post.id != document.post.id:
            return  # another post is open by now
        self._document = document
        button = self._window.header.publish
        self.popover.set_theme(self._window.theme)
        self.popover.open_at(button.mapTo(self._window, button.rect().bottomRight()), rows)

    def _send(self, keys: tuple[str, ...]) -> None:
        document, self._document = self._document, None
        for key in keys:
            account = self._desk.accounts.get(key)
            if account is not None and document is not None:
                state = self._desk.state_of(document.post, account)
                self._publisher.submit(document, account, state.intent or Intent.PUBLISH, None)
        self._window.go_to_editor()

    def _not_saved(self, _error: Exception) -> None:
        self._session.ask_first()
        self._tell(
            _("The post is not saved, so nothing was sent. Decide about the notice above the text first.")
        )

    def _tell(self, sentence: str) -> None:
        self._window.toasts.say(Toast(sentence))


def row_of(desk: Desk, document: Document, account: Account) -> BlogRow:
    """Where a post stands on a blog, and whether it can go there now. Reads its pictures: for a task."""
    try:
        state = desk.state_of(document.post, account)
        if state.kind in _NOT_NOW:
            return BlogRow(account.id, account.name, "", "", problem=_("It waits to go there already."))
        intent = state.intent or Intent.PUBLISH
        remarks = desk.preflight(document, account, intent)
    except PostDeskError as error:
        return BlogRow(account.id, account.name, "", "", problem=error.happened)
    stopped = [r.sentence for r in remarks if r.level is Level.ERROR]
    known = [r.sentence for r in remarks if r.level is Level.WARNING]
    words = _STANDS.get(state.kind, lambda: state.words)()
    does = {Intent.UPDATE: _("goes out as an update"), Intent.SCHEDULE: _("goes out at its date")}.get(
        intent, ""
    )
    return BlogRow(
        account.id, account.name, words, "" if state.kind is StateKind.PUBLISHED else does,
        chosen=state.kind is StateKind.CHANGED, problem="".join(stopped[:1]),
        remark=" ".join(known[:2]) + (" …" if known[2:] else ""),
    )  # fmt: skip
