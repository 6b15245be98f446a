"""The command line's grammar; standard library only, as it is read before anything else is imported."""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence
from pathlib import Path

from postdesk import __version__
from postdesk.core.language import _

COMMANDS = (
    "new", "list", "render", "publish", "pull", "diff", "convert", "accounts", "outbox", "import", "export", "sync",
    "merge-driver", "demo",
)  # fmt: skip


def is_command(argv: Sequence[str]) -> bool:
    """Whether these arguments name a command (or ask for help), as opposed to files for the window."""
    skip = False
    for argument in argv:
        if skip:
            skip = False
        elif argument in ("-h", "--help", "--version"):
            return True
        elif argument in ("--home", "--library"):
            skip = True
        elif not argument.startswith("-"):
            return argument in COMMANDS or not _is_file(argument)
    return False


def _is_file(argument: str) -> bool:
    """Whether an argument names a file, there or not; one plain word that names none is a misspelt command."""
    return Path(argument).suffix != "" or "/" in argument or os.sep in argument or Path(argument).exists()


def window_parser() -> argparse.ArgumentParser:
    """The arguments of the window."""
    parser = argparse.ArgumentParser("postdesk")
    _common(parser)
    parser.add_argument("--library", metavar="DIR", default="", help=_("open this library"))
    parser.add_argument("files", nargs="*", metavar="FILE", help=_("posts to open"))
    return parser


def window_arguments(argv: Sequence[str]) -> argparse.Namespace:
    """What the window's arguments say. Most starts have no option among them, and then the grammar is not built."""
    if any(argument.startswith("-") for argument in argv):
        return window_parser().parse_args(argv)
    return argparse.Namespace(home=None, verbose=False, library="", files=list(argv))


def command_parser() -> argparse.ArgumentParser:
    """The arguments of the commands."""
    parser = argparse.ArgumentParser(
        "postdesk",
        description=_("Write posts in Markdown and publish them exactly once. Without a command, opens the window."),
        epilog=_("Exit codes: 0 done, 1 failed, 2 wrong usage, 3 waiting, 4 refused, 5 changed on the blog, "
                 "6 sign-in or keyring, 7 library or file, 130 stopped."),
    )  # fmt: skip
    _common(parser)
    parser.add_argument("--version", action="version", version=f"postdesk {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    new = _command(commands, "new", _("make a draft in the library and print its path"))
    new.add_argument("title", nargs="?", default="", help=_("the title"))
    new.add_argument("--stdin", action="store_true", help=_("read the text from standard input"))

    listing = _command(commands, "list", _("list the posts of the library"))
    listing.add_argument(
        "--state", choices=("drafts", "scheduled", "published", "waiting", "all"), default="all"
    )
    listing.add_argument("--blog", default="", metavar="BLOG", help=_("the posts that this blog has"))

    render = _command(commands, "render", _("print a post as HTML, as it would go out"))
    render.add_argument("file", metavar="FILE")
    render.add_argument("--blocks", action="store_true", help=_("as WordPress block markup"))

    publish = _command(commands, "publish", _("publish a post, or update it"))
    publish.add_argument("file", metavar="FILE")
    publish.add_argument(
        "--to", default="", metavar="BLOG", help=_("an account's name or address, or a folder")
    )
    publish.add_argument(
        "--as-own-post", action="store_true", help=_("publish a conflict copy as a post of its own")
    )
    publish.add_argument("--dry-run", action="store_true", help=_("say what would happen, and send nothing"))

    pull = _command(commands, "pull", _("bring the posts of a blog into the library"))
    pull.add_argument("blog", metavar="BLOG", help=_("an account's name or address"))
    pull.add_argument(
        "--all", action="store_true", help=_("look at every post again, not only at those that changed")
    )

    pull.add_argument(
        "--pictures", action="store_true", help=_("bring the pictures that the posts show on the blog, too")
    )

    pictures = _command(commands, "pictures", _("bring the pictures that posts show on their blog"))
    pictures.add_argument("files", nargs="*", metavar="FILE", help=_("posts of the library"))
    pictures.add_argument(
        "--from", dest="blog", default="", metavar="BLOG", help=_("an account's name or address")
    )
    pictures.add_argument(
        "--clear", action="store_true", help=_("remove the copies that no post shows any more")
    )

    diff = _command(commands, "diff", _("show what publishing a post would change on the blog"))
    diff.add_argument("file", metavar="FILE")
    diff.add_argument("--to", default="", metavar="BLOG", help=_("an account's name or address"))

    convert = _command(
        commands, "convert", _("turn a post that came from a blog into Markdown or into blocks")
    )
    convert.add_argument("file", metavar="FILE")
    convert.add_argument("--to", choices=("markdown", "blocks"), required=True, help=_("what it becomes"))
    convert.add_argument("--on", default="", metavar="BLOG", help=_("an account's name or address"))
    convert.add_argument(
        "--dry-run", action="store_true", help=_("say what would be lost, and change nothing")
    )

    accounts = _command(commands, "accounts", _("the blogs that can be published to"))
    what = accounts.add_subparsers(dest="what", required=True, metavar="add|list|remove|test")
    add = _command(what, "add", _("add a blog by its address"))
    add.add_argument("address", metavar="ADDRESS")
    add.add_argument("--user", default="", metavar="U")
    add.add_argument(
        "--password-stdin", action="store_true", help=_("read the application password from standard input")
    )
    add.add_argument("--name", default="", help=_("what to call it"))
    add.add_argument(
        "--markup", choices=("blocks", "html"), default="blocks", help=_("how WordPress posts are written")
    )
    add.add_argument("--yes", action="store_true", help=_("agree to what is asked about the address"))
    add.add_argument("--default", action="store_true", help=_("publish the library's new posts here"))
    _command(what, "list", _("list the blogs"))
    for name, words in (
        ("remove", _("forget a blog and its password")),
        ("test", _("sign in and look round")),
    ):
        _command(what, name, words).add_argument("blog", metavar="BLOG")

    outbox = _command(commands, "outbox", _("what waits to go out"))
    outbox.add_argument("--run", action="store_true", help=_("send what is due"))
    outbox.add_argument(
        "--now", action="store_true", help=_("with --run: do not wait for the time of the next try")
    )
    outbox.add_argument("--blog", default="", metavar="BLOG", help=_("only what is meant for this blog"))
    outbox.add_argument("--take-back", default="", metavar="ID", help=_("take a post back"))

    log = _command(commands, "log", _("what happened to a post on its way to its blogs"))
    log.add_argument("file", metavar="FILE")
    log.add_argument(
        "--requests", action="store_true", help=_("with what was asked and answered, a line each")
    )
    log.add_argument("--report", default="", metavar="OUTPUT", help=_("save it as a text for a bug report"))
    log.add_argument(
        "--with-text", action="store_true", help=_("with the title, and beginnings of the post's text")
    )
    log.add_argument("--with-addresses", action="store_true", help=_("with names and addresses of blogs"))
    log.add_argument("--force", action="store_true", help=_("replace the file if it is there"))

    sync = _command(commands, "sync", _("back the library up with git: commit, fetch, merge, push"))
    sync.add_argument(
        "folder", nargs="?", default="", metavar="FOLDER", help=_("the library; else the one last open")
    )

    # Run by git, not by her: without words it is in no list.
    driver = commands.add_parser("merge-driver", description=_("merge one file of a library for git"))
    for name in ("base", "mine", "theirs", "path"):
        driver.add_argument(name)
    bring = _command(
        commands, "import", _("import posts: a folder of Markdown, an export of WordPress or Ghost, HTML")
    )
    bring.add_argument("source", metavar="SOURCE", help=_("the file or folder"))
    bring.add_argument("--into", default=None, metavar="FOLDER", help=_("a folder of the library"))
    bring.add_argument("--dry-run", action="store_true", help=_("say what would come, and write nothing"))

    leave = _command(commands, "export", _("export posts of the library into one file"))
    leave.add_argument("posts", nargs="*", metavar="POST", help=_("files of the library"))
    leave.add_argument("--all", action="store_true", help=_("every post of the library"))
    leave.add_argument("--as", dest="kind", choices=("zip", "html", "pdf"), default=None)
    leave.add_argument("-o", "--output", required=True, metavar="FILE", help=_("where it goes"))
    leave.add_argument("--force", action="store_true", help=_("replace the file if it is there"))

    demo = _command(
        commands, "demo", _("open the window, write a post, publish it to a local site, leave a screenshot")
    )
    demo.add_argument(
        "--screenshot", default="", metavar="FILE", help=_("where the picture of the window goes")
    )
    demo.add_argument("--stay", action="store_true", help=_("leave the window open"))
    return parser


def _common(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--home", default=None, metavar="DIR", help=_("keep everything under this folder"))
    parser.add_argument("--verbose", action="store_true", help=_("write more into the log file"))


def _command(
    commands: argparse._SubParsersAction[argparse.ArgumentParser], name: str, words: str
) -> argparse.ArgumentParser:
    made = commands.add_parser(name, help=words, description=words)
    made.add_argument("--home", default=argparse.SUPPRESS, metavar="DIR", help=argparse.SUPPRESS)
    made.add_argument("--json", action="store_true", default=argparse.SUPPRESS, help=_("print JSON"))
    return made
