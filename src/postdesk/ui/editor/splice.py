"""Changes the words of a document by as little as they differ, so that cursors and scrolling keep their place."""

from __future__ import annotations

import difflib

from PySide6.QtGui import QTextCursor, QTextDocument

from postdesk.core.alike import alike_ends
from postdesk.ui.editor.exact import to_document


def put_text(document: QTextDocument, old: list[str], new: list[str]) -> None:
    """Makes the lines `new` of the document's lines `old`, as one step to undo."""
    edit = QTextCursor(document)
    edit.beginEditBlock()
    for first, last, lines in reversed(_hunks(old, new)):
        _put_lines(edit, first, last, lines)
    edit.endEditBlock()


def put(edit: QTextCursor, old: str, new: str) -> None:
    """Makes `new` of the selected text `old` by its differing middle only, so that other cursors keep their place."""
    start = edit.selectionStart()
    head, tail = alike_ends(old, new)
    a = start + _units(old[:head])
    b = start + _units(old[: len(old) - tail])
    edit.setPosition(a)
    edit.setPosition(b, QTextCursor.MoveMode.KeepAnchor)
    come = new[head : len(new) - tail]
    if come:
        edit.insertText(come)
    elif a < b:
        edit.removeSelectedText()


def _units(text: str) -> int:
    return len(text) + sum(letter > "\uffff" for letter in text) if not text.isascii() else len(text)


def _hunks(old: list[str], new: list[str]) -> list[tuple[int, int, list[str]]]:
    """The lines to replace, from the first to the last; coarse where two long texts have little in common."""
    head, tail = alike_ends(old, new)
    a, b = old[head : len(old) - tail], new[head : len(new) - tail]
    if len(a) * len(b) > 4_000_000:  # comparing every pair would take longer than a glance
        return [(head, head + len(a), b)]
    found = difflib.SequenceMatcher(None, a, b, autojunk=False).get_opcodes()
    return [(head + i, head + j, b[k:m]) for kind, i, j, k, m in found if kind != "equal"]


def _put_lines(edit: QTextCursor, first: int, last: int, lines: list[str]) -> None:
    """Replaces the lines from `first` up to `last` (exclusive). Only what differs at their ends is touched."""
    document = edit.document()
    whole = document.blockCount()
    text = to_document("\n".join(lines))
    if first == last:  # nothing goes, lines come
        if first < whole:
            edit.setPosition(document.findBlockByNumber(first).position())
            edit.insertText(text + "\n")
        else:
            edit.movePosition(QTextCursor.MoveOperation.End)
            edit.insertText("\n" + text)
        return
    start, end = document.findBlockByNumber(first), document.findBlockByNumber(last - 1)
    a, b = start.position(), end.position() + end.length() - 1
    if not lines:  # the line end before or after goes too
        if last < whole:
            b += 1
        else:
            a = max(a - 1, 0)
        edit.setPosition(a)
        edit.setPosition(b, QTextCursor.MoveMode.KeepAnchor)
        edit.removeSelectedText()
        return
    edit.setPosition(a)
    edit.setPosition(b, QTextCursor.MoveMode.KeepAnchor)
    put(edit, edit.selectedText().replace("\u2029", "\n"), text)
