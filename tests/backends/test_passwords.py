"""The writer's passwords in every state that a keyring may be in; real keyrings, each on a bus of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from postdesk.backends import keyring_child
from postdesk.backends.passwords import Passwords
from postdesk.core.errors import PasswordError
from tests.servers.fixtures import KeyringSessions

SECRET = "QBGM 9QPR Ef6g RYPk cVY9 7Nvi ü"

# Another keyring package, as keyrings.alt is one: it says that it works, and keeps passwords in a plain file.
PLAIN = """
from keyring.backend import KeyringBackend
class PlaintextKeyring(KeyringBackend):
    priority = 100
    def get_password(self, service, username):
        return "from the file"
    def set_password(self, service, username, password):
        open({file!r}, "w").write(password)
    def delete_password(self, service, username):
        pass
"""


def files_with(secret: str, folder: Path) -> list[Path]:
    """The files below `folder` that have the secret in them as it is."""
    found = []
    for path in folder.rglob("*"):
        if path.is_file() and secret.encode() in path.read_bytes():
            found.append(path)
    return found


def test_a_password_is_there_again_the_next_time(keyring_session: KeyringSessions) -> None:
    session = keyring_session("unlocked")
    passwords = Passwords(environment=session.env)
    passwords.set("a1", SECRET)
    assert (passwords.persistent, passwords.remark) == (True, "")
    assert Passwords(environment=session.env).get("a1") == SECRET
    assert Passwords(environment=session.env).get("a2") is None
    passwords.forget("a1")
    assert passwords.get("a1") is None
    assert Passwords(environment=session.env).get("a1") is None
    passwords.forget("a1")
    assert files_with(SECRET, Path(session.env["HOME"])) == []


def test_a_locked_keyring_says_so_and_is_not_asked_over_and_over(keyring_session: KeyringSessions) -> None:
    clock = [0.0]
    passwords = Passwords(environment=keyring_session("locked").env, now=lambda: clock[0])
    with pytest.raises(PasswordError, match="locked") as first:
        passwords.get("a1")
    with pytest.raises(PasswordError) as second:
        passwords.get("a2")
    assert second.value is first.value  # the keyring, and its prompt, was not asked a second time
    passwords.try_again()
    with pytest.raises(PasswordError) as third:
        passwords.get("a1")
    assert third.value is not first.value
    clock[0] = 61.0
    with pytest.raises(PasswordError) as fourth:
        passwords.get("a1")
    assert fourth.value is not third.value
    assert all((fourth.value.happened, fourth.value.means, fourth.value.todo))


def test_with_a_locked_keyring_a_new_password_lasts_for_this_run(keyring_session: KeyringSessions) -> None:
    session = keyring_session("locked")
    passwords = Passwords(environment=session.env)
    passwords.set("a1", SECRET)
    assert passwords.get("a1") == SECRET
    assert not passwords.persistent
    assert "locked" in passwords.remark
    assert files_with(SECRET, Path(session.env["HOME"])) == []


@pytest.mark.parametrize("state", ["missing", "no bus"])
def test_without_a_keyring_a_password_lasts_for_this_run(
    keyring_session: KeyringSessions, state: str
) -> None:
    session = keyring_session("missing" if state == "missing" else "no bus")
    passwords = Passwords(environment=session.env)
    assert passwords.get("a1") is None
    assert not passwords.persistent
    passwords.set("a1", SECRET)
    assert passwords.get("a1") == SECRET
    assert "no keyring" in passwords.remark
    assert "until Post Desk is closed" in passwords.remark
    assert Passwords(environment=session.env).get("a1") is None
    assert files_with(SECRET, Path(session.env["HOME"])) == []


def test_a_keyring_that_hangs_is_given_up(keyring_session: KeyringSessions) -> None:
    passwords = Passwords(environment=keyring_session("hanging").env, limit_s=3)
    with pytest.raises(PasswordError, match="did not answer within 3 seconds"):
        passwords.get("a1")
    passwords.set("a1", SECRET)
    assert passwords.get("a1") == SECRET
    assert not passwords.persistent


def test_a_keyring_that_is_a_plain_file_is_refused_by_name(
    keyring_session: KeyringSessions, tmp_path: Path
) -> None:
    file = tmp_path / "plain"
    package = tmp_path / "path" / "keyrings_alt_like"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("")
    (package / "file.py").write_text(PLAIN.format(file=str(file)))
    session = keyring_session("no bus")
    where = os.pathsep.join([str(package.parent), str(Path(keyring_child.__file__).parents[2])])
    chosen = {"PYTHONPATH": where, "PYTHON_KEYRING_BACKEND": "keyrings_alt_like.file.PlaintextKeyring"}
    passwords = Passwords(environment={**session.env, **chosen})
    assert passwords.get("a1") is None
    passwords.set("a1", SECRET)
    assert "keyrings_alt_like.file.PlaintextKeyring" in passwords.remark
    assert not file.exists()


@pytest.mark.parametrize("name", ["keyring.backends.null.Keyring", "keyring.backends.fail.Keyring"])
def test_a_keyring_that_keeps_nothing_is_not_believed(keyring_session: KeyringSessions, name: str) -> None:
    session = keyring_session("no bus")
    passwords = Passwords(environment={**session.env, "PYTHON_KEYRING_BACKEND": name})
    passwords.set("a1", SECRET)
    assert not passwords.persistent
    assert passwords.get("a1") == SECRET


def test_a_chain_of_keyrings_is_taken_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    import keyring
    from keyring.backends import SecretService, chainer, null

    kinds: tuple[Any, Any, Any] = (chainer.ChainerBackend, SecretService.Keyring, null.Keyring)
    chain, secret, nothing = (kind() for kind in kinds)
    monkeypatch.setattr(chainer.ChainerBackend, "backends", [nothing, secret])
    monkeypatch.setattr(keyring, "get_keyring", lambda: chain)
    assert keyring_child.choose("linux") == (secret, ["keyring.backends.null.Keyring"])


def test_an_error_of_the_keyring_is_told_by_its_type_alone() -> None:
    class Keyring:
        def set_password(self, service: str, account: str, password: str) -> None:
            raise RuntimeError(f"could not store {password}")

    request = {"do": "set", "account": "a1", "password": SECRET}
    said = keyring_child.answer(request, Keyring(), [])
    assert said == {"ok": False, "why": "failed", "what": "RuntimeError"}


def test_the_password_is_in_no_repr_error_or_argument(
    keyring_session: KeyringSessions, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[object] = []
    run: Any = subprocess.run

    def listen(command: list[str], **more: Any) -> Any:
        calls.append((command, more["env"]))
        return run(command, **more)

    monkeypatch.setattr(subprocess, "run", listen)
    passwords = Passwords(environment=keyring_session("no bus").env)
    passwords.set("a1", SECRET)
    assert calls
    assert SECRET not in repr(calls) + repr(passwords) + passwords.remark
    assert sys.executable in repr(calls)
