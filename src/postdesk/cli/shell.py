"""What every command works with: the writer's desk, one way to print, and the names of blogs."""

from __future__ import annotations

import json
import re
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from postdesk.cli.passwords import OneBlog
from postdesk.core.account import Account, new_account_id
from postdesk.core.cancel import Cancel
from postdesk.core.errors import SettingsError
from postdesk.core.folders import Folders
from postdesk.core.language import _
from postdesk.core.settings import Settings

if TYPE_CHECKING:
    import httpx2

    from postdesk.library.library import Library
    from postdesk.publishing.connections import PasswordStore
    from postdesk.publishing.desk import Desk

# What JSON lets through and a terminal obeys: DEL, C1, marks of direction, halves of pairs.
_UNFIT = re.compile("[\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


class OpenLibrary(Protocol):
    """`app.open_library`."""

    def __call__(self, folders: Folders, root: Path, *, shared: bool = False) -> Library:
        """The library in `root`, beside a window that has it open when `shared`."""


class Build(Protocol):
    """`app.build`."""

    def __call__(
        self, folders: Folders, settings: Settings, library: Library, passwords: PasswordStore | None = None
    ) -> Desk:
        """The desk on an opened library; `passwords` instead of the keyring's alone."""


@dataclass(slots=True)
class Shell:
    """What the commands are given. `password` is that of the environment, "" for none."""

    folders: Folders
    settings: Settings
    open_library: OpenLibrary
    build: Build
    http: Callable[[], httpx2.Client]
    as_json: bool
    password: str = field(default="", repr=False)
    _open: list[Desk] = field(default_factory=list)

    def desk(self, library: Library | None = None) -> Desk:
        """The desk on the writer's library, or on the one given; closed when the command ends."""
        if library is None:
            default = self.settings.library or self.folders.documents / "Post Desk"
            library = self.open_library(self.folders, Path(default), shared=True)
        passwords: PasswordStore | None = None
        if self.password:
            from postdesk.backends.passwords import Passwords

            passwords = OneBlog(Passwords(), self.password)
        desk = self.build(self.folders, self.settings, library, passwords)
        self._open.append(desk)
        return desk

    def trust(self, desk: Desk, account: Account) -> None:
        """Let this account, and no other, use the password from the environment."""
        if isinstance(desk.passwords, OneBlog):
            desk.passwords.account_id = account.id

    def close(self) -> None:
        """Let go of what `desk` opened."""
        for desk in self._open:
            desk.close()
            desk.library.close()
        self._open.clear()

    def say(self, values: Any, *lines: str) -> None:
        """Print `values` as JSON where that was asked for, else the lines."""
        if self.as_json:
            print(to_json(values))
        else:
            for line in lines:
                print(line)


def complain(sentence: str) -> None:
    """One sentence on standard error."""
    print(f"postdesk: {one_line(sentence)}", file=sys.stderr)


def to_json(values: Any) -> str:
    """JSON that a terminal may show: letters as they are, what would steer it as an escape."""
    text = json.dumps(values, ensure_ascii=False, indent=2)
    return _UNFIT.sub(lambda m: f"\\u{ord(m[0]):04x}", text)


def one_line(text: str) -> str:
    """Foreign words for a terminal: no control character of a title or an answer reaches it."""
    return "".join(c if c.isprintable() else " " for c in text)


def blog(shell: Shell, desk: Desk, wanted: str, *, make: bool = False, keep: bool = True) -> Account:
    """The account that BLOG names. With `make` a folder becomes a local site of its own, which `keep`
    remembers for the next time. Raises `SettingsError`."""
    account = desk.accounts.find(wanted)
    if account is not None:
        return account
    found = desk.registry.kind("local-site").recognise(wanted, shell.http())
    if found is not None:
        account = desk.accounts.find(found.address)
        if account is not None:  # the folder was named by another path
            return account
    if found is None or not make:
        raise SettingsError(
            _("No blog is called “{name}”.").format(name=wanted),
            _("Nothing was sent."),
            _("“postdesk accounts list” shows the blogs; “publish” also takes the path of a folder."),
        )
    account = Account(new_account_id(), found.kind, found.name, found.address)
    if keep:
        desk.accounts.add(account)
    return account


@contextmanager
def stoppable() -> Iterator[Cancel]:
    """A switch that Ctrl+C sets: the step that runs is finished first. A second Ctrl+C stops at once."""
    cancel = Cancel()

    def stop(_number: int, _frame: object) -> None:
        if cancel.is_set:
            raise KeyboardInterrupt
        cancel.set()

    before = signal.signal(signal.SIGINT, stop)
    try:
        yield cancel
    finally:
        signal.signal(signal.SIGINT, before)
