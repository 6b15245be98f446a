"""The filters above the list: Drafts, Scheduled, Published, All, and Outbox while something is in it."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QEvent, QLocale, QPoint, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontMetrics, QKeyEvent, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QAbstractButton, QButtonGroup, QSizePolicy, QWidget

from postdesk.core.language import _
from postdesk.ui.sidebar.listing import TABS
from postdesk.ui.theme import Theme, ui_font

_ACROSS, _HEIGHT, _APART = 5, 25, 1  # px
# How much waits for her. How many are published is no news, and the search field says how many there are in all; their
# numbers would leave no room for the names.
_COUNTED = ("drafts", "scheduled", "outbox")


def _label(tab: str) -> str:
    return {
        "drafts": _("Drafts"),
        "scheduled": _("Scheduled"),
        "published": _("Published"),
        "all": _("All"),
        "outbox": _("Outbox"),
    }[tab]


def _short(count: int) -> str:
    """A count in few letters, never more than there are: "1.2k" for 1,299."""
    if count < 1000:
        return QLocale().toString(count)
    if count < 10_000 and count % 1000 >= 100:
        return _("{thousands}k").format(thousands=QLocale().toString(count // 100 / 10, "f", 1))
    return _("{thousands}k").format(thousands=QLocale().toString(count // 1000))


class Tab(QAbstractButton):
    """One filter: its name, and a fainter count."""

    def __init__(self, tab: str, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self.tab = tab
        self.theme = theme
        self.counts = ("", "")  # whole, and in few letters
        self.setObjectName(f"tab_{tab}")
        self.setText(_label(tab))
        self.setCheckable(True)
        self.setFont(ui_font(12, QFont.Weight.Medium))
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setAccessibleName(_label(tab))

    def set_count(self, count: int) -> None:
        """Say how many posts it has; a screen reader hears it with the name."""
        text = QLocale().toString(count)
        self.setAccessibleName(_("{filter}, {count}").format(filter=self.text(), count=text))
        counts = (text, _short(count)) if self.tab in _COUNTED and count else ("", "")
        if counts != self.counts:
            self.counts = counts
            self.updateGeometry()
            self.update()

    @property
    def count(self) -> str:
        """The count as it is shown: in few letters where the button has no room for the whole."""
        return self.counts[self.width() < self.size_with(self.counts[0]).width()]

    def sizeHint(self) -> QSize:
        """Qt asks."""
        return self.size_with(self.counts[0])

    def size_with(self, count: str) -> QSize:
        """The room for the name, a space and the count."""
        metrics = QFontMetrics(self.font())
        words = f"{self.text()} {count}" if count else self.text()
        return QSize(metrics.horizontalAdvance(words) + 2 * _ACROSS, _HEIGHT)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Qt asks."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        theme, on = self.theme, self.isChecked()
        box = QRectF(self.rect())
        if on or self.underMouse():
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(theme.pick if on else theme.hover))
            painter.drawRoundedRect(box, 6, 6)
        if self.hasFocus():
            painter.setPen(QPen(QColor(theme.accent), 1.5))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(box.adjusted(1, 1, -1, -1), 5, 5)
        inner = self.rect().adjusted(_ACROSS, 0, -_ACROSS, 0)
        start = Qt.AlignmentFlag.AlignLeading | Qt.AlignmentFlag.AlignVCenter
        end = Qt.AlignmentFlag.AlignTrailing | Qt.AlignmentFlag.AlignVCenter
        painter.setPen(QColor(theme.accent if on else theme.soft))
        painter.drawText(inner, int(start), self.text())
        if self.count:
            painter.setPen(QColor(theme.accent if on else theme.faint))
            painter.drawText(inner, int(end), self.count)


class Tabs(QWidget):
    """The row of filters; it takes a second line where one is too narrow for their names."""

    chosen = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("filters")
        self.setAccessibleName(_("Filter posts"))
        policy = QSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self._group = QButtonGroup(self)
        self.buttons = {tab: Tab(tab, theme, self) for tab in TABS}
        for button in self.buttons.values():
            self._group.addButton(button)
            button.clicked.connect(lambda _checked, tab=button.tab: self._clicked(tab))
        self._current = TABS[0]
        self._rests = False
        self.buttons[self._current].setChecked(True)
        self.buttons["outbox"].hide()

    @property
    def current(self) -> str:
        """The key of the chosen filter."""
        return self._current

    def choose(self, tab: str) -> None:
        """Show another filter as chosen; `chosen` is not sent."""
        self._current = tab
        if not self._rests:
            self.buttons[tab].setChecked(True)

    def rest(self, rests: bool) -> None:
        """Show none as chosen, as while a search shows posts of all, or the chosen one again."""
        if rests != self._rests:
            self._rests = rests
            self._group.setExclusive(not rests)
            self.buttons[self._current].setChecked(not rests)

    def set_counts(self, counts: Mapping[str, int]) -> None:
        """Say how many posts each filter has; Outbox is there while it is not empty or is being looked at."""
        for tab, count in counts.items():
            self.buttons[tab].set_count(count)
        outbox = self.buttons["outbox"]
        outbox.setVisible(counts.get("outbox", 0) > 0 or self._current == "outbox")
        self._lay()

    def set_theme(self, theme: Theme) -> None:
        """Draw in other colours."""
        for button in self.buttons.values():
            button.theme = theme
            button.update()

    def hasHeightForWidth(self) -> bool:
        """Qt asks."""
        return True

    def heightForWidth(self, width: int) -> int:
        """Qt asks."""
        return self._places(width)[1]

    def sizeHint(self) -> QSize:
        """Qt asks."""
        return QSize(200, self._places(max(self.width(), 120))[1])

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Qt tells."""
        self._lay()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Left and right go from one filter to the next, as in a row of tabs."""
        step = {Qt.Key.Key_Right: 1, Qt.Key.Key_Left: -1}.get(Qt.Key(event.key()), 0)
        there = [button for button in self.buttons.values() if not button.isHidden()]
        focused = next((at for at, button in enumerate(there) if button.hasFocus()), -1)
        if not step or focused < 0:
            super().keyPressEvent(event)
            return
        if self.layoutDirection() == Qt.LayoutDirection.RightToLeft:
            step = -step
        button = there[(focused + step) % len(there)]
        button.setFocus(Qt.FocusReason.TabFocusReason)
        button.click()

    def changeEvent(self, event: QEvent) -> None:
        """Qt tells that the direction of reading changed."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.LayoutDirectionChange:
            self._lay()

    def _clicked(self, tab: str) -> None:
        self._current = tab
        self.chosen.emit(tab)

    def _places(self, width: int) -> tuple[list[tuple[Tab, QRect]], int]:
        """Where they stand, and how high that is; with whole counts if one line has room for them."""
        whole = self._in_lines(width, short=False)
        short = self._in_lines(width, short=True)
        return short if short[1] == _HEIGHT < whole[1] else whole

    def _in_lines(self, width: int, *, short: bool) -> tuple[list[tuple[Tab, QRect]], int]:
        placed: list[tuple[Tab, QRect]] = []
        x = y = 0
        for button in self.buttons.values():
            if button.isHidden():
                continue
            size = button.size_with(button.counts[short])
            if x and x + size.width() > width:
                x, y = 0, y + _HEIGHT + _APART
            placed.append((button, QRect(QPoint(x, y), size)))
            x += size.width() + _APART
        return placed, y + _HEIGHT

    def _lay(self) -> None:
        placed, height = self._places(self.width())
        mirrored = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        for button, box in placed:
            if mirrored:
                box.moveRight(self.width() - 1 - box.left())
            button.setGeometry(box)
        if self.height() != height:
            self.setFixedHeight(height)
