"""What she can do after something went out: take it back, send it to other blogs, and hear what readers get."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import unquote

import pytest
from PySide6.QtCore import QDateTime, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMessageBox, QPushButton

from postdesk.backends.base import Capability
from postdesk.backends.local_site import CAPABILITIES, LocalSiteKind
from postdesk.core.account import Account, new_account_id
from postdesk.library.receipts import Receipts
from postdesk.publishing.plan import Intent, StepKind, spoken
from tests.end_to_end.blog import Blog
from tests.end_to_end.test_posts_of_the_blog import row_of
from tests.end_to_end.writer import Writer
from tests.servers.fixtures import FaultProxies
from tests.servers.wordpress import WordPress

TITLE = "Ferry strike; day four"
TEXT = "The first boat left at 6:10 with eleven people on it. Nobody waved at the quay this time."


def page(writer: Writer) -> str:
    """The page of the open post on the local site, "" where there is none."""
    address = writer.desk.standing.address
    file = Path(unquote(address.removeprefix("file://")))
    return file.read_text("utf-8") if address and file.is_file() else ""


@pytest.fixture
def published(writer: Writer) -> Writer:
    """A post, live on the local site."""
    writer.new_post(TITLE, TEXT)
    writer.until_saved()
    writer.publish()
    writer.hears("Published on My Site")
    writer.until(lambda: writer.state.startswith("Published"), "the header to say Published")
    return writer


@pytest.fixture
def two_blogs(published: Writer, tmp_path: Path) -> Writer:
    """A second blog beside the first."""
    accounts = published.desk.desk.accounts
    accounts.add(Account(new_account_id(), "local-site", "Harbour & Quay", str(tmp_path / "second")))
    published.desk.set_blogs()
    published.until_idle()
    return published


def update(writer: Writer, old: str, new: str) -> None:
    """Change a word and press the button."""
    writer.replace(old, new)
    writer.until_saved()
    writer.until(lambda: writer.button == "Update", "the button to say Update")
    writer.press_publish()
    writer.hears("Updated on")


def undo_words(writer: Writer) -> str:
    """What the menu offers to take back, "" for nothing."""
    action = writer.desk.actions.action("undo_publish")
    return action.text().replace("&", "") if action.isEnabled() else ""


def test_what_another_machine_filed_about_the_open_post_is_told(
    published: Writer, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer, desk = published, published.desk.desk
    monkeypatch.setattr(desk.engine, "_same_blog", lambda *_: True)  # a folder is no blog of two machines
    post, (account,) = writer.desk.session.post, desk.accounts.all()
    assert post is not None
    ours = desk.receipts.get(post.id, account.id)
    assert ours is not None
    desk.receipts.remove(post.id, account.id)
    writer.desk.standing.follow()
    assert writer.state.startswith("Draft")
    writer.until_idle()
    Receipts(desk.library.root).put(replace(ours, account_id="elsewhere"))  # where that blog has another id
    writer.desk.standing.follow()
    writer.until(lambda: writer.state.startswith("Published"), "the header to say Published")


def test_keeping_both_versions_of_a_published_post_makes_no_second_one_on_the_blog(published: Writer) -> None:
    writer, desk = published, published.desk.desk
    post = writer.desk.session.post
    assert post is not None
    writer.go_to("at the quay")
    writer.type(" of mine")
    writer.file.write_text(writer.file.read_text("utf-8").replace("at the quay", "in theirs"), "utf-8")
    writer.until(lambda: "changed this file" in writer.banner, "the notice")
    writer.click(writer.banner_button("Keep Both"))
    writer.until_saved()
    writer.until(lambda: writer.state.startswith("Changed since published"), "the state")
    assert writer.button == "Update"
    assert "at the quay of mine" in writer.words
    document, (account,) = writer.desk.session.document, desk.accounts.all()
    assert document is not None
    assert document.post.id == post.id
    assert desk.receipts.get(post.id, account.id) is not None
    state = writer.desk.standing.state
    assert state is not None
    assert state.intent is Intent.UPDATE
    assert StepKind.CREATE not in {step.kind for step in desk.plan(document, account, state.intent).steps}
    (copy,) = writer.file.parent.glob("* (conflict*")
    theirs = desk.library.read(copy).post
    assert "in theirs" in theirs.body
    assert desk.receipts.get(theirs.id, account.id) is None
    site = Path(account.address)
    before = sorted(site.rglob("index.html"))
    writer.press_publish()
    writer.hears("Updated on My Site")
    assert "at the quay of mine" in page(writer)
    assert sorted(site.rglob("index.html")) == before


def test_what_was_done_last_is_taken_back_from_the_menu_even_after_a_restart(published: Writer) -> None:
    update(published, "eleven", "twelve")
    assert "twelve people" in page(published)
    published.close()
    published.open()
    published.until(lambda: undo_words(published) == "Undo Update", "the undo in the menu")
    published.choose("undo_publish")
    published.hears("has the version from before again")
    assert "eleven people" in page(published)
    assert "twelve people" in published.words
    published.until(lambda: published.state.startswith("Changed since published"), "the state")
    published.until(lambda: undo_words(published) == "Put Back What Was Undone", "the way forward")
    published.choose("undo_publish")
    published.hears("has the version from before again")
    assert "twelve people" in page(published)


def test_a_post_taken_offline_or_deleted_comes_back_by_the_toast(published: Writer) -> None:
    for command, said in (("unpublish", "Taken offline"), ("delete_from_blog", "Moved to the trash")):
        published.choose(command)
        published.hears(said)
        published.until(lambda: published.button == "Publish", "the post to be a draft")
        assert page(published) == ""
        published.press_in_toast("Undo")
        published.hears("has the version from before again")
        published.until(lambda: published.state.startswith("Published"), "the state")
        assert "eleven people" in page(published)


def test_a_published_post_that_is_thrown_away_here_is_said_to_be_public_and_stays_in_the_list(
    published: Writer,
) -> None:
    published.choose("trash")
    published.hears("Moved to the trash here", "on “My Site” it stays as it is")
    assert "eleven people" in page(published)
    published.choose("refresh")

    def listed(kind: str) -> bool:
        row = row_of(published, TITLE)
        return row is not None and (row.tab, row.key.partition(":")[0]) == ("published", kind)

    published.until(lambda: listed("blog"), "the blog's post to be listed")
    published.press_in_toast("Undo")
    published.until(lambda: listed("file"), "its file again")
    published.until(lambda: published.state.startswith("Published"), "the state")


def test_a_post_that_was_deleted_from_the_blog_says_that_it_is_in_the_trash_there_and_comes_out_of_it(
    published: Writer,
) -> None:
    before = page(published)
    published.choose("delete_from_blog")
    published.until(lambda: published.state.startswith("Draft · in the blog's trash"), "the header")
    posts = published.window.sidebar.posts
    published.until(lambda: posts.place(published.window.sidebar.selected) >= 0, "its row among the drafts")
    published.until(
        lambda: (
            "In the blog's trash" in posts.line(posts.row(posts.place(published.window.sidebar.selected)))
        ),
        "its row to say so",
    )
    published.press_publish()
    published.until(lambda: published.desk.popover.is_ready, "the popover")
    assert "Take the post out of the trash there, set it live, look it up again" in published.remarks
    published.desk.popover.close_popover()
    published.publish()
    published.until(lambda: published.state.startswith("Published"), "it to be out again")
    assert page(published) == before


def test_a_first_publication_is_undone_to_a_draft(published: Writer) -> None:
    published.until(lambda: undo_words(published) == "Undo Publishing", "the undo")
    published.press_in_toast("Undo")
    published.hears("Taken offline")
    assert page(published) == ""
    published.until(lambda: published.button == "Publish", "a draft again")


def test_a_post_that_waits_is_taken_back_by_the_same_command(published: Writer) -> None:
    published.new_post("Tomorrow's post", "It waits for the morning.")
    published.until_saved()
    published.choose("schedule")
    popover = published.desk.popover
    published.until(lambda: popover.is_ready, "the popover")
    popover._when.setDateTime(popover._when.dateTime().addSecs(1800))
    said = spoken(popover._moment())
    published.until(lambda: any(said in words for words in published.remarks), "the plan for that moment")
    assert "Schedule on My Site" in published.remarks
    published.click(next(b for b in popover.findChildren(QPushButton) if b.text() == "Schedule"))
    published.until(lambda: published.state.startswith("Goes out"), "it to wait")
    post = published.desk.session.post
    assert post is not None
    assert post.date is not None
    soon = post.date - datetime.now().astimezone()
    assert timedelta(0) < soon < timedelta(hours=2)
    assert f"date: {post.date:%Y-%m-%d}" in published.file.read_text("utf-8").replace("'", "")
    published.until(lambda: undo_words(published) == "Take Back What Waits", "the way back")
    published.choose("undo_publish")
    published.hears("Taken back; nothing goes to My Site")
    published.until(lambda: published.state.startswith("Draft"), "a draft")
    assert published.button == "Schedule"  # it keeps its date


def test_one_post_goes_to_two_blogs_and_each_says_where_it_stands(two_blogs: Writer, tmp_path: Path) -> None:
    writer = two_blogs
    writer.choose("publish_several")
    popover = writer.desk.several.popover
    writer.until(popover.isVisible, "the blogs")
    first, second = popover.boxes
    assert [b.text() for b in (first, second)] == ["My Site", "Harbour && Quay"]
    assert first.accessibleName() == "My Site: Published"
    assert second.accessibleName() == "Harbour & Quay: Not there yet"
    assert not popover.confirm.isEnabled()
    QTest.keyClick(second, Qt.Key.Key_Escape)
    assert not popover.isVisible()
    writer.choose("publish_several")
    writer.until(popover.isVisible, "the blogs")
    _first, second = popover.boxes
    second.setFocus()
    QTest.keyClick(second, Qt.Key.Key_Space)
    assert popover.confirm.text() == "Send to 1 Blog"
    writer.click(popover.confirm)
    writer.hears("Published on Harbour & Quay")
    (there,) = (tmp_path / "second").glob("20*/*/*/index.html")
    assert "eleven people" in there.read_text("utf-8")

    update(writer, "eleven", "twelve")
    assert "eleven people" in there.read_text("utf-8")
    writer.until(lambda: "older on Harbour & Quay" in writer.state, "the header to say so")
    writer.press_in_toast("Other Blogs…")
    writer.until(popover.isVisible, "the blogs")
    assert [b.isChecked() for b in popover.boxes] == [False, True]
    writer.click(popover.confirm)
    writer.hears("Updated on Harbour & Quay")
    assert "twelve people" in there.read_text("utf-8")
    writer.until(lambda: "older" not in writer.state, "the header to be calm again")
    assert len(list((tmp_path / "second").glob("20*/*/*/index.html"))) == 1


def test_a_blog_that_cannot_take_the_post_is_named_and_holds_up_no_other(two_blogs: Writer) -> None:
    writer = two_blogs
    writer.new_post("With a picture", "![Gone](nowhere.png)")
    writer.until_saved()
    writer.choose("publish_several")
    popover = writer.desk.several.popover
    writer.until(popover.isVisible, "the blogs")
    assert not any(b.isEnabled() for b in popover.boxes)
    assert "nowhere.png" in popover.boxes[0].accessibleName()
    assert not popover.confirm.isEnabled()


def test_a_blog_without_a_trash_asks_before_it_deletes(
    published: Writer, monkeypatch: pytest.MonkeyPatch
) -> None:
    from postdesk.backends.local_site.backend import LocalSite

    without = CAPABILITIES - {Capability.TRASH} | {Capability.DELETE}
    monkeypatch.setattr(LocalSiteKind, "capabilities", without)
    monkeypatch.setattr(LocalSite, "capabilities", without)

    def question() -> QMessageBox | None:
        return next((b for b in published.window.findChildren(QMessageBox) if b.isVisible()), None)

    published.choose("delete_from_blog")
    published.until(question, "the question")
    box = question()
    assert box is not None
    assert TITLE in box.text()
    QTest.keyClick(box, Qt.Key.Key_Return)
    published.until(lambda: question() is None, "the question to go")
    assert "eleven people" in page(published)
    published.choose("delete_from_blog")
    published.until(question, "the question")
    box = question()
    assert box is not None
    published.click(next(b for b in box.buttons() if b.text() == "Delete"))
    published.hears("trash")
    assert page(published) == ""


def test_she_is_told_what_readers_get_and_may_silence_it(
    writer: Writer, wordpress_newest: WordPress, blog: Blog, fault_proxy: FaultProxies
) -> None:
    proxy = fault_proxy(wordpress_newest.base_url)
    writer.add_blog(proxy.base_url, wordpress_newest.user, wordpress_newest.app_password)
    writer.new_post(TITLE, TEXT)
    writer.until_saved()
    wall = proxy.answer("GET /(\\d{4}|\\?p)", status=403, body=b"<h1>Are you a robot?</h1>")
    writer.publish()
    writer.hears("Published on")
    writer.until(lambda: writer.state.startswith("Published"), "the header: the look holds up nothing")
    writer.hears("does not show", "(403)")
    assert wall.used > 0
    assert all("authorization" not in r.headers for r in proxy.asked("GET /\\d{4}"))
    writer.press_in_toast("Don’t Tell Again")
    update(writer, "eleven", "twelve")
    writer.until_idle()
    assert not writer.window.toasts.sentence.startswith("The site does not")
    account = next(a for a in writer.desk.desk.accounts.all() if a.kind == "wordpress")
    assert writer.desk.session.post is not None
    job = writer.desk.desk.journal.last_done(writer.desk.session.post.id, account.id)
    assert job is not None
    assert any("(403)" in r for r in job.remarks)  # it stays in the log
    proxy.clear()
    proxy.answer("GET /\\d{4}", status=500, body=b"<h1>Error</h1>")
    update(writer, "twelve", "thirteen")
    writer.hears("error of the site", "(500)")


def test_a_scheduled_post_goes_out_at_once_or_back_to_the_drafts(
    writer: Writer, wordpress_newest: WordPress, blog: Blog
) -> None:
    writer.add_blog(wordpress_newest.base_url, wordpress_newest.user, wordpress_newest.app_password)
    writer.new_post(TITLE, TEXT)
    writer.until_saved()
    writer.choose("schedule")
    popover = writer.desk.popover
    writer.until(lambda: popover.is_ready, "the popover")
    writer.click(next(b for b in popover.findChildren(QPushButton) if b.text() == "Schedule"))
    writer.hears("Scheduled on")
    writer.until(lambda: writer.state.startswith("Scheduled for"), "the header")
    assert blog.only_post()["status"] == "future"
    assert writer.desk.actions.action("unpublish").text().replace("&", "") == "Back to Draft"
    writer.choose("unpublish")
    writer.hears("keeps it as a draft")
    assert blog.only_post()["status"] == "draft"
    writer.press_in_toast("Undo")
    writer.hears("has the version from before again")
    assert blog.only_post()["status"] == "future"
    writer.until(lambda: writer.state.startswith("Scheduled for"), "the header")
    writer.choose("publish_now")
    writer.hears("Published on")
    assert blog.only_post()["status"] == "publish"
    writer.until(lambda: writer.state.startswith("Published"), "the header")
    assert blog.is_public(writer.desk.standing.address)


def test_a_live_post_with_a_date_to_come_is_looked_at_before_it_goes_offline(
    writer: Writer, wordpress_newest: WordPress, blog: Blog
) -> None:
    writer.add_blog(wordpress_newest.base_url, wordpress_newest.user, wordpress_newest.app_password)
    writer.new_post(TITLE, TEXT)
    writer.until_saved()
    writer.publish()
    writer.hears("Published on")
    writer.until(lambda: writer.state.startswith("Published"), "the header")
    assert not writer.desk.actions.action("schedule").isEnabled()  # readers would lose it
    writer.window.show_pane("details", True)
    fields = writer.desk.window.details.fields  # type: ignore[attr-defined]
    writer.click(fields.when_published)
    later = datetime.now().astimezone().replace(microsecond=0) + timedelta(days=3)
    fields.date.setDateTime(QDateTime.fromSecsSinceEpoch(int(later.timestamp())))
    writer.until_saved()
    writer.until(lambda: writer.button == "Update", "the button to say Update")
    writer.press_publish()
    popover = writer.desk.popover
    writer.until(lambda: popover.is_ready, "the popover")
    writer.until(lambda: any("hide the post until then" in r for r in writer.remarks), "what the date means")
    assert blog.only_post()["status"] == "publish"
    writer.click(next(b for b in popover.findChildren(QPushButton) if b.text() == "Update now"))
    writer.hears("Scheduled on")
    assert blog.only_post()["status"] == "future"
    writer.press_in_toast("Undo")
    writer.hears("has the version from before again")
    assert blog.only_post()["status"] == "publish"
