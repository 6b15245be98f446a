"""Carriage returns in the middle of lines do not shift the map between text and page."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from postdesk.ui.preview.returns import Returns


@given(st.text(alphabet="ab\n\r", max_size=30))
def test_every_line_of_the_editor_is_found_on_the_page_and_back(text: str) -> None:
    text = text.replace("\r\n", "\n")
    returns = Returns()
    page = returns.flat(text).split("\n")
    assert "\r" not in "".join(page)
    for number, line in enumerate(text.split("\n")):
        at = returns.page_line(number)
        assert page[at] == line.split("\r")[0]
        assert returns.text_line(at) == number
