"""An editor in a window of its own, as tests type into it."""

from __future__ import annotations

from pytestqt.qtbot import QtBot

from postdesk.ui.editor import Editor
from postdesk.ui.theme import load_fonts, load_theme


def shown_editor(qtbot: QtBot, width: int, height: int) -> Editor:
    """One of this size (px), which is on the screen when this returns."""
    load_fonts()
    shown = Editor()
    qtbot.addWidget(shown)
    shown.set_theme(load_theme(False))
    shown.resize(width, height)
    shown.show()
    qtbot.waitExposed(shown)
    return shown
