"""The main window: sidebar, header over editor, preview and details, status bar; toast and palette float above.

It is told everything by methods and values, and what the writer does goes out as signals: of the table of actions
(`actions.triggered`), of the sidebar, the header and the status bar. It carries out itself only what is its own: panes,
focus mode, full screen, moving the keyboard, the palette, and undo, cut, copy and paste where the keyboard is.

Long because showing panes and moving the keyboard are one matter here: they share the same few fields, and a pane that
goes hands its keyboard on. The arithmetic of the panes is in `panes.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QByteArray, QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QKeyEvent, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import (
    QApplication,
    QHBoxLayout,
    QMainWindow,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from postdesk.core.language import _
from postdesk.ui.actions import Actions
from postdesk.ui.header import Header
from postdesk.ui.panes import LEAST, asked, fitting, shares
from postdesk.ui.sidebar import Sidebar
from postdesk.ui.status import StatusBar
from postdesk.ui.theme import Theme

if TYPE_CHECKING:
    from postdesk.ui.palette import Palette
    from postdesk.ui.toast import Toasts

PANES = ("sidebar", "preview", "details")
_EDITING = {
    "undo": "undo",
    "redo": "redo",
    "cut": "cut",
    "copy": "copy",
    "paste": "paste",
    "select_all": "selectAll",
}


class MainWindow(QMainWindow):
    """`closing`: the window is about to close; whoever listens saves. Before, `holds` is asked whether it stays for
    now, which it says to her itself. `left` and `came_back`: another
    window has the keyboard, and again this one. `first_painted`: she sees the window, once; what is slow to make can be
    made now. `panes_changed`: a pane was shown or hidden.
    """

    closing = Signal()
    left = Signal()
    came_back = Signal()
    first_painted = Signal()
    panes_changed = Signal()

    def __init__(
        self,
        actions: Actions,
        editor: QWidget,
        preview: QWidget,
        details: QWidget,
        theme: Theme,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("window")
        self.setWindowTitle("Post Desk")
        self.setMinimumSize(LEAST["editor"] + 60, 320)
        self.holds: Callable[[], bool] | None = None
        self.actions_table = actions
        self.editor, self.preview, self.details = editor, preview, details
        self.sidebar = Sidebar(actions, theme, self)
        self.header = Header(actions, theme, self)
        self.status = StatusBar(self)
        self._theme = theme
        self._wanted: tuple[str, ...] = ("preview", "sidebar")
        self._shown: set[str] = set()
        self._focus_mode = False
        self._painted = False
        self._arranging = False
        self._was_maximized = False
        self._side_width, self._details_width, self._editor_share = 272, 300, 0.5
        self._inner = QSplitter(Qt.Orientation.Horizontal)
        self._pages = QStackedWidget()
        self._outer = QSplitter(Qt.Orientation.Horizontal)
        self._central = QWidget(self)
        self._cover: QWidget | None = None
        self._lay()
        self._recent: list[str] = []
        self.menus = actions.fill(self.menuBar())
        self.addActions(actions.all())
        self._own: dict[str, Callable[[], object]] = {
            "focus_mode": lambda: self.set_focus_mode(actions.is_checked("focus_mode")),
            "full_screen": lambda: self.set_full_screen(actions.is_checked("full_screen")),
            "search_posts": self.go_to_search,
            "next_post": lambda: self.sidebar.step(1),
            "previous_post": lambda: self.sidebar.step(-1),
            "go_preview": self.go_to_preview,
            "next_pane": self.go_to_next_pane,
            "palette": lambda: self.palette_box.open_palette(),
            **{pane: partial(self._toggle, pane) for pane in PANES},
            **{name: partial(self._edit, slot) for name, slot in _EDITING.items()},
        }
        actions.triggered.connect(self._on_action)
        self.sidebar.left.connect(self.go_to_editor)
        self._inner.splitterMoved.connect(self._on_inner_moved)
        self._outer.splitterMoved.connect(self._on_outer_moved)
        self.resize(1200, 800)
        self._arrange()

    # --- what floats above, made at the first use ---

    @cached_property
    def toasts(self) -> Toasts:
        """What tells her something at the foot of the window."""
        from postdesk.ui.toast import Toasts

        return Toasts(self._central, self._theme)

    @cached_property
    def palette_box(self) -> Palette:
        """What finds commands and posts by a few letters."""
        from postdesk.ui.palette import Palette

        made = Palette(self._central, self.actions_table, self._theme)
        made.recent = self._recent
        return made

    def _made(self, *names: str) -> list[QWidget]:
        return [self.__dict__[name] for name in names if name in self.__dict__]

    # --- panes ---

    def show_pane(self, pane: str, on: bool) -> None:
        """Show or hide "sidebar", "preview" or "details". Where not all fit, the one shown longest ago gives way, and
        comes back when there is room.
        """
        self._wanted = asked(self._wanted, pane, on)
        if on and self._focus_mode:
            self.set_focus_mode(False)
        self._arrange()

    def shows(self, pane: str) -> bool:
        """Whether a pane is on the screen (as far as the window itself is)."""
        return pane in self._shown

    @property
    def focus_mode(self) -> bool:
        """Whether all but the text is hidden."""
        return self._focus_mode

    def set_focus_mode(self, on: bool) -> None:
        """Hide all but the text, or bring it back; Escape ends it."""
        if on == self._focus_mode:
            return
        self._focus_mode = on
        self._arrange()
        if on:
            self.go_to_editor()
            from postdesk.ui.toast import Toast

            keys = self.actions_table.action("focus_mode").shortcut().toString()
            self.toasts.say(
                Toast(_("Only the text. Escape or {keys} brings the rest back.").format(keys=keys))
            )

    def set_full_screen(self, on: bool) -> None:
        """Fill the screen, or go back to what the window was."""
        if on:
            self._was_maximized = self.isMaximized()
            self.showFullScreen()
        elif self._was_maximized:
            self.showMaximized()
        else:
            self.showNormal()
        self.actions_table.set_checked("full_screen", on)

    def set_cover(self, cover: QWidget | None) -> None:
        """Show one widget in the place of editor, preview and details, e.g. a conflict side by side; None ends it. The
        widget before it is given back to its owner, hidden.
        """
        if self._cover is not None and self._cover is not cover:
            self._pages.removeWidget(self._cover)
            self._cover.hide()
        self._cover = cover
        if cover is None:
            self._pages.setCurrentWidget(self._inner)
        else:
            self._pages.addWidget(cover)
            self._pages.setCurrentWidget(cover)

    @property
    def is_covered(self) -> bool:
        """Whether something stands in the place of editor, preview and details."""
        return self._cover is not None

    # --- what it is told ---

    def set_theme(self, theme: Theme) -> None:
        """Draw the window's own parts in other colours; the style sheet and the palette are the application's."""
        self._theme = theme
        for part in (
            self.sidebar,
            self.header,
            *self._made("toasts", "palette_box"),
            self.editor,
            self.preview,
            self.details,
        ):
            told = getattr(part, "set_theme", None)
            if callable(told):
                told(theme)
        self.update()

    def set_post_title(self, title: str) -> None:
        """The window's own title: the open post's, as plain text."""
        self.setWindowTitle(f"{title} · Post Desk" if title else "Post Desk")

    @property
    def theme(self) -> Theme:
        """The colours it is drawn in now."""
        return self._theme

    def state_values(self) -> dict[str, Any]:
        """Geometry, panes and recent commands as JSON values."""
        return {
            "geometry": bytes(self.saveGeometry().toBase64().data()).decode("ascii"),
            "panes": list(self._wanted),
            "sidebar_width": self._side_width,
            "details_width": self._details_width,
            "editor_share": self._editor_share,
            "recent_commands": list(self.palette_box.recent if self._made("palette_box") else self._recent),
        }

    def restore_values(self, values: Mapping[str, Any]) -> None:
        """Take what `state_values` gave, at this start or years ago; whatever is missing or broken is left as it is."""
        geometry = values.get("geometry")
        if isinstance(geometry, str):
            self.restoreGeometry(QByteArray.fromBase64(geometry.encode("ascii", "ignore")))
        panes = values.get("panes")
        if isinstance(panes, list):
            self._wanted = tuple(dict.fromkeys(pane for pane in panes if pane in PANES))
        self._side_width = _number(values.get("sidebar_width"), LEAST["sidebar"], 420, self._side_width)
        self._details_width = _number(values.get("details_width"), LEAST["details"], 460, self._details_width)
        share = values.get("editor_share")
        if isinstance(share, float) and 0.2 <= share <= 0.8:
            self._editor_share = share
        recent = values.get("recent_commands")
        if isinstance(recent, list):
            self._recent = [name for name in recent if isinstance(name, str)][:12]
            if self._made("palette_box"):
                self.palette_box.recent = self._recent
        self._arrange()

    # --- where the keyboard goes ---

    def go_to_editor(self) -> None:
        """Into the text."""
        _enter(self.editor)

    def go_to_preview(self) -> None:
        """Into the preview, which is shown for it."""
        self._reveal("preview")
        _enter(self.preview)

    def go_to_search(self) -> None:
        """Into the search field; the sidebar is shown for it."""
        self._reveal("sidebar")
        self.sidebar.go_to_search()

    def go_to_next_pane(self) -> None:
        """From list to text, preview, details, toast, and round again."""
        stops: list[tuple[QWidget, Callable[[], object]]] = [(self.editor, self.go_to_editor)]
        if self.shows("sidebar"):
            there = self.sidebar.list if self.sidebar.list.isVisible() else self.sidebar.search
            stops.insert(0, (self.sidebar, lambda: there.setFocus(Qt.FocusReason.ShortcutFocusReason)))
        if self.shows("preview"):
            stops.append((self.preview, self.go_to_preview))
        if self.shows("details"):
            stops.append((self.details, lambda: _enter(self.details)))
        if self._made("toasts") and self.toasts.isVisible() and self.toasts.buttons:
            stops.append((self.toasts, self.toasts.take_keyboard))
        if not self._focus_mode:
            stops.append(
                (self.header, lambda: self.header.publish.main.setFocus(Qt.FocusReason.TabFocusReason))
            )
        focused: QWidget | None = QApplication.focusWidget()
        inside = [place for place, (part, _go) in enumerate(stops) if _holds(part, focused)]
        for step in range(1, len(stops) + 1):
            stops[((inside[0] if inside else -1) + step) % len(stops)][1]()
            if QApplication.focusWidget() is not focused:
                return

    # --- what Qt tells ---

    def closeEvent(self, event: QCloseEvent) -> None:
        """Qt tells."""
        if self.holds is not None and self.holds():
            event.ignore()
            return
        self.closing.emit()
        event.accept()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Qt tells."""
        super().resizeEvent(event)
        self._arrange()

    def changeEvent(self, event: QEvent) -> None:
        """Qt tells that the window came to the front or left it, or fills the screen by the system's own key."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.ActivationChange:
            (self.came_back if self.isActiveWindow() else self.left).emit()
        elif event.type() == QEvent.Type.WindowStateChange:
            self.actions_table.set_checked("full_screen", self.isFullScreen())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape that nobody else wanted ends focus mode, then full screen."""
        if event.key() == Qt.Key.Key_Escape and self._focus_mode:
            self.set_focus_mode(False)
        elif event.key() == Qt.Key.Key_Escape and self.isFullScreen():
            self.set_full_screen(False)
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Qt asks; the first time is told to whoever waits for it."""
        super().paintEvent(event)
        self._say_painted()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The central widget may cover the window's own ground, which is then never painted."""
        if event.type() == QEvent.Type.Paint:
            self._say_painted()
        return False

    # --- how ---

    def _say_painted(self) -> None:
        if not self._painted:
            self._painted = True
            self._central.removeEventFilter(self)
            QTimer.singleShot(0, self, self.first_painted.emit)

    def _lay(self) -> None:
        for part in (self.editor, self.preview, self.details):
            self._inner.addWidget(part)
        for place, stretch in enumerate((1, 1, 0)):
            self._inner.setStretchFactor(place, stretch)
            self._inner.setCollapsible(place, False)
        self.editor.setMinimumWidth(LEAST["editor"] - 40)
        self.preview.setMinimumWidth(LEAST["preview"] - 40)
        self.details.setMinimumWidth(LEAST["details"] - 20)
        self.details.setMaximumWidth(460)
        self._pages.addWidget(self._inner)
        right = QWidget()
        column = QVBoxLayout(right)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.header)
        column.addWidget(self._pages, 1)
        self._outer.addWidget(self.sidebar)
        self._outer.addWidget(right)
        self._outer.setStretchFactor(1, 1)
        self.sidebar.setMinimumWidth(LEAST["sidebar"] - 20)
        self.sidebar.setMaximumWidth(420)
        for splitter in (self._inner, self._outer):
            splitter.setHandleWidth(1)  # Qt gives so thin a line a wider place to grab
            splitter.setChildrenCollapsible(False)
        central = self._central
        row = QHBoxLayout()
        row.addWidget(self._outer)
        whole = QVBoxLayout(central)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addLayout(row, 1)
        whole.addWidget(self.status)
        central.installEventFilter(self)
        self.setCentralWidget(central)

    def _arrange(self) -> None:
        """Show what is wanted and fits, each as wide as she last had it."""
        if self._arranging:
            return
        self._arranging = True
        before, focused = self._shown, QApplication.focusWidget()
        self._shown = set() if self._focus_mode else fitting(self._wanted, self.width())
        self.sidebar.setVisible("sidebar" in self._shown)
        self.preview.setVisible("preview" in self._shown)
        self.details.setVisible("details" in self._shown)
        self.header.setVisible(not self._focus_mode)
        self.status.setVisible(not self._focus_mode)
        if not self.menuBar().isNativeMenuBar():
            self.menuBar().setVisible(not self._focus_mode)
        side = min(self._side_width, max(LEAST["sidebar"], self.width() - self._least_right()))
        side = side if "sidebar" in self._shown else 0
        self._outer.setSizes([side, self.width() - side])
        self._inner.setSizes(
            shares(self.width() - side, self._editor_share, self._shown, self._details_width)
        )
        for pane in PANES:
            self.actions_table.set_checked(pane, pane in self._shown)
        self.actions_table.set_checked("focus_mode", self._focus_mode)
        self._arranging = False
        if (
            self.isVisible()
            and focused is not None
            and not focused.isVisible()
            and self.isAncestorOf(focused)
        ):
            self.go_to_editor()  # the keyboard is never in a pane that is gone
        if before != self._shown:
            self.panes_changed.emit()

    def _least_right(self) -> int:
        return LEAST["editor"] + sum(LEAST[pane] for pane in self._shown - {"sidebar"})

    def _toggle(self, pane: str) -> None:
        self.show_pane(pane, self.actions_table.is_checked(pane))

    def _reveal(self, pane: str) -> None:
        if not self.shows(pane):
            self.show_pane(pane, True)

    def _on_inner_moved(self) -> None:
        editor, preview, details = self._inner.sizes()
        if details:
            self._details_width = details
        if preview:
            self._editor_share = min(0.8, max(0.2, editor / (editor + preview)))

    def _on_outer_moved(self) -> None:
        self._side_width = self._outer.sizes()[0]
        self._arrange()

    def _on_action(self, name: str) -> None:
        own = self._own.get(name)
        if own is not None:
            own()

    def _edit(self, slot: str) -> None:
        """Undo, cut, copy and paste work where the keyboard is, outwards to the first widget that knows how."""
        widget: QWidget | None = QApplication.focusWidget()
        while widget is not None and widget is not self:
            done = getattr(widget, slot, None)
            if callable(done):
                done()
                return
            widget = widget.parentWidget()


def _enter(pane: QWidget) -> None:
    """Give a pane the keyboard: it, or the first of its parts that takes it."""
    if pane.focusPolicy() != Qt.FocusPolicy.NoFocus or pane.focusProxy() is not None:
        pane.setFocus(Qt.FocusReason.ShortcutFocusReason)
        return
    for part in pane.findChildren(QWidget):
        if part.isVisible() and part.isEnabled() and part.focusPolicy() & Qt.FocusPolicy.TabFocus:
            part.setFocus(Qt.FocusReason.ShortcutFocusReason)
            return


def _holds(part: QWidget, focused: QWidget | None) -> bool:
    return focused is not None and (part is focused or part.isAncestorOf(focused))


def _number(value: object, least: int, most: int, otherwise: int) -> int:
    return value if isinstance(value, int) and least <= value <= most else otherwise
