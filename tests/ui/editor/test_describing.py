"""A picture's description is written where it belongs, however the picture is written, and the picture stays."""

from __future__ import annotations

import pytest
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from postdesk.markup.pictures import find_pictures
from postdesk.ui.editor import Editor


@pytest.mark.parametrize(
    ("body", "gives"),
    [
        ("\U0001f6a2 ![](quay.jpg)\n", "\U0001f6a2 ![A quay](quay.jpg)\n"),
        ("![](<quay at noon.jpg>)\n", "![A quay](<quay at noon.jpg>)\n"),
        ("![][q]\n\n[q]: quay.jpg\n", "![A quay][q]\n\n[q]: quay.jpg\n"),
        ('<img src="quay.jpg">\n', '<img alt="A quay" src="quay.jpg">\n'),
        ('<img src="quay.jpg" alt="">\n', '<img src="quay.jpg" alt="A quay">\n'),
        ("![One](quay.jpg) ![](quay.jpg)\n", "![One](quay.jpg) ![A quay](quay.jpg)\n"),
        ("`![](quay.jpg)` ![](quay.jpg)\n", "`![](quay.jpg)` ![A quay](quay.jpg)\n"),
    ],
)
def test_what_she_types_is_the_description(qtbot: QtBot, body: str, gives: str) -> None:
    editor = Editor()
    qtbot.addWidget(editor)
    editor.set_post("", body)
    (bare,) = (picture for picture in find_pictures(body) if not picture.alt)
    editor.describe_picture(bare.ref)
    QTest.keyClicks(editor.text, "A quay")
    assert editor.body() == gives
