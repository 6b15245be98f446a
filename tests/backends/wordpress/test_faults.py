"""What servers answer when something is wrong, and what becomes of it."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx2
import pytest

from postdesk.backends.base import Backend, MediaFile, Outgoing
from postdesk.backends.http import Credentials, make_client
from postdesk.backends.wordpress.backend import WordPress
from postdesk.core.account import Account
from postdesk.core.cancel import Cancel
from postdesk.core.errors import (
    BackendError,
    Busy,
    Gone,
    Intercepted,
    MediaRefused,
    NotAllowed,
    OutcomeUnknown,
    PostDeskError,
    Refused,
    SignInRefused,
    TooLarge,
)
from postdesk.core.receipt import Status

SECRET = "QBGM 9QPR Ef6g RYPk cVY9 7Nvi"
NOW = datetime(2026, 11, 22, 18, 0, tzinfo=UTC)
MARKER = "pd-0123456789abcdef"
PLAIN = Outgoing("t", "c", Status.PUBLISHED, slug="x")

Serve = Callable[[httpx2.Request], httpx2.Response]


def blog(serve: Serve, password: str = SECRET) -> WordPress:
    account = Account(
        "a1", "wordpress", "Blog", "https://blog.example", "ada", {"api": "https://blog.example/wp-json/"}
    )
    return WordPress(account, password, make_client(httpx2.MockTransport(serve)), now=lambda: NOW)


def answering(status: int, value: Any, **headers: str) -> Serve:
    body = value if isinstance(value, bytes) else json.dumps(value).encode()
    named = {name.replace("_", "-"): text for name, text in headers.items()}
    return lambda request: httpx2.Response(status, headers=named, content=body)


def refusing(status: int, code: str, message: str = "No.", **data: Any) -> Serve:
    return answering(status, {"code": code, "message": message, "data": {"status": status, **data}})


@pytest.mark.parametrize(
    "value",
    [
        {}, [], None, {"id": "5"}, {"id": True, "status": "draft"}, {"id": 5}, "5",
        b'<br />\n<b>Notice</b>: x in y.php<br />\n{"id":5,"status":"draft"}',
        b'{"id":5,"status":"dra',
        b"<html>Sign in to Wi-Fi</html>",
    ],
)  # fmt: skip
def test_an_odd_answer_to_a_create_leaves_the_outcome_open(value: Any) -> None:
    with pytest.raises(OutcomeUnknown) as caught:
        blog(answering(201, value)).create_draft(MARKER, "t")
    assert "may or may not" in caught.value.means


@pytest.mark.parametrize("value", [{}, {"id": 5}, "x", [5], {"0": {}}])
def test_an_odd_answer_to_a_look_does_not_say_that_nothing_is_there(value: Any) -> None:
    there = blog(answering(200, value))
    with pytest.raises(BackendError):
        there.find(MARKER)
    with pytest.raises(BackendError):
        there.posts()
    with pytest.raises(BackendError):
        there.find_media("ab" * 32)


def test_an_answer_about_another_post_is_none() -> None:
    """A cache in between may give the answer to another question."""
    other = {
        "id": 6,
        "slug": "other",
        "status": "publish",
        "title": {"raw": "Another one"},
        "content": {"raw": "x"},
    }
    there = blog(answering(200, other))
    assert there.read("6").title == "Another one"
    with pytest.raises(OutcomeUnknown):
        there.read("5")
    with pytest.raises(OutcomeUnknown):
        there.write("5", PLAIN)

    def mixed_up(request: httpx2.Request) -> httpx2.Response:
        value = {**other, "id": 5} if request.method == "GET" else other
        return httpx2.Response(200, json=value)

    with pytest.raises(OutcomeUnknown) as caught:
        blog(mixed_up).write("5", PLAIN)
    assert "may or may not" in caught.value.means


@pytest.mark.parametrize("odd", [[], {}, None, [{"id": "7"}], [{"id": 70, "name": "steam"}]])
def test_a_tag_whose_name_did_not_come_is_asked_for_once_more(odd: Any) -> None:
    """Else the post would seem to be without it, and be written back so."""
    answers = [odd, [{"id": 7, "name": "rail"}]]
    there = {"id": 5, "slug": "x", "status": "publish", "title": {"raw": "t"}, "tags": [7]}

    def serve(request: httpx2.Request) -> httpx2.Response:
        if request.url.path.endswith("/tags"):
            return httpx2.Response(200, content=json.dumps(answers.pop(0)).encode())
        return httpx2.Response(200, json=there)

    assert blog(serve).read("5").tags == ("rail",)


def test_a_tag_whose_name_the_blog_keeps_to_itself_does_not_stop_the_reading() -> None:
    there = {"id": 5, "slug": "x", "status": "publish", "title": {"raw": "t"}, "tags": [7]}

    def serve(request: httpx2.Request) -> httpx2.Response:
        return httpx2.Response(200, json=[] if request.url.path.endswith("/tags") else there)

    assert blog(serve).read("5").tags == ()


def test_a_portals_page_is_not_taken_for_the_blog() -> None:
    with pytest.raises(Intercepted, match="a page came back"):
        blog(answering(200, b"<html>Sign in to Wi-Fi</html>", content_type="text/html")).read("5")


def test_a_gateways_error_after_a_write_leaves_the_outcome_open() -> None:
    with pytest.raises(OutcomeUnknown):
        blog(answering(502, b"<h1>502 Bad Gateway</h1>")).create_draft(MARKER, "t")
    with pytest.raises(OutcomeUnknown):
        blog(refusing(500, "internal_server_error", "There has been a critical error.")).create_draft(
            MARKER, "t"
        )


def test_a_redirect_of_a_write_is_no_success() -> None:
    moved = answering(301, [], location="https://www.blog.example/wp-json/wp/v2/posts")
    with pytest.raises(Intercepted, match=r"www\.blog\.example"):
        blog(moved).create_draft(MARKER, "t")


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (401, "rest_cannot_create", SignInRefused),
        (401, "incorrect_password", SignInRefused),
        (403, "rest_cannot_publish", NotAllowed),
        (404, "rest_post_invalid_id", Gone),
        (400, "rest_invalid_param", Refused),
    ],
)
def test_a_definite_no(status: int, code: str, kind: type[BackendError]) -> None:
    with pytest.raises(kind) as caught:
        blog(refusing(status, code, "<strong>No</strong> &amp; never.")).create_draft(MARKER, "t")
    assert all((caught.value.happened, caught.value.means, caught.value.todo))
    assert "<strong>" not in caught.value.sentence


def test_a_draft_that_was_made_counts_as_made_when_the_line_drops_right_after() -> None:
    """The names of its author and category are asked for afterwards: what happens to that is no word on the
    draft."""

    def serve(request: httpx2.Request) -> httpx2.Response:
        if request.method == "GET":
            raise httpx2.ConnectError("refused")
        made = {
            "id": 5,
            "status": "draft",
            "slug": MARKER,
            "title": {"raw": "t"},
            "author": 1,
            "categories": [1],
        }
        return httpx2.Response(201, json=made)

    assert blog(serve).create_draft(MARKER, "t").remote_id == "5"


def test_an_upload_whose_description_fails_has_to_be_looked_up(tmp_path: Path) -> None:
    path = tmp_path / "boat.png"
    path.write_bytes(b"x")

    def serve(request: httpx2.Request) -> httpx2.Response:
        if request.url.path.endswith("/5"):
            raise httpx2.ConnectError("refused")
        return httpx2.Response(201, json={"id": 5, "source_url": "https://blog.example/a.png"})

    file = MediaFile(path, "pd-ab-boat.png", "ab" * 32, "image/png", 1, alt="A boat")
    with pytest.raises(OutcomeUnknown, match=r"boat\.png.* is on the blog"):
        blog(serve).upload(file, lambda count: None, Cancel())


def test_a_busy_blog_is_left_in_peace() -> None:
    with pytest.raises(Busy) as caught:
        blog(answering(429, b"slow down", retry_after="7")).create_draft(MARKER, "t")
    assert caught.value.wait == 7


def test_a_picture_over_the_limit_is_named_with_its_size(tmp_path: Path) -> None:
    path = tmp_path / "the boat.png"
    path.write_bytes(bytes(2_000_000))
    file = MediaFile(path, "pd-ab-boat.png", "ab" * 32, "image/png", 2_000_000)
    for serve in (answering(413, b"<h1>413</h1>"), refusing(400, "rest_upload_no_data")):
        with pytest.raises(TooLarge, match=r"the boat\.png” \(2\.0 MB\)"):
            blog(serve).upload(file, lambda count: None, Cancel())
    with pytest.raises(MediaRefused, match=r"the boat\.png"):
        blog(refusing(500, "rest_upload_sideload_error")).upload(file, lambda count: None, Cancel())


def test_a_picture_with_a_bad_address_does_not_get_into_a_post(tmp_path: Path) -> None:
    path = tmp_path / "boat.png"
    path.write_bytes(b"x")
    file = MediaFile(path, "pd-ab-boat.png", "ab" * 32, "image/png", 1)
    with pytest.raises(OutcomeUnknown):
        blog(answering(201, {"id": 5, "source_url": "javascript:alert(1)"})).upload(
            file, lambda n: None, Cancel()
        )


def test_a_draft_whose_slug_a_plug_in_cleared_is_found_by_its_content() -> None:
    """Some plug-ins empty the slugs of drafts, and the marker with it."""
    kept: list[dict[str, Any]] = []

    def serve(request: httpx2.Request) -> httpx2.Response:
        query = dict(request.url.params)
        if request.method == "POST":
            sent = json.loads(request.content)
            kept.append(
                {
                    "id": 5,
                    "status": "draft",
                    "slug": "",
                    "title": {"raw": sent["title"]},
                    "content": {"raw": sent["content"]},
                }
            )
            return httpx2.Response(201, json=kept[-1])
        found = (
            [] if "slug" in query else [p for p in kept if query.get("search", "?") in p["content"]["raw"]]
        )
        return httpx2.Response(200, json=found)

    there = blog(serve)
    there.create_draft(MARKER, "t")
    assert [post.remote_id for post in there.find(MARKER)] == ["5"]
    assert there.find("pd-ffffffffffffffff") == ()


def sign_in(xmlrpc: bytes | int, *, offered: bool = True) -> Serve:
    """A blog that treats everybody as nobody; over XML-RPC it answers `xmlrpc`."""

    def serve(request: httpx2.Request) -> httpx2.Response:
        if request.url.path.endswith("xmlrpc.php"):
            if isinstance(xmlrpc, int):
                return httpx2.Response(xmlrpc)
            assert "authorization" not in request.headers
            return httpx2.Response(200, content=xmlrpc)
        if request.url.path.endswith("users/me"):
            return refusing(401, "rest_not_logged_in")(request)
        ways = {"application-passwords": {}} if offered else []
        return httpx2.Response(200, json={"name": "B", "namespaces": ["wp/v2"], "authentication": ways})

    return serve


FAULT = b"<methodResponse><fault><value><struct><member><name>faultCode</name><value><int>403</int></value>"
BLOGS = b"<methodResponse><params><member><name>blogid</name></member></params></methodResponse>"


@pytest.mark.parametrize(
    ("serve", "password", "words"),
    [
        (sign_in(BLOGS), SECRET, "the blog's server drops it"),
        (sign_in(FAULT), SECRET, "did not accept your user name and application password"),
        (sign_in(405), SECRET, "drops the Authorization header"),
        (sign_in(405), SECRET, "wrong or was revoked"),
        (sign_in(BLOGS), "my login password", "looks like your ordinary password"),
        (sign_in(BLOGS, offered=False), SECRET, "does not offer application passwords"),
    ],
)
def test_why_she_is_nobody_there(serve: Serve, password: str, words: str) -> None:
    with pytest.raises(SignInRefused) as caught:
        blog(serve, password).check()
    assert words in caught.value.sentence


def test_a_clock_that_is_off_is_said() -> None:
    def serve(request: httpx2.Request) -> httpx2.Response:
        date = {"Date": "Sat, 21 Nov 2026 18:00:00 GMT"}
        value: dict[str, Any] = {"name": "B &amp; C", "namespaces": ["wp/v2"]}
        if request.url.path.endswith("users/me"):
            value = {"id": 1, "name": "Ada", "capabilities": {"edit_posts": True}}
        return httpx2.Response(200, headers=date, json=value)

    connection = blog(serve).check()
    assert (connection.site, connection.user) == ("B & C", "Ada")
    assert "differ by 1440 minutes" in " ".join(connection.remarks)
    assert "not publish them" in " ".join(connection.remarks)


def test_a_list_too_long_for_one_answer_comes_in_smaller_pages() -> None:
    asked: list[tuple[str, str]] = []

    def serve(request: httpx2.Request) -> httpx2.Response:
        count = request.url.params["per_page"]
        asked.append((request.url.params["offset"], count))
        body = b"[]" if count == "10" else bytes(33 * 1024 * 1024)
        return httpx2.Response(200, headers={"X-WP-Total": "12"}, content=body)

    page = blog(serve).posts()
    assert (asked, page.total) == ([("0", "100"), ("0", "10")], 12)
    assert blog(serve).posts(page.next).next == ""
    assert asked[2:] == [("10", "10")]


def test_the_password_is_in_no_log_error_or_repr(caplog: pytest.LogCaptureFixture) -> None:
    """A server that echoes what it was sent, in every call that can fail; all that is left behind is
    searched."""
    caplog.set_level(logging.DEBUG)
    header = Credentials("ada", SECRET).header

    def echo(request: httpx2.Request) -> httpx2.Response:
        bare = SECRET.replace(" ", "")
        message = f"{request.headers.get('authorization')} {SECRET} {bare}"
        return refusing(400, "x", message)(request)

    there: Backend = blog(echo)
    left = [repr(there), repr(there.account)]
    calls: list[Callable[[], object]] = [
        lambda: there.read("5"),
        lambda: there.write("5", PLAIN),
        lambda: there.create_draft(MARKER, "t"),
        there.check,
        there.tags,
    ]
    for call in calls:
        with pytest.raises(PostDeskError) as caught:
            call()
        error = caught.value
        left += [repr(error), str(error), error.details, repr(error.__dict__), repr(error.__context__)]
    left += [record.getMessage() for record in caplog.records]
    for secret in (SECRET, SECRET.replace(" ", ""), header, header.removeprefix("Basic ")):
        assert secret not in "\n".join(left)
    assert "[hidden]" in "\n".join(left)
