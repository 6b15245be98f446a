"""Packages of npm that tests need: pinned by their locks, installed once into the cache of servers."""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

_REPOSITORY = Path(__file__).resolve().parents[2]


def node() -> tuple[list[str], list[str], dict[str, str]]:
    """How Node and npm are called, with the environment that finds them: those of the tests' own wheel."""
    environment = dict(os.environ)
    beside = Path(sys.executable).parent
    environment["PATH"] = os.pathsep.join([str(beside), environment.get("PATH", os.defpath)])
    node = shutil.which("node", path=environment["PATH"])
    npm = shutil.which("npm", path=environment["PATH"])
    assert node is not None, "Node is missing: `make setup` installs it"
    assert npm is not None, "npm is missing: `make setup` installs it"
    return [node], [npm], environment


def installed(name: str, pins: Path) -> Path:
    """The folder in which the packages that `pins` (a folder with package.json and its lock) names are installed."""
    lock = (pins / "package-lock.json").read_bytes()
    cache = Path(os.environ.get("POSTDESK_SERVERS", _REPOSITORY / ".servers"))
    folder = cache / f"{name}-{hashlib.sha256(lock).hexdigest()[:12]}"
    _node, npm, environment = node()
    cache.mkdir(parents=True, exist_ok=True)
    with (cache / f"{name}.lock").open("w") as guard:
        fcntl.flock(guard, fcntl.LOCK_EX)
        if not (folder / "complete").exists():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            for file in ("package.json", "package-lock.json"):
                shutil.copy(pins / file, folder / file)
            arguments = ["ci", "--legacy-peer-deps", "--ignore-scripts", "--no-audit", "--no-fund"]
            done = subprocess.run(
                [*npm, *arguments], cwd=folder, env=environment, capture_output=True, text=True, timeout=900
            )
            assert done.returncode == 0, done.stdout + done.stderr
            (folder / "complete").touch()
    return folder
