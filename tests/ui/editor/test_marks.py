"""What the writer sees marked in a line, and what Return and Tab do there."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from postdesk.ui.editor import keys
from postdesk.ui.editor.exact import from_document, to_document, utf16_offsets
from postdesk.ui.editor.marks import Around, Look, Where, colour, lead

markdown = st.text(alphabet="ab *_`~[]()!<>-#.1\\\"'>|\t😀é", max_size=80)


def seen(text: str, look: Look) -> list[str]:
    """The parts of a line that have this look."""
    return [text[a:b] for a, b, shown in colour(text) if shown & look]


def test_emphasis_is_shown_and_its_marks_are_faint() -> None:
    line = "the **temporary *and late* timetable** was ~~kept~~"
    assert seen(line, Look.BOLD) == ["temporary ", "*", "and late", "*", " timetable"]
    assert seen(line, Look.ITALIC) == ["and late"]
    assert "kept" in seen(line, Look.STRIKE)
    assert seen(line, Look.FAINT) == ["**", "*", "*", "**", "~~", "~~"]


def test_a_link_s_words_stand_out_and_its_address_does_not() -> None:
    line = '[Read it here](https://a.example/x_(y) "Why")'
    assert seen(line, Look.LINK)[0] == "Read it here"
    assert seen(line, Look.FAINT) == ["[", '](https://a.example/x_(y) "Why")']


@pytest.mark.parametrize("line", ["snake_case_name", "2 * 3 * 4", r"\*not\*", "a ** b ** c"])
def test_what_only_looks_like_emphasis_stays_plain(line: str) -> None:
    assert seen(line, Look.BOLD | Look.ITALIC) == []


def test_nothing_is_emphasised_inside_code() -> None:
    assert seen("`*x*` and *y*", Look.ITALIC) == ["y"]


def test_a_quotation_is_soft_and_knows_its_depth() -> None:
    assert lead("> > “words”").depth == 2
    assert seen("> > “words”", Look.SOFT) == ["“words”"]


@pytest.mark.parametrize(
    ("line", "length"),
    [("- one", 2), ("12. two", 4), ("> - [ ] three", 8), ("2026 was", 0), ("---", 0), ("-x", 0)],
)
def test_the_mark_of_a_list_is_known(line: str, length: int) -> None:
    assert lead(line).length == length


def test_emphasis_reaches_over_a_line_break() -> None:
    first, second = "the **temporary", "timetable** was kept"
    assert [(first[a:b], look) for a, b, look in colour(first, around=Around("", "\n" + second))] == [
        ("**", Look.FAINT),
        ("temporary", Look.BOLD),
    ]
    assert [(second[a:b], look) for a, b, look in colour(second, around=Around(first + "\n", ""))] == [
        ("timetable", Look.BOLD),
        ("**", Look.FAINT),
    ]


def test_of_a_very_long_line_what_is_seen_is_coloured() -> None:
    line = "so *it* goes " * 2000
    ranges = colour(line, part=(20_000, 21_000))
    assert ranges
    assert all(19_900 <= a < b <= 21_000 for a, b, _look in ranges)


@given(
    markdown,
    st.sampled_from(Where),
    st.builds(
        Around, st.just("") | markdown.map(lambda m: m + "\n"), st.just("") | markdown.map(lambda m: "\n" + m)
    ),
)
def test_ranges_are_in_order_and_inside_the_line(text: str, where: Where, around: Around) -> None:
    """Law: whatever the line, and whatever is around it, the ranges do not overlap and none is empty-ended."""
    at = 0
    for first, end, _look in colour(text, where, around):
        assert at <= first <= end <= len(text)
        at = end


@given(st.text())
def test_any_text_comes_back_from_the_document_s_characters(text: str) -> None:
    assert from_document(to_document(text)) == text


@given(st.text())
def test_offsets_count_as_qt_does(text: str) -> None:
    offsets = utf16_offsets(text)
    units = len(text.encode("utf-16-le", "surrogatepass")) // 2
    assert (offsets[-1] if offsets else len(text)) == units


@pytest.mark.parametrize(
    ("before", "after", "cut", "text"),
    [
        ("words", "", 0, "\n"),
        ("- one", "", 0, "\n- "),
        ("- one ", "two", 0, "\n- "),
        ("  * one", "", 0, "\n  * "),
        ("9. nine", "", 0, "\n10. "),
        ("- [x] done", "", 0, "\n- [ ] "),
        ("> said", "", 0, "\n> "),
        ("> > - said", "", 0, "\n> > - "),
        ("- ", "", 2, "\n"),
        ("> ", "", 2, "\n"),
        ("> > ", "", 4, "\n"),
        ("> - ", "", 4, "\n"),
        ("    - ", "", 6, "\n"),
        ("- ", "words", 0, "\n"),
        ("1986", " was a year", 0, "\n"),
    ],
)
def test_return_goes_on_with_the_list_or_ends_it(before: str, after: str, cut: int, text: str) -> None:
    assert keys.on_return(before, after) == keys.Return(cut, text)


@pytest.mark.parametrize("line", ["- one", "> - one", "  1. two"])
def test_tab_and_shift_tab_undo_each_other(line: str) -> None:
    further = keys.indented(line)
    assert len(further) == len(line) + keys.STEP
    assert keys.indented(further, back=True) == line
