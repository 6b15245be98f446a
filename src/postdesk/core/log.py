"""The program's log: a small rotating file in the state folder, for the writer's bug reports, without
secrets.

No part logs a secret to begin with; the filter is a second wall, for what a library may log by itself.
"""

from __future__ import annotations

import logging
import re
from pathlib import Path

_SECRETS = (
    r"(?i)((?:authorization|password|passwd|secret|token|cookie)[\"']?\s*[:=]\s*[\"']?"
    r"(?:basic |bearer )?)[^\s\"',}]+"
)
_SIZE = 500_000  # bytes; two files of it are kept


class _NoSecrets(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        message = record.getMessage()
        cleaned = without_secrets(message)
        if cleaned != message:
            record.msg, record.args = cleaned, ()
        return True


class _Lines(logging.Formatter):
    def formatException(self, ei: object) -> str:
        return without_secrets(super().formatException(ei))  # type: ignore[arg-type]  # as the base class takes it


class _LogFile(logging.Handler):
    """The file, opened for the first line: the code that turns files over takes longer to load than a window to
    start. A folder that cannot be written is no error; what is logged goes to standard error then."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self._folder = folder
        self._file: logging.Handler | None = None

    def emit(self, record: logging.LogRecord) -> None:
        """Hand a line on."""
        if self._file is None:
            self._file = self._opened()
        self._file.handle(record)

    def _opened(self) -> logging.Handler:
        from logging.handlers import RotatingFileHandler

        handler: logging.Handler
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            handler = RotatingFileHandler(
                self._folder / "postdesk.log", maxBytes=_SIZE, backupCount=1, encoding="utf-8", delay=True
            )
        except OSError:
            handler = logging.StreamHandler()
        handler.setFormatter(self.formatter)
        return handler

    def close(self) -> None:
        """Let go of the file."""
        if self._file is not None:
            self._file.close()
        super().close()


def without_secrets(text: str) -> str:
    """`text` with what stands after "password:", "Authorization:" and the like replaced by dots."""
    return re.sub(_SECRETS, r"\1…", text)


def start_log(folder: Path, *, loud: bool = False) -> None:
    """Log warnings and above (`loud`: everything of ours) to `folder/postdesk.log`. A folder that cannot be
    written is no error.
    """
    root = logging.getLogger()
    root.setLevel(logging.WARNING)
    logging.getLogger("postdesk").setLevel(logging.DEBUG if loud else logging.INFO)
    for noisy in ("httpx2", "httpcore2", "PIL", "markdown"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    handler = _LogFile(folder)
    handler.addFilter(_NoSecrets())
    handler.setFormatter(_Lines("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    root.addHandler(handler)
