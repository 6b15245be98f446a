"""The pictures that pulled posts show come home once each, are shown in place of the blog's, and change no text."""

from __future__ import annotations

import os
import shutil
import ssl
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import httpx2
import pytest

from postdesk.backends.base import Backend, RemoteMedia, RemotePost
from postdesk.backends.http import make_client
from postdesk.core.cancel import Cancel
from postdesk.core.errors import Busy, Cancelled, DiskFull, Gone, PasswordError, PictureRefused, Unreachable
from postdesk.library.blog_pictures import key_of
from postdesk.library.document import Document
from postdesk.publishing import bringing
from postdesk.publishing.bringing import Bringing, Brought
from postdesk.publishing.clearing import clear_unused
from tests.publishing.test_pull import BLOG, Blog, Home, _post
from tests.publishing.world import png

UPLOADS = "https://blog.example/wp-content/uploads"
QUAY = f"{UPLOADS}/2016/03/quay-300x200.jpg"
JPEG = b"\xff\xd8\xff\xe0 a quay at noon \xff\xd9"
FIGURE = (
    '<!-- wp:image {"id":7,"sizeSlug":"medium"} -->\n<figure class="wp-block-image size-medium">'
    f'<img src="{QUAY}" srcset="{UPLOADS}/2016/03/quay.jpg 1200w" alt="" class="wp-image-7"/></figure>\n'
    "<!-- /wp:image -->"
)


@dataclass
class Answer:
    """What is at an address."""

    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=lambda: {"content-type": "image/jpeg"})


@dataclass
class Pictures:
    """The web as the program meets it: what is at each address, and what was asked. `media` are the blog's files by
    their numbers."""

    there: dict[str, Answer | Callable[[], Answer]] = field(default_factory=dict)
    media: dict[str, str] = field(default_factory=dict)
    asked: list[httpx2.Request] = field(default_factory=list)
    numbers: list[str] = field(default_factory=list)
    locked: bool = False
    busy: list[float] = field(default_factory=list)
    waited: list[float] = field(default_factory=list)

    def answer(self, request: httpx2.Request) -> httpx2.Response:
        self.asked.append(request)
        found = self.there.get(str(request.url), Answer(status=404))
        one = found() if callable(found) else found
        tag = one.headers.get("etag")
        if tag and request.headers.get("if-none-match") == tag:
            return httpx2.Response(304, headers=one.headers)
        return httpx2.Response(one.status, headers=one.headers, content=one.body)

    def addresses(self) -> list[str]:
        return [str(request.url) for request in self.asked]

    def medium(self, number: str) -> RemoteMedia:
        self.numbers.append(number)
        if self.busy:
            raise Busy("It is busy.", "Nothing was changed.", "It is tried again.", wait=self.busy.pop())
        if number not in self.media:
            raise Gone("Gone.", "Nothing was sent.", "Look there.")
        return RemoteMedia(number, self.media[number])

    def close(self) -> None:
        """Nothing is open."""

    def connect(self) -> Backend:
        if self.locked:
            raise PasswordError("The password is not known.", "Nothing was sent.", "Type it.")
        return self  # type: ignore[return-value]  # all of a backend that is asked


class Desk(Home):
    """A library whose posts came from a blog, with its pictures on a web."""

    def __init__(self, folder: Path, *posts: RemotePost) -> None:
        super().__init__(folder)
        self.web = Pictures()
        self.rendered: dict[str, str] = {}
        self.client = make_client(httpx2.MockTransport(self.web.answer))
        self.blog = Blog(0)
        self.blog.all = {post.remote_id: post for post in posts}
        super().pull(self.blog)

    def bring(self, number: str = "", cancel: Cancel | None = None) -> Brought:
        run = Bringing(
            BLOG, self.library, self.receipts, self.journal, lambda: self.client, self.web.connect,
            cancel or Cancel(), lambda seconds: bool(self.web.waited.append(seconds)),  # type: ignore[func-returns-value]
            lambda remote_id: self.rendered.get(remote_id, ""),
        )  # fmt: skip
        if not number:
            return run.all()
        return run.one(self.document(number), self.receipt(number))

    def document(self, number: str) -> Document:
        return self.library.read(self.file(number))

    def shown(self, number: str, ref: str) -> bytes:
        return self.library.read_shown_picture(self.document(number), ref)

    def kept(self) -> dict[str, bytes]:
        """The pictures that are files of the library, by their names below the blog's folder."""
        top = self.root / "Harbour Notes"
        kept = (p for p in top.rglob("*") if p.suffix in (".jpg", ".png", ".gif", ".webp"))
        return {path.relative_to(top).as_posix(): path.read_bytes() for path in kept}

    def texts(self) -> dict[str, bytes]:
        hidden = [p for part in ("receipts", "bases") for p in (self.root / ".postdesk" / part).rglob("*")]
        return {str(p): p.read_bytes() for p in (*self.files(), *hidden) if p.is_file()}


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Callable[..., Desk]]:
    desks: list[Desk] = []

    def make(*contents: str, **values: Any) -> Desk:
        desks.append(Desk(tmp_path, *(_post(n, c, **values) for n, c in enumerate(contents, 1))))
        return desks[-1]

    yield make
    for desk in desks:
        desk.close()


def image(address: str, number: str = "") -> str:
    numbered = f' class="wp-image-{number}"' if number else ""
    return f'<p><img src="{address}" alt=""{numbered}></p>'


def test_a_picture_comes_once_and_no_text_changes(made: Callable[..., Desk]) -> None:
    desk = made(FIGURE, FIGURE.replace("size-medium", "size-medium is-style-rounded"))
    desk.web.there[QUAY] = Answer(JPEG)
    before = desk.texts()
    brought = desk.bring()
    assert brought == Brought([desk.root / "Harbour Notes/Pictures/2016/03/quay-300x200.jpg"])
    assert desk.kept() == {"Pictures/2016/03/quay-300x200.jpg": JPEG}
    assert desk.texts() == before
    assert desk.shown("1", QUAY) == desk.shown("2", QUAY) == JPEG
    assert desk.web.addresses() == [QUAY], "what is shown, not every size of it"
    again = desk.bring()
    assert (again.came, again.there, len(desk.web.asked)) == ([], 1, 1)


def test_the_picture_behind_a_cover_comes_and_originals_that_are_linked_stay(
    made: Callable[..., Desk],
) -> None:
    behind, still, linked = f"{UPLOADS}/behind.jpg", f"{UPLOADS}/still.png", f"{UPLOADS}/quay.jpg"
    cover = (
        f'<!-- wp:cover {{"url":"{behind}","id":5}} -->\n<div class="wp-block-cover"><img class="wp-block-cover__image'
        f'-background wp-image-5" alt="" src="{behind}" data-object-fit="cover"/><div class="wp-block-cover__inner-'
        'container"><!-- wp:paragraph -->\n<p>In front.</p>\n<!-- /wp:paragraph --></div></div>\n<!-- /wp:cover -->'
    )
    fixed = (
        f'<!-- wp:cover {{"url":"{still}","id":6,"hasParallax":true}} -->\n<div class="wp-block-cover has-parallax">'
        f'<div class="wp-block-cover__image-background wp-image-6" style="background-image:url({still})"></div></div>\n'
        "<!-- /wp:cover -->"
    )
    desk = made(f'{cover}\n\n{fixed}\n\n<p><a href="{linked}"><img src="{QUAY}" alt=""></a></p>')
    desk.web.there = {
        behind: Answer(JPEG),
        still: Answer(png(1)),
        QUAY: Answer(png(2)),
        linked: Answer(png(3)),
    }
    brought = desk.bring()
    assert len(brought.came) == 3
    assert set(desk.web.addresses()) == {behind, still, QUAY}
    assert (desk.shown("1", behind), desk.shown("1", still)) == (JPEG, png(1))


def test_nothing_of_hers_goes_along(made: Callable[..., Desk]) -> None:
    desk = made(FIGURE)
    desk.web.there[QUAY] = Answer(JPEG)
    desk.bring()
    (asked,) = desk.web.asked
    assert asked.method == "GET"
    assert not {"authorization", "cookie", "referer"} & set(asked.headers)


def test_one_content_is_one_file_under_whatever_names(made: Callable[..., Desk]) -> None:
    other = f"{UPLOADS}/2019/07/quay-again.jpg"
    old = "http://www.blog.example/wp-content/uploads/2016/03/quay-300x200.jpg#top"
    desk = made(FIGURE, image(other), image(old))
    desk.web.there = {QUAY: Answer(JPEG), other: Answer(JPEG)}
    brought = desk.bring()
    assert len(desk.kept()) == 1
    assert desk.shown("2", other) == desk.shown("3", old) == JPEG
    assert desk.web.addresses() == [QUAY, other], (
        "one address, however it is written, and encrypted as the blog is"
    )
    assert brought.problems == []


@pytest.mark.parametrize(
    ("ref", "asked"),
    [
        ("/wp-content/a.jpg", "https://blog.example/wp-content/a.jpg"),
        ("a%20b.jpg?v=2", "https://blog.example/1/a%20b.jpg?v=2"),
        ("//cdn.blog.example/a.jpg", "https://cdn.blog.example/a.jpg"),
        ("https://blog.example/Übersee/é.jpg", "https://blog.example/%C3%9Cbersee/%C3%A9.jpg"),
        (" https://blog.example/\ta.jpg ", "https://blog.example/a.jpg"),
        ("https://blog.example/img.php?id=1&amp;w=3", "https://blog.example/img.php?id=1&w=3"),
    ],
)
def test_whatever_the_blog_calls_it_the_picture_is_found(
    made: Callable[..., Desk], ref: str, asked: str
) -> None:
    desk = made(image(ref))
    desk.web.there[asked] = Answer(JPEG)
    assert len(desk.bring().came) == 1
    assert desk.shown("1", ref.replace("&amp;", "&")) == JPEG


def test_her_own_files_and_other_sites_are_not_asked_for(made: Callable[..., Desk]) -> None:
    desk = made(image("https://other.example/a.jpg") + image("https://notblog.example/a.jpg"))
    path = desk.file("1")
    path.write_text(
        path.read_text("utf-8") + "\n![](photo.jpg)\n\n![](/x.jpg)\n\n![](data:image/gif;base64,x)\n", "utf-8"
    )
    brought = desk.bring()
    assert desk.web.asked == []
    assert brought.elsewhere == ["https://other.example/a.jpg", "https://notblog.example/a.jpg"]


def test_a_picture_that_she_added_by_its_address_on_the_blog_comes_too(made: Callable[..., Desk]) -> None:
    desk = made("<p>Words.</p>")
    path = desk.file("1")
    path.write_text(
        path.read_text("utf-8") + f"\n![]({QUAY})\n\n```{{=html}}\n{image(UPLOADS + '/b.png')}\n```\n",
        "utf-8",
    )
    desk.web.there = {QUAY: Answer(JPEG), f"{UPLOADS}/b.png": Answer(png(3))}
    assert len(desk.bring("1").came) == 2


def test_where_else_the_blogs_files_lie_is_learnt_from_the_blog_once(made: Callable[..., Desk]) -> None:
    store = "https://files.example/blog"
    desk = made(
        image(f"{store}/a.jpg", "7") + image(f"{store}/b.jpg") + image("https://ads.example/x.jpg", "9")
    )
    desk.web.media = {"7": f"{store}/a-original.jpg"}
    desk.web.there = {f"{store}/{name}.jpg": Answer(JPEG + name.encode() + b"\xff\xd9") for name in "ab"}
    brought = desk.bring()
    assert sorted(desk.kept()) == ["Pictures/a.jpg", "Pictures/b.jpg"]
    assert brought.elsewhere == ["https://ads.example/x.jpg"]
    desk.bring()
    assert desk.web.numbers == ["7", "9", "9"]


def test_the_featured_picture_comes_by_its_number(made: Callable[..., Desk]) -> None:
    desk = made("<p>A</p>", "<p>B</p>", featured="12")
    desk.web.media = {"12": QUAY}
    desk.web.there[QUAY] = Answer(JPEG)
    desk.bring()
    desk.bring()
    assert desk.web.numbers == ["12"]
    assert desk.library.blog_pictures.data("featured blog.example 12") == JPEG
    assert desk.kept() == {"Pictures/2016/03/quay-300x200.jpg": JPEG}


def test_a_gallery_of_numbers_comes_as_readers_see_it(made: Callable[..., Desk]) -> None:
    desk = made('<p>Look:</p>\n[gallery ids="3,4"]', "<p>Plain</p>", "<!-- wp:latest-posts /-->")
    small = [f"{UPLOADS}/{name}-150x150.jpg" for name in ("quay", "boat", "sea")]
    desk.rendered = {
        "1": image(small[0]) + image(small[1]) + image("https://s.example/emoji.png"), "2": image(f"{UPLOADS}/ad.jpg"),
        "3": image(small[2]),
    }  # fmt: skip
    desk.web.there = {address: Answer(JPEG + address.encode() + b"\xff\xd9") for address in small}
    assert len(desk.bring().came) == 3
    assert sorted(desk.web.addresses()) == sorted(small)
    kept = clear_unused(desk.library, desk.receipts, Cancel(), lambda r: desk.rendered[r.remote_id])
    assert kept.count == 0
    assert clear_unused(desk.library, desk.receipts, Cancel()).count == 3


def test_without_a_password_the_pictures_come_and_she_is_told_once(made: Callable[..., Desk]) -> None:
    desk = made(FIGURE, FIGURE, FIGURE, featured="12")
    desk.web.locked = True
    desk.web.there[QUAY] = Answer(JPEG)
    brought = desk.bring()
    assert len(brought.came) == 1
    assert brought.problems == [("Harbour Notes", "The password is not known. Nothing was sent. Type it.")]


@pytest.mark.parametrize(
    "answer",
    [
        Answer(b"<!doctype html><h1>Sign in</h1>"),
        Answer(b"<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>"),
        Answer(b""),
        Answer(b"GIF8"),
        Answer(b"\0" * 4096),
        Answer(status=403),
        Answer(status=204),
        Answer(status=302, headers={"location": "file:///etc/passwd"}),
        Answer(status=302, headers={"location": "http://blog.example/a.jpg"}),
        Answer(status=302, headers={"location": QUAY}),
    ],
    ids=["page", "svg", "nothing", "start", "zeros", "closed", "empty", "file", "unencrypted", "circle"],
)
def test_what_is_no_picture_is_not_kept_whatever_it_says_it_is(
    made: Callable[..., Desk], answer: Answer
) -> None:
    desk = made(FIGURE)
    desk.web.there[QUAY] = answer
    brought = desk.bring()
    assert (desk.kept(), len(brought.problems), brought.failure) == ({}, 1, None)
    asked = len(desk.web.asked)
    desk.bring()
    assert len(desk.web.asked) == asked, "a whole archive asks once"
    desk.web.there[QUAY] = Answer(JPEG)
    assert len(desk.bring("1").came) == 1, "she asked for this one"
    with pytest.raises(PictureRefused):
        desk.shown("1", QUAY + "x")


def test_half_a_picture_is_never_kept(made: Callable[..., Desk]) -> None:
    desk = made(FIGURE)
    whole = png(5)
    halves = [replace(Answer(), body=whole[:length], headers={}) for length in (9, 30, len(whole) - 1)]
    for half in halves:
        # What has no length ends where the connection does.
        desk.web.there[QUAY] = half
        desk.client = make_client(httpx2.MockTransport(_without_length(desk.web)))
        brought = desk.bring()
        assert desk.kept() == {}
        assert "broke off" in brought.problems[0][1]
    desk.web.there[QUAY] = Answer(whole, headers={})
    assert len(desk.bring().came) == 1
    assert desk.shown("1", QUAY) == whole


def _without_length(web: Pictures) -> Callable[[httpx2.Request], httpx2.Response]:
    def answer(request: httpx2.Request) -> httpx2.Response:
        response = web.answer(request)
        response.headers.pop("content-length", None)
        return response

    return answer


def test_a_blog_that_asks_to_wait_is_waited_for(made: Callable[..., Desk]) -> None:
    desk = made(FIGURE)
    answers = [
        Answer(status=429, headers={"retry-after": "7"}),
        Answer(status=503, headers={"retry-after": "2"}),
    ]
    desk.web.there[QUAY] = lambda: answers.pop(0) if answers else Answer(JPEG)
    assert len(desk.bring().came) == 1
    assert desk.web.waited == [7.0, 2.0]


def test_a_question_about_a_number_waits_too(made: Callable[..., Desk]) -> None:
    store = "https://files.example"
    desk = made(image(f"{store}/a.jpg", "7"), featured="12")
    desk.web.media = {"7": f"{store}/a.jpg", "12": QUAY}
    desk.web.there = {QUAY: Answer(JPEG), f"{store}/a.jpg": Answer(png(1))}
    desk.web.busy = [4.0, 3.0]
    assert len(desk.bring().came) == 2
    assert desk.web.waited == [3.0, 4.0]


def test_a_blog_that_wants_a_long_pause_gets_it_and_the_next_run_goes_on(made: Callable[..., Desk]) -> None:
    other = f"{UPLOADS}/b.png"
    desk = made(FIGURE + image(other))
    desk.web.there = {QUAY: Answer(JPEG), other: Answer(status=429, headers={"retry-after": "1800"})}
    brought = desk.bring()
    assert isinstance(brought.failure, Busy)
    assert brought.failure.sentence.endswith("Bring them again later: it goes on where it was.")
    assert (len(brought.came), desk.web.waited) == (1, [])
    desk.web.there[other] = Answer(png(1))
    brought = desk.bring()
    assert (len(brought.came), brought.there, brought.failure) == (1, 1, None)
    assert desk.web.addresses().count(QUAY) == 1


def test_she_stops_it_and_goes_on(made: Callable[..., Desk]) -> None:
    other = f"{UPLOADS}/b.png"
    desk = made(FIGURE + image(other))
    cancel = Cancel()

    def last() -> Answer:
        cancel.set()
        return Answer(JPEG)

    desk.web.there = {QUAY: last, other: Answer(png(1))}
    brought = desk.bring(cancel=cancel)
    assert brought.cancelled
    assert isinstance(brought.failure, Cancelled)
    assert len({**desk.kept()}) <= 1
    desk.web.there[QUAY] = Answer(JPEG)
    desk.bring()
    assert sorted(desk.kept().values()) == sorted([JPEG, png(1)])


def test_without_a_connection_it_ends_at_once_and_what_is_here_is_shown(made: Callable[..., Desk]) -> None:
    other = f"{UPLOADS}/b.png"
    desk = made(FIGURE, image(other), image(f"{UPLOADS}/c.png"))
    desk.web.there[QUAY] = Answer(JPEG)
    desk.bring()

    def away(_request: httpx2.Request) -> httpx2.Response:
        desk.web.asked.append(_request)
        raise httpx2.ConnectError("no way")

    desk.client = make_client(httpx2.MockTransport(away))
    desk.web.asked.clear()
    for key in (key_of(other, ""), key_of(f"{UPLOADS}/c.png", "")):
        desk.library.blog_pictures.forget(key)
    brought = desk.bring()
    assert isinstance(brought.failure, Unreachable)
    assert len(desk.web.asked) == 1
    assert desk.shown("1", QUAY) == JPEG


@pytest.mark.parametrize(
    "error",
    [httpx2.ConnectError("no"), httpx2.ConnectError("certificate")],
    ids=["away", "certificate"],
)
def test_a_store_of_files_that_is_away_does_not_end_the_run(
    made: Callable[..., Desk], error: httpx2.ConnectError
) -> None:
    if str(error) == "certificate":
        fault = ssl.SSLCertVerificationError(1, "run out")
        fault.verify_code, fault.verify_message = 10, "run out"
        error.__cause__ = fault
    store = "https://files.blog.example"
    desk = made(image(f"{store}/a.jpg") + image(f"{store}/b.jpg") + FIGURE)
    desk.web.there[QUAY] = Answer(JPEG)

    def answer(request: httpx2.Request) -> httpx2.Response:
        if request.url.host == "files.blog.example":
            desk.web.asked.append(request)
            raise error
        return desk.web.answer(request)

    desk.client = make_client(httpx2.MockTransport(answer))
    brought = desk.bring()
    assert (len(brought.came), len(brought.problems), brought.failure) == (1, 1, None)
    assert desk.web.addresses() == [f"{store}/a.jpg", QUAY], "it is asked once"


def test_a_server_in_trouble_is_left_alone_after_some_pictures(made: Callable[..., Desk]) -> None:
    desk = made("".join(image(f"{UPLOADS}/{n}.jpg") for n in range(20)))
    desk.web.there = {f"{UPLOADS}/{n}.jpg": Answer(status=500) for n in range(20)}
    brought = desk.bring()
    assert brought.failure is not None
    assert len(desk.web.asked) == 5


def test_a_picture_that_is_gone_on_the_blog_stays_here(made: Callable[..., Desk]) -> None:
    desk = made(FIGURE + image(f"{UPLOADS}/never.jpg"))
    desk.web.there[QUAY] = Answer(JPEG)
    assert desk.bring().gone == [f"{UPLOADS}/never.jpg"]
    del desk.web.there[QUAY]
    assert desk.bring("1").gone == [QUAY, f"{UPLOADS}/never.jpg"]
    assert desk.shown("1", QUAY) == JPEG
    assert len(desk.bring().gone) == 1, "told again, not asked again"
    assert len(desk.web.asked) == 4


def test_asked_for_one_post_a_changed_picture_comes_anew(made: Callable[..., Desk]) -> None:
    desk = made(FIGURE)
    desk.web.there[QUAY] = Answer(JPEG, headers={"etag": '"1"'})
    desk.bring()
    assert (desk.bring("1").there, desk.web.asked[-1].headers["if-none-match"]) == (1, '"1"')
    newer = JPEG + b" and one more boat \xff\xd9"
    desk.web.there[QUAY] = Answer(newer, headers={"etag": '"2"'})
    assert len(desk.bring("1").came) == 1
    assert desk.shown("1", QUAY) == newer


def test_a_file_that_she_removed_comes_again_and_one_that_she_drew_into_is_hers(
    made: Callable[..., Desk],
) -> None:
    desk = made(FIGURE)
    desk.web.there[QUAY] = Answer(JPEG)
    (file,) = desk.bring().came
    file.unlink()
    with pytest.raises(PictureRefused):
        desk.shown("1", QUAY)
    assert desk.bring().came == [file]
    file.write_bytes(b"\xff\xd8\xff drawn by hand, longer than before \xff\xd9")
    with pytest.raises(PictureRefused):
        desk.library.shown_picture(desk.file("1"), desk.document("1").post.id, QUAY)
    (second,) = desk.bring().came
    assert second.read_bytes() == JPEG
    assert b"drawn by hand" in file.read_bytes()
    assert desk.shown("1", QUAY) == JPEG


@pytest.mark.parametrize(
    "path",
    [
        "../../../../etc/passwd",
        "..%2f..%2fx.md",
        "%00.jpg",
        "CON.jpg",
        ".hidden.jpg",
        "~$x.jpg",
        "a" * 400,
        "%2e%2e",
    ],
)
def test_no_name_leads_out_of_the_folder_of_pictures(made: Callable[..., Desk], path: str) -> None:
    desk = made(image(f"https://blog.example/{path}"))
    desk.client = make_client(httpx2.MockTransport(lambda _request: httpx2.Response(200, content=JPEG)))
    (file,) = desk.bring().came
    assert file.parent == desk.root / "Harbour Notes" / "Pictures"
    assert desk.shown("1", f"https://blog.example/{path}") == JPEG


def test_pictures_leave_room_for_her_words(
    made: Callable[..., Desk], monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = made(FIGURE)
    desk.web.there[QUAY] = Answer(JPEG)
    monkeypatch.setattr(bringing, "RESERVE", 1 << 60)
    brought = desk.bring()
    assert isinstance(brought.failure, DiskFull)
    assert desk.kept() == {}


class Killed(BaseException):
    """The process is gone."""


def _killed_at(at: int, act: Callable[[], object]) -> bool:
    """Let the process die at its call number `at` that writes: that call and all after it do nothing."""
    calls = 0

    def standing_for(real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any, **named: Any) -> Any:
            nonlocal calls
            calls += 1
            if calls >= at:
                raise Killed
            return real(*arguments, **named)

        return call

    with pytest.MonkeyPatch.context() as patch:
        for name in ("write", "fsync", "link", "rename", "replace", "unlink", "mkdir", "rmdir"):
            patch.setattr(os, name, standing_for(getattr(os, name)))
        try:
            act()
        except Killed:
            return True
    return False


def test_killed_at_any_write_the_next_run_goes_on(made: Callable[..., Desk]) -> None:
    """Law: wherever the process dies, no half picture is shown, and the next run ends as if it had not died."""
    other = f"{UPLOADS}/b.png"
    desk = made(FIGURE + image(other) + image("/same.jpg"))
    desk.web.there = {
        QUAY: Answer(JPEG), other: Answer(png(1)), "https://blog.example/same.jpg": Answer(JPEG),
    }  # fmt: skip
    at, killed = 0, True
    while killed:
        at += 1
        killed = _killed_at(at, desk.bring)
        desk.library._blog_pictures = None  # what it knew is gone with the process
        pictures = desk.library.blog_pictures
        for copy in pictures.all():
            if pictures.has(copy.key):
                assert pictures.data(copy.key) in (JPEG, png(1)), at
        assert desk.bring().failure is None, at
        assert sorted(desk.kept().values()) == sorted([JPEG, png(1)]), at
        assert desk.shown("1", "/same.jpg") == desk.shown("1", QUAY) == JPEG, at
        shutil.rmtree(desk.root / "Harbour Notes" / "Pictures")
        shutil.rmtree(desk.root / ".postdesk" / "pictures")
        desk.library._blog_pictures = None
    assert at > 12


def test_copies_that_no_post_shows_are_cleared_and_no_others(made: Callable[..., Desk]) -> None:
    names = ("kept", "by-name", "unused", "drawn", "in-text")
    addresses = {name: f"{UPLOADS}/{name}.jpg" for name in names}
    desk = made("".join(map(image, addresses.values())))
    desk.web.there = {a: Answer(JPEG + n.encode() + b"\xff\xd9") for n, a in addresses.items()}
    desk.bring()
    (desk.root / "Harbour Notes/Pictures/drawn.jpg").write_bytes(JPEG + b"hers \xff\xd9")
    assert clear_unused(desk.library, desk.receipts, Cancel()).count == 0
    post = replace(desk.blog.all["1"], content=image(addresses["kept"]), modified=_post(30).modified)
    desk.blog.all["1"] = post
    desk.pull(desk.blog)
    mine = desk.library.new(
        "Mine", body=f"![](Harbour%20Notes/Pictures/by-name.jpg)\n\n![]({addresses['in-text']})\n"
    )
    cleared = clear_unused(desk.library, desk.receipts, Cancel())
    assert (cleared.count, cleared.size) == (1, len(JPEG) + 8)
    assert sorted(desk.kept()) == [f"Pictures/{name}.jpg" for name in ("by-name", "drawn", "in-text", "kept")]
    assert desk.shown("1", addresses["kept"])
    assert desk.library.read_shown_picture(mine, addresses["in-text"])
