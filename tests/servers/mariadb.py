"""A MariaDB of our own for WordPress: a folder and a socket, no network, no service of the machine."""

from __future__ import annotations

import getpass
import shutil
import subprocess
from pathlib import Path

from tests.servers.packages import cache, only_one
from tests.servers.processes import Process, ServerProblem


def _template() -> Path:
    """An empty MariaDB folder, made once, since making one takes longer than copying it."""
    done = cache() / "mariadb-empty"
    with only_one("mariadb-empty"):
        if not done.is_dir():
            _make_empty(done)
    return done


def _make_empty(done: Path) -> None:
    fresh = cache() / "mariadb-being-made"
    shutil.rmtree(fresh, ignore_errors=True)
    answer = subprocess.run(
        [
            "mariadb-install-db",
            "--no-defaults",
            f"--user={getpass.getuser()}",
            f"--datadir={fresh}",
            "--auth-root-authentication-method=normal",
            "--skip-test-db",
            "--force",  # it need not find out the name of this host: only the socket is used
            "--innodb-log-file-size=8M",
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    if answer.returncode != 0:
        raise ServerProblem(
            f"MariaDB could not make its folder.\n{answer.stdout[-1500:]}{answer.stderr[-1500:]}"
        )
    fresh.rename(done)


class MariaDB:
    """A running database server. User root, no password; whoever reaches the socket owns the folder anyway."""

    def __init__(self, state: Path) -> None:
        """Starts it with all its files in `state` (the path must be short: a socket's name has 107 bytes)."""
        self.socket = state / "mariadb.sock"
        shutil.copytree(_template(), state / "mariadb")
        self._process = Process(
            [
                "mariadbd",
                "--no-defaults",
                f"--user={getpass.getuser()}",
                f"--datadir={state / 'mariadb'}",
                f"--socket={self.socket}",
                f"--pid-file={state / 'mariadb.pid'}",
                "--skip-networking",
                "--character-set-server=utf8mb4",
                "--innodb-log-file-size=8M",
                "--innodb-buffer-pool-size=64M",
                # A test's posts need not survive a power cut.
                "--innodb-flush-log-at-trx-commit=0",
                "--skip-innodb-doublewrite",
            ],
            log=state / "mariadb.log",
        )
        self._process.wait_until(lambda: self._ask("SELECT 1"))

    def create(self, name: str) -> None:
        """Makes an empty database."""
        if not self._ask(f"CREATE DATABASE {name} CHARACTER SET utf8mb4"):
            raise ServerProblem(f"MariaDB could not make the database {name}.\n{self._process.tail()}")

    def move_in(self, folder: Path) -> None:
        """WordPress speaks to it as it is."""

    def settings(self, name: str, folder: Path) -> str:
        """The lines of wp-config.php."""
        return (
            f"define('DB_NAME', '{name}');\n"
            "define('DB_USER', 'root');\ndefine('DB_PASSWORD', '');\n"
            f"define('DB_HOST', 'localhost:{self.socket}');"
        )

    def end(self) -> None:
        self._process.end()

    def _ask(self, statement: str) -> bool:
        # PHP is there for WordPress anyway; a client would be one more package.
        code = (
            "mysqli_report(MYSQLI_REPORT_OFF);"
            "$c = @new mysqli('localhost', 'root', '', '', 0, $argv[1]);"
            "exit($c->connect_errno || !$c->query($argv[2]) ? 1 : 0);"
        )
        answer = subprocess.run(
            ["php", "-r", code, "--", str(self.socket), statement], capture_output=True, check=False
        )
        return answer.returncode == 0
