"""The process that renders, without its cleaner: what is left has to hold alone."""

from __future__ import annotations

import sys

from postdesk.markup import worker

if __name__ == "__main__":
    worker.cleaned = lambda markup: markup
    sys.exit(worker.main())
