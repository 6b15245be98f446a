"""The splitter follows a text that is edited, and always has what a fresh one would have."""

from __future__ import annotations

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from postdesk.markup import blocks
from postdesk.markup.blocks import Block, Splitter, split
from tests.markup.texts import LINES, documents

some_lines = st.lists(st.sampled_from(LINES), max_size=6)
splices = st.lists(st.tuples(st.integers(0, 30), st.integers(0, 4), some_lines), min_size=1, max_size=8)


def places(found: list[Block] | tuple[Block, ...]) -> list[tuple[str, str, int, int]]:
    return [(block.text, block.kind, block.first_line, block.last_line) for block in found]


@settings(max_examples=600, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(documents, splices)
@example("<div>\n\n<div>\n\nx", [(0, 1, []), (0, 0, ["<div>"])])
@example("- a\n\nb", [(1, 1, ["", "", ""]), (4, 1, ["- b"])])
def test_after_any_edits_the_blocks_are_those_of_the_whole_text(
    text: str, series: list[tuple[int, int, list[str]]]
) -> None:
    splitter = Splitter(text.split("\n"))
    for at, removed, new in series:
        first = min(at, len(splitter.lines))
        removed = min(removed, len(splitter.lines) - first)
        before = list(splitter.blocks)
        place, gone, made = splitter.splice(first, removed, new)
        assert places(splitter.blocks) == places(Splitter(list(splitter.lines)).blocks)
        assert [id(block) for block in before[:place]] == [id(block) for block in splitter.blocks[:place]]
        after = before[place + len(gone) :]
        assert [id(block) for block in after] == [id(block) for block in splitter.blocks[place + len(made) :]]


def test_a_letter_changes_one_block_and_moves_none() -> None:
    splitter = Splitter("\n\n".join(f"Paragraph {n}\nand more" for n in range(400)).split("\n"))
    place, gone, made = splitter.splice(300, 1, ["Paragraph, typed"])
    assert (len(gone), len(made)) == (1, 1)
    assert splitter.blocks[place].text.startswith("Paragraph, typed")


def test_only_what_looked_at_a_changed_line_is_read_again() -> None:
    looked: list[int] = []
    whole = blocks._chunk

    def counted(lines: list[str], start: int, state: int, unclosed: set[tuple[str, int]]) -> object:
        looked.append(start)
        return whole(lines, start, state, unclosed)

    splitter = Splitter("\n\n".join(f"Paragraph {n}" for n in range(400)).split("\n"))
    blocks._chunk = counted  # type: ignore[assignment]
    try:
        splitter.splice(300, 0, ["", "one more", ""])
    finally:
        blocks._chunk = whole
    assert len(looked) <= 3


def test_a_thousand_open_tags_are_not_read_a_thousand_times() -> None:
    found = split("<div>\n\n" * 1000)
    assert {block.kind for block in found} == {"unclosed"}
    assert len(found) == 1000
