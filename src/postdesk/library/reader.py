"""The process that reads what the list shows of many files: `python -m postdesk.library.reader`, see `core.messages`.

A process of its own, so that looking through a library for the first time leaves the interpreter's lock to the window.
It is asked `(root, ((name, Found), …))`, answers with a list of what `read_entries` gives, each as plain values or
None, and writes nothing.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from postdesk.core.messages import serve
from postdesk.library.columns import Found
from postdesk.library.entries import read_entries
from postdesk.library.plain import of_entry

_Marks = tuple[int, int, int, int, int]


def answers(questions: Iterable[tuple[str, Sequence[tuple[str, _Marks]]]]) -> Iterator[list[Any]]:
    """What is said to each question."""
    for root, found in questions:
        read = read_entries(root, ((name, Found(*marks)) for name, marks in found))
        yield [None if entry is None else of_entry(entry) for entry in read]


if __name__ == "__main__":
    sys.exit(serve(answers))
