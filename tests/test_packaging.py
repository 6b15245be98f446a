"""The wheel, installed alone into a fresh environment elsewhere, starts and has its resources."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[1]

# What a writer would miss at once; all else in the folder is held to be there by the second test.
NEEDED = ["fonts", "icons", "themes", "preview", "site"]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project's wheel, built from the tree as it lies here, without a network."""
    folder = tmp_path_factory.mktemp("wheel")
    # What hatchling's build back end is called with, by any tool that builds wheels.
    code = "import sys, hatchling.build as build; print(build.build_wheel(sys.argv[1]))"
    answer = subprocess.run(
        [sys.executable, "-c", code, folder], cwd=REPOSITORY, capture_output=True, text=True, check=False
    )
    assert answer.returncode == 0, answer.stderr
    [built] = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def elsewhere(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fresh environment with nothing of its own but the wheel; the dependencies are those of the tests' environment.

    That one has the project itself too, as an editable install. Its packages are therefore seen without what it
    adds to the path (a folder named in a .pth file is not read for further .pth files).
    """
    folder = tmp_path_factory.mktemp("elsewhere") / "environment"
    venv.create(folder, with_pip=False)
    site = Path(sysconfig.get_path("purelib", vars={"base": str(folder), "platbase": str(folder)}))
    (site / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    answer = subprocess.run(
        [
            sys.executable,
            *("-m", "pip", "--python", _python(folder), "install", "--quiet", "--no-index", "--no-deps"),
            *("--no-input", "--disable-pip-version-check", "--ignore-installed", wheel),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert answer.returncode == 0, answer.stderr
    return folder


def _python(environment: Path) -> Path:
    return environment / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def _run(command: list[str | Path], cwd: Path) -> subprocess.CompletedProcess[str]:
    """Runs a command far from the checkout, without what the tests' environment tells Python."""
    env = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
    return subprocess.run(command, cwd=cwd, env=env, capture_output=True, text=True, check=False)


def test_the_installed_program_tells_its_version(elsewhere: Path, tmp_path: Path) -> None:
    program = _python(elsewhere).with_name("postdesk")
    answer = _run([program, "--version"], tmp_path)
    assert answer.returncode == 0, answer.stderr
    assert "0.1.0" in answer.stdout


def test_the_installed_program_renders_a_post(elsewhere: Path, tmp_path: Path) -> None:
    (tmp_path / "post.md").write_text("---\ntitle: Hello\n---\n\n> quoted *words*\n", encoding="utf-8")
    answer = _run([_python(elsewhere).with_name("postdesk"), "render", "post.md"], tmp_path)
    assert answer.returncode == 0, answer.stderr
    assert "<em>words</em>" in answer.stdout


def test_the_installed_program_has_all_its_resources(elsewhere: Path, tmp_path: Path) -> None:
    code = (
        "import postdesk; from postdesk.core.resources import resource; print(postdesk.__file__);"
        "root = resource('.'); files = [f for f in root.rglob('*') if f.is_file()];"
        "print(*sorted(str(f.relative_to(root)) for f in files), sep='\\n')"
    )
    answer = _run([_python(elsewhere), "-c", code], tmp_path)
    assert answer.returncode == 0, answer.stderr
    where, *found = answer.stdout.splitlines()
    assert Path(where).is_relative_to(elsewhere), "the checkout was imported, not the wheel"
    here = REPOSITORY / "resources"
    assert found == sorted(str(file.relative_to(here)) for file in here.rglob("*") if file.is_file())
    assert {Path(path).parts[0] for path in found} >= set(NEEDED)


def test_the_installed_program_finds_its_kinds_of_blog(elsewhere: Path, tmp_path: Path) -> None:
    code = (
        "from importlib.metadata import entry_points\n"
        "for point in entry_points(group='postdesk.backends'): print(point.name, point.load() is not None)"
    )
    answer = _run([_python(elsewhere), "-c", code], tmp_path)
    assert answer.returncode == 0, answer.stderr
    assert set(answer.stdout.splitlines()) == {"local-site True", "wordpress True"}


def test_the_wheel_holds_the_program_and_nothing_else(wheel: Path) -> None:
    tops = {entry.split("/")[0] for entry in zipfile.ZipFile(wheel).namelist()}
    assert tops == {"postdesk", "postdesk-0.1.0.dist-info"}
