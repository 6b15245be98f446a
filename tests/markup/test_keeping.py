"""A block keeps the look that it has on the blog while she writes in it, moves it, or writes around it."""

from __future__ import annotations

from random import Random

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from postdesk.markup.gutenberg import to_blocks
from postdesk.markup.keeping import NEW, Keeping
from postdesk.markup.looks import Look
from postdesk.markup.lossless import Opened, open_post, send_post
from postdesk.markup.lossless.looks import kept_looks


def styled(name: str) -> Look:
    return (("p", (("class", name),)),)


class Block:
    def __init__(self, text: str) -> None:
        self.text = text
        self.look: Look = ()
        self.kept = NEW

    def wear(self, look: Look) -> None:
        self.look = look


class Post:
    """Blocks of a text that is edited."""

    def __init__(self, pieces: list[tuple[str, Look]]) -> None:
        self.keeping = Keeping(pieces)
        self.blocks = [Block(text) for text, _look in pieces]
        self.keeping.settle(self.blocks)

    def edit(self, at: int, gone: int, *texts: str) -> None:
        come = [Block(text) for text in texts]
        leaving = self.blocks[at : at + gone]
        self.blocks[at : at + gone] = come
        self.keeping.edited(self.blocks, at, leaving, len(come))

    @property
    def looks(self) -> list[str]:
        """The class that each block has."""
        self.keeping.settle(self.blocks)
        return [dict(block.look[0][1])["class"] if block.look else "" for block in self.blocks]


ONE, TWO, THREE = "The first boat left at six.", "Nobody was on it today.", "The mayor said nothing."
PIECES = [(ONE, ()), (TWO, styled("red")), (THREE, styled("blue")), ("The end.", ())]


def test_the_look_stays_with_each_key_in_a_block() -> None:
    post = Post(PIECES)
    assert post.looks == ["", "red", "blue", ""]
    for count in range(len(TWO) + 1):
        post.edit(1, 1, TWO[: len(TWO) - count] + "x")
        assert post.looks == ["", "red", "blue", ""]


def test_a_new_block_has_none_and_takes_none_away() -> None:
    post = Post(PIECES)
    post.edit(1, 0, "Something new.")
    assert post.looks == ["", "", "red", "blue", ""]
    post.edit(2, 1, TWO + " More.")
    assert post.looks == ["", "", "red", "blue", ""]
    post.edit(1, 1, "Something new and longer.")
    assert post.looks == ["", "", "red", "blue", ""]


def test_a_block_that_is_moved_or_doubled_takes_its_look_along() -> None:
    post = Post(PIECES)
    post.edit(1, 1)
    post.edit(3, 0, TWO)
    assert post.looks == ["", "blue", "", "red"]
    post.edit(0, 0, THREE)
    assert post.looks == ["blue", "", "blue", "", "red"]


def test_of_a_block_that_is_cut_in_two_one_part_keeps_it() -> None:
    post = Post(PIECES)
    post.edit(1, 1, "Nobody", "was on it today.")
    assert post.looks == ["", "", "red", "blue", ""]
    post.edit(1, 2, TWO)  # she takes it back
    assert post.looks == ["", "red", "blue", ""]


def test_two_blocks_joined_have_the_look_of_one() -> None:
    post = Post(PIECES)
    post.edit(1, 2, f"{TWO} The mayor")
    assert post.looks == ["", "red", ""]


def test_two_blocks_that_are_written_in_at_once_keep_their_own() -> None:
    post = Post(PIECES)
    post.edit(1, 2, TWO + " Or so.", THREE + " Again.")
    assert post.looks == ["", "red", "blue", ""]
    post.edit(1, 1)
    assert post.looks == ["", "blue", ""]


def test_a_line_of_stars_that_is_there_many_times_keeps_it_too() -> None:
    stars = ("\\* \\* \\*", styled("middle"))
    post = Post([("A", ()), stars, ("B", ()), stars, ("C", ()), stars, ("D", ())])
    post.edit(3, 1, "\\* \\* \\* \\*")
    assert post.looks == ["", "middle", "", "middle", "", "middle", ""]


def test_what_went_beside_equal_blocks_is_no_matter() -> None:
    post = Post([("A", ()), ("Same", ()), (TWO, styled("red")), ("Same", ()), ("B", ())])
    post.edit(1, 1)
    post.edit(1, 1, TWO + " Yes.")
    assert post.looks == ["", "red", "", ""]


def test_what_is_rewritten_as_a_whole_keeps_its_looks_in_order() -> None:
    pieces = [(f"Old paragraph {n}", styled(f"c{n}")) for n in range(40)]
    post = Post(pieces)
    post.edit(0, 40, *(f"# {n}" if n == 20 else f"Neues {n}" for n in range(40)))
    assert post.looks == [f"c{n}" if n != 20 else "" for n in range(40)]


TEXTS = st.sampled_from(
    [ONE, TWO, THREE, "The end.", "New.", "The mayor said", "Nobody was", "* * *", "# The end."]
)
PIECE = st.tuples(TEXTS, st.sampled_from([(), styled("a"), styled("b"), styled("c")]))


@settings(max_examples=600, suppress_health_check=list(HealthCheck))
@given(
    st.lists(PIECE, max_size=8),
    st.lists(st.tuples(st.integers(0, 9), st.integers(0, 3), st.lists(TEXTS, max_size=3)), max_size=8),
    st.randoms(use_true_random=False),
)
@example([(ONE, styled("a")), (ONE, styled("a"))], [(1, 1, ["New."]), (0, 0, [ONE]), (0, 1, [])], Random(0))
def test_after_any_edits_each_block_has_the_look_that_the_text_gives_it(
    pieces: list[tuple[str, Look]], edits: list[tuple[int, int, list[str]]], dice: Random
) -> None:
    """Law: what a block looks like follows from the text alone."""
    post = Post(pieces)
    for at, gone, texts in edits:
        at = min(at, len(post.blocks))
        post.edit(at, gone, *texts)
        if dice.random() < 0.6:
            assert post.looks is not None
    fresh = [Block(block.text) for block in post.blocks]
    Keeping(pieces).settle(fresh)
    assert post.looks is not None
    assert [block.look for block in post.blocks] == [block.look for block in fresh]


CENTRED = '<p class="has-text-align-center">{}</p>'
SOURCE = "".join(
    f"<!-- wp:paragraph -->\n{CENTRED.format(words) if words in (TWO, THREE) else f'<p>{words}</p>'}\n"
    "<!-- /wp:paragraph -->\n\n"
    for words in (ONE, TWO, THREE, "The end.", "More words stand here.")
)


EDITS: list[list[tuple[int, int, list[str]]]] = [
    [(1, 1, [TWO + " Yes."])],
    [(1, 1, [])],
    [(1, 0, ["Something new and different."])],
    [(1, 1, ["Something new.", TWO + " Yes."])],
    [(2, 0, ["A new one."]), (1, 1, [TWO.replace("Nobody", "Everybody")])],
    [(1, 2, [TWO + " " + THREE])],
    [(2, 1, []), (0, 0, [THREE])],
    [(1, 1, ["Nobody was", "on it today."])],
    [(1, 1, ["Wholly other words here."])],
    [(1, 2, ["Nobody was on it.", "A third thing.", "The mayor said nothing at all."])],
]


def test_the_preview_and_what_goes_out_say_the_same() -> None:
    """A block that is shown centred goes out centred, and no other."""
    opened = open_post(SOURCE)
    texts = [piece.markdown for piece in opened.pieces]
    for edits in EDITS:
        now = list(texts)
        for at, gone, come in edits:
            now[at : at + gone] = come
        blocks = [Block(text) for text in now]
        Keeping(kept_looks(opened)).settle(blocks)
        assert [bool(block.look) for block in blocks] == _centred(opened, "\n\n".join(now)), edits


def _centred(opened: Opened, text: str) -> list[bool]:
    sent = send_post(opened, text, to_blocks)
    return ["center" in piece.source for piece in sent.opened.pieces]
