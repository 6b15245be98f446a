"""Two machines of one writer: clones of one library on this disk, and the bare repository between them."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from postdesk.core.cancel import Cancel
from postdesk.library.git.state import Backup, state
from postdesk.library.git.sync import Synced, sync
from postdesk.publishing.merging import merge_file

POST = "---\nid: {id}\ntitle: {title}\n---\n\n{body}\n"


def git(folder: Path, *arguments: str) -> str:
    """The system's git in a folder, as she would type it."""
    ran = subprocess.run(
        ["git", *arguments], cwd=folder, env=environment(), capture_output=True, timeout=120, check=False
    )
    assert ran.returncode == 0, ran.stderr.decode()
    return ran.stdout.decode()


def environment() -> dict[str, str]:
    """Without what another git (of a hook that runs these tests) said, and with a writer's name."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith("GIT_") or k.startswith("GIT_CONFIG_")}
    return kept | {"LC_ALL": "C"}


def settle_git(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Give git settings of the test's own, in `folder`: a name, and nothing of whoever runs the tests."""
    settings = folder / "gitconfig"
    settings.write_text("[user]\n\tname = Ada\n\temail = ada@example.org\n[init]\n\tdefaultBranch = main\n")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(settings))
    monkeypatch.setenv("GIT_CONFIG_SYSTEM", "/dev/null")


@dataclass(frozen=True)
class Machine:
    """A library on one machine."""

    root: Path

    def write(self, name: str, body: str, *, id: str = "", title: str = "") -> Path:
        """Write a post with this text; its id and title are made from its name."""
        stem = Path(name).stem
        text = POST.format(id=id or f"id-{stem}".lower(), title=title or stem, body=body)
        return self.put(name, text.encode())

    def put(self, name: str, data: bytes) -> Path:
        """Write any file."""
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        return path

    def read(self, name: str) -> str:
        """The text of a file."""
        return (self.root / name).read_text("utf-8")

    def names(self) -> list[str]:
        """Every file of the library, without git's and what stays on this machine."""
        found = []
        for path in sorted(self.root.rglob("*")):
            relative = path.relative_to(self.root).as_posix()
            if path.is_file() and not relative.startswith(
                (".git", ".pd-", ".postdesk/trash/", ".postdesk/.git")
            ):
                found.append(relative)
        return found

    def everything(self) -> str:
        """The text of all files together, to look for words in."""
        return "\n".join((self.root / name).read_text("utf-8", "replace") for name in self.names())

    def sync(self, merge: Callable[..., object] = merge_file, patience: float = 10.0) -> Synced:
        """Press Sync."""
        return sync(self.root, merge, Cancel(), patience=patience)  # type: ignore[arg-type]  # a test's own may wait

    @property
    def state(self) -> Backup:
        """How it stands."""
        return state(self.root)
