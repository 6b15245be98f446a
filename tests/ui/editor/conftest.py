"""What most tests of the editor begin with."""

from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from postdesk.ui.editor import Editor
from tests.ui.editor.shown import shown_editor


@pytest.fixture
def editor(qtbot: QtBot) -> Editor:
    """An editor in an active window, with the keyboard in its text."""
    shown = shown_editor(qtbot, 700, 600)
    shown.activateWindow()
    qtbot.waitUntil(shown.isActiveWindow)
    shown.focus_text()
    return shown
