"""The accounts: which blogs the writer can publish to, and which one a library goes to by default
(config/accounts.json)."""

from __future__ import annotations

import json
import os
from pathlib import Path
from types import MappingProxyType
from typing import Any

from postdesk.core.account import Account
from postdesk.core.errors import SettingsError
from postdesk.core.files import load_json, save_json
from postdesk.core.folders import Folders
from postdesk.core.language import _
from postdesk.library.columns import YOUNG, marks_at


class Accounts:
    """The accounts in `folders.config`; read at every call, so that the window and a shell see each other's changes.

    Passwords are never here: they lie in the keyring under the account's id. Saving raises `LibraryError`s (disk
    full, not writable). Each call is one small file: quick enough for the window's thread.
    """

    def __init__(self, folders: Folders) -> None:
        self._path = folders.config / "accounts.json"
        self._read = (YOUNG, b"")  # the file's marks, and what it said

    @property
    def is_new(self) -> bool:
        """Whether no account was ever added or removed here: the very first start."""
        return not self._path.exists()

    def all(self) -> tuple[Account, ...]:
        """Every account, in the order they were added. A row that makes no sense is left out."""
        return tuple(a for row in self._rows() if (a := _from_json(row)) is not None)

    def get(self, account_id: str) -> Account | None:
        """The account with that id, or None."""
        return next((a for a in self.all() if a.id == account_id), None)

    def find(self, name_or_address: str) -> Account | None:
        """The account that the writer means: by id, exact name, address, or name in any case; None when none or
        several fit."""
        wanted = name_or_address.strip()
        for key in (
            lambda a: a.id == wanted,
            lambda a: a.name == wanted,
            lambda a: same_place(a.address, wanted),
            lambda a: a.name.casefold() == wanted.casefold(),
        ):
            fitting = [a for a in self.all() if key(a)]
            if len(fitting) == 1:
                return fitting[0]
        return None

    def add(self, account: Account) -> None:
        """Keep a new account; `SettingsError` when its id or its blog and user are there already."""
        for other in self.all():
            if other.id == account.id or (
                other.kind == account.kind
                and other.user == account.user
                and same_place(other.address, account.address)
            ):
                raise SettingsError(
                    _("The blog “{name}” is already in the list.").format(name=other.name),
                    _("Nothing was changed."),
                    _("Edit that one instead."),
                )
        self._save([*self._rows(), _to_json(account)])

    def replace(self, account: Account) -> None:
        """Keep changed values of an account; `SettingsError` when there is none with its id."""
        if self.get(account.id) is None:
            raise SettingsError(
                _("The blog “{name}” is not in the list any more.").format(name=account.name),
                _("Nothing was changed."),
                _("Add it again."),
            )
        self._save([_to_json(account) if row.get("id") == account.id else row for row in self._rows()])

    def remove(self, account_id: str) -> None:
        """Forget an account (not its password, receipts or archive); an unknown id is no error."""
        values = self._load()
        values["accounts"] = [row for row in self._rows() if row.get("id") != account_id]
        values["default"] = {k: v for k, v in _dict(values.get("default")).items() if v != account_id}
        save_json(self._path, values)

    def default(self, library_root: Path) -> Account | None:
        """The blog that this library goes to: the one chosen, else the first; None without any account."""
        chosen = self.get(str(_dict(self._load().get("default")).get(str(library_root), "")))
        return chosen or next(iter(self.all()), None)

    def set_default(self, library_root: Path, account_id: str) -> None:
        """Choose the blog that this library goes to."""
        values = self._load()
        values["default"] = {**_dict(values.get("default")), str(library_root): account_id}
        save_json(self._path, values)

    def _load(self) -> dict[str, Any]:
        """Asked for several times at each change of the window: a file whose marks stay is not opened again."""
        marks = marks_at(os.fspath(self._path))
        if marks == YOUNG or marks != self._read[0]:
            values = _dict(load_json(self._path, {}))
            self._read = (marks, json.dumps(values).encode())
            return values
        return _dict(json.loads(self._read[1]))

    def _rows(self) -> list[dict[str, Any]]:
        rows = self._load().get("accounts")
        return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []

    def _save(self, rows: list[dict[str, Any]]) -> None:
        save_json(self._path, {**self._load(), "accounts": rows})


def same_place(one: str, other: str) -> bool:
    """Whether two addresses (or folders) lead to one blog: scheme, "www." and a last slash do not matter."""
    return _place(one) == _place(other)


def is_on(address: str, blog: str) -> bool:
    """Whether a post's address lies on a blog."""
    place, home = _place(address), _place(blog)
    return bool(address and home) and (place == home or place.startswith((home + "/", home + "?")))


def _place(address: str) -> str:
    scheme, mark, rest = address.strip().partition("://")
    host, slash, path = (rest if mark else scheme).partition("/")
    if mark:
        host = host.lower().removeprefix("www.")
    return (host + slash + path).rstrip("/")


def _to_json(account: Account) -> dict[str, Any]:
    return {
        "id": account.id, "kind": account.kind, "name": account.name, "address": account.address,
        "user": account.user, "options": dict(account.options),
    }  # fmt: skip


def _from_json(row: dict[str, Any]) -> Account | None:
    try:
        options = {str(k): str(v) for k, v in _dict(row.get("options")).items()}
        return Account(
            str(row["id"]), str(row["kind"]), str(row["name"]), str(row["address"]), str(row.get("user", "")),
            MappingProxyType(options),
        )  # fmt: skip
    except KeyError:
        return None


def _dict(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
