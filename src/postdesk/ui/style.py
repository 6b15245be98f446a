"""The one style sheet of the window (`resources/themes/window.qss`), filled with the theme's colours.

A widget says what it is by its object name or its property `kind`; the sheet says what that looks like.
Object names (`setObjectName`):

    header  sidebar  statusBar  details    the grounds and lines of the window's parts
    blogSwitcher  blogName  blogAddress    the blog on top of the sidebar (a button, two QLabels)
    search                                 QLineEdit with rounded corners
    posts                                  QListView; its delegate draws the rows (theme.pick, theme.hover)
    outbox                                 the line at the sidebar's foot (QPushButton or QFrame)
    state, statusDot                       the header's QLabels; the dot's property level = ok | warn | bad
    backup                                 the status bar's QPushButton; property level = warn
    editor  title  text  findBar           the editor's own
    toast  popover  palette                floating QFrames; the palette holds
    paletteField  paletteList              a QLineEdit and a QListView

Properties (`setProperty("kind", ...)` before the widget is shown; call `restyle(widget)` after a change):

    QPushButton, QToolButton   kind = primary | quiet | tab | icon | link | toast | danger | row | chip
                               (tab, icon, row may be checkable; primary may have a menu: MenuButtonPopup)
    QLabel                     kind = heading | subheading | field (small, soft) | soft | small | faint | warn
                               | bad | good | chip
    QFrame                     kind = banner with level = note | warn | bad; chip; card; popover; line (1 px);
                               passage (of two versions) with level = added | removed | out and current = "true"
    QLineEdit, QPlainTextEdit, QTextEdit, QComboBox, spin boxes, QDateTimeEdit
                               rounded boxes by themselves; kind = bare takes the box away;
                               invalid = "true" draws it in the bad colour

A ring of the accent colour shows which control has the keyboard. Buttons should take it from Tab only
(`Qt.FocusPolicy.TabFocus`), so that no ring follows the mouse. A subclass of QWidget with a ground of its own
needs `Qt.WidgetAttribute.WA_StyledBackground`. Font families are set on the application and on widgets, not
in the sheet, so that the writer's text size reaches the editor.
"""

from __future__ import annotations

from dataclasses import asdict
from string import Template

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from postdesk.core.resources import resource
from postdesk.ui.theme import Theme


def stylesheet(theme: Theme) -> str:
    """The whole sheet in the theme's colours, for `QApplication.setStyleSheet`. Raises OSError."""
    words = {name: _qss(value) for name, value in asdict(theme).items() if isinstance(value, str)}
    words["name"] = "dark" if theme.dark else "light"
    words["marks"] = resource("themes/marks").as_posix()
    return Template(resource("themes/window.qss").read_text("utf-8")).substitute(words)


def restyle(widget: QWidget) -> None:
    """Looks the widget's style up again after one of its properties changed."""
    if not widget.testAttribute(Qt.WidgetAttribute.WA_WState_Polished):
        return  # it was never shown, and its style is looked up then
    widget.style().unpolish(widget)
    widget.style().polish(widget)


def _qss(colour: str) -> str:
    """The colour as Qt's sheets write it: the alpha of "#rrggbbaa" comes first there."""
    return f"#{colour[7:9]}{colour[1:7]}" if len(colour) == 9 and colour.startswith("#") else colour
