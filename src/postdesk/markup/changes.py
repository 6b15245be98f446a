"""What has changed between two versions of a post, block by block, and word by word inside a block that changed."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import Enum

from postdesk.markup.blocks import Block, split
from postdesk.markup.clean import clean
from postdesk.markup.correspond import correspond
from postdesk.markup.links import label_key
from postdesk.markup.literal import as_typed
from postdesk.markup.matching import matching
from postdesk.markup.render import BlockRenderer, Definitions, Numbers


class State(Enum):
    """What became of a block."""

    SAME = "same"
    CHANGED = "changed"
    GONE = "gone"  # the newer text has it no more
    NEW = "new"  # the older one did not have it


@dataclass(frozen=True, slots=True)
class Passage:
    """A block of either text. `old` and `new` are its Markdown, None where that text has none; `line` is where it
    stands in the newer text, counted from 0, or would stand."""

    state: State
    old: str | None
    new: str | None
    line: int


def compare(old: str, new: str) -> tuple[Passage, ...]:
    """The blocks of `old` in order, each with what became of it in `new`, and between them the blocks that came."""
    before, after = split(old), split(new)
    found = correspond([block.text for block in before], [block.text for block in after])
    origin = {j: i for i, j in enumerate(found.to) if j is not None}
    passages: list[Passage] = []
    told = 0  # blocks of `after` up to which new ones were told
    for i, block in enumerate(before):
        j = found.to[i]
        if j is not None and i not in found.moved:
            passages += _came(after, told, j, origin)
            told = max(told, j + 1)
        if j is None:
            line = after[told].first_line if told < len(after) else _end(after)
            passages.append(Passage(State.GONE, block.text, None, line))
        else:
            there = after[j]
            state = State.SAME if there.text == block.text else State.CHANGED
            passages.append(Passage(state, block.text, there.text, there.first_line))
    return (*passages, *_came(after, told, len(after), origin))


def _came(blocks: Sequence[Block], first: int, end: int, known: dict[int, int]) -> Iterator[Passage]:
    for number in range(first, end):
        if number not in known:
            yield Passage(State.NEW, None, blocks[number].text, blocks[number].first_line)


def _end(blocks: Sequence[Block]) -> int:
    return blocks[-1].last_line + 1 if blocks else 0


def bring_back(text: str, passage: Passage) -> str:
    """`text`, the newer one, with `passage` as the older one had it: in place of what it became, or where it was."""
    if passage.old is None:
        return text
    lines = text.split("\n")
    if passage.new is not None:
        end = passage.line + passage.new.count("\n") + 1
        return "\n".join([*lines[: passage.line], *passage.old.split("\n"), *lines[end:]])
    first = min(passage.line, len(lines))
    above = [""] if first and lines[first - 1].strip() else []
    below = [""] if first < len(lines) and any(line.strip() for line in lines[first:]) else []
    return "\n".join([*lines[:first], *above, *passage.old.split("\n"), *below, *lines[first:]])


# --- shown ---

# Private letters stand for the marks while the text is rendered: they change no block and no emphasis.
_OLD, _OLD_END, _NEW, _NEW_END = "\ue8f1", "\ue8f2", "\ue8f3", "\ue8f4"
_PRIVATE = re.compile("[\ue8f1-\ue8f4]")
_CAME = re.compile(" ?\ue8f3[^\ue8f4]*\ue8f4 ?")
_LABEL = re.compile(r"\[((?:[^\[\]\\]|\\.)*)\]", re.DOTALL)
_TAG = re.compile(r"<[^<>]*>")
_MARKS = {_OLD: "<mark>", _OLD_END: "</mark>", _NEW: "<del>", _NEW_END: "</del>"}
# What must stay as it is for the block to stay what it is: tags, addresses, labels, notes, an item's number, entities.
_TOKEN = re.compile(
    r"""<[^<>\n]*>|\]\([^()\s]*|\]\[[^\[\]\n]*\]|\[\^[^\]\n]*\]:?|https?://\S+|&\#?\w+;|(?m:^[ \t>]*\d{1,9}[.)])
      |\{[^{}\n]*\}|(?P<word>[^\W_]+)|\s+|.""",
    re.VERBOSE | re.DOTALL,
)
_LONGEST = 30_000  # letters of a block that are rendered, and laid out at once
_PART = 4_000  # letters of a piece of what is longer
_LITERAL = frozenset({"fence", "code", "html", "definition", "unclosed"})


@dataclass(frozen=True, slots=True)
class Page:
    """Two texts as one page of clean HTML: the pieces of each passage, mostly one, and the footnotes, "" for none."""

    passages: tuple[tuple[str, ...], ...]
    notes: str


def shown(old: str, new: str, passages: Sequence[Passage], check: Callable[[], None] = lambda: None) -> Page:
    """The page of `passages`, which are `compare(old, new)`: what only the older text has in `<mark>`, what only the
    newer one has in `<del>`. Links and footnotes are those of the text that a passage stands in. A passage that is
    longer than anybody could wait for comes in several short pieces, as it was typed. `check` is called between
    passages, and may raise."""
    renderer = BlockRenderer()
    before, after = renderer.definitions(split(old)), renderer.definitions(split(new))
    notes = _notes(before, after)
    of_old = replace(before, notes={label: notes[label] for label in before.notes})
    of_new = replace(after, notes=notes)
    found: list[tuple[str, ...]] = []
    for passage in passages:
        check()
        literal = _is_literal(passage)
        text = _marked(passage, literal)
        if len(text) > _LONGEST:
            found.append(tuple(_typed(part, literal) for part in _parts(text)))
        else:
            found.append((_rendered(text, renderer, of_new if passage.old is None else of_old),))
    numbers = Numbers(lambda label: renderer.note(label, of_old if label in before.notes else of_new))
    order = sorted(
        range(len(found)), key=lambda place: passages[place].old is None
    )  # numbered as in the older text
    for place in order:
        found[place] = tuple(_marks(clean(numbers.fill(one), _no_picture, True)) for one in found[place])
    return Page(tuple(found), _marks(clean(numbers.tail(), _no_picture, True)))


def _notes(before: Definitions, after: Definitions) -> dict[str, str]:
    """The footnotes of both texts with their marks."""
    found = {}
    for label in {**before.notes, **after.notes}:
        old, new = before.notes.get(label), after.notes.get(label)
        state = (
            State.SAME
            if old == new
            else State.GONE
            if new is None
            else State.NEW
            if old is None
            else State.CHANGED
        )
        passage = Passage(state, old, new, 0)
        found[label] = _marked(passage, _is_literal(passage))
    return found


def _rendered(text: str, renderer: BlockRenderer, definitions: Definitions) -> str:
    if _PRIVATE.search(text) and definitions.references:
        definitions = replace(
            definitions, references={**definitions.references, **_marked_labels(text, definitions)}
        )
    return "\n".join(
        filter(str.strip, (renderer.render(block, definitions) for block in split(text)))
    ).strip()


def _marked_labels(text: str, definitions: Definitions) -> dict[str, tuple[str, str | None]]:
    """The addresses of labels that have marks inside: `[words]` that are label and text in one."""
    found = {}
    for label in _LABEL.findall(text):
        target = definitions.references.get(label_key(_PRIVATE.sub("", _CAME.sub(" ", label))))
        if target is not None:
            found[label_key(label)] = target
    return found


def _no_picture(_reference: str) -> None:
    return None


def _is_literal(passage: Passage) -> bool:
    return any(block.kind in _LITERAL for text in (passage.old, passage.new) if text for block in split(text))


def _typed(part: str, literal: bool) -> str:
    return as_typed(part) if literal else f"<p>{html.escape(part).replace(chr(10), '<br>')}</p>"


def _parts(text: str) -> Iterator[str]:
    """Cut at the ends of lines, or between words."""
    at = 0
    while at < len(text):
        end = at + _PART
        if end < len(text):
            cuts = (text.rfind(gap, at + _PART // 2, end) + 1 for gap in "\n ")
            end = next(filter(None, cuts), end)
        part = text[at:end].rstrip("\n")
        if part.strip():
            yield part
        at = end


def _marked(passage: Passage, literal: bool) -> str:
    old = _PRIVATE.sub("", passage.old) if passage.old is not None else None
    new = _PRIVATE.sub("", passage.new) if passage.new is not None else None
    if passage.state is State.SAME or literal:
        return (old if old is not None else new) or ""
    if old is None or new is None:
        opening, closing = (_OLD, _OLD_END) if new is None else (_NEW, _NEW_END)
        text = (old if new is None else new) or ""
        return "".join(_wrapped(token, opening, closing) for token in _tokens(text))
    a, b = _tokens(old), _tokens(new)
    parts: list[str] = []
    i = j = 0
    for x, y in [*matching([t[0] for t in a], [t[0] for t in b]), (len(a), len(b))]:
        gone = a[i:x]
        came = [token for token in b[j:y] if token[1]]
        parts += [_wrapped(token, _OLD, _OLD_END) for token in gone]
        if came:
            if parts and not parts[-1][-1:].isspace():
                parts.append(" ")
            parts.append(" ".join(_wrapped(token, _NEW, _NEW_END) for token in came))
            if x < len(a) and a[x][1]:
                parts.append(" ")
        if x < len(a):
            parts.append(a[x][0])
        i, j = x + 1, y + 1
    return "".join(parts)


def _tokens(text: str) -> list[tuple[str, bool]]:
    """The parts of a text, and whether each is a word."""
    return [(token[0], token["word"] is not None) for token in _TOKEN.finditer(text)]


def _wrapped(token: tuple[str, bool], opening: str, closing: str) -> str:
    return f"{opening}{token[0]}{closing}" if token[1] else token[0]


def _marks(markup: str) -> str:
    """The private letters as elements; inside of a tag they are nothing."""
    parts = []
    place = 0
    for tag in _TAG.finditer(markup):
        parts.append(_PRIVATE.sub(_element, markup[place : tag.start()]))
        parts.append(_PRIVATE.sub("", tag[0]))
        place = tag.end()
    parts.append(_PRIVATE.sub(_element, markup[place:]))
    return "".join(parts)


def _element(found: re.Match[str]) -> str:
    return _MARKS[found[0]]
