"""Formatting commands do what they say, on what is meant, and take themselves back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from postdesk.markup.formatting import (
    Edit,
    LineMark,
    indent_lines,
    make_link,
    toggle_code,
    toggle_heading,
    toggle_inline,
    toggle_line_prefix,
)


def at(marked: str) -> tuple[str, int, int]:
    """A text with its selection: `«` and `»` around it, or `|` at the cursor."""
    if "|" in marked:
        return marked.replace("|", ""), marked.index("|"), marked.index("|")
    start = marked.index("«")
    return marked.replace("«", "").replace("»", ""), start, marked.index("»") - 1


def shown(edit: Edit) -> str:
    if edit.start == edit.end:
        return edit.text[: edit.start] + "|" + edit.text[edit.start :]
    return edit.text[: edit.start] + "«" + edit.text[edit.start : edit.end] + "»" + edit.text[edit.end :]


@pytest.mark.parametrize(
    ("before", "mark", "after"),
    [
        ("a «word» here", "**", "a **«word»** here"),
        ("a **«word»** here", "**", "a «word» here"),
        ("a «**word**» here", "**", "a «word» here"),
        ("a wo|rd here", "**", "a **wo|rd** here"),
        ("a **wo|rd** here", "**", "a wo|rd here"),
        ("a **«word»** here", "*", "a ***«word»*** here"),
        ("a ***«word»*** here", "**", "a *«word»* here"),
        ("a ***«word»*** here", "*", "a **«word»** here"),
        ("a « word » here", "*", "a  *«word»*  here"),
        ("|", "**", "**|**"),
        ("**|**", "**", "|"),
        ("- «one\n- two»", "**", "- «**one**\n- **two**»"),
        ("> «quoted»", "*", "> *«quoted»*"),
        ("a «word»", "~~", "a ~~«word»~~"),
        ("it|’s", "*", "*it|’s*"),
    ],
)
def test_marks_inside_a_line(before: str, mark: str, after: str) -> None:
    assert shown(toggle_inline(*at(before), mark)) == after


@pytest.mark.parametrize(
    ("before", "mark", "after"),
    [
        ("te|xt", "quote", "> te|xt"),
        ("> te|xt", "quote", "te|xt"),
        ("«one\n\ntwo»", "quote", "«> one\n>\n> two»"),
        ("«> one\n> > two»", "quote", "«one\n> two»"),
        ("«> one\ntwo»", "quote", "«> > one\n> two»"),
        ("«one\ntwo»", "bullets", "«- one\n- two»"),
        ("«- one\n- two»", "bullets", "«one\ntwo»"),
        ("«- one\n- two»", "numbers", "«1. one\n2. two»"),
        ("«1. one\n2. two»", "bullets", "«- one\n- two»"),
        ("«  one\n\ntwo»", "numbers", "«  1. one\n\n2. two»"),
        ("|", "bullets", "- |"),
    ],
)
def test_marks_of_whole_lines(before: str, mark: LineMark, after: str) -> None:
    assert shown(toggle_line_prefix(*at(before), mark)) == after


@pytest.mark.parametrize(
    ("before", "level", "after"),
    [
        ("te|xt", 2, "## te|xt"),
        ("## te|xt", 2, "te|xt"),
        ("## te|xt", 3, "### te|xt"),
        ("## te|xt", 0, "te|xt"),
        ("|", 1, "# |"),
        ("a\nb|\nc", 1, "a\n# b|\nc"),
    ],
)
def test_headings(before: str, level: int, after: str) -> None:
    assert shown(toggle_heading(*at(before), level)) == after


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("a «word»", "a `«word»`"),
        ("«one\ntwo»", "«```\none\ntwo\n```»"),
        ("«```\none\ntwo\n```»", "«one\ntwo»"),
        ("«```\nin\n```\nout»", "«````\n```\nin\n```\nout\n````»"),
    ],
)
def test_code(before: str, after: str) -> None:
    assert shown(toggle_code(*at(before))) == after


@pytest.mark.parametrize(
    ("before", "url", "after"),
    [
        ("see «here»", "https://x.example", "see [«here»](https://x.example)"),
        ("see [«here»](https://x.example)", "", "see «here»"),
        ("see he|re", "", "see [here](|)"),
        ("|", "https://x.example", "[|](https://x.example)"),
        ("«https://x.example/a»", "", "[«https://x.example/a»](https://x.example/a)"),
        ("«here»", "https://x.example/a (b)", "[«here»](<https://x.example/a (b)>)"),
        (
            "![al|t](a.png)",
            "https://x.example",
            "![[al|t](https://x.example)](a.png)".replace("al|t", "«alt»"),
        ),
    ],
)
def test_links(before: str, url: str, after: str) -> None:
    assert shown(make_link(*at(before), url)) == after


def test_items_are_nested_and_brought_back() -> None:
    deeper = indent_lines(*at("- a\n«- b»"))
    assert deeper.text == "- a\n    - b"
    assert indent_lines(deeper.text, deeper.start, deeper.end, out=True).text == "- a\n- b"


plain = st.text(alphabet="ab é日\n.,", max_size=30)
places = st.tuples(st.integers(0, 30), st.integers(0, 30))


def _selected(text: str, place: tuple[int, int]) -> tuple[int, int]:
    start, end = sorted(min(each, len(text)) for each in place)
    return start, end


@given(plain, places, st.sampled_from(["*", "**", "~~", "`"]))
def test_a_mark_given_twice_leaves_the_text_as_it_was(text: str, place: tuple[int, int], mark: str) -> None:
    """Law: toggling twice gives the text back."""
    once = toggle_inline(text, *_selected(text, place), mark)
    assert toggle_inline(once.text, once.start, once.end, mark).text == text


@given(plain.filter(str.strip), places, st.sampled_from(["bullets", "numbers"]))
def test_a_list_given_twice_leaves_the_text_as_it_was(
    text: str, place: tuple[int, int], mark: LineMark
) -> None:
    """Law: toggling twice gives the text back, where there is text."""
    start, end = _selected(text, place)
    once = toggle_line_prefix(text, start, end, mark)
    assert (
        toggle_line_prefix(once.text, once.start, once.end, mark).text == text or not text[start:end].strip()
    )


@given(plain, places)
def test_a_quotation_given_twice_leaves_the_text_as_it_was(text: str, place: tuple[int, int]) -> None:
    """Law: toggling twice gives the text back."""
    once = toggle_line_prefix(text, *_selected(text, place), "quote")
    assert toggle_line_prefix(once.text, once.start, once.end, "quote").text == text


@given(plain, places, st.integers(1, 6))
def test_a_heading_given_twice_leaves_the_text_as_it_was(
    text: str, place: tuple[int, int], level: int
) -> None:
    """Law: toggling twice gives the text back, where there is text."""
    start, end = _selected(text, place)
    once = toggle_heading(text, start, end, level)
    assert toggle_heading(once.text, once.start, once.end, 0).text.strip() == text.strip()


@given(st.text(max_size=40), places, st.sampled_from(["*", "**", "`"]))
def test_the_changed_part_makes_the_new_text(text: str, place: tuple[int, int], mark: str) -> None:
    """Law: exchanging the changed part gives the new text, and the selection lies in it."""
    edit = toggle_inline(text, *_selected(text, place), mark)
    first, last, new = edit.changed(text)
    assert text[:first] + new + text[last:] == edit.text
    assert 0 <= edit.start <= edit.end <= len(edit.text)
