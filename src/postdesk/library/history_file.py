"""The history's file when it is damaged, deleted or replaced while it is open: what is in it is put aside or back."""

from __future__ import annotations

import logging
import secrets
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

log = logging.getLogger(__name__)


def which(path: Path) -> tuple[int, int] | None:
    """Which file is there, None for none. Raises OSError."""
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return found.st_dev, found.st_ino


def put_back(old: sqlite3.Connection, path: Path) -> None:
    """The file at `path` was deleted or replaced while `old` had it open: what is kept from now on would go with it.
    What it has is put where it was, unless there is another file by now. Closes `old`. Raises OSError, sqlite3.Error.
    """
    rescued = path.with_suffix(".rescued")
    try:
        gone = which(path) is None
        if gone:
            log.info("The history was deleted while it was open: %s", path)
            path.parent.mkdir(parents=True, exist_ok=True)
            rescued.unlink(missing_ok=True)
            with closing(sqlite3.connect(rescued)) as copy:
                old.backup(copy)
    finally:
        old.close()
    if gone:
        for ending in ("-wal", "-shm"):
            path.with_name(path.name + ending).unlink(missing_ok=True)
        rescued.replace(path)


def move_aside(path: Path) -> None:
    """What is damaged may still be rescued by hand; it must not stop new versions from being kept. Raises OSError."""
    log.warning("Set aside a damaged history: %s", path)
    aside = path.with_suffix(f".damaged-{datetime.now(UTC):%Y%m%d%H%M%S}-{secrets.token_hex(2)}")
    # The newest versions may be in the log alone, which a new file beside it would end.
    for ending in ("-wal", "-shm", ""):
        part = path.with_name(path.name + ending)
        if part.exists():
            part.replace(aside.with_name(aside.name + ending))


def moment_of(at: object) -> datetime:
    """When a version was replaced; what cannot be read counts as long ago, so that the version is still there."""
    try:
        found = datetime.fromisoformat(str(at))
    except ValueError:
        return datetime.fromtimestamp(0, UTC)
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def is_damage(error: BaseException | None) -> bool:
    """Whether the file itself is broken, and not only busy, full or locked."""
    return isinstance(error, sqlite3.DatabaseError) and not isinstance(
        error, sqlite3.OperationalError | sqlite3.IntegrityError
    )
