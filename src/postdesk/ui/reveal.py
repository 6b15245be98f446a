"""Shows a file in the system's file manager, as each platform does it."""

from __future__ import annotations

import sys
from pathlib import Path

from PySide6.QtCore import QProcess, QUrl
from PySide6.QtGui import QDesktopServices

_SELECT: dict[str, tuple[str, str]] = {"darwin": ("open", "-R"), "win32": ("explorer", "/select,")}


def reveal(path: Path) -> None:
    """Open the folder of `path`, with the file chosen where the platform can."""
    command = _SELECT.get(sys.platform)
    if command is not None:
        program, select = command
        QProcess.startDetached(program, [select, str(path)])
    else:
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(path.parent)))
