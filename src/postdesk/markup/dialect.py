"""The one Markdown dialect: Python-Markdown with our own reading of blocks and of the text in them, which follows
CommonMark, and with tables, footnotes, descriptions, attributes, abbreviations, and pictures with captions.

docs/markdown.md describes it for writers. `make_markdown` gives an instance that renders a block or a whole text alike;
footnotes stay open in its HTML (`FOOTNOTE_MARK`) until render.py has seen the whole text and numbers them.
"""

from __future__ import annotations

import html
import re
import xml.etree.ElementTree as etree
from collections.abc import Mapping, Sequence
from functools import lru_cache

import markdown
from markdown.blockparser import BlockParser
from markdown.extensions import Extension
from markdown.extensions.abbr import AbbrExtension
from markdown.extensions.attr_list import AttrListTreeprocessor
from markdown.treeprocessors import Treeprocessor
from markdown.util import AtomicString, Registry

from postdesk.markup import building, inline, structure
from postdesk.markup.links import label_key
from postdesk.markup.starts import TAB
from postdesk.markup.writing import write

# Where a footnote is referred to; the label is HTML-escaped. No writer's text can look like it: STX never gets in.
FOOTNOTE_MARK = re.compile("\u0002pd-note:([^\u0003]*)\u0003")


class Dialect(markdown.Markdown):
    """Python-Markdown with what the rest of the program needs to know: `notes`, `abbreviations`, `references`."""

    notes: Notes
    abbreviation_table: AbbrExtension

    def build_parser(self) -> Dialect:
        """The parts of Python-Markdown that ours take the place of are not made."""
        self.preprocessors = Registry()
        self.inlinePatterns = Registry()
        self.treeprocessors = Registry()
        self.postprocessors = Registry()
        self.parser = _Blocks(self)
        return self

    @property
    def abbreviations(self) -> dict[str, str]:
        """Abbreviation to what it stands for, as the last conversion found them."""
        table: dict[str, str] = self.abbreviation_table.abbrs  # type: ignore[attr-defined]
        return table


def make_markdown() -> Dialect:
    """A fresh instance of the dialect. Not thread-safe. Use `convert` of render.py rather than its own."""
    notes = Notes()
    abbreviations = AbbrExtension()
    instance = Dialect(extensions=[abbreviations], tab_length=TAB, output_format="html")
    instance.notes = notes
    instance.abbreviation_table = abbreviations
    instance.registerExtension(notes)
    instance.treeprocessors.register(_Text(instance), "inline", 20)
    instance.treeprocessors.register(_Attributes(instance), "attr_list", 8)
    # After the text (20) and attributes (8).
    instance.treeprocessors.register(_Figures(instance), "figures", 5)
    instance.serializer = write
    return instance


class Notes(Extension):
    """The footnotes of a text: label to Markdown."""

    def __init__(self) -> None:
        super().__init__()
        self.footnotes: dict[str, str] = {}

    def reset(self) -> None:
        """Before the next text."""
        self.footnotes.clear()


class _Blocks(BlockParser):
    """Reads blocks as structure.py does, in place of Python-Markdown's own way."""

    def parseDocument(self, lines: Sequence[str]) -> etree.ElementTree:  # type: ignore[override]
        dialect = self.md
        assert isinstance(dialect, Dialect)  # noqa: S101  make_markdown made both
        document = structure.read(lines)
        root = building.build(document)
        for label, target in document.references.items():
            dialect.references.setdefault(label_key(label), target)  # type: ignore[arg-type]
        dialect.notes.footnotes.update(document.notes)
        dialect.abbreviations.update(document.abbreviations)
        return etree.ElementTree(root)


class _Text(Treeprocessor):
    """Reads the text of all elements as inline.py does."""

    def run(self, root: etree.Element) -> None:
        dialect = self.md
        assert isinstance(dialect, Dialect)  # noqa: S101  make_markdown made both
        references: Mapping[str, tuple[str, str | None]] = dialect.references
        notes = dialect.notes.footnotes
        for element in list(root.iter()):
            for place in range(len(element) - 1, -1, -1):
                tail = element[place].tail
                if tail and not isinstance(tail, AtomicString):
                    element[place].tail, new = inline.parse(tail, references, notes)
                    if new:
                        element[place + 1 : place + 1] = new
            text = element.text
            if text and not isinstance(text, AtomicString):
                element.text, new = inline.parse(text, references, notes)
                if new:
                    element[0:0] = new


class _Attributes(AttrListTreeprocessor):
    """Lists of attributes in braces, looked for only where there is a brace."""

    def run(self, doc: etree.Element) -> None:
        if "{" in "".join(doc.itertext()) and any(map(_has_brace, doc.iter())):
            super().run(doc)


def _has_brace(element: etree.Element) -> bool:
    """Whether there is a brace where a list of attributes could stand: not in code."""
    inside = element.text if element.tag not in ("code", building.BLOCK) else None
    return "{" in (element.tail or "") or (inside is not None and "{" in inside)


# --- pictures ------------------------------------------------------------------------------------------------


class _Figures(Treeprocessor):
    """A picture alone in its paragraph becomes a figure; its title, if it has one, is the caption."""

    def run(self, root: etree.Element) -> None:
        for paragraph in root.iter("p"):
            picture = _only_picture(paragraph)
            if picture is None:
                continue
            paragraph.tag = "figure"
            caption = picture.attrib.pop("title", "")
            paragraph.text = None
            for child in paragraph:
                child.tail = None
            if caption.strip():
                element = etree.SubElement(paragraph, "figcaption")
                element.text = AtomicString(caption)


def _only_picture(paragraph: etree.Element) -> etree.Element | None:
    """The `img` of a paragraph that has nothing else (but perhaps a link around it)."""
    element = paragraph
    while True:
        if len(element) != 1 or (element.text or "").strip() or (element[0].tail or "").strip():
            return None
        element = element[0]
        if element.tag == "img":
            return element
        if element.tag != "a":
            return None


# --- whether markup is closed --------------------------------------------------------------------------------


@lru_cache(maxsize=2_000)
def is_contained(text: str) -> bool:
    """Whether the raw HTML and the fences of `text` (Markdown) are all closed inside it, so that it can be rendered
    alone. Asks the very reader that will read it."""
    try:
        document = structure.read(text.split("\n"))
    except structure.TooDeep:
        return False
    return document.closed and not document.open_fences


def unescape_label(label: str) -> str:
    """The label of a `FOOTNOTE_MARK` as the writer has it."""
    return html.unescape(label)
