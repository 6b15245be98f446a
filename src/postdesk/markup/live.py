"""A post as a page that is kept up while it is typed: each edit costs what it touches.

`LivePage` has the text's blocks and their HTML; `work` renders what is missing, nearest to where she types first, and
`patch` says what has to change on a page that took all patches before. No I/O and no clock: worker.py has both.

Law, held by tests/markup/test_law.py: after any edits, when nothing is left to do, the page that took the patches is
`render_document` of the text, with the looks that its blocks have from a blog (`keep`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from heapq import nsmallest

from postdesk.markup.blocks import Block, Splitter, lines_of
from postdesk.markup.keeping import NEW, Keeping
from postdesk.markup.looks import KeptPiece, Look, wear
from postdesk.markup.rawcards import raw_source
from postdesk.markup.render import BlockRenderer, Definitions, Numbers, defines, notes_in, visible

NEAR = 60
"""Lines from where she types within which nothing may be missing on the page, before it is shown."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A block as the page has it. Lines count from 0, both ends inclusive. `card`: the source of one that stands in the
    text as the blog has it (`rawcards.py`), None for any other."""

    html: str
    first_line: int
    last_line: int
    card: str | None = None


@dataclass(frozen=True, slots=True)
class Splice:
    """`pieces` come in the place of `removed` pieces from place `at` on, as the list is at that moment."""

    at: int
    removed: int
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Patch:
    """What makes the page the newest one. The splices in order; then `shifts`, pairs of a place and a number of lines:
    from that place on, up to the next pair's, all pieces have moved by so many lines. `tail` are the footnotes, None if
    they stay. `whole`: nothing is left to be rendered."""

    splices: tuple[Splice, ...]
    shifts: tuple[tuple[int, int], ...]
    tail: str | None
    whole: bool


class _Part:
    """A block and what became of it."""

    __slots__ = ("block", "gone", "html", "kept", "look", "open", "sees", "sent", "sent_at")

    def __init__(self, block: Block) -> None:
        self.block = block
        self.open: str | None = None  # HTML with open footnotes; None while it was never rendered
        self.html = ""  # with their numbers
        self.sees: tuple[object, ...] | None = (
            None  # the definitions it was rendered with; None: to be rendered
        )
        self.sent: str | None = None  # what the page has of it
        self.sent_at = (0, 0)
        self.gone = False
        self.look: Look = ()
        self.kept = NEW

    @property
    def text(self) -> str:
        """The block's text."""
        return self.block.text

    def wear(self, look: Look) -> None:
        """From now on it is shown in this look."""
        if look != self.look:
            self.look = look
            self.sent = self.sent and ""  # what is on the page of it has to come once more

    @property
    def shows(self) -> bool:
        """Whether there is something of it to be seen."""
        return self.open is not None and bool(self.open) and not self.open.isspace()


class LivePage:
    """Not thread-safe. `renderer` instead of one of its own, e.g. with a time limit."""

    def __init__(self, text: str = "", renderer: BlockRenderer | None = None) -> None:
        self._renderer = renderer or BlockRenderer()
        self._splitter = Splitter()
        self._parts: list[_Part] = []
        self._pending: list[_Part] = []
        self._sorted = True
        self._definitions = Definitions()
        self._focus = 0
        self._notes = ""  # the footnotes that the page is to have
        self._notes_sent = ""
        self._count_notes = False
        self._page: list[_Part] = []
        self._keeping: Keeping | None = None
        self.edit(0, 0, lines_of(text))

    # --- the text ---

    def edit(self, first: int, removed: int, lines: Sequence[str], focus: int = 0) -> None:
        """Puts `lines` in place of `removed` lines from line `first` on; `focus` is the line she looks at."""
        place, gone, made = self._splitter.splice(first, removed, lines)
        self._focus = focus
        leaving = self._parts[place : place + len(gone)]
        coming = [_Part(block) for block in made]
        self._parts[place : place + len(gone)] = coming
        for part in leaving:
            part.gone = True
            self._count_notes |= part.open is not None and notes_in(part.open)
        if any(defines(block) for block in (*gone, *made)):
            self._define()
        for part in coming:
            self._look_up(part)
        if self._keeping is not None:
            self._keeping.edited(self._parts, place, leaving, len(coming))
        self._sorted = False

    def keep(self, pieces: Sequence[KeptPiece]) -> None:
        """The blocks of the post as a blog has it, in order, and the look that each has there: blocks of the text that
        come from them are shown in it."""
        for part in self._parts:
            part.wear(())
        self._keeping = Keeping(pieces) if pieces else None

    def look_at(self, line: int) -> None:
        """What is near this line is rendered first."""
        self._focus = line
        self._sorted = False

    def forget_page(self) -> None:
        """The page is empty again: the next patches give it everything."""
        for part in self._page:
            part.sent = None
        self._page = []
        self._notes_sent = ""

    def again(self, concerns: Callable[[str], bool], cards: bool = False) -> None:
        """The pieces whose HTML is one of those (with `cards`, the cards too) go out once more, as what is made of them
        outside has changed."""
        for part in self._page:
            if part.sent is not None and (
                concerns(part.sent) or (cards and raw_source(part.block) is not None)
            ):
                part.sent = ""
        if concerns(self._notes_sent):
            self._notes_sent = "\0"

    def _define(self) -> None:
        definitions = self._renderer.definitions(self._splitter.blocks)
        if definitions is self._definitions:
            return
        self._definitions = definitions
        self._count_notes = True
        for part in self._parts:
            if part.sees is not None and part.sees != visible(part.block, definitions):
                part.sees = None
                self._look_up(part)

    def _look_up(self, part: _Part) -> None:
        known = self._renderer.known(part.block, self._definitions)
        if known is None:
            self._pending.append(part)
        else:
            self._take(part, known)

    def _take(self, part: _Part, rendered: str) -> None:
        self._count_notes |= notes_in(rendered) or (part.open is not None and notes_in(part.open))
        part.open = part.html = rendered
        part.sees = visible(part.block, self._definitions)

    # --- rendering ---

    @property
    def pending(self) -> int:
        """How many blocks are still to be rendered, at most."""
        return len(self._pending)

    def work(self) -> bool:
        """Renders one block, the nearest to where she is; False when there was nothing to do."""
        self._sort()
        if not self._pending:
            return False
        part = self._pending.pop()
        self._take(part, self._renderer.render(part.block, self._definitions))
        return True

    def next_block(self) -> Block | None:
        """The block that `work` would render."""
        self._sort()
        return self._pending[-1].block if self._pending else None

    def _sort(self) -> None:
        if not self._sorted:
            self._sorted = True
            waiting = {id(part): part for part in self._pending if not part.gone and part.sees is None}
            self._pending = sorted(waiting.values(), key=self._distance, reverse=True)
        while self._pending and (self._pending[-1].gone or self._pending[-1].sees is not None):
            self._pending.pop()

    def _distance(self, part: _Part) -> int:
        return max(part.block.first_line - self._focus, self._focus - part.block.last_line, 0)

    @property
    def is_ready(self) -> bool:
        """Whether all is rendered that lies near to where she is."""
        self._sort()
        return not self._pending or self._distance(self._pending[-1]) > NEAR

    @property
    def html(self) -> str:
        """The page's content in one piece; renders what is missing."""
        while self.work():
            pass
        self._number()
        shown = [part.html for part in self._parts if part.shows]
        return "\n".join([*shown, self._notes] if self._notes else shown).strip()

    def _number(self) -> None:
        if not self._count_notes:
            return
        self._count_notes = False
        numbers = Numbers(lambda label: self._renderer.note(label, self._definitions))
        for part in self._parts:
            if part.open is not None and notes_in(part.open):
                part.html = numbers.fill(part.open)
        self._notes = numbers.tail()

    # --- what the page is told ---

    def patch(self, dress: Callable[[str], str] = str, most: int = 1 << 60) -> Patch | None:
        """What the page has to change to be the newest, as far as it is rendered; None: nothing. Whoever asks shows it.

        `dress` is called with the HTML of each piece that is new. About `most` of these come, the nearest to where she
        is; then the patch is not whole.
        """
        self._number()
        if self._keeping is not None:
            self._keeping.settle(self._parts)
        shown = [part for part in self._parts if part.shows]
        new = [part for part in shown if part.sent is None]
        left_out = len(new) > most
        if left_out:
            near = {id(part) for part in nsmallest(most, new, key=self._distance)}
            shown = [part for part in shown if part.sent is not None or id(part) in near]
        splices = _splices(self._page, shown, dress)
        shifts = _shifts(shown)
        self._page = shown
        tail = None
        if self._notes != self._notes_sent:
            tail = dress(self._notes) if self._notes else ""
            self._notes_sent = self._notes
        self._sort()
        if not splices and not shifts and tail is None:
            return None
        return Patch(tuple(splices), tuple(shifts), tail, not self._pending and not left_out)


def _splices(page: Sequence[_Part], shown: Sequence[_Part], dress: Callable[[str], str]) -> list[Splice]:
    """Both lists have the parts that they share in the same order."""
    found: list[Splice] = []
    old = new = 0
    while old < len(page) or new < len(shown):
        if old < len(page) and new < len(shown) and page[old] is shown[new]:
            part = shown[new]
            if part.sent is not part.html and part.sent != part.html:
                found.append(Splice(new, 1, (_send(part, dress),)))
            old += 1
            new += 1
            continue
        at, removed, pieces = new, 0, []
        while old < len(page) and (page[old].gone or not page[old].shows):
            page[old].sent = None
            old += 1
            removed += 1
        while new < len(shown) and shown[new].sent is None:
            pieces.append(_send(shown[new], dress))
            new += 1
        assert removed or pieces  # noqa: S101  both lists come from one order
        found.append(Splice(at, removed, tuple(pieces)))
    return found


def _send(part: _Part, dress: Callable[[str], str]) -> Piece:
    part.sent = part.html
    part.sent_at = (part.block.first_line, part.block.last_line)
    html = dress(part.html)
    return Piece(wear(html, part.look) if part.look else html, *part.sent_at, raw_source(part.block))


def _shifts(shown: Iterable[_Part]) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    by = 0
    for at, part in enumerate(shown):
        moved = part.block.first_line - part.sent_at[0]
        if moved != by:
            found.append((at, moved))
            by = moved
        if moved:
            part.sent_at = (part.block.first_line, part.block.last_line)
    return found


class Mirror:
    """The page as a list, for whoever has to know what is on it: takes the same patches."""

    def __init__(self) -> None:
        self.pieces: list[Piece] = []
        self.tail = ""

    def take(self, patch: Patch) -> None:
        """Makes the changes of `patch`."""
        for splice in patch.splices:
            self.pieces[splice.at : splice.at + splice.removed] = splice.pieces
        ends = [at for at, _by in patch.shifts[1:]] + [len(self.pieces)]
        for (start, by), end in zip(patch.shifts, ends):
            if by:
                self.pieces[start:end] = [
                    replace(piece, first_line=piece.first_line + by, last_line=piece.last_line + by)
                    for piece in self.pieces[start:end]
                ]
        if patch.tail is not None:
            self.tail = patch.tail
