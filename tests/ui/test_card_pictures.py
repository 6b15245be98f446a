"""A card shows a picture that is in the library, and never asks anybody for one that is not."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtGui import QColor, QImage
from pytestqt.qtbot import QtBot

from postdesk.core.errors import PictureRefused
from postdesk.ui.card_pictures import CardPictures
from postdesk.ui.editor import Editor
from postdesk.ui.tasks import Tasks
from tests.ui.editor.shown import shown_editor

CARD = '```{=html}\n<figure><img src="%s"><img src="b.png"></figure>\n```\n'


@pytest.fixture
def editor(qtbot: QtBot) -> Editor:
    shown = shown_editor(qtbot, 700, 400)
    return shown


def blue(editor: Editor) -> bool:
    """Whether something in the text is as blue as the picture."""
    seen = editor.text.viewport().grab().toImage()
    return any(seen.pixelColor(x, 30).blue() > 200 > seen.pixelColor(x, 30).red() for x in range(80))


def test_a_picture_beside_the_post_shows_small_on_its_card(
    editor: Editor, qtbot: QtBot, tmp_path: Path
) -> None:
    picture = QImage(600, 300, QImage.Format.Format_RGB32)
    picture.fill(QColor("#1020f0"))
    assert picture.save(str(tmp_path / "a.png"))
    tasks = Tasks(editor)
    shown = CardPictures(tasks, editor)
    shown.set_post(lambda ref: tmp_path / ref)
    editor.set_post("", CARD % "a.png")
    qtbot.waitUntil(lambda: blue(editor))
    assert tasks.wait(5000)


@pytest.mark.parametrize("src", ["https://blog.example/a.jpg", "gone.png", "notes.txt", ""])
def test_what_is_no_picture_of_the_library_is_not_shown(
    editor: Editor, qtbot: QtBot, tmp_path: Path, src: str
) -> None:
    (tmp_path / "notes.txt").write_text("no picture")
    asked: list[str] = []

    def resolve(ref: str) -> Path:
        asked.append(ref)
        if "://" in ref:
            raise PictureRefused("no", "no", "no")
        return tmp_path / ref

    tasks = Tasks(editor)
    CardPictures(tasks, editor).set_post(resolve)
    editor.set_post("", CARD % src)
    editor.text.viewport().grab()
    if src:
        with qtbot.waitSignal(tasks.idle):
            pass
    assert set(asked) == ({src} if src else set())
    assert not blue(editor)
