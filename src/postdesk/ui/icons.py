"""Icons drawn from the shipped line drawings (`resources/icons/*.svg`) in any colour, sharp on any screen."""

from __future__ import annotations

import logging

from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QGuiApplication, QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from postdesk.core.resources import resource

_log = logging.getLogger(__name__)


def icon(name: str, colour: str, *, active: str | None = None, size: int = 18) -> QIcon:
    """The drawing `name` (a file's stem, e.g. "panel-left") in `colour`, `size` device-independent px square.

    `active` is its colour while the button that shows it is checked. Colours are "#rrggbb" or "#rrggbbaa". A
    disabled button shows it at 40 %. A drawing that is missing or broken gives an empty icon: the button
    still has its name, and the program goes on.
    """
    drawing = _drawing(name)
    shown = QIcon()
    if drawing is None:
        return shown
    for ratio in _ratios():
        plain = _painted(drawing, colour, size, ratio)
        shown.addPixmap(plain, QIcon.Mode.Normal, QIcon.State.Off)
        shown.addPixmap(_faded(plain), QIcon.Mode.Disabled, QIcon.State.Off)
        if active is not None:
            shown.addPixmap(_painted(drawing, active, size, ratio), QIcon.Mode.Normal, QIcon.State.On)
    return shown


def picture(name: str, colour: str, size: int = 18, ratio: float = 1.0) -> QPixmap:
    """The drawing as a pixmap, for a label or a delegate; transparent when it is missing."""
    drawing = _drawing(name)
    if drawing is None:
        empty = QPixmap(round(size * ratio), round(size * ratio))
        empty.setDevicePixelRatio(ratio)
        empty.fill(Qt.GlobalColor.transparent)
        return empty
    return _painted(drawing, colour, size, ratio)


def _drawing(name: str) -> bytes | None:
    try:
        return resource(f"icons/{name}.svg").read_bytes()
    except OSError:
        _log.info("The icon %s is not there", name)
        return None


def _ratios() -> tuple[int, ...]:
    """1 and 2 always, since a window may move to another screen; 3 where a screen has it."""
    sharpest = max((screen.devicePixelRatio() for screen in QGuiApplication.screens()), default=1.0)
    return (1, 2, 3) if sharpest > 2 else (1, 2)


def _painted(drawing: bytes, colour: str, size: int, ratio: float) -> QPixmap:
    # Qt's SVG knows no "currentColor": the name is replaced before it reads the drawing.
    solid, opacity = colour[:7], int(colour[7:9], 16) / 255 if len(colour) == 9 else 1.0
    renderer = QSvgRenderer(QByteArray(drawing.replace(b"currentColor", solid.encode("ascii"))))
    pixmap = QPixmap(round(size * ratio), round(size * ratio))
    pixmap.fill(Qt.GlobalColor.transparent)
    if renderer.isValid():
        painter = QPainter(pixmap)
        painter.setOpacity(opacity)
        renderer.render(painter, QRectF(pixmap.rect()))
        painter.end()
    pixmap.setDevicePixelRatio(ratio)
    return pixmap


def _faded(pixmap: QPixmap) -> QPixmap:
    faded = QPixmap(pixmap.size())
    faded.setDevicePixelRatio(pixmap.devicePixelRatio())
    faded.fill(Qt.GlobalColor.transparent)
    painter = QPainter(faded)
    painter.setOpacity(0.4)
    painter.drawPixmap(0, 0, pixmap)
    painter.end()
    return faded
