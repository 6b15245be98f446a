"""The page stays as it is while a new process renders the post from the beginning, and then gets what differs."""

from __future__ import annotations

from collections.abc import Sequence

from postdesk.ui.preview.content import Lines, Splice


class Renewal:
    """Takes the patches of the new process in the page's stead. `lines` and `tail` are what the page will have."""

    def __init__(self) -> None:
        self.lines = Lines()
        self.tail = ""
        self._pieces: list[str] = []

    def take(self, splices: Sequence[Splice], tail: str | None) -> None:
        """Makes a change, to the pieces as they came so far."""
        for splice in splices:
            self._pieces[splice.at : splice.at + splice.removed] = splice.pieces
        if tail is not None:
            self.tail = tail

    def difference(self, page: Sequence[int]) -> tuple[Splice, ...]:
        """What makes of a page, told by its pieces' hashes, the one that came."""
        come = [hash(piece) for piece in self._pieces]
        least = min(len(page), len(come))
        head = foot = 0
        while head < least and page[head] == come[head]:
            head += 1
        while foot < least - head and page[-1 - foot] == come[-1 - foot]:
            foot += 1
        if head == len(page) == len(come):
            return ()
        return (Splice(head, len(page) - head - foot, tuple(self._pieces[head : len(come) - foot])),)
