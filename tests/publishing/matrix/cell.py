"""One cell of the matrix: a plan with a fault at one of its steps, led to rest, and the law held against the blog.

The law: at rest the blog has what the writer meant, once: one post in the state that was meant with her text, her tags
and her date, each picture once and described, no draft of ours beside it; the library has one receipt that names it;
the outbox is empty. Whoever else wrote is still to be found. And whenever a try did not succeed she was told, in three
sentences that do not say that nothing was sent when it was.
"""

from __future__ import annotations

import hashlib
import re
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2

from postdesk.backends.wordpress.backend import WordPress as Backend
from postdesk.core.account import Account
from postdesk.core.cancel import Cancel
from postdesk.core.errors import Cancelled, OutcomeUnknown
from postdesk.core.post import Post
from postdesk.publishing.job import JobState, Reason
from postdesk.publishing.outbox import JobResult, ResultKind
from postdesk.publishing.plan import Intent
from tests.publishing.fake_blog import Server
from tests.publishing.matrix.colleague import Colleague, Seen, block, plain
from tests.publishing.matrix.line import Killed, Line, on
from tests.publishing.matrix.steps import changes, names_of
from tests.publishing.world import World, png
from tests.servers.faults import FaultProxy, Request
from tests.servers.wordpress import WordPress

NOW, LATER, ASKED = "now", "later", "asked"
"""How a job came to its end: in the same run; in a later one by itself; when she had been asked."""

_NOTHING = re.compile(r"(?i)nothing (of it )?(was|is) (sent|changed|done)")


@dataclass(frozen=True, slots=True)
class Scene:
    """A plan with so many pictures."""

    plan: str
    pictures: int

    @property
    def intent(self) -> Intent:
        """What she clicks."""
        return _INTENTS[self.plan]


_INTENTS = {
    "publish": Intent.PUBLISH, "update": Intent.UPDATE, "schedule": Intent.SCHEDULE, "unpublish": Intent.UNPUBLISH,
    "delete": Intent.TRASH,
}  # fmt: skip
PLANS = tuple(_INTENTS)
_IN_STATE = {"publish": "publish", "update": "publish", "schedule": "future", "unpublish": "draft"}


@dataclass(eq=False)
class Site:
    """What all cells share: the blog, one client, a colleague, and a certificate of which the client knows."""

    blog: WordPress
    http: httpx2.Client
    colleague: Colleague
    certificate: Path
    stranger: Path
    plain: dict[Scene, tuple[tuple[str, ...], str]] = field(default_factory=dict)

    def steps(self, scene: Scene, folder: Path) -> tuple[str, ...]:
        """The steps of a plan when nothing goes wrong."""
        return self._plain(scene, folder)[0]

    def content(self, scene: Scene, folder: Path) -> str:
        """Its text on the blog when nothing goes wrong."""
        return self._plain(scene, folder)[1]

    def _plain(self, scene: Scene, folder: Path) -> tuple[tuple[str, ...], str]:
        if scene not in self.plain:
            with Cell(self, scene, folder / f"plain-{scene.plan}-{scene.pictures}").running() as cell:
                cell.click()
                cell.settle()
                assert cell.outcome == NOW, cell.said
                seen = self.colleague.sees(cell.word)
                (post,) = seen.posts or seen.trashed
                requests, connections = len(cell.proxy.requests), cell.line.looked_up
                assert requests == connections, "each request has a connection of its own"
                self.plain[scene] = cell.steps, plain(post["content"]["raw"], cell.word)
        return self.plain[scene]


class Cell:
    """See the module. `outcome` is NOW, LATER or ASKED; `steps` are the requests of the first run."""

    def __init__(self, site: Site, scene: Scene, home: Path) -> None:
        self.site = site
        self.scene = scene
        self.word = "w" + hashlib.sha256(f"{home}{time.time_ns()}".encode()).hexdigest()[:14]
        self.outcome = NOW
        self.steps: tuple[str, ...] = ()
        self.said: list[str] = []
        self.remarks: list[str] = []
        self.meant: Post
        self.colleague_wrote = ""
        self.may_be_gone = False
        self.cancel = Cancel()
        self._home = home
        self._intent = scene.intent
        self._conflicts: list[JobResult] = []
        self._problems: list[str] = []

    # --- the scene ---

    @contextmanager
    def running(self) -> Iterator[Cell]:
        """The cell with everything around it: a proxy, a line, and what has to be on the blog before."""
        self.line = Line()
        self.proxy = FaultProxy(self.site.blog.base_url, self.site.certificate)
        try:
            with on(self.line):
                self._account = Account("a1", "wordpress", "Her blog", self.proxy.base_url, "admin")
                self.world = World(self._home, Server(), make=self._open, accounts={"a1": self._account})
                self.world.clock.now = time.time()
                self._prepare()
                yield self
                self.world.stop()
        finally:
            self.proxy.close()
            self.line.close()

    def _open(self, _world: World) -> Backend:
        return Backend(self._account, self.site.blog.app_password, self.site.http)

    def _prepare(self) -> None:
        """Her text, her pictures, and the post as it was before the plan."""
        count = self.scene.pictures
        folder = self._home / "library"
        folder.mkdir(parents=True)
        for number in range(count):
            (folder / f"{self.word}-{number}.png").write_bytes(picture(f"{self.word}{number}"))
        shown = "".join(f'\n\n![Picture {n}]({self.word}-{n}.png "Caption {n}")' for n in range(count))
        post = Post(
            f"{self.word[1:]}00", f"Trains; and quiet {self.word}",
            f"The first words.{shown}\n\nThe last words.", tags=(f"rail {self.word}",),
        )  # fmt: skip
        if self.scene.plan == "schedule":
            post = replace(post, date=datetime.now(UTC).replace(microsecond=0) + timedelta(days=3))
        self.meant = post
        if self.scene.plan in ("update", "unpublish", "delete"):
            before = replace(post, body="The first words.") if self.scene.plan == "update" else post
            (result,) = self._go(before, Intent.PUBLISH)
            assert result.kind is ResultKind.DONE, result.sentence
            for look in self.world.journal.sweeps():  # that of what was before is not of this plan
                self.world.journal.swept(look)
        self.line.looked_up = 0
        self.proxy.forget()

    def _go(self, post: Post, intent: Intent) -> tuple[JobResult, ...]:
        self.world.click(post, intent)
        return self.world.run()

    # --- what a fault may do ---

    def click(self) -> None:
        """She presses the button."""
        self.world.click(self.meant, self._intent)

    def writes_more(self) -> None:
        """She has typed on, and presses the button once more."""
        self.meant = replace(self.meant, title=f"Trains; and noise {self.word}")
        intent = Intent.UPDATE if self.scene.plan in ("publish", "update") else self._intent
        self.world.click(self.meant, intent)

    def stops(self) -> None:
        """She presses Stop."""
        self.cancel.set()

    def colleague_adds(self) -> None:
        """A colleague writes a paragraph under whatever is there."""
        words = "A colleague had something to add."
        if self.site.colleague.adds(self.word, words):
            self.colleague_wrote = words

    def colleague_deletes(self, *, for_good: bool) -> None:
        """A colleague takes the post away."""
        self.may_be_gone = True
        self.site.colleague.deletes(self.word, for_good=for_good)

    def second_program(self) -> None:
        """A second program on the same library wants to send what is in the outbox."""
        other = World(
            self._home, Server(), clock=self.world.clock, make=self._open, accounts=self.world.accounts
        )
        if other.run():
            self._problems.append("a second program was sending at the same time")
        other.stop()

    def clock_jumps(self, seconds: float) -> None:
        """The computer's clock is set, or it has slept."""
        self.world.clock.now += seconds

    # --- to rest ---

    def settle(self) -> None:
        """Let it run, and let time pass, until nothing is left to do; she answers what she is asked."""
        self._run()
        self.steps = names_of(self.proxy.requests)
        self.proxy.clear()
        self.line.clear()
        self.cancel = Cancel()
        self._until_rest(sweeps=False)
        self.proxy.deliver()
        self._until_rest(sweeps=True)

    def _until_rest(self, *, sweeps: bool) -> None:
        for _round in range(40):
            for job in self.world.outbox.jobs():
                if job.state in (JobState.FAILED, JobState.PAUSED):
                    self.outcome = ASKED
                    self._decide(job.id, job.reason)
            due = self.world.outbox.next_due()
            if due is None or not (sweeps or self.world.outbox.jobs()):
                return
            self.world.clock.now = max(self.world.clock.now, due)
            self._run()
        self._problems.append(f"never at rest: {self.said[-1:]}")

    def _decide(self, job_id: str, reason: Reason) -> None:
        outbox = self.world.outbox
        if reason is Reason.CONFLICT and self._conflicts[-1].remote is not None:
            outbox.keep_mine(job_id, self._conflicts[-1].remote.revision)
        elif reason in (Reason.GONE, Reason.TRASHED):
            outbox.publish_as_new(job_id)
        else:
            outbox.retry_now(job_id)

    def _run(self) -> None:
        self.world.backend = self._open(self.world)  # the program opens a connection for each run
        asked = len(self.proxy.requests)
        try:
            results = self.world.outbox.run(self.cancel)
        except Killed:
            self.line.clear()
            self.proxy.clear()
            self.world.stop()
            self.world.start()
            return
        for result in results:
            self._hear(result, self.proxy.requests[asked:])

    def _hear(self, result: JobResult, requests: list[Request]) -> None:
        if result.kind is ResultKind.DONE:
            self.remarks += result.remarks
            return
        self.outcome = LATER if self.outcome == NOW else self.outcome
        self.said.append(result.sentence)
        error = result.error
        if result.kind is ResultKind.CONFLICT:
            self._conflicts.append(result)
        if error is None or isinstance(error, Cancelled):
            return  # she stopped it herself
        if not (error.happened and error.means and error.todo):
            self._problems.append(f"she was told only: {result.sentence!r}")
        last = requests[-1] if requests else None
        met = last is not None and last.action not in (None, "answer after")  # which speaks for the server
        done = last is not None and last.status is not None and last.status < 300 and changes(last)
        if met and done and not isinstance(error, OutcomeUnknown) and _NOTHING.search(error.means):
            self._problems.append(f"she was told that nothing was sent, but it was: {result.sentence!r}")

    # --- the law ---

    def problems(self, content: str) -> list[str]:
        """What breaks the law; `content` is the text on the blog when nothing goes wrong."""
        seen = self.site.colleague.sees(self.word)
        found = list(self._problems)
        if self.scene.plan == "delete":
            found += [f"{p['status']} beside the trash" for p in seen.posts]
        elif not (self.may_be_gone and not seen.posts and self._is_told_gone()):
            found += self._post(seen, content)
        found += self._files(seen)
        found += self._memory(seen)
        if self.outcome == ASKED and self._conflicts and not self.colleague_wrote:
            found.append(f"a conflict with nobody: {self.said}")
        return found

    def _post(self, seen: Seen, content: str) -> list[str]:
        if len(seen.posts) != 1:
            return [f"{len(seen.posts)} posts: {[(p['id'], p['status'], p['slug']) for p in seen.posts]}"]
        (post,) = seen.posts
        found = []
        wanted = _IN_STATE[self.scene.plan]
        if post["status"] != wanted:
            found.append(f"it is {post['status']}, not {wanted}")
        if post["title"]["raw"] != self.meant.title:
            found.append(f"its title is {post['title']['raw']!r}")
        if post["slug"].startswith("pd-"):
            found.append(f"its address is {post['slug']}")
        theirs = post["content"]["raw"]
        if plain(theirs.replace(f"\n\n{block(self.colleague_wrote)}", ""), self.word) != content:
            found.append(f"its text is {theirs!r}")
        told = any("tags" in remark for remark in self.remarks)
        if self.site.colleague.tags(post) != set(self.meant.tags) and not told:
            found.append("its tags are not hers")
        if self.meant.date is not None and post["date_gmt"] != f"{self.meant.date:%Y-%m-%dT%H:%M:%S}":
            found.append(f"its date is {post['date_gmt']}")
        addresses = set(re.findall(r'src="([^"]*)"', theirs))
        served = {_path(f["source_url"]) for f in seen.files}
        if len(addresses) != self.scene.pictures or not {_path(a) for a in addresses} <= served:
            found.append(f"it shows {addresses}, there are {served}")
        if self.colleague_wrote and not self._is_kept(post):
            found.append("what a colleague wrote is nowhere")
        return found

    def _is_kept(self, post: dict[str, Any]) -> bool:
        return (
            self.colleague_wrote in post["content"]["raw"]
            or any(r.remote is not None and self.colleague_wrote in r.remote.content for r in self._conflicts)
            or self.site.colleague.finds_in_revisions(post, self.colleague_wrote)
        )

    def _is_told_gone(self) -> bool:
        """Whether she knows that a colleague took the post away; taking it offline has come to the same."""
        return self.scene.plan == "unpublish" or any("trash" in remark for remark in self.remarks)

    def _files(self, seen: Seen) -> list[str]:
        found = []
        names = [re.sub(r"-\d+(?=\.)", "", f["slug"]) for f in seen.files]
        if len(names) != self.scene.pictures:
            found.append(f"{len(names)} files for {self.scene.pictures} pictures: {sorted(names)}")
        if not all(f["alt_text"] and f["caption"]["raw"] for f in seen.files):
            found.append("a picture is not described")
        return found

    def _memory(self, seen: Seen) -> list[str]:
        found = []
        receipts = self.world.receipts.all()
        there = {str(p["id"]) for p in (*seen.posts, *seen.trashed)}
        if self.may_be_gone and not receipts:
            pass  # it is gone, and the library knows
        elif [r.remote_id in there for r in receipts] != [True]:
            found.append(f"receipts for {[r.remote_id for r in receipts]}, posts {sorted(there)}")
        elif (
            self.scene.plan not in ("unpublish", "delete")
            and receipts[0].sent_hash != self.meant.content_hash
        ):
            found.append("the library takes another text for the one on the blog")
        if not self.may_be_gone and len(seen.trashed) > (1 if self.scene.plan == "delete" else 0):
            empty = [p for p in seen.trashed if "first words" not in p["content"]["raw"]]
            if len(empty) != len(seen.trashed) - (self.scene.plan == "delete"):
                found.append("a post with text lies in the trash")
        if self.world.outbox.jobs():
            found.append("the outbox is not empty")
        return found


def _path(address: str) -> str:
    return re.sub(r"^https?://[^/]*", "", address)


def picture(content: str) -> bytes:
    """A picture of its own: the content is a comment in it."""
    whole = png(7)
    kind, words = b"tEXt", b"Comment\0" + content.encode()
    chunk = len(words).to_bytes(4, "big") + kind + words + zlib.crc32(kind + words).to_bytes(4, "big")
    return whole[:33] + chunk + whole[33:]


Arm = Callable[[Cell, int], None]
"""Puts a fault in the way of the request with that number, counted from 0."""
