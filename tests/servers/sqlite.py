"""WordPress on SQLite: one file for its database, by way of WordPress' own plug-in that rewrites its queries."""

from __future__ import annotations

import base64
import hashlib
import shutil
import subprocess
import tempfile
import zipfile
from pathlib import Path

from tests.markup.npm import node
from tests.servers.packages import cache, only_one
from tests.servers.processes import ServerProblem

# The package of npm that has the plug-in (github.com/WordPress/sqlite-database-integration) inside, and its integrity.
_PACKAGE = "@wp-playground/cli@3.1.56"
_INTEGRITY = "JTxl6djPEM2YRYz/w+BUoyoCvhSGHIjqMi4fMV1b8o1UPNvZatLaS7opo57UsrVElXrfdZwvi6IuyS4LswUx9Q=="
_INSIDE = "package/sqlite-database-integration.zip"


def sqlite_plugin() -> Path:
    """The folder of the plug-in, fetched if it is not there yet. Raises `ServerProblem`."""
    done = cache() / f"sqlite-plugin-{_PACKAGE.rpartition('@')[2]}"
    if not done.is_dir():
        with only_one(done.name):
            if not done.is_dir():
                _fetch(done)
    return done


class SQLite:
    """A database in a file of the site's own."""

    def create(self, name: str) -> None:
        """WordPress makes the file itself."""

    def settings(self, name: str, folder: Path) -> str:
        """The lines of wp-config.php for the site in `folder`."""
        return (
            "define('DB_ENGINE', 'sqlite');\n"
            f"define('DB_DIR', '{folder.parent / 'database'}/');\n"
            f"define('DB_FILE', '{name}.sqlite');\n"
            f"define('DB_NAME', '{name}');\n"
            "define('DB_USER', '');\ndefine('DB_PASSWORD', '');\ndefine('DB_HOST', '');"
        )

    def move_in(self, folder: Path) -> None:
        """Puts the plug-in into a WordPress that was not started yet."""
        plugin = folder / "wp-content/plugins/sqlite-database-integration"
        shutil.copytree(sqlite_plugin(), plugin)
        loader = (plugin / "db.copy").read_text(encoding="utf-8")
        loader = loader.replace("{SQLITE_IMPLEMENTATION_FOLDER_PATH}", str(plugin))
        loader = loader.replace("{SQLITE_PLUGIN}", "sqlite-database-integration/load.php")
        (folder / "wp-content/db.php").write_text(loader, encoding="utf-8")
        # Seen with WordPress 6.1: a property that its own wpdb lacks is read through wpdb's scope.
        driver = plugin / "wp-includes/sqlite/class-wp-sqlite-db.php"
        code = driver.read_text(encoding="utf-8")
        code = code.replace(
            "private $allow_unsafe_unquoted_parameters", "protected $allow_unsafe_unquoted_parameters"
        )
        driver.write_text(code, encoding="utf-8")


def _fetch(done: Path) -> None:
    _node, npm, environment = node()
    with tempfile.TemporaryDirectory(dir=cache(), prefix="fetch-") as name:
        folder = Path(name)
        told = subprocess.run(
            [*npm, "pack", "--silent", _PACKAGE],
            cwd=folder,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        packed = next(iter(folder.glob("*.tgz")), None)
        if told.returncode != 0 or packed is None:
            raise ServerProblem(f"npm did not give {_PACKAGE}.\n{told.stderr[-2000:]}")
        if base64.b64encode(hashlib.sha512(packed.read_bytes()).digest()).decode() != _INTEGRITY:
            raise ServerProblem(f"{_PACKAGE} is not what it was when it was pinned.")
        shutil.unpack_archive(packed, folder, filter="data")
        with zipfile.ZipFile(folder / _INSIDE) as archive:
            archive.extractall(folder / "plugin")
        (loader,) = (folder / "plugin").rglob("db.copy")
        loader.parent.rename(done)
