"""The writer pastes an address, and her blog is found, or she is told why not."""

from __future__ import annotations

import socket
from collections.abc import Callable, Mapping
from typing import Any

import httpx2
import pytest

from postdesk.backends.base import Found
from postdesk.backends.http import make_client
from postdesk.backends.wordpress import BACKEND
from postdesk.core.errors import Intercepted, NotABlog, OutcomeUnknown, PostDeskError, Unreachable
from tests.servers.wordpress import WordPress

ROOT: dict[str, Any] = {
    "name": "Harbour &amp; Notes",
    "namespaces": ["wp/v2"],
    "home": "https://blog.example",
}

Serve = Callable[[httpx2.Request], httpx2.Response]


def site(pages: Mapping[str, httpx2.Response | Exception]) -> Serve:
    """Answers by address; 404 for the rest. Whoever sends a credential here has failed the test."""

    def serve(request: httpx2.Request) -> httpx2.Response:
        assert "authorization" not in request.headers
        assert not request.url.userinfo
        page = pages.get(str(request.url), httpx2.Response(404, text="<h1>Not found</h1>"))
        if isinstance(page, Exception):
            raise page
        return httpx2.Response(page.status_code, headers=page.headers, content=page.content)

    return serve


def look(address: str, pages: Mapping[str, httpx2.Response | Exception]) -> Found | None:
    with make_client(httpx2.MockTransport(site(pages))) as client:
        return BACKEND.recognise(address, client)


def html(text: str, **headers: str) -> httpx2.Response:
    return httpx2.Response(200, headers={"Content-Type": "text/html", **headers}, text=text)


def sent_on(location: str) -> httpx2.Response:
    return httpx2.Response(301, headers={"Location": location})


HOME = html("<title>Blog</title>")
PLAIN = {"https://blog.example/": HOME, "https://blog.example/wp-json/": httpx2.Response(200, json=ROOT)}


@pytest.mark.parametrize(
    "address",
    [
        "blog.example",
        " https://blog.example/ ",
        "HTTPS://Blog.Example",
        "https://ada:hunter2@blog.example/",
        "https://blog.example/wp-admin/post.php?post=5",
        "https://blog.example/xmlrpc.php",
        "https://blog.example/wp-json/wp/v2/posts",
        "blog.example/2026/03/ferry-strike/#comments",
    ],
)
def test_an_address_however_it_was_copied(address: str) -> None:
    found = look(address, PLAIN)
    assert found is not None
    assert (found.name, found.address, found.question) == ("Harbour & Notes", "https://blog.example", "")
    assert dict(found.options) == {"api": "https://blog.example/wp-json/", "markup": "blocks"}


@pytest.mark.parametrize(
    "page",
    [
        html("x", Link='<https://blog.example/deep/api/>; rel="https://api.w.org/"'),
        html('<link href="/deep/api/" rel="https://api.w.org/" />'),
    ],
)
def test_the_sites_own_link_is_followed(page: httpx2.Response) -> None:
    root = httpx2.Response(200, json=ROOT | {"home": "https://blog.example/deep"})
    found = look("blog.example", {"https://blog.example/": page, "https://blog.example/deep/api/": root})
    assert found is not None
    assert (found.options["api"], found.address) == (
        "https://blog.example/deep/api/",
        "https://blog.example/deep",
    )


@pytest.mark.parametrize(
    "address", ["", "word", "/home/ada/site", "~/site", "C:\\site", "ftp://blog.example", "a b:c:d"]
)
def test_what_is_no_web_address_is_left_to_others(address: str) -> None:
    assert look(address, {}) is None


def test_a_redirect_to_another_address_is_a_question() -> None:
    www = {
        "https://blog.example/": sent_on("https://www.blog.example/"),
        "https://www.blog.example/": HOME,
        "https://www.blog.example/wp-json/": httpx2.Response(200, json=ROOT),
    }
    found = look("https://blog.example", www)
    assert found is not None
    assert found.address == "https://www.blog.example/"
    assert found.question == (
        "https://blog.example/ redirects to https://www.blog.example/. Use https://www.blog.example/?"
    )


def test_an_interface_that_redirects_elsewhere_is_a_question_too() -> None:
    elsewhere = {
        "https://blog.example/": HOME,
        "https://blog.example/wp-json/": sent_on("https://other.example/steal"),
        "https://other.example/steal": httpx2.Response(200, json=ROOT),
    }
    found = look("https://blog.example", elsewhere)
    assert found is not None
    assert "redirects to https://other.example" in found.question


def test_an_address_that_is_not_encrypted_is_a_question() -> None:
    plain: dict[str, httpx2.Response | Exception] = {
        "https://blog.example/": httpx2.ConnectError("refused"),
        "http://blog.example/": HOME,
        "http://blog.example/wp-json/": httpx2.Response(200, json=ROOT),
    }
    found = look("blog.example", plain)
    assert found is not None
    assert "not encrypted" in found.question
    assert found.options["api"] == "http://blog.example/wp-json/"


@pytest.mark.parametrize(
    ("pages", "kind", "words"),
    [
        ({"https://blog.example/": HOME}, NotABlog, "There is no WordPress blog"),
        (
            {
                "https://blog.example/": html('<script src="/wp-content/x.js"></script>'),
                "https://blog.example/wp-json/": httpx2.Response(
                    401, json={"code": "rest_disabled", "message": "Closed."}
                ),
            },
            NotABlog,
            "its REST interface is closed",
        ),
        (
            {
                "https://blog.example/": sent_on("http://portal.example/login"),
                "http://portal.example/login": HOME,
            },
            Intercepted,
            "leads on to http://portal.example/login",
        ),
        ({"https://blog.example/": httpx2.Response(511, text="x")}, Intercepted, "no WordPress blog"),
        ({"https://blog.example/": httpx2.Response(502, text="x")}, OutcomeUnknown, "in trouble"),
        ({"https://blog.example/": httpx2.ConnectError("refused")}, Unreachable, "did not accept"),
        ({"https://blog.example/": sent_on("https://blog.example/")}, NotABlog, "in circles"),
        ({"https://blog.example/": sent_on("file:///etc/passwd")}, NotABlog, "in circles"),
        (
            {
                "https://blog.example/": HOME,
                "https://blog.example/wp-json/": httpx2.Response(200, json={"a": 1}),
            },
            NotABlog,
            "There is no WordPress blog",
        ),
    ],
)
def test_why_there_is_no_blog(
    pages: dict[str, httpx2.Response | Exception], kind: type[PostDeskError], words: str
) -> None:
    with pytest.raises(kind) as caught:
        look("https://blog.example/", pages)
    assert words in caught.value.happened
    assert all((caught.value.means, caught.value.todo))


def test_a_name_that_nobody_has(monkeypatch: pytest.MonkeyPatch) -> None:
    def lookup(*asked: object, **more: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "unknown")

    monkeypatch.setattr(socket, "getaddrinfo", lookup)
    with make_client() as client, pytest.raises(Unreachable, match=r"no server called blgo\.invalid"):
        BACKEND.recognise("blgo.invalid", client)


@pytest.mark.parametrize("path", ["", "/wp-admin/", "/?p=1", "/2026/11/nothing/", "/xmlrpc.php"])
def test_a_real_blog_is_found(wordpress: WordPress, path: str) -> None:
    with make_client() as client:
        found = BACKEND.recognise(wordpress.base_url.removeprefix("http://") + path, client)
    assert found is not None
    assert (found.address, found.options["api"]) == (wordpress.base_url, wordpress.base_url + "/wp-json/")


def test_a_real_blog_in_a_folder_is_found(wordpress_in_folder: WordPress) -> None:
    with make_client() as client:
        found = BACKEND.recognise(wordpress_in_folder.base_url + "/wp-login.php", client)
    assert found is not None
    assert found.options["api"] == wordpress_in_folder.base_url + "/wp-json/"


def test_a_real_blog_with_plain_permalinks_is_found_and_written_to(wordpress_61: WordPress) -> None:
    from postdesk.core.account import Account

    wordpress_61.set_permalinks("plain")
    try:
        with make_client() as client:
            found = BACKEND.recognise(wordpress_61.base_url, client)
            assert found is not None
            assert "rest_route=/" in found.options["api"]
            account = Account("a1", "wordpress", "B", found.address, wordpress_61.user, found.options)
            blog = BACKEND.open(account, wordpress_61.app_password, client)
            draft = blog.create_draft("pd-00000000000000aa", "Ferry strike")
            assert [post.remote_id for post in blog.find("pd-00000000000000aa")] == [draft.remote_id]
    finally:
        wordpress_61.set_permalinks("pretty")
