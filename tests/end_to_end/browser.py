"""A browser of its own process: opens an address at a width, and prints what an expression says of the page.

The preview's engine looks up no name and opens no connection, in all of its process.
"""

from __future__ import annotations

import sys

from PySide6.QtCore import QTimer, QUrl
from PySide6.QtWebEngineWidgets import QWebEngineView
from PySide6.QtWidgets import QApplication


def main(address: str, width: int, height: int, source: str) -> int:
    """The exit code: 0 when something was printed."""
    application = QApplication([])
    view = QWebEngineView()
    view.resize(width, height)

    def answered(answer: object) -> None:
        if answer:
            print(answer, flush=True)
            application.exit(0)
        else:  # its fonts are not there yet
            QTimer.singleShot(50, ask)

    def ask() -> None:
        view.page().runJavaScript(f"document.fonts.status === 'loaded' ? {source} : ''", 1, answered)

    view.loadFinished.connect(lambda fine: ask() if fine else application.exit(2))
    QTimer.singleShot(60_000, lambda: application.exit(3))
    view.load(QUrl(address))
    view.show()
    code = application.exec()
    view.deleteLater()
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4]))
