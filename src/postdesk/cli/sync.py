"""The commands `sync` and `merge-driver`: the library and other machines, through git."""

from __future__ import annotations

import argparse
from pathlib import Path

from postdesk.cli.exits import Exit
from postdesk.cli.shell import Shell, complain, one_line, stoppable
from postdesk.core.errors import FileGone, PostDeskError
from postdesk.core.files import ANY, read_file, save_file
from postdesk.core.language import _


def sync(shell: Shell, arguments: argparse.Namespace) -> Exit:
    """Commit what changed in the library, fetch, merge and push. A window may have it open meanwhile."""
    from postdesk.library.git.failures import last_line
    from postdesk.library.git.sync import Step, spoken
    from postdesk.library.git.sync import sync as run_sync
    from postdesk.publishing.merging import merge_file

    default = shell.settings.library or shell.folders.documents / "Post Desk"
    root = Path(arguments.folder or default).expanduser().absolute()
    if not root.is_dir():
        raise FileGone(
            _("The folder “{name}” is not there.").format(name=root),
            _("Nothing was changed."),
            _("Name the library's folder."),
        )
    said: set[Step] = set()

    def say(step: Step, _percent: int) -> None:
        if step not in said and not shell.as_json:
            complain(step_words(step))
        said.add(step)

    def step_words(step: Step) -> str:
        return {
            Step.SAVE: _("Saving in git…"),
            Step.FETCH: _("Fetching…"),
            Step.MERGE: _("Merging…"),
            Step.SEND: _("Sending…"),
        }[step]

    with stoppable() as cancel:
        try:
            synced = run_sync(root, merge_file, cancel, say)
        except PostDeskError as error:
            if error.details:
                complain(last_line(error.details))
            raise
    shell.say(
        {
            "remote": synced.remote, "sent": synced.sent, "came": synced.came, "copies": list(synced.copies),
            "remarks": list(synced.remarks),
        },
        one_line(spoken(synced)),
    )  # fmt: skip
    return Exit.DONE


def merge_driver(_shell: Shell, arguments: argparse.Namespace) -> Exit:
    """Merge one file for git: the result goes where git reads it, and what could not be one beside the file. git's
    folder is the one it runs this in, the top of the library."""
    from postdesk.library.git.merging import conflict_name
    from postdesk.library.names import names_in
    from postdesk.publishing.merging import merge_file

    base, mine, theirs = (
        read_file(Path(name))[0] for name in (arguments.base, arguments.mine, arguments.theirs)
    )
    # git hands over an empty file where both sides made theirs anew.
    merged = merge_file(arguments.path, base or None, mine, theirs)
    if merged.copy is not None:
        place = Path(arguments.path)
        place.parent.mkdir(parents=True, exist_ok=True)
        beside = [
            place.with_name(n) for n in names_in(place.parent) if n != place.name and n.endswith(place.suffix)
        ]
        if merged.copy_name:
            save_file(place.with_name(merged.copy_name), merged.copy, expected=ANY)
        elif not any(b.is_file() and b.read_bytes() == merged.copy for b in beside):
            when = _moment()
            name = conflict_name(place.as_posix(), when, names_in(place.parent))
            save_file(Path(name), merged.copy, expected=None)
            complain(
                _("Both versions of “{name}” are kept; theirs is “{copy}”.").format(
                    name=place.name, copy=name
                )
            )
    save_file(Path(arguments.mine), merged.content, expected=ANY)
    return Exit.DONE


def _moment() -> str:
    from datetime import datetime

    return datetime.now().astimezone().strftime("%Y-%m-%d %H%M")
