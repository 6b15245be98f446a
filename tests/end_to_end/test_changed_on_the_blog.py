"""A colleague changes the post on a real WordPress while she writes: both texts go out, or she decides; no word is
lost."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from postdesk.backends.wordpress.backend import WordPress as Connection
from postdesk.markup.merge import Choice
from postdesk.ui.conflict import ConflictView
from tests.end_to_end.blog import Blog
from tests.end_to_end.writer import Writer
from tests.servers.wordpress import WordPress

pytestmark = pytest.mark.usefixtures("without_preview")

TITLE = "Ferry strike, day four"
TEXT = (
    "The first boat *left* at 6:10 this morning with eleven people on it.\n\n"
    "The mayor’s office says that talks could resume tomorrow.\n\n"
    "Boats running: 3 of 14\n"
)


@pytest.fixture
def blog(wordpress: WordPress) -> Iterator[Blog]:
    wordpress.reset_posts()
    colleague = Blog(wordpress)
    yield colleague
    colleague.close()


@pytest.fixture
def published(writer: Writer, wordpress: WordPress, blog: Blog) -> Writer:
    writer.add_blog(wordpress.base_url, wordpress.user, wordpress.app_password)
    writer.new_post(TITLE, TEXT)
    writer.until_saved()
    writer.publish()
    writer.hears("Published on")
    writer.until(lambda: writer.state.startswith("Published"), "the header to say Published")
    return writer


def content(blog: Blog) -> str:
    return str(blog.only_post()["content"]["raw"])


def change_there(blog: Blog, *pairs: tuple[str, str]) -> None:
    """A colleague edits the post in the browser."""
    post = blog.only_post()
    text = post["content"]["raw"]
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new)
    blog.edit(post["id"], content=text)


def side_by_side(writer: Writer) -> ConflictView:
    writer.until(lambda: writer.desk.conflicts.view is not None, "both versions")
    view = writer.desk.conflicts.view
    assert view is not None
    return view


def test_another_paragraph_changed_there_and_hers_are_both_on_the_blog(published: Writer, blog: Blog) -> None:
    change_there(
        blog, ("eleven", "nine"),
        ("<!-- wp:paragraph -->\n<p>Boats", "<!-- wp:paragraph -->\n<p>Correction: an <em>earlier</em> version"
         " said more.</p>\n<!-- /wp:paragraph -->\n\n<!-- wp:paragraph -->\n<p>Boats"),
    )  # fmt: skip
    published.replace("tomorrow", "within the hour")
    published.until_saved()
    published.press_publish()
    published.hears("2 paragraphs changed by admin", "were kept")
    published.hears("Updated on")
    merged = TEXT.replace("eleven", "nine").replace("tomorrow", "within the hour")
    merged = merged.replace("Boats", "Correction: an *earlier* version said more.\n\nBoats")
    assert published.words == merged
    published.until_saved()
    assert published.file.read_text("utf-8").endswith(merged)
    there = content(blog)
    assert "nine people" in there
    assert "within the hour" in there
    assert "<em>earlier</em>" in there
    assert len(blog.posts()) == 1
    published.until(lambda: published.state.startswith("Published"), "the header to say Published")


def test_the_same_sentence_changed_by_both_is_hers_to_decide_by_clicking(
    published: Writer, blog: Blog
) -> None:
    change_there(blog, ("resume tomorrow", "resume next week"), ("eleven", "nine"))
    published.replace("resume tomorrow", "resume within the hour")
    published.until_saved()
    published.press_publish()
    published.hears("Somebody changed", "Nothing was overwritten")
    published.until(lambda: published.state.startswith("Changed on the blog"), "the header")
    assert "next week" in content(blog)
    assert published.button == "Compare…"
    published.press_publish()
    view = side_by_side(published)
    assert "Somebody changed" not in published.window.toasts.sentence
    assert "Changed on the blog while you were writing · 1 paragraph to decide" in view.sentence.text()
    (question,) = view.questions
    assert question.mine.words.text().endswith("resume within the hour.")
    assert question.theirs.words.text().endswith("resume next week.")
    assert (
        question.theirs.mapTo(view, question.theirs.rect().topLeft()).x()
        < question.mine.mapTo(view, question.mine.rect().topLeft()).x()
    )
    published.click(question.buttons[Choice.BOTH])
    published.click(view.use)
    published.hears("Updated on")
    published.window.toasts.close_toast()
    assert published.window.toasts.sentence == ""
    there = content(blog)
    assert there.index("within the hour") < there.index("next week")
    assert "nine people" in there
    assert "nine people" in published.words
    assert "hour.\n\nThe mayor’s office says that talks could resume next week." in published.words


def test_a_conflict_that_is_settled_elsewhere_is_not_told_any_more(published: Writer, blog: Blog) -> None:
    change_there(blog, ("resume tomorrow", "resume next week"))
    published.replace("resume tomorrow", "resume today")
    published.until_saved()
    published.press_publish()
    published.hears("Somebody changed")
    assert "Somebody changed" in published.window.toasts.sentence
    (job,) = published.desk.desk.jobs()
    published.desk.publisher.take_back(job.id)
    published.until(lambda: not published.window.toasts.sentence, "the toast to go")


def test_leaving_it_changes_nothing_and_the_notice_brings_it_back(published: Writer, blog: Blog) -> None:
    change_there(blog, ("resume tomorrow", "resume next week"))
    before = content(blog)
    published.replace("resume tomorrow", "resume today")
    published.until_saved()
    published.press_publish()
    published.hears("Somebody changed")
    published.press_in_toast("Compare…")
    view = side_by_side(published)
    QTest.keyClick(view, Qt.Key.Key_Escape)
    published.until(lambda: published.desk.conflicts.view is None, "it to be closed")
    assert content(blog) == before
    assert "resume today" in published.words
    assert "Somebody changed this post on" in published.banner
    published.click(published.banner_button("Compare…"))
    view = side_by_side(published)
    published.click(view.questions[0].buttons[Choice.THEIRS])
    published.click(view.use)
    published.hears("Updated on")
    assert published.words == TEXT.replace("tomorrow", "next week")
    assert "next week" in content(blog)
    published.until(lambda: published.banner == "", "the notice to go")


def test_after_a_start_she_finds_all_of_it_again(published: Writer, blog: Blog, wordpress: WordPress) -> None:
    change_there(blog, ("resume tomorrow", "resume next week"))
    published.replace("resume tomorrow", "resume today")
    published.until_saved()
    published.press_publish()
    published.hears("Somebody changed")
    published.press_in_toast("Compare…")
    side_by_side(published)
    file = published.file
    published.close()
    assert "resume today" in file.read_text("utf-8")
    published.open()
    published.until(lambda: "Somebody changed this post on" in published.banner, "the notice")
    account = published.desk.standing.account()
    assert account is not None
    published.desk.desk.passwords.set(account.id, wordpress.app_password)  # no keyring kept it
    published.choose("compare_blog")
    view = side_by_side(published)
    published.click(view.questions[0].buttons[Choice.MINE])
    published.click(view.use)
    published.hears("Updated on")
    assert "resume today" in content(blog)
    assert "next week" not in content(blog)


def test_title_and_tags_changed_there_come_into_her_post(published: Writer, blog: Blog) -> None:
    blog.edit(blog.only_post()["id"], title="Ferry strike, day five")
    published.replace("tomorrow", "today")
    published.until_saved()
    published.press_publish()
    published.hears("Taken over from", "title")
    published.hears("Updated on")
    assert published.desk.editor.title() == "Ferry strike, day five"
    assert blog.only_post()["title"]["raw"] == "Ferry strike, day five"
    assert "today" in content(blog)


def between(monkeypatch: pytest.MonkeyPatch, method: str, path: str, happens: Callable[[], None]) -> None:
    """Let something happen right before the program's first such request."""
    send = Connection._send
    once: list[str] = []

    def sent(self: Connection, asked: str, where: str, *rest: Any) -> Any:
        if (asked, where) == (method, path) and not once:
            once.append(path)
            happens()
        return send(self, asked, where, *rest)

    monkeypatch.setattr(Connection, "_send", sent)


def test_a_change_in_the_same_moment_is_found_and_brought_back(
    published: Writer, blog: Blog, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = blog.only_post()["id"]
    between(monkeypatch, "POST", f"wp/v2/posts/{number}", lambda: change_there(blog, ("eleven", "nine")))
    published.replace("tomorrow", "today")
    published.until_saved()
    published.press_publish()
    published.hears("Updated on", "in the same moment")
    assert "eleven people" in content(blog)
    published.until(lambda: "in the same moment" in published.banner, "the notice")
    published.click(published.banner_button("Bring Back…"))
    view = side_by_side(published)
    assert view.questions == []
    published.click(view.use)
    published.hears("It is in your text again")
    assert published.words == TEXT.replace("tomorrow", "today").replace("eleven", "nine")
    assert published.banner == ""
    published.until_saved()
    published.press_publish()
    published.hears("Updated on")
    assert "nine people" in content(blog)
    assert "today" in content(blog)


def test_a_post_that_she_has_left_is_merged_in_its_file(
    published: Writer, blog: Blog, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = blog.only_post()["id"]
    change_there(blog, ("eleven", "nine"))
    gone_on = threading.Event()

    def wait() -> None:
        assert gone_on.wait(60)

    between(monkeypatch, "GET", f"wp/v2/posts/{number}", wait)
    published.replace("tomorrow", "today")
    published.until_saved()
    file = published.file
    published.press_publish()
    published.new_post("Another post", "Other words.")
    gone_on.set()
    published.hears(f"{TITLE}: 1 paragraph changed by", "was kept")
    published.hears("Updated on")
    assert published.words == "Other words."
    assert file.read_text("utf-8").endswith(TEXT.replace("tomorrow", "today").replace("eleven", "nine"))
    assert "nine people" in content(blog)
    assert "today" in content(blog)


def test_a_post_in_the_blogs_trash_comes_back_or_stays_a_draft(published: Writer, blog: Blog) -> None:
    number = blog.only_post()["id"]
    blog.trash(number)
    published.replace("tomorrow", "today")
    published.until_saved()
    published.press_publish()
    published.until(lambda: "is in the trash of" in published.banner, "the notice")
    assert blog.posts() == []
    published.click(published.banner_button("Restore and Update"))
    published.hears("Updated on")
    assert blog.only_post()["id"] == number
    assert "today" in content(blog)
    blog.trash(number)
    published.replace("today", "tonight")
    published.until_saved()
    published.press_publish()
    published.until(lambda: "is in the trash of" in published.banner, "the notice")
    published.click(published.banner_button("Keep as Draft"))
    published.until(lambda: published.state.startswith("Draft"), "the post to be a draft")
    assert blog.posts() == []
    assert published.banner == ""
    published.publish()
    published.hears("Published on")
    assert blog.only_post()["id"] == number
