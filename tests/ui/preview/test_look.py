"""In the look of a blog the preview does what it does in its own, and loads nothing; one that hides posts is left."""

from __future__ import annotations

import os
import random
import signal
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from postdesk.markup.appearance.blocks import CLASSES
from postdesk.markup.rawcards import card_digest
from postdesk.ui.preview.look import Look
from postdesk.ui.preview.simple import SimpleSurface
from postdesk.ui.theme import load_theme
from tests.ui.preview.stage import PATIENCE, Canary, Reader

pytestmark = pytest.mark.qt_log_ignore(
    "vulkan", "Vulkan", "GPU vendor", "Sandboxing disabled", "GPUInfo", extend=True
)

BODY = (
    '<body class="single"><div id="page"><main><h1 class="entry-title" data-pd="title"></h1>'
    '<div class="entry-content" data-pd="content"></div>'
    '<div class="entry-content" data-pd="tail"></div></main></div></body>'
)
CSS = (
    ".entry-content > p{color:rgb(10, 20, 30);margin:0 0 40px}.single .entry-content > * + h2{color:rgb(1, 2, 3)}"
    "#page{max-width:400px;margin:auto}.wp-block-quote{border-left:7px solid}"
    "@font-face{font-family:F;src:url(blog-font/f)}"
    "main{font-family:F}"
)
_INSIDE = "document.querySelector('[data-pd=content]')"


def look(css: str = CSS, dark: str | None = None, body: str = BODY, fonts: list[str] | None = None) -> Look:
    def font(name: str) -> tuple[str, bytes]:
        if fonts is not None:
            fonts.append(name)
        return "font/woff2", b"wOF2"

    return Look(
        "Blog", ' lang="en" class="js"', body, css.encode(), (css if dark is None else dark).encode(), dark is not None,
        font, CLASSES,
    )  # fmt: skip


def wear(reader: Reader, worn: Look | None) -> None:
    reader.preview.set_look(worn)
    reader.wait(
        f"{_INSIDE} !== null && !!document.querySelector('main > article') === {str(worn is None).lower()}"
    )


def style(reader: Reader, selector: str, name: str) -> object:
    return reader.ask(f"getComputedStyle(document.querySelector('{selector}')).{name}")


def test_a_post_stands_in_the_frame_of_the_blog_with_its_names_for_blocks(
    reader: Reader, qtbot: QtBot
) -> None:
    fonts: list[str] = []
    wear(reader, look(fonts=fonts))
    reader.show("One.\n\n## Two\n\n> Three.\n\nNote[^1].\n\n[^1]: Foot.", title="A <b>title</b>")
    assert reader.ask("document.querySelector('h1').textContent") == "A <b>title</b>"
    assert reader.ask(f"[...{_INSIDE}.children].map(e => e.nodeName)") == ["P", "H2", "BLOCKQUOTE", "P"]
    assert style(reader, "p", "color") == "rgb(10, 20, 30)"
    assert style(reader, "h2", "color") == "rgb(1, 2, 3)"
    assert style(reader, "blockquote", "borderLeftWidth") == "7px"
    assert "Foot." in str(reader.ask("document.querySelector('[data-pd=tail]').innerText"))
    qtbot.waitUntil(lambda: fonts == ["f"], timeout=PATIENCE)
    wear(reader, None)
    reader.wait("document.querySelectorAll('main > article > .pd-block').length", 4)
    assert "A <b>title</b>" in reader.text


def test_after_any_edits_the_page_is_what_a_fresh_one_would_be(reader: Reader) -> None:
    """Law, as in our own look: patched page == the same text shown from the beginning."""
    wear(reader, look())
    dice = random.Random(11)
    blocks = [
        "# Heading", "> quote\n> > deep", "- a\n- b", "```python\nx = 1\n```", "text[^1]", "[^1]: note",
        "| a |\n|---|\n| b |",
        "a  \nb", "<div>raw", "---", "<b>one</b> <i>two</i>", "```{=html}\n<p>x</p><p>y</p>\n```", "![x](y.png)",
    ]  # fmt: skip
    text = [f"Paragraph {n} says something." for n in range(8)]
    reader.show("\n\n".join(text))
    shown = "document.querySelector('main').innerHTML.replaceAll(' class=\"\"', '')"
    for _turn in range(16):
        at = dice.randrange(len(text) + 1)
        match dice.randrange(4):
            case 0:
                text.insert(at, dice.choice(blocks))
            case 1 if len(text) > 2:
                del text[at : at + dice.randrange(1, 3)]
            case 2 if text:
                text[min(at, len(text) - 1)] += " typed"
            case _:
                dice.shuffle(text)
        source = "\n\n".join(text)
        reader.type(source)
        patched = reader.ask(shown)
        reader.show(source)
        assert reader.ask(shown) == patched, source


def test_only_what_changed_is_made_anew(reader: Reader) -> None:
    wear(reader, look())
    text = [f"Paragraph {n}." for n in range(20)]
    reader.show("\n\n".join(text))
    reader.ask(f"([...{_INSIDE}.children].forEach(e => {{ e.marked = 1 }}), 0)")
    reader.type("\n\n".join([*text[:10], text[10] + " More.", *text[11:]]))
    assert reader.ask(f"[...{_INSIDE}.children].filter(e => e.marked).length") == 20
    reader.type("\n\n".join([*text[:10], "## " + text[10], *text[11:]]))
    assert reader.ask(f"[...{_INSIDE}.children].filter(e => e.marked).length") == 19
    for number in (1, 7):
        reader.type(f"{number}. One\n\n" + "\n\n".join(text))
        assert reader.ask(f"{_INSIDE}.querySelector('ol').start") == number


def test_the_typed_place_is_in_view_and_a_double_click_finds_its_line(reader: Reader, qtbot: QtBot) -> None:
    wear(reader, look())
    text = [f"Paragraph {n} says a word or two." for n in range(60)]
    reader.show("\n\n".join(text))
    text[50] += " typed"
    reader.type("\n\n".join(text), 100)
    box = f"{_INSIDE}.children[50].getBoundingClientRect()"
    assert reader.ask(f"{box}.top >= 0 && {box}.bottom <= innerHeight")
    with qtbot.waitSignal(reader.preview.line_activated, timeout=PATIENCE) as told:
        reader.click(f"[Math.round({box}.left) + 30, Math.round({box}.top) + 8]", twice=True)
    assert told.args is not None
    assert told.args[0] == 100


def test_a_post_of_the_blog_itself_stands_in_it_as_its_server_rendered_it(
    reader: Reader, qtbot: QtBot
) -> None:
    wear(reader, look())
    html = '<p>One.</p>\n<h2>Two</h2><blockquote class="wp-block-quote is-style-x">Three</blockquote> four <b>five</b>'
    with qtbot.waitSignal(reader.preview.shown, timeout=PATIENCE):
        reader.preview.show_html("Theirs", "yesterday", html)
    assert reader.ask(f"[...{_INSIDE}.children].map(e => e.nodeName + e.className)") == [
        "P", "H2", "BLOCKQUOTEwp-block-quote is-style-x", "DIVpd-block", "B",
    ]  # fmt: skip
    assert style(reader, "h2", "color") == "rgb(1, 2, 3)"


def test_cards_are_shown_as_the_server_rendered_them_and_change_when_it_has_said_how(
    reader: Reader, qtbot: QtBot
) -> None:
    source = '<!-- wp:latest-posts {"postsToShow":1} /-->'
    static = '<div class="own"><p>Static</p></div>'
    body = f"One.\n\n```{{=html}}\n{source}\n```\n\n```{{=html}}\n{static}\n```\n\nTwo."
    for worn in (None, look()):
        wear(reader, worn)
        reader.show(body)
        assert "Shown by the blog: latest-posts" in reader.text
        assert "Static" in reader.text
        with qtbot.waitSignal(reader.preview.shown, timeout=PATIENCE):
            reader.preview.set_rendered({card_digest(source): '<ul class="theirs"><li>Newest</li></ul>'})
        assert reader.ask("[...document.querySelectorAll('ul')].map(e => e.className)") == ["theirs"]
        assert reader.ask("document.querySelector('.own p').className") == ""
        reader.type(body.replace("One.", "One more.\n\nAnd more."))
        assert reader.ask("document.querySelectorAll('ul.theirs').length") == 1
        # An edited card is another one.
        reader.type(body.replace("postsToShow", "posts"))
        assert "Shown by the blog" in reader.text
        with qtbot.waitSignal(reader.preview.shown, timeout=PATIENCE):
            reader.preview.set_rendered({})


def test_light_and_dark_are_those_of_the_blog(reader: Reader) -> None:
    wear(reader, look("p{color:rgb(9, 9, 9)}", "html{background:rgb(1, 1, 1)}p{color:rgb(240, 240, 240)}"))
    reader.show("Text that is long enough.")
    assert style(reader, "p", "color") == "rgb(9, 9, 9)"
    reader.preview.set_theme(load_theme(True))
    reader.wait("getComputedStyle(document.querySelector('p')).color", "rgb(240, 240, 240)")
    assert style(reader, "html", "colorScheme") == "dark"
    reader.preview.set_theme(load_theme(False))
    reader.wait("getComputedStyle(document.querySelector('p')).color", "rgb(9, 9, 9)")
    # A blog that has no dark stays as it is, while the window is dark.
    wear(reader, look("p{color:rgb(9, 9, 9)}"))
    reader.preview.set_theme(load_theme(True))
    reader.show("Text that is long enough.")
    assert style(reader, "html", "colorScheme") == "light"
    assert style(reader, "p", "color") == "rgb(9, 9, 9)"
    assert reader.preview.look is not None


HIDING = (
    "p{color:#fff}", "body{background:#223}p{color:rgb(30 30 50/.9)}", "p{font-size:2px}", ".entry-content{opacity:.1}",
    "main{display:none}", "p{visibility:hidden}", "main{position:absolute;left:-9999px}", "p{text-indent:-9999px}",
    "main{width:10px;overflow:hidden}", "main{height:0;overflow:hidden}", "html{filter:opacity(0)}",
)  # fmt: skip
SHOWING = (
    "html{background:#000}p{color:#fff}", "body{overflow:hidden;height:100%;opacity:0}", "main{overflow:hidden}", "",
    "p{animation:a 9s infinite}@keyframes a{from{opacity:1}}", "body{background:#222}p{color:oklch(90% .02 200)}",
)  # fmt: skip


def test_a_look_in_which_posts_cannot_be_read_is_given_up(reader: Reader, qtbot: QtBot) -> None:
    words = "Text that is long enough to be read."
    reader.show(words)
    for css in HIDING:
        with qtbot.waitSignal(reader.preview.look_failed, timeout=PATIENCE) as told:
            reader.preview.set_look(look(css))
        assert told.args == [look(css)], css
        assert reader.preview.look is None
        reader.wait("document.querySelector('main > article p')?.textContent", words)
    for css in SHOWING:
        wear(reader, look(css))
        reader.show(words)
        reader.ask("1")
        assert reader.preview.look is not None, css


def test_even_a_sheet_that_nobody_made_harmless_loads_nothing(reader: Reader, canary: Canary) -> None:
    """The walls of the engine hold without the cleaning."""
    there = canary.address
    css = (
        f"@import url({there}/i);@import '{there}/j';@font-face{{font-family:F;src:url({there}/f)}}"
        f"*{{background:url({there}/b);font-family:F;cursor:url({there}/c),auto;list-style-image:url({there}/l);"
        f"mask:url({there}/m);filter:url({there}/s#x)}}p::after{{content:url({there}/p) image-set('{there}/q' 1x)}}"
        f"p{{--x:url({there}/x);border-image:var(--x)}}</style><script src={there}/r></script>"
    )
    body = BODY.replace(
        "<main>",
        f'<main style="background:url({there}/style)"><img src="{there}/img"><iframe src="{there}/frame"></iframe>'
        f'<script>fetch("{there}/script")</script><form action="{there}/form"><input autofocus></form>',
    )
    wear(reader, look(css, body=body))
    reader.show("Text that is long enough to be read.")
    assert "Text that is" in reader.text
    reader.settle()
    assert canary.hits == []


def test_a_look_of_which_the_engine_dies_is_given_up(reader: Reader, qtbot: QtBot) -> None:
    wear(reader, look())
    reader.show("Text that is long enough to be read.")
    with qtbot.waitSignal(reader.preview.look_failed, timeout=PATIENCE):
        for _time in range(2):
            with qtbot.waitSignal(reader.preview.shown, timeout=PATIENCE):
                os.kill(reader.surface.page.renderProcessPid(), signal.SIGKILL)
    reader.wait(
        "document.querySelector('main > article p')?.textContent", "Text that is long enough to be read."
    )


def test_the_simple_preview_stays_as_it_is(qtbot: QtBot, tmp_path: Path) -> None:
    simple = SimpleSurface(load_theme(False))
    qtbot.addWidget(simple)
    simple.set_look(look())
    simple.set_look(None)
