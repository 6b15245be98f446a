"""The look: colours that can be read, icons in any colour and sharpness, one sheet that Qt understands."""

from __future__ import annotations

import dataclasses
import re
import tomllib
from pathlib import Path

import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QColor, QIcon, QPalette
from PySide6.QtWidgets import QApplication, QComboBox, QLabel, QPushButton, QToolButton, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from postdesk.core.resources import resource
from postdesk.ui import icons
from postdesk.ui.icons import icon
from postdesk.ui.style import restyle, stylesheet
from postdesk.ui.theme import Theme, load_theme, palette, read_theme

BOTH = pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])


def luminance(colour: str) -> float:
    """Relative luminance, WCAG 2.2."""
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    r, g, b = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@BOTH
def test_a_theme_file_says_what_toml_makes_of_it(dark: bool) -> None:
    text = resource("themes/dark.toml" if dark else "themes/light.toml").read_text("utf-8")
    values = tomllib.loads(text)
    assert read_theme(text) == {"name": values["name"], "dark": values["dark"], **values["colors"]}


@BOTH
def test_every_colour_is_in_the_theme_file(dark: bool) -> None:
    theme = load_theme(dark)
    assert theme.dark is dark
    for role in dataclasses.fields(Theme):
        if role.name not in ("name", "dark"):
            assert re.fullmatch(r"#[0-9a-f]{6}([0-9a-f]{2})?", getattr(theme, role.name)), role.name


@BOTH
@pytest.mark.parametrize(
    ("ink", "ground"),
    [
        *[
            ("ink", ground)
            for ground in ("paper", "side", "hover", "pick", "warn_ground", "bad_ground", "select", "mark")
        ],
        *[("soft", ground) for ground in ("paper", "side", "hover", "pick")],
        ("faint", "paper"),
        *[("accent", ground) for ground in ("paper", "side", "pick")],
        *[("link", ground) for ground in ("paper", "side")],
        ("warn", "warn_ground"),
        ("warn", "side"),
        ("bad", "bad_ground"),
        ("bad", "paper"),
        ("code", "code_ground"),
        ("accent_ink", "accent"),
        ("accent_ink", "accent_hover"),
        ("toast_ink", "toast"),
    ],
)
def test_text_can_be_read_on_its_ground(dark: bool, ink: str, ground: str) -> None:
    theme = load_theme(dark)
    assert contrast(getattr(theme, ink), getattr(theme, ground)) >= 4.5


@BOTH
def test_the_palette_has_the_theme_s_colours(dark: bool) -> None:
    theme = load_theme(dark)
    shown = palette(theme)
    assert shown.color(QPalette.ColorRole.Base) == QColor(theme.paper)
    assert shown.color(QPalette.ColorRole.Text) == QColor(theme.ink)
    assert shown.color(QPalette.ColorGroup.Disabled, QPalette.ColorRole.Text) == QColor(theme.faint)


@pytest.fixture
def square(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A drawing that fills its square, in place of the shipped ones."""
    (tmp_path / "icons").mkdir()
    (tmp_path / "icons" / "square.svg").write_text(
        '<svg xmlns="http://www.w3.org/2000/svg" width="24" height="24" viewBox="0 0 24 24" fill="none"'
        ' stroke="currentColor" stroke-width="24"><path d="M0 12h24"/></svg>'
    )
    (tmp_path / "icons" / "broken.svg").write_text("this is no drawing")
    monkeypatch.setattr(icons, "resource", lambda name: tmp_path / name)
    return "square"


def colour_of(shown: QIcon, size: int, ratio: float, mode: QIcon.Mode, state: QIcon.State) -> QColor:
    pixmap = shown.pixmap(QSize(size, size), ratio, mode, state)
    assert pixmap.size() == QSize(round(size * ratio), round(size * ratio))
    return pixmap.toImage().pixelColor(pixmap.width() // 2, pixmap.height() // 2)


def test_an_icon_has_the_colour_asked_for_and_another_while_checked(qapp: QApplication, square: str) -> None:
    shown = icon(square, "#64615b", active="#2f6f5e", size=18)
    for ratio in (1.0, 2.0):
        assert colour_of(shown, 18, ratio, QIcon.Mode.Normal, QIcon.State.Off) == QColor("#64615b")
        assert colour_of(shown, 18, ratio, QIcon.Mode.Normal, QIcon.State.On) == QColor("#2f6f5e")


def test_a_disabled_icon_is_fainter(qapp: QApplication, square: str) -> None:
    shown = icon(square, "#64615b", size=18)
    assert colour_of(shown, 18, 1.0, QIcon.Mode.Disabled, QIcon.State.Off).alphaF() == pytest.approx(
        0.4, abs=0.01
    )


@pytest.mark.parametrize("name", ["not-there", "broken"])
@pytest.mark.usefixtures("square")
def test_an_icon_that_is_missing_or_broken_leaves_the_button_working(
    qtbot: QtBot, name: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    button = QPushButton("New post")
    qtbot.addWidget(button)
    button.setIcon(icon(name, "#64615b"))
    button.show()
    assert button.text() == "New post"
    assert icons.picture(name, "#64615b", 18, 2.0).width() == 36


@BOTH
def test_the_sheet_is_whole_and_qt_understands_it(qtbot: QtBot, dark: bool) -> None:
    """Qt logs a line it cannot parse as a warning, and a warning fails the test."""
    sheet = stylesheet(load_theme(dark))
    assert "$" not in sheet
    for path in re.findall(r"url\((.*?)\)", sheet):
        assert Path(path).is_file(), path
    window = QWidget()
    qtbot.addWidget(window)
    rows = QVBoxLayout(window)
    for widget in (QPushButton("Publish"), QToolButton(), QComboBox(), QLabel("Draft, saved")):
        rows.addWidget(widget)
    window.setStyleSheet(sheet)
    window.show()
    window.grab()


def test_a_primary_button_is_painted_in_the_accent_colour(qtbot: QtBot) -> None:
    theme = load_theme(False)
    button = QPushButton("")
    qtbot.addWidget(button)
    button.setStyleSheet(stylesheet(theme))
    button.resize(80, 40)
    button.show()
    assert button.grab().toImage().pixelColor(40, 20) == QColor(theme.paper)
    button.setProperty("kind", "primary")
    restyle(button)
    assert button.grab().toImage().pixelColor(40, 20) == QColor(theme.accent)


def test_the_shipped_themes_are_found(qapp: QApplication) -> None:
    assert resource("themes/light.toml").is_file()
    assert resource("themes/window.qss").is_file()
