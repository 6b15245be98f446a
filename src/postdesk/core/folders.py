"""The folders that the program keeps things in; `app` decides where they are, everything else is told."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Folders:
    """Absolute paths. `config`: settings and accounts. `state`: outbox journal, recovery copies, window
    state, log. `data`: history, archive, the local site. `cache`: may be deleted at any time. `documents`:
    where a library goes by default.
    """

    config: Path
    state: Path
    data: Path
    cache: Path
    documents: Path


def under(home: Path) -> Folders:
    """All of them below one folder, for tests and for a memory stick (`POSTDESK_HOME`, `--home`)."""
    home = home.absolute()
    return Folders(home / "config", home / "state", home / "data", home / "cache", home / "documents")
