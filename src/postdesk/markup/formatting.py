"""Formatting commands of the editor as pure edits of text: every one takes itself back when it is given twice.

Positions are code points. An `Edit` holds the whole new text and the new selection; `changed` says which part is
new, so that the editor replaces no more than that.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

_WORD = re.compile(r"[\w'’\u0300-\u036f-]+")
_PREFIX = re.compile(r"[ \t]*(?:> ?)*(?:#{1,6} |[-*+] (?:\[[ xX]\] )?|\d{1,9}[.)] )?")
_QUOTE = re.compile(r"([ \t]{0,3})> ?")
_BULLET = re.compile(r"([ \t]*)([-*+])[ ]{1,3}")
_NUMBER = re.compile(r"([ \t]*)(\d{1,9})[.)][ ]{1,3}")
_HEADING = re.compile(r"(#{1,6})[ \t]")

LineMark = Literal["quote", "bullets", "numbers"]


@dataclass(frozen=True, slots=True)
class Edit:
    """A text after a command, and what is selected in it (start <= end)."""

    text: str
    start: int
    end: int

    def changed(self, before: str) -> tuple[int, int, str]:
        """(start, end, new): in `before` the part start..end becomes `new`, all else is the same."""
        shortest = min(len(before), len(self.text))
        first = 0
        while first < shortest and before[first] == self.text[first]:
            first += 1
        last = 0
        while last < shortest - first and before[-1 - last] == self.text[-1 - last]:
            last += 1
        return first, len(before) - last, self.text[first : len(self.text) - last]


# --- inside lines --------------------------------------------------------------------------------------------


def toggle_inline(text: str, start: int, end: int, mark: str) -> Edit:
    """Puts `mark` (`**`, `*`, `~~`, `` ` ``) around the selection, or takes it away.

    Without a selection the word at the cursor is meant; where there is none, an empty pair is opened and the cursor
    put inside. A selection over several lines is marked line by line, since emphasis ends with its paragraph; marks
    of lists and quotations stay outside.
    """
    start, end = min(start, end), max(start, end)
    if start == end:
        return _toggle_at(text, start, mark)
    pieces = _pieces(text, start, end)
    if not pieces:
        return Edit(text, start, end)
    if all(_marked(text, piece, mark) is not None for piece in pieces):
        return _unmark(text, start, end, pieces, mark)
    return _mark(text, start, end, pieces, mark)


def _toggle_at(text: str, cursor: int, mark: str) -> Edit:
    word = _word_at(text, cursor)
    if word is None:
        size = len(mark)
        if text[cursor - size : cursor] == mark and text[cursor : cursor + size] == mark and cursor >= size:
            return Edit(text[: cursor - size] + text[cursor + size :], cursor - size, cursor - size)
        return Edit(text[:cursor] + mark + mark + text[cursor:], cursor + size, cursor + size)
    marked = _marked(text, word, mark)
    edit = _unmark(text, *word, [word], mark) if marked is not None else _mark(text, *word, [word], mark)
    moved = edit.start + (cursor - word[0])
    return Edit(edit.text, moved, moved)


def _word_at(text: str, cursor: int) -> tuple[int, int] | None:
    first = text.rfind("\n", 0, cursor) + 1
    last = text.find("\n", cursor)
    for match in _WORD.finditer(text, first, last if last >= 0 else len(text)):
        if match.start() <= cursor <= match.end() and any(letter.isalnum() for letter in match[0]):
            return match.start(), match.end()
    return None


def _pieces(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """The parts of the selection that can be marked: of each line what is neither its prefix nor blank at its ends."""
    pieces = []
    at = start
    for line in text[start:end].split("\n"):
        first, last = at, at + len(line)
        at = last + 1
        line_start = text.rfind("\n", 0, first) + 1
        prefix = _PREFIX.match(text, line_start)
        if prefix is not None and prefix.end() > first:
            first = min(prefix.end(), last)
        while first < last and text[first].isspace():
            first += 1
        while last > first and text[last - 1].isspace():
            last -= 1
        if first < last:
            pieces.append((first, last))
    return pieces


def _marked(text: str, piece: tuple[int, int], mark: str) -> tuple[int, int] | None:
    """(how far the marks lie outside, inside) when the piece has them: (len, 0) around it, (0, len) within."""
    first, last = piece
    size = len(mark)
    if (
        last - first > 2 * size
        and _is_mark(text, first, first + size, mark)
        and _is_mark(text, last - size, last, mark)
    ):
        return 0, size
    if (
        first >= size
        and _is_mark(text, first - size, first, mark)
        and _is_mark(text, last, last + size, mark)
    ):
        return size, 0
    return None


def _is_mark(text: str, first: int, last: int, mark: str) -> bool:
    """Whether first..last is `mark` itself: in a run of the same character, one that holds it (`***` holds both)."""
    if text[first:last] != mark:
        return False
    character = mark[0]
    begin, finish = first, last
    while begin > 0 and text[begin - 1] == character:
        begin -= 1
    while finish < len(text) and text[finish] == character:
        finish += 1
    run = finish - begin
    if character == "*":
        return run in ((2, 3) if len(mark) == 2 else (1, 3))
    return run == len(mark)


def _mark(text: str, start: int, end: int, pieces: list[tuple[int, int]], mark: str) -> Edit:
    size = len(mark)
    added = 0
    for first, last in reversed(pieces):
        if _marked(text, (first, last), mark) is not None:
            continue
        text = text[:first] + mark + text[first:last] + mark + text[last:]
        added += 2 * size
    if len(pieces) == 1 and added:
        # What was selected stays selected, so that a second command finds the marks around it.
        return Edit(text, pieces[0][0] + size, pieces[0][1] + size)
    return Edit(text, start, end + added)


def _unmark(text: str, start: int, end: int, pieces: list[tuple[int, int]], mark: str) -> Edit:
    size = len(mark)
    for first, last in reversed(pieces):
        marked = _marked(text, (first, last), mark)
        if marked is None:
            continue
        if marked[0]:
            text = text[: first - size] + text[first:last] + text[last + size :]
            start, end = (start - size if first <= start + size and start >= size else start), end
            end -= size if last >= end else 2 * size
        else:
            text = text[:first] + text[first + size : last - size] + text[last:]
            end -= 2 * size
    return Edit(text, start, max(start, end))


def make_link(text: str, start: int, end: int, url: str) -> Edit:
    """Links the selection (or the word at the cursor) to `url`; a link that is selected, or in which the cursor
    stands, becomes its text again. With `url` "" the place for it is selected."""
    start, end = min(start, end), max(start, end)
    for match in re.finditer(
        r"(?<!!)\[((?:[^\[\]\\\n]|\\.)*)\]\(([^()\n]*(?:\([^()\n]*\)[^()\n]*)*)\)", text
    ):
        if match.start() <= start and end <= match.end():
            words = match[1]
            return Edit(
                text[: match.start()] + words + text[match.end() :], match.start(), match.start() + len(words)
            )
    if start == end:
        start, end = _word_at(text, start) or (start, end)
    words = text[start:end].strip("\n")
    if "\n\n" in words:  # a link ends with its paragraph
        return Edit(text, start, end)
    if re.fullmatch(r"https?://\S+|www\.\S+|[\w.+-]+@[\w-]+\.[\w.]+", words) and not url:
        url, words = words, words
    address = f"<{url}>" if re.search(r"[\s()]", url) else url
    linked = f"[{words}]({address})"
    new = text[:start] + linked + text[end:]
    if not words:
        return Edit(new, start + 1, start + 1)
    if not url:
        place = start + len(linked) - 1
        return Edit(new, place, place)
    return Edit(new, start + 1, start + 1 + len(words))


# --- whole lines ---------------------------------------------------------------------------------------------


def toggle_line_prefix(text: str, start: int, end: int, mark: LineMark) -> Edit:
    """Makes the lines of the selection a quotation ("quote"), a list ("bullets") or a numbered list ("numbers"), or
    takes one level of it away when all of them have it. A list of the other kind changes its kind. Blank lines
    inside are kept blank in lists, and quoted in quotations."""
    if mark == "quote":
        return _on_lines(text, start, end, _toggle_quote)
    return _on_lines(text, start, end, lambda lines: _toggle_list(lines, mark))


def toggle_heading(text: str, start: int, end: int, level: int) -> Edit:
    """Makes the lines of the selection headings of `level` (1 to 6), or text again when all of them are. Another
    level is changed; level 0 only takes away."""

    def toggled(lines: list[str]) -> list[str]:
        levels = [len(match[1]) if (match := _HEADING.match(line)) else 0 for line in lines if line.strip()]
        wanted = 0 if levels and all(each == level for each in levels) else level
        mark = "#" * wanted + " " if wanted else ""
        if not levels:
            return [mark] if len(lines) == 1 else lines
        return [mark + _HEADING.sub("", line, count=1) if line.strip() else line for line in lines]

    return _on_lines(text, start, end, toggled)


def toggle_code(text: str, start: int, end: int) -> Edit:
    """Code: inside a line as `toggle_inline` with a backtick, over several lines a fence around them or none."""
    start, end = min(start, end), max(start, end)
    if "\n" not in text[start:end]:
        return toggle_inline(text, start, end, "`")

    def toggled(lines: list[str]) -> list[str]:
        opening = re.fullmatch(r"(`{3,}|~{3,})[\w#.+-]*", lines[0].strip())
        if opening is not None and len(lines) > 1 and lines[-1].strip() == opening[1]:
            return lines[1:-1]
        longest = max((len(run) for run in re.findall(r"`{3,}", "\n".join(lines))), default=2)
        fence = "`" * (longest + 1)
        return [fence, *lines, fence]

    return _on_lines(text, start, end, toggled)


def indent_lines(text: str, start: int, end: int, *, out: bool = False) -> Edit:
    """Nests the list items of the selection one level deeper (four spaces), or one less with `out`."""

    def shifted(lines: list[str]) -> list[str]:
        if out:
            return [re.sub(r"\A(?:\t| {1,4})", "", line) for line in lines]
        return ["    " + line if line.strip() else line for line in lines]

    return _on_lines(text, start, end, shifted)


def _toggle_quote(lines: list[str]) -> list[str]:
    if all(_QUOTE.match(line) for line in lines):
        return [_QUOTE.sub(r"\1", line, count=1) for line in lines]
    return ["> " + line if line else ">" for line in lines]


def _toggle_list(lines: list[str], mark: LineMark) -> list[str]:
    own, other = (_BULLET, _NUMBER) if mark == "bullets" else (_NUMBER, _BULLET)
    with_text = [line for line in lines if line.strip()]
    if not with_text:
        return ["- " if mark == "bullets" else "1. "] if len(lines) == 1 else lines
    if all(own.match(line) for line in with_text):
        return [own.sub(r"\1", line, count=1) if line.strip() else line for line in lines]
    number = 0
    written = []
    for line in lines:
        if not line.strip():
            written.append(line)
            continue
        number += 1
        bare = own.sub(r"\1", line, count=1)
        if bare == line:
            bare = other.sub(r"\1", line, count=1)
        indent = bare[: len(bare) - len(bare.lstrip(" \t"))]
        written.append(indent + ("- " if mark == "bullets" else f"{number}. ") + bare[len(indent) :])
    return written


def _on_lines(text: str, start: int, end: int, change: Callable[[list[str]], list[str]]) -> Edit:
    """Applies `change` to the lines that the selection touches. A cursor keeps its place in its line, a selection
    grows to the changed lines."""
    start, end = min(start, end), max(start, end)
    first = text.rfind("\n", 0, start) + 1
    reach = (
        end - 1 if end > start and text[end - 1] == "\n" else end
    )  # a line selected with its end is one line
    last = text.find("\n", max(reach, first))
    last = len(text) if last < 0 else last
    lines = text[first:last].split("\n")
    new = "\n".join(change(lines))
    changed = text[:first] + new + text[last:]
    if start == end:
        cursor = max(first, min(start + len(new) - (last - first), first + len(new)))
        return Edit(changed, cursor, cursor)
    return Edit(changed, first, first + len(new))
