"""Keeps the passwords of accounts: in the system's keyring, or for this run only when there is none to be
trusted.

Never in a file. Every call to the keyring is made in a child process (`keyring_child`) that is ended after
ten seconds, so a call may take that long: it belongs on a worker thread.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from threading import Lock
from typing import Any

from postdesk.core.errors import PasswordError
from postdesk.core.language import _

LIMIT_S = 10.0
_NO_STORM_S = 60.0  # after a failed read the keyring, and its prompt, is left in peace for this long

_SOURCE = Path(__file__).resolve().parent.parent.parent


class Passwords:
    """Passwords by account id. What was read or set once stays in memory, so the keyring asks at most once
    a run.

    `persistent` is whether passwords outlive this run, as far as is known; if not, `remark` says so in
    whole sentences.
    """

    def __init__(
        self,
        *,
        limit_s: float = LIMIT_S,
        environment: Mapping[str, str] | None = None,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        """`environment` is added to that of the child (for tests: another session bus); `now` gives
        seconds."""
        self.persistent = True
        self.remark = ""
        self._limit_s = limit_s
        self._environment = dict(environment or {})
        self._now = now
        self._known: dict[str, str] = {}
        self._failed: tuple[float, PasswordError] | None = None
        self._lock = Lock()

    def __repr__(self) -> str:
        return f"Passwords({len(self._known)} known)"

    def get(self, account_id: str) -> str | None:
        """The account's password; None when none is kept, or there is no keyring to keep it.

        Raises `PasswordError` when there is a keyring that is locked, hangs or fails. After that it is not
        asked again for a minute (the same error comes back), or until `try_again`.
        """
        with self._lock:
            if account_id in self._known:
                return self._known[account_id]
            if self._failed and self._now() - self._failed[0] < _NO_STORM_S:
                raise self._failed[1]
            said = self._ask({"do": "get", "account": account_id})
            if not said["ok"]:
                if said["why"] in ("missing", "refused"):
                    self._memory_only(said)
                    return None
                error = _error(said, self._limit_s)
                self._failed = (self._now(), error)
                raise error
            self._failed = None
            password = said.get("password")
            if isinstance(password, str):
                self._known[account_id] = password
                return password
            return None

    def set(self, account_id: str, password: str) -> None:
        """Keep a password: in the keyring, read back to see that it is there; otherwise for this run, which
        `persistent` and `remark` then tell. Raises nothing of the keyring's."""
        with self._lock:
            self._known[account_id] = password
            self._failed = None
            said = self._ask({"do": "set", "account": account_id, "password": password})
            if said["ok"] and said.get("password") != password:
                said = {"ok": False, "why": "lost", "what": ""}  # the null backend "works" and keeps nothing
            if said["ok"]:
                self.persistent, self.remark = True, ""
            else:
                self._memory_only(said)

    def forget(self, account_id: str) -> None:
        """Let go of a password, here and in the keyring. Raises `PasswordError` when the keyring still has
        it."""
        with self._lock:
            self._known.pop(account_id, None)
            said = self._ask({"do": "forget", "account": account_id})
            if not said["ok"] and said["why"] not in ("missing", "refused"):
                raise _error(said, self._limit_s)

    def try_again(self) -> None:
        """The writer did something about it: ask the keyring at the next need."""
        with self._lock:
            self._failed = None

    def _memory_only(self, said: Mapping[str, Any]) -> None:
        self.persistent = False
        self.remark = " ".join(
            (
                _reason(said, self._limit_s),
                _("Passwords are kept until Post Desk is closed, and nowhere on the disk."),
                _("You will be asked for them again next time; unlock or install a keyring to keep them."),
            )
        )

    def _ask(self, request: Mapping[str, str]) -> dict[str, Any]:
        """One call in a child process. Never raises; nothing secret is in its arguments or environment."""
        path = os.pathsep.join(p for p in (str(_SOURCE), os.environ.get("PYTHONPATH", "")) if p)
        try:
            child = subprocess.run(
                [sys.executable, "-m", "postdesk.backends.keyring_child"],
                input=json.dumps(request).encode(),
                capture_output=True,
                timeout=self._limit_s,
                env={**os.environ, "PYTHONPATH": path, **self._environment},
                creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
                check=False,
            )
            said = json.loads(child.stdout)
        except subprocess.TimeoutExpired:
            return {"ok": False, "why": "hangs", "what": ""}
        except (OSError, ValueError) as error:
            return {"ok": False, "why": "failed", "what": type(error).__name__}
        return (
            said
            if isinstance(said, dict) and "ok" in said
            else {"ok": False, "why": "failed", "what": "answer"}
        )


def _reason(said: Mapping[str, Any], limit_s: float) -> str:
    """What is the matter with the keyring, as a sentence."""
    return {
        "missing": _("This computer has no keyring that Post Desk could use."),
        "refused": _(
            "The only keyring here ({name}) would write passwords to a file anybody can read."
        ).format(name=said.get("what", "")),
        "locked": _("The system's keyring is locked."),
        "hangs": _("The system's keyring did not answer within {seconds} seconds.").format(
            seconds=f"{limit_s:.0f}"
        ),
        "lost": _("The system's keyring took the password and did not keep it."),
    }.get(str(said.get("why")), _("The system's keyring failed."))


def _error(said: Mapping[str, Any], limit_s: float) -> PasswordError:
    todo = {
        "locked": _("Unlock the keyring and try again; what waits goes out then."),
        "hangs": _(
            "Restart the keyring (or sign out and in again) and try again, or type the password again."
        ),
    }.get(str(said.get("why")), _("Try again, or type the password again in the account."))
    return PasswordError(
        _reason(said, limit_s),
        _("Nothing was sent. Your text is safe."),
        todo,
        details=f"keyring: {said.get('why')} {said.get('what', '')}".strip(),
    )
