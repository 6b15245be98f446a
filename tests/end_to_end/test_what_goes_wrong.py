"""What goes wrong around a writer, seen from her window: she is told what happened, whether anything went out and what
to do; nothing is lost, nothing is on the blog twice.

The parts are held to the same one by one elsewhere; this is where:

    wrong password                      here; backends/wordpress/test_real.py, publishing/test_outbox.py
    wrong address, no WordPress         here; backends/wordpress/test_discover.py
    REST closed, http address           here; backends/wordpress/test_discover.py
    certificate wrong                   here; backends/test_http.py
    server down, gone in the middle     here; publishing/test_faults.py (every fault and every pair of them)
    captive portal                      here; backends/test_http.py, backends/wordpress/test_faults.py
    413 and 500 for a picture           here; backends/wordpress/test_faults.py, test_real.py
    picture missing on the disk         here; publishing/test_desk.py, contracts/test_backends.py
    front matter broken                 here; library/test_frontmatter.py, library/test_library.py
    file changed or deleted elsewhere   here; library/test_library.py
    folder read-only, disk full         here; core/test_files.py (every call of the system failing in turn)
    keyring missing, locked, hanging,
      refused                           here; backends/test_passwords.py
    two windows on one library          here; ui/test_instance.py, core/test_lock.py
    root, sandbox not permitted         here; ui/preview/test_engine.py
    changed on the blog                 test_publish_to_wordpress.py; publishing/test_conflicts.py
    killed                              test_killed_while_typing.py; publishing/test_kills.py
"""

from __future__ import annotations

import errno
import http.server
import json
import os
import ssl
import subprocess
import sys
import threading
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest
from PySide6.QtWidgets import QPushButton

from postdesk.app import library_folder, open_library
from postdesk.backends import keyring_child
from postdesk.core import files
from postdesk.core.account import Account, new_account_id
from postdesk.core.folders import Folders
from postdesk.core.settings import load_settings
from postdesk.library.recovery import Recovery
from postdesk.publishing.accounts import Accounts
from postdesk.ui.preview import probe
from postdesk.ui.preview.preview import Preview
from postdesk.ui.preview.simple import SimpleSurface
from tests.backends.test_http import certificate
from tests.conftest import ExpectLog
from tests.end_to_end.blog import Blog
from tests.end_to_end.writer import Writer, draw_picture, has_three_parts
from tests.servers.faults import FaultProxy
from tests.servers.fixtures import KeyringSessions
from tests.servers.keyrings import State
from tests.servers.processes import free_port
from tests.servers.wordpress import WordPress

pytestmark = pytest.mark.usefixtures("without_preview")

TITLE = "Ferry strike, day four"
TEXT = "The first boat left at 6:10 with eleven people on it.\n"
PAGE = {"Content-Type": "text/html"}
JSON = {"Content-Type": "application/json"}


@pytest.fixture
def typed(closed_window: Writer, site: WordPress, proxy: FaultProxy) -> Writer:
    """A writer who has her blog from before, through the proxy, and has typed a post for it."""
    _has_blog(closed_window, site, proxy.base_url)
    return closed_window


def _account(site: WordPress, address: str) -> Account:
    options = MappingProxyType({"api": f"{address}/wp-json/", "markup": "blocks"})
    return Account(new_account_id(), "wordpress", "Her blog", address, site.user, options)


def _has_blog(writer: Writer, site: WordPress, address: str) -> None:
    """Her one blog is the one at `address`, and a post for it is typed."""
    account = _account(site, address)
    Accounts(writer.folders).add(account)
    writer.open()
    writer.desk.desk.passwords.set(account.id, site.app_password)
    writer.new_post(TITLE, TEXT)
    writer.until_saved()


def _is_in_the_file(writer: Writer, words: str) -> bool:
    return words in writer.file.read_text("utf-8")


def _went_out_once(writer: Writer, blog: Blog) -> None:
    """By itself, or after she said so: one public post and nothing beside it."""
    writer.until(lambda: writer.state.startswith("Published"), "the post to be published")
    assert blog.only_post()["status"] == "publish"
    assert "eleven people" in blog.only_post()["content"]["raw"]
    assert blog.posts("trash") == []
    assert _is_in_the_file(writer, "eleven people")


def _nothing_is_public(blog: Blog) -> bool:
    return all(post["status"] == "draft" for post in blog.posts())


# --- adding a blog ---


def test_a_wrong_password_is_said_and_the_blog_is_not_added(
    writer: Writer, site: WordPress, blog: Blog
) -> None:
    dialog = writer.ask_for_blog(site.base_url)
    writer.click(dialog.agree)
    sentence = writer.sign_in(dialog, site.user, "abcd EFGH 1234 ijkl MNOP 5678")
    assert "did not accept your user name and application password" in sentence
    assert has_three_parts(sentence)
    assert [a.kind for a in writer.desk.desk.accounts.all()] == ["local-site"]
    assert blog.nothing_is_there()


def test_an_address_where_nobody_answers_is_said(writer: Writer) -> None:
    dialog = writer.ask_for_blog(f"http://127.0.0.1:{free_port()}/")
    sentence = writer.answer(dialog)
    assert "did not accept a connection" in sentence
    assert has_three_parts(sentence)
    assert not dialog.password.isVisible()


class _Page(http.server.BaseHTTPRequestHandler):
    """A web site that is no blog."""

    def do_GET(self) -> None:
        body = b"<!doctype html><title>Bakery</title><p>Fresh bread every morning.</p>"
        self.send_response(200 if self.path == "/" else 404)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing is logged."""


class _Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that hangs up at a certificate is what a test is about."""


@contextmanager
def bakery(context: ssl.SSLContext | None = None) -> Generator[int, None, None]:
    """The bakery's site on loopback; its port."""
    server = _Server(("127.0.0.1", 0), _Page)
    if context is not None:
        server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield int(server.server_address[1])
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_a_site_that_is_no_blog_is_said(writer: Writer) -> None:
    with bakery() as port:
        dialog = writer.ask_for_blog(f"http://127.0.0.1:{port}/")
    sentence = writer.answer(dialog)
    assert "There is no WordPress blog at" in sentence
    assert has_three_parts(sentence)
    assert not dialog.password.isVisible()


def test_a_blog_whose_interface_is_closed_is_said(writer: Writer, proxy: FaultProxy) -> None:
    closed = json.dumps(
        {"code": "rest_disabled", "message": "The REST API is closed.", "data": {"status": 401}}
    )
    proxy.answer("wp-json|rest_route", 401, closed.encode(), JSON)
    dialog = writer.ask_for_blog(proxy.base_url)
    sentence = writer.answer(dialog)
    assert "its REST interface is closed" in sentence
    assert has_three_parts(sentence)
    assert not dialog.password.isVisible()


def test_an_http_address_is_a_question_and_no_password_is_asked_before_the_answer(
    writer: Writer, proxy: FaultProxy
) -> None:
    dialog = writer.ask_for_blog(proxy.base_url)
    assert "not encrypted" in writer.answer(dialog)
    assert "Use it all the same?" in writer.answer(dialog)
    assert not dialog.password.isVisible()
    writer.click(dialog.agree)
    assert dialog.password.isVisible()
    assert not any("authorization" in request.headers for request in proxy.requests)


def test_a_wrong_certificate_is_said_and_nothing_is_sent(writer: Writer, tmp_path: Path) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate(tmp_path, "localhost"))
    with bakery(context) as port:
        dialog = writer.ask_for_blog(f"https://localhost:{port}/")
    sentence = writer.answer(dialog)
    assert "did not prove that it is your blog: its certificate was made by itself" in sentence
    assert has_three_parts(sentence)
    assert not dialog.password.isVisible()


# --- publishing ---


def test_with_the_server_away_the_post_waits_and_goes_out_by_itself(
    closed_window: Writer, site: WordPress, blog: Blog
) -> None:
    _has_blog(closed_window, site, site.base_url)
    site.go_down()
    try:
        closed_window.publish()
        sentence = closed_window.hears("did not accept a connection")
        assert has_three_parts(sentence)
        assert "Nothing was sent" in sentence
        closed_window.until(lambda: closed_window.state.startswith("Waiting for connection"), "the header")
        waiting = closed_window.window.sidebar.waiting
        closed_window.until(waiting.isVisible, "the line about what waits")
        assert "goes out by itself" in waiting.text()
    finally:
        site.come_back()
    _went_out_once(closed_window, blog)
    closed_window.until(lambda: not waiting.isVisible(), "the outbox to be empty")


@pytest.mark.parametrize("skip", [0, 1, 2])
def test_an_answer_that_is_lost_makes_no_second_post(
    typed: Writer, proxy: FaultProxy, blog: Blog, skip: int
) -> None:
    proxy.drop_response("POST .*/wp/v2/posts", times=1, skip=skip)
    typed.publish()
    _went_out_once(typed, blog)


@pytest.mark.parametrize("skip", [1, 2, 3])
def test_a_server_that_is_gone_in_the_middle_makes_no_second_post(
    typed: Writer, proxy: FaultProxy, blog: Blog, skip: int
) -> None:
    # What is asked is still heard there; no answer comes back any more, not even to "is it there?".
    typed.until_idle()
    proxy.drop_response(".", skip=skip)
    typed.publish()
    sentence = typed.hears("broke before it had answered")
    assert has_three_parts(sentence)
    assert typed.state.startswith("Waiting")
    proxy.clear()
    _went_out_once(typed, blog)


def test_a_captive_portal_is_not_taken_for_the_blog(typed: Writer, proxy: FaultProxy, blog: Blog) -> None:
    proxy.answer(".", 200, b"<html><title>Wi-Fi</title><form>Sign in to go on</form></html>", PAGE)
    typed.publish()
    sentence = typed.hears("Something else answered in place of the blog")
    assert has_three_parts(sentence)
    assert "open a browser and sign in" in sentence
    assert blog.nothing_is_there()
    typed.until(lambda: typed.state.startswith("Waiting"), "the header to say that it waits")
    proxy.clear()
    _went_out_once(typed, blog)


def test_a_password_that_was_revoked_stops_the_post_until_she_says_go(
    typed: Writer, proxy: FaultProxy, blog: Blog
) -> None:
    nobody = {
        "code": "rest_not_logged_in",
        "message": "You are not currently logged in.",
        "data": {"status": 401},
    }
    proxy.answer("wp/v2/", 401, json.dumps(nobody).encode(), JSON)
    typed.publish()
    sentence = typed.hears("The blog treats you as not signed in")
    assert has_three_parts(sentence)
    assert typed.state.startswith("Waiting for you")
    assert blog.nothing_is_there()
    proxy.clear()
    typed.press_in_toast("Outbox")
    (again,) = [b for b in typed.window.findChildren(QPushButton) if b.text() == "Try Now" and b.isVisible()]
    typed.click(again)
    _went_out_once(typed, blog)


@pytest.mark.parametrize(
    ("status", "body", "words"),
    [
        (413, "<html>413 Request Entity Too Large</html>", "larger than the blog's server takes"),
        (
            500,
            json.dumps(
                {"code": "rest_upload_unknown_error", "message": "Sorry, this is no picture.", "data": {}}
            ),
            "does not take “quay.jpg”",
        ),
    ],
)
def test_a_picture_that_the_server_does_not_take_stops_the_post(
    typed: Writer, proxy: FaultProxy, blog: Blog, tmp_path: Path, status: int, body: str, words: str
) -> None:
    typed.paste_picture(draw_picture(tmp_path / "quay.jpg"), "The quay", "At noon.")
    typed.until_saved()
    proxy.answer("POST .*/wp/v2/media", status, body.encode(), JSON if body.startswith("{") else PAGE)
    typed.publish()
    sentence = typed.hears(words)
    assert "quay.jpg" in sentence
    assert has_three_parts(sentence)
    assert _nothing_is_public(blog)
    assert blog.media() == []
    typed.until(lambda: typed.state.startswith("Not published"), "the header to say that it did not go out")
    proxy.clear()
    typed.publish()
    _went_out_once(typed, blog)
    assert len(blog.media()) == 1


def test_a_picture_that_is_missing_on_the_disk_stops_the_post_before_anything_is_sent(
    typed: Writer, proxy: FaultProxy, blog: Blog
) -> None:
    typed.type("\n![The quay](gone.jpg)\n")
    typed.until_saved()
    proxy.forget()
    typed.press_publish()
    typed.until(lambda: any("gone.jpg" in remark for remark in typed.remarks), "the remark about the picture")
    sentence = next(remark for remark in typed.remarks if "gone.jpg" in remark)
    assert has_three_parts(sentence), sentence
    assert "This has to be mended first. Nothing was sent." in typed.remarks
    assert not typed.desk.popover.is_ready
    assert not [r for r in proxy.requests if r.method != "GET"]
    assert blog.nothing_is_there()


# --- the file ---


def test_a_broken_front_matter_is_said_and_its_text_can_be_edited(
    closed_window: Writer, folders: Folders
) -> None:
    broken = b"---\ntitle: [never closed\ntags: a: b\n---\n"
    root = folders.documents / "Post Desk"
    root.mkdir(parents=True)
    post = root / "broken.md"
    post.write_bytes(broken + b"\nThe text.\n")
    closed_window.open(post)
    assert has_three_parts(closed_window.banner), closed_window.banner
    assert "The text." in closed_window.words
    closed_window.go_to("The text.")
    closed_window.type(" And more.")
    closed_window.until_saved()
    assert post.read_bytes() == broken + b"\nThe text. And more.\n"


def test_a_file_that_another_program_changed_is_not_written_over(writer: Writer) -> None:
    writer.new_post(TITLE, TEXT)
    writer.until_saved()
    mine, theirs = writer.file, writer.file.read_text("utf-8").replace("on it.", "on board.")
    writer.type("And one more line of mine.\n")
    mine.write_text(theirs, "utf-8")
    writer.until(lambda: "Another program changed this file" in writer.banner, "the notice")
    assert has_three_parts(writer.banner)
    assert mine.read_text("utf-8") == theirs
    assert "one more line of mine" in writer.words
    writer.click(writer.banner_button("Keep Both"))
    writer.until(lambda: "is a conflict copy of this post" in writer.banner, "the notice about the copy")
    assert writer.file == mine
    assert _is_in_the_file(writer, "one more line of mine")
    assert _is_in_the_file(writer, "eleven people")
    (copy,) = mine.parent.glob("* (conflict*")
    assert copy.read_text("utf-8").partition("\n---\n")[2] == theirs.partition("\n---\n")[2]


def test_a_file_that_another_program_deleted_can_be_saved_again(writer: Writer) -> None:
    writer.new_post(TITLE, TEXT)
    writer.until_saved()
    file = writer.file
    writer.type("And one more line.\n")
    file.unlink()
    writer.until(lambda: writer.banner, "the notice")
    assert has_three_parts(writer.banner), writer.banner
    assert not file.exists()
    writer.click(writer.banner_button("Save it again"))
    writer.until(file.exists, "the file")
    writer.until_saved()
    assert "And one more line." in file.read_text("utf-8")
    assert writer.banner == ""


def test_in_a_read_only_folder_the_words_are_kept_until_the_next_start(
    writer: Writer, folders: Folders, expect_log: ExpectLog
) -> None:
    expect_log("Not saved at quit; the words stay in the recovery copy")
    writer.new_post(TITLE, TEXT)
    writer.until_saved()
    file = writer.file
    file.parent.chmod(0o555)
    try:
        writer.type("Typed on a train.\n")
        writer.until(lambda: writer.banner, "the notice")
        assert has_three_parts(writer.banner), writer.banner
        assert "read-only" in writer.banner
        assert writer.state.endswith("not saved")
        assert any("Typed on a train." in entry.post.body for entry in Recovery(folders.state).all())
        writer.close()
    finally:
        file.parent.chmod(0o755)
    assert "Typed on a train." not in file.read_text("utf-8")
    writer.open()
    writer.hears("Brought back what you typed")
    assert "Typed on a train." in writer.words
    assert "Typed on a train." in file.read_text("utf-8")


def test_on_a_full_disk_typing_goes_on_and_all_is_saved_when_there_is_room(
    writer: Writer, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer.new_post(TITLE, TEXT)
    writer.until_saved()
    before = writer.file.read_bytes()

    def full(*_arguments: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(files, "_write", full)
        writer.type("Typed on a full disk.\n")
        writer.until(lambda: writer.banner, "the notice")
        assert has_three_parts(writer.banner), writer.banner
        assert writer.file.read_bytes() == before
        writer.type("And still typing.\n")
        assert writer.words.endswith("Typed on a full disk.\nAnd still typing.\n")
    writer.click(writer.banner_button("Try again"))
    writer.until_saved()
    assert _is_in_the_file(writer, "Typed on a full disk.\nAnd still typing.\n")
    assert writer.banner == ""


# --- the keyring ---


def _session(keyrings: KeyringSessions, state: State, patch: pytest.MonkeyPatch) -> None:
    """This process's keyring is in that state."""
    for name, value in keyrings(state).env.items():
        if name in ("DBUS_SESSION_BUS_ADDRESS", "XDG_RUNTIME_DIR", "GNOME_KEYRING_CONTROL"):
            patch.setenv(name, value)


def test_without_a_keyring_she_is_told_that_the_password_lasts_for_this_run(
    writer: Writer, site: WordPress
) -> None:
    writer.add_blog(site.base_url, site.user, site.app_password)
    sentence = writer.hears("no keyring")
    assert has_three_parts(sentence)
    assert "nowhere on the disk" in sentence


def test_a_keyring_that_is_a_plain_file_is_refused_by_name(
    writer: Writer, site: WordPress, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "path" / "plain_keyring"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("")
    (package / "file.py").write_text(
        "from keyring.backend import KeyringBackend\n"
        "class Plain(KeyringBackend):\n"
        "    priority = 100\n"
        "    def get_password(self, service, username): return None\n"
        "    def set_password(self, service, username, password):\n"
        f"        open({str(tmp_path / 'kept')!r}, 'w').write(password)\n"
        "    def delete_password(self, service, username): pass\n"
    )
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "plain_keyring.file.Plain")
    monkeypatch.setenv(
        "PYTHONPATH", os.pathsep.join([str(package.parent), str(Path(keyring_child.__file__).parents[2])])
    )
    writer.add_blog(site.base_url, site.user, site.app_password)
    sentence = writer.hears("plain_keyring.file.Plain")
    assert has_three_parts(sentence)
    assert not (tmp_path / "kept").exists()


@pytest.mark.parametrize(
    ("state", "words"), [("locked", "keyring is locked"), ("hanging", "did not answer within 10")]
)
def test_a_keyring_that_does_not_open_leaves_the_post_waiting_for_her(
    closed_window: Writer,
    folders: Folders,
    site: WordPress,
    blog: Blog,
    keyring_session: KeyringSessions,
    monkeypatch: pytest.MonkeyPatch,
    state: State,
    words: str,
) -> None:
    _session(keyring_session, state, monkeypatch)
    Accounts(folders).add(_account(site, site.base_url))
    writer = closed_window
    writer.open()
    writer.new_post(TITLE, TEXT)
    writer.until_saved()
    writer.publish()
    sentence = writer.hears(words)
    assert has_three_parts(sentence)
    assert "Nothing was sent" in sentence
    writer.until(
        lambda: writer.state.startswith("Waiting for you"), "the header to say that it waits for her"
    )
    assert blog.nothing_is_there()
    assert _is_in_the_file(writer, "eleven people")


# --- the machine ---


def _start(home: Path, *files: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "postdesk", *map(str, files)],
        env={**os.environ, "POSTDESK_HOME": str(home), "POSTDESK_NO_DIALOG": "1"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_a_second_window_on_a_library_hands_over_to_the_first(writer: Writer, home: Path) -> None:
    writer.new_post("First", "One.\n")
    writer.until_saved()
    first = writer.file
    writer.new_post("Second", "Two.\n")
    second = _start(home, first)
    try:
        writer.until(lambda: second.poll() is not None, "the second start to end")
        assert second.returncode == 0
        writer.until(lambda: writer.file == first, "the first window to open the file")
        assert "One." in writer.words
    finally:
        second.kill()
        second.communicate()


def test_a_library_that_another_program_holds_is_said_and_not_touched(folders: Folders, home: Path) -> None:
    library = open_library(folders, library_folder(folders, load_settings(folders)))
    try:
        before = {path: path.read_bytes() for path in library.root.glob("*.md")}
        second = _start(home)
        _out, said = second.communicate(timeout=60)
        assert second.returncode == 7
        (line,) = [line for line in said.splitlines() if line.startswith("postdesk: ")]
        assert has_three_parts(line), line
        assert {path: path.read_bytes() for path in library.root.glob("*.md")} == before
    finally:
        library.close()


@pytest.mark.parametrize("root", [True, False])
def test_where_the_preview_engine_may_not_start_a_simpler_one_stands_in(
    closed_window: Writer, folders: Folders, monkeypatch: pytest.MonkeyPatch, root: bool
) -> None:
    Recovery(folders.state).save_session({"panes": ["sidebar", "preview"]})
    monkeypatch.delenv("QTWEBENGINE_DISABLE_SANDBOX", raising=False)
    monkeypatch.setattr(os, "geteuid", lambda: 0 if root else 1000)
    # Where the system forbids the sandbox the probe's process ends with an error; so does this one. What renders lives.
    monkeypatch.setattr(probe, "MODULE", "postdesk.nothing")
    closed_window.open()
    status = closed_window.window.status
    closed_window.until(status.notice.isVisible, "the notice at the foot")
    closed_window.click(status.notice)
    sentence = closed_window.hears("preview")
    assert has_three_parts(sentence), sentence
    assert "root" in sentence or not root
    closed_window.new_post(TITLE, TEXT)
    closed_window.until_saved()
    assert _is_in_the_file(closed_window, "eleven people")
    preview = closed_window.window.preview
    assert isinstance(preview, Preview)
    simple = preview.surface
    assert isinstance(simple, SimpleSurface)
    closed_window.until(lambda: "eleven people" in simple.toPlainText(), "the simpler preview's text")
