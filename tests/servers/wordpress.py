"""A real WordPress on loopback: PHP's built-in server with four workers, and a database of its own (MariaDB, SQLite).

Links follow the host and port that a request came with, so they also go through a proxy. Cron runs only when a test
says so, nothing is fetched from outside and no mail is sent.
"""

from __future__ import annotations

import http.client
import json
import os
import secrets
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from tests.servers.packages import wordpress_source
from tests.servers.processes import Process, ServerProblem, free_port

_HERE = Path(__file__).parent

_CONFIG = """<?php
{database}
define('DB_CHARSET', 'utf8mb4');
define('DB_COLLATE', '');
$table_prefix = 'wp_';
foreach (['AUTH', 'SECURE_AUTH', 'LOGGED_IN', 'NONCE'] as $name) {{
    define($name . '_KEY', $name . ' key {salt}');
    define($name . '_SALT', $name . ' salt {salt}');
}}
// The address that was asked for: that of a proxy in between, too.
$host = $_SERVER['HTTP_HOST'] ?? '';
if (!preg_match('/^(127\\.0\\.0\\.1|localhost):\\d+$/', $host)) $host = '127.0.0.1:{port}';
// And its scheme: a proxy in front may be the one that speaks TLS.
if (($_SERVER['HTTP_X_FORWARDED_PROTO'] ?? '') === 'https') $_SERVER['HTTPS'] = 'on';
$scheme = isset($_SERVER['HTTPS']) ? 'https' : 'http';
define('WP_HOME', "$scheme://$host{prefix}");
define('WP_SITEURL', "$scheme://$host{prefix}");
define('WP_ENVIRONMENT_TYPE', 'local'); // application passwords without TLS
define('DISABLE_WP_CRON', true);        // a test says when
define('WP_HTTP_BLOCK_EXTERNAL', true);
define('AUTOMATIC_UPDATER_DISABLED', true);
define('FS_METHOD', 'direct');
define('WP_DEBUG', true);
define('WP_DEBUG_DISPLAY', false);
define('WP_DEBUG_LOG', '{log}');
if (!defined('ABSPATH')) define('ABSPATH', __DIR__ . '/');
require_once ABSPATH . 'wp-settings.php';
"""

_RESET = """
global $wpdb;
foreach ($wpdb->get_col("SELECT ID FROM $wpdb->posts WHERE post_type = 'attachment'") as $id)
    wp_delete_attachment((int) $id, true);
foreach (['posts', 'postmeta', 'comments', 'commentmeta', 'term_relationships'] as $table)
    $wpdb->query("TRUNCATE {$wpdb->$table}");
$keep = (int) get_option('default_category');
foreach (['category', 'post_tag'] as $taxonomy)
    foreach (get_terms(['taxonomy' => $taxonomy, 'hide_empty' => false, 'fields' => 'ids']) as $id)
        if ($id !== $keep) wp_delete_term($id, $taxonomy);
wp_update_term_count_now([$keep], 'category');
foreach (_get_cron_array() ?: [] as $time => $hooks) wp_unschedule_hook('publish_future_post');
update_option('sticky_posts', []);
wp_cache_flush();
"""


class Database(Protocol):
    """Where a WordPress keeps what it has."""

    def create(self, name: str) -> None:
        """Makes an empty database."""

    def move_in(self, folder: Path) -> None:
        """Puts what it needs into the files of a WordPress."""

    def settings(self, name: str, folder: Path) -> str:
        """The lines of the wp-config.php in `folder`."""


@dataclass(frozen=True, slots=True)
class User:
    """One who may write on the test blog."""

    name: str
    role: str
    id: int
    app_password: str  # in groups of four with blanks between, as WordPress shows it
    login_password: str


class WordPress:
    """A running WordPress. `user` and `app_password` are the administrator's."""

    def __init__(
        self, version: str, database: Database, state: Path, *, prefix: str = "", port: int | None = None
    ) -> None:
        """Installs and starts WordPress `version` ("6.1" or "newest") with its files in the folder `state`.

        `prefix` is the folder it is in on its host, "" or e.g. "/blog". Takes a free port unless one is given.
        Raises `ServerProblem`.
        """
        self.port = port or free_port()
        self.base_url = f"http://127.0.0.1:{self.port}{prefix}"
        self._prefix = prefix
        self._state = state
        self._root = state / "root"
        self.folder = self._root / prefix.strip("/")
        _copy(wordpress_source(version), self.folder)
        (self.folder / "wp-content/uploads").mkdir(exist_ok=True)
        name = f"wp_{secrets.token_hex(4)}"
        database.create(name)
        database.move_in(self.folder)
        self.debug_log = state / "debug.log"
        (self.folder / "wp-config.php").write_text(
            _CONFIG.format(
                database=database.settings(name, self.folder),
                salt=secrets.token_hex(16),
                port=self.port,
                prefix=prefix,
                log=self.debug_log,
            ),
            encoding="utf-8",
        )
        shutil.copyfile(_HERE / "wordpress-router.php", state / "router.php")
        told = json.loads(self._php(["-f", str(_HERE / "wordpress-install.php")]).splitlines()[-1])
        self.version: str = told["version"]
        self.users = {name: User(**user) for name, user in told["users"].items()}
        self.user = "admin"
        self.app_password = self.users["admin"].app_password
        self.set_permalinks("pretty")
        self.reset_posts()
        self._process = self._serve()

    # --- the server ---

    def _serve(self) -> Process:
        settings = {
            "upload_max_filesize": "64M",
            "post_max_size": "72M",
            "memory_limit": "256M",
            "max_execution_time": "60",
            "display_errors": "0",
        }
        options = [part for name, value in settings.items() for part in ("-d", f"{name}={value}")]
        process = Process(
            ["php", *options, "-S", f"127.0.0.1:{self.port}", "-t", self._root, self._state / "router.php"],
            log=self._state / "web.log",
            env={"PHP_CLI_SERVER_WORKERS": "4", "POSTDESK_PREFIX": self._prefix},
        )
        process.wait_until(self._answers)
        return process

    def _answers(self) -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            connection.request("GET", f"{self._prefix}/index.php?rest_route=/")
            return connection.getresponse().status == http.HTTPStatus.OK
        except OSError:
            return False
        finally:
            connection.close()

    def go_down(self) -> None:
        """Ends the web server; the blog and its address stay."""
        self._process.end()

    def come_back(self) -> None:
        """Starts the web server again at the same address."""
        if not self._process.running:
            self._process = self._serve()

    def end(self) -> None:
        self._process.end()

    # --- what a test may do to it ---

    def php(self, code: str) -> str:
        """What `code` (PHP, without `<?php`) prints when it runs inside this WordPress. Raises `ServerProblem`."""
        return self._php(["-r", f"require 'wp-load.php'; {code}"])

    def cron(self) -> None:
        """Runs what is due, e.g. publishes posts whose date has come."""
        self._php(["-f", "wp-cron.php"])

    def set_permalinks(self, kind: str) -> None:
        """`pretty` (/year/month/name/) or `plain` (?p=1; and no rewrite rules, so /wp-json/ is the server's 404)."""
        plain = self._state / "plain-permalinks"
        if kind == "plain":
            plain.touch()
        else:
            plain.unlink(missing_ok=True)
        structure = "" if kind == "plain" else "/%year%/%monthnum%/%postname%/"
        self.php(
            f"update_option('permalink_structure', '{structure}');"
            "global $wp_rewrite; $wp_rewrite->init(); $wp_rewrite->flush_rules(false);"
        )

    def set_timezone(self, zone: str) -> None:
        """The blog's own time zone, e.g. "Europe/Paris"."""
        self.php(f"update_option('timezone_string', '{zone}');")

    def reset_posts(self) -> None:
        """Deletes all posts, media, comments, tags and categories (but the default one); ids start at 1 again."""
        self.php(_RESET)

    def _php(self, arguments: list[str]) -> str:
        answer = subprocess.run(
            ["php", "-d", "memory_limit=512M", "-d", "display_errors=stderr", *arguments],
            cwd=self.folder,
            capture_output=True,
            text=True,
            check=False,
            env={**os.environ, "POSTDESK_PREFIX": self._prefix},
        )
        if answer.returncode != 0:
            raise ServerProblem(
                f"PHP failed inside WordPress:\n{answer.stdout[-1000:]}\n{answer.stderr[-2000:]}"
            )
        return answer.stdout


def _copy(source: Path, target: Path) -> None:
    """A copy that shares its files with the source where the disk allows, which is quick; nothing changes them."""

    def link(one: str, other: str) -> None:
        try:
            os.link(one, other)
        except OSError:
            shutil.copyfile(one, other)

    shutil.copytree(source, target, copy_function=link)
