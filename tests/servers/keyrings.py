"""A session bus with a real keyring, in each of the states that a writer's may be in.

gnome-keyring (seen with 42.1) on a bus of our own, without the desktop's service files: nothing else is on it, and no
prompt can open. The environment it hands out is for another process; a test does not put itself on that bus.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal

from tests.servers.processes import Process, ServerProblem

# unlocked: works. locked: there is a keyring, and nobody types its password. missing: a bus without a keyring.
# hanging: a keyring that is said to be there and never comes up. no bus: not even a bus.
State = Literal["unlocked", "locked", "missing", "hanging", "no bus"]

_BUS = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN" "busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:path={socket}</listen>
  <auth>EXTERNAL</auth>
  {services}
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
"""

_HANGING_SERVICE = "[D-BUS Service]\nName=org.freedesktop.secrets\nExec=/bin/sleep 600\n"


class KeyringSession:
    """A session with its own home and bus. `env` is what a process needs to be in it."""

    def __init__(self, folder: Path, state: State = "unlocked") -> None:
        """Starts it with all its files in `folder` (a short path, for the socket's sake). Raises `ServerProblem`."""
        self._folder = folder
        self._processes: list[Process] = []
        self._socket = folder / "bus"
        runtime = folder / "runtime"
        runtime.mkdir(mode=0o700)
        self.env = {
            "HOME": str(folder),
            "XDG_DATA_HOME": str(folder / "data"),
            "XDG_CONFIG_HOME": str(folder / "config"),
            "XDG_CACHE_HOME": str(folder / "cache"),
            "XDG_STATE_HOME": str(folder / "state"),
            "XDG_RUNTIME_DIR": str(runtime),
            "DBUS_SESSION_BUS_ADDRESS": f"unix:path={self._socket}",
            "GNOME_KEYRING_CONTROL": "",
        }
        try:
            if state != "no bus":
                self._start_bus(hanging=state == "hanging")
            if state in ("unlocked", "locked"):
                self._start_keyring()
            if state == "locked":
                self._lock()
        except BaseException:
            self.end()
            raise

    def run(
        self, command: Sequence[str | Path], *, env: Mapping[str, str] | None = None, timeout: float = 60
    ) -> subprocess.CompletedProcess[str]:
        """Runs a command in this session until it ends; `env` comes on top of the session's."""
        return subprocess.run(
            command,
            env={**os.environ, **self.env, **(env or {})},
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
            stdin=subprocess.DEVNULL,
        )

    def python(self, code: str, *, env: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
        """Runs Python code in this session, with this test run's interpreter."""
        return self.run([sys.executable, "-c", code], env=env)

    def end(self) -> None:
        """Ends keyring and bus."""
        for process in reversed(self._processes):
            process.end()
        self._processes.clear()

    def _start(self, name: str, command: Sequence[str | Path]) -> Process:
        process = Process(command, log=self._folder / f"{name}.log", env=self.env)
        self._processes.append(process)
        return process

    def _start_bus(self, *, hanging: bool) -> None:
        services = ""
        if hanging:
            folder = self._folder / "services"
            folder.mkdir()
            (folder / "org.freedesktop.secrets.service").write_text(_HANGING_SERVICE, encoding="utf-8")
            services = f"<servicedir>{folder}</servicedir>"
        config = self._folder / "bus.conf"
        config.write_text(_BUS.format(socket=self._socket, services=services), encoding="utf-8")
        bus = self._start(
            "bus", ["dbus-daemon", f"--config-file={config}", "--nofork", "--nopidfile", "--nosyslog"]
        )
        bus.wait_until(self._socket.exists, seconds=20)

    def _start_keyring(self) -> None:
        # The daemon makes its login keyring with the password that it reads when it is told to unlock.
        daemon = self._start(
            "keyring",
            [
                "sh",
                "-c",
                "printf %s 'a password' | exec gnome-keyring-daemon --foreground --unlock --components=secrets",
            ],
        )
        daemon.wait_until(self._login_keyring_is_there, seconds=20)

    def _login_keyring_is_there(self) -> bool:
        asked = self._secrets(
            "org.freedesktop.DBus.Properties.Get", "org.freedesktop.Secret.Service", "Collections"
        )
        return "/collection/login" in asked.stdout

    def _lock(self) -> None:
        login = "[objectpath '/org/freedesktop/secrets/collection/login']"
        answer = self._secrets("org.freedesktop.Secret.Service.Lock", login)
        if answer.returncode != 0:
            raise ServerProblem(f"The keyring could not be locked.\n{answer.stderr}")

    def _secrets(self, method: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        where = ["--dest", "org.freedesktop.secrets", "--object-path", "/org/freedesktop/secrets"]
        return self.run(["gdbus", "call", "--session", *where, "--method", method, *arguments])
