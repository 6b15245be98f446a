"""What is outermost in a post is found without a tree, as the tree has it."""

from __future__ import annotations

from hypothesis import example, given, settings
from hypothesis import strategies as st

from postdesk.markup.lossless.skimming import Top, skim
from postdesk.markup.simpler import BLOCKS
from postdesk.markup.tree import Node, parse
from tests.markup.lossless.corpus import classic_posts, html_posts
from tests.markup.lossless.hostile import HOSTILE

_PARTS = st.sampled_from(
    ["<p>", "</p>", "<b>", "</b>", "<div>", "</div>", "<blockquote>", "</blockquote>", "<br>", "<hr/>", "<img src=a>",
     "<!-- c -->", "<!--", "<!x>", "<?y>", "</x", "<script>", "</script>", "words", " ", "\n\n", "</a>",
     '<a href="b" c>', "<P CLASS='x'>", "</P >", "<"]
)  # fmt: skip


def _as_skimmed(node: Node) -> Top:
    below = [one for one in node.everything() if one is not node]
    bare = not any(one.tag in BLOCKS or one.tag in ("!", "script", "style") for one in below)
    whole = all(one.closed for one in node.everything())
    return Top(node.tag, node.start, node.end, whole, node.text if node.tag == "!" else "", bare)


def _check(source: str) -> None:
    wanted = []
    for node in parse(source):
        wanted.append(_as_skimmed(node))
        if not wanted[-1].closed:
            break
    found = skim(source)
    if found and not found[-1].closed:  # up to the end of the text, as nobody asks what is in it
        assert wanted.pop()[:2] == found.pop()[:2]
    assert found == wanted


@settings(max_examples=300)
@example(["<b>", "<p>", "</b>", "words", "</p>"])
@example(["<blockquote>", "<b>", "<!-- c -->", "</b>", "</blockquote>", "</div>", "words"])
@example(["<div>", "</p>", "</div>", "words"])
@given(st.lists(_PARTS, max_size=14))
def test_it_is_what_the_tree_has(parts: list[str]) -> None:
    """Law: up to the first that is not closed, both have the same."""
    _check("".join(parts))


def test_so_it_is_in_posts() -> None:
    for post in [*html_posts(6), *classic_posts(6)]:
        _check(post.content)
    for content in HOSTILE.values():
        _check(content)
