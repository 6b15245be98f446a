"""The Qt bindings count references rightly; a version that does not would end the program while she types."""

from __future__ import annotations

import sys

import pytest
from PySide6.QtCore import QObject, QPoint, QTimer
from PySide6.QtGui import QTextCursor, QTextDocument

CALLS = 4000


@pytest.mark.usefixtures("qapp")
def test_thousands_of_calls_that_return_none_leave_as_many_references_to_none_as_before() -> None:
    """PySide6 6.12.0 on Python 3.11 lost one in nearly every such call; at zero the process aborts.

    From Python 3.12 on None is immortal and its count says nothing; there the calls just have to end well.
    """
    thing, timer, document = QObject(), QTimer(), QTextDocument()
    cursor, point = QTextCursor(document), QPoint()
    before = sys.getrefcount(None)
    for number in range(CALLS):
        thing.setObjectName("a name")
        thing.blockSignals(False)
        timer.setInterval(number)
        cursor.insertText("x")
        point.setX(number)
    difference = sys.getrefcount(None) - before
    assert abs(difference) < CALLS / 10
    assert len(document.toPlainText()) == CALLS
