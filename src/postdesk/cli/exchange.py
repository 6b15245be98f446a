"""The commands `import` and `export`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

from postdesk.cli.exits import Exit
from postdesk.cli.shell import Shell, complain, one_line, stoppable
from postdesk.core.cancel import Cancel
from postdesk.core.errors import Cancelled
from postdesk.core.language import _, ngettext


def bring_in(shell: Shell, arguments: argparse.Namespace) -> Exit:
    """Import the posts of another program."""
    from postdesk.exchange.bring import bring, default_folder, look_ahead
    from postdesk.exchange.detect import open_source

    source = open_source(Path(arguments.source).expanduser().absolute())
    if arguments.dry_run:
        outlook = look_ahead(source, Cancel())
        shell.say(
            {
                "kind": outlook.kind,
                "name": outlook.name,
                "count": outlook.count,
                "titles": list(outlook.titles),
            },
            one_line(f"{outlook.kind}  {outlook.name}  {'?' if outlook.count is None else outlook.count}"),
            *(one_line(f"  {title}") for title in outlook.titles),
        )
        for problem in outlook.problems:
            complain(f"{problem.where}: {problem.sentence}")
        return Exit.DONE
    into = default_folder(source) if arguments.into is None else arguments.into
    library = shell.desk().library
    with stoppable() as cancel:
        summary = bring(library, source, into, cancel, _progress(shell))
    _end_of_progress(shell)
    shell.say(
        {
            "made": [str(path) for path in summary.made], "there": summary.there, "left": list(summary.left),
            "problems": [{"where": p.where, "sentence": p.sentence} for p in summary.problems],
            "cancelled": summary.cancelled, "folder": str(library.root / into),
        },
        ngettext("{count} post imported.", "{count} posts imported.", len(summary.made)).format(
            count=len(summary.made)
        ),
    )  # fmt: skip
    if summary.there and not shell.as_json:
        words = ngettext("{count} was there already.", "{count} were there already.", summary.there)
        complain(words.format(count=summary.there))
    for title in summary.left:
        complain(_("{title}: here it is not as in the source; it was left as it is.").format(title=title))
    for problem in summary.problems:
        complain(f"{problem.where}: {problem.sentence}")
    if summary.cancelled:
        raise Cancelled(_("Stopped."), _("What was imported stays."), _("Run it again to go on."))
    return Exit.DONE


def _progress(shell: Shell) -> Callable[[int, int | None, str], None]:
    shown = not shell.as_json and sys.stderr.isatty()

    def tell(number: int, count: int | None, title: str) -> None:
        if shown and number % 10 == 1:
            of = f"/{count}" if count is not None else ""
            print(f"\r\033[K{number}{of}  {one_line(title)[:60]}", end="", file=sys.stderr, flush=True)

    return tell


def _end_of_progress(shell: Shell) -> None:
    if not shell.as_json and sys.stderr.isatty():
        print("\r\033[K", end="", file=sys.stderr, flush=True)
