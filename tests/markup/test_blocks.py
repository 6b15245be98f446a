"""The splitter follows a text that is edited, and always has what a fresh one would have."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from postdesk.markup import blocks, chunks
from postdesk.markup.blocks import Block, Splitter, split
from postdesk.markup.chunks import alone, stand_apart
from tests.markup.texts import LINES, documents

some_lines = st.lists(st.sampled_from(LINES), max_size=6)
splices = st.lists(st.tuples(st.integers(0, 30), st.integers(0, 4), some_lines), min_size=1, max_size=8)


def places(found: list[Block] | tuple[Block, ...]) -> list[tuple[str, str, int, int]]:
    return [(block.text, block.kind, block.first_line, block.last_line) for block in found]


@settings(max_examples=600, suppress_health_check=[HealthCheck.too_slow])
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


def test_only_what_looked_at_a_changed_line_is_read_again(monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[int] = []
    whole = chunks.chunk_at

    def counted(lines: list[str], start: int, state: int, unclosed: set[tuple[str, int]]) -> object:
        looked.append(start)
        return whole(lines, start, state, unclosed)

    splitter = Splitter("\n\n".join(f"Paragraph {n}" for n in range(400)).split("\n"))
    monkeypatch.setattr(blocks, "chunk_at", counted)
    splitter.splice(300, 0, ["", "one more", ""])
    assert len(looked) <= 3


def test_a_thousand_open_tags_are_not_read_a_thousand_times() -> None:
    found = split("<div>\n\n" * 1000)
    assert {block.kind for block in found} == {"unclosed"}
    assert len(found) == 1000


_TEXTS = st.lists(st.lists(st.sampled_from(LINES), min_size=1, max_size=3).map("\n".join), max_size=5)


@settings(max_examples=400, suppress_health_check=[HealthCheck.too_slow])
@given(_TEXTS)
@example(["- a", "- b"])
@example(["```", "a", "```"])
@example(["<div>", "</div>"])
@example(["a\n```", "b\n```"])
@example(["```\na\n```\n```", "```\nb\n```"])
def test_blocks_that_are_said_to_stand_apart_do(texts: list[str]) -> None:
    """Law: `stand_apart` may say too little, but never too much; and so with the kind of one."""
    if stand_apart(texts):
        assert [block.text for block in split("\n\n".join(texts))] == texts
    for text in texts:
        found = alone(text)
        if found is not None:
            assert [(block.text, block.kind) for block in split(text)] == [(text, found[0])]


def test_most_blocks_are_told_to_stand_apart_without_a_splitter() -> None:
    assert stand_apart(
        ["# Head", "Words.\nMore of them.", "- a\n- b", "> q", "```\ncode\n\n# more\n```", "<hr>", "***"]
    )
