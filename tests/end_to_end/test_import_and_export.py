"""She brings her old posts in, and takes posts out, while the window stays hers."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import TypeVar

import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialog, QFileDialog

from postdesk.ui.exchange.export_dialog import ExportDialog
from postdesk.ui.exchange.import_dialog import ImportDialog
from tests.end_to_end.writer import Writer

Dialog = TypeVar("Dialog", bound=QDialog)


def shown(writer: Writer, kind: type[Dialog]) -> Dialog | None:
    """Her window of that kind, if one is open."""
    return next((one for one in writer.window.findChildren(kind) if one.isVisible()), None)


def opened(writer: Writer, command: str, kind: type[Dialog]) -> Dialog:
    writer.desk.actions.trigger(command)
    writer.until(lambda: shown(writer, kind) is not None, "the window")
    dialog = shown(writer, kind)
    assert dialog is not None
    return dialog


@pytest.fixture
def site(tmp_path: Path) -> Path:
    folder = tmp_path / "Old <b>blog"
    folder.mkdir()
    for number in range(30):
        (folder / f"{number:02}.md").write_text(
            f"---\ntitle: <b>Old</b> {number:02}\n---\n\nWords {number}.\n", "utf-8"
        )
    return folder


def look(writer: Writer, dialog: ImportDialog, path: Path) -> None:
    dialog.path.clear()
    QTest.keyClicks(dialog.path, str(path))
    QTest.keyClick(dialog.path, Qt.Key.Key_Return)
    writer.until(lambda: dialog.importer.isVisible() or dialog.answer.isVisible(), "what will come")


def test_she_sees_what_will_come_imports_it_and_again_without_doubles(writer: Writer, site: Path) -> None:
    dialog = opened(writer, "import", ImportDialog)
    assert not dialog.importer.isVisible()
    look(writer, dialog, site)
    assert dialog.coming.text() == "Markdown files “Old <b>blog”: 30 posts"
    assert dialog.titles.text().splitlines()[:2] == ["<b>Old</b> 00", "<b>Old</b> 01"]
    assert dialog.titles.textFormat() is Qt.TextFormat.PlainText
    dialog.folder.clear()
    QTest.keyClicks(dialog.folder, "Archive")
    QTest.mouseClick(dialog.importer, Qt.MouseButton.LeftButton)
    writer.until(lambda: dialog.answer.isVisible(), "the import to end")
    assert dialog.answer.text() == "30 posts imported."
    assert dialog.cancel.text() == "Close"
    root = writer.desk.desk.library.root
    assert len(list((root / "Archive").glob("*.md"))) == 30
    writer.until(lambda: len(writer.window.sidebar.shown()) >= 30, "the list to show them")
    QTest.mouseClick(dialog.cancel, Qt.MouseButton.LeftButton)
    writer.until(lambda: shown(writer, ImportDialog) is None, "the window to close")
    again = opened(writer, "import", ImportDialog)
    look(writer, again, site)
    QTest.mouseClick(again.importer, Qt.MouseButton.LeftButton)
    writer.until(lambda: again.answer.isVisible(), "the import to end")
    assert again.answer.text() == "0 posts imported. 30 were there already."
    assert len(list(root.rglob("*.md"))) == 31


def test_cancel_stops_it_and_keeps_what_has_come(writer: Writer, site: Path) -> None:
    for number in range(30, 3000):
        (site / f"{number}.md").write_text(f"Words {number}.\n", "utf-8")
    dialog = opened(writer, "import", ImportDialog)
    look(writer, dialog, site)
    QTest.mouseClick(dialog.importer, Qt.MouseButton.LeftButton)
    writer.until(lambda: dialog.news.text().strip(), "news of the import")
    assert dialog.bar.isVisible()
    QTest.mouseClick(dialog.cancel, Qt.MouseButton.LeftButton)
    writer.until(lambda: dialog.answer.isVisible(), "the import to end")
    assert "Import again to go on" in dialog.answer.text()
    came = len(list(writer.desk.desk.library.root.rglob("*.md"))) - 1
    assert 0 < came < 3000


def test_what_cannot_be_imported_is_said_in_the_window(writer: Writer, tmp_path: Path) -> None:
    dialog = opened(writer, "import", ImportDialog)
    look(writer, dialog, tmp_path / "gone.xml")
    assert "is not there" in dialog.answer.text()
    assert not dialog.importer.isVisible()


def choose(monkeypatch: pytest.MonkeyPatch, path: Path) -> None:
    """The system's own dialog is not ours to click in."""
    monkeypatch.setattr(QFileDialog, "getSaveFileName", staticmethod(lambda *_arguments: (str(path), "")))


@pytest.mark.parametrize(("kind", "start"), [("zip", b"PK"), ("html", b"<!doctype html>"), ("pdf", b"%PDF-")])
def test_the_open_post_leaves_with_what_was_typed_just_now(
    writer: Writer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str, start: bytes
) -> None:
    out = io.BytesIO()
    Image.new("RGB", (900, 1400), "navy").save(out, "PNG")
    (writer.file.parent / "tall.png").write_bytes(out.getvalue())
    writer.window.go_to_editor()
    QTest.keyClicks(writer.desk.editor.text, "Typed just now. ![](tall.png) ")
    dialog = opened(writer, "export", ExportDialog)
    target = tmp_path / f"out.{kind}"
    choose(monkeypatch, target)
    dialog.kind.setCurrentIndex(dialog.kind.findData(kind))
    QTest.mouseClick(dialog.exporter, Qt.MouseButton.LeftButton)
    writer.until(lambda: dialog.answer.isVisible(), "the export to end")
    assert dialog.answer.text() == f"Exported to “{target.name}”: 1 post."
    data = target.read_bytes()
    assert data.startswith(start)
    if kind == "zip":
        with zipfile.ZipFile(target) as bundle:
            assert b"Typed just now." in bundle.read(writer.file.name)
    elif kind == "html":
        assert b"Typed just now." in data
    else:
        assert b"/Subtype /Image" in data
        assert data.rstrip().endswith(b"%%EOF")


def test_all_posts_of_the_list_leave_and_a_refused_folder_is_said(
    writer: Writer, site: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(3):
        writer.desk.desk.library.new(f"Post {number}")
    writer.desk.shelf.refresh()
    writer.until(lambda: len(writer.window.sidebar.shown()) == 4, "the list to show them")
    dialog = opened(writer, "export", ExportDialog)
    dialog.which.setCurrentIndex(dialog.which.findData("shown"))
    choose(monkeypatch, tmp_path / "nowhere" / "out.zip")
    QTest.mouseClick(dialog.exporter, Qt.MouseButton.LeftButton)
    writer.until(lambda: dialog.answer.isVisible(), "the sentence")
    assert dialog.answer.property("kind") == "bad"
    choose(monkeypatch, tmp_path / "out.zip")
    QTest.mouseClick(dialog.exporter, Qt.MouseButton.LeftButton)
    writer.until(lambda: dialog.answer.property("kind") == "good", "the export to end")
    with zipfile.ZipFile(tmp_path / "out.zip") as bundle:
        assert len([name for name in bundle.namelist() if name.endswith(".md")]) == 4
