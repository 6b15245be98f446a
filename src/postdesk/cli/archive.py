"""The commands `pull`, `diff` and `convert`: the posts of a blog, brought home, compared, turned into other forms."""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace

from postdesk.cli.exits import Exit
from postdesk.cli.pictures import as_values, bring, complain_of, in_words
from postdesk.cli.posts import post_file
from postdesk.cli.shell import Shell, blog, complain, one_line, stoppable
from postdesk.core.account import Account
from postdesk.core.errors import Cancelled, SettingsError
from postdesk.core.language import _, ngettext
from postdesk.library.document import Document
from postdesk.publishing.desk import Desk


def pull(shell: Shell, arguments: argparse.Namespace) -> Exit:
    """Bring what is new on a blog into the library."""
    desk = shell.desk()
    account = blog(shell, desk, arguments.blog)
    shell.trust(desk, account)
    live = sys.stderr.isatty() and not shell.as_json

    def progress(seen: int, total: int) -> None:
        if live:
            print(f"\r{seen} / {total if total >= 0 else '?'} ", end="", file=sys.stderr, flush=True)

    with stoppable() as cancel:
        done = desk.pull(account, cancel, progress, everything=arguments.all)
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
    account = _blog_of(shell, desk, document, arguments.to, "--to")
    change = desk.change(document, account)
    shell.say(
        {
            "blog": account.name,
            "lines": list(change.lines),
            "afresh": list(change.afresh),
            "broken": change.broken,
            "lost": [{"block": block, "attributes": list(names)} for block, names in change.lost],
        },
        *(one_line(line) for line in change.lines),
    )
    if change.afresh and not shell.as_json:
        words = ngettext(
            "{count} block is made afresh.", "{count} blocks are made afresh.", len(change.afresh)
        )
        complain(words.format(count=len(change.afresh)))
        for block, names in change.lost:
            complain(
                one_line(_("Lost of “{block}”: {names}").format(block=_first(block), names=", ".join(names)))
            )
    return Exit.DONE


def _first(block: str) -> str:
    return block.split("\n", 1)[0][:60]


def convert(shell: Shell, arguments: argparse.Namespace) -> Exit:
    """Turn a post that came from a blog into Markdown or into blocks; say what is lost."""
    from postdesk.publishing.converting import Form

    desk = shell.desk()
    document = desk.library.read(post_file(arguments.file))
    account = _blog_of(shell, desk, document, arguments.on, "--on")
    conversion = desk.conversion(document, account, Form(arguments.to))
    if not arguments.dry_run:
        # The text first: it is safe on the old map, and the old text on the new map would not be.
        desk.library.save(document, replace(document.post, body=conversion.after))
        desk.convert(conversion)
    shell.say(
        {
            "blog": account.name, "to": arguments.to, "done": not arguments.dry_run, "as_html": conversion.as_html,
            "blocks": [{"words": r.words, "kind": r.kind, "lost": list(r.lost)} for r in conversion.rows],
        },
        *(
            "\n".join([one_line(f"{row.kind}: {row.words}"), *(f"    - {one_line(one)}" for one in row.lost)])
            for row in conversion.rows
        ),
    )  # fmt: skip
    return Exit.DONE


def _blog_of(shell: Shell, desk: Desk, document: Document, name: str, option: str) -> Account:
    """The blog that was named, else the one that has the post."""
    if name:
        return blog(shell, desk, name)
    there = [a for a in desk.accounts.all() if desk.receipt(document.post.id, a) is not None]
    if len(there) != 1:
        raise SettingsError(
            _("No blog has this post.") if not there else _("More than one blog has this post."),
            _("Nothing was sent."),
            _("Say {option} and the blog's name.").format(option=option),
        )
    return there[0]
