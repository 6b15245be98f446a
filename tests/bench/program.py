"""One run of a program under the bench: its environment, its processes and their memory."""

from __future__ import annotations

import compileall
import os
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path


class Program:
    """A command started on a display, at home in `home`; `started` is when (`time.perf_counter`)."""

    def __init__(self, command: Sequence[str], display: str, home: Path, more: Mapping[str, str]) -> None:
        environment = {**_environment(home), **more, "DISPLAY": display}
        with (home / "output.txt").open("ab") as output:
            self.started = time.perf_counter()
            self._process = subprocess.Popen(
                command, env=environment, cwd=_CHECKOUT, stdin=subprocess.DEVNULL, stdout=output, stderr=output,
                start_new_session=True,
            )  # fmt: skip

    @property
    def running(self) -> bool:
        """Whether it has not ended."""
        return self._process.poll() is None

    def wait(self, seconds: float) -> bool:
        """Wait until it has ended by itself; returns whether it has."""
        try:
            self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            return False
        return True

    def end(self) -> None:
        """End it and all processes that it started, and wait until they have."""
        family = self._family()
        for sign, patience in ((signal.SIGTERM, 3.0), (signal.SIGKILL, 10.0)):
            for pid in family:
                try:
                    os.kill(pid, sign)
                except ProcessLookupError:
                    pass
            end = time.perf_counter() + patience
            while time.perf_counter() < end:
                ended = self._process.poll() is not None
                if ended and not any(map(_alive, family)):
                    return
                time.sleep(0.02)

    def work(self) -> float:
        """The seconds of a processor that it and all the processes that it started have taken so far."""
        return sum(map(_ticks, self._family())) / os.sysconf("SC_CLK_TCK")

    def memory(self) -> float:
        """The proportional share (PSS) of memory of it and all the processes that it started, in MB."""
        return sum(map(_pss, self._family())) / 1024

    def _family(self) -> list[int]:
        """It, its children's children, and whoever is in its session: an engine's helper may have lost its parent."""
        first = self._process.pid
        found, parents, sessions = {first}, {}, {}
        for pid, parent, session in _processes():
            parents[pid], sessions[pid] = parent, session
        found |= {pid for pid, session in sessions.items() if session == first}
        grown = True
        while grown:
            more = {pid for pid, parent in parents.items() if parent in found} - found
            grown = bool(more)
            found |= more
        return sorted(found)


_CHECKOUT = Path(__file__).resolve().parents[2]


def compile_program() -> None:
    """As an installation leaves it. Where Python is told not to keep what it compiles (PYTHONDONTWRITEBYTECODE), each
    start would otherwise compile the program anew: 140 of 510 ms."""
    compileall.compile_dir(_CHECKOUT / "src", quiet=1)


def _environment(home: Path) -> dict[str, str]:
    """No folder, bus, language or display of the one who measures reaches the program."""
    unset = ("WAYLAND_DISPLAY", "SESSION_MANAGER", "DESKTOP_SESSION", "XDG_CURRENT_DESKTOP", "LC_ALL", "LANG")
    runtime = home / "runtime"
    runtime.mkdir(mode=0o700, parents=True, exist_ok=True)
    return {
        **{name: value for name, value in os.environ.items() if name not in unset},
        "HOME": str(home),
        "XDG_CONFIG_HOME": str(home / ".config"),
        "XDG_DATA_HOME": str(home / ".local" / "share"),
        "XDG_STATE_HOME": str(home / ".local" / "state"),
        "XDG_CACHE_HOME": str(home / ".cache"),
        "XDG_RUNTIME_DIR": str(runtime),
        "DBUS_SESSION_BUS_ADDRESS": f"unix:path={home}/no-bus",
        "LANGUAGE": "C",
        "LANG": "C.UTF-8",
        "NO_PROXY": "127.0.0.1,localhost",
    }


def _processes() -> Iterator[tuple[int, int, int]]:
    """(process, parent, session) of all there are."""
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                fields = (folder / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue  # it has ended meanwhile
            if fields[0] != "Z":
                yield int(folder.name), int(fields[1]), int(fields[3])


def _alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def _ticks(pid: int) -> int:
    """User's and system's; 0 for a process that is gone."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0
    return int(fields[11]) + int(fields[12])


def _pss(pid: int) -> int:
    """KB; 0 for a process that is gone."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("Pss:")), 0)
