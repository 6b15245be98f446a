"""SIGKILL while the real program publishes to a real WordPress: the next start takes it to its end, once."""

from __future__ import annotations

import signal
import time
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from postdesk.app import build, library_folder, open_library
from postdesk.backends.passwords import Passwords
from postdesk.core.account import Account, new_account_id
from postdesk.core.cancel import Cancel
from postdesk.core.folders import Folders
from postdesk.core.settings import load_settings
from postdesk.library.recovery import Recovery
from postdesk.publishing.accounts import Accounts
from postdesk.publishing.journal import Journal
from postdesk.publishing.plan import Intent
from tests.end_to_end.blog import Blog
from tests.end_to_end.program import Program
from tests.publishing.world import png
from tests.servers.faults import FaultProxy
from tests.servers.fixtures import KeyringSessions
from tests.servers.wordpress import WordPress

PATIENCE = 60.0  # seconds
CREATE, UPLOAD, WRITE = r"POST .*/wp/v2/posts\?", r"POST .*/wp/v2/media\?", r"POST .*/wp/v2/posts/\d+"


@pytest.fixture
def post(
    home: Path, folders: Folders, site: WordPress, proxy: FaultProxy, keyring_session: KeyringSessions,
    monkeypatch: pytest.MonkeyPatch,
) -> Path:  # fmt: skip
    """The file of a post with a picture, for which the button was pressed when nothing could be sent."""
    for name, value in keyring_session("unlocked").env.items():
        if name in ("DBUS_SESSION_BUS_ADDRESS", "XDG_RUNTIME_DIR", "GNOME_KEYRING_CONTROL"):
            monkeypatch.setenv(name, value)
    options = {"api": f"{proxy.base_url}/wp-json/", "markup": "blocks"}
    account = Account(new_account_id(), "wordpress", "Her blog", proxy.base_url, site.user, options)
    Accounts(folders).add(account)
    Passwords().set(account.id, site.app_password)
    Recovery(folders.state).save_session({"panes": ["sidebar"]})
    settings = load_settings(folders)
    library = open_library(folders, library_folder(folders, settings))
    desk = build(folders, settings, library)
    document = library.carry_id(library.new("Ferry strike, day four", body="The first boat left at 6:10."))
    ref = library.add_picture(document, "quay.png", png(3))
    body = f'{document.post.body}\n\n![The quay]({ref} "At noon.")'
    document = library.save(document, replace(document.post, body=body))
    desk.submit(desk.plan(document, account, Intent.PUBLISH))
    desk.close()
    library.close()
    return document.path


@pytest.mark.parametrize(
    ("match", "heard"), [(CREATE, True), (CREATE, False), (UPLOAD, True), (UPLOAD, False), (WRITE, True)]
)
def test_a_program_killed_in_the_middle_of_a_request_has_it_on_the_blog_once(
    home: Path,
    folders: Folders,
    proxy: FaultProxy,
    blog: Blog,
    post: Path,
    qtbot: QtBot,
    match: str,
    heard: bool,
) -> None:
    """What the blog has not heard when the program dies arrives later, when the next one has long asked for it."""
    held = proxy.hold(match, before=not heard, times=1)
    program = Program(home, post)
    try:
        assert held.arrived.wait(PATIENCE)
    finally:
        program.kill()
    program = Program(home, post)
    try:
        with closing(Journal(folders.state / "outbox.db", time.time)) as journal:
            qtbot.waitUntil(lambda: not journal.jobs(unfinished=True), timeout=int(PATIENCE * 1000))
            twins = len(blog.posts()) + len(blog.media())
            held.release()
            if not heard:
                qtbot.waitUntil(
                    lambda: len(blog.posts()) + len(blog.media()) == twins + 1, timeout=int(PATIENCE * 1000)
                )
            program.end(signal.SIGTERM)
            looks = journal.sweeps()
            assert looks, "there will be a look for what came late"
            for look in looks:  # its time has come
                journal.swept(look)
                journal.add_sweep(replace(look, due=0.0))
    finally:
        program.kill()
    _looks_again(folders)
    there = blog.only_post()
    assert there["status"] == "publish"
    assert "first boat" in there["content"]["raw"]
    (medium,) = blog.media()
    assert medium["alt_text"] == "The quay"
    assert medium["source_url"].rpartition("/")[2] in there["content"]["raw"]


def _looks_again(folders: Folders) -> None:
    """The program's next run."""
    settings = load_settings(folders)
    library = open_library(folders, library_folder(folders, settings))
    desk = build(folders, settings, library)
    try:
        desk.run(Cancel())
    finally:
        desk.close()
        library.close()
