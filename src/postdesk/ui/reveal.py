"""Shows a file in the system's file manager, as each platform does it."""

from __future__ import annotations

import sys
from pathlib import Path

from PySide6.QtCore import QProcess, QUrl
from PySide6.QtGui import QDesktopServices

_SELECT = {
    "darwin": lambda path: ("open", ["-R", str(path)]),
    "win32": lambda path: ("explorer", ["/select,", str(path)]),
}


def reveal(path: Path) -> None:
    """Open the folder of `path`, with the file chosen where the platform can."""
    command = _SELECT.get(sys.platform)
    if command is not None:
        program, arguments = command(path)
        QProcess.startDetached(program, arguments)
    else:
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(path.parent)))
