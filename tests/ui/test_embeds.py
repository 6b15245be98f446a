"""The cards of videos in the preview: where their titles come from, and who is asked for them."""

from __future__ import annotations

import http.server
import re
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QTimer
from pytestqt.qtbot import QtBot

from postdesk.backends.http import make_client
from postdesk.core.embeds import PROVIDERS, Provider
from postdesk.core.errors import PostDeskError
from postdesk.markup.clean import clean
from postdesk.markup.render import render_document
from postdesk.ui import embeds as module
from postdesk.ui.embeds import Embeds
from postdesk.ui.preview.links import outgoing
from postdesk.ui.tasks import Tasks
from tests.backends.test_oembed import Site, send
from tests.ui.preview.stage import picture

V = "https://youtu.be/x_y?a=1&b=2"
W = "https://vimeo.com/1"


class Desk:
    """A writer with a post, her answers, and a site that stands for all of them."""

    def __init__(self, qtbot: QtBot, site: Site, folder: Path) -> None:
        self.qtbot = qtbot
        self.site = site
        self.folder = folder
        self.text = V
        self.answers: dict[str, bool] = {}
        self.wanted: list[Provider] = []
        self.tasks = Tasks()
        self.client = make_client()
        self.embeds = self.start()

    def start(self) -> Embeds:
        self.embeds = Embeds(
            self.tasks,
            self.folder,
            lambda: self.client,
            lambda: self.answers,
            lambda: self.text,
            endpoints={provider.slug: f"{self.site.root}/oembed" for provider in PROVIDERS},
            may_load=lambda address: address.startswith(self.site.root),
        )
        self.embeds.wanted.connect(self.wanted.append)
        return self.embeds

    def page(self) -> str:
        """The preview as it is now."""
        return self.embeds.placed(clean(render_document(self.text), lambda _ref: None, False))

    def until(self, words: str) -> str:
        self.qtbot.waitUntil(lambda: words in self.page(), timeout=10_000)
        return self.page()

    def settle(self) -> None:
        """Until nobody is looked up, asked, or waited for."""
        self.page()
        self.qtbot.waitUntil(
            lambda: (
                not self.tasks.busy and not self.embeds._soon.isActive() and not self.embeds._calm.isActive()
            ),
            timeout=10_000,
        )

    def timers(self) -> list[QTimer]:
        """Those that run for a moment; a pause after a failure may take an hour."""
        return [t for t in self.embeds.findChildren(QTimer) if t is not self.embeds._later]

    def stop(self) -> None:
        self.embeds.shut()
        self.tasks.wait(5000)
        self.client.close()


@pytest.fixture
def desk(qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    monkeypatch.setattr(module, "CALM", 20)
    site = Site()
    picture(tmp_path / "a.png", width=480, height=270)
    thumbnail = site.has("/a.png", (tmp_path / "a.png").read_bytes())
    site.says({"title": "A talk", "author_name": "Ada", "thumbnail_url": thumbnail})
    made = Desk(qtbot, site, tmp_path / "cards")
    yield made
    made.stop()
    site.stop()


def source(page: str) -> str:
    found = re.search(r'<img src="([^"]*)"', page)
    assert found is not None
    return found[1]


def test_without_her_consent_nobody_is_asked(desk: Desk) -> None:
    assert "Video on YouTube" in desk.page()
    desk.settle()
    assert desk.site.asked == []
    assert [provider.slug for provider in desk.wanted] == ["youtube"]
    assert "Video on YouTube" in desk.page()


def test_she_is_offered_each_site_once(desk: Desk) -> None:
    desk.text = f"{V}\n\nhttps://youtu.be/second\n\n{W}"
    desk.settle()
    desk.text += "\n\nhttps://youtu.be/third"
    desk.settle()
    assert sorted(provider.slug for provider in desk.wanted) == ["vimeo", "youtube"]


def test_a_site_that_she_refused_is_not_offered(desk: Desk) -> None:
    desk.answers["youtube"] = False
    desk.settle()
    assert desk.wanted == []
    assert desk.site.asked == []


def test_with_her_consent_the_card_has_title_and_picture(desk: Desk) -> None:
    desk.answers["youtube"] = True
    with desk.qtbot.waitSignal(desk.embeds.changed, timeout=10_000):
        desk.page()
    page = desk.until("A talk")
    assert "Ada" in page
    kind, content = desk.embeds.content(source(page))
    assert kind == "image/png"
    assert content.startswith(b"\x89PNG")
    assert desk.wanted == []


def test_consent_given_later_is_enough(desk: Desk) -> None:
    desk.settle()
    desk.answers["youtube"] = True
    desk.embeds.look_again()
    desk.until("A talk")


def test_consent_is_for_one_site(desk: Desk) -> None:
    desk.text = f"{V}\n\n{W}"
    desk.answers["youtube"] = True
    desk.until("A talk")
    desk.settle()
    assert not any("vimeo" in path for path in desk.site.asked)


def test_without_a_connection_the_cards_stay(desk: Desk) -> None:
    desk.answers["youtube"] = True
    desk.until("A talk")
    desk.site.pages.clear()
    asked = list(desk.site.asked)
    desk.answers.clear()
    desk.start()
    page = desk.until("A talk")
    desk.settle()
    assert desk.embeds.content(source(page))[0] == "image/png"
    assert desk.site.asked == asked
    assert desk.wanted == []


def test_what_is_half_typed_is_not_told(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "CALM", 1500)
    desk.answers["youtube"] = True
    for end in range(len("https://youtu.be/"), len(V) + 1):
        desk.text = V[:end]
        desk.page()
        QCoreApplication.processEvents()
    desk.until("A talk")
    desk.settle()
    assert len([path for path in desk.site.asked if path.startswith("/oembed")]) == 1


def test_the_answer_about_one_video_does_not_hurry_the_next(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    answered = threading.Event()

    def serve(handler: http.server.BaseHTTPRequestHandler) -> None:
        answered.wait(30)
        send(handler, 200, b'{"title": "A talk"}', "application/json")

    desk.site.pages["/oembed"] = serve
    desk.answers["youtube"] = True
    desk.page()
    desk.qtbot.waitUntil(lambda: bool(desk.site.asked), timeout=10_000)
    monkeypatch.setattr(module, "CALM", 30_000)
    desk.text = f"{V}\n\nhttps://youtu.be/half"
    desk.page()
    desk.qtbot.waitUntil(lambda: "https://youtu.be/half" in desk.embeds._open, timeout=10_000)
    answered.set()
    desk.until("A talk")
    desk.qtbot.waitUntil(desk.embeds._later.isActive, timeout=10_000)
    assert len(desk.site.asked) == 1


def test_a_post_of_the_blog_asks_nobody(desk: Desk) -> None:
    """What is shown and is not in her own text, or among other words in it, is not asked for."""
    desk.answers["youtube"] = True
    page = desk.page()
    desk.text = f"Another post, with {V} in it."
    desk.settle()
    assert desk.embeds.placed("<p>" + V.replace("&", "&amp;") + "</p>") == page
    desk.settle()
    assert desk.site.asked == []


def test_a_quoted_address_is_one_too(desk: Desk) -> None:
    desk.text = f"> Words.\n>\n> {V}"
    desk.answers["youtube"] = True
    desk.until("A talk")


def test_a_site_that_is_away_is_left_alone_for_a_while(desk: Desk) -> None:
    desk.answers["youtube"] = True
    desk.text = f"{V}\n\nhttps://youtu.be/second\n\nhttps://youtu.be/third"
    desk.site.pages["/oembed"] = lambda handler: send(handler, 500, b"oops")
    desk.settle()
    desk.settle()
    assert "Video on YouTube" in desk.page()
    assert len(desk.site.asked) == 1


def test_a_site_that_comes_back_is_asked_by_itself(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """On the train, in the tunnel: she need not do anything when it ends."""
    monkeypatch.setattr(module, "AGAIN", 0.02)
    desk.answers["youtube"] = True
    desk.text = f"{V}\n\nhttps://youtu.be/second"
    desk.site.pages["/oembed"] = lambda handler: send(handler, 503, b"oops")
    desk.page()
    desk.qtbot.waitUntil(lambda: len(desk.site.asked) >= 3, timeout=10_000)
    desk.site.says({"title": "Back"})
    desk.qtbot.waitUntil(lambda: desk.page().count("Back") == 2, timeout=20_000)


def test_a_site_is_asked_one_question_at_a_time(desk: Desk) -> None:
    at_once, most = 0, 0
    lock = threading.Lock()

    def serve(handler: http.server.BaseHTTPRequestHandler) -> None:
        nonlocal at_once, most
        with lock:
            at_once += 1
            most = max(most, at_once)
        send(handler, 200, b'{"title": "One of many"}', "application/json")
        with lock:
            at_once -= 1

    desk.site.pages["/oembed"] = serve
    desk.answers["youtube"] = True
    desk.text = "\n\n".join(f"https://youtu.be/{number}" for number in range(6))
    desk.page()
    desk.qtbot.waitUntil(lambda: desk.page().count("One of many") == 6, timeout=20_000)
    assert most == 1


def test_a_private_video_is_asked_for_once(desk: Desk) -> None:
    desk.answers["youtube"] = True
    desk.site.pages["/oembed"] = lambda handler: send(handler, 401, b"Unauthorized")
    desk.settle()
    desk.settle()
    assert "Video on YouTube" in desk.page()
    assert len(desk.site.asked) == 1


@pytest.mark.parametrize("body", [b"<svg/>", b"", b"GIF89a", b"\x89PNG\r\n\x1a\n" + b"\0" * 60])
def test_what_is_no_picture_is_not_shown(desk: Desk, body: bytes) -> None:
    desk.site.has("/a.png", body)
    desk.answers["youtube"] = True
    page = desk.until("A talk")
    assert "<img" not in page


def test_a_picture_too_large_to_show_as_it_is_is_not_shown(desk: Desk, tmp_path: Path) -> None:
    picture(tmp_path / "huge.png", width=4000, height=3000)
    desk.site.has("/a.png", (tmp_path / "huge.png").read_bytes())
    desk.answers["youtube"] = True
    assert "<img" not in desk.until("A talk")


def test_a_card_s_picture_has_an_address_that_nobody_can_guess(desk: Desk) -> None:
    desk.answers["youtube"] = True
    good = source(desk.until("A talk"))
    root, _slash, _number = good.rpartition("/")
    for bad in (
        f"{root}/1",
        f"{root}/-1",
        f"{root}/",
        f"{root}/0/../x",
        f"{root}/\u0660",
        good.replace("card", "x"),
        "",
    ):
        with pytest.raises(KeyError):
            desk.embeds.content(bad)
        assert desk.embeds.size(bad) is None


def test_no_picture_of_a_stranger_is_decoded_in_the_window_s_process(desk: Desk) -> None:
    """The simpler preview asks for a size first, and would then decode."""
    desk.answers["youtube"] = True
    good = source(desk.until("A talk"))
    assert desk.embeds.size(good) is None
    with pytest.raises(KeyError):
        desk.embeds.content(good, as_it_is=False)


def test_a_picture_that_is_gone_by_then_is_refused(desk: Desk) -> None:
    desk.answers["youtube"] = True
    good = source(desk.until("A talk"))
    for file in desk.folder.glob("*.picture"):
        file.unlink()
    with pytest.raises(PostDeskError):
        desk.embeds.content(good)


def test_at_the_end_nobody_waits_for_a_site(desk: Desk) -> None:
    over, asked = threading.Event(), threading.Event()

    def wait(_handler: object) -> None:
        asked.set()
        over.wait(30)

    desk.site.pages["/oembed"] = wait
    desk.answers["youtube"] = True
    desk.page()
    desk.qtbot.waitUntil(asked.is_set, timeout=10_000)
    desk.embeds.shut()
    assert desk.tasks.wait(5000)
    over.set()


def test_a_card_leads_where_links_of_a_post_may_lead(desk: Desk) -> None:
    found = re.search(r'href="([^"]*)"', desk.page())
    assert found is not None
    assert outgoing(found[1].replace("&amp;", "&")) == V


def test_a_site_that_she_refuses_while_another_is_asked_is_not_asked(desk: Desk) -> None:
    asked: list[str] = []

    def serve(handler: http.server.BaseHTTPRequestHandler) -> None:
        asked.append(handler.path)
        if len(asked) == 1:
            desk.answers["vimeo"] = False
        send(handler, 200, b'{"title": "One of two"}', "application/json")

    desk.site.pages["/oembed"] = serve
    desk.answers |= {"youtube": True, "vimeo": True}
    desk.text = "https://youtu.be/abc\n\nhttps://vimeo.com/123"
    desk.until("One of two")
    desk.settle()
    assert len(asked) == 1
