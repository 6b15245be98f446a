"""What is beside a post that came from a blog may be lost or damaged: what goes out is the blog's own all the same, or
she is told."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from postdesk.backends.base import RemotePost
from postdesk.core.account import Account
from postdesk.core.errors import NotReady
from postdesk.core.post import Post
from postdesk.core.receipt import Receipt, Status
from postdesk.library.receipts import Receipts
from postdesk.markup.lossless import open_post
from postdesk.publishing.change import Change, change_of
from postdesk.publishing.compare import base_of
from postdesk.publishing.pulled import opened_of
from tests.conftest import ExpectLog

BLOG = Account("a1", "wordpress", "Harbour Notes", "https://blog.example/", "ines")
BLOCKS = """<!-- wp:paragraph {"align":"right"} -->
<p class="has-text-align-right">One &amp; all,&nbsp;here.</p>
<!-- /wp:paragraph -->

<!-- wp:acf/hero {"title":"x"} /-->

<!-- wp:heading -->
<h2 class="wp-block-heading" id="two">Two</h2>
<!-- /wp:heading -->"""
CLASSIC = "One &amp; all,&nbsp;here.\nA break.\n\n[gallery ids=1]\n\n<h2 class=x>Two</h2>\nMore."
HTML = '<p class="x">One &amp; all,&nbsp;here.</p>\n<table class=y><tr><td>1</table>\n<h2>Two</h2>'


class Kept:
    """A pulled post with what lies beside it."""

    def __init__(self, folder: Path, content: str, *, classic: bool) -> None:
        self.receipts = Receipts(folder)
        opened = open_post(content, classic=classic)
        remote = RemotePost("7", "https://blog.example/7/", "seven", Status.PUBLISHED, "r1", "Seven", content)
        self.post = Post("post7", "Seven", opened.markdown)
        self.receipt = Receipt(
            "post7", "a1", "7", "https://blog.example/7/", "seven", Status.PUBLISHED, "r1", "",
            self.receipts.put_base(base_of(remote, "")), map_hash=self.receipts.put_base(opened.to_json()),
        )  # fmt: skip

    def change(self, body: str) -> Change:
        post = replace(self.post, body=body)
        return change_of(post, BLOG, self.receipt, self.receipts, (), lambda _hash: None, ())


@pytest.fixture(params=[(BLOCKS, True), (CLASSIC, True), (HTML, False)], ids=["blocks", "classic", "HTML"])
def kept(request: pytest.FixtureRequest, tmp_path: Path) -> Kept:
    content, classic = request.param
    return Kept(tmp_path, content, classic=classic)


@pytest.mark.parametrize("damage", ["none", "no file", "of a newer version", "no JSON"])
def test_a_post_whose_map_is_lost_goes_back_as_it_came_but_for_her_edit(
    kept: Kept, damage: str, expect_log: ExpectLog
) -> None:
    text = {"of a newer version": '{"version": 99}', "no JSON": "\0"}.get(damage)
    if text is not None:
        expect_log("A map cannot be read")
    if damage != "none":
        map_hash = kept.receipts.put_base(text) if text is not None else "0" * 64
        kept.receipt = replace(kept.receipt, map_hash=map_hash)
    same = kept.change(kept.post.body)
    assert (same.lines, same.afresh) == ((), ())
    edited = kept.change(kept.post.body.replace("Two", "Three"))
    assert edited.after == edited.before.replace("Two<", "Three<")
    assert edited.afresh == ()
    longer = kept.change(kept.post.body + "\nNew words.\n")
    assert longer.after.startswith(longer.before)
    assert longer.afresh == ("New words.",)
    assert ("<p>New words.</p>" in longer.after) == ("<p" in longer.before)


def test_a_post_of_which_nothing_is_known_any_more_says_so(kept: Kept) -> None:
    kept.receipt = replace(kept.receipt, map_hash="0" * 64, base_hash="1" * 64)
    assert opened_of(kept.receipts, kept.receipt) is None
    with pytest.raises(NotReady) as refused:
        kept.change(kept.post.body)
    assert "is not known here any more" in refused.value.happened


def test_a_post_whose_base_alone_is_lost_is_compared_by_its_map(kept: Kept) -> None:
    kept.receipt = replace(kept.receipt, base_hash="1" * 64)
    same = kept.change(kept.post.body)
    assert (same.lines, same.afresh) == ((), ())
