"""After a day with a password, bad and good, published and failed: it is in no file, no log and no sentence."""

from __future__ import annotations

import base64
import json
import logging
import urllib.parse
from collections.abc import Generator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QLabel, QPushButton

from postdesk.core.folders import Folders
from postdesk.core.log import start_log
from tests.end_to_end.blog import Blog
from tests.end_to_end.writer import Writer, draw_picture
from tests.servers.fixtures import FaultProxies
from tests.servers.wordpress import WordPress

WRONG = "wrOn gPas swor d123 4567 890a"


def forms_of(user: str, password: str) -> dict[str, bytes]:
    """Every form in which a password may have been written down."""
    bare = password.replace(" ", "")
    basic = {f"Basic of {p!r}": base64.b64encode(f"{user}:{p}".encode()) for p in (password, bare)}
    return {
        "as shown": password.encode(),
        "without blanks": bare.encode(),
        "in an address": urllib.parse.quote(password).encode(),
        "in a form": urllib.parse.quote_plus(password).encode(),
        "base64": base64.b64encode(password.encode()),
        "base64 without blanks": base64.b64encode(bare.encode()),
        "hex": bare.encode().hex().encode(),
        "utf-16": bare.encode("utf-16-le"),
        **basic,
    }


def found_in(data: bytes, secrets: dict[str, bytes]) -> list[str]:
    """The forms that are in `data`, in any case for those whose case means nothing."""
    return [name for name, form in secrets.items() if form in data or form.lower() in data]


@pytest.fixture
def log(folders: Folders) -> Generator[None, None, None]:
    """The program's own log, as loud as it gets; taken away with the test."""
    root, ours = logging.getLogger(), logging.getLogger("postdesk")
    before, levels = list(root.handlers), (root.level, ours.level)
    noisy = {name: logging.getLogger(name).level for name in ("httpx2", "httpcore2", "PIL", "markdown")}
    start_log(folders.state, loud=True)
    for name in noisy:
        logging.getLogger(name).setLevel(logging.DEBUG)
    root.setLevel(logging.DEBUG)
    yield
    for handler in [h for h in root.handlers if h not in before]:
        root.removeHandler(handler)
        handler.close()
    root.setLevel(levels[0])
    ours.setLevel(levels[1])
    for name, level in noisy.items():
        logging.getLogger(name).setLevel(level)


def test_a_password_is_in_no_file_log_or_sentence(
    log: None,
    closed_window: Writer,
    home: Path,
    wordpress_newest: WordPress,
    fault_proxy: FaultProxies,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    site, writer = wordpress_newest, closed_window
    site.reset_posts()
    blog, proxy = Blog(site), fault_proxy(site.base_url)
    secrets = {
        **forms_of(site.user, site.app_password),
        **{f"wrong, {name}": form for name, form in forms_of(site.user, WRONG).items()},
    }
    heard: list[str] = []
    caplog.set_level(logging.DEBUG)
    writer.open()

    dialog = writer.ask_for_blog(proxy.base_url)
    writer.click(dialog.agree)
    heard.append(writer.sign_in(dialog, site.user, WRONG))
    dialog.password.clear()
    dialog.user.clear()
    writer.type(site.app_password, dialog.password)
    writer.type(site.user, dialog.user)
    writer.click(dialog.tester)
    writer.until(dialog.tester.isEnabled, "the answer to the test")
    heard.append(writer.answer(dialog))
    assert "It works" in heard[-1]
    writer.click(dialog.saver)
    writer.until(lambda: not dialog.isVisible(), "the blog to be added")
    writer.until_idle()

    writer.new_post("A post", "Some words.\n")
    writer.paste_picture(draw_picture(tmp_path / "quay.jpg"), "The quay", "At noon.")
    writer.until_saved()
    # A server that answers with what it was sent, the worst that one can do.
    shown = (
        f"Refused: {site.app_password} / Basic "
        + base64.b64encode(f"{site.user}:{site.app_password}".encode()).decode()
    )
    echo = json.dumps({"code": "rest_cannot_create", "message": shown, "data": {"status": 403}}).encode()
    proxy.answer("POST .*/wp/v2/posts", 403, echo, {"Content-Type": "application/json"})
    writer.publish()
    heard.append(writer.hears("does not let you do this"))
    writer.press_in_toast("Outbox")
    heard += [label.text() for label in writer.window.findChildren(QLabel)]
    proxy.clear()
    proxy.drop_response("POST .*/wp/v2/posts", times=1)
    (again,) = [b for b in writer.window.findChildren(QPushButton) if b.text() == "Try Now" and b.isVisible()]
    writer.click(again)
    writer.until(lambda: writer.state.startswith("Published"), "the post to be published")
    writer.replace("Some", "Other")
    writer.until_saved()
    blog.edit(blog.only_post()["id"], title="By a colleague")
    writer.press_publish()
    writer.until(lambda: writer.state.startswith("Changed on the blog"), "the conflict")

    # The window's own notes are on the disk while it is open, and after it was closed.
    def kept() -> dict[str, list[str]]:
        return {
            str(path.relative_to(home)): forms
            for path in home.rglob("*")
            if path.is_file() and (forms := found_in(path.read_bytes(), secrets))
        }

    assert kept() == {}
    writer.close()
    blog.close()
    assert kept() == {}
    assert (home / "state" / "postdesk.log").stat().st_size > 0
    assert (home / "state" / "outbox.db").stat().st_size > 0
    assert (home / "state" / "exchanges.db").stat().st_size > 0
    assert any("authorization" in request.headers for request in proxy.requests)
    assert not any(found_in(request.path.encode(), secrets) for request in proxy.requests)
    for told in (*writer.said, *heard, caplog.text, *capfd.readouterr()):
        assert found_in(told.encode(), secrets) == []


def test_the_search_finds_a_password_in_each_of_its_forms() -> None:
    secrets = forms_of("ada", "QBGM 9QPR Ef6g RYPk cVY9 7Nvi")
    for name, form in secrets.items():
        assert name in found_in(b"before " + form + b" after", secrets)
    assert found_in(b"nothing of the kind", secrets) == []
