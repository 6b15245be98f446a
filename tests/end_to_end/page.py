"""The preview's page in the real window, asked from the world beside it."""

from __future__ import annotations

import json

from PySide6.QtWebEngineCore import QWebEngineScript

from postdesk.ui.preview.web import WebSurface
from tests.end_to_end.writer import Writer

_OURS = QWebEngineScript.ScriptWorldId.ApplicationWorld.value


class Page:
    """What the preview's page shows."""

    def __init__(self, writer: Writer) -> None:
        self._writer = writer

    def ask(self, source: str) -> object:
        surface = self._writer.window.preview.surface  # type: ignore[attr-defined]
        if not isinstance(surface, WebSurface):
            return None
        answers: list[object] = []
        surface.page.runJavaScript(f"JSON.stringify({source})", _OURS, answers.append)
        self._writer.until(lambda: bool(answers), "the page's answer")
        return json.loads(answers[0]) if isinstance(answers[0], str) and answers[0] else None

    def until(self, source: str, what: str) -> None:
        self._writer.until(lambda: self.ask(source) is True, what)
