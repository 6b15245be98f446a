"""The blog switcher on top of the sidebar: which blog this is, and a menu of the others."""

from __future__ import annotations

import hashlib
import html
from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontMetrics, QIcon, QKeyEvent, QPainter, QPaintEvent, QPen, QPixmap
from PySide6.QtWidgets import QAbstractButton, QMenu, QSizePolicy, QWidget

from postdesk.core.language import _
from postdesk.ui.actions import Actions
from postdesk.ui.theme import Theme, ui_font

_SQUARE = 26  # px
# A blog keeps its colour, so the eye finds it; each is readable under white letters.
_COLOURS = ("#2f6f5e", "#2a5f8f", "#8a4b2a", "#6b4a8a", "#8a3352", "#4f6a24", "#3d5a73", "#7a5a10")


@dataclass(frozen=True, slots=True)
class Blog:
    """A blog as the sidebar shows it: an account's id and name, and an address in few characters."""

    id: str
    name: str
    address: str = ""


def blog_colour(blog_id: str) -> str:
    """The colour of a blog's square, the same on every machine."""
    return _COLOURS[hashlib.sha256(blog_id.encode()).digest()[0] % len(_COLOURS)]


def short_address(address: str) -> str:
    """An address without what every address has."""
    return address.removeprefix("https://").removeprefix("http://").rstrip("/")


class Switcher(QAbstractButton):
    """Shows one blog, or all; a click opens the menu. `chosen` carries an account's id, "" for all blogs."""

    chosen = Signal(str)

    def __init__(self, actions: Actions, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("blogSwitcher")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._actions = actions
        self._theme = theme
        self._blogs: tuple[Blog, ...] = ()
        self._current = ""
        self._name_font = ui_font(13, QFont.Weight.DemiBold)
        self._small_font = ui_font(12)
        self.menu = QMenu(self)
        self.menu.setObjectName("blogMenu")
        self.clicked.connect(self.open_menu)
        self.set_blogs((), "")

    def set_blogs(self, blogs: Sequence[Blog], current: str) -> None:
        """The blogs there are and the chosen one's id; "" or an unknown id stands for all of them."""
        self._blogs = tuple(blogs)
        self._current = current if any(blog.id == current for blog in blogs) else ""
        name, address = self.words()
        self.setAccessibleName(_("Blog: {name}").format(name=name))
        self.setAccessibleDescription(address)
        self.setToolTip(html.escape(f"{name} · {address}" if address else name))
        self._fill()
        self.update()

    def words(self) -> tuple[str, str]:
        """The two lines that are shown."""
        blog = next((b for b in self._blogs if b.id == self._current), None)
        if blog is not None:
            return blog.name, short_address(blog.address)
        if self._blogs:
            return _("All blogs"), ""
        return _("No blog yet"), _("Add one to publish")

    def set_theme(self, theme: Theme) -> None:
        """Draw in other colours."""
        self._theme = theme
        self._fill()
        self.update()

    def open_menu(self) -> None:
        """Show the blogs below the button."""
        self.menu.setMinimumWidth(self.width())
        self.menu.popup(self.mapToGlobal(self.rect().bottomLeft()))

    def sizeHint(self) -> QSize:
        """Qt asks."""
        return QSize(200, 44)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Down and Return open the menu, too."""
        if event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.open_menu()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Qt asks."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        theme = self._theme
        box = QRectF(self.rect())
        if self.underMouse() or self.isDown():
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(theme.hover))
            painter.drawRoundedRect(box, 8, 8)
        if self.hasFocus():
            painter.setPen(QPen(QColor(theme.accent), 1.5))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(box.adjusted(1, 1, -1, -1), 7, 7)
        name, address = self.words()
        right = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        top = (box.height() - _SQUARE) / 2
        left = box.width() - 6 - _SQUARE if right else 6.0
        paint_square(painter, QRectF(left, top, _SQUARE, _SQUARE), self._current, name, theme)
        width = int(box.width()) - _SQUARE - 6 - 10 - 6
        x = 6 if right else 6 + _SQUARE + 10
        flags = int(Qt.AlignmentFlag.AlignLeading | Qt.AlignmentFlag.AlignVCenter)
        middle = Qt.TextElideMode.ElideMiddle
        painter.setFont(self._name_font)
        painter.setPen(QColor(theme.ink))
        shown = QFontMetrics(self._name_font).elidedText(name, Qt.TextElideMode.ElideRight, width)
        painter.drawText(QRectF(x, 4 if address else 0, width, 18 if address else box.height()), flags, shown)
        if address:
            painter.setFont(self._small_font)
            painter.setPen(QColor(theme.soft))
            shown = QFontMetrics(self._small_font).elidedText(address, middle, width)
            painter.drawText(QRectF(x, 22, width, 17), flags, shown)

    def _fill(self) -> None:
        self.menu.clear()
        if len(self._blogs) > 1:
            everything = self.menu.addAction(_("All blogs"))
            everything.setCheckable(True)
            everything.setChecked(self._current == "")
            everything.triggered.connect(lambda: self.chosen.emit(""))
        for blog in self._blogs:
            entry = self.menu.addAction(self._square(blog), blog.name.replace("&", "&&"))
            entry.setObjectName(blog.id)
            entry.setCheckable(True)
            entry.setChecked(blog.id == self._current)
            entry.triggered.connect(lambda _checked, id=blog.id: self.chosen.emit(id))
        if self._blogs:
            self.menu.addSeparator()
        for name in ("add_blog", "edit_blog", "refresh"):
            self.menu.addAction(self._actions.action(name))

    def _square(self, blog: Blog) -> QIcon:
        ratio = self.devicePixelRatio()
        pixmap = QPixmap(round(18 * ratio), round(18 * ratio))
        pixmap.setDevicePixelRatio(ratio)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        paint_square(painter, QRectF(0, 0, 18, 18), blog.id, blog.name, self._theme)
        painter.end()
        return QIcon(pixmap)


def paint_square(painter: QPainter, box: QRectF, blog_id: str, name: str, theme: Theme) -> None:
    """A blog's coloured square with its first letter."""
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(blog_colour(blog_id) if blog_id else theme.accent))
    painter.drawRoundedRect(box, box.width() * 0.27, box.width() * 0.27)
    painter.setFont(ui_font(box.width() / 2, QFont.Weight.DemiBold))
    painter.setPen(QColor("#ffffff" if blog_id else theme.accent_ink))
    letter = next((char for char in name if char.isalnum()), "•").upper()
    painter.drawText(box, int(Qt.AlignmentFlag.AlignCenter), letter)
