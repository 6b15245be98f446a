"""Two versions of a text become one, and no word of either is lost."""

from __future__ import annotations

import random
import re

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from postdesk.markup import matching as matching_module
from postdesk.markup.blocks import lines_of
from postdesk.markup.correspond import correspond
from postdesk.markup.entries import entries
from postdesk.markup.matching import matching
from postdesk.markup.merge import Choice, Merged, merge
from tests.markup.texts import documents

some = settings(max_examples=300, suppress_health_check=list(HealthCheck))
anything = st.one_of(documents, st.text(alphabet="ab \n\r-`|>#\t", max_size=60), st.text(max_size=40))

BASE = (
    "# Ferry strike, day four\n\n"
    "The first boat left at 6:10 this morning with eleven people on it.\n\n"
    "The mayor says that talks could resume tomorrow.\n\n"
    "Boats running: 3 of 14\n"
)


def words(text: str | None) -> set[str]:
    return set(re.findall(r"\w+", text or ""))


def words_of(merged: Merged) -> set[str]:
    """All that she sees: the merged blocks, and both sides of each conflict."""
    found = set()
    for piece in merged.pieces:
        texts = (piece.mine, piece.theirs) if piece.conflict else (piece.result,)
        found |= {word for text in texts for word in words(text)}
    return found | words(merged.whole)


# --- laws ---


@some
@given(anything, anything)
def test_what_only_one_side_changed_is_taken_as_it_is(base: str, new: str) -> None:
    assert merge(base, new, base).text == new
    assert merge(base, base, new).text == new
    assert merge(base, new, new).text == new


@some
@given(anything, anything, anything)
@example("a\n\nb", "b\n\na", "c\r\n\r\na")
@example("", "a\n\nb", "a\n\nc")
def test_no_new_word_is_lost_and_both_sides_are_treated_alike(base: str, mine: str, theirs: str) -> None:
    merged, swapped = merge(base, mine, theirs), merge(base, theirs, mine)
    assert (words(mine) | words(theirs)) - words(base) <= words_of(merged)
    if merged.text is not None:
        assert (words(mine) | words(theirs)) - words(base) <= words(merged.text)
    here = [lines_of(f"{piece.mine}\0{piece.theirs}") for piece in merged.conflicts]
    there = [lines_of(f"{piece.theirs}\0{piece.mine}") for piece in swapped.conflicts]
    assert sorted(here) == sorted(there)
    both = merged.resolve([Choice.BOTH] * len(merged.conflicts))
    assert (words(mine) | words(theirs)) - words(base) <= words(both)


@some
@given(st.randoms(use_true_random=False), st.integers(3, 12))
def test_edits_apart_from_each_other_merge_and_both_are_in(rng: random.Random, count: int) -> None:
    blocks = [f"Paragraph {n} " + " ".join(f"w{n}x{k}" for k in range(8)) for n in range(count)]
    mine, theirs, expected = list(blocks), list(blocks), list(blocks)
    for place in range(count):
        changed = blocks[place].replace(f"w{place}x{rng.randrange(8)}", f"new{place}")
        which = rng.choice(["mine", "theirs", "both", "none"])
        if which in ("mine", "both"):
            mine[place] = changed
        if which in ("theirs", "both"):
            theirs[place] = changed
        if which != "none":
            expected[place] = changed
    merged = merge("\n\n".join(blocks), "\n\n".join(mine), "\n\n".join(theirs))
    assert merged.text == "\n\n".join(expected)


@some
@given(st.randoms(use_true_random=False), st.integers(3, 12))
def test_paragraphs_put_into_another_order_carry_the_other_sides_edits(
    rng: random.Random, count: int
) -> None:
    blocks = [f"Paragraph {n} " + " ".join(f"w{n}x{k}" for k in range(8)) for n in range(count)]
    order = list(range(count))
    rng.shuffle(order)
    edited = [b.replace(f"w{n}x3", f"new{n}") if n % 2 else b for n, b in enumerate(blocks)]
    mine = "\n\n".join(blocks[n] for n in order)
    assert merge("\n\n".join(blocks), mine, "\n\n".join(edited)).text == "\n\n".join(edited[n] for n in order)
    assert merge("\n\n".join(blocks), "\n\n".join(edited), mine).text == "\n\n".join(edited[n] for n in order)


@some
@given(st.randoms(use_true_random=False), st.integers(3, 12), st.sampled_from(["\n", "\n\n"]))
def test_entries_of_a_list_that_were_changed_apart_merge_and_all_edits_are_in(
    rng: random.Random, count: int, gap: str
) -> None:
    """Law: neighbours may be changed or removed by one side each; the list, and what is around it, stay as they are."""
    entries = [f"- entry{n} of{n}" for n in range(count)]
    mine, theirs, expected = list[str](), list[str](), list[str]()
    for n, entry in enumerate(entries):
        what = rng.choice(["same", "changed", "removed" if 0 < n < count - 1 else "same"])
        edited = {"same": [entry], "changed": [f"- entry{n} new{n}\n  more{n}"], "removed": []}[what]
        by_mine = rng.random() < 0.5
        mine += edited if by_mine else [entry]
        theirs += [entry] if by_mine else edited
        expected += edited

    def post(entries: list[str]) -> str:
        return f"Before.\n\n{gap.join(entries)}\n\nAfter.\n"

    assert merge(post(entries), post(mine), post(theirs)).text == post(expected)


@some
@given(st.one_of(documents, st.text(alphabet="-*1. \nab", max_size=60)))
def test_the_entries_of_a_list_joined_are_the_list(text: str) -> None:
    found = entries(text)
    if found is not None:
        texts, gaps = found
        assert len(texts) == len(gaps) + 1 > 1
        assert "".join(a + b for a, b in zip(texts, (*gaps, ""))) == text


# --- cases ---


def test_two_changes_in_one_paragraph_that_do_not_touch_are_both_made() -> None:
    mine = BASE.replace("first boat", "first ferry")
    theirs = BASE.replace("eleven people", "nine people")
    assert merge(BASE, mine, theirs).text == mine.replace("eleven people", "nine people")


@pytest.mark.parametrize("theirs", ["never resume tomorrow", "resume today", "end soon"])
def test_the_same_place_changed_twice_is_hers_to_decide(theirs: str) -> None:
    mine = BASE.replace("resume tomorrow", "resume within the hour")
    other = BASE.replace("resume tomorrow", theirs)
    merged = merge(BASE, mine, other)
    if theirs == "never resume tomorrow":  # beside each other is too near
        assert merged.text is None
    (piece,) = merged.conflicts
    assert "within the hour" in str(piece.mine)
    assert theirs in str(piece.theirs)
    assert merged.resolve([Choice.MINE]) == mine
    assert merged.resolve([Choice.THEIRS]) == other
    assert merged.resolve([Choice.BOTH]) == mine.replace("\n\nBoats", f"\n\n{piece.theirs}\n\nBoats")


def test_a_paragraph_that_one_removed_and_the_other_changed_is_a_conflict() -> None:
    mine = BASE.replace("The mayor says that talks could resume tomorrow.\n\n", "")
    theirs = BASE.replace("tomorrow", "today")
    (piece,) = merge(BASE, mine, theirs).conflicts
    assert (piece.mine, piece.theirs) == (None, "The mayor says that talks could resume today.")
    assert merge(BASE, mine, theirs).resolve([Choice.MINE]) == mine
    assert merge(BASE, mine, theirs).resolve([Choice.THEIRS]) == theirs


def test_what_both_added_at_one_place_is_mine_then_theirs_and_once_when_equal() -> None:
    assert merge("a\n", "a\n\nmine\n", "a\n\ntheirs\n").text == "a\n\nmine\n\ntheirs\n"
    assert merge("a\n", "a\n\nsame\n\nmine\n", "a\n\nsame\n").text == "a\n\nsame\n\nmine\n"
    assert merge("a", "a\n\nmine", "a\n\ntheirs").text == "a\n\nmine\n\ntheirs"


def test_what_both_moved_stands_where_mine_has_it() -> None:
    blocks = ["one is here", "two is there", "three is where", "four is nowhere", "five was it"]
    base = "\n\n".join(blocks)
    mine = "\n\n".join([blocks[4], *blocks[:4]])
    theirs = "\n\n".join([blocks[0], blocks[4], *blocks[1:4]])
    assert merge(base, mine, theirs).text == mine


@pytest.mark.parametrize(
    "block",
    ["```\none = 1\ntwo = 2\nthree = 3\n```", "| a | b |\n|---|---|\n| one | two |\n| three | four |",
     "- item one\n\n    ```\n    one\n    two\n    three\n    ```", "<div>one two three</div>"],
)  # fmt: skip
def test_code_and_tables_are_never_mixed(block: str) -> None:
    base = f"Above\n\n{block}\n\nBelow"
    mine, theirs = base.replace("one", "uno"), base.replace("three", "tre")
    (piece,) = merge(base, mine, theirs).conflicts
    assert piece.base == block
    assert merge(base, mine, base.replace("Below", "Under")).text == mine.replace("Below", "Under")


def test_blank_lines_and_line_ends_stay() -> None:
    base = "\n\na\n\n\n\nb  \r\nc\n \t\nd\n\n\n"
    mine = base.replace("d", "D")
    theirs = base.replace("a\n", "A\n")
    assert merge(base, mine, theirs).text == "\n\nA\n\n\n\nb  \r\nc\n \t\nD\n\n\n"


def test_line_ends_that_another_program_changed_are_no_conflict() -> None:
    theirs = BASE.replace("\n", "\r\n")
    mine = BASE.replace("eleven", "nine")
    assert merge(BASE, mine, theirs).text == mine.replace("\n", "\r\n")


def test_without_a_base_only_what_differs_is_to_be_decided() -> None:
    mine = BASE.replace("tomorrow", "today") + "\nOnly mine\n"
    theirs = BASE.replace("tomorrow", "never")
    merged = merge("", mine, theirs)
    (piece,) = merged.conflicts
    assert "today" in str(piece.mine)
    assert "never" in str(piece.theirs)
    assert merged.resolve([Choice.MINE]) == mine
    assert merged.resolve([Choice.THEIRS]) == mine.replace("today", "never")


LIST = "Boats:\n\n- one at the quay\n- two at sea\n- three in the yard\n\nThe end.\n"


def test_of_a_list_only_the_entry_that_both_changed_is_to_be_decided() -> None:
    mine = LIST.replace("one at", "a boat at").replace("two at sea", "two are back")
    theirs = LIST.replace("two at sea", "two sank").replace("three in", "a third in")
    merged = merge(LIST, mine, theirs)
    (piece,) = merged.conflicts
    assert (piece.base, piece.mine, piece.theirs) == ("- two at sea", "- two are back", "- two sank")
    rest = "Boats:\n\n- a boat at the quay\n{}\n- a third in the yard\n\nThe end.\n"
    assert merged.resolve([Choice.MINE]) == rest.format("- two are back")
    assert merged.resolve([Choice.THEIRS]) == rest.format("- two sank")
    assert merged.resolve([Choice.BOTH]) == rest.format("- two are back\n- two sank")


def test_a_list_whose_last_entry_goes_or_comes_stays_apart_from_what_follows() -> None:
    mine = LIST.replace("\n- three in the yard", "").replace("one at", "a boat at")
    theirs = LIST.replace("two at", "both at")
    expected = "Boats:\n\n- a boat at the quay\n- both at sea\n\nThe end.\n"
    assert merge(LIST, mine, theirs).text == expected
    assert merge(LIST, theirs, mine).text == expected
    mine = LIST.replace("yard\n", "yard\n- four on paper\n")
    theirs = LIST.replace("three in", "3 in")
    assert merge(LIST, mine, theirs).text == mine.replace("three in", "3 in")


def test_entries_that_both_added_to_a_list_are_mine_then_theirs() -> None:
    mine = LIST.replace("at sea\n", "at sea\n- mine\n").replace("one", "1")
    theirs = LIST.replace("at sea\n", "at sea\n- theirs\n")
    assert merge(LIST, mine, theirs).text == mine.replace("- mine\n", "- mine\n- theirs\n")


def test_without_a_base_lists_are_compared_by_their_entries() -> None:
    mine, theirs = LIST.replace("two at sea", "two are back"), LIST.replace("two at sea", "two sank")
    merged = merge("", mine, theirs)
    (piece,) = merged.conflicts
    assert (piece.mine, piece.theirs) == ("- two are back", "- two sank")
    assert merged.resolve([Choice.THEIRS]) == theirs
    other = "Boats:\n\n- nothing\n- alike\n\nThe end.\n"
    (piece,) = merge("", LIST, other).conflicts
    assert piece.theirs == "- nothing\n- alike", "lists with nothing in common are one choice"


@pytest.mark.parametrize(
    "block",
    [
        "- a\n- b\n\n  ```\n  x\n  ```\n- c",
        "- a\n1. b\n- c",
        "- a\n- <b>b\n- c</b>",
        "- a\n\t- b\n- c",
        "- a",
    ],
)
def test_a_list_that_cannot_be_cut_for_certain_is_one_choice(block: str) -> None:
    mine, theirs = block.replace("a", "mine"), block.replace("a", "theirs")
    (piece,) = merge(block, mine, theirs).conflicts
    assert (piece.mine, piece.theirs) == (mine, theirs)


# --- time ---


def test_the_work_grows_with_the_length(monkeypatch: pytest.MonkeyPatch) -> None:
    """Counted, not timed: how often two members are compared, in texts that have nothing to hold on to."""
    compared = 0

    class Counted(str):
        __slots__ = ()
        __hash__ = str.__hash__

        def __eq__(self, other: object) -> bool:
            nonlocal compared
            compared += 1
            return str.__eq__(self, str(other))

    def count(size: int) -> int:
        nonlocal compared
        compared = 0
        a = [Counted("a b"[n % 3]) for n in range(size)]
        b = [Counted("b a"[n * 7 % 3]) for n in range(size)]
        matching(a, b)
        correspond(a, b)
        return compared

    assert count(16_000) < 10 * count(4_000) + 1_000_000
    assert matching_module._ALL <= 1_000_000


def test_a_million_letters_that_all_moved_and_changed_are_merged() -> None:
    rng = random.Random(5)
    blocks = [" ".join(f"w{rng.randrange(3000)}" for _ in range(30)) for _ in range(6000)]
    mine = list(blocks)
    rng.shuffle(mine)
    theirs = [block + " more" for block in blocks]
    merged = merge("\n\n".join(blocks), "\n\n".join(mine), "\n\n".join(theirs))
    assert merged.text is not None
    assert merged.text.count("more") == 6000
