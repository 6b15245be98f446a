"""The one Markdown dialect: Python-Markdown with a fixed set of extensions, pictures with captions, and footnotes.

docs/markdown.md describes it for writers. `make_markdown` gives an instance that renders a block or a whole text alike;
footnotes stay open in its HTML (`FOOTNOTE_MARK`) until render.py has seen the whole text and numbers them.
"""

from __future__ import annotations

import html
import re
import xml.etree.ElementTree as etree
from functools import lru_cache

import markdown
from markdown.extensions.abbr import AbbrExtension
from markdown.extensions.footnotes import FootnoteBlockProcessor, FootnoteExtension
from markdown.extensions.md_in_html import HTMLExtractorExtra
from markdown.inlinepatterns import InlineProcessor
from markdown.treeprocessors import Treeprocessor

from postdesk.markup.addresses import Addresses

# Where a footnote is referred to; the label is HTML-escaped. No writer's text can look like it: STX never gets in.
FOOTNOTE_MARK = re.compile("\u0002pd-note:([^\u0003]*)\u0003")
_NOTE = "sup-note"

_EXTENSIONS = [
    "tables",
    "attr_list",
    "def_list",
    "md_in_html",
    "sane_lists",
    "pymdownx.highlight",
    "pymdownx.superfences",
    "pymdownx.tilde",
    "pymdownx.tasklist",
    "pymdownx.betterem",
    "pymdownx.saneheaders",
    "pymdownx.escapeall",
]
_SETTINGS = {
    "pymdownx.highlight": {"use_pygments": True, "pygments_lang_class": True, "anchor_linenums": False},
    "pymdownx.superfences": {"relaxed_headers": True},
    "pymdownx.tilde": {"subscript": False},
    "pymdownx.escapeall": {"hardbreak": True},
}


class Dialect(markdown.Markdown):
    """Python-Markdown with what the rest of the program needs to know: `notes`, `abbreviations`, `references`."""

    notes: Notes
    abbreviation_table: AbbrExtension

    @property
    def abbreviations(self) -> dict[str, str]:
        """Abbreviation to what it stands for, as the last conversion found them."""
        table: dict[str, str] = self.abbreviation_table.abbrs  # type: ignore[attr-defined]
        return table


def make_markdown() -> Dialect:
    """A fresh instance of the dialect. Not thread-safe. Use `convert` of render.py rather than its own."""
    notes = Notes()
    abbreviations = AbbrExtension()
    instance = Dialect(
        extensions=[*_EXTENSIONS, notes, abbreviations, _Figures(), Addresses()],
        extension_configs=_SETTINGS,
        tab_length=4,
        output_format="html",
    )
    instance.notes = notes
    instance.abbreviation_table = abbreviations
    return instance


# --- footnotes -----------------------------------------------------------------------------------------------


class Notes(FootnoteExtension):
    """Collects footnotes and leaves a mark where one is referred to. Numbers and the list come from render.py."""

    def extendMarkdown(self, md: markdown.Markdown) -> None:
        md.registerExtension(self)
        self.parser = md.parser
        self.md = md
        md.parser.blockprocessors.register(FootnoteBlockProcessor(self), "footnote", 17)
        md.inlinePatterns.register(_NoteReference(r"\[\^([^\]]*)\]", self), "footnote", 175)
        md.postprocessors.register(_NoteMarks(md), "footnote-marks", 1)


class _NoteReference(InlineProcessor):
    """`[^label]` of a footnote that exists."""

    def __init__(self, pattern: str, notes: Notes) -> None:
        super().__init__(pattern)
        self.notes = notes

    def handleMatch(  # type: ignore[override]
        self, match: re.Match[str], data: str
    ) -> tuple[etree.Element | None, int | None, int | None]:
        label = match.group(1)
        if label not in self.notes.footnotes:
            return None, None, None
        element = etree.Element(_NOTE)
        element.set("label", label)
        return element, match.start(0), match.end(0)


class _NoteMarks(markdown.postprocessors.Postprocessor):
    """Turns the element of a reference into its mark, after everything that could take STX for its own has run."""

    def run(self, text: str) -> str:
        return _NOTE_ELEMENT.sub("\u0002pd-note:\\1\u0003", text)


_NOTE_ELEMENT = re.compile(f'<{_NOTE} label="([^"<>]*)"></{_NOTE}>')


# --- pictures ------------------------------------------------------------------------------------------------


class _Figures(markdown.extensions.Extension):
    def extendMarkdown(self, md: markdown.Markdown) -> None:
        # After the inline patterns (20) and attributes (8).
        md.treeprocessors.register(_FigureTree(md), "figures", 5)


class _FigureTree(Treeprocessor):
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
                element.text = markdown.util.AtomicString(caption)


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


@lru_cache(maxsize=1)
def _prober() -> Dialect:
    return make_markdown()


_PAIRS = (("<!--", "-->"), ("<?", "?>"), ("<![", "]>"), ("<!", ">"))


@lru_cache(maxsize=20_000)
def is_contained(text: str) -> bool:
    """Whether the raw HTML and the fences of `text` (Markdown) are all closed inside it, so that it can be rendered
    alone. Asks the very preprocessors that will read it."""
    instance = _prober()
    instance.reset()
    lines = text.split("\n")
    try:
        lines = instance.preprocessors["normalize_whitespace"].run(lines)
        fences = instance.preprocessors["fenced_code_block"]
        lines = fences.run(lines)
        if getattr(fences, "fence", None) is not None:
            _prober.cache_clear()  # it would go on looking for the end
            return False
        text = "\n".join(lines)
        # Without their ends the parser takes these for text here, and would look for the ends in what follows.
        if any(text.rfind(start) > text.rfind(end) for start, end in _PAIRS):
            return False
        parser = HTMLExtractorExtra(instance)
        parser.feed(text)
    except Exception:
        # What the parser cannot read is shown as typed.
        return False
    left = (parser.rawdata, parser.inraw, parser.stack, getattr(parser, "mdstack", []))
    return not any(left)


def unescape_label(label: str) -> str:
    """The label of a `FOOTNOTE_MARK` as the writer has it."""
    return html.unescape(label)
