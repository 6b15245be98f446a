"""The pieces of a text that blocks are made of: lines without a blank one at the top level, but for what fences and raw
HTML have, and whether such a piece goes on with what stands before it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache

from postdesk.markup import source, starts
from postdesk.markup.dialect import is_contained

HTML_REACH = 100_000
"""Characters over which raw HTML may run on over blank lines until it is closed. Each piece that never is halves it for
those after it, so that a text of a thousand open tags is not read a thousand times."""
_LEAST_REACH = 1_000

_KEPT = 20_000  # letters of a text that is remembered
_FAR = 1 << 60  # looked at everything up to the text's end


def stand_apart(texts: Sequence[str]) -> bool:
    """Whether `split` gives these very texts when a blank line is between any two. It costs less than that, and may say
    False where `split` would have to tell. Law, held by tests/markup/test_blocks.py."""
    before: frozenset[str] = frozenset()
    for text in texts:
        found = alone(text)
        if found is None or belongs(before, *found, indented=text.startswith(" ")):
            return False
        before = found[1]
    return True


def alone(text: str) -> tuple[str, frozenset[str]] | None:
    """The kind of the block that `text` is, whatever stands around it over a blank line, and the kinds of its lines;
    None where that is not certain."""
    if "\n" in text or "```" in text or "~~~" in text or "\r" in text:
        return _alone(text) if len(text) < _KEPT else _alone.__wrapped__(text)
    if not text or text.isspace():
        return None
    kind = _kind(text)
    return (kind, _ALONE[kind]) if kind != "html" else _alone(text)


@lru_cache(maxsize=300)
def _alone(text: str) -> tuple[str, frozenset[str]] | None:
    lines = text.split("\n")
    if not lines[0] or lines[0].isspace() or "\r" in text:
        return None
    chunk = chunk_at(lines, 0, 0, set())
    if chunk.last != len(lines) - 1 or chunk.kind == "unclosed":
        return None
    if chunk.kind == "fence":
        certain = starts.is_one_fence(lines)
    else:
        certain = "```" not in text and "~~~" not in text and all(map(str.strip, lines))
    return (chunk.kind, chunk.holds) if certain else None


class Chunk:
    """Lines first..last without a blank one at the top level (fences and raw HTML have what they have).

    `reach`: the last line that was looked at; an edit up to there may make another chunk of it. `state`: how many
    pieces of HTML before it are never closed. `holds`: the kinds of all its lines, as a list may follow a paragraph
    without a blank line. `heads`: whether a block begins with it.
    """

    __slots__ = ("first", "heads", "holds", "kind", "last", "reach", "state")

    def __init__(
        self, first: int, last: int, kind: str, reach: int, state: int, holds: frozenset[str]
    ) -> None:
        self.first = first
        self.last = last
        self.kind = kind
        self.reach = reach
        self.state = state
        self.holds = holds
        self.heads = False

    @property
    def state_after(self) -> int:
        return self.state + (self.kind == "unclosed")

    def move(self, by: int) -> None:
        self.first += by
        self.last += by
        if self.reach < _FAR:
            self.reach += by


def chunk_at(lines: list[str], start: int, state: int, unclosed: set[tuple[str, int]]) -> Chunk:
    """The chunk that begins in line `start`, which is not blank."""
    line, after = lines[start], start + 1
    kind = begins = _kind(line)
    reach = 0
    most = kind not in ("html", "fence") and "```" not in line and "~~~" not in line
    if most and (after == len(lines) or not lines[after]):
        return Chunk(start, start, kind, after, state, _ALONE[kind])
    if kind == "html":
        end, reach = _html_end(lines, start, HTML_REACH >> min(state, 60))
        if end is None:
            kind = "unclosed"
            end, far = _paragraph_end(lines, start, unclosed)
            reach = max(reach, far)
    elif kind == "fence":
        closing = starts.fence_end(lines, start, unclosed)
        if closing is None:
            kind, reach = "text", _FAR
            end, _ = _paragraph_end(lines, start, unclosed)
        else:
            end = closing + 1
            reach = end
            if end < len(lines) and lines[end].strip():
                end, reach = _paragraph_end(lines, end, unclosed)
    else:
        end, reach = _paragraph_end(lines, start, unclosed)
    if end == after:
        return Chunk(start, start, kind, reach, state, frozenset([begins, kind]))
    kinds = {_kind(line) for line in lines[start:end] if line and not line.isspace()}
    return Chunk(start, end - 1, kind, reach, state, frozenset(kinds | {kind}))


_ALONE = {
    kind: frozenset([kind])
    for kind in "text heading list quote code fence html definition description unclosed".split()
}


def _kind(line: str) -> str:
    if line[0].isalpha():
        return "text"
    if line.startswith("    "):
        return "code"
    if line.startswith(("- ", "* ", "+ ")) and line[2:3].isalpha():
        return "list"
    first = line.lstrip(" \t")
    if len(line[: len(line) - len(first)].expandtabs(starts.TAB)) >= starts.TAB:
        return "code"
    character = first[0]
    if character in "`~" and starts.fence_opening(line) is not None:
        return "fence"
    if character == "<" and starts.HTML_START.match(line):
        return "html"
    if character == ">":
        return "quote"
    if character == "#":
        return "heading"
    if (character in "-*+" or character.isdigit()) and starts.item_start(line) is not None:
        return "list"
    if character in "[*" and starts.DEFINITION.match(line):
        return "definition"
    if character == ":" and starts.DESCRIPTION.match(line):
        return "description"
    return "text"


def _paragraph_end(lines: list[str], start: int, unclosed: set[tuple[str, int]]) -> tuple[int, int]:
    """The line after the run of lines with text that begins at `start`, and the last line that was looked at; a fence
    inside goes on over blank lines."""
    position = start
    far = False
    while position < len(lines):
        line = lines[position]
        if not line or line.isspace():
            break
        if "```" in line or "~~~" in line:
            end = starts.fence_end(lines, position, unclosed)
            if end is not None:
                position = end
            else:
                far = True
        position += 1
    return position, _FAR if far else position


def _html_end(lines: list[str], start: int, most: int) -> tuple[int | None, int]:
    """The line after the raw HTML that begins at `start`: the first blank line (or more) where everything is closed;
    None when nothing is within `most` characters. And the last line that was looked at."""
    ends = _blank_ends(lines, start)
    step = 1
    while True:
        end = None
        for _ in range(step):
            end = next(ends, None)
            if end is None:
                break
        at = end if end is not None else len(lines)
        markdown = "\n".join(lines[start:at])
        if source.too_heavy(markdown):
            return None, at
        if is_contained(markdown):
            return at, at
        if end is None or len(markdown) > most or most < _LEAST_REACH:
            return None, at
        step *= 2


def _blank_ends(lines: list[str], start: int) -> Iterator[int]:
    for position in range(start + 1, len(lines)):
        if not lines[position].strip():
            yield position


# What goes on over a blank line when more of the same follows.
_RUNS_ON = frozenset(["list", "quote", "code", "description"])
# Definitions leave nothing behind, so that what stands before and after them meets.
_MEETS = _RUNS_ON | {"definition"}


def belongs(holds: frozenset[str], following: str, inside: frozenset[str], *, indented: bool) -> bool:
    """Whether Python-Markdown would read a chunk (its kind, and those of its lines) as one with what stands before it,
    which holds such kinds."""
    if following == "code":  # four spaces: a list's, a footnote's, or a block of code after anything
        return True
    if indented and not holds.isdisjoint(("list", "definition", "description")):
        return True
    if following in ("html", "unclosed"):
        return "description" in holds and "description" in inside
    return (
        (following in _RUNS_ON and following in holds)
        or following == "description"
        or ("description" in holds and "description" in inside)
        or (following == "definition" and not holds.isdisjoint(_MEETS))
        or ("definition" in holds and following in _MEETS)
    )
