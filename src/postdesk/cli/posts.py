"""The commands about posts here: `new`, `list`, `render`."""

from __future__ import annotations

import argparse
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from postdesk.cli.exits import Exit
from postdesk.cli.shell import Shell, blog, complain, one_line
from postdesk.core.errors import SettingsError
from postdesk.core.files import read_file
from postdesk.core.language import _
from postdesk.publishing.state import StateKind

_STATES = {
    "drafts": {"draft"},
    "scheduled": {"scheduled"},
    "published": {"published", "changed", "private", "pending"},
    "waiting": {"waiting", "running", "failed", "conflict"},
}


def new(shell: Shell, arguments: argparse.Namespace) -> Exit:
    """Make a draft and print its path."""
    body = _typed() if arguments.stdin else ""
    document = shell.desk().library.new(arguments.title, body=body)
    shell.say({"path": str(document.path), "id": document.post.id}, str(document.path))
    return Exit.DONE


def list_posts(shell: Shell, arguments: argparse.Namespace) -> Exit:
    """Print the posts of the library, and those of the blog that were not written here."""
    desk = shell.desk()
    wanted = _STATES.get(arguments.state)
    account = (
        blog(shell, desk, arguments.blog) if arguments.blog else desk.accounts.default(desk.library.root)
    )
    receipts = desk.receipts.all() if account else ()
    states = desk.states(account, receipts) if account else {}
    rows: list[dict[str, Any]] = []
    for summary in desk.library.summaries():
        kind = states.get(summary.id, StateKind.DRAFT)
        if arguments.blog and kind is StateKind.DRAFT:
            continue
        rows.append(
            {
                "title": summary.title, "state": kind.value, "path": str(summary.path), "id": summary.id,
                "changed": datetime.fromtimestamp(summary.modified, UTC).isoformat(timespec="seconds"),
                "words": summary.words, "problem": summary.problem,
            }
        )  # fmt: skip
    if account is not None:
        here = {r.remote_id for r in receipts if r.account_id == account.id}
        rows += [
            {
                "title": p.title, "state": p.status.value, "address": p.address, "remote_id": p.remote_id,
                "changed": p.modified.isoformat(timespec="seconds") if p.modified else "",
            }
            for p in desk.archive.posts(account.id)
            if p.remote_id not in here
        ]  # fmt: skip
    rows = [r for r in rows if wanted is None or r["state"] in wanted]
    shell.say(rows, *(_row(r) for r in rows))
    return Exit.DONE


def render(shell: Shell, arguments: argparse.Namespace) -> Exit:
    """Print a post's HTML. Reads the file and touches nothing else."""
    from postdesk.library.document import read_document
    from postdesk.markup.gutenberg import to_blocks
    from postdesk.markup.pictures import render_for_blog

    path = post_file(arguments.file)
    document = read_document(path, read_file(path)[0], "")
    if document.problem:
        complain(document.problem)
    html = render_for_blog(document.post.body, lambda ref: ref)
    if arguments.blocks:
        html = to_blocks(html, {})
    shell.say({"title": document.post.title, "html": html}, html.rstrip("\n"))
    return Exit.DONE


def post_file(name: str) -> Path:
    """The absolute path of a post that was named on the command line; `SettingsError` when there is none."""
    path = Path(name).expanduser().absolute()
    if not path.is_file():
        raise SettingsError(
            _("There is no file “{name}”.").format(name=name), _("Nothing was sent."), _("Look at the path.")
        )
    return path


def _row(row: dict[str, Any]) -> str:
    title = one_line(row["title"]).strip() or _("Untitled")
    return f"{row['state']:<10} {row['changed'][:16]:<16}  {title}"


def _typed() -> str:
    try:
        return sys.stdin.buffer.read().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise SettingsError(
            _("The text on standard input is not UTF-8."), _("No post was made."), _("Convert it first.")
        ) from error
