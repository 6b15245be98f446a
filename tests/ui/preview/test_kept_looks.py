"""The blocks of a blog's post are shown in the looks that they have there: in the blog's look all of it, in ours how
the text is aligned."""

from __future__ import annotations

import json

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from postdesk.markup.lossless import open_post
from postdesk.ui.preview import preview as pane
from postdesk.ui.preview.preview import Preview
from postdesk.ui.preview.simple import SimpleSurface
from postdesk.ui.theme import load_theme
from tests.ui.preview.stage import PATIENCE, Reader
from tests.ui.preview.test_look import look, style, wear

pytestmark = pytest.mark.qt_log_ignore(
    "vulkan", "Vulkan", "GPU vendor", "Sandboxing disabled", "GPUInfo", extend=True
)

CENTRED = '<p class="has-text-align-center has-red-color" style="letter-spacing:3px;position:fixed">Words of mine</p>'
SOURCE = (
    f"<!-- wp:paragraph -->\n<p>The first.</p>\n<!-- /wp:paragraph -->\n\n"
    f'<!-- wp:paragraph {{"align":"center"}} -->\n{CENTRED}\n<!-- /wp:paragraph -->\n\n'
    '<!-- wp:quote -->\n<blockquote class="wp-block-quote is-style-plain"><!-- wp:paragraph -->\n<p>Said.</p>\n'
    "<!-- /wp:paragraph --></blockquote>\n<!-- /wp:quote -->\n\n"
    '<!-- wp:table -->\n<figure class="wp-block-table alignwide"><table><tbody><tr><td>1</td></tr></tbody></table>'
    '</figure>\n<!-- /wp:table -->\n\n<!-- wp:code -->\n<pre class="wp-block-code alignwide"><code>a b</code></pre>\n'
    '<!-- /wp:code -->\n\n<!-- wp:separator -->\n<hr class="wp-block-separator"/>\n<!-- /wp:separator -->'
)
CSS = ".has-text-align-center{text-align:center}.has-red-color{color:rgb(200, 0, 0)!important}"
CLASSES = "[...document.querySelector('[data-pd=content]').children].map(e => e.nodeName + '.' + e.className)"


def kept(reader: Reader, qtbot: QtBot, preview: Preview | None = None) -> str:
    """The post is open, and the preview has been told of its looks; its Markdown."""
    opened = open_post(SOURCE)
    preview = preview or reader.preview
    with qtbot.waitSignal(preview.shown, timeout=PATIENCE):
        preview.set_post("Title", "", opened.markdown)
    with qtbot.waitSignal(preview.shown, timeout=PATIENCE):
        preview.set_kept(json.dumps(opened.to_json()))
    return opened.markdown


def test_in_the_look_of_the_blog_each_block_looks_as_there(reader: Reader, qtbot: QtBot) -> None:
    wear(reader, look(CSS))
    markdown = kept(reader, qtbot)
    assert reader.ask(CLASSES) == [
        "P.wp-block-paragraph", "P.has-text-align-center has-red-color wp-block-paragraph",
        "BLOCKQUOTE.wp-block-quote is-style-plain is-layout-flow wp-block-quote-is-layout-flow",
        "FIGURE.wp-block-table alignwide", "PRE.wp-block-code alignwide", "HR.wp-block-separator",
    ]  # fmt: skip
    assert (
        reader.ask("document.querySelector('figure > table').className") == ""
    )  # its columns are as wide as they are
    shown = [
        style(reader, ".has-red-color", name) for name in ("textAlign", "color", "letterSpacing", "position")
    ]
    assert shown == ["center", "rgb(200, 0, 0)", "3px", "static"]
    # It stays so with each key, and is taken along.
    for typed in ("Words of mine, m", "Words of mine, mo", "Words of mine, more"):
        reader.type(markdown.replace("Words of mine", typed), 2)
        assert reader.ask("document.querySelector('.has-red-color').textContent") == typed
        assert style(reader, ".has-red-color", "textAlign") == "center"
    reader.type("New.\n\n" + markdown)
    assert reader.ask(CLASSES)[:3] == [
        "P.wp-block-paragraph", "P.wp-block-paragraph", "P.has-text-align-center has-red-color wp-block-paragraph",
    ]  # fmt: skip
    # Another post has no looks but its own.
    reader.show(markdown)
    assert reader.ask(CLASSES)[1] == "P.wp-block-paragraph"


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_on_our_own_page_only_the_alignment_shows(reader: Reader, qtbot: QtBot, dark: bool) -> None:
    reader.preview.set_theme(load_theme(dark))
    kept(reader, qtbot)
    second = "document.querySelectorAll('article p')[1]"
    usual = "document.querySelectorAll('article p')[0]"
    assert reader.ask(f"getComputedStyle({second}).textAlign") == "center"
    for name in ("color", "letterSpacing"):
        assert reader.ask(f"getComputedStyle({second}).{name}") == reader.ask(
            f"getComputedStyle({usual}).{name}"
        )
    assert reader.ask(f"{second}.className") == ""


def test_with_the_look_of_the_blog_come_the_looks_of_the_blocks_and_go_with_it(
    reader: Reader, qtbot: QtBot
) -> None:
    kept(reader, qtbot)
    there = "!!document.querySelector('p.has-red-color')"
    for worn in (look(CSS), None, look(CSS)):
        wear(reader, worn)
        reader.wait(there, worn is not None)
        reader.wait(
            "getComputedStyle(document.querySelectorAll('p')[document.querySelector('header') ? 2 : 1]).textAlign",
            "center",
        )
    # The process that renders is started anew: it is told again.
    with qtbot.waitSignal(reader.preview.shown, timeout=PATIENCE):
        reader.preview.rendering.restart()
    reader.wait(there)


def test_a_post_whose_own_words_cannot_be_read_is_no_fault_of_the_blog(reader: Reader, qtbot: QtBot) -> None:
    source = '<p style="color:#fff">White on white it is.</p>\n<p>These words can be read by everybody.</p>'
    opened = open_post(source)
    reader.preview.set_post("Title", "", opened.markdown)
    reader.preview.set_kept(json.dumps(opened.to_json()))
    wear(reader, look(CSS))
    reader.wait(
        "getComputedStyle(document.querySelector('[data-pd=content] > p')).color", "rgb(255, 255, 255)"
    )
    assert reader.ask("postdesk.unread('#ffffff')") == ""
    assert reader.preview.look is not None


def test_the_simple_preview_shows_the_alignment(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pane, "is_root", lambda: True)
    preview = Preview(load_theme(False))
    qtbot.addWidget(preview)
    preview.resize(600, 700)
    preview.set_look(look(CSS))  # which it does not show
    opened = open_post(SOURCE)
    preview.set_post("Title", "", opened.markdown)
    preview.set_kept(json.dumps(opened.to_json()))
    with qtbot.waitSignal(preview.shown, timeout=PATIENCE):
        preview.show()
        preview.start_engine()
    browser = preview.surface
    assert isinstance(browser, SimpleSurface)
    block = browser.document().begin()
    assert not block.blockFormat().alignment() & Qt.AlignmentFlag.AlignHCenter
    while "Words of mine" not in block.text():
        block = block.next()
        assert block.isValid()
    assert block.blockFormat().alignment() & Qt.AlignmentFlag.AlignHCenter
    preview.shut()
