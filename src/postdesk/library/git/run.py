"""Runs the system's `git` in the library's folder: without a shell, a terminal, or what the environment says about
another repository."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

from postdesk.core.cancel import Cancel
from postdesk.core.errors import LibraryError
from postdesk.core.files import ANY, save_file
from postdesk.core.language import _
from postdesk.library.git.failures import explain

NEEDED: Final = (2, 38)  # the first `merge-tree --write-tree`, which merges without touching the folder
LOCAL: Final = 600.0  # seconds; the first commit of a large library reads every file
NETWORK: Final = 3600.0  # seconds; ten years of pictures over a slow line

#: Of git's many variables only those that say how a server is reached, and where the user's own settings are.
_KEPT = frozenset(
    "GIT_SSH GIT_SSH_COMMAND GIT_SSH_VARIANT GIT_ASKPASS GIT_SSL_CAINFO GIT_SSL_CAPATH GIT_PROXY_COMMAND"
    " GIT_EXEC_PATH GIT_CONFIG_GLOBAL GIT_CONFIG_SYSTEM GIT_CONFIG_NOSYSTEM".split()
)
_SETTINGS = (
    "core.quotePath=false",
    "gc.auto=0",  # a collection in the background would outlive the sync
    "maintenance.auto=false",
    "core.fsync=added,reference",  # a power cut leaves no empty objects
    "core.fsyncMethod=batch",
    "submodule.recurse=false",  # a repository within the library is its own
    "fetch.recurseSubmodules=false",
    "push.recurseSubmodules=no",
    "http.lowSpeedLimit=1",
    "http.lowSpeedTime=60",
)
#: For what she did not ask for: no lock, and no transport for what a partial clone lacks.
_UNASKED: Final = {"GIT_OPTIONAL_LOCKS": "0", "GIT_NO_LAZY_FETCH": "1", "GIT_ALLOW_PROTOCOL": "none"}
_TICK = 0.1  # seconds between two looks at whether she stopped it
_PERCENT = re.compile(rb"(\d{1,3})% \(")


@dataclass(frozen=True, slots=True)
class Answer:
    """How a call of git ended: its exit code, what it printed, and what it said besides."""

    code: int
    out: bytes
    err: str

    @property
    def line(self) -> str:
        """What it printed as one line of text."""
        return os.fsdecode(self.out).strip("\r\n")

    @property
    def fields(self) -> list[bytes]:
        """What it printed, cut at NUL."""
        return [field for field in self.out.split(b"\0") if field]


def is_repository(root: Path) -> bool:
    """Whether the folder itself is the top of a repository, by its `.git` alone; git is not asked."""
    return (root / ".git").exists()


def find_git() -> str:
    """The program, "" where there is none."""
    return shutil.which("git") or ""


class Git:
    """git in one folder. Every call raises `Cancelled` when it was stopped, and LibraryError's or BackendError's
    kind, in sentences, when git said no. `running` names the file that holds the id of the process that is at work.

    `unasked`: she did not ask for it, a library is merely open. Its `.git` may have come with the folder from anybody,
    and git runs programs that its settings name (file system monitors, filters, transports): then none is.
    """

    def __init__(self, root: Path, cancel: Cancel | None = None, *, unasked: bool = False) -> None:
        self.root = Path(os.path.realpath(root))
        self.cancel = cancel or Cancel()
        self.running: Path | None = None
        self._quiet: dict[str, str] = {}
        self._program = find_git()
        if not self._program:
            raise LibraryError(
                _("git is not installed."),
                _("Your posts are as they were."),
                _("Install git (git-scm.com), then try again."),
            )
        if unasked:
            self._quiet = dict(_UNASKED)
            self._quiet |= _settings([("core.fsmonitor", "false"), *self._without_filters()])

    def __call__(
        self,
        *arguments: str,
        stdin: bytes = b"",
        limit: float = LOCAL,
        accept: tuple[int, ...] = (0,),
        env: Mapping[str, str] | None = None,
        percent: Callable[[int], None] | None = None,
    ) -> Answer:
        """Run `git arguments`; an exit code outside of `accept` raises, as does taking longer than `limit` seconds.
        `percent` is told how far it is, as git says it."""
        answer = self.ask(*arguments, stdin=stdin, limit=limit, env=env, percent=percent)
        if answer.code not in accept:
            raise explain(arguments[0], answer.code, answer.err or os.fsdecode(answer.out))
        return answer

    def ask(
        self,
        *arguments: str,
        stdin: bytes = b"",
        limit: float = LOCAL,
        env: Mapping[str, str] | None = None,
        percent: Callable[[int], None] | None = None,
    ) -> Answer:
        """As a call, but every exit code is an answer."""
        self.cancel.check()
        settings = [word for setting in _SETTINGS for word in ("-c", setting)]
        # Files, not pipes: what git leaves running (an agent, a shared connection) would hold a pipe open for ever.
        with (
            tempfile.TemporaryFile() as given,
            tempfile.TemporaryFile() as out,
            tempfile.TemporaryFile() as err,
        ):
            given.write(stdin)
            given.seek(0)
            try:
                process = subprocess.Popen(
                    [self._program, "--no-pager", *settings, *arguments],
                    stdin=given,
                    stdout=out,
                    stderr=err,
                    cwd=self.root,
                    env=self._environment(env or {}),
                    start_new_session=True,  # no terminal that ssh could ask at, and one group to be stopped
                    creationflags=0x08000000 if sys.platform == "win32" else 0,  # no console window
                )
            except OSError as error:
                raise LibraryError(
                    _("git could not be started."), _("Your posts are as they were."), details=str(error)
                ) from error
            if self.running is not None:
                save_file(self.running, str(process.pid).encode(), expected=ANY, parents=True)
            self._wait(process, err, limit, percent)
            return Answer(process.returncode, _all(out), _all(err).decode("utf-8", "replace"))

    def _wait(
        self,
        process: subprocess.Popen[bytes],
        err: IO[bytes],
        limit: float,
        percent: Callable[[int], None] | None,
    ) -> None:
        waited = 0.0
        try:
            while True:
                try:
                    process.wait(_TICK)
                    return
                except subprocess.TimeoutExpired:
                    waited += _TICK
                self.cancel.check()
                if waited > limit:
                    raise LibraryError(
                        _("git did not come to an end."),
                        _("Your posts are as they were."),
                        _("Try again later."),
                        details=_all(err).decode("utf-8", "replace"),
                    )
                if percent is not None and (found := _PERCENT.findall(_all(err)[-400:])):
                    percent(int(found[-1]))
        except BaseException:
            _stop(process)
            raise

    def _environment(self, more: Mapping[str, str]) -> dict[str, str]:
        kept = {k: v for k, v in os.environ.items() if not k.startswith("GIT_") or k in _KEPT}
        kept |= {
            "LC_ALL": "C",
            "GIT_TERMINAL_PROMPT": "0",
            "GIT_EDITOR": "true",
            # Where the .git here is broken, git must not take a repository further up for the library's.
            "GIT_CEILING_DIRECTORIES": str(self.root.parent),
        }
        return kept | self._quiet | dict(more)

    def _without_filters(self) -> Iterator[tuple[str, str]]:
        """Settings that switch off the filters which the repository itself names; those of hers stay."""
        answer = self.ask(
            "config", "--show-scope", "--includes", "-z", "--name-only", "--get-regexp", r"^filter\."
        )
        fields = answer.out.split(b"\0")
        for scope, key in zip(fields[::2], fields[1::2]):
            name = os.fsdecode(key).rpartition(".")[0]
            if scope not in (b"system", b"global"):
                yield from ((f"{name}.{what}", "") for what in ("clean", "smudge", "process"))
                yield f"{name}.required", "false"

    def folder(self) -> Path:
        """The repository's own folder (`.git`, or where that leads)."""
        return Path(self("rev-parse", "--absolute-git-dir").line)

    def config(self, key: str) -> str:
        """A setting as git reads it, "" for none."""
        return self.ask("config", "--get", key).line

    def commit_of(self, name: str) -> str:
        """The id of the commit that a name stands for, "" for none."""
        return self.ask("rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}").line

    def version(self) -> tuple[int, ...]:
        """Of the program, e.g. (2, 39)."""
        found = re.search(r"(\d+)\.(\d+)", self("version").line)
        return (int(found[1]), int(found[2])) if found else (0,)


def _settings(pairs: Sequence[tuple[str, str]]) -> dict[str, str]:
    """git's settings by its environment, where a key may have any character."""
    found = {"GIT_CONFIG_COUNT": str(len(pairs))}
    for number, (key, value) in enumerate(pairs):
        found |= {f"GIT_CONFIG_KEY_{number}": key, f"GIT_CONFIG_VALUE_{number}": value}
    return found


def _all(file: IO[bytes]) -> bytes:
    file.seek(0)
    return file.read()


def _stop(process: subprocess.Popen[bytes]) -> None:
    """End it and what it started; asked first, so that it takes its locks away."""
    for number in (signal.SIGTERM, signal.SIGTERM if sys.platform == "win32" else signal.SIGKILL):
        try:
            if sys.platform == "win32":
                process.terminate()
            else:
                os.killpg(process.pid, number)
            process.wait(5)
            return
        except subprocess.TimeoutExpired:
            continue
        except OSError:
            process.wait()
            return
