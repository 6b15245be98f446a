"""The command `pictures`: what posts show on their blog, brought home; and the same after a pull."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING, Any

from postdesk.cli.exits import Exit, exit_for
from postdesk.cli.posts import post_file
from postdesk.cli.shell import Shell, blog, complain, stoppable
from postdesk.core.account import Account
from postdesk.core.errors import SettingsError
from postdesk.core.language import _, ngettext

if TYPE_CHECKING:
    from postdesk.library.document import Document
    from postdesk.publishing.bringing import At, Brought
    from postdesk.publishing.desk import Desk


def pictures(shell: Shell, arguments: argparse.Namespace) -> Exit:
    """Bring the pictures of some posts here, or clear those that no post shows."""
    desk = shell.desk()
    if arguments.clear:
        with stoppable() as cancel:
            cleared = desk.clear_pictures(cancel)
        words = ngettext("{count} picture was removed.", "{count} pictures were removed.", cleared.count)
        shell.say({"removed": cleared.count, "bytes": cleared.size}, words)
        return Exit.DONE
    if not arguments.files:
        raise SettingsError(
            _("No post was named."), _("No picture was asked for."), _("Name posts, or say --clear.")
        )
    ended = []
    for name in arguments.files:
        document = desk.library.read(post_file(name))
        account = blog(shell, desk, arguments.blog) if arguments.blog else _only_blog(desk, document)
        shell.trust(desk, account)
        brought = bring(shell, desk, account, document)
        ended.append(brought)
        if brought.failure is not None:
            break
    shell.say({"posts": [as_values(brought) for brought in ended]}, *(in_words(brought) for brought in ended))
    return next((code for brought in ended if (code := complain_of(brought)) is not Exit.DONE), Exit.DONE)


def bring(shell: Shell, desk: Desk, account: Account, document: Document | None = None) -> Brought:
    """Bring the pictures of one post or of all."""
    live = sys.stderr.isatty() and not shell.as_json

    def progress(at: At) -> None:
        if live:
            print(f"\r{at.posts} / {at.of}  {at.came} ", end="", file=sys.stderr, flush=True)

    with stoppable() as cancel:
        brought = desk.bring_pictures(account, cancel, progress, document)
    if live:
        print(file=sys.stderr)
    return brought


def as_values(brought: Brought) -> dict[str, Any]:
    """How it ended, for JSON."""
    return {
        "came": [str(path) for path in brought.came], "there": brought.there, "gone": brought.gone,
        "elsewhere": brought.elsewhere,
        "problems": [{"where": where, "sentence": sentence} for where, sentence in brought.problems],
        "failure": brought.failure.sentence if brought.failure is not None else "",
    }  # fmt: skip


def in_words(brought: Brought) -> str:
    """How many came."""
    count = len(brought.came)
    return ngettext("{count} picture came.", "{count} pictures came.", count)


def complain_of(brought: Brought) -> Exit:
    """Say what did not come, and how it ended."""
    for address in brought.gone:
        complain(_("{address}: not on the blog any more.").format(address=address))
    for where, sentence in brought.problems:
        complain(f"{where}: {sentence}")
    if brought.failure is None:
        return Exit.DONE
    complain(brought.failure.sentence)
    return exit_for(brought.failure)


def _only_blog(desk: Desk, document: Document) -> Account:
    there = [a for a in desk.accounts.all() if desk.receipt(document.post.id, a) is not None]
    if len(there) != 1:
        raise SettingsError(
            _("No blog has this post.") if not there else _("More than one blog has this post."),
            _("No picture was asked for."),
            _("Say --from and the blog's name."),
        )
    return there[0]
