"""A writer's world for tests: an outbox on the disk, receipts, a fake blog, and a clock that only moves when told
to."""

from __future__ import annotations

import json
import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from postdesk.backends.base import Backend, Capability
from postdesk.core import receipt as receipts
from postdesk.core.account import Account
from postdesk.core.cancel import Cancel
from postdesk.core.errors import PictureRefused
from postdesk.core.files import content_hash, load_json
from postdesk.core.post import Post
from postdesk.core.receipt import Receipt
from postdesk.publishing.compare import outgoing_from_json
from postdesk.publishing.content import collect
from postdesk.publishing.engine import Engine
from postdesk.publishing.job import JobState
from postdesk.publishing.journal import Journal
from postdesk.publishing.linked import find_links
from postdesk.publishing.outbox import JobResult, Outbox, snapshot_of
from postdesk.publishing.plan import Intent, Plan, Snapshot, make_plan
from tests.publishing.fake_blog import ACCOUNT, ALL, FakeBlog, Fault, Server

START = datetime(2026, 11, 22, 12, 0, tzinfo=UTC).timestamp()


class Clock:
    """Seconds since the epoch, moved by hand."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> float:
        return self.now


class DiskReceipts:
    """Receipts and bases in a folder; the same promises as library.receipts."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def get(self, post_id: str, account_id: str) -> Receipt | None:
        values = load_json(self._folder / f"{post_id}.{account_id}.json", {})
        return receipts.from_json(values) if values else None

    def for_post(self, post_id: str) -> tuple[Receipt, ...]:
        return tuple(
            receipts.from_json(load_json(f, {})) for f in sorted(self._folder.glob(f"{post_id}.*.json"))
        )

    def all(self) -> tuple[Receipt, ...]:
        return tuple(receipts.from_json(load_json(f, {})) for f in sorted(self._folder.glob("*.json")))

    def put(self, receipt: Receipt) -> None:
        self._save(
            self._folder / f"{receipt.post_id}.{receipt.account_id}.json",
            json.dumps(receipts.to_json(receipt)),
        )

    def remove(self, post_id: str, account_id: str) -> None:
        (self._folder / f"{post_id}.{account_id}.json").unlink(missing_ok=True)

    def put_base(self, text: str) -> str:
        name = content_hash(text.encode())
        self._save(self._folder / "base" / name, text)
        return name

    def base(self, content_hash: str) -> str | None:
        file = self._folder / "base" / content_hash
        return file.read_text() if content_hash and file.exists() else None

    @staticmethod
    def _save(file: Path, text: str) -> None:
        file.parent.mkdir(parents=True, exist_ok=True)
        beside = file.with_suffix(".new")
        beside.write_text(text)
        beside.replace(file)


def png(red: int) -> bytes:
    """A 1x1 picture."""

    def part(kind: bytes, data: bytes) -> bytes:
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    header = struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + part(b"IHDR", header)
        + part(b"IDAT", zlib.compress(bytes([0, red, 0, 0])))
        + part(b"IEND", b"")
    )


def post_with(pictures: int, *, title: str = "Trains; and quiet", extra: str = "") -> Post:
    """A post with so many pictures."""
    shown = "".join(f'\n\n![Picture {n}](p{n}.png "Caption {n}")' for n in range(pictures))
    return Post(
        "0123456789abcdef", title, f"The first words.{shown}\n\nThe last words.{extra}", tags=("rail",)
    )


@dataclass
class World:
    """Everything on one machine. `blog` is asked for a backend at every run."""

    home: Path
    server: Server
    clock: Clock = field(default_factory=Clock)
    faults: list[Fault] = field(default_factory=list)
    make: Callable[[World], Backend] | None = None
    on_write: Callable[[str], None] = lambda _moment: None
    accounts: dict[str, Account] = field(default_factory=lambda: {ACCOUNT.id: ACCOUNT})
    receipts_folder: Path | None = None

    def __post_init__(self) -> None:
        self.receipts = DiskReceipts(self.receipts_folder or self.home / "receipts")
        self.backend: Backend = self.make(self) if self.make else FakeBlog(self.server, self.faults)
        self.start()

    def start(self) -> None:
        """The program starts."""
        self.journal = Journal(self.home / "state" / "outbox.db", self.clock, self.on_write)
        # Thousands of cases: the power cut is not what they test.
        self.journal._file._db.execute("pragma synchronous=off")
        self.engine = Engine(
            self.journal, self.receipts, self.clock, lambda r, _a: r.account_id not in self.accounts
        )
        self.outbox = Outbox(
            self.home / "state", self.journal, self.engine, self.receipts, self.clock, self.accounts.get,
            lambda _account: self.backend,
        )  # fmt: skip

    def stop(self) -> None:
        """The program ends."""
        self.journal.close()

    def resolve(self, ref: str) -> Path:
        file = self.home / "library" / ref
        if not file.is_file():
            raise PictureRefused(f"The picture {ref} is missing.", "Nothing was sent.", "Put it back.")
        return file

    def pictures(self, count: int) -> None:
        """Put so many pictures beside the post."""
        folder = self.home / "library"
        folder.mkdir(parents=True, exist_ok=True)
        for number in range(count):
            (folder / f"p{number}.png").write_bytes(png(number))

    def plan(
        self, post: Post, intent: Intent = Intent.PUBLISH, capabilities: frozenset[Capability] = ALL,
        account: Account = ACCOUNT, when: datetime | None = None,
    ) -> Plan:  # fmt: skip
        collected = collect(post, self.resolve)
        if collected.refused:
            raise collected.refused[0][1]
        return make_plan(
            post, account, intent, pictures=collected.pictures, receipt=self.engine.receipt(post.id, account.id),
            capabilities=capabilities, now=datetime.fromtimestamp(self.clock(), UTC), when=when,
            links=find_links(collected.linked, lambda post_id: self.engine.receipt(post_id, account.id))[0],
        )  # fmt: skip

    def click(self, post: Post, intent: Intent = Intent.PUBLISH) -> str:
        """Publish, Update, …: journalled, nothing sent yet."""
        return self.outbox.submit(self.plan(post, intent))

    def click_undo(self, job_id: str) -> None:
        """The way back of a job that is done, as the toast offers it: what was live before, or a draft again."""
        job = self.journal.job(job_id)
        assert job is not None
        post, account = snapshot_of(job).post, self.accounts[job.account_id]
        if not job.before:
            self.outbox.submit(self.plan(post, Intent.UNPUBLISH, account=account))
            return
        before = json.loads(job.before)
        snapshot = Snapshot(
            post, account.id, Intent.RESTORE, restore=outgoing_from_json(before["outgoing"]),
            restore_hash=before["sent_hash"],
        )  # fmt: skip
        self.outbox.submit(Plan(account, snapshot, ()))

    def run(self, job_id: str | None = None) -> tuple[JobResult, ...]:
        return self.outbox.run(Cancel(), job_id=job_id)

    def publish(self, post: Post, intent: Intent = Intent.PUBLISH) -> JobResult:
        """Click and let it go out."""
        self.click(post, intent)
        return self.run()[-1]

    def settle(self, *, sweeps: bool = True) -> None:
        """Let time pass until nothing is left to do; without `sweeps`, until no job is left. A definite no is
        answered by the writer's "try again"."""
        for _round in range(60):
            for job in self.outbox.jobs():
                if job.state is JobState.FAILED:
                    self.outbox.retry_now(job.id)
            due = self.outbox.next_due()
            if due is None or not (sweeps or self.outbox.jobs()):
                return
            self.clock.now = max(self.clock.now, due)
            self.run()
        raise AssertionError(f"not at rest: {self.outbox.jobs()} {self.journal.sweeps()}")
