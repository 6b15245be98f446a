"""A post that came from a blog is converted: told first, done in an order that a crash cannot hurt, and taken back."""

from __future__ import annotations

import errno
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from postdesk.backends.base import Outgoing
from postdesk.core.cancel import Cancel
from postdesk.core.errors import DiskFull, NotReady
from postdesk.core.post import Post
from postdesk.core.receipt import Receipt, Status
from postdesk.library.document import Document
from postdesk.publishing.change import change_of
from postdesk.publishing.converting import Form, conversion_of, convert, follow_text, take_back
from postdesk.publishing.desk import Desk
from postdesk.publishing.outbox import ResultKind
from postdesk.publishing.plan import Intent
from postdesk.publishing.pull import Pulled
from postdesk.publishing.pulled import opened_of
from postdesk.publishing.running import Running
from postdesk.publishing.state import StateKind, in_step, state_of
from tests.publishing.fake_blog import FakeBlog, Server
from tests.publishing.test_pull import BLOG, Blog, Home, _post
from tests.publishing.test_way_back import _do, _undo, desk
from tests.publishing.two_blogs import ONE, SERVERS

__all__ = ["desk"]  # a fixture

CLASSIC = 'First line\nsecond line\n\n[timetable id=7]\n\n<p style="color:red">Red</p>\n'
NOW = datetime(2026, 11, 28, tzinfo=UTC)


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    """A library into which one classic post was pulled."""
    home = Home(tmp_path)
    blog = Blog(1)
    blog.all["1"] = _post(1, CLASSIC)
    home.pull(blog)
    yield home
    home.close()


def _receipt(home: Home) -> Receipt:
    (receipt,) = home.receipts.all()
    return receipt


def _text(home: Home) -> Post:
    home.library.up_to_date()
    path = home.library.find(_receipt(home).post_id)
    assert path is not None
    return home.library.read(path).post


def _full(*_what: object) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


def _goes_out(home: Home, post: Post) -> str:
    return change_of(post, BLOG, _receipt(home), home.receipts, (), lambda _digest: None, ()).after


def test_looking_at_a_conversion_changes_nothing(home: Home) -> None:
    before, post = _receipt(home), _text(home)
    conversion = conversion_of(post, BLOG, before, home.receipts, Form.MARKDOWN)
    assert [(row.words, row.lost) for row in conversion.rows] == [
        ("[timetable id=7]", ()),
        ("Red", ('its look: style="color:red"',)),
    ]
    assert _receipt(home) == before
    assert _goes_out(home, post) == CLASSIC


def test_converted_words_are_a_change_even_where_they_are_the_same(home: Home) -> None:
    post = _text(home)
    conversion = conversion_of(post, BLOG, _receipt(home), home.receipts, Form.BLOCKS)
    assert (len(conversion.rows), conversion.as_html, conversion.losing) == (3, 1, ())
    assert state_of(post, _receipt(home), None, NOW).kind is StateKind.PUBLISHED
    convert(home.receipts, conversion)
    post = replace(post, body=conversion.after)
    assert state_of(post, _receipt(home), None, NOW).kind is StateKind.CHANGED
    assert _goes_out(home, post) == (
        "<!-- wp:paragraph -->\n<p>First line<br>second line</p>\n<!-- /wp:paragraph -->\n\n"
        "<!-- wp:shortcode -->\n[timetable id=7]\n<!-- /wp:shortcode -->\n\n"
        '<!-- wp:html -->\n<p style="color:red">Red</p>\n<!-- /wp:html -->\n\n'
    )


def test_a_crash_between_text_and_map_leaves_every_byte_that_still_has_its_words(home: Home) -> None:
    post = _text(home)
    conversion = conversion_of(post, BLOG, _receipt(home), home.receipts, Form.MARKDOWN)
    # The text was saved, and the map was not put any more.
    converted = replace(post, body=conversion.after)
    out = _goes_out(home, converted)
    assert out.startswith("First line\nsecond line\n\n")
    assert out.endswith('<p style="color:red">Red</p>\n')
    again = conversion_of(converted, BLOG, _receipt(home), home.receipts, Form.MARKDOWN)
    assert again.after == conversion.after


def test_taken_back_it_goes_out_as_it_came(home: Home) -> None:
    post, before = _text(home), _receipt(home)
    for form in Form:
        conversion = conversion_of(post, BLOG, before, home.receipts, form)
        convert(home.receipts, conversion)
        assert not in_step(post, _receipt(home))
        assert take_back(home.receipts, _receipt(home)) == post.body
        assert _receipt(home) == before
        assert _goes_out(home, post) == CLASSIC
    assert take_back(home.receipts, before) is None


def test_after_two_conversions_the_way_back_leads_to_the_first_text(home: Home) -> None:
    post, before = _text(home), _receipt(home)
    convert(home.receipts, conversion_of(post, BLOG, before, home.receipts, Form.BLOCKS))
    second = conversion_of(post, BLOG, _receipt(home), home.receipts, Form.MARKDOWN)
    convert(home.receipts, second)
    assert take_back(home.receipts, _receipt(home)) == post.body
    assert _receipt(home) == before


def test_an_undo_in_the_text_brings_the_map_back(home: Home) -> None:
    post, before = _text(home), _receipt(home)
    conversion = conversion_of(post, BLOG, before, home.receipts, Form.MARKDOWN)
    convert(home.receipts, conversion)
    assert not follow_text(home.receipts, _receipt(home), conversion.after)
    assert not follow_text(home.receipts, _receipt(home), post.body + "more")
    assert follow_text(home.receipts, _receipt(home), post.body)
    assert _receipt(home) == before


def test_what_the_blog_says_meanwhile_stops_a_conversion(home: Home) -> None:
    before = _receipt(home)
    conversion = conversion_of(_text(home), BLOG, before, home.receipts, Form.BLOCKS)
    heard = replace(before, revision="newer")
    home.receipts.put(heard)
    with pytest.raises(NotReady):
        convert(home.receipts, conversion)
    assert _receipt(home) == heard


def test_a_pull_leaves_a_converted_post_to_the_writer(home: Home) -> None:
    post = _text(home)
    convert(home.receipts, conversion_of(post, BLOG, _receipt(home), home.receipts, Form.BLOCKS))
    converted = _receipt(home)
    blog = Blog(1)
    blog.all["1"] = _post(1, CLASSIC.replace("Red", "Blue"), revision="r2")
    done: Pulled = home.pull(blog, everything=True)
    assert (done.updated, done.both) == ([], ["No. 1"])
    assert _receipt(home) == replace(converted, newer="r2")


def test_what_cannot_be_converted_says_why(home: Home) -> None:
    post, receipt = _text(home), _receipt(home)
    with pytest.raises(NotReady, match="did not come from"):
        conversion_of(post, BLOG, replace(receipt, map_hash=""), home.receipts, Form.MARKDOWN)
    with pytest.raises(NotReady, match="has no blocks"):
        conversion_of(post, replace(BLOG, kind="site"), receipt, home.receipts, Form.BLOCKS)
    convert(home.receipts, conversion_of(post, BLOG, receipt, home.receipts, Form.BLOCKS))
    with pytest.raises(NotReady, match="already"):
        conversion_of(post, BLOG, _receipt(home), home.receipts, Form.BLOCKS)


def test_the_converted_map_still_knows_what_the_blog_has(home: Home) -> None:
    """So that an address in it is not taken for a picture of the writer's."""
    convert(home.receipts, conversion_of(_text(home), BLOG, _receipt(home), home.receipts, Form.MARKDOWN))
    opened = opened_of(home.receipts, _receipt(home))
    assert opened is not None
    assert (opened.content, opened.markdown) == (CLASSIC, "")


def test_a_disk_that_is_full_at_the_map_leaves_the_map_as_it_was(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    post, before = _text(home), _receipt(home)
    for form in Form:
        conversion = conversion_of(post, BLOG, before, home.receipts, form)
        with monkeypatch.context() as patched:
            patched.setattr("postdesk.core.files._replace", _full)
            with pytest.raises(DiskFull):
                convert(home.receipts, conversion)
        assert _receipt(home) == before
        assert _goes_out(home, post) == CLASSIC


def test_a_crash_on_the_way_back_leaves_a_text_that_goes_out_whole(home: Home) -> None:
    post = _text(home)
    conversion = conversion_of(post, BLOG, _receipt(home), home.receipts, Form.MARKDOWN)
    convert(home.receipts, conversion)
    take_back(home.receipts, _receipt(home))
    # The map is back, and the text from before was not saved any more.
    out = _goes_out(home, replace(post, body=conversion.after))
    assert out.startswith("First line\nsecond line\n\n")
    assert "timetable id=7" in out
    assert out.endswith('<p style="color:red">Red</p>\n')


# --- a conversion that waits while something else happens to the post

THERE = '<p class="x">First</p>\n<p style="color:red">Red</p>\n'
AS_BLOCKS = (
    '<!-- wp:paragraph {"className":"x"} -->\n<p class="x">First</p>\n<!-- /wp:paragraph -->\n\n'
    '<!-- wp:html -->\n<p style="color:red">Red</p>\n<!-- /wp:html -->'
)
OUT = {Form.MARKDOWN: "<p>First</p>\n<p>Red</p>", Form.BLOCKS: AS_BLOCKS}


@pytest.fixture
def waiting(desk: Desk) -> Callable[[Form], Document]:
    """A post of a blog, brought here, and the same post once it is converted here only."""

    def converted(form: Form) -> Document:
        connection = FakeBlog(SERVERS.setdefault(ONE.id, Server()), account=ONE)
        made = connection.create_draft("pd-x", "Old")
        connection.write(made.remote_id, Outgoing("Old", THERE, Status.PUBLISHED, "old"))
        desk.pull(ONE, Cancel())
        (receipt,) = desk.receipts.all()
        desk.library.look()
        path = desk.library.find(receipt.post_id)
        assert path is not None
        document = desk.library.read(path)
        account = replace(ONE, kind="wordpress")
        conversion = conversion_of(document.post, account, receipt, desk.receipts, form)
        document = desk.library.save(document, replace(document.post, body=conversion.after))
        desk.convert(conversion)
        return document

    return converted


def _content(desk: Desk) -> str:
    (post,) = SERVERS[ONE.id].posts.values()
    return str(post["content"]).strip()


@pytest.mark.parametrize("form", list(Form))
@pytest.mark.parametrize("intent", [Intent.UNPUBLISH, Intent.TRASH])
def test_a_post_that_is_taken_offline_keeps_the_conversion_that_waits(
    desk: Desk, waiting: Callable[[Form], Document], form: Form, intent: Intent
) -> None:
    document = waiting(form)
    (before,) = desk.receipts.all()
    _do(desk, document, intent)
    (after,) = desk.receipts.all()
    assert after.status is (Status.DRAFT if intent is Intent.UNPUBLISH else Status.TRASHED)
    assert (after.aside, after.map_hash) == (before.aside, before.map_hash)
    assert _content(desk) == THERE.strip()
    _do(desk, document, Intent.PUBLISH)
    assert _content(desk) == OUT[form]
    (out,) = desk.receipts.all()
    assert (out.aside, in_step(document.post, out)) == ("", True)


@pytest.mark.parametrize("form", list(Form))
def test_what_is_taken_back_leaves_the_conversion_waiting_and_both_ways_open(
    desk: Desk, waiting: Callable[[Form], Document], form: Form
) -> None:
    document = waiting(form)
    (before,) = desk.receipts.all()
    _do(desk, document, Intent.UNPUBLISH)
    _undo(desk, document.post)
    (after,) = desk.receipts.all()
    assert (after.status, after.aside, after.map_hash) == (Status.PUBLISHED, before.aside, before.map_hash)
    assert state_of(document.post, after, None, NOW).kind is StateKind.CHANGED
    body = desk.unconvert(document.post.id, ONE)
    assert body is not None
    document = desk.library.save(document, replace(document.post, body=body))
    (back,) = desk.receipts.all()
    assert in_step(document.post, back)
    assert desk.change(document, ONE).lines == ()


def test_what_a_colleague_wrote_before_it_was_taken_offline_is_not_written_over(
    desk: Desk, waiting: Callable[[Form], Document]
) -> None:
    document = waiting(Form.MARKDOWN)
    (remote_id,) = SERVERS[ONE.id].posts
    SERVERS[ONE.id].edit(remote_id, content=THERE.replace("Red", "Blue"))
    _do(desk, document, Intent.UNPUBLISH)
    desk.submit(desk.plan(document, ONE, Intent.PUBLISH))
    (result,) = desk.run(Cancel())
    assert result.kind is ResultKind.CONFLICT
    assert "Blue" in _content(desk)


def test_a_post_that_is_on_its_way_is_not_converted(
    desk: Desk, waiting: Callable[[Form], Document], monkeypatch: pytest.MonkeyPatch
) -> None:
    document = waiting(Form.MARKDOWN)
    sent = Running("j1", document.post.id, ONE.id, "Old", ())
    monkeypatch.setattr(desk.outbox, "running", lambda: (sent,))
    with pytest.raises(NotReady, match="on its way"):
        desk.conversion(document, ONE, Form.MARKDOWN)
    monkeypatch.setattr(desk.outbox, "running", lambda: (replace(sent, post_id="another"),))
    with pytest.raises(NotReady, match="already"):
        desk.conversion(document, ONE, Form.MARKDOWN)


def test_a_post_of_which_something_waits_is_not_converted_until_that_is_out_or_taken_back(
    desk: Desk, waiting: Callable[[Form], Document]
) -> None:
    document = waiting(Form.MARKDOWN)
    body = desk.unconvert(document.post.id, ONE)
    assert body is not None
    document = desk.library.save(document, replace(document.post, body=body + "\nMore.\n"))
    looked = desk.conversion(document, ONE, Form.MARKDOWN)
    job = desk.submit(desk.plan(document, ONE, Intent.UPDATE))
    with pytest.raises(NotReady, match="still waits in the outbox"):
        desk.conversion(document, ONE, Form.MARKDOWN)
    with pytest.raises(NotReady, match="still waits in the outbox"):
        desk.convert(looked)  # it came between the look and the click
    desk.take_back(job)
    desk.convert(desk.conversion(document, ONE, Form.MARKDOWN))
    (receipt,) = desk.receipts.all()
    assert receipt.aside
