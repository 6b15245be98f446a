"""The look as values: colours from `resources/themes/*.toml`, and the fonts that are shipped."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, fields

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFont, QFontDatabase, QGuiApplication, QPalette

from postdesk.core.resources import resource

UI_FAMILY = "Inter"
TEXT_FAMILY = "Post Desk Text"
PAGE_FAMILY = "Source Serif 4"
CODE_FAMILY = "JetBrains Mono"


@dataclass(frozen=True, slots=True)
class Theme:
    """Every colour by its role, as "#rrggbb" or "#rrggbbaa"."""

    name: str
    dark: bool
    paper: str
    side: str
    line: str
    ink: str
    soft: str
    faint: str
    accent: str
    accent_ink: str
    accent_hover: str
    pick: str
    hover: str
    quote: str
    quote2: str
    warn: str
    warn_ground: str
    bad: str
    bad_ground: str
    good: str
    link: str
    mark: str
    added: str
    removed: str
    select: str
    code: str
    code_ground: str
    toast: str
    toast_ink: str
    shadow: str
    thumb: str


def load_theme(dark: bool) -> Theme:
    """The shipped light or dark theme."""
    values = tomllib.loads(resource("themes/dark.toml" if dark else "themes/light.toml").read_text("utf-8"))
    known = {f.name for f in fields(Theme)}
    return Theme(values["name"], values["dark"], **{k: v for k, v in values["colors"].items() if k in known})


def wants_dark(theme: str) -> bool:
    """Whether a setting ("system", "light", "dark") means the dark theme now."""
    if theme == "system":
        return QGuiApplication.styleHints().colorScheme() is Qt.ColorScheme.Dark
    return theme == "dark"


def load_fonts() -> None:
    """Make the shipped fonts known to Qt; a missing file leaves the system's font in its place."""
    for path in sorted(resource("fonts").rglob("*.ttf")):
        QFontDatabase.addApplicationFont(str(path))


def ui_font(size: float = 13.0, weight: QFont.Weight = QFont.Weight.Normal) -> QFont:
    """The window's own face; `size` in device-independent px."""
    font = QFont(UI_FAMILY)
    font.setPixelSize(round(size))
    font.setWeight(weight)
    return font


def palette(theme: Theme) -> QPalette:
    """Qt's palette in the theme's colours, so that every stock widget fits."""
    shown = QPalette()
    role = QPalette.ColorRole
    colours = {
        role.Window: theme.paper,
        role.WindowText: theme.ink,
        role.Base: theme.paper,
        role.AlternateBase: theme.side,
        role.Text: theme.ink,
        role.Button: theme.side,
        role.ButtonText: theme.ink,
        role.BrightText: theme.bad,
        role.Highlight: theme.select,
        role.HighlightedText: theme.ink,
        role.Link: theme.link,
        role.LinkVisited: theme.link,
        role.PlaceholderText: theme.faint,
        role.ToolTipBase: theme.toast,
        role.ToolTipText: theme.toast_ink,
        role.Light: theme.paper,
        role.Midlight: theme.line,
        role.Mid: theme.line,
        role.Dark: theme.line,
        role.Shadow: theme.line,
        role.Accent: theme.accent,
    }
    for which, value in colours.items():
        shown.setColor(which, QColor(value))
    for which in (role.Text, role.WindowText, role.ButtonText):
        shown.setColor(QPalette.ColorGroup.Disabled, which, QColor(theme.faint))
    return shown
