"""What the Post menu and the one button do: look first or send at once, tell how it ended, and take it back."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QInputDialog

from postdesk.core.account import Account
from postdesk.core.errors import Conflict, Gone
from postdesk.core.language import _
from postdesk.library.document import Document
from postdesk.publishing.desk import Desk
from postdesk.publishing.outbox import JobResult, ResultKind
from postdesk.publishing.plan import Intent
from postdesk.publishing.state import SENDS, StateKind
from postdesk.ui.details import DetailsDrawer
from postdesk.ui.editor import Editor
from postdesk.ui.outbox import OutboxPanel
from postdesk.ui.publish import PublishPopover
from postdesk.ui.publisher import Publisher, done_words
from postdesk.ui.session import Session
from postdesk.ui.standing import Standing
from postdesk.ui.toast import Toast
from postdesk.ui.window import MainWindow


class PublishCommands(QObject):
    """`reached(bool)`: a blog answered, or did not. `went_out(account)`: something is different there now.
    `open_outside(address)`: she wants to see it. `choose_blog(id)`: she publishes elsewhere. `undecided(result)`:
    somebody changed or deleted the post there; `compare(job_id)`: she wants to see how."""

    reached = Signal(bool)
    went_out = Signal(object)
    open_outside = Signal(str)
    choose_blog = Signal(str)
    undecided = Signal(object)
    compare = Signal(str)

    def __init__(
        self,
        desk: Desk,
        session: Session,
        standing: Standing,
        publisher: Publisher,
        popover: PublishPopover,
        window: MainWindow,
    ) -> None:
        super().__init__(window)
        self._desk = desk
        self._session = session
        self._standing = standing
        self._publisher = publisher
        self._popover = popover
        self._window = window
        self._last: JobResult | None = None
        self._outbox = OutboxPanel(window)
        self._outbox.retry.connect(publisher.retry)
        self._outbox.take_back.connect(publisher.take_back)
        publisher.done.connect(self._done)
        publisher.fix.connect(self._fix)
        publisher.changed.connect(self._show_waiting)
        session.opened.connect(lambda _document: popover.close_popover())  # it asks about the post before
        popover.closed.connect(window.go_to_editor)
        popover.confirmed.connect(lambda _when: window.go_to_editor())

    def publish(self) -> None:
        """The one button: a first publication is looked at first; an update goes out at once, and can be undone."""
        state = self._standing.state
        if state is None or state.intent is None:
            return
        if state.kind is StateKind.CONFLICT:
            self.compare.emit(state.job_id)
        elif state.intent is Intent.UPDATE:
            self._with_saved(lambda d, a: self._publisher.try_at_once(d, a, Intent.UPDATE, self.look_first))
        else:
            self.look_first()

    def look_first(self) -> None:
        """The popover, whatever the state; nothing where there is no post or no blog to ask about."""
        if self._session.document is None or self._standing.account() is None:
            return
        state = self._standing.state
        intent = state.intent if state is not None and state.intent is not None else Intent.PUBLISH
        button = self._window.header.publish
        self._popover.open_at(button.mapTo(self._window, button.rect().bottomRight()))
        self._with_saved(
            lambda d, a: self._publisher.look(d, a, intent), lambda _error: self._popover.close_popover()
        )

    def schedule(self) -> None:
        """The popover with its date and time open."""
        self.look_first()
        self._popover.choose_time()

    def elsewhere(self) -> None:
        """Choose another blog, then the popover."""
        accounts = self._desk.accounts.all()
        names = [a.name for a in accounts]
        name, chosen = QInputDialog.getItem(
            self._window, _("Publish to another blog"), _("Blog"), names, 0, False
        )
        if chosen:
            self.choose_blog.emit(accounts[names.index(name)].id)
            self.look_first()

    def send(self, intent: Intent) -> None:
        """Unpublish, or delete from the blog: at once."""
        self._with_saved(lambda d, a: self._publisher.submit(d, a, intent, None))

    def undo(self) -> None:
        """The way back of what was published last."""
        last, self._last = self._last, None
        if last is not None:
            self._publisher.undo(last)
        self._standing.can_undo = False

    def show_outbox(self) -> None:
        """The window of what waits."""
        self._show_waiting()
        self._outbox.show()
        self._outbox.raise_()

    def _with_saved(
        self, then: Callable[[Document, Account], None], otherwise: Callable[[Exception], None] | None = None
    ) -> None:
        """Go on with the file as it is typed now; `otherwise(error)` when it could not be saved."""
        account = self._standing.account()
        if account is not None:
            self._session.save_with_id(lambda document: then(document, account), otherwise or self._not_saved)

    def _not_saved(self, _error: Exception) -> None:
        sentence = _(
            "The post is not saved, so nothing was sent. Decide about the notice above the text first."
        )
        self._window.toasts.say(Toast(sentence))

    def _done(self, result: JobResult) -> None:
        account = self._desk.accounts.get(result.account_id)
        if result.kind is ResultKind.DONE:
            self.reached.emit(True)
            can_undo = result.intent in (Intent.PUBLISH.value, Intent.UPDATE.value, Intent.SCHEDULE.value)
            self._last = result if can_undo else None
            self._standing.can_undo = can_undo
            choices: list[tuple[str, Callable[[], None]]] = []
            if result.address:
                choices.append((_("View"), lambda: self.open_outside.emit(result.address)))
            if can_undo:
                choices.append((_("Undo"), self.undo))
            words = done_words(result, account.name if account else "")
            sentence = " ".join((f"{words}.", *result.remarks)) if result.remarks else words
            self._window.toasts.say(Toast(sentence, tuple(choices)))
            if result.intent == Intent.PUBLISH.value:
                self._window.sidebar.show_tab("published")
            elif result.intent in (Intent.UNPUBLISH.value, Intent.TRASH.value):
                self._window.sidebar.show_tab("drafts")
            if account is not None:
                self.went_out.emit(account)
        elif result.kind is ResultKind.WAITING:
            if result.sentence:
                self.reached.emit(False)
                self._window.toasts.say(Toast(result.sentence))
        elif result.intent in SENDS and isinstance(result.error, Conflict | Gone):
            self.undecided.emit(result)
        elif result.sentence:
            self._window.toasts.say(Toast(result.sentence, ((_("Outbox"), self.show_outbox),), stays=True))

    def _show_waiting(self) -> None:
        self._outbox.set_rows(self._publisher.waiting())

    def _fix(self, action: str, ref: str) -> None:
        """Go where a remark can be mended."""
        editor, details = self._window.editor, self._window.details
        if not isinstance(editor, Editor) or not isinstance(details, DetailsDrawer):
            return
        if action == "title":
            editor.focus_title()
        elif action in ("pictures", "alt"):
            editor.go_to_words(ref)
        elif action == "body":
            editor.focus_text()
        else:
            self._window.show_pane("details", True)
            fields = details.fields
            {"date": fields.when_published, "visibility": fields.visibility}.get(
                action, fields.picture
            ).setFocus()
