"""The life of a post against a blog in memory: many lives, and the law of `life` at the end of each."""

from __future__ import annotations

import os

from hypothesis import settings

from postdesk.backends.base import Backend
from postdesk.core.errors import PostDeskError, Unreachable
from tests.publishing.fake_blog import ACCOUNT, FakeBlog, Fault, Server
from tests.publishing.life import Life, PostThere, There
from tests.publishing.matrix.line import Killed

_FAULTS = {
    "request": "lost request",
    "answer": "after",
    "late": "late",
    "twice": "twice",
    "kill after": "kill",
}


class InMemory(There):
    """A blog that keeps no older versions, so that a silent overwrite is a loss."""

    def __init__(self) -> None:
        self.account = ACCOUNT
        self.server = Server()
        self._away = False
        self._killed_at = 0
        self.blog = FakeBlog(self.server, down=self._down, before_call=self._before, kill=self._kill)

    def connect(self) -> Backend:
        return self.blog

    def goes_wrong(self, kind: str, ahead: int) -> None:
        call = self.server.calls + 1 + ahead
        if kind == "kill before":
            self._killed_at = call
        else:
            self.blog.faults[call] = Fault(call, _FAULTS[kind], 1 + ahead)

    def offline(self, away: bool) -> None:
        self._away = away

    def mends(self) -> None:
        self.blog.faults.clear()
        self._killed_at = 0
        self.blog.deliver_late()

    def posts(self) -> list[PostThere]:
        return [
            PostThere(p["remote_id"], p["status"], p["title"], p["content"], p["slug"])
            for p in self.server.posts.values()
        ]

    def files(self) -> dict[str, str]:
        return {m["address"]: m["name"] for m in self.server.media.values()}

    def colleague_adds(self, words: str) -> bool:
        # A write that arrives after its job was done is beyond any client without the blog's help; the blogs that
        # have it keep revisions, this one has none.
        self.blog.deliver_late()
        kept = [p for p in self.posts() if p.status != "trashed"]
        for post in kept:
            self.server.edit(post.remote_id, content=f"{post.content}\n<p>{words}</p>")
        return bool(kept)

    def colleague_deletes(self) -> bool:
        kept = [p for p in self.posts() if p.status != "trashed"]
        for post in kept:
            self.server.edit(post.remote_id, status="trashed", slug=f"{post.slug}__trashed")
        return bool(kept)

    def remembers(self, words: str) -> bool:
        return False

    def _down(self) -> PostDeskError | None:
        return Unreachable("No connection.", "Nothing was sent.", "Wait.") if self._away else None

    def _before(self, _name: str) -> None:
        if self._killed_at and self.server.calls + 1 >= self._killed_at:
            self._kill()

    def _kill(self) -> None:
        self._killed_at = 0
        raise Killed


class LifeInMemory(Life):
    """Each life has a blog of its own."""

    def begins(self) -> There:
        return InMemory()


_EXAMPLES = int(os.environ.get("POSTDESK_LIVES") or 0)

TestLifeInMemory = LifeInMemory.TestCase
TestLifeInMemory.settings = settings(
    max_examples=_EXAMPLES or 120, stateful_step_count=30, deadline=None, derandomize=not _EXAMPLES, print_blob=False,
    report_multiple_bugs=False,
)  # fmt: skip
