"""What a closed card looks like: a box with its kind in words, its first words, and a small picture if there is one."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QImage, QPainter, QPen

from postdesk.core.language import ngettext
from postdesk.ui.editor.cards import Card, Cards
from postdesk.ui.theme import Theme, ui_font

if TYPE_CHECKING:
    from postdesk.markup.card_words import CardWords

_TALL = 2.7  # lines of the text that a card is high, with the space around its box
_APART = 3.0  # px above and below the box
_OUT = 3.0  # px that the box is wider than the text on either side
_ROUND = 7.0  # px
_INSET = 14.0  # px from the box's edge to its words
_READ = 8_000  # characters of a source that are read for its words


def height_for(step: float) -> float:
    """How high a closed card is where lines are `step` px apart."""
    return float(round(step * _TALL))


class CardLook:
    """What the closed cards of a text say, and how they are painted. `hits` are how many times a card's source has
    what is looked for, by its first line. `pictures` are those that are known, by their `src`; None for one that is
    not there, or not yet."""

    def __init__(self, cards: Cards) -> None:
        self._cards = cards
        self._said: dict[int, tuple[int, CardWords]] = {}
        self.hits: dict[int, int] = {}
        self.pictures: dict[str, QImage | None] = {}

    def forget(self, first: int = 0, removed: int = 0, added: int = 0) -> None:
        """Lines were replaced: `removed` from the `first` on went, and `added` came. Without these all of them."""
        if removed == 0:
            self._said.clear()
            return
        behind, by = first + removed, added - removed
        self._said = {
            (at + by if at >= behind else at): (last + by if at >= behind else last, said)
            for at, (last, said) in self._said.items()
            if at >= behind or last < first
        }

    def words(self, card: Card) -> CardWords:
        """What a card says."""
        known = self._said.get(card.first)
        if known is None or known[0] != card.last:
            from postdesk.markup.card_words import card_words  # no post needs it that has no card

            known = (card.last, card_words(self._cards.source_of(card, _READ)))
            self._said[card.first] = known
        return known[1]

    def box(self, row: QRectF) -> QRectF:
        """The box of a card in the row that it has."""
        return row.adjusted(-_OUT, _APART, _OUT, -_APART)

    def paint(
        self, painter: QPainter, theme: Theme, row: QRectF, card: Card,
        *, step: float, selected: bool, ringed: bool, mirrored: bool,
    ) -> str:  # fmt: skip
        """Paints a card over what is in its row; returns the `src` of a picture that is not known yet, or ""."""
        said = self.words(card)
        painter.fillRect(row.adjusted(-8.0, 0.0, 8.0, 0.0), QColor(theme.paper))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = self.box(row).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.setPen(QPen(QColor(theme.accent if ringed else theme.line), 2.0 if ringed else 1.0))
        painter.setBrush(QColor(theme.select if selected else theme.side))
        painter.drawRoundedRect(box, _ROUND, _ROUND)
        inner = box.adjusted(_INSET, 0.0, -_INSET, 0.0)
        wanted = ""
        if said.picture:
            image = self.pictures.get(said.picture)
            if image is not None:
                inner = _paint_picture(painter, inner, box, image, mirrored)
            elif said.picture not in self.pictures:
                wanted = said.picture
        small = ui_font(step * 0.5, QFont.Weight.DemiBold)
        large = ui_font(step * 0.54)
        hits = self.hits.get(card.first, 0)
        if hits:
            inner = _paint_hits(painter, theme, inner, hits, small, mirrored)
        half = inner.height() / 2
        upper = QRectF(inner.left(), inner.top() + half * 0.16, inner.width(), half * 0.86)
        lower = QRectF(inner.left(), inner.top() + half * 0.96, inner.width(), half * 0.86)
        painter.setPen(QColor(theme.ink))
        _paint_line(painter, upper if said.words else inner, said.kind, small, mirrored)
        painter.setPen(QColor(theme.soft))
        if said.words:
            _paint_line(painter, lower, said.words, large, mirrored)
        return wanted


def thumb(image: QImage, side: int) -> QImage:
    """The middle of a picture as a square of `side` device px; fit for a worker thread."""
    grown = image.scaled(
        side, side, Qt.AspectRatioMode.KeepAspectRatioByExpanding, Qt.TransformationMode.SmoothTransformation
    )
    left, top = (grown.width() - side) // 2, (grown.height() - side) // 2
    return grown.copy(left, top, side, side)


def _paint_picture(painter: QPainter, inner: QRectF, box: QRectF, image: QImage, mirrored: bool) -> QRectF:
    """Paints the picture where the words begin; returns the room that is left."""
    side = box.height() - 14.0
    room = side + 10.0
    left = inner.right() - side + _INSET / 2 if mirrored else inner.left() - _INSET / 2
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    painter.drawImage(QRectF(left, box.top() + 7.0, side, side), image)
    return inner.adjusted(0.0, 0.0, -room, 0.0) if mirrored else inner.adjusted(room, 0.0, 0.0, 0.0)


def _paint_hits(
    painter: QPainter, theme: Theme, inner: QRectF, hits: int, font: QFont, mirrored: bool
) -> QRectF:
    """Paints how often the source has what is looked for; returns the room that is left."""
    words = ngettext("{count} found", "{count} found", hits).format(count=hits)
    width = QFontMetricsF(font).horizontalAdvance(words) + 14.0
    tall = QFontMetricsF(font).height() + 4.0
    left = inner.left() if mirrored else inner.right() - width
    chip = QRectF(left, inner.center().y() - tall / 2, width, tall)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(theme.mark))
    painter.drawRoundedRect(chip, 4.0, 4.0)
    painter.setPen(QColor(theme.ink))
    painter.setFont(font)
    painter.drawText(chip, Qt.AlignmentFlag.AlignCenter, words)
    room = width + 10.0
    return inner.adjusted(room, 0.0, 0.0, 0.0) if mirrored else inner.adjusted(0.0, 0.0, -room, 0.0)


def _paint_line(painter: QPainter, rect: QRectF, words: str, font: QFont, mirrored: bool) -> None:
    painter.setFont(font)
    shown = QFontMetricsF(font).elidedText(words, Qt.TextElideMode.ElideRight, rect.width())
    side = Qt.AlignmentFlag.AlignRight if mirrored or _from_right(words) else Qt.AlignmentFlag.AlignLeft
    flags = side | Qt.AlignmentFlag.AlignAbsolute | Qt.AlignmentFlag.AlignVCenter
    painter.drawText(rect, int(flags | Qt.TextFlag.TextSingleLine), shown)


def _from_right(words: str) -> bool:
    """Whether words are read from the right: their first letter with a direction says it."""
    for letter in words:
        direction = unicodedata.bidirectional(letter)
        if direction in ("L", "R", "AL"):
            return direction != "L"
    return False
