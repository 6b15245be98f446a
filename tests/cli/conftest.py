"""A shell: each command is a process of its own, with a home of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest


@dataclass(frozen=True, slots=True)
class Answer:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def values(self) -> Any:
        """What was printed, as JSON; standard output holds nothing else."""
        return json.loads(self.out)


@dataclass(slots=True)
class Terminal:
    """`terminal("list", "--json")` runs that command to its end. `env` comes on top of the environment's."""

    folder: Path
    env: dict[str, str] = field(default_factory=dict)

    @property
    def home(self) -> Path:
        return self.folder / "home"

    @property
    def library(self) -> Path:
        return self.home / "documents" / "Post Desk"

    def __call__(
        self, *arguments: str | Path, typed: str | bytes = b"", env: Mapping[str, str] | None = None
    ) -> Answer:
        ran = subprocess.run(
            [sys.executable, "-m", "postdesk", *map(str, arguments)],
            input=typed.encode() if isinstance(typed, str) else typed,
            capture_output=True,
            cwd=self.folder,
            env={**os.environ, "POSTDESK_HOME": str(self.home), **self.env, **(env or {})},
            timeout=120,
            check=False,
        )
        answer = Answer(ran.returncode, ran.stdout.decode(), ran.stderr.decode())
        assert "Traceback" not in answer.err
        assert "A fault of the program" not in answer.err
        return answer

    def draft(self, title: str = "Ferry strike, day four", body: str = "Some **words**.\n") -> Path:
        """A post made by the shell."""
        answer = self("new", title, "--stdin", typed=body)
        assert answer.code == 0, answer.err
        return Path(answer.out.rstrip("\n"))


@pytest.fixture
def terminal(tmp_path: Path) -> Terminal:
    """A shell whose folder is empty."""
    return Terminal(tmp_path)
