"""Opens a SQLite file that holds what is known from elsewhere, and is made anew when anything is wrong with it."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from pathlib import Path


def open_made(
    path: Path, version: int, tables: str, settings: Sequence[str] = (), *, any_thread: bool = False
) -> tuple[sqlite3.Connection, bool]:
    """The file, made with these `tables` (SQL) where there is none, and whether it was made; `settings` are pragmas.
    For her eyes only. Raises `sqlite3.Error` for a file that is damaged or of another version; OSError."""
    database = sqlite3.connect(path, timeout=5, check_same_thread=not any_thread)
    try:
        for setting in (*settings, "journal_mode = WAL", "synchronous = NORMAL"):
            database.execute(f"PRAGMA {setting}")
        (found,) = database.execute("PRAGMA user_version").fetchone()
        if found == 0:
            with database:
                database.executescript(f"BEGIN; {tables} PRAGMA user_version = {version}; COMMIT;")
        elif found != version:
            raise sqlite3.DatabaseError(f"version {found}")
        path.chmod(0o600)
    except BaseException:
        database.close()
        raise
    return database, found == 0
