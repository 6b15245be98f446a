"""Fences, comments, headings and words are known while she types, and always as if the text were read anew."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from postdesk.markup import starts
from postdesk.markup.counts import WordCount, words
from postdesk.markup.enclosed import Enclosed, enclosed
from postdesk.markup.outline import Heading, Outline, outline

LINES = st.sampled_from(
    [
        "",
        "words and more",
        "```",
        "```python",
        "````",
        "~~~",
        "   ```",
        "    ```",
        "> ```",
        "> code",
        ">",
        "> > ~~~",
        "- ```",
        "- item",
        "    indented",
        "# One",
        "#",
        "## Two {#x}",
        "Under",
        "===",
        "---",
        "<!-- a",
        "b -->",
        "<!-- c --> d <!--",
        "--> e <img",
        'src="x" alt="y z">',
        "x < y",
        "日本語 words",
        "[a]: https://x.example/a",
    ]
)
TEXTS = st.lists(LINES, min_size=1, max_size=25)
EDITS = st.lists(st.tuples(st.integers(0, 30), st.integers(0, 4), st.lists(LINES, max_size=4)), max_size=8)


def spans(found: Enclosed) -> list[tuple[int, int, str]]:
    return [(each.first, each.last, each.kind) for each in found.all()]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("```\na\n```", [(0, 2, "fence")]),
        ("```\na", []),
        ("````\n```\n`````", [(0, 2, "fence")]),
        ("```\n~~~\n```\n~~~", [(0, 2, "fence")]),
        ("``` a`b\n```\n```", [(1, 2, "fence")]),
        ("```\n    ```\n```", [(0, 2, "fence")]),
        ("> ```\n> a\n> ```\nb", [(0, 2, "fence")]),
        ("> ```\nb\n\n> ```", []),
        ("- ```\n  a\n  ```", [(0, 2, "fence")]),
        ("- a\n\n    ```\n    b\n    ```", [(2, 4, "fence")]),
        ("a\n\n    ```\n    b\n    ```", []),
        ("a <!-- b\n```\nc --> d\ne", [(0, 2, "comment")]),
        ("<!-- a --> b\n<!-- c", []),
    ],
)
def test_what_is_closed_encloses_and_what_is_not_is_text(
    text: str, found: list[tuple[int, int, str]]
) -> None:
    assert spans(enclosed(text.split("\n"))) == found


@given(TEXTS)
def test_fences_end_where_the_page_ends_them(lines: list[str]) -> None:
    """Law: a fence that stands in nothing else ends where `starts.fence_end` ends it, or nowhere."""
    found = enclosed(lines)
    for number, line in enumerate(lines):
        inside = found.at(number)
        if starts.fence_opening(line) is not None and (inside is None or inside.first == number):
            end = starts.fence_end(lines, number, set())
            assert (inside.last if inside is not None else None) == end


@given(TEXTS, EDITS)
@example(["> ```", "> a", "b", "> ```"], [(2, 1, ["> b"])])
@example(["    ```", "    ```"], [(0, 0, ["- a", ""])])
def test_after_any_edits_all_is_as_if_read_anew(
    lines: list[str], edits: list[tuple[int, int, list[str]]]
) -> None:
    """Law: fences, comments, headings and the number of words do not depend on how the text came to be; and where
    `splice` says that nothing else changed, every other line stands in what it stood in."""
    inside, heads, counted = Enclosed(), Outline(), WordCount()
    text = list(lines)
    inside.splice(text, 0, 1, len(text))
    heads.splice(text, 0, 1, len(text))
    counted.splice(0, 1, len(text))
    for at, length, come in edits:
        first = min(at, len(text) - 1)
        removed = min(length, len(text) - first)
        come = come or [""]
        before = [inside.at(n) is None for n in range(len(text))]
        text[first : first + removed] = come
        more = inside.splice(text, first, removed, len(come))
        heads.splice(text, first, removed, len(come))
        counted.splice(first, removed, len(come))
        now = [inside.at(n) is None for n in range(len(text))]
        if not more:
            assert now[:first] == before[:first]
            assert now[first + len(come) :] == before[first + removed :]
        assert spans(inside) == spans(enclosed(text))
        assert heads.headings(text, inside) == outline("\n".join(text))
        counted.step(text, 0)
        assert counted.total(text) == words("\n".join(text))


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("one <!-- not\nthese\nwords --> two", 2),
        ("one <!-- two\nthree", 3),
        ("a <!-- b\nc --> d <!-- e\nf --> g", 3),
        ('<img\n  src="a.png"\n  alt="two words"> after', 1),
        ("x <y and\nz", 4),
        ("```\ncode\n```", 1),
    ],
)
def test_comments_and_tags_over_several_lines_are_no_words(text: str, count: int) -> None:
    assert words(text) == count


def test_headings_in_code_and_comments_are_none() -> None:
    assert outline("<!--\n# a\n-->\n\n```\n# b\n```\n\n    # c\n\n> # d\n\n```\n# e") == (
        Heading(1, "e", 13),
    )


def test_a_thousand_open_fences_are_not_read_a_thousand_times() -> None:
    class Counted(list[str]):
        reads = 0

        def __getitem__(self, place):  # type: ignore[no-untyped-def]
            Counted.reads += 1
            return super().__getitem__(place)

    lines = Counted(["```" + "a" * (n % 7 + 1) for n in range(1000)])
    assert not enclosed(lines).all()
    assert Counted.reads < 20_000
