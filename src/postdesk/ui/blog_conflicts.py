"""Conflicts with a blog as the window sees them: merged by itself where nothing is to decide, else shown side by side.

What was merged goes into the text (or the file of a post that is not open), and from there out. What is hers to decide
waits in a notice above the text and in the outbox for as long as she likes; nothing is written meanwhile.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from postdesk.core.errors import FileGone, NotReady
from postdesk.core.language import _
from postdesk.core.post import Post
from postdesk.library.document import Document
from postdesk.publishing import slipped
from postdesk.publishing.desk import Desk
from postdesk.publishing.job import Job, Reason
from postdesk.publishing.outbox import JobResult, ResultKind
from postdesk.publishing.slipped import Slipped
from postdesk.publishing.state import is_gone_there, is_mergeable
from postdesk.ui.conflicts import Conflicts
from postdesk.ui.editor import Editor
from postdesk.ui.publisher import LANE, Publisher
from postdesk.ui.session import LANE as LIBRARY
from postdesk.ui.session import Session
from postdesk.ui.tasks import Tasks
from postdesk.ui.toast import Toast
from postdesk.ui.window import MainWindow

if TYPE_CHECKING:
    from postdesk.markup.merge import Choice
    from postdesk.publishing.meeting import BlogMeeting
    from postdesk.ui.conflict import Comparison

_BANNER, _SLIPPED = "blog", "slipped in"
_BY_ITSELF = 3  # merges of one post in a row, after which she is asked: somebody there saves faster than we
_log = logging.getLogger(__name__)

Meet = Callable[[Document, Post], "BlogMeeting"]


class BlogConflicts(QObject):
    """`told(error)`: a notice."""

    told = Signal(object)

    def __init__(
        self,
        desk: Desk,
        session: Session,
        tasks: Tasks,
        publisher: Publisher,
        conflicts: Conflicts,
        window: MainWindow,
    ) -> None:
        super().__init__(window)
        self._desk = desk
        self._session = session
        self._tasks = tasks
        self._publisher = publisher
        self._conflicts = conflicts
        self._window = window
        self._merged: Counter[str] = Counter()  # by post id: how often without having gone out
        self._told: set[str] = set()  # the jobs that a toast speaks of
        self._wanted = ""  # the job that is to be compared once its post is open
        session.opened.connect(self._opened)
        publisher.changed.connect(self._refresh)
        publisher.done.connect(self._done)
        QTimer.singleShot(0, self, self._refresh)  # at a start the post may be open already

    # --- what the outbox met ---

    def take(self, result: JobResult) -> None:
        """A job came back as somebody changed the post there, or deleted it."""
        job = self._desk.journal.job(result.job_id)
        if job is not None and is_mergeable(job):
            if self._merged[job.post_id] < _BY_ITSELF:
                self._merge(job)
            else:
                self._ask(job)
        else:
            self._refresh()
            if self._open_id != result.post_id:
                self._say(result.job_id, result.sentence, _("Decide…"), lambda: self._open(job))

    def _done(self, result: JobResult) -> None:
        if result.kind is ResultKind.DONE:
            self._merged.pop(result.post_id, None)
            self._refresh()

    def _merge(self, job: Job) -> None:
        """Without a question, if there is none."""

        def met(meeting: BlogMeeting) -> None:
            if meeting.is_clean:
                self._merged[job.post_id] += 1
                self._apply(meeting, (), lambda: self._ask(job))
            else:
                self._ask(job)

        def failed(error: Exception) -> None:
            if isinstance(error, NotReady):
                return  # it was decided meanwhile
            _log.info("A conflict could not be looked at: %s", error)
            self._ask(job)

        def with_text(document: Document, post: Post) -> None:
            self._meet(lambda: self._desk.with_blog().meet(job.id, document, post), met, failed)

        if self._open_id == job.post_id:
            self._session.save_with_id(lambda document: with_text(document, document.post), failed)
        elif self._session.holds(job.post_id):
            self._ask(job)  # its words are not in the file yet
        else:
            self._read(job, lambda document: with_text(document, document.post), failed)

    def _ask(self, job: Job) -> None:
        """Say that it is hers to decide; when is hers, too."""
        sentence = _(
            "Somebody changed “{title}” on “{blog}” while you were writing. Nothing was overwritten, there or here."
        ).format(title=job.title, blog=self._blog(job.account_id))
        self._say(job.id, sentence, _("Compare…"), lambda: self.compare(job.id))
        self._refresh()

    def _say(self, job_id: str, sentence: str, label: str, act: Callable[[], None]) -> None:
        """Until she has decided, or sees both sides."""
        self._take_back(job_id)
        self._told.add(job_id)
        self._window.toasts.say(Toast(sentence, ((label, act),), stays=True, about=job_id))

    def _take_back(self, job_id: str) -> None:
        if job_id in self._told:
            self._told.discard(job_id)
            self._window.toasts.take_back(job_id)

    # --- side by side ---

    def compare_open(self) -> None:
        """The same for the open post, whichever blog it is about."""
        for account in self._desk.accounts.all():
            job = self._desk.journal.unfinished(self._open_id, account.id)
            if job is not None and is_mergeable(job):
                self.compare(job.id)
                return

    def compare(self, job_id: str) -> None:
        """Show what she has and what the blog has; opens the post first if another one is open."""
        job = self._desk.journal.job(job_id)
        if job is None or not is_mergeable(job):
            return
        self._take_back(job_id)
        if self._open_id != job.post_id:
            self._wanted = job_id
            self._open(job)
            return
        blog = self._blog(job.account_id)

        def show(meeting: BlogMeeting) -> None:
            self._show(
                meeting,
                _("Changed on the blog while you were writing"),
                lambda choices: self._apply(meeting, choices, lambda: self.compare(job_id)),
                blog,
            )

        def with_text(document: Document) -> None:
            self._meet(lambda: self._desk.with_blog().meet(job_id, document, document.post), show, self._fail)

        self._session.save_with_id(with_text, self._fail)

    def _show(
        self, meeting: BlogMeeting, sentence: str, decided: Callable[[Sequence[Choice]], None], blog: str
    ) -> None:
        if self._open_id != meeting.post.id:
            return  # she has gone to another post meanwhile

        def put(comparison: Comparison) -> None:
            if self._open_id == meeting.post.id:
                view = self._conflicts.show(comparison)
                view.decided.connect(use)

        def use(choices: Sequence[Choice]) -> None:
            self._conflicts.close()
            decided(choices)

        def beside() -> Comparison:
            from postdesk.ui.conflict import beside_blog

            return beside_blog(meeting, sentence, blog)

        self._tasks.run(beside, put, self._fail)

    # --- what was decided ---

    def _apply(self, meeting: BlogMeeting, choices: Sequence[Choice], otherwise: Callable[[], None]) -> None:
        """Put what was made of both into the text and send it; `otherwise()` when the text is another one by now."""
        blog = self._blog(meeting.account_id)
        post, words = meeting.result(choices), meeting.told(blog)

        def send(document: Document) -> None:
            self._tasks.run(
                lambda: self._desk.with_blog().send(meeting, document, choices),
                lambda _job_id: self._publisher.submitted(),
                self._fail,
                lane=LANE,
            )

        if self._open_id != meeting.post.id:
            self._write(meeting, post, send, words)
            return

        def saved(_document: Document) -> None:
            if not self._session.take_merge(meeting.post, post):
                otherwise()
                return
            if words:
                self._window.toasts.say(Toast(words, ((_("Undo"), self._session.undo_merge),)))
            self._session.save_with_id(send, self._fail)

        self._session.save(saved, self._fail)

    def _write(self, meeting: BlogMeeting, post: Post, send: Callable[[Document], None], words: str) -> None:
        """Into the file of a post that is not open; the version before it is in the history."""

        def written(document: Document) -> None:
            if words:
                self._window.toasts.say(Toast(f"{post.title or _('Untitled')}: {words}"))
            send(document)

        self._tasks.run(
            lambda: self._desk.library.save(meeting.document, post), written, self._fail, lane=LIBRARY
        )

    # --- slipped in ---

    def _bring_back(self, one: Slipped, account_id: str) -> None:
        account = self._desk.accounts.get(account_id)
        if account is None:
            return

        def show(meeting: BlogMeeting) -> None:
            self._show(
                meeting,
                _("Changed on the blog in the same moment"),
                lambda choices: take(meeting, choices),
                account.name,
            )

        def take(meeting: BlogMeeting, choices: Sequence[Choice]) -> None:
            if not self._session.take_merge(meeting.post, meeting.result(choices)):
                self._bring_back(one, account_id)
                return
            self._leave(one, meeting.post.id, account_id)
            words = _("It is in your text again. Update the post to have it on the blog, too.")
            self._window.toasts.say(Toast(words, ((_("Undo"), self._session.undo_merge),)))

        def with_text(document: Document) -> None:
            self._meet(
                lambda: self._desk.with_blog().meet_slipped(one, account, document, document.post),
                show,
                self._fail,
            )

        self._session.save_with_id(with_text, self._fail)

    def _leave(self, one: Slipped, post_id: str, account_id: str) -> None:
        slipped.forget(self._desk.journal, account_id, post_id, one.revision.id)
        self._refresh()

    # --- notices above the text ---

    def _opened(self, document: Document | None) -> None:
        self._refresh()
        wanted, self._wanted = self._wanted, ""
        job = self._desk.journal.job(wanted) if wanted else None
        if document is not None and job is not None and job.post_id == document.post.id:
            self.compare(job.id)

    def _refresh(self) -> None:
        for job_id in tuple(self._told):
            told = self._desk.journal.job(job_id)
            if told is None or not (is_mergeable(told) or is_gone_there(told)):
                self._take_back(job_id)
        editor = self._window.editor
        if not isinstance(editor, Editor):
            return
        editor.hide_banner(_BANNER)
        editor.hide_banner(_SLIPPED)
        post_id = self._open_id
        for account in self._desk.accounts.all() if post_id else ():
            job = self._desk.journal.unfinished(post_id, account.id)
            if job is not None and is_mergeable(job):
                words = _("Somebody changed this post on “{blog}”. Nothing was overwritten, there or here.")
                choices = [(_("Compare…"), partial(self.compare, job.id))]
                editor.show_banner(_BANNER, "warn", words.format(blog=account.name), choices)
            elif job is not None and is_gone_there(job):
                self._offer(editor, job)
            for one in slipped.kept(self._desk.journal, account.id, post_id)[:1]:
                choices = [
                    (_("Bring Back…"), partial(self._bring_back, one, account.id)),
                    (_("Leave It"), partial(self._leave, one, post_id, account.id)),
                ]
                editor.show_banner(_SLIPPED, "warn", slipped.remark((one.revision,)), choices)

    def _offer(self, editor: Editor, job: Job) -> None:
        """The post is gone there, or in the trash; only for the latter there is a way back."""

        choices: list[tuple[str, Callable[[], object]]] = [
            (_("Publish as New"), lambda: self._publisher.publish_as_new(job.id)),
            (_("Keep as Draft"), lambda: self._publisher.keep_as_draft(job.id)),
        ]
        if job.reason is Reason.TRASHED:
            choices.insert(0, (_("Restore and Update"), lambda: self._publisher.restore_there(job.id)))
        editor.show_banner(_BANNER, "warn", job.sentence, choices)

    # --- how ---

    @property
    def _open_id(self) -> str:
        document = self._session.document
        return document.post.id if document is not None else ""

    def _open(self, job: Job | None) -> None:
        if job is None:
            return

        def found(path: Path | None) -> None:
            if path is not None:
                self._session.open(path)
            else:
                self._wanted = ""
                self.told.emit(_no_file(job.title))

        self._tasks.run(lambda: self._desk.library.find(job.post_id), found, self._fail)

    def _read(self, job: Job, then: Callable[[Document], None], failed: Callable[[Exception], None]) -> None:
        """The file of a post that is not open."""

        def read() -> Document:
            path = self._desk.library.find(job.post_id)
            if path is None:
                raise _no_file(job.title)
            return self._desk.library.read(path)

        self._tasks.run(read, then, failed, lane=LIBRARY)

    def _meet(
        self,
        work: Callable[[], BlogMeeting],
        then: Callable[[BlogMeeting], None],
        failed: Callable[[Exception], None],
    ) -> None:
        self._tasks.run(work, then, failed, lane="compare")

    def _blog(self, account_id: str) -> str:
        account = self._desk.accounts.get(account_id)
        return account.name if account is not None else ""

    def _fail(self, error: Exception) -> None:
        self.told.emit(error)
        self._refresh()


def _no_file(title: str) -> FileGone:
    return FileGone(
        _("The file of “{title}” is not in the library any more.").format(title=title),
        _("Nothing was sent, and nothing was changed on the blog."),
        _("Bring the file back, or take the post out of the outbox."),
    )
