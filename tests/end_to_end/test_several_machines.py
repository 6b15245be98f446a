"""The writer at her window and her laptop elsewhere share a library through git."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QMessageBox, QPushButton

from postdesk.core.cancel import Cancel
from postdesk.core.folders import Folders
from postdesk.library.git.repository import make_repository
from postdesk.library.git.run import is_repository
from postdesk.ui.repository_dialog import RepositoryDialog
from tests.end_to_end.writer import Writer
from tests.library.git.machines import Machine, git, settle_git


@pytest.fixture(autouse=True)
def own_git(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settle_git(tmp_path, monkeypatch)


@pytest.fixture
def bare(tmp_path: Path) -> Path:
    git(tmp_path, "init", "--quiet", "--bare", "--initial-branch=main", "server.git")
    return tmp_path / "server.git"


@pytest.fixture
def shared(closed_window: Writer, folders: Folders, bare: Path) -> Machine:
    """Her library, with one post, which is a repository already."""
    machine = Machine(folders.documents / "Post Desk")
    machine.write("Storm.md", "First block.\n\nSecond block.")
    machine.put(".postdesk/.gitignore", b"trash/\n")
    make_repository(machine.root, Cancel(), address=str(bare))
    machine.sync()
    return machine


@pytest.fixture
def laptop(shared: Machine, bare: Path, tmp_path: Path) -> Machine:
    git(tmp_path, "clone", "--quiet", str(bare), "laptop")
    return Machine(tmp_path / "laptop")


def backup(writer: Writer) -> str:
    """What the status bar says of the backup."""
    button = writer.window.status.backup
    return button.text() if button.isVisible() else ""


def sync(writer: Writer) -> None:
    """Press its key."""
    QTest.keyClick(writer.window, Qt.Key.Key_F5, Qt.KeyboardModifier.ShiftModifier)


def dialog(writer: Writer, kind: type[QDialog]) -> QDialog:
    found: list[QDialog] = []

    def there() -> bool:
        found[:] = [w for w in QApplication.topLevelWidgets() if isinstance(w, kind) and w.isVisible()]
        return bool(found)

    writer.until(there, "the dialog")
    return found[0]


def test_one_click_makes_the_library_a_repository_and_sends_it(
    closed_window: Writer, bare: Path, tmp_path: Path
) -> None:
    writer = closed_window
    writer.open()
    make = writer.window.actions_table.action("make_repository")
    writer.until(make.isEnabled, "the command")
    assert backup(writer) == ""
    assert not writer.window.actions_table.action("sync").isEnabled()
    writer.new_post("Storm", "Wind and rain")
    make.trigger()
    asked = dialog(writer, RepositoryDialog)
    assert isinstance(asked, RepositoryDialog)
    writer.type(str(bare), asked.address)
    writer.click(asked.make)
    writer.hears("Synced:", "sent")
    writer.until(lambda: backup(writer) == "Backed up", "the word")
    assert not make.isVisible()
    git(tmp_path, "clone", "--quiet", str(bare), "laptop")
    assert "Wind and rain" in Machine(tmp_path / "laptop").everything()


def test_a_library_that_is_no_repository_runs_no_git_and_is_not_made_one(
    closed_window: Writer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = tmp_path / "calls"
    fake = tmp_path / "bin" / "git"
    fake.parent.mkdir()
    fake.write_text(f"#!/bin/sh\necho called >> {calls}\n")
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", f"{fake.parent}:{os.environ['PATH']}")
    writer = closed_window
    writer.open()
    make = writer.window.actions_table.action("make_repository")
    writer.until(make.isEnabled, "the command")
    writer.new_post("Storm", "Wind and rain")
    writer.until_saved()
    writer.until_idle()
    assert not is_repository(writer.desk.desk.library.root)
    assert backup(writer) == ""
    assert not calls.exists()


def test_what_she_writes_goes_and_what_the_laptop_wrote_comes(
    closed_window: Writer, shared: Machine, laptop: Machine
) -> None:
    writer = closed_window
    writer.open()
    writer.until(lambda: backup(writer) == "Backed up", "the word")
    laptop.write("Train.md", "Written on the train.")
    laptop.sync()
    writer.go_to("Second block.")
    writer.type(" Typed just now.")
    sync(writer)
    writer.hears("Synced: 1 post sent, 1 came.")
    writer.until(lambda: backup(writer) == "Backed up", "the word")
    writer.until(
        lambda: "Train" in [s.title for s in writer.desk.desk.library.summaries()], "the laptop's post"
    )
    writer.until_idle()
    laptop.sync()
    assert "Second block. Typed just now." in laptop.read("Storm.md")
    writer.go_to("Typed just now.")
    writer.type(" And more.")
    writer.until(lambda: backup(writer) == "1 change not backed up", "the word")


def test_without_a_connection_the_bar_says_so_and_the_button_is_tried_again(
    closed_window: Writer, shared: Machine, bare: Path
) -> None:
    writer = closed_window
    writer.open()
    writer.until(lambda: backup(writer) == "Backed up", "the word")
    bare.rename(bare.with_name("away"))
    writer.type("Words. ", writer.desk.editor.text)
    writer.until_saved()
    writer.until(lambda: backup(writer) == "1 change not backed up", "the word")
    sync(writer)
    writer.hears("is not there", "not backed up")
    writer.until(lambda: backup(writer) == "Not backed up: no connection", "the word")
    writer.press_in_toast("Details")
    box = dialog(writer, QMessageBox)
    assert isinstance(box, QMessageBox)
    assert "does not appear to be a git repository" in box.informativeText()
    writer.click(box.findChildren(QPushButton)[0])
    bare.with_name("away").rename(bare)
    writer.click(writer.window.status.backup)
    writer.hears("Synced: 1 post sent.")
    writer.until(lambda: backup(writer) == "Backed up", "the word")


def test_words_typed_while_a_sync_runs_are_not_written_over(
    closed_window: Writer, shared: Machine, laptop: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer = closed_window
    writer.open()
    writer.until(lambda: backup(writer) == "Backed up", "the word")
    laptop.write("Storm.md", "First block of the train.\n\nSecond block.")
    laptop.sync()
    typed, go_on = threading.Event(), threading.Event()
    take = _take()

    def later(*arguments: object) -> None:
        typed.set()
        assert go_on.wait(30)
        take(*arguments)

    monkeypatch.setattr("postdesk.library.git.taking.take", later)
    sync(writer)
    writer.until(typed.is_set, "the files to come")
    writer.go_to("Second block.")
    writer.type(" Typed meanwhile.")
    go_on.set()
    writer.hears("Synced:")
    session = writer.desk.session
    writer.until(lambda: not session.is_dirty or writer.banner, "her words to be saved, or the question")
    assert "Typed meanwhile." in writer.words
    if writer.banner:  # the other machine's text was in the file before hers
        writer.click(writer.banner_button("Keep Both"))
    writer.until_saved()
    text = shared.everything()
    assert "Typed meanwhile." in text
    assert "First block of the train." in text


def _take() -> Callable[..., None]:
    from postdesk.library.git.taking import take

    return take


def test_a_sync_that_runs_is_stopped_by_its_own_command(
    closed_window: Writer, shared: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer = closed_window
    writer.open()
    writer.until(lambda: backup(writer) == "Backed up", "the word")
    hook = shared.root / ".git" / "hooks" / "pre-push"
    hook.write_text("#!/bin/sh\nexec sleep 60\n")
    hook.chmod(0o755)
    shared.write("More.md", "More.")
    sync(writer)
    writer.until(lambda: backup(writer).startswith("Sending"), "the step")
    sync(writer)
    writer.hears("The sync was stopped.")
    writer.until(lambda: backup(writer) == "1 change not backed up", "the word")
