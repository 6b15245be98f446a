"""Carries out a command of the shell and turns every way it can end into a sentence and an exit code."""

from __future__ import annotations

import argparse
import logging
import os
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

from postdesk.cli import archive, blogs, exchange, log, outbox, pictures, posts, publish, sync
from postdesk.cli.exits import Exit, exit_for
from postdesk.cli.passwords import take_from_environment
from postdesk.cli.shell import Build, OpenLibrary, Shell, complain, to_json
from postdesk.core.errors import PostDeskError
from postdesk.core.folders import Folders
from postdesk.core.language import _
from postdesk.core.settings import load_settings

if TYPE_CHECKING:
    import httpx2

_log = logging.getLogger(__name__)

_COMMANDS: dict[str, Callable[[Shell, argparse.Namespace], Exit]] = {
    "new": posts.new,
    "list": posts.list_posts,
    "render": posts.render,
    "publish": publish.publish,
    "pull": archive.pull,
    "pictures": pictures.pictures,
    "diff": archive.diff,
    "convert": archive.convert,
    "accounts": blogs.accounts,
    "outbox": outbox.outbox,
    "log": log.log,
    "sync": sync.sync,
    "merge-driver": sync.merge_driver,
    "import": exchange.bring_in,
    "export": exchange.take_out,
}


def carry_out(
    arguments: argparse.Namespace,
    folders: Folders,
    open_library: OpenLibrary,
    build: Build,
    http: Callable[[], httpx2.Client],
) -> int:
    """Run the command that was asked for; returns its exit code. Errors are sentences on standard error."""
    for stream in (
        sys.stdout,
        sys.stderr,
    ):  # a letter that the terminal does not have must not end the command
        stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]  # a text file of Python's own
    as_json = bool(getattr(arguments, "json", False))
    password = take_from_environment()
    shell: Shell | None = None
    try:
        shell = Shell(folders, load_settings(folders), open_library, build, http, as_json, password)
        code = _COMMANDS[arguments.command](shell, arguments)
        sys.stdout.flush()
        return int(code)
    except PostDeskError as error:
        if as_json:
            print(to_json({"error": error.sentence, "sent": error.sent.value}))
        complain(error.sentence)
        return int(exit_for(error))
    except BrokenPipeError:
        # Whoever read has enough. Nothing may be written at exit either.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return int(Exit.FAILED)
    except KeyboardInterrupt:
        complain(_("Stopped. What was already done stays as it is."))
        return int(Exit.STOPPED)
    except Exception as error:  # a fault of the program: a sentence for her, the rest for the log
        _log.exception("A command ended in a fault of the program")
        complain(
            _("A fault of the program: {name}. Your files are as they were; the log is {file}.").format(
                name=type(error).__name__, file=folders.state / "postdesk.log"
            )
        )
        return int(Exit.FAILED)
    finally:
        if shell is not None:
            shell.close()
