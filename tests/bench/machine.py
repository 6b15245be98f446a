"""The machine that a run was on, and what else it did meanwhile."""

from __future__ import annotations

import os
import platform
import subprocess
import time
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path


def today() -> str:
    """The day in words, UTC."""
    return datetime.now(UTC).strftime("%d %B %Y").lstrip("0")


def description() -> str:
    """Cores, memory, display and versions, in one line."""
    cpu = _field("/proc/cpuinfo", "model name") or platform.machine()
    memory = int((_field("/proc/meminfo", "MemTotal") or "0").split()[0])
    card = "a graphics card" if Path("/dev/dri").exists() else "no graphics card"
    return (
        f"{os.cpu_count()} cores of {cpu}, {memory / 2**20:.0f} GB, {card}, Xvfb 1920x1080, "
        f"Python {platform.python_version()}, PySide6 {version('PySide6-Essentials')}"
    )


def busy(seconds: float = 2.0) -> float:
    """The share of the processors that was at work during so many seconds, from 0 to 1: taken while the bench itself
    does nothing, it is what others do."""
    idle, total = _ticks()
    time.sleep(seconds)
    idle_then, total_then = _ticks()
    return 1 - (idle_then - idle) / max(1, total_then - total)


def load(before: float, after: float) -> str:
    """In words, from two shares taken by `busy`."""
    words = f"other work took {100 * before:.0f} % of the processors before it began and {100 * after:.0f} % after it"
    return words + ("" if max(before, after) < 0.1 else ": the figures are worse for it")


def package_version(package: str) -> str:
    """A Debian package's version without Debian's own suffixes; empty where it is not installed."""
    told = subprocess.run(
        ["dpkg-query", "-W", "-f", "${Version}", package], capture_output=True, text=True, check=False
    ).stdout
    return told.split("-")[0].split("+")[0].split(":")[-1]


def _ticks() -> tuple[int, int]:
    """Idle and all, of all processors."""
    fields = [int(n) for n in Path("/proc/stat").read_text().splitlines()[0].split()[1:9]]
    return fields[3] + fields[4], sum(fields)


def _field(file: str, name: str) -> str:
    for line in Path(file).read_text().splitlines():
        if line.startswith(name):
            return line.partition(":")[2].strip()
    return ""
