"""The servers that other tests trust do what those tests take for granted."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.servers.fixtures import FaultProxies, KeyringSessions
from tests.servers.keyrings import KeyringSession
from tests.servers.processes import Process
from tests.servers.wordpress import User, WordPress


@pytest.fixture
def blog(wordpress: WordPress) -> WordPress:
    """Each WordPress, empty."""
    wordpress.reset_posts()
    return wordpress


@pytest.fixture
def newest(wordpress_newest: WordPress) -> Iterator[WordPress]:
    """The newest WordPress, empty, and up again afterwards."""
    wordpress_newest.reset_posts()
    yield wordpress_newest
    wordpress_newest.come_back()


@pytest.fixture
def unusual(newest: WordPress) -> Iterator[WordPress]:
    """The newest WordPress, with its settings put back afterwards."""
    yield newest
    newest.set_permalinks("pretty")
    newest.set_timezone("UTC")


def client(base_url: str, user: User) -> httpx2.Client:
    return httpx2.Client(base_url=base_url, auth=(user.name, user.app_password), timeout=30)


def create(base_url: str, user: User, **post: str) -> dict[str, Any]:
    """Creates a post and gives what the server says it keeps."""
    with client(base_url, user) as http:
        answer = http.post("/wp-json/wp/v2/posts", json={"title": "A post", **post})
        assert answer.status_code == 201, answer.text
        kept: dict[str, Any] = answer.json()
        return kept


def titles(blog: WordPress) -> list[str]:
    with client(blog.base_url, blog.users["admin"]) as http:
        asked: dict[str, str | int] = {
            "rest_route": "/wp/v2/posts",
            "status": "any",
            "context": "edit",
            "per_page": 100,
        }
        return [post["title"]["raw"] for post in http.get("/index.php", params=asked).json()]


# --- WordPress ---


def test_a_blog_on_sqlite_keeps_a_text_as_it_was_sent(wordpress_on_sqlite: WordPress) -> None:
    wordpress_on_sqlite.reset_posts()
    text = "<p>Fish &amp; <script>chips()</script>\x07 \u200b😀\\ \r\n</p>\n\n"
    create(wordpress_on_sqlite.base_url, wordpress_on_sqlite.users["admin"], content=text)
    with client(wordpress_on_sqlite.base_url, wordpress_on_sqlite.users["admin"]) as http:
        asked = {"status": "any", "context": "edit"}
        (post,) = http.get("/wp-json/wp/v2/posts", params=asked).json()
    assert (post["id"], post["content"]["raw"]) == (1, text)
    engine = wordpress_on_sqlite.php("echo DB_ENGINE, ' ', is_file(DB_DIR . DB_FILE) ? 'file' : 'none';")
    assert engine == "sqlite file"


def test_what_the_administrator_publishes_is_kept_as_it_was_sent_and_is_on_the_public_page(
    blog: WordPress,
) -> None:
    text = '<p>Fish &amp; <script>chips()</script> & "sauce"</p>\n\n'
    post = create(blog.base_url, blog.users["admin"], content=text, status="publish")
    assert post["content"]["raw"] == text
    page = httpx2.get(post["link"])
    assert page.status_code == 200
    assert "A post" in page.text


def test_what_an_author_sends_is_filtered_without_a_word(blog: WordPress) -> None:
    post = create(
        blog.base_url, blog.users["writer"], content="<p>a & b<script>x</script></p>", status="publish"
    )
    assert post["content"]["raw"] == "<p>a &amp; bx</p>"


def test_a_contributor_may_not_publish(blog: WordPress) -> None:
    with client(blog.base_url, blog.users["contrib"]) as http:
        answer = http.post("/wp-json/wp/v2/posts", json={"title": "A post", "status": "publish"})
    assert (answer.status_code, answer.json()["code"]) == (403, "rest_cannot_publish")


def test_a_wrong_password_is_no_login_at_all(blog: WordPress) -> None:
    answer = httpx2.get(f"{blog.base_url}/wp-json/wp/v2/users/me", auth=("admin", "wrong"))
    assert (answer.status_code, answer.json()["code"]) == (401, "rest_not_logged_in")


def test_a_reset_leaves_nothing_of_the_tests_before(blog: WordPress) -> None:
    create(blog.base_url, blog.users["admin"])
    with client(blog.base_url, blog.users["admin"]) as http:
        assert http.post("/wp-json/wp/v2/tags", json={"name": "a tag"}).status_code == 201
        blog.reset_posts()
        assert http.get("/wp-json/wp/v2/tags").json() == []
        assert [one["slug"] for one in http.get("/wp-json/wp/v2/categories").json()] == ["uncategorized"]
    assert titles(blog) == []
    assert create(blog.base_url, blog.users["admin"])["id"] == 1


def test_the_two_versions_are_what_they_are_called(
    wordpress_61: WordPress, wordpress_newest: WordPress
) -> None:
    assert wordpress_61.version.startswith("6.1")
    assert int(wordpress_newest.version.split(".")[0]) >= 7


def test_a_scheduled_post_goes_live_when_cron_runs_after_its_time(newest: WordPress) -> None:
    post = create(newest.base_url, newest.users["admin"], status="future", date_gmt="2090-01-02T03:04:05")
    newest.cron()
    assert httpx2.get(post["guid"]["rendered"], follow_redirects=True).status_code == 404
    newest.php(
        "global $wpdb; wp_unschedule_hook('publish_future_post');"
        "$wpdb->query(\"UPDATE $wpdb->posts SET post_date = '2020-01-02', post_date_gmt = '2020-01-02'\");"
        f"wp_schedule_single_event(time() - 5, 'publish_future_post', [{post['id']}]);"
    )
    newest.cron()
    assert newest.php(f"echo get_post_status({post['id']});") == "publish"


def test_with_plain_permalinks_the_rest_interface_is_found_by_the_query_alone(unusual: WordPress) -> None:
    unusual.set_permalinks("plain")
    post = unusual.php(
        "echo get_permalink(wp_insert_post(['post_title' => 'x', 'post_status' => 'publish']));"
    )
    assert post == f"{unusual.base_url}/?p=1"
    assert httpx2.get(f"{unusual.base_url}/wp-json/").status_code == 404
    assert httpx2.get(f"{unusual.base_url}/?rest_route=/").json()["url"] == unusual.base_url


def test_the_blogs_time_zone_is_the_one_that_was_set(unusual: WordPress) -> None:
    unusual.set_timezone("Asia/Kolkata")
    post = create(unusual.base_url, unusual.users["admin"], date_gmt="2026-01-02T03:04:05")
    assert post["date"] == "2026-01-02T08:34:05"


def test_a_blog_in_a_folder_has_its_links_there(wordpress_in_folder: WordPress) -> None:
    wordpress_in_folder.reset_posts()
    post = create(wordpress_in_folder.base_url, wordpress_in_folder.users["admin"], status="publish")
    assert post["link"].startswith(f"{wordpress_in_folder.base_url}/")
    assert wordpress_in_folder.base_url.endswith("/blog")
    assert httpx2.get(post["link"]).status_code == 200
    assert httpx2.get(wordpress_in_folder.base_url.removesuffix("blog")).status_code == 404


def test_a_blog_that_went_down_comes_back_at_its_address(newest: WordPress) -> None:
    newest.go_down()
    with pytest.raises(httpx2.ConnectError):
        httpx2.get(newest.base_url)
    newest.come_back()
    assert httpx2.get(f"{newest.base_url}/wp-json/").status_code == 200


# --- processes ---


def test_no_server_outlives_a_test_run_that_is_killed(tmp_path: Path) -> None:
    log = tmp_path / "log"
    code = (
        "import time; from pathlib import Path; from tests.servers.processes import Process\n"
        f"server = Process(['sh', '-c', 'sleep 600 & echo $!; sleep 600'], log=Path({str(log)!r}))\n"
        f"server.wait_until(lambda: Path({str(log)!r}).read_text().endswith(chr(10)))\n"
        "print('up', flush=True); time.sleep(600)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code], cwd=Path(__file__).parents[2], stdout=subprocess.PIPE, text=True
    ) as owner:
        assert owner.stdout is not None
        assert owner.stdout.readline() == "up\n"
        child = int(log.read_text())
        assert _alive(child)
        owner.send_signal(signal.SIGKILL)
    clock = Process(["sleep", "60"], log=tmp_path / "clock")
    clock.wait_until(lambda: not _alive(child), seconds=30)
    clock.end()
    assert not clock.running


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    # Where nobody reaps orphans a dead one keeps its number.
    return ") Z " not in Path(f"/proc/{pid}/stat").read_text()


# --- the proxy ---


def test_links_go_through_the_proxy_that_was_asked(newest: WordPress, fault_proxy: FaultProxies) -> None:
    proxy = fault_proxy(newest.base_url)
    post = create(proxy.base_url, newest.users["admin"], status="publish")
    assert post["link"].startswith(f"{proxy.base_url}/")
    [request] = proxy.requests
    assert (request.method, request.path, request.status) == ("POST", "/wp-json/wp/v2/posts", 201)
    assert request.headers["authorization"].startswith("Basic ")
    assert b"A post" in request.body


def test_a_dropped_answer_leaves_the_post_on_the_server(newest: WordPress, fault_proxy: FaultProxies) -> None:
    proxy = fault_proxy(newest.base_url)
    rule = proxy.drop_response("POST .*/posts", times=1)
    with pytest.raises(httpx2.RemoteProtocolError):
        create(proxy.base_url, newest.users["admin"], title="lost")
    assert titles(newest) == ["lost"]
    assert rule.used == 1
    assert proxy.asked("POST")[0].status == 201
    create(proxy.base_url, newest.users["admin"], title="second")
    assert sorted(titles(newest)) == ["lost", "second"]


def test_a_dropped_request_never_reaches_the_server(newest: WordPress, fault_proxy: FaultProxies) -> None:
    proxy = fault_proxy(newest.base_url)
    proxy.drop_request("POST", skip=1)
    create(proxy.base_url, newest.users["admin"], title="first")
    with pytest.raises(httpx2.RemoteProtocolError):
        create(proxy.base_url, newest.users["admin"], title="second")
    assert titles(newest) == ["first"]
    assert [request.status for request in proxy.requests] == [201, None]


def test_a_cut_answer_is_noticed_only_with_its_length(newest: WordPress, fault_proxy: FaultProxies) -> None:
    proxy = fault_proxy(newest.base_url)
    proxy.cut("POST", 50, times=1)
    with pytest.raises(httpx2.RemoteProtocolError):
        create(proxy.base_url, newest.users["admin"])
    proxy.cut("GET", 50, bare=True)
    assert len(httpx2.get(f"{proxy.base_url}/wp-json/").content) == 50
    assert len(titles(newest)) == 1


def test_the_proxy_answers_in_place_of_the_server(newest: WordPress, fault_proxy: FaultProxies) -> None:
    proxy = fault_proxy(newest.base_url)
    proxy.answer("GET /", 429, b"later", {"Retry-After": "7"}, times=1)
    answer = httpx2.get(f"{proxy.base_url}/wp-json/")
    assert (answer.status_code, answer.text, answer.headers["Retry-After"]) == (429, "later", "7")
    assert httpx2.get(f"{proxy.base_url}/wp-json/").status_code == 200


def test_the_proxy_answers_after_the_server_did_its_work(
    newest: WordPress, fault_proxy: FaultProxies
) -> None:
    proxy = fault_proxy(newest.base_url)
    proxy.answer_after("POST", 502, b"<h1>Bad gateway</h1>")
    with client(proxy.base_url, newest.users["admin"]) as http:
        assert http.post("/wp-json/wp/v2/posts", json={"title": "there"}).status_code == 502
    assert titles(newest) == ["there"]


@pytest.mark.parametrize("before", [True, False])
def test_a_held_request_waits_until_the_test_lets_it_go(
    newest: WordPress, fault_proxy: FaultProxies, before: bool
) -> None:
    proxy = fault_proxy(newest.base_url)
    rule = proxy.hold("POST", before=before)
    poster = threading.Thread(
        target=create, args=(proxy.base_url, newest.users["admin"]), kwargs={"title": "held"}
    )
    poster.start()
    assert rule.arrived.wait(30)
    assert titles(newest) == ([] if before else ["held"])
    rule.release()
    poster.join(30)
    assert titles(newest) == ["held"]


def test_a_delayed_answer_comes_after_all(newest: WordPress, fault_proxy: FaultProxies) -> None:
    proxy = fault_proxy(newest.base_url)
    proxy.delay("GET", 1.0, before=False)
    with pytest.raises(httpx2.ReadTimeout):
        httpx2.get(f"{proxy.base_url}/wp-json/", timeout=0.3)
    assert httpx2.get(f"{proxy.base_url}/wp-json/", timeout=30).status_code == 200


def test_a_server_that_is_away_is_a_bad_gateway(newest: WordPress, fault_proxy: FaultProxies) -> None:
    proxy = fault_proxy(newest.base_url)
    newest.go_down()
    assert httpx2.get(proxy.base_url).status_code == 502


# --- keyrings ---

SET_AND_GET = """
import keyring.backends.SecretService as service
ring = service.Keyring()
ring.set_password("Post Desk", "someone", "a secret")
print(ring.get_password("Post Desk", "someone"))
"""


def test_an_unlocked_keyring_keeps_a_password(keyring_session: KeyringSessions) -> None:
    session = keyring_session("unlocked")
    answer = session.python(SET_AND_GET)
    assert answer.stdout == "a secret\n", answer.stderr
    again = session.python(SET_AND_GET.replace("ring.set_password", "# "))
    assert again.stdout == "a secret\n", again.stderr


def test_a_locked_keyring_says_so(keyring_session: KeyringSessions) -> None:
    answer = keyring_session("locked").python(SET_AND_GET)
    assert "keyring.errors.KeyringLocked" in answer.stderr


def test_without_a_keyring_there_is_none_to_choose(keyring_session: KeyringSessions) -> None:
    assert _priority_fails(keyring_session("missing"))
    assert _priority_fails(keyring_session("no bus"))


def _priority_fails(session: KeyringSession) -> bool:
    answer = session.python("import keyring.backends.SecretService as s; print(s.Keyring.viable)")
    return answer.stdout == "False\n"


def test_a_keyring_may_hang(keyring_session: KeyringSessions) -> None:
    session = keyring_session("hanging")
    with pytest.raises(subprocess.TimeoutExpired):
        session.run([sys.executable, "-c", SET_AND_GET], timeout=3)
