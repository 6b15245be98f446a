"""What git says when it refuses, as sentences: one table of its words and what they mean for the writer's posts."""

from __future__ import annotations

import re
from typing import Final

from postdesk.core.errors import (
    DiskFull,
    Intercepted,
    LibraryError,
    NotAllowed,
    PostDeskError,
    SignInRefused,
    Unreachable,
)
from postdesk.core.language import _

_SAVED = _("Your posts are saved on this machine and not backed up yet.")
_SECRET = re.compile(r"(://)[^/@\s]+@")
_ASIDE = ("hint:", "error: failed to push some refs")
_LONGEST = 4000  # characters of git's own words that are kept

# The first that fits decides: git's words (LC_ALL=C, seen in 2.39), the error, what happened, what to do.
_TABLE: Final[tuple[tuple[str, type[PostDeskError], str, str], ...]] = (
    (
        r"No space left on device|disk quota exceeded",
        DiskFull,
        _("There is no space left for git."),
        _("Free some space, then sync again."),
    ),
    (
        r"Host key verification failed|REMOTE HOST IDENTIFICATION HAS CHANGED",
        Intercepted,
        _("The server's key is not known to this machine, or is another one than before."),
        _("Connect to it once with ssh in a terminal and look at its key, then sync again."),
    ),
    (
        r"SSL certificate problem|certificate verif|gnutls_handshake|SSL_ERROR|schannel:",
        Intercepted,
        _("The server's certificate could not be verified."),
        _("Look at the address and at this machine's clock, then sync again."),
    ),
    (
        r"Permission denied \(|Authentication failed|could not read (?:Username|Password)|terminal prompts disabled"
        r"|error: 401|HTTP Basic: Access denied|Invalid username or (?:password|token)",
        SignInRefused,
        _("The server did not accept who you are."),
        _("Sign in to it with git once in a terminal (git push), then sync again."),
    ),
    (
        r"error: 403|[Pp]ermission to \S+ denied|not allowed to push|[Rr]epository not found|remote: Write access"
        r"|insufficient permission for adding an object to repository database|unable to create temporary object",
        NotAllowed,
        _("The server does not let you write there."),
        _("Look at the address, and ask whoever keeps the repository for access."),
    ),
    (
        r"hook declined|protected branch|\[remote rejected\]",
        NotAllowed,
        _("The server refused what was sent, by a rule of its own."),
        _("Its words are in the details; ask whoever keeps the repository."),
    ),
    (
        r"[Cc]ould not resolve|[Nn]etwork is unreachable|[Cc]onnection (?:refused|timed out|reset|closed)|timed out"
        r"|[Ff]ailed to connect|[Nn]o route to host|unable to connect|Couldn't connect|early EOF"
        r"|remote end hung up|RPC failed|error: 5\d\d|low speed",
        Unreachable,
        _("There is no connection to where the library is backed up."),
        _("Sync again when there is one."),
    ),
    (
        r"does not appear to be a git repository|Could not read from remote|repository '.*' (?:not found|does not ex)",
        Unreachable,
        _("The repository that the library is backed up to is not there."),
        _("Connect its disk, or look at its address (git remote -v)."),
    ),
)
_HERE: Final[tuple[tuple[str, str, str], ...]] = (
    (
        r"dubious ownership",
        _("The library belongs to another user, and git does not work in it."),
        _("The command in git's own words tells git that you trust it."),
    ),
    (
        r"\.lock': File exists|Unable to create '.*\.lock'|cannot lock ref",
        _("Another git is at work in the library."),
        _("Let it come to its end, then sync again."),
    ),
    (
        r"not a git repository|invalid gitfile|bad config|unknown repository extension|repository version",
        _("The library's .git is not a repository that git can read."),
        _("Git's own words are in the details. The posts themselves are plain files and are not touched."),
    ),
    (
        r"object file .* is empty|bad object|corrupt|loose object|missing (?:blob|tree|commit)|unable to read tree",
        _("The library's git repository is damaged."),
        _("“git fsck” says more. The posts themselves are plain files and are not touched."),
    ),
)


def explain(command: str, code: int, said: str) -> PostDeskError:
    """The error for a git `command` that ended with `code` and `said` this."""
    details = f"git {command} ({code}): {without_secrets(said)}"
    for pattern, kind, happened, todo in _TABLE:
        if re.search(pattern, said):
            return kind(happened, _SAVED, todo, details=details)
    for pattern, happened, todo in _HERE:
        if re.search(pattern, said):
            return LibraryError(happened, _("Your posts are as they were."), todo, details=details)
    return LibraryError(
        _("git refused: {words}").format(words=last_line(said) or f"git {command} ({code})"),
        _("Your posts are saved on this machine."),
        _("Mend what it says, then sync again."),
        details=details,
    )


def last_line(said: str) -> str:
    """The last line in which git says what is wrong, without secrets and control characters."""
    lines = [line.strip() for line in without_secrets(said).splitlines()]
    told = [line for line in lines if line and not line.startswith(_ASIDE)]
    meant = [line for line in told if line.startswith(("fatal:", "error:", "remote:", "!"))]
    last = (meant or told or [""])[-1]
    return "".join(c if c.isprintable() else " " for c in last)[:300]


def without_secrets(said: str) -> str:
    """git's words without a name or a password in an address."""
    return _SECRET.sub(r"\1…@", said)[-_LONGEST:]
