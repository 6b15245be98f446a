"""Plain text in which some words are bold; never read as rich text."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QSize, Qt
from PySide6.QtGui import QFont, QPainter, QPaintEvent, QTextCharFormat, QTextLayout, QTextOption
from PySide6.QtWidgets import QLabel, QSizePolicy

from postdesk.ui.preview.places import units


def plain_label(text: str) -> QLabel:
    """A label of several lines for text that may come from a post: never read as rich text."""
    label = QLabel(text)
    _set_up(label)
    return label


class Words(QLabel):
    """The same with `marks` in bold: from, to, in characters of the text."""

    def __init__(self, text: str, marks: Sequence[tuple[int, int]]) -> None:
        super().__init__(text)
        _set_up(self)
        self._marks = marks
        self._laid: tuple[int, QFont, QTextLayout, int] | None = (
            None  # for a width and a font; and its height
        )

    def heightForWidth(self, width: int) -> int:
        return self._layout(width)[1]

    def sizeHint(self) -> QSize:
        return QSize(super().sizeHint().width(), self._layout(max(1, self.width()))[1])

    def minimumSizeHint(self) -> QSize:
        return QSize(1, self.fontMetrics().lineSpacing())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setPen(self.palette().color(self.foregroundRole()))
        self._layout(self.width())[0].draw(painter, QPointF(0, 0))
        painter.end()

    def _layout(self, width: int) -> tuple[QTextLayout, int]:
        known = self._laid
        if known is not None and known[0] == width and known[1] == self.font():
            return known[2], known[3]
        text = self.text()
        layout = QTextLayout(text.replace("\n", "\u2028"), self.font())
        option = QTextOption()
        option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        option.setTextDirection(Qt.LayoutDirection.LayoutDirectionAuto)
        layout.setTextOption(option)
        layout.setCacheEnabled(True)
        layout.setFormats([_bold(text, start, end) for start, end in self._marks])
        layout.beginLayout()
        height = 0.0
        while (line := layout.createLine()).isValid():
            line.setLineWidth(width)
            line.setPosition(QPointF(0, height))
            height += line.height()
        layout.endLayout()
        self._laid = (width, self.font(), layout, round(height + 0.5))
        return layout, self._laid[3]


def _set_up(label: QLabel) -> None:
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(True)
    label.setMinimumWidth(1)
    policy = QSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
    policy.setHeightForWidth(True)
    label.setSizePolicy(policy)


def _bold(text: str, start: int, end: int) -> QTextLayout.FormatRange:
    found = QTextLayout.FormatRange()
    found.start = units(text[:start])
    found.length = units(text[start:end])
    form = QTextCharFormat()
    form.setFontWeight(QFont.Weight.Bold)
    found.format = form
    return found
