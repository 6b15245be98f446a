"""What is given all that: each function of the program that reads text of unknown origin."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from postdesk.backends.reader import next_address
from postdesk.exchange.obsidian import plain_links
from postdesk.exchange.pages import read_page
from postdesk.library.blog_pictures import key_of
from postdesk.library.document import compose, read_document
from postdesk.library.scan import scan
from postdesk.markup import counts, reading
from postdesk.markup.blocks import lines_of, split
from postdesk.markup.classic import classic_html
from postdesk.markup.clean import clean
from postdesk.markup.gutenberg import to_blocks
from postdesk.markup.live import LivePage
from postdesk.markup.markdown import to_markdown
from postdesk.markup.outline import outline
from postdesk.markup.pictures import find_pictures, render_for_blog
from postdesk.markup.published import cut_content, meaning
from postdesk.markup.render import render_document
from postdesk.markup.shown import exchange_in_cards, shown_pictures
from postdesk.markup.tree import parse, write_all
from postdesk.publishing.theirs import Dress, theirs_as_markdown
from postdesk.publishing.verify import shown_part
from postdesk.ui.editor import marks
from postdesk.ui.editor.source import Source

Target = Callable[[str], object]


def _picture(reference: str) -> str | None:
    return "postdesk:/picture/" + str(len(reference))


def cleaned(text: str) -> str:
    """The preview's second wall, over any HTML."""
    return clean(text, _picture, remote_allowed=True)


def _preview(text: str) -> str:
    page = LivePage(text)
    while page.work():
        pass
    patch = page.patch(cleaned)
    return "" if patch is None else "".join(piece.html for splice in patch.splices for piece in splice.pieces)


def _law(text: str) -> str:
    """Law: a page that was typed into is the text rendered as a whole."""
    lines = lines_of(text)
    middle = len(lines) // 2
    page = LivePage(text)
    page.edit(middle, 0, ["a *line* that was typed [here][1]", ""], middle)
    lines[middle:middle] = ["a *line* that was typed [here][1]", ""]
    html = page.html
    assert html == render_document("\n".join(lines))
    return html


def _as_it_is(reference: str) -> str | None:
    return reference if reference == "a.png" else None


def _clean_twice(text: str) -> str:
    """Law: what is clean stays as it is."""
    once = clean(text, _as_it_is, remote_allowed=False)
    assert clean(once, _as_it_is, remote_allowed=False) == once
    return once


def _coloured(text: str) -> int:
    """Every line of the text, as the editor colours it."""
    source = Source()
    source.put(text)
    ranges = 0
    for number, line in enumerate(source.lines):
        ranges += len(marks.colour(line, source.where(number), source.around(number)))
    return ranges


def _file(text: str) -> bytes:
    """The text as a file: listed, opened, and saved with a letter more."""
    data = text.encode("utf-8", "surrogatepass")
    scan(data)
    document = read_document(Path("a.md"), data, "0a")
    if document.readonly:
        return data
    return compose(document, replace(document.post, body=document.post.body + "x"))


def _theirs(text: str) -> str:
    """What somebody else put on the blog, as Markdown; and the text itself as what was sent before."""
    dress = Dress()
    theirs_as_markdown("Words.\n", "<p>Words.</p>", text, dress)
    sent = dress.of(text)
    unchanged = theirs_as_markdown(text, sent, sent, dress)
    assert "".join(unchanged.text.split()) == "".join("\n".join(lines_of(text)).split())
    return "".join(meaning(block, loose=True) for block in cut_content(text))


def _shown(text: str) -> str:
    """The pictures of what somebody else put on the blog, which has a name for each of them."""
    for shown in shown_pictures(f"{text}\n\n```{{=html}}\n{text}\n```\n", text):
        key_of(shown.ref, "0123456789abcdef")
    key_of(text, "0123456789abcdef")
    assert exchange_in_cards(text, lambda _ref: None) == text
    return exchange_in_cards(f"```{{=html}}\n{text}\n```\n", lambda ref: ref)


def _front_matter(text: str) -> bytes:
    return _file(f"---\n{text}\n---\n\nText\n")


TARGETS: dict[str, Target] = {
    "render_document": render_document,
    "render_for_blog": lambda text: render_for_blog(text, _picture),
    "split": split,
    "preview": _preview,
    "typed": _law,
    "clean": _clean_twice,
    "to_blocks": to_blocks,
    "published": lambda text: to_blocks(render_for_blog(text, _picture)),
    "tree": lambda text: write_all(parse(text)),
    "words": counts.words,
    "plain_text": reading.plain_text,
    "excerpt": reading.excerpt,
    "outline": outline,
    "find_pictures": find_pictures,
    "shown pictures": _shown,
    "colour": _coloured,
    "file": _file,
    "front matter": _front_matter,
    "to_markdown": to_markdown,
    "classic": lambda text: to_markdown(classic_html(text, {"1": "https://example.org/a.png"})),
    "theirs": _theirs,
    "page": read_page,
    "readers": lambda text: (shown_part(text, text), next_address("https://a.example/", text[:2000])),
    "wiki links": lambda text: plain_links(text, lambda _name: None),
}
