"""Theirs as Markdown: what a blog has of a post by now, as the writer would have it in her file.

Each block that nobody changed there since the base is the base's own Markdown, letter by letter. One that somebody
changed or added is turned into Markdown, in her spelling where that can be told. What Markdown cannot say stays as it
is in the blog's own markup, which goes out again as it is: the gate is that what comes of it says what the blog has.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from postdesk.core.tokens import Kind, cut
from postdesk.markup.blocks import Block, Splitter, lines_of
from postdesk.markup.classic import classic_html
from postdesk.markup.correspond import correspond
from postdesk.markup.gutenberg import Media, to_blocks
from postdesk.markup.live import LivePage
from postdesk.markup.lossless import Flavour, Opened, open_post, send_post
from postdesk.markup.lossless.opening import card
from postdesk.markup.markdown import to_markdown
from postdesk.markup.matching import matching
from postdesk.markup.merge import merge
from postdesk.markup.pictures import exchange_sources
from postdesk.markup.postlinks import with_addresses
from postdesk.markup.published import cut_content, meaning, readable, shown
from postdesk.markup.render import render_document
from postdesk.markup.simpler import BLOCKS

__all__ = ["Dress", "Theirs", "theirs_as_markdown", "theirs_by_map"]

_NOTE = re.compile(
    r'<sup id="fnref\d*:([^"<>]+)">\s*<a class="footnote-ref" href="#fn:[^"<>]*">[^<>]*</a>\s*</sup>'
)
_LABEL = re.compile(r"\[\^([^\]\[\s]+)\]")
_PLACEHOLDER = re.compile(r"pdnote((?:[0-9a-f]{2})+)pd")
_TAG = re.compile(r"<([A-Za-z][A-Za-z0-9]*)")
_SPECIAL = re.compile(r"[\s()<>]")


@dataclass(frozen=True, slots=True)
class Dress:
    """How the HTML of a post becomes the content of its blog: `addresses` of pictures by their references, `media` by
    these addresses, `links` to other posts by their ids, and whether it is block markup."""

    addresses: Mapping[str, str] = field(default_factory=dict)
    media: Mapping[str, Media] = field(default_factory=dict)
    links: Mapping[str, str] = field(default_factory=dict)
    blocks: bool = True

    def content(self, page: str) -> str:
        """The content for `page`, which is what `render_document` gives."""
        page = with_addresses(exchange_sources(page, self.addresses.get), self.links)
        return to_blocks(page, self.media) if self.blocks else page

    def of(self, text: str) -> str:
        """The content for `text`, which is Markdown."""
        return self.content(render_document(text))

    def undone(self, text: str) -> str:
        """Markdown with the blog's addresses, with those of her own files and posts in their places."""
        back = {address: _spelled(ref) for ref, address in self.addresses.items()}
        back |= {address: f"post:{post_id}" for post_id, address in self.links.items()}
        for address, here in back.items():
            if address and address in text:
                quoted = html.escape(html.unescape(here.strip("<>")))
                text = text.replace(f'"{html.escape(address)}"', f'"{quoted}"')
                parts = re.split(rf"(?<=\]\()<?{re.escape(address)}>?(?=[\s)])", text)
                text = here.join(parts)
        return text


@dataclass(frozen=True, slots=True)
class Theirs:
    """`text` is the Markdown; `doubtful` are blocks of it that may not say all that the base's did or the blog has.
    Without `certain` the text as a whole does not say quite what the blog has."""

    text: str
    doubtful: frozenset[str] = frozenset()
    certain: bool = True


def theirs_as_markdown(base: str, base_content: str, there: str, dress: Dress) -> Theirs:
    """The blog's content `there` as Markdown. `base` is the Markdown that was in step with `base_content` when the blog
    had that. Any text is taken; nothing is raised."""
    return _Reading(base, base_content, there, dress).read()


def theirs_by_map(opened: Opened, there: str, dress: Dress) -> tuple[Theirs, Opened]:
    """The same for a post that came from the blog: what is opened anew is what the blog has, and what nobody changed
    there is as `opened`, the map of what was in step, has it. The map of the result, too."""
    now = open_post(there, classic=opened.flavour is not Flavour.HTML)
    before = [piece for piece in opened.pieces if piece.source and piece.markdown]
    places = [place for place, piece in enumerate(now.pieces) if piece.source]
    pieces = list(now.pieces)
    sources = [piece.source for piece in before], [pieces[place].source for place in places]
    for old, new in enumerate(correspond(*sources).to):
        if new is not None and before[old].source == pieces[places[new]].source:
            pieces[places[new]] = replace(
                pieces[places[new]], markdown=before[old].markdown, card=before[old].card
            )
    spelled = replace(now, pieces=tuple(pieces))
    found = spelled if send_post(spelled, spelled.markdown, dress.content).opened.content == there else now
    return Theirs(found.markdown), found


@dataclass(frozen=True, slots=True)
class _Segment:
    """Some blocks of the base's Markdown and the blocks of its content that they became, each from, to. A footnotes'
    list, and what a blog added by itself, has no Markdown. `is_known`: the words of both are the same."""

    markdown: tuple[int, int]
    content: tuple[int, int]
    is_known: bool


@dataclass(frozen=True, slots=True)
class _Part:
    """A piece of the result. `first` and `last` are the base's blocks that it is made of, -1 for none."""

    text: str
    first: int = -1
    last: int = -1


class _Reading:
    def __init__(self, base: str, base_content: str, there: str, dress: Dress) -> None:
        self._lines = lines_of(base)
        self._blocks: list[Block] = Splitter(self._lines).blocks
        self._pages, notes = _pages(base, self._blocks)
        contents = [dress.content(page) for page in self._pages]
        self._shown = [place for place, content in enumerate(contents) if content.strip()]
        self._definitions = "\n\n".join(
            block.text for place, block in enumerate(self._blocks) if place not in set(self._shown)
        )
        self._then = cut_content(base_content)
        self._now = cut_content(there)
        self._doubtful: set[str] = set()
        pages = [*(self._pages[place] for place in self._shown), *([notes] if notes else [])]
        sent = [*(contents[place] for place in self._shown), *([dress.content(notes)] if notes else [])]
        self._segments = _aligned(sent, self._then)
        self._dress = replace(dress, addresses={**self._seen(pages), **dress.addresses})
        self._notes = notes

    def read(self) -> Theirs:
        parts = self._in_place(list(self._parts()))
        text = self._joined(parts)
        said = _said(self._dress.of(text))
        # Blocks joined are the whole, so that it need not be rendered again (tests/markup/test_law.py).
        pages = (self._pages[place] for place in self._shown)
        sent = "\n".join((*pages, self._notes))
        if _said(self._dress.content(sent)) == _said("\n".join(self._then)):
            certain = said == _said("\n".join(self._now))
        else:  # the blog filters what she sends, so that the whole never says the same
            certain = bool(self._notes) or said == _said("\n".join(self._dress.of(p.text) for p in parts))
        return Theirs(text, frozenset(self._doubtful), certain)

    # --- which block is which ---

    def _seen(self, pages: Sequence[str]) -> dict[str, str]:
        """The addresses that the blog gave pictures, as far as they stand at the same place."""
        found: dict[str, str] = {}
        for segment in self._segments:
            here = [ref for page in pages[slice(*segment.markdown)] for ref in _sources(page)]
            there = [address for block in self._then[slice(*segment.content)] for address in _sources(block)]
            if segment.is_known and len(here) == len(there):
                found |= {ref: address for ref, address in zip(here, there) if "//" not in ref}
        return found

    def _parts(self) -> Iterator[_Part]:
        """The blog's blocks of now in their order, as Markdown."""
        map_ = correspond([readable(b) for b in self._then], [readable(b) for b in self._now])
        back = {now: then for then, now in enumerate(map_.to) if now is not None}
        same = [meaning(block) for block in self._then]
        of_block = {then: segment for segment in self._segments for then in range(*segment.content)}
        now = 0
        while now < len(self._now):
            then = back.get(now, -1)
            segment = of_block.get(then)
            count = segment.content[1] - segment.content[0] if segment is not None else 0
            if segment is not None and all(
                back.get(now + step) == segment.content[0] + step
                and meaning(self._now[now + step]) == same[segment.content[0] + step]
                for step in range(count)
            ):
                yield from self._kept(segment)
                now += count
                continue
            yield self._changed(self._now[now], segment, count)
            now += 1

    def _kept(self, segment: _Segment) -> Iterator[_Part]:
        first, last = self._places(segment)
        if first >= 0:
            yield _Part(self._source(first, last), first, last)

    def _places(self, segment: _Segment) -> tuple[int, int]:
        """The base's blocks of a segment, first and last; -1 for none."""
        places = self._shown[slice(*segment.markdown)]
        return (places[0], places[-1]) if places else (-1, -1)

    def _source(self, first: int, last: int) -> str:
        return "\n".join(self._lines[self._blocks[first].first_line : self._blocks[last].last_line + 1])

    # --- what somebody wrote there ---

    def _changed(self, block: str, segment: _Segment | None, count: int) -> _Part:
        first, last = self._places(segment) if segment is not None and count == 1 else (-1, -1)
        text, is_sure = self._as_markdown(block, self._source(first, last) if first >= 0 else "", segment)
        if segment is not None and (first < 0 or not self._is_as_sent(segment)):
            is_sure = False  # what the blog left out of hers before would go from her text with this
        if not is_sure:
            self._doubtful.add(text)
        return _Part(text, first, last)

    def _is_as_sent(self, segment: _Segment) -> bool:
        pages = [self._pages[place] for place in self._shown[slice(*segment.markdown)]]
        meant = "\n".join(self._dress.content(page) for page in pages)
        return _said(meant) == _said("\n".join(self._then[slice(*segment.content)]))

    def _as_markdown(self, block: str, mine: str, segment: _Segment | None) -> tuple[str, bool]:
        """A block as Markdown, in the spelling of `mine` where there is one, and whether it says all of it."""
        plain = self._converted(block)
        wanted = _said(_noted(self._paragraphs(block)))
        choices = [plain]
        if mine and segment is not None:
            was = self._converted(self._then[segment.content[0]])
            spelled = merge(was, mine, plain).text if was != plain else None
            if spelled is not None:
                choices.insert(0, spelled.strip("\n"))
        for text in choices:
            if text and self._says(text, wanted):
                return text, True
        raw = card(self._dress.undone(block))
        return raw, self._says(raw, wanted)

    def _says(self, text: str, wanted: str) -> bool:
        marked = _LABEL.sub(lambda found: _placeholder(found[1]), text)
        return _said(self._dress.of(f"{marked}\n\n{self._definitions}")) == wanted

    def _converted(self, block: str) -> str:
        text = self._dress.undone(to_markdown(_noted(self._paragraphs(block)))).strip("\n")
        return _PLACEHOLDER.sub(lambda found: f"[^{bytes.fromhex(found[1]).decode()}]", text)

    @staticmethod
    def _paragraphs(block: str) -> str:
        """What the classic editor writes without marks is a paragraph."""
        name = _TAG.match(block)
        if block.startswith("<!--") or (name is not None and name[1].lower() in BLOCKS):
            return block
        return f"<p>{classic_html(block, {}).strip()}</p>"

    # --- the whole ---

    def _in_place(self, parts: list[_Part]) -> list[_Part]:
        """With what no reader sees (definitions, footnotes' texts) and what the blog never had, where it was."""
        found: set[int] = set()
        for part in parts:
            found.update(range(part.first, part.last + 1) if part.first >= 0 else ())
        of_content = {
            place
            for segment in self._segments
            if segment.content[0] < segment.content[1]
            for place in self._shown[slice(*segment.markdown)]
        }
        for place in range(len(self._blocks)):
            if place in found or place in of_content:
                continue
            before = [(part.last, at) for at, part in enumerate(parts) if 0 <= part.last < place]
            at = max(before)[1] + 1 if before else 0
            parts.insert(at, _Part(self._source(place, place), place, place))
        return parts

    def _joined(self, parts: list[_Part]) -> str:
        if not parts:
            return ""
        texts: list[str] = []
        for part, after in pairwise(parts):
            gap = 2
            if part.last >= 0 and after.first == part.last + 1:
                gap = max(2, self._blocks[after.first].first_line - self._blocks[part.last].last_line)
                if self._blocks[after.first].first_line - self._blocks[part.last].last_line == 1:
                    gap = 1 if self._is_untouched(part) and self._is_untouched(after) else 2
            texts.append(part.text + "\n" * gap)
        tail = self._lines[self._blocks[-1].last_line + 1 :] if self._blocks else [""]
        lead = "\n" * self._blocks[0].first_line if self._blocks else ""
        return lead + "".join(texts) + parts[-1].text + "\n" * (len(tail) or 0)

    def _is_untouched(self, part: _Part) -> bool:
        return part.first >= 0 and part.text == self._source(part.first, part.last)


def _pages(text: str, blocks: Sequence[Block]) -> tuple[list[str], str]:
    """The HTML of each block, "" for one that shows nothing, and the list of footnotes."""
    live = LivePage(text)
    while live.work():
        pass
    patch = live.patch()
    at_line = {block.first_line: place for place, block in enumerate(blocks)}
    pages = [""] * len(blocks)
    for splice in patch.splices if patch is not None else ():
        for piece in splice.pieces:
            pages[at_line[piece.first_line]] = piece.html
    return pages, (patch.tail or "") if patch is not None else ""


def _aligned(markdown: Sequence[str], content: Sequence[str]) -> tuple[_Segment, ...]:
    """Which blocks of the base's Markdown (as content) are which of the blog's content, in order."""
    ours, theirs = [shown(block) for block in markdown], [shown(block) for block in content]
    found: list[_Segment] = []
    i = j = 0
    for at_i, at_j in [*matching(ours, theirs), (len(ours), len(theirs))]:
        found += _split(ours, theirs, (i, at_i), (j, at_j))
        if at_i < len(ours):
            found.append(_Segment((at_i, at_i + 1), (at_j, at_j + 1), True))
        i, j = at_i + 1, at_j + 1
    return tuple(found)


def _split(
    ours: Sequence[str], theirs: Sequence[str], of_ours: tuple[int, int], of_theirs: tuple[int, int]
) -> Iterator[_Segment]:
    """Between two blocks that are alike: in as many pieces as their words allow."""
    (i, end_i), (j, end_j) = of_ours, of_theirs
    if i == end_i and j == end_j:
        return
    if i == end_i or j == end_j or "".join(ours[i:end_i]) != "".join(theirs[j:end_j]):
        yield _Segment(of_ours, of_theirs, False)
        return
    ends: list[tuple[int, int]] = []
    length_i = length_j = 0
    while i < end_i or j < end_j:
        if length_i <= length_j and i < end_i:
            length_i, i = length_i + len(ours[i]), i + 1
        else:
            length_j, j = length_j + len(theirs[j]), j + 1
        last_i, last_j = ends[-1] if ends else (of_ours[0], of_theirs[0])
        if length_i == length_j and i > last_i and j > last_j:
            ends.append((i, j))
    ends = [*ends[:-1], (end_i, end_j)]  # what shows nothing at the end belongs to what is before it
    for (start_i, start_j), (i, j) in pairwise([(of_ours[0], of_theirs[0]), *ends]):
        yield _Segment((start_i, i), (start_j, j), True)


def _sources(page: str) -> list[str]:
    return [
        next((value for name, value in attributes if name == "src"), "")
        for kind, _start, _end, tag, attributes in cut(page)
        if kind is Kind.START and tag == "img"
    ]


def _said(content: str) -> str:
    return "\0\0".join(meaning(block, loose=True) for block in cut_content(content))


def _noted(content: str) -> str:
    """With one word for each reference to a footnote: its number is nobody's text."""
    return _NOTE.sub(lambda found: _placeholder(found[1]), content)


def _placeholder(label: str) -> str:
    return f"pdnote{html.unescape(label).encode().hex()}pd"


def _spelled(ref: str) -> str:
    return f"<{ref}>" if _SPECIAL.search(ref) else ref
