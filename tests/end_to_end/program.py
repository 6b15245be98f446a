"""The program as a process of its own, typed into by the X server itself (XTest), and ended by SIGKILL.

Run as a module it is that process: the real program, that says on standard output once a post can be typed into,
and what its editor shows then. The keys come from the X server, as from a keyboard.
"""

from __future__ import annotations

import ctypes
import ctypes.util
import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_START_S = 60.0  # on a busy machine

_POINTER = ctypes.c_void_p
_WINDOW = ctypes.c_ulong
_REVERT_TO_PARENT = 2
_RETURN = 0xFF0D
_DECIDING = "POSTDESK_TEST_DECIDING"


@dataclass(frozen=True, slots=True)
class Ready:
    """What the program says once a post is open: the title and text in its editor, and its window's X id."""

    title: str
    body: str
    window: int


class Program:
    """A running window. `ready` is what it showed at its start."""

    def __init__(self, home: Path, *files: Path, deciding: str = "") -> None:
        """Start it, and wait until it can be typed into; with `deciding` until she has typed a few words, another
        program has written that in place of the post's last line, and both versions are side by side."""
        environment = {
            **os.environ,
            "POSTDESK_HOME": str(home),
            "QT_QPA_PLATFORM": "xcb",
            _DECIDING: deciding,
        }
        self._complaints = tempfile.TemporaryFile("w+", encoding="utf-8")  # noqa: SIM115  # closed by `kill`
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.end_to_end.program", *map(str, files)],
            stdout=subprocess.PIPE,
            stderr=self._complaints,
            text=True,
            env=environment,
            cwd=Path(__file__).parents[2],
        )
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line, f"the program ended before a post could be typed into: {self._said()}"
        self.ready = Ready(**json.loads(line))

    def kill(self) -> None:
        """SIGKILL: no time for anything."""
        self._process.kill()
        self._process.wait()
        self._complaints.close()
        if self._process.stdout is not None:
            self._process.stdout.close()  # the preview's processes, which end by themselves, may still hold it

    def end(self, signal: int) -> int:
        """Send it a signal and wait until it has ended; its exit code."""
        self._process.send_signal(signal)
        return self._process.wait()

    def _said(self) -> str:
        self._complaints.seek(0)
        return f"exit code {self._process.wait()}; {self._complaints.read()[-3000:]}"


class Keyboard:
    """Presses keys by the X server's own extension for tests, so that they come from outside of any program."""

    def __init__(self) -> None:
        self._x = ctypes.CDLL(ctypes.util.find_library("X11") or "libX11.so.6")
        self._test = ctypes.CDLL(ctypes.util.find_library("Xtst") or "libXtst.so.6")
        self._x.XOpenDisplay.restype = _POINTER
        self._x.XOpenDisplay.argtypes = [ctypes.c_char_p]
        self._x.XKeysymToKeycode.argtypes = [_POINTER, ctypes.c_ulong]
        self._x.XKeysymToKeycode.restype = ctypes.c_ubyte
        self._x.XSync.argtypes = [_POINTER, ctypes.c_int]
        self._x.XCloseDisplay.argtypes = [_POINTER]
        self._x.XSetInputFocus.argtypes = [_POINTER, _WINDOW, ctypes.c_int, ctypes.c_ulong]
        self._test.XTestFakeKeyEvent.argtypes = [_POINTER, ctypes.c_uint, ctypes.c_int, ctypes.c_ulong]
        self._display = self._x.XOpenDisplay(None)
        assert self._display, "there is no X display"

    def go_to(self, window: int) -> None:
        """Give a window the keyboard, as a window manager does."""
        self._x.XSetInputFocus(self._display, window, _REVERT_TO_PARENT, 0)
        self._x.XSync(self._display, 0)

    def press(self, letter: str) -> float:
        """Press and release the key of a small letter, a digit, the blank or Return; when (monotonic seconds) the X
        server had it."""
        code = self._x.XKeysymToKeycode(self._display, _RETURN if letter == "\n" else ord(letter))
        for down in (1, 0):
            self._test.XTestFakeKeyEvent(self._display, code, down, 0)
        self._x.XSync(self._display, 0)
        return time.monotonic()

    def close(self) -> None:
        self._x.XCloseDisplay(self._display)


def _run() -> int:
    from PySide6.QtCore import QTimer
    from PySide6.QtWidgets import QApplication

    from postdesk.app import run_window
    from postdesk.ui.controller import Controller

    def look(controller: Controller, application: QApplication) -> None:
        clock = QTimer(controller, interval=5)

        def say() -> None:
            if controller.session.document is None:
                return
            clock.stop()
            controller.editor.set_cursor(controller.editor.text.document().characterCount() - 1)
            controller.editor.focus_text()
            controller.window.activateWindow()
            if os.environ.get(_DECIDING):
                decide(controller)
            else:
                tell(controller)

        def tell(controller: Controller) -> None:
            values: dict[str, Any] = {
                "title": controller.editor.title(),
                "body": controller.editor.body(),
                "window": int(controller.window.winId()),
            }
            print(json.dumps(values), flush=True)

        def decide(controller: Controller) -> None:
            session, editor = controller.session, controller.editor
            assert session.document is not None
            editor.text.textCursor().insertText("and what she typed")
            path = session.document.path
            lines = path.read_text("utf-8").splitlines(keepends=True)
            path.write_text("".join([*lines[:-1], os.environ[_DECIDING]]), "utf-8")
            session.look_again()

            def press() -> None:
                for button in editor.banners.buttons:
                    if button.text() == "Compare…" and controller.conflicts.view is None:
                        button.click()
                view = controller.conflicts.view
                # What was typed a moment ago may be lost; what is older has its recovery copy.
                if view is not None and view.isVisible() and controller.desk.recovery.any():
                    pressing.stop()
                    tell(controller)

            pressing = QTimer(controller, interval=20)
            pressing.timeout.connect(press)
            pressing.start()

        clock.timeout.connect(say)
        clock.start()

    return run_window(sys.argv[1:], then=look)


if __name__ == "__main__":
    sys.exit(_run())
