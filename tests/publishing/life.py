"""The life of a post, as a machine that tries what a writer, a colleague and the network may do, in any order.

The law, whenever it comes to rest: the blog has what she meant last, once; nothing of hers is there twice; no words of
a colleague are gone unseen; the outbox is empty, and one receipt says where the post is. `There` is the blog.
"""

from __future__ import annotations

import hashlib
import re
import shutil
import tempfile
from abc import abstractmethod
from dataclasses import dataclass, replace
from pathlib import Path

from hypothesis import note
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule

from postdesk.backends.base import Backend
from postdesk.core.account import Account
from postdesk.core.errors import NotReady, PostDeskError, PublishError
from postdesk.core.post import Post
from postdesk.publishing.job import Job, JobState, Reason
from postdesk.publishing.outbox import JobResult, ResultKind
from postdesk.publishing.plan import Intent
from tests.publishing.fake_blog import Server
from tests.publishing.matrix.cell import picture
from tests.publishing.matrix.line import Killed
from tests.publishing.world import Clock, World

AT_ONCE = st.sampled_from([True, True, False])
SOON = st.integers(0, 9)  # so many requests from now

_UPDATE = re.compile(r"Update #(\d+)\.")


@dataclass(frozen=True, slots=True)
class PostThere:
    """A post on the blog; `shown` are the addresses of its pictures."""

    remote_id: str
    status: str
    title: str
    content: str
    slug: str

    @property
    def shown(self) -> list[str]:
        return re.findall(r'src="([^"]*)"', self.content)


class There:
    """A blog with somebody in between, and a colleague at it."""

    account: Account
    word = ""
    """What all posts and files of this life have in their titles and names."""

    @abstractmethod
    def connect(self) -> Backend:
        """A connection for the program."""

    @abstractmethod
    def goes_wrong(self, kind: str, ahead: int) -> None:
        """After `ahead` more requests one is lost ("request", "answer"), delivered "late" or "twice", or the program is
        killed before or after it ("kill before", "kill after")."""

    @abstractmethod
    def offline(self, away: bool) -> None:
        """The network goes, or comes back."""

    @abstractmethod
    def mends(self) -> None:
        """Nothing goes wrong any more, and what was on its way arrives."""

    @abstractmethod
    def posts(self) -> list[PostThere]:
        """Every post, those in the trash too."""

    @abstractmethod
    def files(self) -> dict[str, str]:
        """The addresses of all pictures, with the names that they were uploaded under."""

    @abstractmethod
    def colleague_adds(self, words: str) -> bool:
        """A colleague writes a paragraph under the post that is not in the trash; whether there is one."""

    @abstractmethod
    def colleague_deletes(self) -> bool:
        """A colleague puts it to the trash; whether there was one."""

    @abstractmethod
    def remembers(self, words: str) -> bool:
        """Whether an older version that the blog keeps has these words."""

    def revives(self) -> None:
        """The program was killed, and may be started again."""

    def ends(self) -> None:
        """Everything is put away."""


@dataclass(frozen=True, slots=True)
class Meant:
    """What she meant last. `picture` is the hash that its picture was known by at the click."""

    status: str
    post: Post
    picture: str


class Life(RuleBasedStateMachine):
    """See the module."""

    def __init__(self) -> None:
        super().__init__()
        self.home = Path(tempfile.mkdtemp(prefix="postdesk-life-"))
        self.there = self.begins()
        self.clock = Clock()
        self.count = 0
        self.meant: Meant | None = None
        self.colleagues: list[str] = []
        self.told: list[str] = []
        self.conflicts: dict[str, JobResult] = {}
        self.done: list[str] = []
        (self.home / "library").mkdir()
        word = self.there.word = hashlib.sha256(str(self.home).encode()).hexdigest()[:16]
        self._draws()
        shown = f'![A train]({word}-0.png "One")'
        self.post = Post(word, f"Trains {word}", f"The first words.\n\n{shown}", tags=("rail",))
        self.world = self._starts()

    @abstractmethod
    def begins(self) -> There:
        """A blog of this life's own."""

    def _starts(self) -> World:
        account = self.there.account
        return World(
            self.home, Server(), clock=self.clock, make=lambda _w: self.there.connect(),
            accounts={account.id: account},
        )  # fmt: skip

    def _draws(self) -> None:
        content = picture(f"{self.home}{self.count}")
        (self.home / "library" / f"{self.there.word}-0.png").write_bytes(content)

    # --- she ---

    @rule()
    def writes(self) -> None:
        self.count += 1
        self.post = replace(self.post, body=f"{self.post.body}\n\nUpdate #{self.count}.")

    @rule()
    def changes_the_title(self) -> None:
        self.count += 1
        self.post = replace(self.post, title=f"Trains, {self.count} of them, {self.post.id}")

    @rule()
    def replaces_the_picture(self) -> None:
        self.count += 1
        self._draws()

    @rule(sent=AT_ONCE)
    def publishes(self, sent: bool) -> None:
        self._clicks(Intent.PUBLISH, "live", sent)

    @rule(sent=AT_ONCE)
    def takes_it_offline(self, sent: bool) -> None:
        self._clicks(Intent.UNPUBLISH, "offline", sent)

    @rule(sent=AT_ONCE)
    def deletes_it(self, sent: bool) -> None:
        self._clicks(Intent.TRASH, "offline", sent)

    def _clicks(self, intent: Intent, status: str, sent: bool) -> None:
        try:
            plan = self.world.plan(self.post, intent, account=self.there.account)
        except NotReady:
            return  # it is not there
        self.world.outbox.submit(plan)
        pictures = plan.snapshot.pictures
        self.meant = Meant(status, self.post, pictures[0].content_hash if pictures else "")
        if sent:
            self.sends()

    @precondition(lambda self: self.done)
    @rule(sent=AT_ONCE)
    def undoes(self, sent: bool) -> None:
        """The way back of the last job, as the toast offers it."""
        job = self.world.journal.job(self.done[-1])
        if job is None or job.state is not JobState.DONE:
            return
        try:
            self.world.click_undo(job.id)
        except NotReady:
            return  # it is not there any more
        self.meant = None
        if sent:
            self.sends()

    @rule()
    def takes_it_back(self) -> None:
        for job in self.world.outbox.jobs():
            try:
                self.world.outbox.take_back(job.id)
                self.meant = None
            except PublishError as error:
                self._is_told(error)

    # --- the network, the machine ---

    @rule(kind=st.sampled_from(["request", "answer", "answer", "late", "twice"]), ahead=SOON)
    def something_is_lost(self, kind: str, ahead: int) -> None:
        self.there.goes_wrong(kind, ahead)

    @rule(kind=st.sampled_from(["kill before", "kill after"]), ahead=SOON)
    def is_killed_soon(self, kind: str, ahead: int) -> None:
        self.there.goes_wrong(kind, ahead)

    @rule(away=st.booleans())
    def network(self, away: bool) -> None:
        self.there.offline(away)

    @rule()
    def starts_again(self) -> None:
        self.world.stop()
        self.world = self._starts()

    @rule(seconds=st.sampled_from([-3600.0, 6.0, 70.0, 400.0, 4000.0, 90_000.0]))
    def time_passes(self, seconds: float) -> None:
        self.clock.now += seconds

    @rule()
    def sends(self) -> None:
        """What is due goes out, or tries to."""
        try:
            self._hears(self.world.run())
        except Killed:
            note("killed")
            self.there.revives()
            self.starts_again()

    def _hears(self, results: tuple[JobResult, ...]) -> None:
        for result in results:
            if result.kind is ResultKind.DONE:
                self.done.append(result.job_id)
                continue
            assert result.error is not None
            self._is_told(result.error)
            self.told.append(result.sentence)
            if result.kind is ResultKind.CONFLICT:
                self.conflicts[result.job_id] = result

    @staticmethod
    def _is_told(error: PostDeskError) -> None:
        assert all((error.happened, error.means, error.todo)), error.sentence

    # --- a colleague ---

    @rule()
    def colleague_adds(self) -> None:
        self.count += 1
        words = f"A colleague's words {self.count} in {self.post.id}."
        if self.there.colleague_adds(words):
            self.colleagues.append(words)

    @rule()
    def colleague_deletes(self) -> None:
        if self.there.colleague_deletes() and not self.world.outbox.jobs():
            self.meant = None  # what she meant was there, and nobody asked for it again

    # --- at rest ---

    @rule()
    def rests(self) -> None:
        self.there.offline(False)
        self.there.mends()
        self._until_rest(sweeps=False)
        self.there.mends()
        self._until_rest(sweeps=True)
        self._law()

    def _until_rest(self, *, sweeps: bool) -> None:
        for _round in range(80):
            for job in self.world.outbox.jobs():
                if job.state in (JobState.FAILED, JobState.PAUSED):
                    self._decides(job)
            due = self.world.outbox.next_due()
            if due is None or not (sweeps or self.world.outbox.jobs()):
                return
            self.clock.now = max(self.clock.now, due)
            self.sends()
        raise AssertionError(f"never at rest: {self.world.outbox.jobs()} {self.told[-3:]}")

    def _decides(self, job: Job) -> None:
        conflict = self.conflicts.get(job.id)
        if job.reason is Reason.CONFLICT and conflict is not None and conflict.remote is not None:
            self.world.outbox.keep_mine(job.id, conflict.remote.revision)
        elif job.reason in (Reason.GONE, Reason.TRASHED):
            self.world.outbox.publish_as_new(job.id)
        else:
            self.world.outbox.retry_now(job.id)

    def _law(self) -> None:
        posts = self.there.posts()
        kept = [p for p in posts if p.status != "trashed"]
        assert len(kept) <= 1, kept
        assert not self.world.outbox.jobs()
        if self.meant is not None and self.meant.status == "offline":
            assert [p for p in kept if p.status != "draft"] == []
        if self.meant is not None and self.meant.status == "live":
            self._is_as_meant(kept, self.meant)
        names = list(self.there.files().values())
        assert len(names) == len(set(names)), names
        for words in self.colleagues:
            assert self._is_known(words, posts), f"{words!r} is nowhere: {posts}"

    def _is_as_meant(self, kept: list[PostThere], meant: Meant) -> None:
        assert [(p.status, p.title) for p in kept] == [("published", meant.post.title)]
        (there,) = kept
        assert not there.slug.startswith("pd-")
        assert _UPDATE.findall(there.content) == _UPDATE.findall(meant.post.body)
        files = self.there.files()
        assert [files.get(address, "?")[3:19] for address in there.shown] == [meant.picture[:16]]
        assert [r.remote_id for r in self.world.receipts.all()] == [there.remote_id]

    def _is_known(self, words: str, posts: list[PostThere]) -> bool:
        shown = (c.remote.content for c in self.conflicts.values() if c.remote is not None)
        return (
            any(words in p.content for p in posts)
            or any(words in content for content in shown)
            or self.there.remembers(words)
        )

    def teardown(self) -> None:
        try:
            self.rests()
        finally:
            self.world.stop()
            self.there.ends()
            shutil.rmtree(self.home, ignore_errors=True)
