"""The design holds: who imports whom, who starts threads, what every module says of itself."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[1]
SOURCE = REPOSITORY / "src"
MODULES = sorted(SOURCE.rglob("*.py"))

LONGEST = 400  # lines; a module that needs more says why in its docstring
STARTS_THREADS = re.compile(
    r"\b(QThread|QThreadPool|QRunnable|QtConcurrent|Thread|ThreadPoolExecutor|ProcessPoolExecutor|Timer)\b"
)


def name(path: Path) -> str:
    return ".".join(path.relative_to(SOURCE).with_suffix("").parts).removesuffix(".__init__")


def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def imports(path: Path) -> set[str]:
    """The full names of all modules that a module imports, wherever in it."""
    found: set[str] = set()
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{name(path)} imports relatively; say the whole name"
            found.add(node.module or "")
    return found


def tracked() -> list[Path]:
    """What is part of the project: known to git, or about to be."""
    command = [
        "git",
        "-c",
        f"safe.directory={REPOSITORY}",
        "ls-files",
        "--cached",
        "--others",
        "--exclude-standard",
    ]
    listed = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=True).stdout
    return [path for line in listed.splitlines() if (path := REPOSITORY / line).is_file()]


def texts() -> Iterator[tuple[str, str]]:
    for path in tracked():
        if path.suffix not in {".ttf", ".png", ".jpg", ".jpeg", ".webp", ".mo"}:
            yield str(path.relative_to(REPOSITORY)), path.read_text(encoding="utf-8", errors="replace")


def test_imports_point_down() -> None:
    command: list[str | Path] = [Path(sys.executable).with_name("lint-imports"), "--no-cache", "--no-logo"]
    answer = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=False)
    assert answer.returncode == 0, answer.stdout + answer.stderr


def test_only_the_window_knows_qt() -> None:
    knowing = {name(path) for path in MODULES if any(one.split(".")[0] == "PySide6" for one in imports(path))}
    assert knowing, "nothing imports PySide6: this test looks in the wrong place"
    assert {one for one in knowing if not re.match(r"postdesk\.(ui|app)\b", one)} == set()


def test_the_core_is_standard_library_only() -> None:
    allowed = {*sys.stdlib_module_names, "postdesk"}
    foreign = {
        f"{name(path)} imports {one}"
        for path in MODULES
        if name(path).startswith("postdesk.core")
        for one in imports(path)
        if one.split(".")[0] not in allowed
    }
    assert foreign == set()


def test_only_the_door_between_threads_and_window_starts_threads() -> None:
    starting = set()
    for path in MODULES:
        for node in ast.walk(tree(path)):
            called = ast.unparse(node.func) if isinstance(node, ast.Call) else ""
            bases = [ast.unparse(base) for base in node.bases] if isinstance(node, ast.ClassDef) else []
            if any(STARTS_THREADS.search(what) for what in [called, *bases]):
                starting.add(name(path))
    # The second is another process: its thread reads what it is told while it renders, and no window is near. The third
    # waits for a server while a task does something else (decision 033).
    assert starting == {"postdesk.ui.tasks", "postdesk.markup.worker", "postdesk.core.ahead"}


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_every_module_says_in_one_sentence_what_it_is_for(path: Path) -> None:
    said = ast.get_docstring(tree(path))
    assert said
    first = " ".join(said.split("\n\n")[0].split())
    assert first.endswith((".", ":")), first


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_a_long_module_says_why_it_is_long(path: Path) -> None:
    lines = len(path.read_text(encoding="utf-8").splitlines())
    reason = re.search(r"\blong because\b", ast.get_docstring(tree(path)) or "", re.IGNORECASE)
    assert lines <= LONGEST or reason, f"{lines} lines: split it, or say in its docstring: Long because ..."


def test_nothing_names_a_place_that_packages_come_from() -> None:
    """Where packages come from is each machine's own setting."""
    hosts = re.compile(
        r"pypi\.(org|io)|pythonhosted|registry\.npm"
        + r"js|np"
        + r"mjs\.(org|com)|deb\.debian"
        + r"\.org|unpkg\.com"
    )
    naming = {path for path, text in texts() if hosts.search(text)} - {"tests/test_architecture.py"}
    assert naming == set()


def test_nothing_names_a_folder_of_the_machine_it_was_made_on() -> None:
    checkout, home = f"{REPOSITORY}/", f"{Path.home()}/"
    naming = {path for path, text in texts() if checkout in text or home in text}
    assert naming == set()


def test_the_locks_have_hashes_and_no_addresses() -> None:
    for lock in (REPOSITORY / "requirements").glob("*.txt"):
        text = lock.read_text(encoding="utf-8")
        assert "://" not in text
        pins = re.findall(r"^[a-z0-9-]+==.*(?:\n    .*)*", text, re.MULTILINE)
        assert len(pins) > 20
        assert [pin.split()[0] for pin in pins if "--hash=sha256:" not in pin] == []
