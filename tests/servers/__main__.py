"""Servers by hand: `python -m tests.servers prepare` fetches what they need, `start 6.1` runs one until stopped."""

from __future__ import annotations

import argparse
import json
import signal
import sys
from dataclasses import asdict
from types import FrameType

from tests.servers.packages import SUITES, wordpress_source
from tests.servers.running import Servers
from tests.servers.sqlite import sqlite_plugin


def _stop(number: int, frame: FrameType | None) -> None:
    raise SystemExit(0)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.servers", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("prepare", help="fetch what is not there yet")
    start = commands.add_parser(
        "start", help="run a WordPress until Ctrl-C; prints one JSON line when it answers"
    )
    start.add_argument("version", choices=SUITES)
    start.add_argument("--port", type=int)
    start.add_argument("--prefix", default="", help='folder on its host, e.g. "/blog"')
    start.add_argument("--database", choices=("mariadb", "sqlite"), default="mariadb")
    start.add_argument("--permalinks", choices=("pretty", "plain"), default="pretty")
    start.add_argument("--timezone", default="UTC")
    arguments = parser.parse_args()
    if arguments.command == "prepare":
        for version in SUITES:
            wordpress_source(version)
        sqlite_plugin()
        return 0
    signal.signal(signal.SIGTERM, _stop)
    servers = Servers()
    try:
        site = servers.wordpress(
            arguments.version, arguments.prefix, port=arguments.port, database=arguments.database
        )
        site.set_permalinks(arguments.permalinks)
        site.set_timezone(arguments.timezone)
        told = {
            "base_url": site.base_url,
            "version": site.version,
            "user": site.user,
            "app_password": site.app_password,
            "users": [asdict(user) for user in site.users.values()],
            "folder": str(site.folder),
        }
        print(json.dumps(told), flush=True)
        signal.pause()
    except KeyboardInterrupt:
        pass
    finally:
        servers.end()
    return 0


if __name__ == "__main__":
    sys.exit(main())
