"""The process that renders, with words that kill it, hold it up for good, or keep its processor busy for good."""

from __future__ import annotations

import os
import signal
import sys
import threading
from typing import Any

from postdesk.markup import render, worker

_convert = render._convert


def _hang(dialect: Any, markdown: str, definitions: Any) -> str:
    if "KILLS" in markdown:
        os.kill(os.getpid(), signal.SIGKILL)
    if "HANGS" in markdown:
        threading.Event().wait()
    while "BUSY" in markdown:
        pass
    return _convert(dialect, markdown, definitions)


if __name__ == "__main__":
    render._convert = _hang
    worker.LONGEST = 0.2
    sys.exit(worker.main())
