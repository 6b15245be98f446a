"""The outbox in the real window with a real WordPress: seen, stopped, paused, changed while it waits, and quit in the
middle; each post is on the blog once."""

from __future__ import annotations

import json
import signal
import time
from contextlib import closing
from pathlib import Path
from types import MappingProxyType

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QCheckBox, QFileDialog, QLabel, QPushButton
from pytestqt.qtbot import QtBot

from postdesk.app import build, library_folder, open_library
from postdesk.backends.passwords import Passwords
from postdesk.core.account import Account, new_account_id
from postdesk.core.folders import Folders
from postdesk.core.lock import FileLock
from postdesk.core.settings import load_settings
from postdesk.library.recovery import Recovery
from postdesk.publishing.accounts import Accounts
from postdesk.publishing.events import EventKind
from postdesk.publishing.job import JobState
from postdesk.publishing.journal import Journal
from postdesk.publishing.plan import Intent
from postdesk.ui.accounts import AccountDialog
from postdesk.ui.outbox import OutboxPanel
from postdesk.ui.timeline import TimelineWindow
from tests.end_to_end.blog import Blog
from tests.end_to_end.program import Program
from tests.end_to_end.test_secrets import forms_of, found_in
from tests.end_to_end.writer import Writer, draw_picture
from tests.servers.faults import FaultProxy
from tests.servers.fixtures import KeyringSessions
from tests.servers.wordpress import WordPress

TITLE = "Ferry strike, day four"
TEXT = "The first boat left at 6:10 with eleven people on it.\n"
WRITE = r"POST .*/wp/v2/posts/\d+"
PATIENCE = 40.0  # seconds


@pytest.fixture
def typed(closed_window: Writer, site: WordPress, proxy: FaultProxy) -> Writer:
    """A writer who has her blog from before, through the proxy, and has typed a post for it."""
    Recovery(closed_window.folders.state).save_session({"panes": ["sidebar"]})
    account = _account(site, proxy.base_url)
    accounts, folders = Accounts(closed_window.folders), closed_window.folders
    accounts.add(account)
    accounts.add(Account(new_account_id(), "local-site", "My Site", str(folders.documents / "Site")))
    closed_window.open()
    closed_window.desk.choose_blog(account.id)
    closed_window.desk.desk.passwords.set(account.id, site.app_password)
    closed_window.new_post(TITLE, TEXT)
    closed_window.until_saved()
    return closed_window


def _account(site: WordPress, address: str) -> Account:
    options = MappingProxyType({"api": f"{address}/wp-json/", "markup": "blocks"})
    return Account(new_account_id(), "wordpress", "Her blog", address, site.user, options)


def _outbox(writer: Writer) -> OutboxPanel:
    writer.choose("outbox")
    panel = writer.desk.commands.outbox
    writer.until(panel.isVisible, "the outbox")
    return panel


def _press(writer: Writer, panel: OutboxPanel, name: str) -> None:
    writer.until(lambda: panel.detail.buttons[name].isVisible(), f"the button “{name}”")
    writer.click(panel.detail.buttons[name])


def _is_out_once(blog: Blog, words: str) -> None:
    post = blog.only_post()
    assert post["status"] == "publish"
    assert words in post["content"]["raw"]


def test_what_waits_is_told_with_why_and_the_newest_text_goes_out_once(
    typed: Writer, proxy: FaultProxy, blog: Blog
) -> None:
    proxy.drop_request(".*")
    typed.publish()
    typed.until(lambda: typed.state.startswith("Waiting"), "the post to wait")
    panel = _outbox(typed)
    typed.until(lambda: "next try in" in panel.detail.line.text(), "the next try")
    _press(typed, panel, "pause")
    typed.until(lambda: typed.state.startswith("Paused"), "the pause")
    typed.replace("eleven", "twelve")
    typed.until(lambda: "changed since" in typed.state, "the header to say that it has changed")
    typed.until_saved()
    typed.until(
        lambda: typed.state.startswith("Paused") and "changed since" not in typed.state, "the newest text"
    )
    proxy.clear()
    _press(typed, panel, "resume")
    typed.until(
        lambda: typed.state.startswith("Published ·"), "the post to be out, with nothing left to update"
    )
    _is_out_once(blog, "twelve people")
    assert len(proxy.asked(WRITE)) == 1
    assert panel.nothing.isVisible()


def test_a_post_is_stopped_in_an_upload_from_the_header_and_goes_on_from_the_outbox(
    typed: Writer, proxy: FaultProxy, blog: Blog, tmp_path: Path
) -> None:
    typed.paste_picture(draw_picture(tmp_path / "quay.jpg"), "The quay", "At noon.")
    typed.until_saved()
    held = proxy.hold("POST .*/wp/v2/media", before=False, times=1)
    typed.publish()
    typed.until(held.arrived.is_set, "the upload")
    publish = typed.window.header.publish
    typed.until(lambda: publish.running, "the header to say that it is sent")
    assert typed.button.startswith("Upload")
    typed.click(publish.main)
    panel = typed.desk.commands.outbox
    typed.until(panel.isVisible, "the outbox, from the header")
    typed.until(lambda: panel.detail.bar.isVisible(), "the steps")
    assert panel.detail.title.text() == TITLE
    panel.close()
    typed.click(publish.arrow)
    typed.until(lambda: typed.state.startswith("Paused"), "the stop")
    assert not publish.running
    held.release()
    assert [p["status"] for p in blog.posts()] == ["draft"]
    typed.window.header.publish.menu.close()
    panel = _outbox(typed)
    assert "You stopped it." in panel.detail.sentence.text()
    _press(typed, panel, "resume")
    typed.until(lambda: typed.state.startswith("Published"), "the post to be out")
    _is_out_once(blog, "eleven people")
    assert len(blog.media()) == 1


def test_what_is_going_live_cannot_be_stopped_and_a_second_blog_does_not_wait_for_it(
    typed: Writer, proxy: FaultProxy, blog: Blog
) -> None:
    desk = typed.desk.desk
    held = proxy.hold(WRITE, before=False, times=1)
    typed.publish()
    typed.until(held.arrived.is_set, "the write")
    panel = _outbox(typed)
    typed.until(lambda: "can't be stopped any more" in panel.detail.sentence.text(), "that it is too late")
    assert not panel.detail.buttons["stop"].isVisible()
    assert not typed.window.header.publish.arrow.isEnabled()
    panel.close()
    first, local = desk.accounts.find("Her blog"), desk.accounts.find("My Site")
    assert first is not None
    assert local is not None
    typed.desk.choose_blog(local.id)
    typed.new_post("Meanwhile", "On the other blog.\n")
    typed.until(lambda: not typed.desk.session.is_dirty, "the text to be saved")
    typed.until(lambda: typed.button == "Publish", "the button to be about this post")
    typed.publish()
    typed.until(lambda: typed.state.startswith("Published"), "the other blog's post")
    assert [r.account_id for r in desk.running()] == [first.id], "the first one is still on its way"
    held.release()
    typed.until(lambda: not desk.jobs(), "the first post")
    _is_out_once(blog, "eleven people")


def test_a_window_closed_in_the_middle_of_a_step_goes_on_at_the_next_start(
    typed: Writer, proxy: FaultProxy, blog: Blog, site: WordPress
) -> None:
    held = proxy.hold(WRITE, before=False, times=1)
    typed.publish()
    typed.until(held.arrived.is_set, "the write")
    account = typed.desk.desk.accounts.find("Her blog")
    assert account is not None
    typed.close()
    held.release()
    typed.open()
    typed.desk.desk.passwords.set(account.id, site.app_password)  # no keyring here: it lasts for a run
    typed.until(
        lambda: not typed.desk.desk.jobs() or typed.state.startswith("Waiting for you"), "it to be tried"
    )
    if typed.desk.desk.jobs():
        _press(typed, _outbox(typed), "retry")
    typed.until(lambda: typed.state.startswith("Published"), "the post to be out")
    _is_out_once(blog, "eleven people")
    assert blog.posts("trash") == []


def test_a_window_that_she_closes_stays_until_the_post_is_out(
    typed: Writer, proxy: FaultProxy, blog: Blog
) -> None:
    held = proxy.hold(WRITE, before=False, times=1)
    typed.publish()
    assert not typed.window.close()  # from her click on, whatever is being made ready
    assert "still being sent" in typed.window.toasts.sentence
    typed.until(held.arrived.is_set, "the write")
    assert typed.window.isVisible()
    held.release()
    typed.until(lambda: not typed.window.isVisible(), "the window to close")
    _is_out_once(blog, "eleven people")
    assert not typed.desk.desk.jobs()
    typed.close()
    typed.open()
    typed.until(lambda: typed.state.startswith("Published ·"), "the next start to know")
    _is_out_once(blog, "eleven people")


def test_a_password_that_is_not_known_is_told_leads_to_its_field_and_is_over_when_it_was_typed(
    typed: Writer, blog: Blog, site: WordPress
) -> None:
    typed.close()
    typed.open()  # there is no keyring here
    notice = typed.window.status.notice
    typed.until(notice.isVisible, "the notice")
    assert "password for “Her blog” is not known" in notice.accessibleName()
    assert "outbox" not in notice.accessibleName()
    typed.click(notice)
    dialog = _account_window(typed)
    typed.until(lambda: dialog.password.placeholderText().startswith("Not known"), "the field to say so")
    assert dialog.focusWidget() is dialog.password
    assert "This computer has no keyring" in " ".join(w.text() for w in dialog.findChildren(QLabel))
    typed.click(dialog.cancel)
    typed.until(lambda: typed.button == "Publish", "the button")
    typed.publish()
    typed.until(lambda: typed.state.startswith("Waiting for you"), "it to wait for the password")
    panel = _outbox(typed)
    _press(typed, panel, "sign_in")
    dialog = _account_window(typed)
    typed.type(site.app_password, dialog.password)
    typed.click(dialog.saver)
    typed.until(lambda: typed.state.startswith("Published"), "the post to be out")
    _is_out_once(blog, "eleven people")
    typed.until(lambda: not notice.isVisible(), "the notice to be over")


def _account_window(writer: Writer) -> AccountDialog:
    def shown() -> list[AccountDialog]:
        return [d for d in writer.window.findChildren(AccountDialog) if d.isVisible()]

    writer.until(lambda: len(shown()) == 1, "the blog's settings")
    return shown()[0]


@pytest.mark.parametrize("match", [r"POST .*/wp/v2/posts\?", WRITE])
def test_a_program_ended_by_the_system_in_the_middle_of_a_step_goes_on_at_the_next_start(
    home: Path, folders: Folders, site: WordPress, proxy: FaultProxy, blog: Blog, keyring_session: KeyringSessions,
    monkeypatch: pytest.MonkeyPatch, qtbot: QtBot, match: str,
) -> None:  # fmt: skip
    for name, value in keyring_session("unlocked").env.items():
        if name in ("DBUS_SESSION_BUS_ADDRESS", "XDG_RUNTIME_DIR", "GNOME_KEYRING_CONTROL"):
            monkeypatch.setenv(name, value)
    account = _account(site, proxy.base_url)
    Accounts(folders).add(account)
    Passwords().set(account.id, site.app_password)
    Recovery(folders.state).save_session({"panes": ["sidebar"]})
    settings = load_settings(folders)
    library = open_library(folders, library_folder(folders, settings))
    desk = build(folders, settings, library)
    document = library.carry_id(library.new(TITLE, body=TEXT))
    desk.submit(desk.plan(document, account, Intent.PUBLISH))
    desk.close()
    library.close()
    held = proxy.hold(match, before=False, times=1)
    program = Program(home, document.path)
    try:
        assert held.arrived.wait(PATIENCE)
        assert program.end(signal.SIGTERM) == -signal.SIGTERM
    finally:
        program.kill()
    held.release()
    program = Program(home, document.path)
    try:
        with closing(Journal(folders.state / "outbox.db", time.time)) as journal:
            qtbot.waitUntil(lambda: not journal.jobs(unfinished=True), timeout=int(PATIENCE * 1000))
            kinds = [e.kind for e in journal.events(document.post.id)]
        assert kinds == [EventKind.SUBMITTED, EventKind.INTERRUPTED, EventKind.PUBLISHED]
    finally:
        program.kill()
    _is_out_once(blog, "eleven people")
    assert blog.posts("trash") == []


def test_the_history_of_publishing_shows_each_request_and_saves_a_report_without_secrets(
    typed: Writer, proxy: FaultProxy, site: WordPress, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    echo = json.dumps(
        {"code": "no", "message": f"Refused {site.app_password}", "data": {"status": 403}}
    ).encode()
    refused = proxy.answer(r"POST .*/wp/v2/posts\?", 403, echo, {"Content-Type": "application/json"}, times=1)
    typed.publish()
    typed.until(lambda: refused.used, "the refusal")
    typed.until(lambda: typed.state.startswith("Not published"), "the header to say so")
    _press(typed, _outbox(typed), "retry")
    typed.until(lambda: typed.state.startswith("Published"), "the post to be out")
    typed.choose("publishing_history")
    typed.until(lambda: typed.desk.timelines.view is not None, "the history")
    view = typed.desk.timelines.view
    assert isinstance(view, TimelineWindow)
    typed.until(lambda: view.tree.topLevelItemCount() > 2, "its entries")
    rows = [view.tree.topLevelItem(n) for n in range(view.tree.topLevelItemCount())]
    words = [row.text(1) for row in rows if row is not None and row.text(1)]
    assert words[0].startswith("Published")
    assert words[1].startswith("Not sent: ")
    assert words[2] == "Given to the outbox"
    failed = next(row for row in rows if row is not None and row.text(1).startswith("Not sent"))
    view.tree.setFocus()
    view.tree.setCurrentItem(failed)
    QTest.keyClick(view.tree, Qt.Key.Key_Right)
    QTest.keyClick(view.tree, Qt.Key.Key_Right)
    for _row in range(failed.childCount() - 1):
        QTest.keyClick(view.tree, Qt.Key.Key_Down)
    typed.until(view.text.isVisible, "the request")
    assert "POST http://127.0.0.1" in view.text.toPlainText()
    assert "Refused [hidden]" in view.text.toPlainText()
    assert "Authorization: [hidden]" in view.text.toPlainText()

    target = tmp_path / "report.txt"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_a, **_k: (str(target), ""))
    typed.click(view.saver)
    typed.until(lambda: typed.desk.timelines.dialog is not None, "the report")
    dialog = typed.desk.timelines.dialog
    assert dialog is not None
    shown = dialog.text.toPlainText()
    assert "eleven" not in shown
    assert TITLE not in shown
    assert "127.0.0.1" not in shown
    for box in dialog.findChildren(QCheckBox):
        typed.click(box)
    assert TITLE in dialog.text.toPlainText()
    assert "127.0.0.1" in dialog.text.toPlainText()
    assert "eleven" in dialog.text.toPlainText()
    typed.click(next(b for b in dialog.findChildren(QPushButton) if b.text() == "Save…"))
    typed.until(lambda: dialog.answer.isVisible(), "the file")
    assert target.read_text("utf-8").strip() == dialog.text.toPlainText().strip()
    secrets = forms_of(site.user, site.app_password)
    assert found_in(target.read_bytes(), secrets) == []
    assert found_in((typed.folders.state / "exchanges.db").read_bytes(), secrets) == []


# --- without a server: the local site ---


def test_a_paused_outbox_keeps_what_is_published_and_sends_only_what_she_asks_for(writer: Writer) -> None:
    panel = _outbox(writer)
    writer.click(panel.pauser)
    writer.until(panel.notice.isVisible, "that it is paused")
    panel.close()
    writer.window.activateWindow()  # no window manager does it here
    writer.until(writer.window.isActiveWindow, "the window to have the keyboard")
    writer.new_post(TITLE, TEXT)
    writer.until_saved()
    writer.publish()
    writer.hears("The outbox is paused")
    writer.until(lambda: writer.state.startswith("Waiting"), "the post to wait")
    panel = _outbox(writer)
    assert panel.detail.line.text() == "The outbox is paused"
    writer.close()
    writer.open()
    panel = _outbox(writer)
    writer.until(panel.notice.isVisible, "that it is still paused after a restart")
    _press(writer, panel, "retry")
    writer.until(lambda: writer.state.startswith("Published"), "the post that she asked for")
    assert writer.desk.desk.outbox.is_paused
    writer.until(lambda: writer.desk.actions.is_checked("pause_outbox"), "the menu to say so")
    writer.choose("pause_outbox")
    writer.until(lambda: not panel.notice.isVisible(), "the outbox to go on")
    assert not writer.desk.desk.outbox.is_paused


def test_while_another_process_sends_the_outbox_is_shown_and_says_so(writer: Writer) -> None:
    other = FileLock(writer.folders.state / "outbox.lock")
    assert other.acquire()
    try:
        writer.new_post(TITLE, TEXT)
        writer.until_saved()
        writer.publish()
        writer.until(lambda: writer.desk.desk.jobs(), "the post in the outbox")
        with closing(Journal(writer.folders.state / "outbox.db", time.time)) as journal:
            (job,) = journal.jobs(unfinished=True)
            assert journal.claim(job.id)
        panel = _outbox(writer)
        assert "Another Post Desk window is sending" in panel._notice.text()
        shown = [b.text() for b in panel.detail.findChildren(QPushButton) if b.isVisible()]
        assert shown == ["Open Post", "History of Publishing…"]
        with closing(Journal(writer.folders.state / "outbox.db", time.time)) as journal:
            journal.set_state(job.id, JobState.WAITING, due=time.time())
    finally:
        other.release()
    writer.until(lambda: writer.state.startswith("Published"), "the post to go out from here")
