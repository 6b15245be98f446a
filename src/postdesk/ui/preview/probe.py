"""Tries in a process of its own whether the web engine may start: where its sandbox is forbidden the process ends.

`python -m postdesk.ui.preview.probe` exits with 0 when a page was loaded. `Probe` runs it.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from PySide6.QtCore import QObject, QProcess, QProcessEnvironment, QTimer, Signal, qVersion

from postdesk.core.errors import PostDeskError
from postdesk.core.files import load_json, save_json

MODULE = "postdesk.ui.preview.probe"
PATIENCE = 20_000
"""Milliseconds that the probe may take."""


def needed() -> bool:
    """Whether starting the engine could end the process: on Linux, where the system decides about the sandbox."""
    return sys.platform.startswith("linux") and not _sandbox_is_off()


def is_root() -> bool:
    """Whether this runs as root with the sandbox on, which the engine answers by ending the process."""
    return needed() and hasattr(os, "geteuid") and os.geteuid() == 0


def _sandbox_is_off() -> bool:
    # The writer's or a test's decision for the whole session; the program never makes it.
    flags = os.environ.get("QTWEBENGINE_CHROMIUM_FLAGS", "").split()
    return "QTWEBENGINE_DISABLE_SANDBOX" in os.environ or "--no-sandbox" in flags


class Probe(QObject):
    """Runs the probe; `answered` carries whether the engine may start. `cache` remembers a yes until the next boot."""

    answered = Signal(bool)

    def __init__(self, cache: Path | None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._file = cache / "preview-engine.json" if cache else None
        self._process: QProcess | None = None

    def start(self) -> None:
        """Answer from the cache, or ask a child process. The answer comes through the event loop."""
        if self._remembered():
            QTimer.singleShot(0, self, self._yes)
            return
        process = QProcess(self)
        environment = QProcessEnvironment.systemEnvironment()
        # Nothing is to be seen of it.
        environment.insert("QT_QPA_PLATFORM", "offscreen")
        # The child finds the package where this process found it.
        environment.insert("PYTHONPATH", os.pathsep.join(p for p in sys.path if p))
        process.setProcessEnvironment(environment)
        process.setStandardOutputFile(QProcess.nullDevice())
        process.setStandardErrorFile(QProcess.nullDevice())
        process.finished.connect(self._finished)
        process.errorOccurred.connect(self._not_started)
        QTimer.singleShot(PATIENCE, process, process.kill)
        self._process = process
        process.start(sys.executable, ["-m", MODULE])

    def _key(self) -> str:
        try:
            boot = Path("/proc/sys/kernel/random/boot_id").read_text("ascii").strip()
        except OSError:
            boot = ""
        return f"{qVersion()} {boot}"

    def _remembered(self) -> bool:
        if self._file is None:
            return False
        try:
            return bool(load_json(self._file, {}).get("started") == self._key())
        except PostDeskError:
            return False

    def _yes(self) -> None:
        self.answered.emit(True)

    def _finished(self, code: int, status: QProcess.ExitStatus) -> None:
        fine = status is QProcess.ExitStatus.NormalExit and code == 0
        if fine and self._file is not None:
            try:
                save_json(self._file, {"started": self._key()})
            except PostDeskError:
                pass  # it will be tried again at the next start
        self.answered.emit(fine)

    def _not_started(self, error: QProcess.ProcessError) -> None:
        if error is QProcess.ProcessError.FailedToStart:
            self.answered.emit(False)


def main() -> int:
    """Load an empty page; 0 when that worked."""
    from PySide6.QtCore import QCoreApplication, Qt

    QCoreApplication.setAttribute(Qt.ApplicationAttribute.AA_ShareOpenGLContexts)
    from PySide6.QtWebEngineCore import QWebEnginePage, QWebEngineProfile
    from PySide6.QtWidgets import QApplication

    application = QApplication([sys.argv[0]])
    profile = QWebEngineProfile()
    page = QWebEnginePage(profile)
    page.loadFinished.connect(lambda fine: application.exit(0 if fine else 3))
    page.renderProcessTerminated.connect(lambda _status, _code: application.exit(4))
    page.setHtml("<!doctype html><title>probe</title>")
    code = application.exec()
    del page
    del profile
    return code


if __name__ == "__main__":
    sys.exit(main())
