"""What she types is what the page shows, after any series of edits, and it stays where she looks."""

from __future__ import annotations

import json
import random
import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from postdesk.markup.render import render_document
from postdesk.markup.worker import cleaned
from postdesk.ui.preview import shell
from postdesk.ui.theme import load_theme
from tests.ui.preview.stage import PATIENCE, Reader, picture, resolver, without_cleaner

pytestmark = pytest.mark.qt_log_ignore(
    "vulkan", "Vulkan", "GPU vendor", "Sandboxing disabled", "GPUInfo", extend=True
)

_JOINED = "[...document.querySelectorAll('main > article > .pd-block')].map(b => b.innerHTML).join('')"


def _paragraphs(count: int) -> list[str]:
    return [
        f"Paragraph {n} says something that is long enough to be a line or two of text." for n in range(count)
    ]


def test_a_post_is_shown_with_its_title_byline_and_text(reader: Reader) -> None:
    reader.show("One **two** three.\n\n> quoted\n>\n> > deeper", title="A <b>bold</b> & odd title")
    assert reader.text.startswith("A <b>bold</b> & odd title\n")
    assert "today" in reader.text
    assert reader.ask("document.querySelector('article strong').textContent") == "two"
    assert reader.ask("document.querySelectorAll('blockquote blockquote').length") == 1


def test_the_title_can_change_without_the_text(reader: Reader, qtbot: QtBot) -> None:
    reader.show("Text.")
    with qtbot.waitSignal(reader.preview.shown, timeout=PATIENCE):
        reader.preview.update_title("Another", "tomorrow")
    assert reader.text.split("\n")[0] == "Another"
    assert "tomorrow" in reader.text


def test_after_any_edits_the_page_is_what_a_fresh_one_would_be(reader: Reader) -> None:
    """Law: patched page == cleaned rendering of the whole text."""
    dice = random.Random(7)
    blocks = [
        "# Heading",
        "> quote\n> > deep",
        "- a\n- b",
        "```python\nx = 1\n```",
        "text[^1]",
        "[^1]: note",
        "a  \nb",
        "<div>raw",
    ]
    text = _paragraphs(12)
    reader.show("\n\n".join(text))
    for _turn in range(40):
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
        wanted = cleaned(render_document(source))
        shown = f"({_JOINED} + document.querySelector('main > footer').innerHTML)"
        assert reader.ask(f"{shown}.replace(/\\n/g, '')") == reader.ask(
            "(() => { const t = document.createElement('template');"
            f" t.innerHTML = {json.dumps(wanted)}; return t.innerHTML.replace(/\\n/g, ''); }})()"
        )


def test_only_what_changed_is_made_anew(reader: Reader) -> None:
    text = _paragraphs(30)
    reader.show("\n\n".join(text))
    reader.ask("[...document.querySelectorAll('.pd-block > p')].forEach(p => p.marked = true)")
    text[12] = "> Now a quotation."
    reader.type("\n\n".join(text))
    marked = "[...document.querySelectorAll('.pd-block > *')].map(p => p.marked === true)"
    assert reader.ask(marked) == [n != 12 for n in range(30)]


def test_a_key_in_a_long_list_leaves_its_other_items_and_their_pictures_alone(
    reader: Reader, library: Path
) -> None:
    items = [f"- item {n} ![a](pic.png)" for n in range(40)]
    reader.show("\n".join(items), resolve=resolver(library))
    reader.wait("[...document.images].every(i => i.complete && i.naturalWidth)")
    reader.ask(
        "[...document.querySelectorAll('li, img')].forEach(e => e.marked = true),"
        " getSelection().selectAllChildren(document.querySelectorAll('li')[3])"
    )
    items[20] = "- item 20 typed ![a](pic.png)"
    reader.type("\n".join(items))
    items.insert(10, "- a new one")
    reader.type("\n".join(items))
    assert reader.ask("[...document.querySelectorAll('li')].map(e => e.marked === true)") == [
        n != 10 for n in range(41)
    ]
    assert reader.ask("[...document.images].every(i => i.marked && i.complete)")
    assert reader.ask("getSelection().toString().trim()") == "item 3"
    assert reader.ask("document.querySelectorAll('li')[21].textContent.trim()") == "item 20 typed"


def test_a_picture_keeps_its_place_while_its_caption_is_typed(reader: Reader, library: Path) -> None:
    reader.show('![a](pic.png "Cap")', resolve=resolver(library))
    reader.wait("document.images[0].naturalWidth", 60)
    reader.ask("document.images[0].marked = true")
    for caption in ("Capt", "Captio *n*", "Caption"):
        reader.type(f'![a](pic.png "{caption}")', 0)
        assert reader.ask("document.images[0].marked === true")
    assert reader.ask("document.querySelector('figcaption').textContent") == "Caption"


def test_a_picture_that_comes_late_pushes_nothing_away(
    reader: Reader, library: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    come = threading.Event()
    surface = reader.surface
    content = surface._server._picture

    def late(address: str) -> tuple[str, bytes]:
        come.wait(PATIENCE / 1000)
        return content(address)

    monkeypatch.setattr(surface._server, "_picture", late)
    picture(library / "large.png", width=400, height=300)
    text = _paragraphs(6)
    text[1:1] = ["![a](large.png)"]
    text[4:4] = ['![a](large.png "with a caption")']
    reader.show("\n\n".join(text), resolve=resolver(library))
    tops = "[...document.querySelectorAll('.pd-block')].map(b => b.getBoundingClientRect().top)"
    reader.settle()
    assert reader.ask("document.images[0].naturalWidth") == 0
    before = reader.ask(tops)
    come.set()
    reader.wait("[...document.images].every(i => i.naturalWidth === 400)")
    reader.settle()
    assert reader.ask(tops) == before


def test_the_newest_text_wins_when_she_types_faster_than_the_page(reader: Reader, qtbot: QtBot) -> None:
    for number in range(60):
        reader.preview.update_body(f"Word {number}.")
        QTest.qWait(1)
    reader.wait("document.querySelector('article').innerText.trim()", "Word 59.")


def test_the_typed_place_is_always_in_view(reader: Reader) -> None:
    text = _paragraphs(200)
    reader.show("\n\n".join(text))
    for at in (150, 3, 199, 90):
        text[at] = f"Here at {at}."
        reader.type("\n\n".join(text), 2 * at)
        top, bottom, view = reader.ask(
            f"(() => {{ const b = document.querySelectorAll('.pd-block')[{at}].getBoundingClientRect();"
            " return [b.top, b.bottom, innerHeight]; })()"
        )
        assert top >= 0
        assert bottom <= view


def test_a_long_post_that_comes_in_several_patches_opens_at_its_top(reader: Reader) -> None:
    reader.show("\n\n".join(_paragraphs(1200)))
    assert "Paragraph 1199 " in reader.ask("document.querySelector('main').textContent")
    assert reader.ask("window.scrollY") == 0


def test_typing_above_does_not_move_what_is_looked_at(reader: Reader) -> None:
    text = _paragraphs(120)
    reader.show("\n\n".join(text))
    reader.preview.show_line(2 * 60, 0.3)
    place = "document.querySelectorAll('.pd-block')[{}].getBoundingClientRect().top"
    reader.wait(f"Math.abs({place.format(60)} - 0.3 * innerHeight) < 60")
    reader.settle()
    before = reader.ask(place.format(60))
    reader.type("\n\n".join(["Something new at the top. " * 40, *text]), 2 * 61)
    reader.settle()
    assert abs(reader.ask(place.format(61)) - before) <= 1


def test_a_line_can_be_brought_into_view(reader: Reader) -> None:
    reader.show("\n\n".join(_paragraphs(150)))
    reader.preview.show_line(2 * 140)
    reader.wait(
        "(() => { const b = document.querySelectorAll('.pd-block')[140].getBoundingClientRect();"
        " return b.top >= 0 && b.bottom <= innerHeight; })()"
    )


def test_a_double_click_tells_the_line_of_the_text(reader: Reader, qtbot: QtBot) -> None:
    reader.show("First.\n\nSecond.\n\n- a\n- b\n- here\n- d\n\nLast.")
    with qtbot.waitSignal(reader.preview.line_activated, timeout=PATIENCE) as told:
        reader.click(
            "(() => { const b = document.querySelectorAll('li')[2].getBoundingClientRect();"
            " return [b.left + 4, b.top + b.height / 2]; })()",
            twice=True,
        )
    assert told.args[0] == 6


def test_light_and_dark_change_without_a_new_load(reader: Reader) -> None:
    address = reader.surface.page.address
    for dark in (True, False):
        theme = load_theme(dark)
        reader.preview.set_theme(theme)
        wanted = f"rgb({int(theme.paper[1:3], 16)}, {int(theme.paper[3:5], 16)}, {int(theme.paper[5:], 16)})"
        reader.wait("getComputedStyle(document.querySelector('html')).backgroundColor", wanted)
    assert reader.surface.page.address == address


def test_the_shipped_fonts_reach_the_page(reader: Reader) -> None:
    reader.show("Text with **weight** and `code`.")
    reader.wait("[...document.fonts].filter(f => f.status === 'loaded').length >= 3")
    assert "Source Serif 4" in shell.theme_css(load_theme(False))


def test_a_picture_of_the_library_is_shown_in_its_size_and_a_missing_one_says_so(
    reader: Reader, library: Path
) -> None:
    reader.show("![a](pic.png)\n\n![b](nowhere.png)\n\n![c](evil.svg)", resolve=resolver(library))
    reader.wait("document.querySelector('img').naturalWidth", 60)
    assert reader.ask("document.querySelector('img').getAttribute('width')") == "60"
    assert "“nowhere.png” is not in the library" in reader.text
    assert "“evil.svg” is not a picture" in reader.text


def test_a_picture_that_came_later_is_found_when_the_library_has_changed(
    reader: Reader, library: Path, qtbot: QtBot
) -> None:
    reader.show("![a](late.png)", resolve=resolver(library))
    assert "late.png" in reader.text
    picture(library / "late.png", width=31)
    with qtbot.waitSignal(reader.preview.shown, timeout=PATIENCE):
        reader.preview.refresh_pictures()
    reader.wait("document.querySelector('img').naturalWidth", 31)


def test_a_picture_on_the_web_is_shown_where_a_copy_of_it_is_here(reader: Reader, library: Path) -> None:
    picture(library / "copy.png", width=47)
    here = resolver(library)

    def resolve(ref: str) -> Path:
        return here("copy.png" if ref.endswith("blog.example/quay.jpg") else ref)

    reader.show(
        "![a](http://blog.example/quay.jpg)\n\n![b](https://blog.example/other.jpg)\n\n"
        '```{=html}\n<img src="//blog.example/quay.jpg" srcset="https://blog.example/x.jpg 2x">\n```',
        resolve=resolve,
    )
    reader.wait("[...document.images].every(i => i.naturalWidth == 47) && document.images.length", 2)
    assert "Picture from blog.example is not loaded." in reader.text
    assert reader.ask("document.images[1].hasAttribute('srcset')") is False
    page = '<p id="there">Theirs <img src="https://blog.example/quay.jpg"><img src="https://blog.example/b.jpg"></p>'
    reader.preview.show_html("On the blog", "", page, resolve)
    reader.wait("document.querySelector('main > header > h1').textContent", "On the blog")
    reader.wait("[...document.images].map(i => i.naturalWidth).join()", "47")
    assert "Picture from blog.example is not loaded." in reader.text


def test_strange_characters_come_through_as_they_are(reader: Reader) -> None:
    odd = '"+(1)+" ${2} \u2028 \u2029 &lt;/script> \\u0022 `${3}` \ud83d\ude00 e\u0301 \u05e9\u05dc\u05d5\u05dd end'
    reader.show(odd.replace("\ud83d\ude00", "😀"))
    assert "end" in reader.text
    assert "${2}" in reader.text
    assert "😀" in reader.text


def test_ids_and_names_in_the_text_do_not_get_in_the_way_of_patches(
    reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    without_cleaner(monkeypatch)
    reader.preview.rendering.restart()
    names = (
        "querySelector",
        "createElement",
        "getElementById",
        "body",
        "documentElement",
        "scrollingElement",
        "elementFromPoint",
    )
    hostile = "\n".join(
        f'<form name="{n}" id="{n}"><input name="parentNode"></form><img name="{n}" alt="x">' for n in names
    )
    reader.show(f"<div>{hostile}</div>\n\nOne.")
    reader.type(f"<div>{hostile}</div>\n\nTwo.")
    assert (
        reader.ask("[...Document.prototype.querySelectorAll.call(document, '.pd-block')].at(-1).textContent")
        == "Two."
    )


def test_where_the_page_stands_is_asked_again_when_it_moved_meanwhile(
    qtbot: QtBot, reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a busy machine the answer is of a place that the page has left by then."""
    reader.show("\n\n".join(_paragraphs(60)))
    surface = reader.surface
    told: list[tuple[int, float, float]] = []
    surface.scrolled.connect(lambda *place: told.append(place))
    held: list[Callable[[], None]] = []
    run = surface._run

    def slow(source: str, then: Callable[[object], None] | None = None) -> None:
        def hold(answer: object) -> None:
            if then is not None:
                held.append(partial(then, answer))

        run(source, hold if source == "postdesk.place()" else then)

    monkeypatch.setattr(surface, "_run", slow)
    reader.ask("scrollTo(0, 300)")
    reader.wait("scrollY", 300)
    qtbot.waitUntil(lambda: bool(held), timeout=PATIENCE)
    reader.ask("scrollTo(0, 1e9)")
    reader.wait("scrollY > 1000")
    monkeypatch.undo()
    held.pop()()
    qtbot.waitUntil(lambda: bool(told) and told[-1][2] == 1, timeout=PATIENCE)
