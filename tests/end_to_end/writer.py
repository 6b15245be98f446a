"""A writer at the real window: she types, clicks, reads what she is told, closes the window and opens it again.

Keys and clicks go to the widgets as Qt's own events; nothing behind the window is called but to wait for it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import shiboken6
from PySide6.QtCore import QCoreApplication, QEvent, QMimeData, QPoint, Qt, QUrl
from PySide6.QtGui import QGuiApplication, QImage, QKeyEvent, QLinearGradient, QPainter
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFrame, QLabel, QPushButton, QWidget

from postdesk.app import Opened, library_folder, open_library, open_window
from postdesk.core.folders import Folders
from postdesk.core.settings import load_settings
from postdesk.ui.accounts import AccountDialog
from postdesk.ui.controller import Controller
from postdesk.ui.window import MainWindow

PATIENCE = 40_000  # ms that anything may take on a busy machine
_TURN = 15  # ms between two looks

# The part of a sentence that says what is safe or went out, by what such parts hold.
_WHETHER_OUT = re.compile(
    r"(?i)nothing (of it )?(was|is|goes|went)|did not go out|no password was sent|was not kept|may or may not|"
    r"text is safe|not affected|keeps every|stays?\b|not written over|nowhere on the disk"
)


class Writer:
    """She and her window. `said` is every sentence that a toast showed her so far."""

    def __init__(self, application: QApplication, folders: Folders) -> None:
        self.application = application
        self.folders = folders
        self.said: list[str] = []
        self._opened: Opened | None = None
        self._heard = 0

    # --- the window ---

    def open(self, *files: Path) -> None:
        """Start the program, and wait until a post can be typed into."""
        settings = load_settings(self.folders)
        library = open_library(self.folders, library_folder(self.folders, settings))
        opened = open_window(self.application, self.folders, settings, library, [str(f) for f in files])
        self.take(opened)
        self.until(lambda: opened.controller is not None, "the window to be painted")
        self.until(lambda: self.desk.session.document is not None, "a post to be open")
        opened.window.activateWindow()
        self.until(opened.window.isActiveWindow, "the window to have the keyboard")

    def take(self, opened: Opened) -> None:
        """Sit down at a window that was opened for her."""
        self._opened = opened
        opened.window.toasts.shown.connect(self.said.append)
        opened.window.toasts.lasts = PATIENCE  # she reads slowly

    @property
    def is_open(self) -> bool:
        """Whether she has a window."""
        return self._opened is not None

    def close(self) -> None:
        """Close the window, as at the end of the day."""
        opened, self._opened = self._opened, None
        if opened is None:
            return
        opened.window.close()
        opened.close()
        # The program would end here. What its tasks still have to say is for nobody.
        for gone in (opened.instance, opened.window, opened.tasks):
            if gone is not None:
                shiboken6.delete(gone)
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)

    @property
    def desk(self) -> Controller:
        """The controller, for waiting and for looking at."""
        assert self._opened is not None
        assert self._opened.controller is not None
        return self._opened.controller

    @property
    def window(self) -> MainWindow:
        """The window itself."""
        assert self._opened is not None
        return self._opened.window

    @property
    def file(self) -> Path:
        """The file of the open post."""
        assert self.desk.session.document is not None
        return self.desk.session.document.path

    # --- time ---

    def until(self, true: Callable[[], object], what: str = "it", patience: int = PATIENCE) -> None:
        """Wait, with the window alive, until `true()`; an assertion that names `what` when it never is."""
        waited = 0
        while not true():
            assert waited < patience, f"Waited in vain for {what}. She was told: {self.said}"
            QTest.qWait(_TURN)
            waited += _TURN

    def until_saved(self) -> None:
        """Wait until everything typed is in the file, and the file has the name that it gets by the title."""
        self.until(lambda: not self.desk.session.is_dirty, "the text to be saved")
        self.until_idle()

    def until_idle(self) -> None:
        """Wait until no task runs."""
        assert self._opened is not None
        tasks = self._opened.tasks
        self.until(lambda: tasks.busy == 0, "everything to be done")

    # --- keys ---

    def type(self, text: str, into: QWidget | None = None) -> None:
        """Press the keys for `text`, wherever the keyboard is, or in `into`."""
        if into is not None:
            into.setFocus()
        for letter in text:
            target = into or self.window.focusWidget()
            assert target is not None
            key, words = (Qt.Key.Key_Return, "\r") if letter == "\n" else (Qt.Key.Key_unknown, letter)
            for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
                event = QKeyEvent(kind, key, Qt.KeyboardModifier.NoModifier, words)
                QCoreApplication.sendEvent(target, event)
        QTest.qWait(1)

    def new_post(self, title: str, text: str) -> None:
        """Press the button for a new post and type it."""
        before = self.file
        self.click(self.window.header.tool("new"))
        self.until(lambda: self.file != before, "the new post")
        self.until(self.desk.editor.title_field.hasFocus, "the keyboard in its title")
        self.type(title + "\n" + text)
        assert self.desk.editor.title() == title

    def go_to(self, words: str) -> None:
        """Put the cursor right after these words of the text, as a click there does."""
        at = self.desk.editor.body().index(words) + len(words)
        self.desk.editor.focus_text()
        self.desk.editor.set_cursor(at)

    def replace(self, old: str, new: str) -> None:
        """Take a word back with Backspace and type another one."""
        self.go_to(old)
        for _letter in old:
            QTest.keyClick(self.desk.editor.text, Qt.Key.Key_Backspace)
        self.type(new)

    def paste_picture(self, path: Path, alt: str, caption: str) -> None:
        """Paste a picture file where the cursor is, and type its description and caption."""
        paste = QMimeData()
        paste.setUrls([QUrl.fromLocalFile(str(path))])
        QGuiApplication.clipboard().setMimeData(paste)
        QTest.keyClick(self.desk.editor.text, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
        self.until(lambda: "![" in self.desk.editor.body(), "the picture to be in the text")
        QGuiApplication.clipboard().clear()
        self.go_to("![")
        self.type(alt)
        body = self.desk.editor.body()
        end = body.index(")", body.index("![" + alt + "]("))
        self.desk.editor.set_cursor(end)
        self.type(f' "{caption}"')

    # --- the mouse ---

    def click(self, widget: QWidget) -> None:
        """Click on a widget that she can see and press."""
        assert widget.isVisible(), f"{widget.accessibleName() or widget} is not shown"
        assert widget.isEnabled(), f"{widget.accessibleName() or widget} cannot be pressed"
        QTest.mouseClick(widget, Qt.MouseButton.LeftButton, pos=QPoint(9, widget.height() // 2))
        QTest.qWait(1)

    def choose(self, name: str) -> None:
        """Choose a command of the menus."""
        action = self.desk.actions.action(name)
        self.until(action.isEnabled, f"“{action.text()}” to be possible")
        action.trigger()

    def press_publish(self) -> None:
        """The one button, whatever it says."""
        publish, button = self.window.header.publish, self.window.header.publish.main
        self.until(lambda: button.isEnabled() and not publish.running, "the button to be possible")
        self.click(button)

    def publish(self) -> None:
        """The button, and then the one of the popover."""
        assert self.button == "Publish"
        self.press_publish()
        popover = self.desk.popover
        self.until(lambda: popover.is_ready, f"the popover to be ready, not {self.remarks}")
        self.click(next(b for b in popover.findChildren(QPushButton) if b.text() == "Publish now"))

    def banner_button(self, label: str) -> QPushButton:
        """A button of the notice above the text."""
        return next(b for b in self.desk.editor.banners.buttons if b.text() == label)

    def press_in_toast(self, label: str) -> None:
        """A button of the toast that is shown."""
        self.until(lambda: any(b.text() == label for b in self.window.toasts.buttons), f"“{label}”")
        self.click(next(b for b in self.window.toasts.buttons if b.text() == label))

    def press_in_popover(self, label: str) -> None:
        """A button or a way out of the popover that is open."""
        buttons = self.desk.popover.findChildren(QPushButton)
        self.click(next(b for b in buttons if b.text() == label and b.isVisible()))

    # --- what she sees ---

    @property
    def button(self) -> str:
        """What the one button says."""
        return self.window.header.publish.main.text()

    @property
    def state(self) -> str:
        """What the header says."""
        return self.window.header.state.text()

    @property
    def remarks(self) -> list[str]:
        """The popover's lines."""
        return [label.text() for label in self.desk.popover.findChildren(QLabel) if label.isVisible()]

    @property
    def banner(self) -> str:
        """The notice above the text."""
        rows = self.desk.editor.banners.findChildren(QFrame)
        return " ".join(r.accessibleName() for r in rows if r.isVisible() and r.accessibleName())

    @property
    def words(self) -> str:
        """The text in the editor."""
        return self.desk.editor.body()

    def hears(self, *words: str) -> str:
        """Wait for a toast with all these words and return its sentence; those read before are closed by Escape."""
        found: list[str] = []
        if self.window.toasts.isVisible() and self._heard == len(self.said):
            QTest.keyClick(self.window.toasts, Qt.Key.Key_Escape)

        def there() -> bool:
            while self._heard < len(self.said):
                sentence = self.said[self._heard]
                self._heard += 1
                if all(w in sentence for w in words):
                    found.append(sentence)
                    return True
                QTest.keyClick(self.window.toasts, Qt.Key.Key_Escape)
            return False

        self.until(there, f"a toast with {words}")
        return found[0]

    # --- blogs ---

    def ask_for_blog(self, address: str) -> AccountDialog:
        """Open the account window, paste an address and press Continue; wait for what comes."""
        self.choose("add_blog")
        dialog = self._dialog()
        dialog.address.setText(address)
        self.click(dialog.next)
        self.until(dialog.next.isEnabled, "the blog to be looked for")
        return dialog

    def sign_in(self, dialog: AccountDialog, user: str, password: str) -> str:
        """Type who she is and press Add; the sentence that refuses it, "" when the blog was added."""
        self.type(user, dialog.user)
        self.type(password, dialog.password)
        dialog.default.setChecked(True)
        self.click(dialog.saver)
        self.until(lambda: not dialog.isVisible() or dialog.saver.isEnabled(), "the blog's answer")
        return self.answer(dialog) if dialog.isVisible() else ""

    def add_blog(self, address: str, user: str, password: str) -> None:
        """All of it, for a blog that is there and a password that is right."""
        before = len(self.desk.desk.accounts.all())
        dialog = self.ask_for_blog(address)
        if dialog.agree.isVisible():
            assert "not encrypted" in self.answer(dialog)
            self.click(dialog.agree)
        assert self.sign_in(dialog, user, password) == ""
        self.until(lambda: len(self.desk.desk.accounts.all()) > before, "the blog in the list")
        self.until_idle()

    def answer(self, dialog: AccountDialog) -> str:
        """What the account window says at its foot."""
        kinds = ("good", "bad", "warn")
        return " ".join(
            label.text()
            for label in dialog.findChildren(QLabel)
            if label.isVisible() and label.text() and label.property("kind") in kinds
        )

    def _dialog(self) -> AccountDialog:
        found = [d for d in self.window.findChildren(AccountDialog) if d.isVisible()]
        assert len(found) == 1
        return found[0]


def has_three_parts(sentence: str) -> bool:
    """Whether a sentence says what happened, whether anything went out or is lost, and what to do: at least three
    of them, one that is about what went out."""
    sentences = [s for s in re.split(r"(?<=[.!?])\s+", sentence) if s]
    return len(sentences) >= 3 and any(_WHETHER_OUT.search(s) for s in sentences)


def draw_picture(path: Path, *, width: int = 640, height: int = 360, colour: int = 0x6C93A0) -> Path:
    """A picture of our own in the file `path`, by its ending."""
    image = QImage(width, height, QImage.Format.Format_RGB32)
    painter = QPainter(image)
    ground = QLinearGradient(0, 0, width, height)
    ground.setColorAt(0, colour)
    ground.setColorAt(1, 0xE5D9B6)
    painter.fillRect(0, 0, width, height, ground)
    painter.end()
    assert image.save(str(path))
    return path
