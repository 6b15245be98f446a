"""The commands `pull` and `diff`: the posts of a blog, brought home and compared."""

from __future__ import annotations

import argparse
import sys

from postdesk.cli.exits import Exit
from postdesk.cli.pictures import as_values, bring, complain_of, in_words
from postdesk.cli.posts import post_file
from postdesk.cli.shell import Shell, blog, complain, one_line, stoppable
from postdesk.core.errors import Cancelled, SettingsError
from postdesk.core.language import _, ngettext


def pull(shell: Shell, arguments: argparse.Namespace) -> Exit:
    """Bring what is new on a blog into the library."""
    desk = shell.desk()
    account = blog(shell, desk, arguments.blog)
    shell.trust(desk, account)
    live = sys.stderr.isatty() and not shell.as_json

    def progress(seen: int, total: int) -> None:
        if live:
            print(f"\r{seen} / {total if total >= 0 else '?'} ", end="", file=sys.stderr, flush=True)

    def waits(seconds: float) -> None:
        count = max(1, round(seconds))
        words = ngettext(
            "The blog is busy; going on in {count} second.",
            "The blog is busy; going on in {count} seconds.",
            count,
        )
        complain(words.format(count=count))

    with stoppable() as cancel:
        done = desk.pull(account, cancel, progress, everything=arguments.all, waits=waits)
    if live:
        print(file=sys.stderr)
    brought = None if done.cancelled or not arguments.pictures else bring(shell, desk, account)
    shell.say(
        {
            "made": [str(path) for path in done.made], "updated": [str(path) for path in done.updated],
            "there": done.there, "both": done.both, "gone": done.gone,
            "problems": [{"title": title, "sentence": sentence} for title, sentence in done.problems],
            "cancelled": done.cancelled,
            **({} if brought is None else {"pictures": as_values(brought)}),
        },
        ngettext("{count} post came.", "{count} posts came.", len(done.made)).format(count=len(done.made)),
        *(one_line(_("Changed on the blog: {name}").format(name=path.name)) for path in done.updated),
        *(() if brought is None else [in_words(brought)]),
    )  # fmt: skip
    for title in done.both:
        complain(
            _("{title}: changed here and on the blog; updating it asks which one stays.").format(title=title)
        )
    for title in done.gone:
        complain(_("{title}: not on the blog any more; your file stays.").format(title=title))
    for title, sentence in done.problems:
        complain(f"{title}: {sentence}")
    if done.cancelled:
        raise Cancelled(_("Stopped."), _("What came stays."), _("Run it again to go on."))
    return Exit.DONE if brought is None else complain_of(brought)


def diff(shell: Shell, arguments: argparse.Namespace) -> Exit:
    """Show the difference between what a blog has and what would go out."""
    desk = shell.desk()
    document = desk.library.read(post_file(arguments.file))
    if arguments.to:
        account = blog(shell, desk, arguments.to)
    else:
        there = [a for a in desk.accounts.all() if desk.receipt(document.post.id, a) is not None]
        if len(there) != 1:
            raise SettingsError(
                _("No blog has this post.") if not there else _("More than one blog has this post."),
                _("Nothing was sent."),
                _("Say --to and the blog's name."),
            )
        account = there[0]
    change = desk.change(document, account)
    shell.say(
        {
            "blog": account.name,
            "lines": list(change.lines),
            "afresh": list(change.afresh),
            "broken": change.broken,
        },
        *(one_line(line) for line in change.lines),
    )
    if change.afresh and not shell.as_json:
        words = ngettext(
            "{count} block is made afresh.", "{count} blocks are made afresh.", len(change.afresh)
        )
        complain(words.format(count=len(change.afresh)))
    return Exit.DONE
