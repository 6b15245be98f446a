"""Renders a post: as a whole, which is what goes out, and one block at a time, which is what the preview is made of.

Law, held by tests/markup/test_law.py: the blocks joined (`live.LivePage(text).html`) are `render_document(text)`.
"""

from __future__ import annotations

import hashlib
import html
import re
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from xml.etree.ElementTree import Element

from pygments.formatters import HtmlFormatter

from postdesk.core.language import _
from postdesk.markup import source
from postdesk.markup.blocks import Block, split
from postdesk.markup.dialect import FOOTNOTE_MARK, Dialect, make_markdown, unescape_label
from postdesk.markup.links import label_key

_CACHED = 3_000  # blocks that went from the text, and their HTML: a cut is often a move
_HELD = 4_000_000  # letters of them: a long paragraph is another block after every key


class TooLong(Exception):
    """A block takes longer to render than anybody waits. Raised by a guard, from outside."""


@dataclass(frozen=True)
class Definitions:
    """What one block may define and another use: link addresses, footnotes (Markdown) and abbreviations."""

    references: Mapping[str, tuple[str, str | None]] = field(default_factory=dict)
    notes: Mapping[str, str] = field(default_factory=dict)
    abbreviations: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def by_key(self) -> Mapping[str, tuple[object, ...]]:
        """Addresses and footnotes by the label as a block would have it in brackets."""
        found: dict[str, tuple[object, ...]] = {}
        for label, target in self.references.items():
            found[label_key(label)] = (label, target)
        for label in self.notes:
            found["^" + label] = (label,)
        return found


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
        renderer = BlockRenderer()
        definitions = renderer.definitions(blocks)
        body = "\n".join(filter(str.strip, (renderer.render(block, definitions) for block in blocks)))
    numbers = Numbers(lambda label: _note(dialect, definitions, label))
    body = numbers.fill(body)
    tail = numbers.tail()
    return "\n".join(part for part in (body, tail) if part).strip()


class BlockRenderer:
    """Renders one block at a time, and remembers. Not thread-safe.

    `guard` is entered around each rendering; it may raise `TooLong` from inside. `refused` are `digest_of` texts that
    are not rendered at all: they have killed a process before. Both kinds are shown as they were typed.
    """

    def __init__(
        self,
        guard: Callable[[], AbstractContextManager[object]] = nullcontext,
        refused: Iterable[str] = (),
        cached: int = _CACHED,
    ) -> None:
        self._dialect = make_markdown()
        self._guard = guard
        self._refused = frozenset(refused)
        self._cache: OrderedDict[tuple[object, ...], str] = OrderedDict()
        self._limit = cached
        self._held = 0
        self._definitions_of: tuple[str, Definitions] = ("", Definitions())

    def definitions(self, blocks: Iterable[Block]) -> Definitions:
        """All that these blocks define. The same object as the last time if nothing about it changed."""
        defining = [
            block for block in blocks if defines(block) and digest_of(block.text) not in self._refused
        ]
        text = _APART.join(block.markdown for block in defining)
        if text != self._definitions_of[0]:
            found = Definitions()
            if text:
                try:
                    with self._guard():
                        _parse(self._dialect, text)
                    found = _defined(self._dialect)
                except Exception:
                    # A block that cannot be parsed defines nothing; it is shown as typed.
                    self._dialect = make_markdown()
                    found = self._defined_one_by_one(defining)
            if found == self._definitions_of[1]:
                found = self._definitions_of[1]
            self._definitions_of = (text, found)
        return self._definitions_of[1]

    def _defined_one_by_one(self, blocks: Iterable[Block]) -> Definitions:
        references: dict[str, tuple[str, str | None]] = {}
        notes: dict[str, str] = {}
        abbreviations: dict[str, str] = {}
        for block in blocks:
            try:
                with self._guard():
                    _parse(self._dialect, block.markdown)
            except Exception:
                self._dialect = make_markdown()
                continue
            found = _defined(self._dialect)
            references = {**found.references, **references}  # the first counts
            notes = {**found.notes, **notes}
            abbreviations |= found.abbreviations
        return Definitions(references, notes, abbreviations)

    def known(self, block: Block, definitions: Definitions) -> str | None:
        """The block's HTML if it was rendered before among the same definitions."""
        key = (block.kind, block.text, visible(block, definitions))
        found = self._cache.get(key)
        if found is not None:
            self._cache.move_to_end(key)
        return found

    def render(self, block: Block, definitions: Definitions) -> str:
        """The block's HTML with open footnotes; the block as typed when it cannot be rendered. Never raises."""
        if digest_of(block.text) in self._refused:
            return _cut_off(block.text)
        try:
            with self._guard():
                rendered = _convert(self._dialect, block.markdown, definitions)
        except Exception as error:
            self._dialect = make_markdown()  # whatever state the failure left behind
            rendered = _cut_off(block.text) if isinstance(error, TooLong) else _failed(block.text)
        key = (block.kind, block.text, visible(block, definitions))
        self._held += len(block.text) + len(rendered) if key not in self._cache else 0
        self._cache[key] = rendered
        while len(self._cache) > self._limit or (self._held > _HELD and len(self._cache) > 1):
            (_kind, text, _sees), old = self._cache.popitem(last=False)
            self._held -= len(str(text)) + len(old)
        return rendered

    def together(self, blocks: Iterable[Block]) -> str | None:
        """The HTML of neighbours that define nothing and use no definitions, by one run; None where that fails."""
        try:
            with self._guard():
                return _convert(self._dialect, "\n\n".join(block.markdown for block in blocks), Definitions())
        except Exception:
            self._dialect = make_markdown()
            return None

    def note(self, label: str, definitions: Definitions) -> str:
        """The HTML of a footnote's text, with open footnotes."""
        bodies = (
            self.known(block, definitions) or self.render(block, definitions)
            for block in _note_blocks(definitions, label)
        )
        return "\n".join(filter(str.strip, bodies)).strip()


def digest_of(text: str) -> str:
    """A short name for a text that says nothing about it."""
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=12).hexdigest()


def _failed(text: str) -> str:
    return source.as_typed(text, _("Shown as it was typed: it could not be rendered."))


def _cut_off(text: str) -> str:
    return source.as_typed(text, _("Shown as it was typed: it would take too long to render."))


@lru_cache(maxsize=2)
def highlight_css(dark: bool) -> str:
    """The style sheet for highlighted code, for a light or a dark page."""
    formatter = HtmlFormatter(style="github-dark" if dark else "default")
    styles: str = formatter.get_style_defs(".highlight")  # type: ignore[no-untyped-call]
    # The page's own colour shows through.
    return "\n".join(line for line in styles.split("\n") if not line.startswith((".highlight {", "pre {")))


# --- definitions ---------------------------------------------------------------------------------------------

_APART = (
    "\n\n<!-- -->\n\n"  # between blocks that are no neighbours: an indented one is no part of the note above
)
_DEFINING = re.compile(r"\] ?:")
_BRACKETED = re.compile(r"\[((?:[^\[\]\\]|\\.)*)\]", re.DOTALL)
_NEXT_LINE = re.compile(r"\n[ \t>]*")  # a label that goes on in the next line of a quotation


def defines(block: Block) -> bool:
    """Whether a block may define something that others use."""
    return _DEFINING.search(block.text) is not None


def _defined(dialect: Dialect) -> Definitions:
    return Definitions(dict(dialect.references), dict(dialect.notes.footnotes), dict(dialect.abbreviations))


@lru_cache(maxsize=300)
def _labels(text: str) -> tuple[str, ...]:
    """Everything in brackets in `text`: as labels of links are compared, and exactly, as footnotes are."""
    found = set()
    for label in _BRACKETED.findall(text):
        plain = _NEXT_LINE.sub(" ", label)
        found |= {label, plain, label_key(label), label_key(plain)}
    return tuple(sorted(found))


def visible(block: Block, definitions: Definitions) -> tuple[object, ...]:
    """What a block's HTML depends on beside its own text."""
    text = block.text
    found: list[object] = []
    if "[" in text and (definitions.references or definitions.notes):
        known = definitions.by_key
        found += [known[label] for label in _labels(text) if label in known]
    for abbreviation, meaning in definitions.abbreviations.items():
        if abbreviation in text:
            found.append((abbreviation, meaning))
    return tuple(found)


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


def _note(dialect: Dialect, definitions: Definitions, label: str) -> str:
    try:
        markdown = "\n\n".join(block.markdown for block in _note_blocks(definitions, label))
        return _convert(dialect, markdown, definitions).strip()
    except Exception:
        return source.as_typed(definitions.notes.get(label, ""))


def _note_blocks(definitions: Definitions, label: str) -> tuple[Block, ...]:
    return split(definitions.notes.get(label, ""))


def notes_in(part: str) -> bool:
    """Whether HTML has open footnotes."""
    return "\u0002" in part


class Numbers:
    """Numbers footnotes in the order in which they are first referred to, and makes their list. `body` gives the HTML
    of the note of a label, with open footnotes."""

    def __init__(self, body: Callable[[str], str]) -> None:
        self._body = body
        self._numbers: dict[str, int] = {}
        self._references: dict[str, int] = {}

    def fill(self, part: str) -> str:
        """`part` with a link in place of every open footnote."""
        return FOOTNOTE_MARK.sub(self._reference, part) if notes_in(part) else part

    def _reference(self, match: re.Match[str]) -> str:
        label = unescape_label(match.group(1))
        number = self._numbers.setdefault(label, len(self._numbers) + 1)
        repeated = self._references[label] = self._references.get(label, 0) + 1
        anchor = html.escape("-".join(label.split()))
        again = str(repeated) if repeated > 1 else ""
        return (
            f'<sup id="fnref{again}:{anchor}"><a class="footnote-ref" href="#fn:{anchor}">{number}</a></sup>'
        )

    def tail(self) -> str:
        """The list of all footnotes that were referred to, "" without any. Notes may refer to further notes."""
        if not self._numbers:
            return ""
        bodies: dict[str, str] = {}
        while len(bodies) < len(self._numbers):
            for label in list(self._numbers):
                if label not in bodies:
                    bodies[label] = self.fill(self._body(label))
        notes = "\n".join(self._item(label, body) for label, body in bodies.items())
        return f'<div class="footnote">\n<hr>\n<ol>\n{notes}\n</ol>\n</div>'

    def _item(self, label: str, body: str) -> str:
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
