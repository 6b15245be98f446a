"""The look as values: colours from `resources/themes/*.toml`, and the fonts that are shipped."""

from __future__ import annotations

import re
from dataclasses import dataclass, fields
from functools import lru_cache
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFont, QFontDatabase, QGuiApplication, QPalette

from postdesk.core.resources import resource

UI_FAMILY = "Inter"
TEXT_FAMILY = "Post Desk Text"
PAGE_FAMILY = "Source Serif 4"
CODE_FAMILY = "JetBrains Mono"
_PAGE_FILES = "SourceSerif4"


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
    values = read_theme(resource("themes/dark.toml" if dark else "themes/light.toml").read_text("utf-8"))
    return Theme(**{f.name: values[f.name] for f in fields(Theme)})


def read_theme(text: str) -> dict[str, Any]:
    """The texts and truth values of a theme file, by name. It is TOML, of which themes use what stands on a line of
    its own; the parser for all of TOML takes longer to load than a theme to read."""
    return {
        found["name"]: found["truth"] == "true" if found["truth"] else found["text"]
        for found in _VALUE.finditer(text)
    }


_VALUE = re.compile(r'^(?P<name>\w+) = (?:"(?P<text>[^"\\\n]*)"|(?P<truth>true|false))$', re.MULTILINE)


def wants_dark(theme: str) -> bool:
    """Whether a setting ("system", "light", "dark") means the dark theme now."""
    if theme == "system":
        return QGuiApplication.styleHints().colorScheme() is Qt.ColorScheme.Dark
    return theme == "dark"


def load_fonts() -> None:
    """Make the window's shipped fonts known to Qt; a missing file leaves the system's font in its place."""
    for path in sorted(resource("fonts").glob("*.ttf")):
        if not path.name.startswith(_PAGE_FILES):
            QFontDatabase.addApplicationFont(str(path))


@lru_cache(maxsize=1)
def load_page_fonts() -> None:
    """Make the face of the simpler preview known, once; the full one reads the files by itself."""
    for path in sorted(resource("fonts").glob(_PAGE_FILES + "*.ttf")):
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
