"""What the Post menu and the one button do: look first or send at once, tell how it ended, and take it back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from PySide6.QtCore import QObject, Qt, Signal

from postdesk.backends.base import Capability
from postdesk.core.account import Account
from postdesk.core.errors import Conflict, FileChanged, Gone, PasswordError, SignInRefused
from postdesk.core.language import _
from postdesk.library.document import Document
from postdesk.publishing.desk import Desk
from postdesk.publishing.differences import Weight
from postdesk.publishing.links import as_written, sentence_of
from postdesk.publishing.outbox import JobResult, ResultKind
from postdesk.publishing.plan import Intent
from postdesk.publishing.preflight import Place, Remark
from postdesk.publishing.running import Running
from postdesk.publishing.state import SENDS, StateKind
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
    `open_outside(address)`: she wants to see it. `several_wanted`: and the other blogs. `open_post(id)`: she wants
    to write in it. `merge_wanted`: the open conflict copy is to be merged with its post. `compare(job id)`: she
    wants to see both sides of a conflict. `undecided(result)`: somebody changed or deleted the post there.
    `sign_in(account)`: its password is not here or not right."""

    reached = Signal(bool)
    went_out = Signal(object)
    open_outside = Signal(str)
    several_wanted = Signal()
    open_post = Signal(str)
    merge_wanted = Signal()
    compare = Signal(str)
    undecided = Signal(object)
    history = Signal(str, str)
    sign_in = Signal(object)

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
        self.outbox = OutboxPanel(window.theme, window)
        self.outbox.pressed.connect(self._pressed)
        self.outbox.pause_all.connect(publisher.pause_all)
        window.header.cancelled.connect(self._stop_open)
        window.header.asked.connect(self.show_outbox)
        publisher.running.connect(self._show_running)
        session.saved.connect(publisher.renew)
        session.opened.connect(self._opened)
        publisher.done.connect(self._done)
        publisher.fix.connect(self._fix)
        publisher.held_up.connect(self.look_first)
        publisher.changed.connect(self._show_waiting)
        publisher.moment_chosen.connect(self._schedule_for)
        way_back.taken_back.connect(publisher.changed)
        session.opened.connect(lambda _document: popover.close_popover())  # it asks about the post before
        popover.closed.connect(window.go_to_editor)
        popover.confirmed.connect(lambda _when: window.go_to_editor())

    def _opened(self, document: Document | None) -> None:
        self._show_running()
        if document is not None:
            self._publisher.renew(
                document
            )  # it may have been changed by another program, or on another machine

    def publish(self) -> None:
        """The one button: a first publication is looked at first; an update goes out at once, and can be undone."""
        state = self._standing.state
        if state is None or state.intent is None:
            return
        if state.kind is StateKind.CONFLICT:
            self.compare.emit(state.job_id)
        elif state.intent is Intent.UPDATE and not self._takes_away():
            self._with_saved(lambda d, a: self._publisher.try_at_once(d, a, Intent.UPDATE, self.look_first))
        else:
            self.look_first()

    def _takes_away(self) -> bool:
        """Whether an update would take the post offline until its date: that is looked at first."""
        account, post = self._standing.account(), self._session.post
        return account is not None and post is not None and self._desk.goes_offline(post, account)

    def look_first(self) -> None:
        """The popover, whatever the state; nothing where there is no post or no blog to ask about."""
        if self._session.document is None or self._standing.account() is None or self._must_decide():
            return
        state = self._standing.state
        intent = state.intent if state is not None and state.intent is not None else Intent.PUBLISH
        button = self._window.header.publish
        to_left = button.layoutDirection() is Qt.LayoutDirection.RightToLeft
        corner = button.rect().bottomLeft() if to_left else button.rect().bottomRight()
        account, post = self._standing.account(), self._session.post
        if account is not None and post is not None:
            self._publisher.open_look(post, account, intent)
        self._popover.open_at(button.mapTo(self._window, corner))
        self._with_saved(lambda d, a: self._publisher.look(d, a, intent), self._close_unsaved)

    def schedule(self) -> None:
        """The popover with its date and time open."""
        self.look_first()
        if self._popover.isVisible():
            self._popover.choose_time()

    def publish_now(self) -> None:
        """A scheduled post goes out at once; its date becomes the moment of that."""
        if self._must_decide():
            return
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
        """The window of what waits, with the open post chosen if it does."""
        self._fill_outbox()
        self.outbox.show()
        post, account = self._session.post, self._standing.account()
        for job in self._desk.jobs(texts=False):
            if (
                post is not None
                and job.post_id == post.id
                and account is not None
                and job.account_id == account.id
            ):
                self.outbox.choose(job.id)
        self.outbox.raise_()
        self.outbox.activateWindow()

    def show_history(self) -> None:
        """What happened to the open post on its way to its blogs."""
        post = self._session.post
        if post is not None:
            self.history.emit(post.id, post.title)

    def _pressed(self, name: str, job_id: str) -> None:
        """A button of the outbox."""
        p = self._publisher
        does: dict[str, Callable[[str], None]] = {
            "retry": p.retry, "now": p.retry, "resume": p.resume, "pause": p.pause, "stop": p.stop_job,
            "take_back": p.take_back, "as_new": p.publish_as_new, "keep_draft": p.keep_as_draft,
            "restore": p.restore_there, "compare": self.compare.emit,
        }  # fmt: skip
        if name in does:
            does[name](job_id)
            return
        job = self._desk.journal.job(job_id)
        if job is not None and name == "open":
            self.open_post.emit(job.post_id)
        elif job is not None and name == "sign_in":
            self._sign_in(job.account_id)
        elif job is not None:
            self.history.emit(job.post_id, job.title)

    def _sign_in(self, account_id: str) -> None:
        account = self._desk.accounts.get(account_id)
        if account is not None:
            self.sign_in.emit(account)

    def _stop_open(self) -> None:
        running = self._of_open()
        if running is not None:
            self._publisher.stop_job(running.job_id)

    def _of_open(self) -> Running | None:
        """How far the open post is, None while it is not being sent."""
        post, account = self._session.post, self._standing.account()
        found = [r for r in self._publisher.now_running if post is not None and r.post_id == post.id]
        here = [r for r in found if account is not None and r.account_id == account.id]
        return next(iter(here or found), None)

    def _show_running(self) -> None:
        running, header = self._of_open(), self._window.header
        if running is None:
            header.set_progress("")
        else:
            words = running.words or _("Publishing…")
            header.set_progress(words, running.fraction, can_stop=running.can_stop)
        self._show_waiting()

    def _with_saved(
        self, then: Callable[[Document, Account], None], otherwise: Callable[[Exception], None] | None = None
    ) -> None:
        """Go on with the file as it is typed now; `otherwise(error)` when it could not be saved."""
        account = self._standing.account()
        if account is not None and not self._must_decide():
            self._session.save_with_id(lambda document: then(document, account), otherwise or self._not_saved)

    def _must_decide(self) -> bool:
        """Whether another program's version of the file is to be decided about first; she is told, and led there."""
        if not self._session.is_undecided:
            return False
        self._popover.close_popover()
        sentence = _(
            "Nothing was sent, as another program changed this file while you were writing: choose first, in the "
            "notice above the text, which version goes on."
        )
        self._window.toasts.say(Toast(sentence))
        self._session.ask_first()
        return True

    def _close_unsaved(self, error: Exception) -> None:
        self._popover.close_popover()
        self._not_saved(error)

    def _not_saved(self, error: Exception) -> None:
        if self._must_decide():
            return
        sentence = _(
            "The post is not saved, so nothing was sent. Decide about the notice above the text first."
        )
        if isinstance(error, FileChanged):  # the two are being merged; where they cannot be, she is asked
            sentence = _(
                "Another program changed this file in the same moment. Nothing was sent, and your text is safe. "
                "Look at the text, then press the button again."
            )
        self._window.toasts.say(Toast(sentence))

    def _done(self, result: JobResult) -> None:
        account = self._desk.accounts.get(result.account_id)
        if result.kind is ResultKind.DONE:
            self.reached.emit(True)
            grave = any(d.weight is Weight.ALWAYS for d in result.told)
            self._window.toasts.say(Toast(*self._told(result, account), stays=grave))
            post = self._session.post
            if post is not None and post.id == result.post_id:
                self._window.sidebar.follow()
            if account is not None:
                self.went_out.emit(account)
        elif result.kind is ResultKind.WAITING:
            if result.sentence:
                self.reached.emit(False)
                self._window.toasts.say(Toast(result.sentence))
        elif result.intent in SENDS and isinstance(result.error, Conflict | Gone):
            self.undecided.emit(result)
        elif result.sentence:
            choices: tuple[tuple[str, Callable[[], None]], ...] = ((_("Outbox"), self.show_outbox),)
            if isinstance(result.error, PasswordError | SignInRefused):
                choices = ((_("Type the Password…"), lambda: self._sign_in(result.account_id)), *choices)
            self._window.toasts.say(Toast(result.sentence, choices, stays=True))

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
        """The outbox as it is now, if anybody looks."""
        if self.outbox.isVisible():
            self._fill_outbox()

    def _fill_outbox(self) -> None:
        self.outbox.set_paused(self._publisher.is_paused)
        notice = ""
        if self._publisher.is_sent_elsewhere:
            notice = _("Another Post Desk window is sending, also what waits here. Stop or change it there.")
        elif self._publisher.is_paused:
            notice = _("The outbox is paused: nothing goes out by itself until you let it go on.")
        self.outbox.set_notice(notice)
        self.outbox.set_rows(self._publisher.waiting())

    def _fix(self, action: str, remark: Remark) -> None:
        """Go where a remark can be mended."""
        editor, details = self._window.editor, self._window.details
        if not isinstance(editor, Editor) or not isinstance(details, DetailsDrawer):
            return
        if action in ("title", "long title"):
            editor.focus_title()
        elif action in ("pictures", "alt", "links"):
            self._go_through(editor, remark)
        elif action == "marks":
            editor.go_to_words(remark.ref)
        elif action == "body":
            editor.focus_text()
        elif action == "original":
            self.merge_wanted.emit()
        elif action == "change":
            self._window.actions_table.trigger("show_change")
        elif action == "account":
            self.sign_in.emit(self._standing.account())
        else:
            self._window.show_pane("details", True)
            fields = details.fields
            {
                "date": fields.when_published,
                "visibility": fields.visibility,
                "slug": fields.slug,
                "categories": fields.categories,
                "tags": fields.tags,
            }.get(action, fields.picture).setFocus()

    def _go_through(self, editor: Editor, remark: Remark, number: int = 0) -> None:
        """Go to the place in the text that is meant, say why, and offer the next one."""
        places = remark.places or (Place(remark.ref),)
        place = places[number % len(places)]
        if remark.action == "alt":
            editor.describe_picture(place.ref)
        else:
            editor.go_to_words(as_written(place, editor.body()))
        if not place.why and len(places) == 1:
            return
        words = sentence_of(place) if place.why else remark.sentence
        choices: tuple[tuple[str, Callable[[], None]], ...] = ()
        if len(places) > 1:
            words = _("{number} of {all}: {what}").format(
                number=number % len(places) + 1, all=len(places), what=words
            )
            choices = ((_("Next"), lambda: self._go_through(editor, remark, number + 1)),)
        self._window.toasts.say(Toast(words, choices))
