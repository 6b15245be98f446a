"""The gate: a block is Markdown only when rendering that gives the very block back, its frame's looks aside.

Rendering, cutting and comparing a block by itself costs more than all else. So neighbours are rendered together, and
what they give is compared letter for letter with what was foretold of them; only where that is not the same they are
looked at in halves, down to one block, of which the atoms are compared.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape

from postdesk.core.tokens import Kind as Token
from postdesk.core.tokens import cut as tokens
from postdesk.markup.blocks import Block, split
from postdesk.markup.chunks import alone, stand_apart
from postdesk.markup.classic import classic_html, closed_paragraphs
from postdesk.markup.gutenberg import to_blocks
from postdesk.markup.lossless.cutting import CAPTION, CAPTIONED, QUOTE, Flavour, Kind, Segment, is_delimited
from postdesk.markup.lossless.emitting import Framed, fits_as_rendered, html_stripped, is_sound, of_segment
from postdesk.markup.lossless.plainly import BETWEEN, Guess, guess
from postdesk.markup.lossless.spans import ExactSpans
from postdesk.markup.markdown import Writer
from postdesk.markup.render import BlockRenderer, Definitions, defines
from postdesk.markup.simpler import simplify
from postdesk.markup.tree import parse, write_all

_TOGETHER = 64  # blocks that are rendered by one run
_DELIMITER = re.compile(r"\A<!--\s+wp:.*?-->\s*|\s*<!--\s+/wp:[^>]*-->\Z", re.DOTALL)
_ALONE = re.compile(r"\[([A-Za-z][\w-]*)[^\[\]]*\](?:.*\[/\1\])?\Z", re.DOTALL)
_BREAKS = re.compile(r"[ \t]*(?:\r\n|\n|\r)\s*")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff\ud800-\udfff]")
_BLANK_LINE = re.compile(r"\n[ \t]*\n")
_BELOW_TABLE = re.compile(r"</table>\s*<figcaption\b.*?</figcaption>", re.DOTALL)
_ANY_DELIMITER = re.compile(r"\s*<!--\s+/?wp:list(?:-item)?\b.*?-->\s*", re.DOTALL)
_BETWEEN_TAGS = re.compile(r"(?<=>)[ \t]*\n\s*\n[ \t]*(?=<)")
_NONE = Definitions()


class Gate:
    """`known`: what it was asked before, or could foretell. Not thread-safe."""

    def __init__(self, flavour: Flavour) -> None:
        self._flavour = flavour
        self._renderer = BlockRenderer(cached=1)
        self._last: tuple[Segment, Framed] | None = None
        self.known: dict[Segment, str | None] = {}

    def foresee(self, segments: Sequence[Segment]) -> None:
        """Make ready to tell about `segments`, which is faster for many than for one."""
        guesses: dict[Segment, Guess] = {}
        for segment in segments:
            found = None if _CONTROL.search(segment.source) or is_alone(segment) else guess(segment)
            if found is not None:
                guesses.setdefault(segment, found)
        waiting = list(guesses.items())
        for place in range(0, len(waiting), _TOGETHER):
            self._take(waiting[place : place + _TOGETHER])

    def said(self, segment: Segment) -> str | None:
        """The Markdown that says the segment, None where none does."""
        try:
            return self.known[segment]
        except KeyError:
            found = self.known[segment] = self._said(segment)
            return found

    def _take(self, guesses: list[tuple[Segment, Guess]]) -> None:
        """Believe those guesses that turn out to be right."""
        if self._are_right([one for _segment, one in guesses]):
            self.known |= {segment: one.markdown for segment, one in guesses}
        elif len(guesses) > 1:
            half = len(guesses) // 2
            self._take(guesses[:half])
            self._take(guesses[half:])

    def _are_right(self, guessed: list[Guess]) -> bool:
        guesses: list[Guess] = []
        for one in guessed:
            if one.runs_on and guesses and guesses[-1].runs_on:
                guesses.append(BETWEEN)
            guesses.append(one)
        if not stand_apart([one.markdown for one in guesses]):
            return False
        shown = []
        for one in guesses:
            found = alone(one.markdown)
            block = Block(one.markdown, 0, 0, found[0] if found is not None else "")
            if defines(block) or not is_sound(block):
                return False
            shown.append(Block(one.tried, 0, 0, block.kind) if one.tried else block)
        return self._renderer.together(shown) == "\n".join(one.rendered for one in guesses)

    def _said(self, segment: Segment) -> str | None:
        source = segment.source
        if _CONTROL.search(source) or is_alone(segment):
            return None
        inner = _DELIMITER.sub("", source) if is_delimited(segment.name) else source
        if segment.kind is Kind.TEXT:
            inner = with_breaks(source)
        elif segment.name == QUOTE:
            inner = closed_paragraphs(classic_html(source, {}))
        elif segment.name == CAPTION and (found := CAPTIONED.match(source)):
            inner = f"<figure>{found[2]}<figcaption>{html_stripped(found[3])}</figcaption></figure>"
        if segment.name == "core/table":
            inner = _BELOW_TABLE.sub("</table>", inner)
        tried: set[str] = set()
        for marks in (True, False):
            blocks = Writer(ExactSpans(marks=marks)).blocks(simplify(inner))
            if len(blocks) != 1:
                break
            markdown = blocks[0][0]
            if markdown not in tried and self.passes(markdown, segment):
                return markdown
            tried.add(markdown)
        raw = without_returns(inner.strip())
        if segment.name == "core/image":
            raw = _plain_figure(inner) or raw
        elif segment.name == "core/list":
            raw = _ANY_DELIMITER.sub("", raw)
        elif segment.name == "core/table":
            raw = without_returns(_DELIMITER.sub("", source).strip())
        if "<!--" not in raw and "<pre" not in raw:
            raw = _BETWEEN_TAGS.sub("\n", raw)
        if not raw.startswith("<") or raw in tried or _BLANK_LINE.search(raw):
            return None  # raw HTML with a blank line in it may reach into the block behind it
        return raw if self.passes(raw, segment) else None

    def passes(self, markdown: str, segment: Segment) -> bool:
        """Whether the Markdown, rendered, is the segment."""
        blocks = split(markdown)
        if len(blocks) != 1 or blocks[0].text != markdown or not is_sound(blocks[0]) or defines(blocks[0]):
            return False
        rendered = self._renderer.render(blocks[0], _NONE)
        if "\u0002" in rendered:
            return False
        return fits_as_rendered(rendered, segment, self._flavour, to_blocks, self._framed)

    def _framed(self, segment: Segment) -> Framed:
        """What the blog has, framed; one is asked for as often as it is tried."""
        if self._last is None or self._last[0] != segment:
            self._last = segment, of_segment(segment)
        return self._last[1]


def without_returns(text: str) -> str:
    """`text` with line feeds for line ends."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _plain_figure(html: str) -> str:
    """A picture whose words have marks: no more of it than what a writer would type; "" for none."""
    nodes = [node for one in parse(html) for node in one.everything()]
    pictures = [node for node in nodes if node.tag == "img"]
    words = [node for node in nodes if node.tag == "figcaption"]
    if len(pictures) != 1 or len(words) != 1:
        return ""
    source, alt = (escape(pictures[0].attributes.get(name, "")) for name in ("src", "alt"))
    shown = f'<img src="{source}" alt="{alt}">'
    links = [n for n in nodes if n.tag == "a" and any(below is pictures[0] for below in n.everything())]
    if links:
        shown = f'<a href="{escape(links[0].attributes.get("href", ""))}">{shown}</a>'
    return f"<figure>{shown}<figcaption>{write_all(words[0].children)}</figcaption></figure>"


def is_alone(segment: Segment) -> bool:
    """Whether a shortcode is all that a paragraph of classic text has."""
    return segment.kind is Kind.TEXT and _ALONE.match(segment.source) is not None


def with_breaks(source: str) -> str:
    """Classic text with a tag for each line end that is a break."""
    parts = []
    for kind, start, end, _tag, _attributes in tokens(source):
        written = source[start:end]
        parts.append(_BREAKS.sub("<br>", written) if kind is Token.TEXT else written)
    return re.sub(r"(<br\s*/?>)<br>", r"\1", "".join(parts))
