"""Every kind of save, with every call of the system failing in turn: no word is lost, and she is told in a sentence."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from postdesk.core.account import Account
from postdesk.core.cancel import Cancel
from postdesk.core.errors import PostDeskError
from postdesk.core.files import content_hash, sweep
from postdesk.core.folders import Folders, under
from postdesk.core.post import Post
from postdesk.core.receipt import Receipt
from postdesk.core.settings import Settings, load_settings, save_settings
from postdesk.exchange.bring import bring
from postdesk.exchange.detect import open_source
from postdesk.library.document import Document
from postdesk.library.history import History
from postdesk.library.library import Library
from postdesk.library.receipts import Receipts
from postdesk.library.recovery import Recovery
from postdesk.publishing.accounts import Accounts
from postdesk.publishing.job import Job, JobState, Reason
from postdesk.publishing.journal import Journal
from tests.exchange.conftest import png
from tests.faults.system import CODES, Failing, full_at

OLD = "---\nid: 0123456789abcdef\ntitle: Storm\n---\n\nThe old words.\n"
PICTURE = png()
_AT = "//blog.example/a.png"


@dataclass
class Desk:
    """A writer's folders with a library of one post in them."""

    home: Path
    folders: Folders = field(init=False)
    root: Path = field(init=False)
    library: Library = field(init=False)

    def __post_init__(self) -> None:
        self.folders = under(self.home)
        self.root = self.folders.documents / "Posts"
        (self.root / ".postdesk").mkdir(parents=True)
        self.post.write_text(OLD, "utf-8")
        self.folders.data.mkdir()
        self.folders.state.mkdir()
        self.library = Library(self.root, self.folders)
        self.library.open()
        self.library.summaries()

    @property
    def post(self) -> Path:
        return self.root / "Storm.md"

    @property
    def document(self) -> Document:
        return self.library.read(self.post)

    def everywhere(self) -> str:
        """All that any file says, and any version in the history."""
        files = [path.read_bytes() for path in self.home.rglob("*") if path.is_file()]
        kept = list(self.library.files_of("0123456789abcdef"))
        return "\n".join(data.decode("utf-8", "replace") for data in (*files, *kept))


Act = Callable[[], object]


@dataclass(frozen=True)
class Save:
    """A kind of save. `begin` gives what she does; `done` asks whether it is done; `words` are never lost; `again`:
    doing it a second time after it was done is no failure."""

    begin: Callable[[Desk], Act]
    done: Callable[[Desk], bool]
    words: tuple[str, ...] = ("The old words.",)
    again: bool = True


def _said(desk: Desk, words: str) -> bool:
    return any(words in path.read_text("utf-8") for path in desk.root.glob("*.md"))


def _save(desk: Desk) -> Act:
    document = desk.document
    return lambda: desk.library.save(document, replace(document.post, body="The new words.\n"))


def _keep_both(desk: Desk) -> Act:
    document = desk.document
    return lambda: desk.library.keep_both(desk.document, replace(document.post, body="The new words.\n"))


def _kept_both(desk: Desk) -> bool:
    copies = [path.read_text("utf-8") for path in desk.root.glob("Storm (conflict*")]
    return "The new words." in desk.post.read_text("utf-8") and any(
        "The old words." in copy for copy in copies
    )


def _put_back(desk: Desk) -> Act:
    document = desk.document
    desk.post.unlink()
    return lambda: desk.library.put_back(document, document.post)


def _carry_id(desk: Desk) -> Act:
    desk.post.write_text("---\ntitle: Storm\n---\n\nThe old words.\n", "utf-8")
    desk.library.look()
    document = desk.document
    return lambda: desk.library.carry_id(document)


def _rename(desk: Desk) -> Act:
    document = desk.document
    return lambda: desk.library.rename(document, "Calm")


def _restore(desk: Desk) -> Act:
    trashed = desk.library.trash(desk.post)
    return lambda: desk.library.restore(trashed)


def _recovery(desk: Desk) -> Act:
    recovery = Recovery(desk.folders.state)
    recovery.put("a", Post("a", body="The words of before."), path=desk.post)
    return lambda: recovery.put("a", Post("a", body="The new words."), path=desk.post)


def _recovered(desk: Desk) -> bool:
    return [entry.post.body for entry in Recovery(desk.folders.state).all()] == ["The new words."]


def _pending(desk: Desk) -> Act:
    _recovery(desk)()
    return lambda: Recovery(desk.folders.state).pending(desk.library.read, desk.root)


def _receipt(number: str) -> Receipt:
    return Receipt("0123456789abcdef", "blog", number, published_at=datetime(2026, 3, 1, tzinfo=UTC))


def _receipts(desk: Desk) -> Act:
    receipts = Receipts(desk.root)
    receipts.put(_receipt("7"))

    def act() -> None:
        receipts.put_base("What the blog had.")
        receipts.put(_receipt("8"))

    return act


def _received(desk: Desk) -> bool:
    receipts = Receipts(desk.root)
    found = receipts.get("0123456789abcdef", "blog")
    return found is not None and found.remote_id == "8"


def _settings(desk: Desk) -> Act:
    save_settings(desk.folders, Settings(searches={"mine": "tag:storm"}))
    return lambda: save_settings(desk.folders, replace(load_settings(desk.folders), theme="dark"))


def _settled(desk: Desk) -> bool:
    found = load_settings(desk.folders)
    assert found.searches == {"mine": "tag:storm"}
    return found.theme == "dark"


def _account(desk: Desk) -> Act:
    accounts = Accounts(desk.folders)
    accounts.add(Account("one", "wordpress", "First blog", "https://a.example"))

    def act() -> None:
        if accounts.get("two") is None:
            accounts.add(Account("two", "wordpress", "Second blog", "https://b.example"))

    return act


def _import(desk: Desk) -> Act:
    site = desk.home / "site"
    (site / "2025").mkdir(parents=True)
    (site / "2025" / "a.md").write_text("---\ntitle: A\n---\n\n![](a.png)\n\nThe imported words.\n", "utf-8")
    (site / "2025" / "a.png").write_bytes(PICTURE)

    def act() -> None:
        summary = bring(desk.library, open_source(site), "Old", Cancel())
        if summary.problems:
            raise PostDeskError(summary.problems[0].sentence)

    return act


def _imported(desk: Desk) -> bool:
    made = list((desk.root / "Old").rglob("*.md"))
    assert len(made) <= 1, "never twice"
    pictures = [path.read_bytes() for path in (desk.root / "Old").rglob("*.png")]
    assert pictures in ([], [PICTURE]), "whole, or told of"
    return len(made) == 1


def _open(desk: Desk) -> Act:
    desk.library.close()

    def act() -> None:
        desk.library.open()
        desk.library.look()
        desk.library.close()

    return act


def _opened(desk: Desk) -> bool:
    desk.library.open()
    return desk.library.find("0123456789abcdef") == desk.post


SAVES = {
    # What she replaced may be gone where the history fails: it never stops a save.
    "a save": Save(_save, lambda d: _said(d, "The new words."), words=("words.",), again=False),
    "a new post": Save(
        lambda d: lambda: d.library.new("Calm", body="The new words.\n"), lambda d: _said(d, "The new words.")
    ),
    "keeping both": Save(_keep_both, _kept_both, again=False),
    "putting back": Save(_put_back, lambda d: _said(d, "The old words."), words=(), again=False),
    "an id": Save(_carry_id, lambda d: "id: " in d.post.read_text("utf-8"), again=False),
    "a rename": Save(_rename, lambda d: (d.root / "Calm.md").exists(), again=False),
    "the trash": Save(lambda d: lambda: d.library.trash(d.post), lambda d: not d.post.exists(), again=False),
    "back from the trash": Save(_restore, lambda d: _said(d, "The old words."), again=False),
    "a picture": Save(
        lambda d: lambda: d.library.add_picture(d.document, "a.png", PICTURE),
        lambda d: (d.root / "a.png").read_bytes() == PICTURE,
    ),
    "a copy of a blog's picture": Save(
        lambda d: (
            lambda: d.library.blog_pictures.keep(
                _AT, PICTURE, content_hash(PICTURE), d.root / "Blog", "a.png"
            )
        ),
        lambda d: d.library.blog_pictures.data(_AT) == PICTURE and len(list(d.root.glob("Blog/*.png"))) == 1,
    ),
    "a recovery copy": Save(_recovery, _recovered),
    "the start after a crash": Save(_pending, _recovered, words=("The old words.", "The new words.")),
    "a receipt": Save(_receipts, _received),
    "the settings": Save(_settings, _settled, words=("tag:storm",)),
    "an account": Save(_account, lambda d: len(Accounts(d.folders).all()) == 2, words=("First blog",)),
    "an import": Save(_import, _imported, words=("The old words.", "The imported words.")),
    "opening the library": Save(_open, _opened),
}


@pytest.fixture(autouse=True)
def calm() -> Iterator[None]:
    """What is logged on the way is not what is tested here."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


@contextmanager
def _begun(home: Path, kind: Save) -> Iterator[tuple[Desk, Act]]:
    desk = Desk(home)
    try:
        yield desk, kind.begin(desk)
    finally:
        desk.library.close()


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("name", SAVES)
def test_whichever_call_fails_no_word_is_lost_and_the_next_try_is_done(
    name: str, code: str, tmp_path: Path
) -> None:
    """Law: for every N, when call N of the system fails, she is told by one of our errors or it is done; every word is
    in some file; and the same again, on a sound disk, is done."""
    kind = SAVES[name]
    number, told = 0, 0
    while True:
        number += 1
        home = tmp_path / f"{number}"
        with _begun(home, kind) as (desk, act):
            system = Failing(home, number, CODES[code])
            failure: PostDeskError | None = None
            with system.installed():
                try:
                    act()
                except PostDeskError as error:
                    failure = error
            if not system.failed:
                assert failure is None
                break
            where = f"call {number}: {system.failed}"
            lost = [words for words in kind.words if words not in desk.everywhere()]
            assert not lost, where
            if failure is not None:
                told += 1
                assert "." in failure.sentence, where
                if kind.again or not kind.done(desk):
                    act()
            assert kind.done(desk), where
            assert not [words for words in kind.words if words not in desk.everywhere()], where
            sweep(desk.root, older_than=0)
            assert not list(desk.root.glob(".pd-*")), where
    assert number > 5
    assert told


# --- databases, whose calls are SQLite's own: the disk is full at every size


def test_wherever_the_disk_is_full_the_history_keeps_what_it_said_to_keep(tmp_path: Path) -> None:
    told = kept_all = 0
    for step in range(0, 400_000, 12_000):
        history = History(tmp_path / f"{step}")
        kept: list[bytes] = []
        for number in range(12):
            data = bytes([number]) + f"version {number} ".encode() * 200 + bytes(range(256)) * number
            try:
                with full_at(step):
                    history.keep("a", data)
            except PostDeskError as error:
                told += "older versions" in error.sentence
            else:
                kept.insert(0, data)
        kept_all += len(kept) == 12
        assert [history.read(version) for version in history.versions("a")] == kept
        history.keep("a", b"with room again")
        assert history.read(history.versions("a")[0]) == b"with room again"
        history.close()
        again = History(tmp_path / f"{step}")
        assert [again.read(version) for version in again.versions("a")] == [b"with room again", *kept]
        again.close()
    assert told
    assert kept_all


def _job(number: int) -> Job:
    words = f"The words of post {number}. " * 60
    return Job(
        f"job{number}", f"post{number}", "blog", "Storm", "publish", JobState.WAITING, Reason.NEW, "", words, "", "",
        "", "", uncertain=False, tries=0, made=float(number), due=0.0, remarks=(), address="",
    )  # fmt: skip


def test_wherever_the_disk_is_full_the_journal_has_what_was_asked_for_or_says_no(tmp_path: Path) -> None:
    told = 0
    for step in range(0, 300_000, 12_000):
        path = tmp_path / f"{step}" / "outbox.db"
        with suppress(PostDeskError), full_at(step):
            Journal(path, lambda: 0.0).close()
        journal = Journal(path, lambda: 0.0)
        assert not journal.remark, "a full disk is no damage"
        taken: list[str] = []
        for number in range(20):
            try:
                with full_at(step):
                    journal.submit(_job(number))
            except PostDeskError as error:
                told += "Nothing was sent" in error.sentence
            else:
                taken.append(f"job{number}")
        assert [job.id for job in journal.jobs()] == taken
        journal.submit(_job(99))
        journal.close()
        again = Journal(path, lambda: 0.0)
        assert not again.remark
        assert [job.id for job in again.jobs()] == [*taken, "job99"]
        again.close()
    assert told
