"""The commands `import` and `export`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

from postdesk.cli.exits import Exit
from postdesk.cli.posts import post_file
from postdesk.cli.shell import Shell, complain, one_line, stoppable
from postdesk.core.cancel import Cancel
from postdesk.core.errors import Cancelled, SettingsError
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
        ngettext("{count} post imported.", "{count} posts imported.", len(summary.made)),
    )  # fmt: skip
    if summary.there and not shell.as_json:
        complain(ngettext("{count} was there already.", "{count} were there already.", summary.there))
    for title in summary.left:
        complain(_("{title}: here it is not as in the source; it was left as it is.").format(title=title))
    for problem in summary.problems:
        complain(f"{problem.where}: {problem.sentence}")
    if summary.cancelled:
        raise Cancelled(_("Stopped."), _("What was imported stays."), _("Run it again to go on."))
    return Exit.DONE


def take_out(shell: Shell, arguments: argparse.Namespace) -> Exit:
    """Export posts into one file."""
    from postdesk.core.files import ANY, save_file
    from postdesk.exchange.leave import as_page, as_zip

    target = Path(arguments.output).expanduser().absolute()
    kind = arguments.kind or {".zip": "zip", ".html": "html", ".htm": "html", ".pdf": "pdf"}.get(
        target.suffix.lower()
    )
    if kind == "pdf":
        raise SettingsError(
            _("A PDF is made in the window: it is the window that can draw."),
            _("Nothing was exported."),
            _("Choose File, Export there, or say --as html and print the page."),
        )
    if kind is None:
        raise SettingsError(
            _("It is not clear what to export to."),
            _("Nothing was exported."),
            _("Say --as zip or --as html."),
        )
    if target.exists() and not arguments.force:
        raise SettingsError(
            _("“{name}” is there already.").format(name=target.name),
            _("Nothing was exported."),
            _("Choose another name, or say --force to replace it."),
        )
    desk = shell.desk()
    paths = [post_file(name) for name in arguments.posts]
    if arguments.all:
        paths += [summary.path for summary in desk.library.summaries()]
    if not paths:
        raise SettingsError(
            _("No post was named."), _("Nothing was exported."), _("Name posts, or say --all.")
        )
    with stoppable() as cancel:
        made = (as_zip if kind == "zip" else as_page)(desk.library, paths, cancel, _progress(shell))
    _end_of_progress(shell)
    for problem in made.problems:
        complain(f"{problem.where}: {problem.sentence}")
    save_file(target, made.data, expected=ANY)
    shell.say(
        {
            "path": str(target), "count": made.count,
            "problems": [{"where": p.where, "sentence": p.sentence} for p in made.problems],
        },
        str(target),
    )  # fmt: skip
    return Exit.DONE if made.count else Exit.LIBRARY


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
