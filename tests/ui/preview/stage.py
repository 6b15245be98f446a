"""What the tests of the preview share: a reader of the page, a server that notes who called, pictures."""

from __future__ import annotations

import http.server
import json
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QObject, QPoint, Qt, QUrl, Slot
from PySide6.QtGui import QColor, QImage
from PySide6.QtTest import QTest
from PySide6.QtWebEngineCore import QWebEngineScript
from pytestqt.qtbot import QtBot

from postdesk.core.errors import PictureRefused
from postdesk.ui.preview import preview as pane
from postdesk.ui.preview import rendering
from postdesk.ui.preview.preview import Preview
from postdesk.ui.preview.web import WebSurface

OURS = QWebEngineScript.ScriptWorldId.ApplicationWorld.value
PATIENCE = 20_000


class Canary:
    """A web server on loopback that writes down every connection."""

    def __init__(self) -> None:
        self.hits: list[str] = []
        hits = self.hits

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                hits.append(self.path)
                self.send_response(204)
                self.end_headers()

            do_POST = do_HEAD = do_OPTIONS = do_GET

            def log_message(self, format: str, *args: object) -> None:
                pass

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True

            def verify_request(self, request: Any, client_address: Any) -> bool:
                hits.append("connection")
                return True

        self._server = Server(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self._server.server_port}/canary"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})
        self._thread.start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class Opener(QObject):
    """Stands for the operating system: what would be opened outside."""

    def __init__(self) -> None:
        super().__init__()
        self.opened: list[str] = []

    @Slot(QUrl)
    def open(self, url: QUrl) -> None:
        self.opened.append(url.toString())


class Reader:
    """Asks the page what it shows, from the world beside it."""

    def __init__(self, qtbot: QtBot, preview: Preview) -> None:
        self._qtbot = qtbot
        self.preview = preview
        self.links: list[str] = []
        preview.link_clicked.connect(self.links.append)

    @property
    def surface(self) -> WebSurface:
        surface = self.preview.surface
        assert isinstance(surface, WebSurface)
        return surface

    def ask(self, source: str) -> Any:
        """The value of a JavaScript expression, carried as JSON."""
        answers: list[Any] = []
        self.surface.page.runJavaScript(f"JSON.stringify({source})", OURS, answers.append)
        self._qtbot.waitUntil(lambda: bool(answers), timeout=PATIENCE)
        return json.loads(answers[0]) if isinstance(answers[0], str) and answers[0] else None

    def wait(self, source: str, wanted: object = True) -> None:
        """Until the expression has the value."""
        self._qtbot.waitUntil(lambda: self.ask(source) == wanted, timeout=PATIENCE)

    def settle(self) -> None:
        """Until the fonts are there and two frames have been drawn: a click then meets what the page shows."""
        self.wait("document.fonts.status", "loaded")
        self.ask(
            "(globalThis.settled = 0,"
            " requestAnimationFrame(() => requestAnimationFrame(() => { globalThis.settled = 1 })), 0)"
        )
        self.wait("globalThis.settled", 1)

    def click(
        self,
        spot: str,
        modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier,
        *,
        twice: bool = False,
    ) -> None:
        """A real click at [x, y], which the JavaScript expression `spot` gives, until the page has met it."""
        self.settle()
        self.ask(
            "(globalThis.met = 0,"
            " globalThis.meet ??= (addEventListener('click', () => { globalThis.met++ }, true),"
            " addEventListener('mousemove', e => { globalThis.over = e.clientX + 'x' + e.clientY }, true), 1), 0)"
        )
        x, y = map(int, self.ask(spot))
        press = QTest.mouseDClick if twice else QTest.mouseClick
        target = self.surface.view.focusProxy()
        assert target is not None
        # As a hand does: the pointer comes first. A press out of nowhere may be given to what lay there before.
        for step in (3, 0):
            QTest.mouseMove(target, QPoint(x + step, y))
            self.wait("globalThis.over", f"{x + step}x{y}")
        press(target, Qt.MouseButton.LeftButton, modifier, QPoint(x, y))
        if not twice:  # the event of a double click alone is no click to the page
            self.wait("globalThis.met > 0")
        # A round trip more: what the click asked for has been judged.
        self.ask("1")

    def show(self, body: str, title: str = "Title", resolve: Callable[[str], Path] | None = None) -> None:
        """Another post, until the page has it and its fonts no longer move it."""
        with self._qtbot.waitSignal(self.preview.shown, timeout=PATIENCE):
            self.preview.set_post(title, "today", body, resolve=resolve)
        self.settle()

    def type(self, body: str, line: int | None = None) -> None:
        """The text changes, until the page has it."""
        with self._qtbot.waitSignal(self.preview.shown, timeout=PATIENCE):
            self.preview.update_body(body, line)

    @property
    def text(self) -> str:
        return str(self.ask("document.querySelector('main').innerText"))


def picture(path: Path, colour: str = "#336699", width: int = 60, height: int = 40) -> None:
    """A picture of one colour."""
    image = QImage(width, height, QImage.Format.Format_RGB32)
    image.fill(QColor(colour))
    assert image.save(str(path))


def resolver(root: Path) -> Callable[[str], Path]:
    """Resolves as the library does: inside its folder, a regular file, links followed first."""

    def resolve(ref: str) -> Path:
        try:
            found = (root / ref).resolve()
            inside = found.is_relative_to(root.resolve()) and found.is_file()
        except (OSError, ValueError):
            inside = False
        if not inside:
            raise PictureRefused(f"Picture “{ref}” is not in the library.")
        return found

    return resolve


def without_cleaner(monkeypatch: pytest.MonkeyPatch) -> None:
    """For renderings that start from now on."""
    monkeypatch.setattr(rendering, "MODULE", "tests.ui.preview.unclean")
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[3]))
    monkeypatch.setattr(pane, "dressed", lambda markup, _pictures: markup)
