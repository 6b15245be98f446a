"""A card on the real page: what it shows, where it leads, and what a hostile title does to it."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtTest import QTest

from postdesk.markup.cards import NOTHING, Known, place
from postdesk.ui.preview.scheme import HOST, SCHEME
from tests.ui.preview.stage import Canary, Reader, picture

V = "https://youtu.be/x_y?a=1&b=2"
PICTURE = f"{SCHEME}://{HOST}/card/token/0"


class Cards(QObject):
    """Knows what a test says."""

    changed = Signal()

    def __init__(self, file: Path) -> None:
        super().__init__()
        self.known: dict[str, Known] = {}
        self.file = file

    def placed(self, markup: str) -> str:
        return place(markup, lambda address: self.known.get(address, NOTHING))

    def content(self, address: str, *, as_it_is: bool = True) -> tuple[str, bytes]:
        if address != PICTURE:
            raise KeyError(address)
        return "image/png", self.file.read_bytes()

    def size(self, address: str) -> tuple[int, int] | None:
        return None


@pytest.fixture
def cards(reader: Reader, tmp_path: Path) -> Cards:
    picture(tmp_path / "thumbnail.png", width=480, height=270)
    made = Cards(tmp_path / "thumbnail.png")
    reader.preview.set_cards(made)
    return made


CARD = "document.querySelector('.pd-embed a')"
MIDDLE = (
    f"(r => [r.left + r.width / 2, r.top + r.height / 2].map(Math.round))({CARD}.getBoundingClientRect())"
)


def test_title_and_picture_come_without_anything_moving(reader: Reader, cards: Cards) -> None:
    reader.show(f"Before.\n\n{V}\n\nAfter it.")
    assert "Video on YouTube" in reader.text
    tops = "[...document.querySelectorAll('.pd-block')].map(b => b.getBoundingClientRect().top)"
    before = reader.ask(tops)
    cards.known[V] = Known("A talk that has a title of many words, " * 9, "Ada", PICTURE)
    cards.changed.emit()
    reader.wait("document.querySelector('.pd-embed img')?.naturalWidth", 480)
    assert "A talk" in reader.text
    assert reader.ask(tops) == before


def test_a_click_leads_there_by_the_browser(reader: Reader, cards: Cards) -> None:
    reader.show(V)
    reader.click(MIDDLE)
    assert reader.links == [V]


def test_the_keyboard_reaches_it(reader: Reader, cards: Cards) -> None:
    reader.show(V)
    reader.settle()
    reader.surface.view.setFocus()
    target = reader.surface.view.focusProxy()
    assert target is not None
    QTest.keyClick(target, Qt.Key.Key_Tab)
    reader.wait(f"document.activeElement === {CARD}")
    assert reader.ask(f"{CARD}.innerText.includes('Video on YouTube')")
    QTest.keyClick(target, Qt.Key.Key_Return)
    reader.wait("1", 1)
    assert reader.links == [V]


def test_a_quotation_holds_its_card_and_a_list_has_none(reader: Reader, cards: Cards) -> None:
    reader.show(f"> Words.\n>\n> {V}\n\n- {V}")
    assert reader.ask("document.querySelectorAll('blockquote .pd-embed').length") == 1
    assert reader.ask("document.querySelectorAll('.pd-embed').length") == 1


def test_words_of_a_stranger_load_and_run_nothing(reader: Reader, cards: Cards, canary: Canary) -> None:
    evil = (
        "</b></a></p><script>document.title='PWNED'</script>"
        f"<img src='{canary.address}' onerror=\"document.title='PWNED'\">"
        f'<iframe src="{canary.address}"></iframe>" style="background:url({canary.address})'
    )
    cards.known[V] = Known(evil, evil, canary.address)
    reader.show(V)
    reader.settle()
    assert reader.ask("document.querySelectorAll('script, iframe').length") == 0
    assert reader.ask("document.querySelector('.pd-embed b').innerText.includes('<script>')")
    assert reader.ask("document.title") != "PWNED"
    assert canary.hits == []


def test_a_double_click_on_it_goes_to_its_line(reader: Reader, cards: Cards) -> None:
    lines: list[int] = []
    reader.preview.line_activated.connect(lambda line, *_column: lines.append(line))
    reader.show(f"One.\n\n{V}\n\nTwo.")
    reader.click(MIDDLE, twice=True)
    reader.wait("1", 1)
    assert lines == [2]
