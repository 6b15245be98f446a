"""The exit codes of every command, in one place; docs/command-line.md lists them."""

from __future__ import annotations

from enum import IntEnum

from postdesk.core.errors import (
    Busy,
    Cancelled,
    Conflict,
    LibraryError,
    NotReady,
    OutcomeUnknown,
    PasswordError,
    PostDeskError,
    SettingsError,
    SignInRefused,
    Unreachable,
)


class Exit(IntEnum):
    """What a shell script can tell apart."""

    DONE = 0
    FAILED = 1
    USAGE = 2
    WAITING = 3
    REFUSED = 4
    CONFLICT = 5
    SIGN_IN = 6
    LIBRARY = 7
    STOPPED = 130


_BY_ERROR: tuple[tuple[type[PostDeskError], Exit], ...] = (
    (Conflict, Exit.CONFLICT),
    (NotReady, Exit.REFUSED),
    (Cancelled, Exit.STOPPED),
    (SignInRefused, Exit.SIGN_IN),
    (PasswordError, Exit.SIGN_IN),
    (Unreachable, Exit.WAITING),
    (Busy, Exit.WAITING),
    (OutcomeUnknown, Exit.WAITING),
    (SettingsError, Exit.USAGE),
    (LibraryError, Exit.LIBRARY),
)


def exit_for(error: PostDeskError) -> Exit:
    """The exit code that tells this error from the others."""
    return next((code for kind, code in _BY_ERROR if isinstance(error, kind)), Exit.REFUSED)
