"""What a post says is what its new file says, whatever is in it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from postdesk.core.post import Post, Visibility
from postdesk.exchange.front import read_head, written
from postdesk.library import frontmatter
from postdesk.library.document import read_document

WORDS = st.text(max_size=30) | st.sampled_from(
    ["no", "012", "12:30", "a: b", "- x", "'", '"', "#", "\u2028", "~", "[a]"]
)
DATES = st.integers(-30_000_000_000, 200_000_000_000).map(
    lambda seconds: (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)).astimezone(
        timezone(timedelta(hours=2))
    )
)
POSTS = st.builds(
    Post,
    st.just("0123456789abcdef"),
    title=WORDS.map(lambda words: frontmatter.tidy("title", words)),
    slug=WORDS.map(frontmatter.clean_slug),
    date=st.none() | DATES,
    tags=st.lists(WORDS, max_size=3).map(lambda words: frontmatter.tidy("tags", words)),
    categories=st.lists(WORDS, max_size=3).map(lambda words: frontmatter.tidy("categories", words)),
    excerpt=WORDS.map(lambda words: frontmatter.tidy("excerpt", words)),
    image=WORDS.map(lambda words: frontmatter.tidy("image", words)),
    visibility=st.sampled_from([Visibility.PUBLIC, Visibility.PRIVATE, Visibility.PENDING]),
)
EXTRA = st.dictionaries(
    st.text(max_size=8).map(lambda key: f"x {key}"),
    WORDS | st.integers() | st.lists(WORDS, max_size=2),
    max_size=3,
)


@given(POSTS, EXTRA)
def test_the_law_a_new_file_says_what_the_post_says(post: Post, extra: dict[str, object]) -> None:
    """Law: reading what was written gives the post, and what a post has no field for is valid beside it."""
    document = read_document(Path("a.md"), written(post, None, extra).encode("utf-8", "replace"), "")
    assert (document.problem, document.post) == ("", post)


@given(POSTS)
def test_the_law_a_front_matter_that_is_kept_says_what_the_post_says(post: Post) -> None:
    """Law: the same where another program's front matter stays."""
    head, _body = read_head("---\nother: [1, 2] # theirs\ntitle: x\n---\n\nBody\n")
    text = written(post, head.front, {})
    assert read_document(Path("a.md"), text.encode("utf-8", "replace"), "").post == post
    assert "other: [1, 2] # theirs\n" in text
