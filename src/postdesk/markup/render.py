"""Renders a post: as a whole, which is what goes out, and block by block from a cache, which is what the preview shows.

Law, held by tests/markup/test_law.py: `Renderer().update(text).html == render_document(text)`, whatever was rendered
before.
"""

from __future__ import annotations

import hashlib
import html
import re
import time
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from xml.etree.ElementTree import Element

from pygments.formatters import HtmlFormatter

from postdesk.markup import source
from postdesk.markup.blocks import Block, split
from postdesk.markup.dialect import FOOTNOTE_MARK, Dialect, make_markdown, unescape_label

_CACHED = 20_000  # blocks; a day-long live post of 1 MB has some 3,000


@dataclass(frozen=True, slots=True)
class RenderedBlock:
    """One block as HTML. `key` follows from the HTML (equal HTML later in the text gets a suffix), so that a page
    can keep what it has. Lines count from 0, both ends inclusive."""

    key: str
    html: str
    first_line: int
    last_line: int


@dataclass(frozen=True, slots=True)
class Rendered:
    """A whole post as HTML: its blocks (those that show nothing are left out) and the list of footnotes, or ""."""

    blocks: tuple[RenderedBlock, ...] = ()
    tail: str = ""

    @property
    def html(self) -> str:
        """The page's content in one piece."""
        parts = [block.html for block in self.blocks]
        if self.tail:
            parts.append(self.tail)
        return "\n".join(parts).strip()


@dataclass(frozen=True, slots=True)
class Definitions:
    """What one block may define and another use: link addresses, footnotes (Markdown) and abbreviations."""

    references: Mapping[str, tuple[str, str | None]] = field(default_factory=dict)
    notes: Mapping[str, str] = field(default_factory=dict)
    abbreviations: Mapping[str, str] = field(default_factory=dict)


def render_document(text: str) -> str:
    """The HTML of a whole post (Markdown, any line ends), by one run of Python-Markdown. Never raises."""
    blocks = split(text)
    markdown = "\n\n".join(block.markdown for block in blocks)
    dialect = make_markdown()
    try:
        body = _convert(dialect, markdown, None)
        definitions = _defined(dialect)
    except Exception:
        # Some block cannot be rendered; rendered one by one only that one is shown as typed.
        return Renderer().render(text).html
    numbers = _Numbers(dialect, definitions)
    body = numbers.fill(body)
    tail = numbers.tail()
    return "\n".join(part for part in (body, tail) if part).strip()


class Renderer:
    """Renders block by block and remembers. Not thread-safe; make one for each thread."""

    def __init__(self, cached: int = _CACHED) -> None:
        self._dialect = make_markdown()
        self._cache: OrderedDict[tuple[object, ...], str] = OrderedDict()
        self._limit = cached
        self._definitions_of: tuple[str, Definitions] = ("", Definitions())

    def render(self, text: str) -> Rendered:
        """The whole post (Markdown, any line ends). What was rendered before is not rendered again."""
        job = self.start(text)
        while not job.step(1000.0):
            pass
        return job.rendered

    def update(self, text: str) -> Rendered:
        """The same as `render`: the cost follows what changed since the last call."""
        return self.render(text)

    def start(self, text: str, around_line: int = 0) -> Job:
        """Begins to render `text` in slices, the blocks nearest to line `around_line` (from 0) first."""
        return Job(self, split(text), around_line)

    def definitions(self, blocks: tuple[Block, ...]) -> Definitions:
        """All that the post defines."""
        defining = "\n\n".join(block.markdown for block in blocks if _DEFINING.search(block.text))
        if defining != self._definitions_of[0]:
            found = Definitions()
            if defining:
                try:
                    _parse(self._dialect, defining)
                    found = _defined(self._dialect)
                except Exception:
                    # A block that cannot be parsed defines nothing; it is shown as typed.
                    found = self._defined_one_by_one(blocks)
            self._definitions_of = (defining, found)
        return self._definitions_of[1]

    def _defined_one_by_one(self, blocks: tuple[Block, ...]) -> Definitions:
        references: dict[str, tuple[str, str | None]] = {}
        notes: dict[str, str] = {}
        abbreviations: dict[str, str] = {}
        for block in blocks:
            if _DEFINING.search(block.text):
                try:
                    _parse(self._dialect, block.markdown)
                except Exception:  # noqa: S112  shown as typed, see above
                    continue
                found = _defined(self._dialect)
                references |= found.references
                notes |= found.notes
                abbreviations |= found.abbreviations
        return Definitions(references, notes, abbreviations)

    def cached(self, block: Block, definitions: Definitions) -> str | None:
        """The block's HTML with open footnotes if it is known."""
        key = _cache_key(block, definitions)
        known = self._cache.get(key)
        if known is not None:
            self._cache.move_to_end(key)
        return known

    def render_block(self, block: Block, definitions: Definitions) -> str:
        """The block's HTML with open footnotes; the block as typed when it cannot be rendered."""
        try:
            rendered = _convert(self._dialect, block.markdown, definitions)
        except Exception:
            self._dialect = make_markdown()  # whatever state the failure left behind
            rendered = source.as_typed(block.text)
        self._cache[_cache_key(block, definitions)] = rendered
        while len(self._cache) > self._limit:
            self._cache.popitem(last=False)
        return rendered

    def finish(self, blocks: tuple[Block, ...], parts: list[str], definitions: Definitions) -> Rendered:
        """Numbers the footnotes and gives every block its key."""
        numbers = _Numbers(self._dialect, definitions)
        used: dict[str, int] = {}
        rendered = []
        for block, part in zip(blocks, parts):
            if not part.strip():
                continue
            filled = numbers.fill(part)
            key = _content_key(filled)
            used[key] = used.get(key, 0) + 1
            if used[key] > 1:
                key = f"{key}-{used[key]}"
            rendered.append(RenderedBlock(key, filled, block.first_line, block.last_line))
        return Rendered(tuple(rendered), numbers.tail())


class Job:
    """One text being rendered, a few milliseconds at a time."""

    def __init__(self, renderer: Renderer, blocks: tuple[Block, ...], around_line: int) -> None:
        self._renderer = renderer
        self._blocks = blocks
        self._definitions = renderer.definitions(blocks)
        self._parts: list[str | None] = [renderer.cached(block, self._definitions) for block in blocks]
        missing = [number for number, part in enumerate(self._parts) if part is None]
        missing.sort(key=lambda number: -_distance(blocks[number], around_line))
        self._missing = missing

    @property
    def done(self) -> bool:
        """Whether every block is rendered."""
        return not self._missing

    def step(self, milliseconds: float) -> bool:
        """Renders for about `milliseconds` (at least one block); True when nothing is left to do."""
        end = time.monotonic() + milliseconds / 1000
        while self._missing:
            number = self._missing.pop()
            self._parts[number] = self._renderer.render_block(self._blocks[number], self._definitions)
            if time.monotonic() >= end:
                break
        return self.done

    @property
    def rendered(self) -> Rendered:
        """What there is so far; a block that is still to come is shown as typed."""
        parts = [
            part if part is not None else source.as_typed(block.text)
            for block, part in zip(self._blocks, self._parts)
        ]
        return self._renderer.finish(self._blocks, parts, self._definitions)


@lru_cache(maxsize=2)
def highlight_css(dark: bool) -> str:
    """The style sheet for highlighted code, for a light or a dark page."""
    formatter = HtmlFormatter(style="github-dark" if dark else "default")
    styles: str = formatter.get_style_defs(".highlight")  # type: ignore[no-untyped-call]
    # The page's own colour shows through.
    return "\n".join(line for line in styles.split("\n") if not line.startswith((".highlight {", "pre {")))


# --- definitions ---------------------------------------------------------------------------------------------

_DEFINING = re.compile(r"\] ?:")
_BRACKETED = re.compile(r"\[([^\[\]]*)\]")


def _distance(block: Block, line: int) -> int:
    return max(block.first_line - line, line - block.last_line, 0)


def _defined(dialect: Dialect) -> Definitions:
    return Definitions(dict(dialect.references), dict(dialect.notes.footnotes), dict(dialect.abbreviations))


@lru_cache(maxsize=_CACHED)
def _labels(text: str) -> frozenset[str]:
    """Everything in brackets in `text`, as Python-Markdown compares labels, and as footnotes do (exactly)."""
    found = set()
    for label in _BRACKETED.findall(text):
        found.add(label)
        found.add(" ".join(label.lower().split()))
    return frozenset(found)


def _cache_key(block: Block, definitions: Definitions) -> tuple[object, ...]:
    """What the block's HTML depends on."""
    text = block.text
    visible: list[object] = []
    if "[" in text and (definitions.references or definitions.notes):
        labels = _labels(text)
        for label, target in definitions.references.items():
            if " ".join(label.split()) in labels:
                visible.append((label, target))
        for label in definitions.notes:
            if "^" + label in labels or "\n" in label:
                visible.append(label)
    for abbreviation, meaning in definitions.abbreviations.items():
        if abbreviation in text:
            visible.append((abbreviation, meaning))
    return (block.kind, text, tuple(visible))


# --- one run of Python-Markdown ------------------------------------------------------------------------------


def _parse(dialect: Dialect, markdown: str) -> Element:
    dialect.reset()
    lines = markdown.split("\n")
    for preprocessor in dialect.preprocessors:
        lines = preprocessor.run(lines)
    # An extension may look at them while the blocks are parsed.
    dialect.lines = lines  # type: ignore[attr-defined]
    root: Element = dialect.parser.parseDocument(lines).getroot()  # type: ignore[assignment]
    return root


def _convert(dialect: Dialect, markdown: str, definitions: Definitions | None) -> str:
    """Python-Markdown's `convert` with definitions from outside (None: those of `markdown` itself)."""
    if not markdown.strip():
        dialect.reset()
        return ""
    root = _parse(dialect, markdown)
    if definitions is not None:
        dialect.references.clear()
        dialect.references.update(definitions.references)  # type: ignore[arg-type]
        dialect.notes.footnotes.clear()
        dialect.notes.footnotes.update(definitions.notes)
        dialect.abbreviations.clear()
        dialect.abbreviations.update(definitions.abbreviations)
    for treeprocessor in dialect.treeprocessors:
        changed = treeprocessor.run(root)
        if changed is not None:
            root = changed
    output: str = dialect.serializer(root)
    start = output.find(f"<{dialect.doc_tag}>")
    output = (
        output[start + len(dialect.doc_tag) + 2 : output.rfind(f"</{dialect.doc_tag}>")].strip()
        if start >= 0
        else ""
    )
    for postprocessor in dialect.postprocessors:
        output = postprocessor.run(output)
    # Not stripped: raw HTML brings its own line ends, and they are there in the whole text too.
    return output


# --- footnotes -----------------------------------------------------------------------------------------------


class _Numbers:
    """Numbers footnotes in the order in which they are first referred to, and makes their list."""

    def __init__(self, dialect: Dialect, definitions: Definitions) -> None:
        self._dialect = dialect
        self._definitions = definitions
        self._order: list[str] = []
        self._references: dict[str, int] = {}

    def fill(self, part: str) -> str:
        """`part` with a link in place of every open footnote."""
        return FOOTNOTE_MARK.sub(self._reference, part) if "\u0002" in part else part

    def _reference(self, match: re.Match[str]) -> str:
        label = unescape_label(match.group(1))
        if label not in self._references:
            self._order.append(label)
            self._references[label] = 0
        self._references[label] += 1
        number = self._order.index(label) + 1
        anchor = html.escape("-".join(label.split()))
        repeated = self._references[label]
        again = str(repeated) if repeated > 1 else ""
        return (
            f'<sup id="fnref{again}:{anchor}"><a class="footnote-ref" href="#fn:{anchor}">{number}</a></sup>'
        )

    def tail(self) -> str:
        """The list of all footnotes that were referred to, "" without any. Notes may refer to further notes."""
        if not self._order:
            return ""
        bodies = []
        for label in self._order:  # grows meanwhile
            bodies.append(self.fill(self._body(label)))
        notes = "\n".join(self._note(label, body) for label, body in zip(self._order, bodies))
        return f'<div class="footnote">\n<hr>\n<ol>\n{notes}\n</ol>\n</div>'

    def _body(self, label: str) -> str:
        text = self._definitions.notes.get(label, "")
        try:
            markdown = "\n\n".join(block.markdown for block in split(text))
            return _convert(self._dialect, markdown, self._definitions).strip()
        except Exception:
            return source.as_typed(text)

    def _note(self, label: str, body: str) -> str:
        anchor = html.escape("-".join(label.split()))
        links = "".join(
            f'&#160;<a class="footnote-backref" href="#fnref{again if again > 1 else ""}:{anchor}">&#8617;</a>'
            for again in range(1, self._references[label] + 1)
        )
        if body.endswith("</p>"):
            body = body[: -len("</p>")] + links + "</p>"
        else:
            body = (body + "\n" if body else "") + f"<p>{links.removeprefix('&#160;')}</p>"
        return f'<li id="fn:{anchor}">\n{body}\n</li>'


def _content_key(part: str) -> str:
    return hashlib.blake2b(part.encode("utf-8", "surrogatepass"), digest_size=9).hexdigest()
