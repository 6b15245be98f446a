"""`publish`, `accounts`, `outbox`: to a folder, to a real WordPress, and what a script reads from the exit code."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import urllib.request
from base64 import b64encode
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Terminal
from tests.publishing.world import png
from tests.servers.fixtures import FaultProxies, KeyringSessions
from tests.servers.wordpress import WordPress

PNG = png(120)


def ask(blog: WordPress, path: str) -> Any:
    """What REST says to another client."""
    key = b64encode(f"{blog.user}:{blog.app_password}".encode()).decode()
    request = urllib.request.Request(
        f"{blog.base_url}/wp-json/wp/v2/{path}", headers={"Authorization": f"Basic {key}"}
    )
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)


# --- to a folder -------------------------------------------------------------------------------------------------


def test_a_post_goes_to_a_folder_and_is_updated_there(terminal: Terminal, tmp_path: Path) -> None:
    post = terminal.draft("Ferry strike", "The first boat left.\n")
    first = terminal("publish", post, "--to", "./site")
    assert (first.code, first.err) == (0, "")
    page = Path(first.out.strip().removeprefix("file://"))
    assert page.is_relative_to(tmp_path / "site")
    assert "The first boat left." in page.read_text("utf-8")
    post.write_text(post.read_text("utf-8").replace("boat", "ferry"), "utf-8")
    second = terminal("publish", post, "--to", tmp_path / "site", "--json")
    assert second.values["state"] == "done"
    assert second.values["address"] == first.out.strip()
    assert "The first ferry left." in page.read_text("utf-8")
    assert len(list((tmp_path / "site").glob("2*/*/*/index.html"))) == 1
    assert len(terminal("accounts", "list", "--json").values) == 2


def test_trying_out_says_the_steps_and_changes_nothing(terminal: Terminal, tmp_path: Path) -> None:
    post = terminal.draft()
    before = post.read_bytes()
    answer = terminal("publish", post, "--dry-run")
    assert (answer.code, answer.err) == (0, "")
    assert "Set it live" in answer.out
    assert terminal("publish", post, "--dry-run", "--json").values["steps"] == answer.out.splitlines()
    assert post.read_bytes() == before
    assert terminal("outbox", "--json").values == []
    assert not (terminal.home / "documents/Post Desk Site").exists()


def test_a_conflict_copy_is_no_second_post_unless_it_is_meant(terminal: Terminal, tmp_path: Path) -> None:
    post = terminal.draft()
    assert terminal("publish", post, "--to", "./site").code == 0
    copy = post.with_name(f"{post.stem}.sync-conflict-20260102-101112-ABCDEFG.md")
    copy.write_text(post.read_text("utf-8").replace("Some", "Other"), "utf-8")
    refused = terminal("publish", copy, "--to", "./site")
    assert refused.code != 0
    assert "--as-own-post" in refused.err
    assert len(list((tmp_path / "site").glob("2*/*/*/index.html"))) == 1
    assert terminal("publish", copy, "--to", "./site", "--as-own-post").code == 0
    assert len(list((tmp_path / "site").glob("2*/*/*/index.html"))) == 2


def test_trying_out_on_a_new_folder_makes_no_blog_of_it(terminal: Terminal) -> None:
    assert terminal("publish", terminal.draft(), "--to", "./typo", "--dry-run").code == 0
    assert len(terminal("accounts", "list", "--json").values) == 1


def test_a_file_outside_any_library_is_published_and_its_folder_becomes_one(
    terminal: Terminal, tmp_path: Path
) -> None:
    folder = tmp_path / "notes"
    folder.mkdir()
    (folder / "post.md").write_text("---\ntitle: Alone\n---\nWords.\n", "utf-8")
    first = terminal("publish", "notes/post.md", "--to", "site")
    assert first.code == 2  # a plain word is a blog's name; a new folder says so by its path
    first = terminal("publish", "notes/post.md", "--to", "./site")
    assert first.code == 0
    assert (folder / ".postdesk").is_dir()
    assert terminal("publish", folder / "post.md", "--to", "./site").out == first.out
    assert sorted(p.name for p in folder.iterdir()) == [".postdesk", "post.md"]


def test_a_post_whose_front_matter_is_broken_does_not_go_out(terminal: Terminal, tmp_path: Path) -> None:
    post = tmp_path / "broken.md"
    post.write_text("---\ntitle: [unclosed\n---\ntext\n", "utf-8")
    answer = terminal("publish", post, "--to", "./site")
    assert (answer.code, answer.out) == (4, "")
    assert "Nothing was sent." in answer.err
    assert not (tmp_path / "site").exists()
    assert post.read_text("utf-8") == "---\ntitle: [unclosed\n---\ntext\n"


@pytest.mark.parametrize("picture", ["gone.png", "../../../etc/hostname", "text.png"])
def test_a_picture_that_cannot_go_out_stops_the_post(
    terminal: Terminal, tmp_path: Path, picture: str
) -> None:
    post = terminal.draft("With a picture", f"![A quay]({picture})\n")
    (terminal.library / "text.png").write_text("no picture")
    for extra in ((), ("--dry-run",)):
        answer = terminal("publish", post, "--to", "./site", *extra)
        assert (answer.code, answer.out) == (4, "")
        assert answer.err.count("postdesk:") == 1
        assert not (tmp_path / "site").exists()


def test_an_empty_post_is_refused(terminal: Terminal) -> None:
    answer = terminal("publish", terminal.draft("", ""))
    assert answer.code == 4
    assert "empty" in answer.err
    assert "Nothing was sent." in answer.err


def test_what_is_only_worth_a_remark_goes_out_with_it(terminal: Terminal) -> None:
    post = terminal.draft("A picture", "![](quay.png)\n")
    (terminal.library / "quay.png").write_bytes(PNG)
    answer = terminal("publish", post)
    assert answer.code == 0
    assert "no description" in answer.err


def test_a_site_whose_folder_cannot_be_made_is_said(terminal: Terminal, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    answer = terminal("publish", terminal.draft(), "--to", tmp_path / "file" / "site")
    assert answer.code not in (0, 1)
    assert answer.out == ""
    assert answer.err


def test_a_post_that_waits_for_its_hour_can_be_taken_back(terminal: Terminal) -> None:
    post = terminal.draft("Later")
    post.write_text(post.read_text("utf-8").replace("title: Later", "title: Later\ndate: 2099-01-01 08:00"))
    answer = terminal("publish", post)
    assert (answer.code, answer.out) == (3, "")
    assert "until 1 January 2099" in answer.err
    (job,) = terminal("outbox", "--json").values
    assert (job["title"], job["blog"], job["state"]) == ("Later", "My Site", "waiting")
    assert terminal("outbox", "--run", "--now").code == 3
    assert terminal("outbox", "--run", "--now", "--blog", "My Site").code == 3
    assert not (terminal.home / "documents/Post Desk Site").exists()
    assert [r["title"] for r in terminal("list", "--state", "waiting", "--json").values] == ["Later"]
    assert terminal("outbox", "--take-back", job["id"]).code == 0
    assert terminal("outbox", "--json").values == []


# --- blogs -------------------------------------------------------------------------------------------------------


def test_a_folder_is_a_blog_that_can_be_added_tested_and_removed(terminal: Terminal) -> None:
    added = terminal("accounts", "add", "./site", "--name", "Mine", "--default", "--json")
    assert (added.code, added.err) == (0, "")
    assert added.values["kind"] == "local-site"
    assert terminal("accounts", "test", "Mine").out == "It works: “Mine”.\n"
    assert terminal("accounts", "add", "./site").code == 2
    rows = terminal("accounts", "list").out.splitlines()
    assert rows[1].startswith("* Mine  ")
    assert terminal("accounts", "remove", "mine").code == 0
    assert "Mine" not in terminal("accounts", "list").out


def test_an_address_that_nobody_answers_makes_no_blog(terminal: Terminal) -> None:
    answer = terminal("accounts", "add", "http://127.0.0.1:9/", "--yes")
    assert (answer.code, answer.out) == (3, "")
    assert len(terminal("accounts", "list", "--json").values) == 1


def test_an_unencrypted_address_is_asked_about(terminal: Terminal, wordpress_newest: WordPress) -> None:
    answer = terminal("accounts", "add", wordpress_newest.base_url, "--user", "admin")
    assert answer.code in (2, 6)
    assert "No account was made." in answer.err


def test_a_wrong_password_is_exit_code_6_and_makes_no_blog(
    terminal: Terminal, wordpress_newest: WordPress
) -> None:
    answer = terminal(
        "accounts", "add", wordpress_newest.base_url, "--user", "admin", "--password-stdin", "--yes",
        typed="wrong wrong wrong\n",
    )  # fmt: skip
    assert (answer.code, answer.out) == (6, "")
    assert "wrong wrong" not in answer.err
    assert len(terminal("accounts", "list", "--json").values) == 1


def add(terminal: Terminal, blog: WordPress, address: str = "") -> int:
    """Adds the blog as "Real", the password on standard input."""
    return terminal(
        "accounts", "add", address or blog.base_url, "--user", blog.user, "--password-stdin", "--yes",
        "--name", "Real", typed=blog.app_password + "\n",
    ).code  # fmt: skip


# --- to a real WordPress -----------------------------------------------------------------------------------------


def test_a_post_goes_to_wordpress_once_and_is_updated_there(
    terminal: Terminal, wordpress_newest: WordPress, keyring_session: KeyringSessions
) -> None:
    blog = wordpress_newest
    blog.reset_posts()
    terminal.env = keyring_session("unlocked").env
    assert add(terminal, blog) == 0
    post = terminal.draft("Ferry strike", '> one\n>\n> > two\n\n![A quay](quay.png "At noon")\n')
    (terminal.library / "quay.png").write_bytes(PNG)
    first = terminal("publish", post, "--to", "Real")
    assert (first.code, first.err) == (0, "")
    post.write_text(post.read_text("utf-8").replace("one", "eins"), "utf-8")
    second = terminal("publish", post, "--to", blog.base_url, "--json")
    assert second.values["address"] == first.out.strip()
    (there,) = ask(blog, "posts?context=edit")
    assert there["link"] == first.out.strip()
    assert "eins" in there["content"]["raw"]
    assert len(ask(blog, "media")) == 1
    kept = [p for p in terminal.folder.rglob("*") if p.is_file()]
    secrets = (blog.app_password, blog.app_password.replace(" ", ""))
    assert not [p for p in kept for s in secrets if s.encode() in p.read_bytes()]


def test_what_readers_do_not_get_is_said_after_the_address(
    terminal: Terminal,
    wordpress_newest: WordPress,
    fault_proxy: FaultProxies,
    keyring_session: KeyringSessions,
) -> None:
    blog, proxy = wordpress_newest, fault_proxy(wordpress_newest.base_url)
    blog.reset_posts()
    terminal.env = keyring_session("unlocked").env | {"POSTDESK_PASSWORD": blog.app_password}
    added = terminal("accounts", "add", proxy.base_url, "--user", blog.user, "--yes", "--name", "Real")
    assert added.code in (0, 6)
    proxy.answer("GET /\\d{4}/", status=500, body=b"<h1>Error</h1>")
    sent = terminal("publish", terminal.draft("Seen by nobody"), "--to", "Real")
    assert sent.code == 0
    assert sent.out.strip().startswith(proxy.base_url)
    assert "error of the site" in sent.err
    assert "(500)" in sent.err


def test_without_a_keyring_the_shell_says_so_and_takes_the_password_from_the_environment(
    terminal: Terminal, wordpress_newest: WordPress, keyring_session: KeyringSessions
) -> None:
    blog = wordpress_newest
    blog.reset_posts()
    terminal.env = keyring_session("missing").env
    added = terminal(
        "accounts", "add", blog.base_url, "--user", blog.user, "--password-stdin", "--yes",
        "--name", "Real", "--json", typed=blog.app_password + "\n",
    )  # fmt: skip
    assert added.code == 6
    assert added.values["password_kept"] is False
    assert "no keyring" in added.err
    assert "POSTDESK_PASSWORD" in added.err
    post = terminal.draft("Without a keyring")
    refused = terminal("publish", post, "--to", "Real")
    assert (refused.code, refused.out) == (6, "")
    assert "password" in refused.err
    assert ask(blog, "posts") == []
    sent = terminal("publish", post, "--to", "Real", env={"POSTDESK_PASSWORD": blog.app_password})
    assert sent.code == 0, sent.err
    assert [p["title"]["rendered"] for p in ask(blog, "posts")] == ["Without a keyring"]
    assert terminal("outbox", "--json").values == []


def test_the_password_from_the_environment_is_shown_to_one_blog_only(
    terminal: Terminal,
    wordpress_newest: WordPress,
    fault_proxy: FaultProxies,
    keyring_session: KeyringSessions,
) -> None:
    blog, other = wordpress_newest, fault_proxy(wordpress_newest.base_url)
    blog.reset_posts()
    terminal.env = keyring_session("missing").env | {"POSTDESK_PASSWORD": blog.app_password}
    for name, address in (("Real", blog.base_url), ("Other", other.base_url)):
        answer = terminal("accounts", "add", address, "--user", blog.user, "--yes", "--name", name)
        assert answer.code == 0, answer.err
    post = terminal.draft("For the other")
    assert terminal("publish", post, "--to", "Other", env={"POSTDESK_PASSWORD": ""}).code == 6
    other.forget()
    assert terminal("outbox", "--run", "--now", "--blog", "Real").code == 0
    assert terminal("outbox", "--run", "--now").code == 3
    assert [r for r in other.requests if "authorization" in r.headers] == []
    assert terminal("outbox", "--run", "--now", "--blog", "Other").code == 0
    assert [r for r in other.requests if "authorization" in r.headers] != []


def test_with_the_server_down_the_post_waits_and_goes_out_once_later(
    terminal: Terminal, wordpress_newest: WordPress, keyring_session: KeyringSessions
) -> None:
    blog = wordpress_newest
    blog.reset_posts()
    terminal.env = keyring_session("unlocked").env
    assert add(terminal, blog) == 0
    post = terminal.draft("Patience")
    blog.go_down()
    try:
        waiting = terminal("publish", post, "--to", "Real", "--json")
        assert waiting.code == 3
        assert waiting.values["state"] == "waiting"
        assert "outbox --run" in waiting.err
        assert terminal("outbox", "--run", "--now").code == 3
        assert [
            r["title"] for r in terminal("list", "--state", "waiting", "--blog", "Real", "--json").values
        ] == ["Patience"]
    finally:
        blog.come_back()
    assert terminal("outbox", "--run", "--now").code == 0
    assert terminal("outbox", "--run", "--now").code == 0
    assert [p["title"]["rendered"] for p in ask(blog, "posts?status=any")] == ["Patience"]


def test_a_post_that_a_colleague_changed_is_exit_code_5_and_stays_as_it_is(
    terminal: Terminal, wordpress_newest: WordPress, keyring_session: KeyringSessions
) -> None:
    blog = wordpress_newest
    blog.reset_posts()
    terminal.env = keyring_session("unlocked").env
    assert add(terminal, blog) == 0
    post = terminal.draft("Shared")
    assert terminal("publish", post, "--to", "Real").code == 0
    (there,) = ask(blog, "posts")
    blog.php(f"wp_update_post(['ID' => {there['id']}, 'post_content' => 'Hers']);")
    post.write_text(post.read_text("utf-8") + "Mine\n", "utf-8")
    answer = terminal("publish", post, "--to", "Real")
    assert (answer.code, answer.out) == (5, "")
    assert ask(blog, f"posts/{there['id']}?context=edit")["content"]["raw"] == "Hers"


def test_two_shells_at_once_publish_one_post_once(terminal: Terminal, wordpress_newest: WordPress) -> None:
    blog = wordpress_newest
    blog.reset_posts()
    terminal.env = {"POSTDESK_PASSWORD": blog.app_password}
    assert (
        terminal("accounts", "add", blog.base_url, "--user", blog.user, "--yes", "--name", "Real").code == 0
    )
    post = terminal.draft("Twice at once")
    both = [
        subprocess.Popen(
            [sys.executable, "-m", "postdesk", "publish", post, "--to", "Real"],
            env={**os.environ, "POSTDESK_HOME": str(terminal.home), **terminal.env},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        for _again in range(2)
    ]
    codes = set()
    for one in both:
        one.communicate(timeout=120)
        codes.add(one.returncode)
    assert codes <= {0, 3}
    assert terminal("outbox", "--run", "--now", "--blog", "Real").code == 0
    assert len(ask(blog, "posts?status=any")) == 1
