"""A save is whole or has not happened: every call of the system fails once, the disk is full, the process is killed."""

from __future__ import annotations

import errno
import os
import signal
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from postdesk.core import files
from postdesk.core.errors import DiskFull, FileChanged, FileGone, LibraryError, NameTaken, NotWritable
from postdesk.core.files import ANY, content_hash, load_json, read_file, save_file, save_json, sweep
from tests.conftest import ExpectLog
from tests.kills import kills

OLD = b"the old text\n" * 700
NEW = b"the new text, which is longer\n" * 900


class FailingSystem:
    """Stands in for the module `os` in `postdesk.core.files`: call number `at` fails with `code`; all are counted."""

    COUNTED = frozenset(
        {
            "access",
            "chmod",
            "close",
            "fchmod",
            "fchown",
            "fstat",
            "fsync",
            "getxattr",
            "link",
            "listdir",
            "listxattr",
        }
        | {"lstat", "makedirs", "open", "read", "rename", "replace", "setxattr", "stat", "unlink", "write"}
    )

    def __init__(self, at: int, code: int) -> None:
        self.at = at
        self.code = code
        self.calls = 0
        self.failed = ""

    def __getattr__(self, name: str) -> Any:
        real = getattr(os, name)
        if name not in self.COUNTED:
            return real

        def call(*arguments: Any, **named: Any) -> Any:
            self.calls += 1
            if self.calls != self.at:
                return real(*arguments, **named)
            self.failed = name
            if name == "access":
                return False
            if name == "close":
                real(*arguments)  # a failing close closes all the same
            raise OSError(self.code, os.strerror(self.code))

        return call


def names(folder: Path) -> set[str]:
    return {entry.name for entry in folder.iterdir()}


KINDS = [
    "over the version last read",
    "whatever is there",
    "a new file",
    "a new file where links are not",
    "through a link",
]


def set_up(kind: str, folder: Path) -> tuple[Path, Path, str | None]:
    """The path to save to, the file that holds the text, and what is expected there."""
    target = folder / "post.md"
    if kind.startswith("a new file"):
        return target, target, None
    target.write_bytes(OLD)
    target.chmod(0o640)
    if hasattr(os, "setxattr"):
        os.setxattr(target, "user.colour", b"red")
    if kind == "whatever is there":
        return target, target, ANY
    if kind == "through a link":
        link = folder / "link.md"
        link.symlink_to("post.md")
        return link, target, content_hash(OLD)
    return target, target, content_hash(OLD)


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EIO, errno.EPERM])
@pytest.mark.parametrize("kind", KINDS)
def test_whichever_call_fails_the_file_is_whole(
    kind: str, code: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Law: for every N, when call N of the system fails, the old file or the new one is there whole, nothing else
    is left in the folder, and what is raised is one of our errors with a sentence, or else the new file is there.
    """
    seen: list[str] = []
    sentences: list[str] = []
    number = 0
    while True:
        number += 1
        folder = tmp_path / f"{number}"
        folder.mkdir()
        path, holder, expected = set_up(kind, folder)
        before = names(folder)
        system = FailingSystem(number, code)
        with monkeypatch.context() as patch:
            patch.setattr(files, "os", system)
            if kind == "a new file where links are not":

                def no_links(*_arguments: object) -> None:
                    raise OSError(errno.EPERM, "no links here")

                patch.setattr(FailingSystem, "link", staticmethod(no_links), raising=False)
            result = None
            try:
                result = save_file(path, NEW, expected=expected)
            except LibraryError as error:
                sentences.append(error.sentence)
        if not system.failed:
            break
        seen.append(system.failed)
        there = holder.read_bytes() if holder.exists() else None
        assert there in (None if expected is None else OLD, NEW), f"torn by {system.failed}, call {number}"
        if result is not None:
            assert there == NEW
        assert names(folder) - {"post.md"} == before - {"post.md"}, (
            f"litter after {system.failed}, call {number}"
        )
        if kind == "through a link":
            assert path.is_symlink()
    assert {"open", "write", "fsync", "close", "fstat"} <= set(seen)
    assert ("replace" in seen) == (kind != "a new file")
    assert len(sentences) > 5
    assert all("." in sentence for sentence in sentences)


def test_a_failing_disk_is_told_apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for code, kind in [
        (errno.ENOSPC, DiskFull),
        (errno.EDQUOT, DiskFull),
        (errno.EROFS, NotWritable),
        (errno.EACCES, NotWritable),
        (errno.ENOENT, FileGone),
        (errno.ENAMETOOLONG, LibraryError),
        (errno.EIO, LibraryError),
        (errno.EINVAL, LibraryError),
    ]:

        def refuse(*_arguments: object, code: int = code) -> int:
            raise OSError(code, os.strerror(code))

        with monkeypatch.context() as patch:
            patch.setattr(files, "_write", refuse)
            with pytest.raises(LibraryError) as caught:
                save_file(tmp_path / "post.md", NEW, expected=None)
        assert type(caught.value) is kind
        assert "post.md" in caught.value.happened or code == errno.ENAMETOOLONG
        assert not names(tmp_path)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A real file system of 256 KB where this user may mount one; otherwise a folder under a limit of 256 KB a file."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = os.name == "posix" and os.geteuid() == 0 and sys.platform == "linux"
    if mounted:
        mounted = not subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", str(folder)],
            capture_output=True,
            check=False,
        ).returncode
    if mounted:
        yield folder
        subprocess.run(["umount", "-l", str(folder)], check=True)
        return
    import resource

    old = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (256 * 1024, old[1]))
    yield folder
    resource.setrlimit(resource.RLIMIT_FSIZE, old)


def test_on_a_full_disk_the_old_file_stays(small_disk: Path) -> None:
    post = small_disk / "post.md"
    post.write_bytes(OLD)
    for size in (250_000, 300_000, 1_000_000):
        data = os.urandom(size)
        try:
            save_file(post, data, expected=ANY)
        except DiskFull:
            assert post.read_bytes() == OLD
        else:
            assert size < 256 * 1024, "more than the disk holds was taken for saved"
            post.unlink()
            post.write_bytes(OLD)
        assert names(small_disk) == {"post.md"}
    with pytest.raises(DiskFull):
        save_file(small_disk / "new.md", os.urandom(300_000), expected=None)
    assert names(small_disk) == {"post.md"}


def test_a_short_write_is_continued(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Slow:
        def __getattr__(self, name: str) -> Any:
            return getattr(os, name)

        @staticmethod
        def write(descriptor: int, data: memoryview) -> int:
            return os.write(descriptor, data[:1000])

    monkeypatch.setattr(files, "os", Slow())
    save_file(tmp_path / "post.md", NEW, expected=None)
    assert (tmp_path / "post.md").read_bytes() == NEW


def test_a_disk_that_swallows_bytes_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Liar:
        def __getattr__(self, name: str) -> Any:
            return getattr(os, name)

        @staticmethod
        def write(descriptor: int, data: memoryview) -> int:
            os.write(descriptor, data[:1000])
            return len(data)

    (tmp_path / "post.md").write_bytes(OLD)
    monkeypatch.setattr(files, "os", Liar())
    with pytest.raises(LibraryError):
        save_file(tmp_path / "post.md", NEW, expected=content_hash(OLD))
    assert (tmp_path / "post.md").read_bytes() == OLD
    assert names(tmp_path) == {"post.md"}


SAVER = """
import sys
from pathlib import Path
from postdesk.core.files import ANY, read_file, save_file
path = Path(sys.argv[1])
number = 0
print("ready", flush=True)
while True:
    number += 1
    kind = number % 3
    data = (f"{number:08d}\\n" * 5000).encode()
    if kind == 0:
        save_file(path, data, expected=ANY)
    elif kind == 1:
        save_file(path, data, expected=read_file(path)[1])
    else:
        new = path.with_name(f"new-{number}.md")
        save_file(new, data, expected=None)
        new.unlink()
"""


def test_a_killed_save_never_tears_the_file(tmp_path: Path) -> None:
    """Kills at moments spread over saves that follow each other without a pause."""
    post = tmp_path / "post.md"
    post.write_bytes(b"00000000\n" * 5000)
    for kill in range(kills(60)):
        with subprocess.Popen([sys.executable, "-c", SAVER, str(post)], stdout=subprocess.PIPE) as child:
            assert child.stdout is not None
            assert child.stdout.readline() == b"ready\n"
            before = time.perf_counter()
            while time.perf_counter() - before < 0.0007 * (kill % 31):
                pass
            child.send_signal(signal.SIGKILL)
        for file in tmp_path.glob("[!.]*.md"):
            lines = file.read_bytes().splitlines()
            assert len(lines) == 5000
            assert len(set(lines)) == 1
            if file != post:
                file.unlink()
        assert all(files.is_litter(name) for name in names(tmp_path) - {"post.md"})
    sweep(tmp_path, older_than=0)
    assert names(tmp_path) == {"post.md"}


def test_only_litter_that_is_old_is_swept(tmp_path: Path) -> None:
    old = tmp_path / ".pd-0123456789abcdef01234567.tmp"
    young = tmp_path / ".pd-0123456789abcdef01234568.tmp"
    for file in (old, young, tmp_path / "post.tmp", tmp_path / ".pd-notes.tmp"):
        file.write_text("x")
        os.utime(file, (time.time() - 7200,) * 2)
    os.utime(young)
    assert sweep(tmp_path) == 1
    assert not old.exists()
    assert len(names(tmp_path)) == 3


def test_what_somebody_else_wrote_is_not_covered(tmp_path: Path) -> None:
    post = tmp_path / "post.md"
    post.write_bytes(OLD)
    times = post.stat()
    _data, seen = read_file(post)
    foreign = OLD.replace(b"old", b"odd")
    post.write_bytes(foreign)
    os.utime(post, ns=(times.st_atime_ns, times.st_mtime_ns))  # same size and time: the content tells
    with pytest.raises(FileChanged):
        save_file(post, NEW, expected=seen)
    assert post.read_bytes() == foreign


def test_a_change_during_the_save_is_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    post = tmp_path / "post.md"
    post.write_bytes(OLD)
    real = files._write

    def meanwhile(descriptor: int, data: bytes) -> None:
        real(descriptor, data)
        post.write_bytes(b"by another program")

    monkeypatch.setattr(files, "_write", meanwhile)
    with pytest.raises(FileChanged):
        save_file(post, NEW, expected=content_hash(OLD))
    assert post.read_bytes() == b"by another program"
    assert names(tmp_path) == {"post.md"}


def test_the_same_text_from_elsewhere_is_no_conflict(tmp_path: Path) -> None:
    post = tmp_path / "post.md"
    post.write_bytes(NEW)
    assert save_file(post, NEW, expected=content_hash(OLD)) == content_hash(NEW)


def test_a_deleted_file_is_not_made_again(tmp_path: Path) -> None:
    with pytest.raises(FileGone):
        save_file(tmp_path / "post.md", NEW, expected=content_hash(OLD))
    assert not names(tmp_path)


def test_of_eight_savers_on_one_version_one_wins(tmp_path: Path) -> None:
    post = tmp_path / "post.md"
    post.write_bytes(OLD)
    outcomes: list[str] = []
    start = threading.Barrier(8)

    def save(number: int) -> None:
        start.wait()
        try:
            save_file(post, f"saver {number}".encode(), expected=content_hash(OLD))
            outcomes.append("saved")
        except FileChanged:
            outcomes.append("changed")

    savers = [threading.Thread(target=save, args=(number,)) for number in range(8)]
    for saver in savers:
        saver.start()
    for saver in savers:
        saver.join()
    assert sorted(outcomes) == ["changed"] * 7 + ["saved"]


def test_a_name_that_is_taken_is_refused(tmp_path: Path) -> None:
    (tmp_path / "Straße – é.md").write_bytes(OLD)
    for taken in ("Straße – é.md", "straße – É.md", "Straße – e\u0301.md", "STRASSE – é.md"):
        with pytest.raises(NameTaken):
            save_file(tmp_path / taken, NEW, expected=None)
    assert names(tmp_path) == {"Straße – é.md"}


def test_a_name_taken_during_the_save_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    post = tmp_path / "post.md"
    real = files._write

    def meanwhile(descriptor: int, data: bytes) -> None:
        real(descriptor, data)
        post.write_bytes(OLD)

    monkeypatch.setattr(files, "_write", meanwhile)
    with pytest.raises(NameTaken):
        save_file(post, NEW, expected=None)
    assert post.read_bytes() == OLD
    assert names(tmp_path) == {"post.md"}


def test_a_read_only_file_is_not_replaced(tmp_path: Path) -> None:
    post = tmp_path / "post.md"
    post.write_bytes(OLD)
    post.chmod(0o444)
    with pytest.raises(NotWritable):
        save_file(post, NEW, expected=content_hash(OLD))
    assert post.read_bytes() == OLD


def test_a_read_only_folder_is_told_in_a_sentence(tmp_path: Path) -> None:
    folder = tmp_path / "library"
    folder.mkdir()
    (folder / "post.md").write_bytes(OLD)
    folder.chmod(0o555)
    for name, expected in [("post.md", content_hash(OLD)), ("new.md", None)]:
        with pytest.raises(NotWritable) as caught:
            save_file(folder / name, NEW, expected=expected)
        assert "read-only" in caught.value.sentence
    folder.chmod(0o755)


def test_mode_owner_attributes_and_link_survive(tmp_path: Path) -> None:
    post = tmp_path / "post.md"
    post.write_bytes(OLD)
    if os.geteuid() == 0:
        os.chown(post, 1234, 1234)
    post.chmod(0o640)
    if hasattr(os, "setxattr"):
        os.setxattr(post, "user.colour", b"red")
    owner = post.stat().st_uid
    link = tmp_path / "link.md"
    link.symlink_to("post.md")
    save_file(link, NEW, expected=content_hash(OLD))
    found = post.stat()
    assert link.is_symlink()
    assert (stat.S_IMODE(found.st_mode), found.st_uid, post.read_bytes()) == (0o640, owner, NEW)
    if hasattr(os, "getxattr"):
        assert os.getxattr(post, "user.colour") == b"red"


def test_a_new_file_follows_the_umask(tmp_path: Path) -> None:
    old = os.umask(0o027)
    try:
        save_file(tmp_path / "post.md", NEW, expected=None)
    finally:
        os.umask(old)
    assert stat.S_IMODE((tmp_path / "post.md").stat().st_mode) == 0o640


def test_the_longest_name_a_disk_takes_can_be_saved(tmp_path: Path) -> None:
    post = tmp_path / ("ü" * 126 + ".md")
    save_file(post, OLD, expected=None)
    save_file(post, NEW, expected=content_hash(OLD))
    with pytest.raises(LibraryError):
        save_file(tmp_path / ("x" * 300 + ".md"), NEW, expected=None)


def test_a_file_open_elsewhere_on_windows_is_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    post = tmp_path / "post.md"
    post.write_bytes(OLD)

    class Busy:
        tries = 0
        until = 3

        def __getattr__(self, name: str) -> Any:
            return getattr(os, name)

        def replace(self, old: str, new: str) -> None:
            self.tries += 1
            if self.tries <= self.until:
                violation = PermissionError(errno.EACCES, "used by another process")
                violation.winerror = 32  # type: ignore[attr-defined]
                raise violation
            Path(old).replace(new)

    busy = Busy()
    pauses: list[float] = []
    monkeypatch.setattr(files, "os", busy)
    monkeypatch.setattr(time, "sleep", pauses.append)
    save_file(post, NEW, expected=content_hash(OLD))
    assert post.read_bytes() == NEW
    assert len(pauses) == 3
    busy.until = 99
    with pytest.raises(NotWritable):
        save_file(post, OLD, expected=content_hash(NEW))
    assert post.read_bytes() == NEW
    assert names(tmp_path) == {"post.md"}


def test_a_pipe_or_a_folder_called_like_a_post_is_no_post(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.md")
    (tmp_path / "folder.md").mkdir()
    for name in ("pipe.md", "folder.md"):
        with pytest.raises(LibraryError):
            read_file(tmp_path / name)
    with pytest.raises(FileGone):
        read_file(tmp_path / "nothing.md")
    (tmp_path / "long.md").write_bytes(OLD)
    with pytest.raises(LibraryError):
        read_file(tmp_path / "long.md", limit=100)


def test_a_broken_state_file_is_set_aside(tmp_path: Path, expect_log: ExpectLog) -> None:
    path = tmp_path / "deep" / "state.json"
    assert load_json(path, {}) == {}
    save_json(path, {"title": "Ünïcode"})
    assert load_json(path, {}) == {"title": "Ünïcode"}
    expect_log("Set aside")
    for broken in (b"", b"\0" * 100, b"[1, 2]", b'{"half', b"[" * 100_000):
        path.write_bytes(broken)
        assert load_json(path, {}) == {}
        assert (path.parent / "state.json.broken").read_bytes() == broken
        assert not path.exists()


# --- many files that belong together


@pytest.mark.parametrize("many", [2, 1000], ids=["waited for together", "waited for one by one"])
def test_files_that_belong_together_are_all_there_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, many: int
) -> None:
    monkeypatch.setattr(files, "_MANY", many)
    together = files.Together()
    new = [files.Save(tmp_path / "a" / f"{n}.md", NEW, new=True) for n in range(3)]
    own = [files.Save(tmp_path / "own" / f"{n}" / "x.json", OLD) for n in range(3)]
    assert together.put([*new, *own]) == [None] * 6
    assert together.put([files.Save(tmp_path / "own" / "0" / "x.json", NEW)]) == [None]
    together.settle()
    found = {str(p.relative_to(tmp_path)): p.read_bytes() for p in tmp_path.rglob("*") if p.is_file()}
    assert found == {
        **{f"a/{n}.md": NEW for n in range(3)}, "own/0/x.json": NEW, "own/1/x.json": OLD, "own/2/x.json": OLD
    }  # fmt: skip


def test_of_files_that_belong_together_one_whose_name_is_taken_is_left_out(tmp_path: Path) -> None:
    (tmp_path / "Storm.md").write_bytes(OLD)
    names = ("a.md", "storm.md", "A.md", "b.md")
    refused = files.Together().put([files.Save(tmp_path / name, NEW, new=True) for name in names])
    assert [problem is not None for problem in refused] == [False, True, True, False]
    assert {p.name: p.read_bytes() for p in tmp_path.iterdir()} == {"Storm.md": OLD, "a.md": NEW, "b.md": NEW}


def test_of_files_that_belong_together_a_linked_one_stays_linked(tmp_path: Path) -> None:
    (tmp_path / "there.json").write_bytes(OLD)
    (tmp_path / "link.json").symlink_to(tmp_path / "there.json")
    files.Together().put([files.Save(tmp_path / "link.json", NEW)])
    assert (tmp_path / "link.json").is_symlink()
    assert (tmp_path / "there.json").read_bytes() == NEW


def test_where_the_system_cannot_wait_for_all_at_once_each_file_is_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    waited: list[str] = []
    monkeypatch.setattr(files, "_syncfs", lambda: lambda _descriptor: -1)
    monkeypatch.setattr(files, "_MANY", 1)
    monkeypatch.setattr(files, "_sync_file", waited.append)
    files.Together().put([files.Save(tmp_path / f"{n}", NEW) for n in range(3)])
    assert len(waited) == 3


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EIO, errno.EACCES], ids=["full", "broken", "forbidden"])
def test_whichever_call_fails_files_that_belong_together_are_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    """Law: when call N fails, each file is whole, none is there without those of the lot before it, and no litter."""
    number = 0
    sentences: list[str] = []
    while True:
        number += 1
        folder = tmp_path / f"{number}"
        (folder / "receipts").mkdir(parents=True)
        (folder / "receipts" / "0").write_bytes(OLD)
        system = FailingSystem(number, code)
        with monkeypatch.context() as patch:
            patch.setattr(files, "os", system)
            together = files.Together()
            try:
                together.put([files.Save(folder / f"{n}.md", NEW, new=True) for n in range(2)])
                together.put([files.Save(folder / "receipts" / f"{n}", NEW) for n in range(2)])
                together.settle()
            except LibraryError as error:
                sentences.append(error.sentence)
        left = [path for path in folder.rglob("*") if path.is_file()]
        there = {str(path.relative_to(folder)): path.read_bytes() for path in left}
        receipts = {n for n in range(2) if there.get(f"receipts/{n}") == NEW}
        assert all(there.get(f"{n}.md") == NEW for n in receipts), system.failed
        old = {"receipts/0": OLD} if 0 not in receipts else {}
        new = {f"{n}.md": NEW for n in range(2) if f"{n}.md" in there} | {
            f"receipts/{n}": NEW for n in receipts
        }
        assert there == old | new, f"litter or torn after {system.failed}, call {number}"
        if not system.failed:
            break
    assert len(new) == 4
    assert len(sentences) > 10
    assert all("." in sentence for sentence in sentences)
