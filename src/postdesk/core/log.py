"""The program's log: a small rotating file in the state folder, for the writer's bug reports, without
secrets.

No part logs a secret to begin with; the filter is a second wall, for what a library may log by itself.
"""

from __future__ import annotations

import logging
import re
from logging.handlers import RotatingFileHandler
from pathlib import Path

_SECRET = re.compile(
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


def without_secrets(text: str) -> str:
    """`text` with what stands after "password:", "Authorization:" and the like replaced by dots."""
    return _SECRET.sub(r"\1…", text)


def start_log(folder: Path, *, loud: bool = False) -> None:
    """Log warnings and above (`loud`: everything of ours) to `folder/postdesk.log`. A folder that cannot be
    written is no error.
    """
    root = logging.getLogger()
    root.setLevel(logging.WARNING)
    logging.getLogger("postdesk").setLevel(logging.DEBUG if loud else logging.INFO)
    for noisy in ("httpx2", "httpcore2", "PIL", "markdown"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    handler: logging.Handler
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handler = RotatingFileHandler(
            folder / "postdesk.log", maxBytes=_SIZE, backupCount=1, encoding="utf-8", delay=True
        )
    except OSError:
        handler = logging.StreamHandler()
    handler.addFilter(_NoSecrets())
    handler.setFormatter(_Lines("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    root.addHandler(handler)
