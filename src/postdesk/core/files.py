"""The one way to read and save files: a save is whole or has not happened, and never covers what somebody
else wrote.

A save goes beside the file, is synced, takes the file's place in one step, and then the folder is synced.
What was on disk is compared by content, never by time, right before it is replaced. Owner, mode, extended
attributes and a symbolic link survive.

Long because all calls of the system go through this module's name `os`, so that a test can let any one of them
fail; the sentences for it are in `file_errors.py`.
"""

from __future__ import annotations

import errno
import hashlib
import json
import logging
import os
import re
import secrets
import stat
import sys
import time
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Any, Final

from postdesk.core.errors import FileGone, NameTaken
from postdesk.core.file_errors import FULL, changed, explain, gone, read_only, taken
from postdesk.core.language import _

if sys.platform != "win32":
    import fcntl

# Calls of Path would go round the name `os`, which the tests let fail.
# ruff: noqa: PTH101,PTH103,PTH104,PTH105,PTH108,PTH114,PTH116,PTH118,PTH119,PTH120,PTH208

log = logging.getLogger(__name__)

ANY: Final = ""
"""For `save_file(expected=ANY)`: replace whatever is there. Only for the program's own files."""

_LITTER = re.compile(r"\.pd-[0-9a-f]{24}\.tmp")
_SHARING_VIOLATIONS = (5, 32, 33)  # Windows: a scanner or a synchroniser has the file open for a moment
_NO_LINKS = frozenset(
    getattr(errno, name)
    for name in ("EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS", "EMLINK", "EACCES", "EXDEV", "EINVAL")
    if hasattr(errno, name)
)
_MANY = 16  # files: fewer are synced one by one, and what others write is left out of it
_BAD_DISK = FULL | {errno.EIO}


def content_hash(data: bytes) -> str:
    """SHA-256 of `data` in hex."""
    return hashlib.sha256(data).hexdigest()


def read_file(path: Path | str, *, limit: int | None = None) -> tuple[bytes, str]:
    """The file's bytes and their hash.

    `limit` is in bytes. Raises FileGone, NotWritable (no permission), LibraryError (no regular file, longer
    than `limit`, disk error).
    """
    try:
        data = _read(os.fspath(path), limit)
    except OSError as error:
        raise explain(error, path, reading=True) from error
    return data, content_hash(data)


def read_start(path: Path | str, length: int) -> tuple[bytes, str]:
    """The first `length` bytes of a file that is too large to be read, and what stands for its hash: its size and
    the time of its last change. Raises what `read_file` raises.
    """
    try:
        data, found = _read_at_most(os.fspath(path), length)
    except OSError as error:
        raise explain(error, path, reading=True) from error
    return data, f"{found.st_size} bytes, {found.st_mtime_ns}"


def save_file(
    path: Path | str,
    data: bytes,
    *,
    expected: str | None,
    mode: int | None = None,
    parents: bool = False,
    keep_time: bool = False,
) -> str:
    """Put `data` into the file and return its hash.

    `expected` None: the file must not exist yet; a name that differs only by case or Unicode form counts as
    existing. `expected` ANY: replace whatever is there. Otherwise the hash of what was last read. `mode` is
    for a new file, less the umask; an existing file keeps its own. `parents` makes missing folders. `keep_time`: it is
    no change of hers, and the file stays as old as it was, where the system lets it.

    When the file already holds `data` that is a success, whoever wrote it. Raises NameTaken, FileChanged,
    FileGone, NotWritable, DiskFull, LibraryError; whatever is raised, the file is whole: the old content,
    or (when only the last sync failed) the new one.
    """
    name = os.fspath(path)
    try:
        if parents:
            os.makedirs(os.path.dirname(name) or ".", exist_ok=True)
        if expected is None:
            _create(name, data, mode)
        else:
            # A link stays a link: what it points to is what the writer edits.
            _replace(
                os.path.realpath(name) if os.path.islink(name) else name, data, expected, mode, keep_time
            )
    except OSError as error:
        raise explain(error, path) from error
    return content_hash(data)


@dataclass(frozen=True, slots=True)
class Save:
    """One file of `Together`. A `new` one must not exist yet, as with `save_file(expected=None)`; else whatever is
    there is replaced, which is for the program's own files only."""

    path: Path
    data: bytes
    new: bool = False


class Together:
    """Saves many files with few waits for the disk.

    All files of one `put` lie whole on the disk before the first of them gets its name, and so do the names of the
    `put` before it: a kill or a power cut at any moment leaves some files whole and the others not there, and never one
    without those that were put before it. `settle` waits for the last names.
    """

    def __init__(self) -> None:
        self._unsettled: set[str] = set()

    def put(self, saves: Sequence[Save]) -> list[NameTaken | None]:
        """Save these, making missing folders. A file whose name is taken is left out, and in its place stands why.
        Raises NotWritable, DiskFull, LibraryError; some may have been saved then."""
        there: dict[str, set[str]] = {}
        besides: list[str] = []
        moved: set[str] = set()
        refused: list[NameTaken | None] = []
        path: Path | str = ""
        try:
            for one in saves:
                path = one.path
                folder = os.path.dirname(os.fspath(path)) or "."
                if folder not in there:
                    os.makedirs(folder, exist_ok=True)
                    _refuse_read_only_folder(folder)
                    there[folder] = set()
                if one.new and not there[folder]:
                    there[folder] = {"", *map(same_name, os.listdir(folder))}
                besides.append(_put_beside(folder, one.data, 0o666))
            self._sync(besides)
            for one, beside in zip(saves, besides, strict=True):
                path = one.path
                folder = os.path.dirname(os.fspath(path)) or "."
                self._unsettled.add(folder)
                if not one.new and not os.path.lexists(path):
                    _patiently(partial(os.replace, beside, path))
                    moved.add(beside)
                    refused.append(None)
                else:
                    refused.append(_named(beside, os.fspath(path), one, there[folder]))
        except OSError as error:
            raise explain(error, path) from error
        finally:
            for beside in besides:
                if beside not in moved:
                    _remove(beside)
        return refused

    def settle(self) -> None:
        """Wait until all names are on the disk. Raises as `put`."""
        try:
            self._sync([])
        except OSError as error:
            raise explain(error, next(iter(self._unsettled), "")) from error

    def _sync(self, names: Sequence[str]) -> None:
        folders = sorted(self._unsettled)
        if len(names) + len(folders) < _MANY or not _sync_systems([*names, *folders]):
            for name in names:
                _sync_file(name)
            for folder in folders:
                _sync_folder(folder)
        self._unsettled.clear()


def _named(beside: str, name: str, one: Save, there: set[str]) -> NameTaken | None:
    """Give a file of `Together` a name that something has, or that nothing may have; `there`: its folder's."""
    own = os.path.basename(name)
    if one.new:
        if same_name(own) in there:
            return taken(own)
        there.add(same_name(own))
        try:
            _settle(beside, name)
        except NameTaken as error:
            return error
    else:  # it may be a link, or have a mode of its own
        _replace(os.path.realpath(name) if os.path.islink(name) else name, one.data, ANY, None)
    return None


def move_file(source: Path | str, target: Path | str) -> None:
    """Give a file another name, which no other file may have; a change of case or Unicode form alone is a
    change.

    Raises NameTaken, FileGone, NotWritable, LibraryError; the file keeps one of its two names whatever
    happens.
    """
    old, new = os.fspath(source), os.fspath(target)
    folder, own = os.path.split(new)
    try:
        if not os.access(old, os.F_OK):
            raise gone(os.path.basename(old))
        for place in {os.path.dirname(old) or ".", folder or "."}:
            _refuse_read_only_folder(place)
        alike = same_name(own)
        beside = os.path.dirname(old) == folder
        others = [n for n in os.listdir(folder or ".") if not (beside and n == os.path.basename(old))]
        if any(same_name(other) == alike for other in others):
            raise taken(own)
        if beside and same_name(os.path.basename(old)) == alike:
            _patiently(lambda: os.rename(old, new))
        else:
            _settle(old, new)
            _remove(old)
        for place in {os.path.dirname(old) or ".", folder or "."}:
            _sync_folder(place)
    except OSError as error:
        raise explain(error, target) from error


def save_json(path: Path, values: Any, *, indent: int | None = 1) -> None:
    """Save a file of the program's own state as JSON (UTF-8), readable by this user only."""
    text = json.dumps(values, ensure_ascii=False, indent=indent) + "\n"
    save_file(path, text.encode("utf-8", "backslashreplace"), expected=ANY, mode=0o600, parents=True)


def load_json(path: Path, default: Any) -> Any:
    """What `save_json` wrote, or `default` when there is none.

    A file that is no JSON, or whose top is of another type than `default`, is set aside as `<name>.broken`.
    Raises LibraryError when the file is there and cannot be read: it must not be overwritten as if it were
    empty.
    """
    try:
        data, _hash = read_file(path)
    except FileGone:
        return default
    try:
        values = json.loads(data)
    except (ValueError, RecursionError):
        values = None
    if default is not None and type(values) is not type(default):
        log.warning("Set aside a broken state file: %s", path)
        try:
            os.replace(path, os.fspath(path) + ".broken")
        except OSError as error:
            raise explain(error, path) from error
        return default
    return values


def is_litter(name: str) -> bool:
    """Whether a file of this name was left by a save that was killed."""
    return _LITTER.fullmatch(name) is not None


def sweep(folder: Path | str, *, older_than: float = 3600.0) -> int:
    """Remove what killed saves left in `folder` (not below) longer than `older_than` seconds ago; returns
    how many.
    """
    removed = 0
    try:
        names = os.listdir(folder)
    except OSError:
        return 0  # nothing to tidy where nothing can be read
    for name in names:
        if not is_litter(name):
            continue
        full = os.path.join(folder, name)
        try:
            if time.time() - os.lstat(full).st_mtime >= older_than:
                os.unlink(full)
                removed += 1
        except OSError:
            continue  # it is tried again at the next start
    return removed


def same_name(name: str) -> str:
    """The form in which two file names are one on some system: NFC, without case."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())


def _read(name: str, limit: int | None = None) -> bytes:
    descriptor, found = _open(name)
    try:
        if limit is not None and found.st_size > limit:
            raise OSError(errno.EINVAL, _("It is too large."))
        parts = []
        while part := os.read(descriptor, max(65536, min(found.st_size + 1, 1 << 24))):
            parts.append(part)
    finally:
        os.close(descriptor)
    return b"".join(parts)


def _read_at_most(name: str, length: int) -> tuple[bytes, os.stat_result]:
    descriptor, found = _open(name)
    try:
        return os.read(descriptor, length), found
    finally:
        os.close(descriptor)


# Without O_NONBLOCK, opening a pipe that somebody called post.md would wait for ever.
_TO_READ = (
    os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_NONBLOCK", 0)
)


def _open(name: str) -> tuple[int, os.stat_result]:
    descriptor = os.open(name, _TO_READ)
    try:
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode):
            raise OSError(errno.EINVAL, _("It is no ordinary file."))
    except OSError:
        os.close(descriptor)
        raise
    return descriptor, found


def _create(name: str, data: bytes, mode: int | None) -> None:
    folder, own = os.path.split(name)
    folder = folder or "."
    _refuse_read_only_folder(folder)
    wanted = same_name(own)
    if any(same_name(other) == wanted for other in os.listdir(folder)):
        raise taken(own)
    with _beside(folder, data, 0o666 if mode is None else mode, None) as beside:
        _settle(beside, name)
    _sync_folder(folder)


def _settle(beside: str, name: str) -> None:
    """Give the new file its name, unless that is taken by now."""
    try:
        if os.name == "nt":
            _patiently(lambda: os.rename(beside, name))  # refuses an existing name there
        else:
            os.link(beside, name)
    except FileExistsError:
        raise taken(os.path.basename(name)) from None
    except OSError as error:
        if os.name == "nt" or error.errno not in _NO_LINKS:
            raise
        # A file system without hard links (FAT, some network folders): reserve the name, then take it over.
        try:
            descriptor = os.open(name, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        except FileExistsError:
            raise taken(os.path.basename(name)) from None
        try:
            os.close(descriptor)
            os.replace(beside, name)
        except OSError:
            _remove(name)
            raise


def _replace(target: str, data: bytes, expected: str, mode: int | None, keep_time: bool = False) -> None:
    folder, own = os.path.split(target)
    folder = folder or "."
    try:
        found: os.stat_result | None = os.stat(target)
    except FileNotFoundError:
        found = None
    if found is None and expected != ANY:
        raise gone(own)
    _refuse_read_only_folder(folder)
    if found is not None:
        # A rename would replace a read-only file without a word. Root may write everything; the mode is the
        # owner's wish.
        if not os.access(target, os.W_OK) or not found.st_mode & 0o222:
            raise read_only(own, f"mode {found.st_mode:o} ({target})")
        if expected != ANY and _matches(target, data, expected, own):
            _sync_file(target)
            _sync_folder(folder)
            return
        if found.st_nlink > 1:
            log.info("%s has other hard links, which keep the version before this save", target)
    create_mode = (0o666 if mode is None else mode) if found is None else 0o600
    with _beside(folder, data, create_mode, target if found is not None else None) as beside, _alone(folder):
        if expected == ANY or not _matches(target, data, expected, own):
            if keep_time and found is not None:
                with suppress(OSError):
                    os.utime(beside, ns=(found.st_atime_ns, found.st_mtime_ns))
            _patiently(lambda: os.replace(beside, target))
    _sync_folder(folder)


def _matches(target: str, data: bytes, expected: str, own: str) -> bool:
    """Whether the file holds `data` already; raises FileChanged when it holds neither that nor what is
    expected.
    """
    try:
        current = _read(target)
    except FileNotFoundError:
        raise gone(own) from None
    if current == data:
        return True
    if content_hash(current) != expected:
        raise changed(own)
    return False


def _refuse_read_only_folder(folder: str) -> None:
    # On Windows the read-only mark of a folder means something else.
    if os.name == "posix" and not os.stat(folder).st_mode & 0o222:
        raise PermissionError(errno.EACCES, "read-only folder", folder)


def _open_beside(folder: str, mode: int) -> tuple[str, int]:
    # A fixed short name: what is made from the file's own name fails at 255 bytes.
    beside = os.path.join(folder, f".pd-{secrets.token_hex(12)}.tmp")
    flags = os.O_CREAT | os.O_EXCL | os.O_WRONLY
    for optional in ("O_BINARY", "O_CLOEXEC", "O_NOFOLLOW"):
        flags |= getattr(os, optional, 0)
    return beside, os.open(beside, flags, mode)


def _put_beside(folder: str, data: bytes, mode: int) -> str:
    """A file of ours with `data` in `folder` that may not be on the disk yet."""
    beside, descriptor = _open_beside(folder, mode)
    try:
        try:
            _write(descriptor, data)
        finally:
            os.close(descriptor)
    except BaseException:
        _remove(beside)
        raise
    return beside


def _sync_systems(names: Sequence[str]) -> bool:
    """See to it that the whole file systems of these files and folders are on the disk; False where that cannot be
    done, or something could not be written. Asking for many files one by one takes four times as long (ext4: 300
    files of 8 KB 440 ms, and 105)."""
    sync = _syncfs()
    if sync is None:
        return False
    synced: set[int] = set()
    for name in names:
        device = os.stat(name).st_dev
        if device in synced:
            continue
        synced.add(device)
        descriptor = os.open(name, os.O_RDONLY | getattr(os, "O_CLOEXEC", 0))
        try:
            if sync(descriptor) != 0:
                return False
        finally:
            os.close(descriptor)
    return True


@cache
def _syncfs() -> Callable[[int], int] | None:
    """Linux' call of that name: since 5.8 it also tells of what could not be written."""
    if sys.platform != "linux":
        return None
    import ctypes

    found: Callable[[int], int] | None = getattr(ctypes.CDLL(None, use_errno=True), "syncfs", None)
    return found


@contextmanager
def _beside(folder: str, data: bytes, mode: int, like: str | None) -> Iterator[str]:
    """A synced file of ours with `data` in `folder`, which is gone afterwards unless it was renamed."""
    beside, descriptor = _open_beside(folder, mode)
    try:
        try:
            if like is not None:
                _imitate(descriptor, beside, like)
            _write(descriptor, data)
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        yield beside
    finally:
        _remove(beside)


def _write(descriptor: int, data: bytes) -> None:
    rest = memoryview(data)
    while rest:
        written = os.write(descriptor, rest[: 1 << 24])
        if written <= 0:
            raise OSError(errno.ENOSPC, "nothing could be written")
        rest = rest[written:]
    if os.fstat(descriptor).st_size != len(data):
        raise OSError(errno.EIO, "the file has another length than what was written")


def _imitate(descriptor: int, beside: str, like: str) -> None:
    """Owner, mode and extended attributes of `like`, as far as this user and this system can give them."""
    wanted = os.stat(like)
    if hasattr(os, "fchown"):
        mine = os.fstat(descriptor)
        if (mine.st_uid, mine.st_gid) != (wanted.st_uid, wanted.st_gid):
            _if_allowed(lambda: os.fchown(descriptor, wanted.st_uid, wanted.st_gid))
    if hasattr(os, "listxattr"):
        names: list[str] = []
        _if_allowed(lambda: names.extend(os.listxattr(like)))
        for name in names:
            _if_allowed(lambda name=name: os.setxattr(descriptor, name, os.getxattr(like, name)))  # type: ignore[misc]
    mode = stat.S_IMODE(wanted.st_mode)
    if hasattr(os, "fchmod"):
        _if_allowed(lambda: os.fchmod(descriptor, mode))
    else:
        _if_allowed(lambda: os.chmod(beside, mode))


def _if_allowed(call: Callable[[], object]) -> None:
    try:
        call()
    except OSError as error:
        if error.errno in _BAD_DISK:
            raise


def _patiently(call: Callable[[], None]) -> None:
    """Windows lets nobody rename over a file that another program has open; mostly it is closed in a
    moment.
    """
    for attempt in range(5):
        try:
            return call()
        except PermissionError as error:
            if getattr(error, "winerror", None) not in _SHARING_VIOLATIONS:
                raise
            time.sleep(0.05 * 2**attempt)
    return call()


def _remove(name: str) -> None:
    for _attempt in range(2):
        try:
            os.unlink(name)
        except FileNotFoundError:
            return
        except OSError:
            continue  # what stays is swept at a later start
        return


@contextmanager
def _alone(folder: str) -> Iterator[None]:
    """Between the comparison and the rename no other save of ours touches the folder, in this process or
    another.
    """
    if sys.platform == "win32":
        yield  # the rename itself is refused there while another one has the file open
        return
    try:
        descriptor = os.open(folder, os.O_RDONLY | getattr(os, "O_CLOEXEC", 0))
    except OSError:
        yield  # a folder that may be written and not read: the comparison alone must do
        return
    try:
        for _attempt in range(200):
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                time.sleep(0.005)
            except OSError:
                break  # no locks on this file system
        yield
    finally:
        os.close(descriptor)


def _sync_file(name: str) -> None:
    descriptor = os.open(name, os.O_RDWR | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0))
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _sync_folder(folder: str) -> None:
    if os.name == "nt":
        return  # folders cannot be opened there
    try:
        descriptor = os.open(folder, os.O_RDONLY | getattr(os, "O_CLOEXEC", 0))
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
    except OSError as error:
        if error.errno in _BAD_DISK:
            raise  # other answers mean that this file system has no such thing
