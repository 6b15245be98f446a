"""What the Post menu and the one button do: look first or send at once, tell how it ended, and take it back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from PySide6.QtCore import QObject, Signal

from postdesk.backends.base import Capability
from postdesk.core.account import Account
from postdesk.core.language import _
from postdesk.library.document import Document
from postdesk.publishing.desk import Desk
from postdesk.publishing.differences import Weight
from postdesk.publishing.outbox import JobResult, ResultKind
from postdesk.publishing.plan import Intent
from postdesk.ui.details import DetailsDrawer
from postdesk.ui.editor import Editor
from postdesk.ui.outbox import OutboxPanel
from postdesk.ui.publish import PublishPopover
from postdesk.ui.publisher import Publisher, done_words
from postdesk.ui.readers import Readers
from postdesk.ui.session import Session
from postdesk.ui.standing import Standing
from postdesk.ui.toast import Toast
from postdesk.ui.way_back import WayBack
from postdesk.ui.window import MainWindow


class PublishCommands(QObject):
    """`reached(bool)`: a blog answered, or did not. `went_out(account)`: something is different there now.
    `open_outside(address)`: she wants to see it. `several_wanted`: and the other blogs."""

    reached = Signal(bool)
    went_out = Signal(object)
    open_outside = Signal(str)
    several_wanted = Signal()

    def __init__(
        self,
        desk: Desk,
        session: Session,
        standing: Standing,
        publisher: Publisher,
        popover: PublishPopover,
        readers: Readers,
        way_back: WayBack,
        window: MainWindow,
    ) -> None:
        super().__init__(window)
        self._readers = readers
        self._way_back = way_back
        self._desk = desk
        self._session = session
        self._standing = standing
        self._publisher = publisher
        self._popover = popover
        self._window = window
        self._outbox = OutboxPanel(window)
        self._outbox.retry.connect(publisher.retry)
        self._outbox.take_back.connect(publisher.take_back)
        publisher.done.connect(self._done)
        publisher.fix.connect(self._fix)
        publisher.changed.connect(self._show_waiting)
        publisher.moment_chosen.connect(self._schedule_for)
        way_back.taken_back.connect(publisher.changed)
        session.opened.connect(lambda _document: popover.close_popover())  # it asks about the post before
        popover.closed.connect(window.go_to_editor)
        popover.confirmed.connect(lambda _when: window.go_to_editor())

    def publish(self) -> None:
        """The one button: a first publication is looked at first; an update goes out at once, and can be undone."""
        state = self._standing.state
        if state is None or state.intent is None:
            return
        if state.intent is Intent.UPDATE and not self._takes_away():
            self._with_saved(lambda d, a: self._publisher.try_at_once(d, a, Intent.UPDATE, self.look_first))
        else:
            self.look_first()

    def _takes_away(self) -> bool:
        """Whether an update would take the post offline until its date: that is looked at first."""
        account, post = self._standing.account(), self._session.post
        return account is not None and post is not None and self._desk.goes_offline(post, account)

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

    def publish_now(self) -> None:
        """A scheduled post goes out at once; its date becomes the moment of that."""
        self._session.change(lambda post: replace(post, date=None))
        self._with_saved(lambda d, a: self._publisher.submit(d, a, Intent.PUBLISH, None))

    def _schedule_for(self, when: datetime) -> None:
        """She chose a moment in the popover: the post itself gets that date."""
        self._session.change(lambda post: replace(post, date=when))
        self._with_saved(lambda d, a: self._publisher.submit(d, a, Intent.SCHEDULE, when))

    def send(self, intent: Intent) -> None:
        """Unpublish, or move to the blog's trash: at once, as it can be undone."""
        self._with_saved(lambda d, a: self._publisher.submit(d, a, intent, None))

    def delete(self) -> None:
        """Delete from the blog: to its trash at once; where it has none, after a question."""
        account, post = self._standing.account(), self._session.post
        if account is None or post is None:
            return
        if Capability.TRASH in self._desk.capabilities(account):
            self.send(Intent.TRASH)
        else:
            self._way_back.ask_and_delete(
                post.title or _("Untitled"), account, lambda: self.send(Intent.TRASH)
            )

    def undo(self) -> None:
        """The way back of what was done last with the open post."""
        account, post = self._standing.account(), self._session.post
        if account is not None and post is not None:
            self._way_back.undo(post.id, account)

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
            grave = any(d.weight is Weight.ALWAYS for d in result.told)
            self._window.toasts.say(Toast(*self._told(result, account), stays=grave))
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
        elif result.sentence:
            self._window.toasts.say(Toast(result.sentence, ((_("Outbox"), self.show_outbox),), stays=True))

    def _told(
        self, result: JobResult, account: Account | None
    ) -> tuple[str, tuple[tuple[str, Callable[[], None]], ...]]:
        """The toast's sentence and choices after something was done."""
        choices: list[tuple[str, Callable[[], None]]] = []
        if result.address and result.intent not in (Intent.UNPUBLISH.value, Intent.TRASH.value):
            choices.append((_("View"), lambda: self.open_outside.emit(result.address)))
        if (undo := self._way_back.of_result(result)) is not None:
            choices.append((_("Undo"), undo))
        post = self._session.post
        if post is not None and post.id == result.post_id and account and self._desk.older_on(post, account):
            choices.append((_("Other Blogs…"), self.several_wanted.emit))
        choices += self._readers.silencing(result.account_id, result.told)
        words = result.sentence or done_words(result, account.name if account else "")
        sentence = " ".join((f"{words}.", *result.remarks)) if result.remarks else words
        return sentence, tuple(choices)

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
