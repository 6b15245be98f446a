"""What a post's hash says stays the same from one version of the program to the next: receipts hold it."""

from __future__ import annotations

from postdesk.core.post import Post, from_json, to_json

POST = Post("a", "t", "b", tags=("x",))


def test_the_hash_of_a_post_is_what_receipts_from_before_there_were_pages_hold() -> None:
    assert POST.content_hash == "d9123aeb74871fd4706e2a699343d0282f7af22d312e4eb23e4b375b2e767fce"
    assert Post("other", "t", "b", tags=("x",)).content_hash == POST.content_hash


def test_a_page_is_another_thing_than_the_same_words_as_a_post() -> None:
    page = Post("a", "t", "b", tags=("x",), kind="page")
    assert page.content_hash != POST.content_hash
    assert from_json(to_json(page)) == page


def test_a_post_that_was_journalled_before_there_were_pages_is_read() -> None:
    values = to_json(POST)
    del values["kind"]
    assert from_json(values) == POST
