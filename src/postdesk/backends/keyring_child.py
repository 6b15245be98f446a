"""Makes one call to the system's keyring in a process of its own, which can be ended when the call hangs.

One JSON request on standard input, one JSON answer on standard output; nothing secret in the arguments, the
environment or an error. A Secret Service that cannot start was seen to hang each call for 120 s
(gnome-keyring 42.1, keyring 25.7).
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from importlib import import_module
from typing import Any

SERVICE = "Post Desk"

# The keyrings that keep a secret as one, in order of preference; all others are refused by name.
TRUSTED = {
    "darwin": ("keyring.backends.macOS",),
    "win32": ("keyring.backends.Windows",),
}
TRUSTED_ELSEWHERE = ("keyring.backends.SecretService", "keyring.backends.kwallet")

# keyring's own stand-ins for "there is none".
_KEEP_NOTHING = ("keyring.backends.fail", "keyring.backends.null", "keyring.backends.chainer")


def choose(platform: str = sys.platform) -> tuple[Any, list[str]]:
    """The keyring to use, or None; and the names of those that were refused.

    What the user configured comes first, if it is to be trusted. Never the configured one blindly: without
    a Secret Service, keyring quietly takes a plain text file as soon as `keyrings.alt` is installed.
    """
    trusted = TRUSTED.get(platform, TRUSTED_ELSEWHERE)
    refused: list[str] = []
    try:
        import keyring

        configured = list(_unwrapped(keyring.get_keyring()))
    except Exception:  # a broken plug-in or setting of keyring's is no reason not to look for the real one
        configured = []
    for backend in configured:
        name = type(backend).__module__
        if name in trusted or name.rpartition(".")[0] in trusted:
            return backend, refused
        refused.append(f"{name}.{type(backend).__name__}")
    for name in trusted:
        backend = _viable(name)
        if backend is not None:
            return backend, refused
    return None, refused


def _unwrapped(backend: Any) -> Iterator[Any]:
    """A chain of keyrings as its parts."""
    if type(backend).__module__ == "keyring.backends.chainer":
        for part in backend.backends:
            yield from _unwrapped(part)
    else:
        yield backend


def _viable(name: str) -> Any:
    try:
        kind = import_module(name)
        made = next(
            k for k in (getattr(kind, n, None) for n in ("Keyring", "WinVaultKeyring", "DBusKeyring")) if k
        )
        return made() if made.viable else None
    except Exception:  # a missing library, no bus: not this one
        return None


def answer(request: dict[str, Any], backend: Any, refused: list[str]) -> dict[str, Any]:
    """What came of one request: `ok` and `password`, or `why` (missing, refused, locked, failed) and
    `what`."""
    if backend is None:
        untrusted = [n for n in refused if not n.startswith(_KEEP_NOTHING)]
        return {"ok": False, "why": "refused" if untrusted else "missing", "what": ", ".join(refused)}
    account = str(request["account"])
    try:
        if request["do"] == "set":
            backend.set_password(SERVICE, account, request["password"])
        elif request["do"] == "forget":
            if backend.get_password(SERVICE, account) is not None:
                backend.delete_password(SERVICE, account)
            return {"ok": True, "password": None}
        return {"ok": True, "password": backend.get_password(SERVICE, account)}
    except Exception as error:  # keyrings raise what their buses do, not only KeyringError
        locked = type(error).__name__ == "KeyringLocked"
        # Of the error only its type: its text is not ours, and may quote the request.
        return {"ok": False, "why": "locked" if locked else "failed", "what": type(error).__qualname__}


def main() -> None:
    """Serve one request."""
    request = json.loads(sys.stdin.buffer.read())
    sys.stdout.buffer.write(json.dumps(answer(request, *choose())).encode())


if __name__ == "__main__":
    main()
