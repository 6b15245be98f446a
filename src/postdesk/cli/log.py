"""The command `log`: what happened to a post on its way to its blogs."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from postdesk.cli.exits import Exit
from postdesk.cli.posts import post_file
from postdesk.cli.shell import Shell, complain, one_line
from postdesk.core.errors import SettingsError
from postdesk.core.files import ANY, save_file
from postdesk.core.language import _
from postdesk.publishing.report import Wanted, exchange_line, exchange_text, report
from postdesk.publishing.timeline import Entry


def log(shell: Shell, arguments: argparse.Namespace) -> Exit:
    """Print the timeline of a post, oldest first; with --report save it for a bug report."""
    path = post_file(arguments.file)
    root = next((p for p in path.parents if (p / ".postdesk").is_dir()), path.parent)
    from postdesk.library.library import Library

    library = Library(root, shell.folders)
    document = library.read(path)
    desk = shell.desk(library)
    entries = tuple(reversed(desk.timeline(document.post.id)))
    names = {a.id: a.name for a in desk.accounts.all()}
    if arguments.report:
        used = {e.event.account_id for e in entries}
        accounts = [a for a in desk.accounts.all() if a.id in used]
        wanted = Wanted(texts=arguments.with_text, addresses=arguments.with_addresses)
        text = report(document.post.id, document.post.title, entries[::-1], accounts, wanted)
        _save(Path(arguments.report).expanduser().absolute(), text, force=arguments.force)
        complain(_("Saved. Look through the file before you send it to anybody."))
        return Exit.DONE
    shell.say(
        [_json(e, names) for e in entries],
        *(line for e in entries for line in _lines(e, names, requests=arguments.requests)),
    )
    return Exit.DONE


def _save(target: Path, text: str, *, force: bool) -> None:
    if target.exists() and not force:
        raise SettingsError(
            _("“{name}” is there already.").format(name=target.name),
            _("Nothing was saved."),
            _("Choose another name, or say --force to replace it."),
        )
    save_file(target, text.encode("utf-8", "replace"), expected=ANY)


def _moment(entry: Entry) -> str:
    return datetime.fromtimestamp(entry.event.ended, UTC).isoformat(timespec="seconds")


def _lines(entry: Entry, names: dict[str, str], *, requests: bool) -> list[str]:
    when = datetime.fromtimestamp(entry.event.ended).astimezone().strftime("%Y-%m-%d %H:%M")
    lines = [
        one_line(f"{when}  {names.get(entry.event.account_id, '')}: {entry.words}".replace("  : ", "  "))
    ]
    if requests:
        lines += [one_line(f"    {exchange_line(e)}") for e in entry.exchanges]
    return lines


def _json(entry: Entry, names: dict[str, str]) -> dict[str, Any]:
    return {
        "when": _moment(entry), "kind": entry.event.kind.value, "words": entry.words, "times": entry.event.times,
        "blog": names.get(entry.event.account_id, ""), "requests": [exchange_text(e) for e in entry.exchanges],
    }  # fmt: skip
