"""All servers of one test run: each is started when the first test asks for it, and all end together."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from tests.servers.mariadb import MariaDB
from tests.servers.sqlite import SQLite
from tests.servers.wordpress import WordPress


class Servers:
    """Starts servers once and keeps them until `end`."""

    def __init__(self) -> None:
        self._state = Path(tempfile.mkdtemp(prefix="pd-servers-"))
        self._database: MariaDB | None = None
        self._wordpress: dict[tuple[str, str, str], WordPress] = {}

    def wordpress(
        self, version: str, prefix: str = "", *, port: int | None = None, database: str = "mariadb"
    ) -> WordPress:
        """WordPress `version` ("6.1" or "newest") in the folder `prefix` ("" or e.g. "/blog") of its host; `database`
        is "mariadb" or "sqlite"."""
        key = version, prefix, database
        if key not in self._wordpress:
            state = self._state / f"wordpress-{len(self._wordpress)}"
            state.mkdir()
            kept = SQLite() if database == "sqlite" else self._mariadb()
            self._wordpress[key] = WordPress(version, kept, state, prefix=prefix, port=port)
        return self._wordpress[key]

    def _mariadb(self) -> MariaDB:
        if self._database is None:
            self._database = MariaDB(self._state)
        return self._database

    def end(self) -> None:
        """Ends all that was started and removes its files."""
        for site in self._wordpress.values():
            site.end()
        if self._database is not None:
            self._database.end()
        shutil.rmtree(self._state, ignore_errors=True)
