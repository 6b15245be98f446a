"""Lone carriage returns: part of a line in the editor, ends of lines for Markdown and so for the page."""

from __future__ import annotations

from itertools import accumulate


class Returns:
    """Tells the lines of the editor's text from those of the page. Lines count from 0."""

    def __init__(self) -> None:
        self._before: list[int] | None = None  # for each line of the editor, how many returns come before it

    def flat(self, text: str) -> str:
        """The text with LF as its only line end."""
        if "\r" not in text:
            self._before = None
            return text
        lines = text.replace("\r\n", "\n").split("\n")
        self._before = list(accumulate((line.count("\r") for line in lines), initial=0))
        return "\n".join(lines).replace("\r", "\n")

    def page_line(self, line: int) -> int:
        """The first line of the page's text that a line of the editor became."""
        return line + self._before[min(line, len(self._before) - 1)] if self._before else line

    def text_line(self, line: int) -> int:
        """The editor's line for one of the page's text."""
        if not self._before:
            return line
        return max((n for n, more in enumerate(self._before[:-1]) if n + more <= line), default=0)
