"""Posts of a real WordPress come home, are edited as Markdown, and go back with that edit alone."""

from __future__ import annotations

import base64
import json
import random
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from postdesk.backends import http as http_module
from postdesk.backends.base import Page
from postdesk.backends.http import make_client
from postdesk.backends.wordpress.backend import WordPress
from postdesk.core.account import Account
from postdesk.core.cancel import Cancel
from postdesk.core.errors import NotReady
from postdesk.core.folders import under
from postdesk.core.post import Visibility
from postdesk.core.receipt import Status
from postdesk.library.document import Document
from postdesk.library.library import Library
from postdesk.library.receipts import Receipts
from postdesk.publishing.archive import Archive
from postdesk.publishing.bringing import Bringing
from postdesk.publishing.change import change_of
from postdesk.publishing.compare import as_outgoing
from postdesk.publishing.engine import Engine
from postdesk.publishing.journal import Journal
from postdesk.publishing.outbox import JobResult, Outbox, ResultKind
from postdesk.publishing.plan import Intent, make_plan
from postdesk.publishing.pull import Pulled, pull
from tests.markup.lossless.corpus import Remote, block_posts, classic_posts, theme_posts
from tests.markup.lossless.test_sending import _WORD, _one_edit
from tests.publishing.world import png
from tests.servers.wordpress import WordPress as RealServer


class Desk:
    """A library, its outbox, and a blog."""

    def __init__(self, folder: Path, blog: WordPress) -> None:
        self.blog = blog
        self.account = blog.account
        root = folder / "library"
        root.mkdir()
        folders = under(folder / "home")
        self.library = Library(root, folders)
        self.library.open()
        self.receipts = Receipts(root)
        self.journal = Journal(folders.state / "outbox.db", time.time)
        self.journal._file._db.execute("pragma synchronous=off")  # the power cut is not what is tested here
        self.engine = Engine(self.journal, self.receipts, time.time)
        self.outbox = Outbox(
            folders.state,
            self.journal,
            self.engine,
            self.receipts,
            time.time,
            lambda _id: self.account,
            lambda _a: blog,
        )

    def close(self) -> None:
        self.library.close()
        self.journal.close()

    def pull(self, *, everything: bool = False) -> Pulled:
        done = pull(
            self.account,
            self.blog,
            self.library,
            self.receipts,
            self.journal,
            Cancel(),
            everything=everything,
        )
        self.library.look()
        return done

    def document(self, remote_id: str) -> Document:
        receipt = next(r for r in self.receipts.all() if r.remote_id == remote_id)
        path = self.library.find(receipt.post_id)
        assert path is not None
        return self.library.read(path)

    def update(self, document: Document) -> JobResult:
        receipt = self.receipts.get(document.post.id, self.account.id)
        plan = make_plan(
            document.post, self.account, Intent.UPDATE, pictures=(), receipt=receipt,
            capabilities=self.blog.capabilities, now=datetime.now(UTC),
        )  # fmt: skip
        self.outbox.submit(plan)
        return self.outbox.run(Cancel())[-1]


@pytest.fixture
def desk(tmp_path: Path, wordpress: RealServer) -> Iterator[Desk]:
    yield from _desk(tmp_path, wordpress)


@pytest.fixture
def newest_desk(tmp_path: Path, wordpress_newest: RealServer) -> Iterator[Desk]:
    """For what the blog's version makes no difference to."""
    yield from _desk(tmp_path, wordpress_newest)


@pytest.fixture
def oldest_desk(tmp_path: Path, wordpress_61: RealServer) -> Iterator[Desk]:
    yield from _desk(tmp_path, wordpress_61)


def _desk(folder: Path, server: RealServer) -> Iterator[Desk]:
    server.reset_posts()
    account = Account("a1", "wordpress", "Blog", server.base_url, "admin")
    with make_client() as http:
        blog = WordPress(account, server.users["admin"].app_password, http)
        with closing(Desk(folder, blog)) as made:
            yield made


def _publish(blog: WordPress, posts: list[Remote]) -> dict[str, str]:
    """Puts the posts on the blog as somebody there wrote them; their contents by their numbers."""
    contents = {}
    for number, post in enumerate(posts):
        draft = blog.create_draft(f"pd-{number:016x}", f"Post {number}; “old” & <b>good</b>")
        meant = replace(
            as_outgoing(draft), content=post.content, slug=f"old-{number}", tags=("rail & road",),
            status=Status.PUBLISHED,
        )  # fmt: skip
        contents[draft.remote_id] = blog.write(draft.remote_id, meant).content
        assert contents[draft.remote_id] == post.content
    return contents


def test_an_edit_of_one_word_reaches_the_blog_as_one_word(desk: Desk) -> None:
    posts = [*block_posts(6), *classic_posts(6), *[p for p in theme_posts() if "query" not in p.content][:8]]
    contents = _publish(desk.blog, posts)
    assert len(desk.pull().made) == len(contents)
    chance = random.Random(11)
    edits = 0
    for remote_id, content in contents.items():
        for _again in range(2):  # the second edit goes on top of what the first one left
            document = desk.document(remote_id)
            before = desk.blog.read(remote_id)
            body = document.post.body
            fences = [n for n, line in enumerate(body.split("\n")) if line.startswith("```")]
            words = [
                w for w in _WORD.finditer(body)
                if body.count(w[0]) == 1 and w[0] in content
                and not any(
                    a <= body.count("\n", 0, w.start()) <= b
                    for a, b in zip(fences[::2], fences[1::2], strict=True)
                )
                and not body[body.rfind("\n", 0, w.start()) + 1 :].startswith(("<", "http", "!["))
            ]  # fmt: skip
            if not words:
                continue
            word = chance.choice(words)
            new = f"altered{edits}"
            edited = desk.library.save(
                document, replace(document.post, body=body[: word.start()] + new + body[word.end() :])
            )
            result = desk.update(edited)
            assert (result.kind, result.sentence, result.remarks) == (ResultKind.DONE, "", ())
            there = desk.blog.read(remote_id)
            assert _one_edit(before.content, there.content, word[0], new), posts[edits // 2].name
            assert replace(
                there, content="", rendered="", revision="", modified=None, versions=0, version=""
            ) == replace(before, content="", rendered="", revision="", modified=None, versions=0, version="")
            content = there.content
            edits += 1
    assert edits >= 20
    done = desk.pull(everything=True)
    assert (done.made, done.updated, done.both, done.there) == ([], [], [], len(contents))


def test_a_second_client_between_pull_and_update_is_a_conflict_and_then_comes_home(desk: Desk) -> None:
    (remote_id,) = _publish(desk.blog, block_posts(1))
    desk.pull()
    document = desk.document(remote_id)
    there = desk.blog.read(remote_id)
    desk.blog.write(remote_id, replace(as_outgoing(there), title="Their title"))
    edited = desk.library.save(document, replace(document.post, body=document.post.body + "\nMore.\n"))
    assert desk.update(edited).kind is ResultKind.CONFLICT
    assert desk.blog.read(remote_id).title == "Their title"
    assert desk.pull().both == ["Their title"]
    desk.library.save(edited, document.post)
    assert [p.name for p in desk.pull().updated] == [document.path.name]
    assert desk.document(remote_id).post.title == "Their title"


def test_what_will_change_is_told_before_it_goes(desk: Desk) -> None:
    (remote_id,) = _publish(desk.blog, block_posts(1))
    desk.pull()
    document = desk.document(remote_id)
    receipt = desk.receipts.get(document.post.id, "a1")
    same = change_of(document.post, desk.account, receipt, desk.receipts, (), lambda _h: None, ())
    assert (same.lines, same.afresh) == ((), ())
    longer = replace(document.post, body=document.post.body + "\nOne more.\n")
    change = change_of(longer, desk.account, receipt, desk.receipts, (), lambda _h: None, ())
    assert change.afresh == ("One more.",)
    assert [line for line in change.lines if line.startswith(("+", "-")) and "p>" in line] == [
        "+<p>One more.</p>"
    ]


PAGES = """
$page = ['post_type' => 'page', 'post_status' => 'publish', 'post_author' => 1];
$about = wp_insert_post($page + ['post_title' => 'About; “us”', 'post_name' => 'about', 'menu_order' => 3,
    'post_content' => "Words of old.\\n\\nMore of them."]);
$staff = wp_insert_post($page + ['post_title' => 'Staff', 'post_name' => 'staff', 'post_parent' => $about,
    'menu_order' => 7,
    'post_content' => "<!-- wp:paragraph -->\\n<p>The harbour master.</p>\\n<!-- /wp:paragraph -->"]);
$post = wp_insert_post(['post_type' => 'post', 'post_title' => 'A post', 'post_content' => 'Words.'] + $page);
echo json_encode(['about' => $about, 'staff' => $staff, 'post' => $post]);
"""
PLACE = """
$all = ['post_type' => ['post', 'page'], 'post_status' => 'any', 'numberposts' => -1, 'orderby' => 'ID'];
$said = fn($p) => [$p->post_type, $p->ID, $p->post_parent, $p->menu_order, $p->post_name, $p->post_status];
echo json_encode(array_map($said, get_posts($all)));
"""


def test_pages_come_home_and_an_update_leaves_their_place(desk: Desk, wordpress: RealServer) -> None:
    numbers = json.loads(wordpress.php(PAGES))
    before = json.loads(wordpress.php(PLACE))
    assert len(desk.pull().made) == 3
    staff, about = (desk.document(f"page-{numbers[name]}") for name in ("staff", "about"))
    assert (staff.post.kind, desk.document(str(numbers["post"])).post.kind) == ("page", "")
    for document, old, new in ((staff, "harbour", "railway"), (about, "of old", "of late")):
        edited = desk.library.save(
            document, replace(document.post, body=document.post.body.replace(old, new))
        )
        result = desk.update(edited)
        assert (result.kind, result.sentence, result.remarks) == (ResultKind.DONE, "", ())
    assert json.loads(wordpress.php(PLACE)) == before
    there = desk.blog.read(f"page-{numbers['staff']}")
    assert there.content == "<!-- wp:paragraph -->\n<p>The railway master.</p>\n<!-- /wp:paragraph -->"
    assert there.address.endswith("/about/staff/")
    assert desk.blog.read(f"page-{numbers['about']}").content == "Words of late.\n\nMore of them."
    assert (desk.pull().updated, desk.pull(everything=True).there) == ([], 3)
    assert desk.blog.revisions(f"page-{numbers['staff']}")[0].content == there.content


def test_a_page_that_was_changed_there_is_a_conflict_and_its_trash_is_the_blogs(
    desk: Desk, wordpress: RealServer
) -> None:
    numbers = json.loads(wordpress.php(PAGES))
    desk.pull()
    document = desk.document(f"page-{numbers['staff']}")
    wordpress.php(f"wp_update_post(['ID' => {numbers['staff']}, 'post_title' => 'Crew']);")
    edited = desk.library.save(document, replace(document.post, body=document.post.body + "\nMore.\n"))
    assert desk.update(edited).kind is ResultKind.CONFLICT
    desk.library.save(edited, document.post)
    desk.pull()
    assert desk.document(f"page-{numbers['staff']}").post.title == "Crew"
    wordpress.php(f"wp_delete_post({numbers['staff']}, true);")
    gone = desk.update(desk.library.save(document_of := desk.document(f"page-{numbers['staff']}"),
                                         replace(document_of.post, body="Others.\n")))  # fmt: skip
    assert gone.kind is ResultKind.FAILED
    desk.outbox.publish_as_new(gone.job_id)
    again = desk.outbox.run(Cancel())[-1]
    assert (again.kind, "is a page" in again.sentence) == (ResultKind.FAILED, True)
    assert [kind for kind, *_rest in json.loads(wordpress.php(PLACE))] == ["post", "page"]


def test_a_page_that_the_blog_does_not_have_is_never_made_a_post(newest_desk: Desk) -> None:
    document = newest_desk.library.new("About us", body="Words.\n")
    page = newest_desk.library.save(document, replace(document.post, kind="page"))
    with pytest.raises(NotReady, match="is a page"):
        newest_desk.update(page)
    assert newest_desk.blog.posts().posts == ()


def test_whoever_may_not_see_pages_gets_her_posts(newest_desk: Desk, wordpress_newest: RealServer) -> None:
    wordpress_newest.php(PAGES)
    account = replace(newest_desk.account, user="writer")
    with make_client() as http:
        hers = WordPress(account, wordpress_newest.users["writer"].app_password, http)
        own = hers.create_draft("pd-0000000000000001", "Her own")
        newest_desk.blog = hers
        done = newest_desk.pull()
    assert done.problems == []
    assert own.remote_id in {r.remote_id for r in newest_desk.receipts.all()}
    assert not [r for r in newest_desk.receipts.all() if r.remote_id.startswith("page-")]


def test_an_update_keeps_the_password_of_the_readers(newest_desk: Desk, wordpress_newest: RealServer) -> None:
    (remote_id,) = _publish(newest_desk.blog, block_posts(1))
    wordpress_newest.php(f"wp_update_post(['ID' => {remote_id}, 'post_password' => 'low tide & all']);")
    assert newest_desk.pull().problems == []
    document = newest_desk.document(remote_id)
    assert (document.post.visibility, document.post.post_password) == (Visibility.PASSWORD, "low tide & all")
    edited = newest_desk.library.save(document, replace(document.post, body=document.post.body + "\nMore.\n"))
    result = newest_desk.update(edited)
    assert (result.kind, result.sentence) == (ResultKind.DONE, "")
    assert wordpress_newest.php(f"echo get_post({remote_id})->post_password;") == "low tide & all"
    wordpress_newest.php(f"wp_update_post(['ID' => {remote_id}, 'post_password' => 'high tide']);")
    again = newest_desk.library.save(edited, replace(edited.post, body=edited.post.body + "\nStill more.\n"))
    assert newest_desk.update(again).kind is ResultKind.CONFLICT  # she would give it back the old one
    assert wordpress_newest.php(f"echo get_post({remote_id})->post_password;") == "high tide"


def test_every_post_comes_once_however_many_changed_within_a_second(
    newest_desk: Desk, wordpress_newest: RealServer
) -> None:
    wordpress_newest.php(
        "for ($n = 0; $n < 230; $n++) wp_insert_post(['post_title' => \"No. $n\", 'post_status' => 'publish',"
        " 'post_author' => 1, 'post_content' => $n == 120 ? str_repeat('Words. ', 60000) : 'Words.']);"
        "global $wpdb; $wpdb->query(\"UPDATE $wpdb->posts SET post_modified_gmt = '2020-01-01 10:00:00'\");"
    )
    real = http_module.exchange
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            "postdesk.backends.wordpress.backend.exchange",
            lambda *a, **v: real(*a, **v, limit_bytes=200_000),
        )
        asked: list[str] = []
        shown = newest_desk.blog.posts

        def posts(cursor: str = "", since: datetime | None = None, *, content: bool = False) -> Page:
            asked.append(cursor)
            return shown(cursor, since, content=content)

        patch.setattr(newest_desk.blog, "posts", posts)
        done = newest_desk.pull()
    assert [title for title, _sentence in done.problems] == ["No. 120"]
    assert (len(done.made), done.there) == (229, 0)
    # By hundreds, by tens where one is too long, one by one there, and by hundreds again.
    sizes = [int(cursor.removeprefix("page-").split("/")[1]) for cursor in asked if cursor]
    assert 1 in sizes
    assert sizes.count(100) >= 2
    assert len(asked) < 45


def test_a_post_that_was_put_there_lately_with_a_date_of_long_ago_comes_too(
    newest_desk: Desk, wordpress_newest: RealServer
) -> None:
    """Its last change is its date, so it is not among those that changed since."""
    archive = Archive(newest_desk.library.root.parent)
    _publish(newest_desk.blog, [Remote("a", "<p>Words.</p>")])
    newest_desk.pull()
    archive.refresh(newest_desk.account, newest_desk.blog, Cancel())
    wordpress_newest.php(
        "wp_insert_post(['post_title' => 'Old', 'post_status' => 'publish', 'post_author' => 1,"
        " 'post_content' => 'Old words.', 'post_date' => '2012-11-28 09:00:00']);"
    )
    assert [path.name for path in newest_desk.pull().made] == ["2012-11-28-old.md"]
    archive.refresh(newest_desk.account, newest_desk.blog, Cancel(), thorough=True)
    assert "Old" in [post.title for post in archive.posts(newest_desk.account.id)]


def test_pictures_of_the_oldest_wordpress_come_home_too(oldest_desk: Desk, wordpress_61: RealServer) -> None:
    desk = oldest_desk
    quay, boat = png(1), png(2)
    files = "".join(
        f"file_put_contents($in['path'] . '/{name}.png', base64_decode('{base64.b64encode(data).decode()}'));"
        for name, data in (("quay", quay), ("boat", boat))
    )
    up = wordpress_61.php(
        f"""
        kses_remove_filters();
        $in = wp_upload_dir('2016/03');
        {files}
        $quay = '<img src="' . $in['url'] . '/quay.png" alt=""/>';
        $all = ['post_status' => 'publish', 'post_author' => 1];
        $blocks = "<!-- wp:image --><figure class='wp-block-image'>$quay</figure><!-- /wp:image -->";
        $post = wp_insert_post(wp_slash($all + ['post_title' => 'Blocks', 'post_content' => $blocks]));
        set_post_thumbnail($post, wp_insert_attachment(['post_mime_type' => 'image/png'], '2016/03/boat.png'));
        $classic = "Old words.\\n\\n[caption width='9']{{$quay}} At noon[/caption]";
        wp_insert_post(wp_slash($all + ['post_title' => 'Classic', 'post_content' => $classic]));
        echo $in['url'];
        """
    ).strip()
    assert len(desk.pull().made) == 2
    with make_client() as http:
        brought = Bringing(
            desk.account, desk.library, desk.receipts, desk.journal, lambda: http, lambda: desk.blog, Cancel()
        ).all()
    assert (brought.failure, brought.gone, brought.problems) == (None, [], [])
    assert {path.name: path.read_bytes() for path in brought.came} == {"quay.png": quay, "boat.png": boat}
    for receipt in desk.receipts.all():
        document = desk.document(receipt.remote_id)
        assert f"{up}/quay.png" in document.post.body
        assert desk.library.read_shown_picture(document, f"{up}/quay.png") == quay
