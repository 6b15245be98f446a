"""What goes wrong between a blog's posts and her edits of them, on a real WordPress: never a changed byte outside of an
edit, never a crash, and one sentence."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from postdesk.core.errors import BackendError
from postdesk.core.receipt import Status
from postdesk.publishing.outbox import JobResult, ResultKind
from tests.markup.lossless.hostile import HOSTILE, two_megabytes
from tests.publishing.edits.blog import OtherClient, beside_content
from tests.publishing.edits.fixtures import desk, other
from tests.publishing.edits.law import is_one_word
from tests.publishing.edits.run import desk_on
from tests.publishing.test_pulled_real import Desk
from tests.servers.wordpress import WordPress

__all__ = ["desk", "other"]  # fixtures

_BLOCK = "<!-- wp:paragraph -->\n<p>{}</p>\n<!-- /wp:paragraph -->"
_POST = "\n\n".join(
    _BLOCK.format(words) for words in ("Here stands a word.", "And others &amp; more.", "The end.")
)

_OF_THE_SERVER = (
    "broken nesting of blocks", "a container that is never closed", "a group that is never closed",
    "a word in what is never closed", "an unknown block", "scripts", "mixed flavours",
    "the same twice with other looks",
    "character references", "spaces that nobody sees", "CRLF", "a word in a card with all ends",
    "control characters", "NUL", "noncharacters", "a page builder's JSON in comments", "a page builder's shortcodes",
    "backslashes", "a picture in the text", "scripts of the world",
)  # fmt: skip
"""Those that a server or the way there may change; all of them are tried without one."""


@pytest.fixture
def blog(wordpress_newest: WordPress) -> WordPress:
    wordpress_newest.reset_posts()
    return wordpress_newest


@contextmanager
def _filtering(blog: WordPress, php: str) -> Iterator[None]:
    """The blog with a plug-in that changes what is saved."""
    plugin = blog.folder / "wp-content/mu-plugins/filtering.php"
    plugin.parent.mkdir(exist_ok=True)
    plugin.write_text(
        f"<?php\nadd_filter('content_save_pre', function ($text) {{ {php} }});\n", encoding="utf-8"
    )
    try:
        yield
    finally:
        plugin.unlink()


def _exchange(desk: Desk, number: int, old: str, new: str) -> JobResult:
    """She writes `new` for `old` and updates the post."""
    document = desk.document(str(number))
    assert document.post.body.count(old) == 1
    body = document.post.body.replace(old, new)
    return desk.update(desk.library.save(document, replace(document.post, body=body)))


def _is_told(result: JobResult, kind: ResultKind) -> bool:
    """Whether she reads what happened in a sentence, and nothing is left as if it had been done."""
    return result.kind is kind and result.sentence.strip().endswith((".", "?", "!"))


def test_whatever_stands_in_a_post_one_word_reaches_the_blog_as_one_word(
    desk: Desk, other: OtherClient
) -> None:
    numbers = {name: other.makes(f"On {name}", HOSTILE[name]) for name in _OF_THE_SERVER}
    before = {name: other.sees(number) for name, number in numbers.items()}
    done = desk.pull()
    assert (len(done.made), done.problems) == (len(numbers), [])
    for name, number in numbers.items():
        result = _exchange(desk, number, "stands", "altered")
        assert (name, result.kind, result.sentence) == (name, ResultKind.DONE, "")
        there = other.sees(number)
        assert is_one_word(before[name]["content"]["raw"], there["content"]["raw"], "stands", "altered"), name
        assert beside_content(there) == beside_content(before[name]), name
    again = desk.pull(everything=True)
    assert (again.made, again.updated, again.both, again.there) == ([], [], [], len(numbers))


def test_a_post_of_two_megabytes_goes_back_with_one_word_changed(desk: Desk, other: OtherClient) -> None:
    content = two_megabytes()
    number = other.makes("Long", content)
    desk.pull()
    assert _exchange(desk, number, "stands", "altered").kind is ResultKind.DONE
    assert other.content(number) == content.replace("stands", "altered")


def test_nothing_is_put_behind_what_is_never_closed(desk: Desk, other: OtherClient) -> None:
    content = _POST + "\n\n<div>" + _BLOCK.format("Inside.")
    number = other.makes("Open", content)
    desk.pull()
    document = desk.document(str(number))
    body = document.post.body + "\nOne more.\n"
    result = desk.update(desk.library.save(document, replace(document.post, body=body)))
    assert _is_told(result, ResultKind.FAILED)
    assert other.content(number) == content


# --- a blog that filters -----------------------------------------------------------------------------------------


def test_who_may_not_write_raw_html_is_told_what_the_blog_took_out(
    blog: WordPress, other: OtherClient, tmp_path: Path
) -> None:
    writer = blog.users["writer"]
    strange = (
        '<div onclick="x()">a & b<script>c()</script></div>\n\n<p style="position:fixed">Other words.</p>'
    )
    content = f"<p>Here stands a word.</p>\n\n{strange}\n\n<p>The end.</p>"
    number = other.makes("Of two", content, author=writer.id)
    kept = other.makes("Plain", _POST, author=writer.id)
    with desk_on(blog, tmp_path, "writer") as desk, closing(OtherClient(blog, "writer")) as hers:
        assert len(desk.pull().made) == 2
        assert other.content(number) == content

        result = _exchange(desk, number, "stands", "altered")
        assert result.kind is ResultKind.DONE
        assert result.remarks
        filtered = other.content(number)
        assert filtered != content.replace("stands", "altered")
        # What the blog makes of the very text with that word exchanged, when the same author saves it.
        assert filtered == other.content(hers.makes("The same", content.replace("stands", "altered")))

        again = _exchange(desk, number, "Other words", "Altered words")
        assert (again.kind, again.remarks) == (ResultKind.DONE, ())
        assert other.content(number) == filtered.replace("Other words", "Altered words")

        plain = _exchange(desk, kept, "stands", "altered")
        assert (plain.kind, plain.remarks) == (ResultKind.DONE, ())
        assert other.content(kept) == _POST.replace("stands", "altered")
        assert desk.pull(everything=True).both == []


@pytest.mark.parametrize(
    "php",
    [
        "return str_replace('others', 'others!', $text);",
        'return $text . "\\n\\n<!-- wp:acme/ad /-->";',
        "return preg_replace('/<!--.*?-->\\s*/s', '', $text);",
        "return '<div>' . $text . '</div>';",
        "return str_replace('e', 'é', $text);",
    ],
    ids=["another word", "something behind", "without comments", "something around", "every block"],
)
def test_a_blog_that_changes_what_is_saved_is_followed(
    blog: WordPress, desk: Desk, other: OtherClient, php: str
) -> None:
    number = other.makes("Filtered", _POST)
    desk.pull()
    with _filtering(blog, php):
        first = _exchange(desk, number, "stands", "altered")
        assert first.kind is ResultKind.DONE
        there = other.content(number)
        assert there == other.content(other.makes("The same", _POST.replace("stands", "altered")))
    assert desk.pull(everything=True).both == []
    # The next edit is one of what the blog made of it.
    second = _exchange(desk, number, "end", "finish")
    assert second.kind is ResultKind.DONE
    # A block whose own words the blog changed is made of hers when she edits it; all others stay as they are there.
    last = "Thé énd" if "énd" in there else "The end"
    assert other.content(number) == there.replace(last, "The finish")


# --- what others do meanwhile ------------------------------------------------------------------------------------


@pytest.mark.parametrize("what", ["trashed", "deleted"])
def test_a_post_that_is_gone_meanwhile_is_not_made_again(desk: Desk, other: OtherClient, what: str) -> None:
    number = other.makes("Gone", _POST)
    desk.pull()
    file = desk.document(str(number))
    other.deletes(number, for_good=what == "deleted")
    result = _exchange(desk, number, "stands", "altered")
    assert _is_told(result, ResultKind.FAILED)
    assert other.numbers() == []
    assert "altered" in desk.library.read(file.path).post.body
    done = desk.pull(everything=True)
    assert (done.made, done.updated, done.gone) == ([], [], ["Gone"])
    assert "altered" in desk.library.read(file.path).post.body


@pytest.mark.parametrize("what", ["words", "a title", "a draft"])
def test_what_somebody_else_did_between_is_not_overwritten(desk: Desk, other: OtherClient, what: str) -> None:
    number = other.makes("Shared", _POST)
    desk.pull()
    values = {
        "words": {"content": _POST.replace("others", "theirs")},
        "a title": {"title": "Theirs"},
        "a draft": {"status": "draft"},
    }[what]
    other.changes(number, **values)
    there = other.sees(number)
    assert _is_told(_exchange(desk, number, "stands", "altered"), ResultKind.CONFLICT)
    assert other.sees(number) == there
    assert "altered" in desk.document(str(number)).post.body
    assert len(desk.pull().both) == 1
    assert "altered" in desk.document(str(number)).post.body


def test_what_somebody_else_did_before_her_edit_comes_home_and_both_stand_there(
    desk: Desk, other: OtherClient
) -> None:
    number = other.makes("Shared", _POST)
    desk.pull()
    other.changes(number, content=_POST.replace("others", "theirs"))
    assert len(desk.pull().updated) == 1
    assert _exchange(desk, number, "stands", "altered").kind is ResultKind.DONE
    assert other.content(number) == _POST.replace("others", "theirs").replace("stands", "altered")


def test_a_post_that_somebody_has_open_in_the_editor_is_updated_all_the_same(
    blog: WordPress, desk: Desk, other: OtherClient
) -> None:
    """WordPress tells nobody over REST who holds the lock; whoever saves there afterwards is a conflict for her, or she
    for them, as in WordPress' own apps."""
    number = other.makes("Open elsewhere", _POST)
    blog.php(f"update_post_meta({number}, '_edit_lock', time() . ':{blog.users['writer'].id}');")
    desk.pull()
    assert _exchange(desk, number, "stands", "altered").kind is ResultKind.DONE
    assert other.content(number) == _POST.replace("stands", "altered")


# --- who may not -------------------------------------------------------------------------------------------------


@pytest.fixture
def reader(blog: WordPress) -> Iterator[str]:
    """A user who may read, and nothing else."""
    name = "reader"
    told = blog.php(
        f"$id = wp_insert_user(['user_login' => '{name}', 'user_pass' => 'x', 'role' => 'subscriber']);"
        "$made = WP_Application_Passwords::create_new_application_password($id, ['name' => 'x']);"
        "echo $id, ' ', $made[0];"
    )
    number, password = told.split(" ")
    blog.users[name] = replace(
        blog.users["writer"], name=name, role="subscriber", id=int(number), app_password=password
    )
    yield name
    del blog.users[name]
    blog.php(f"require_once ABSPATH . 'wp-admin/includes/user.php'; wp_delete_user({number});")


def test_who_may_not_read_what_was_written_is_told_so(
    blog: WordPress, other: OtherClient, reader: str, tmp_path: Path
) -> None:
    other.makes("Not hers", _POST)
    with desk_on(blog, tmp_path, reader) as desk:
        with pytest.raises(BackendError) as told:
            desk.pull()
        assert all(part.strip() for part in (told.value.happened, told.value.means, told.value.todo))
        assert list(desk.receipts.all()) == []
        assert not any("Here" in path.read_text("utf-8") for path in desk.library.root.rglob("*.md"))


def test_of_a_blog_of_many_who_may_edit_only_her_own_gets_only_those(
    blog: WordPress, other: OtherClient, tmp_path: Path
) -> None:
    other.makes("Not hers", _POST)
    hers = other.makes("Hers", _POST, author=blog.users["writer"].id)
    with desk_on(blog, tmp_path, "writer") as desk:
        done = desk.pull()
        assert [path.name for path in done.made] == [desk.document(str(hers)).path.name]
        assert _exchange(desk, hers, "stands", "altered").kind is ResultKind.DONE
        # Somebody takes the right away meanwhile.
        other.changes(hers, author=blog.users["admin"].id)
        before = other.content(hers)
        assert _is_told(_exchange(desk, hers, "altered", "changed"), ResultKind.FAILED)
        assert other.content(hers) == before
        receipt = desk.receipts.get(desk.receipts.all()[0].post_id, desk.account.id)
        assert receipt is not None
        assert receipt.status is Status.PUBLISHED
