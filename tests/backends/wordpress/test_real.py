"""Against real servers, what the contract suite does not ask: roles, lost answers, wrong passwords,
stopping."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import httpx2
import pytest

from postdesk.backends.base import MediaFile, Outgoing
from postdesk.backends.http import make_client
from postdesk.backends.wordpress.backend import WordPress
from postdesk.core.account import Account
from postdesk.core.cancel import Cancel
from postdesk.core.errors import (
    Cancelled,
    MediaRefused,
    NotAllowed,
    OutcomeUnknown,
    SignInRefused,
    Unreachable,
)
from postdesk.core.receipt import Status
from tests.publishing.world import png
from tests.servers.fixtures import FaultProxies
from tests.servers.wordpress import WordPress as Server

MARKER = "pd-0123456789abcdef"
PLAIN = Outgoing("Ferry strike", "<p>The first boat left.</p>", Status.PUBLISHED, slug="ferry-strike")


@pytest.fixture
def client() -> Iterator[httpx2.Client]:
    with make_client() as made:
        yield made


def sign_in(base_url: str, user: str, password: str, client: httpx2.Client) -> WordPress:
    return WordPress(Account("a1", "wordpress", "Blog", base_url, user), password, client)


def as_user(server: Server, name: str, client: httpx2.Client) -> WordPress:
    return sign_in(server.base_url, name, server.users[name].app_password, client)


def test_what_she_may_not_do_is_said(wordpress: Server, client: httpx2.Client) -> None:
    admin = " ".join(as_user(wordpress, "admin", client).check().remarks)
    author = " ".join(as_user(wordpress, "writer", client).check().remarks)
    contributor = " ".join(as_user(wordpress, "contrib", client).check().remarks)
    assert "not encrypted" in admin
    assert "You may" not in admin
    assert "not make new ones" in author
    assert "not publish them" in contributor
    assert "not upload pictures" in contributor


def test_an_author_may_use_a_category_but_not_make_one(wordpress: Server, client: httpx2.Client) -> None:
    wordpress.reset_posts()
    # Ids start again at 1, and WordPress still takes number 3 for its privacy page, which no author may edit.
    wordpress.php("update_option('wp_page_for_privacy_policy', 0);")
    admin, author = as_user(wordpress, "admin", client), as_user(wordpress, "writer", client)
    admin.write(admin.create_draft(MARKER, "").remote_id, replace(PLAIN, categories=("Travel",)))
    mine = author.create_draft("pd-1123456789abcdef", "").remote_id
    assert author.write(mine, replace(PLAIN, categories=("travel",), tags=("new",))).categories == ("Travel",)
    with pytest.raises(NotAllowed, match="none called “Sport”"):
        author.write(mine, replace(PLAIN, categories=("Sport",)))


def test_a_contributor_may_not_publish(wordpress: Server, client: httpx2.Client) -> None:
    contributor = as_user(wordpress, "contrib", client)
    draft = contributor.create_draft(MARKER, "").remote_id
    with pytest.raises(NotAllowed):
        contributor.write(draft, PLAIN)
    assert contributor.write(draft, replace(PLAIN, status=Status.PENDING)).status is Status.PENDING


def test_a_wrong_password_is_told_from_a_lost_header(
    wordpress: Server, client: httpx2.Client, fault_proxy: FaultProxies
) -> None:
    wrong = sign_in(wordpress.base_url, "admin", "abcd efgh ijkl mnop qrst uvwx", client)
    with pytest.raises(SignInRefused, match="did not accept your user name"):
        wrong.check()
    proxy = fault_proxy(wordpress.base_url)
    proxy.answer("users/me", 401, b'{"code":"rest_not_logged_in","message":"No.","data":{"status":401}}')
    stripped = sign_in(proxy.base_url, "admin", wordpress.app_password, client)
    with pytest.raises(SignInRefused, match="before WordPress sees it"):
        stripped.check()


def test_a_wrong_password_writes_nothing(wordpress: Server, client: httpx2.Client) -> None:
    wrong = sign_in(wordpress.base_url, "admin", "abcd efgh ijkl mnop qrst uvwx", client)
    with pytest.raises(SignInRefused):
        wrong.create_draft(MARKER, "t")


@pytest.mark.parametrize("loss", ["answer", "half the answer", "gateway"])
def test_a_draft_whose_answer_was_lost_is_found(
    wordpress_newest: Server, client: httpx2.Client, fault_proxy: FaultProxies, loss: str
) -> None:
    wordpress_newest.reset_posts()
    proxy = fault_proxy(wordpress_newest.base_url)
    if loss == "answer":
        proxy.drop_response("POST .*/posts", times=1)
    elif loss == "gateway":
        proxy.answer_after("POST .*/posts", 502, b"<h1>502</h1>", {"Content-Type": "text/html"}, times=1)
    else:
        proxy.cut("POST .*/posts", 50, bare=True, times=1)
    blog = sign_in(proxy.base_url, "admin", wordpress_newest.app_password, client)
    with pytest.raises(OutcomeUnknown):
        blog.create_draft(MARKER, "t")
    assert len(blog.find(MARKER)) == 1


def test_stop_is_heard_while_the_blog_holds_its_answer(
    wordpress_newest: Server, client: httpx2.Client, fault_proxy: FaultProxies
) -> None:
    proxy = fault_proxy(wordpress_newest.base_url)
    held = proxy.hold("GET .*/posts")
    blog = sign_in(proxy.base_url, "admin", wordpress_newest.app_password, client)
    stop = Cancel()

    class Stopping(Cancel):
        """Is stopped as soon as the request has arrived."""

        def check(self) -> None:
            if held.arrived.is_set():
                stop.set()
            stop.check()

    blog.cancel = Stopping()
    with pytest.raises(Cancelled):
        blog.read("1")


def test_a_blog_that_is_down_was_sent_nothing(wordpress_newest: Server, client: httpx2.Client) -> None:
    wordpress_newest.go_down()
    try:
        blog = as_user(wordpress_newest, "admin", client)
        with pytest.raises(Unreachable):
            blog.create_draft(MARKER, "t")
    finally:
        wordpress_newest.come_back()


def test_a_drawing_that_the_blog_does_not_take(
    wordpress: Server, client: httpx2.Client, tmp_path: Path
) -> None:
    path = tmp_path / "map.svg"
    path.write_text("<svg xmlns='http://www.w3.org/2000/svg'/>")
    file = MediaFile(path, "pd-ab-map.svg", "ab" * 32, "image/svg+xml", path.stat().st_size)
    with pytest.raises(MediaRefused, match=r"map\.svg"):
        as_user(wordpress, "admin", client).upload(file, lambda count: None, Cancel())


def test_an_authors_own_names_and_posts_are_listed(wordpress: Server, client: httpx2.Client) -> None:
    wordpress.reset_posts()
    author = as_user(wordpress, "writer", client)
    assert author.create_draft(MARKER, "t").author == "writer"
    assert [post.title for post in author.posts().posts] == ["t"]


def test_a_twin_is_deleted_unless_a_post_shows_it(
    wordpress: Server, client: httpx2.Client, tmp_path: Path
) -> None:
    wordpress.reset_posts()
    blog = as_user(wordpress, "admin", client)
    path = tmp_path / "boat.png"
    path.write_bytes(png(3))
    file = MediaFile(path, f"pd-{'ab' * 8}-boat.png", "ab" * 32, "image/png", path.stat().st_size)
    ours, twin = (blog.upload(file, lambda _n: None, Cancel()) for _time in range(2))
    assert ours.address.removesuffix(".png") + "-1.png" == twin.address
    post = blog.create_draft(MARKER, "t").remote_id
    blog.write(post, replace(PLAIN, content=f'<img src="{twin.address}">'))
    blog.discard_media(twin.remote_id)
    assert len(blog.find_media(file.content_hash)) == 2
    blog.write(post, replace(PLAIN, content=f'<img src="{ours.address}">'))
    blog.discard_media(twin.remote_id)
    assert [m.remote_id for m in blog.find_media(file.content_hash)] == [ours.remote_id]
    blog.discard_media(ours.remote_id)
    assert [m.remote_id for m in blog.find_media(file.content_hash)] == [ours.remote_id]
