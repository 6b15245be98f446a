"""The preview shows what goes out: rendered block by block is rendered as a whole, whatever the writer did before."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from postdesk.markup.patch import apply, diff
from postdesk.markup.render import Rendered, Renderer, render_document
from tests.markup.texts import documents, lines

_renderer = Renderer(cached=500)
_slow = [HealthCheck.too_slow, HealthCheck.data_too_large]


@settings(max_examples=400, deadline=None, suppress_health_check=_slow)
@given(documents)
def test_blocks_joined_are_the_whole(text: str) -> None:
    """Law: the joined blocks equal one run of Python-Markdown over the whole text, cache warm or not."""
    assert _renderer.update(text).html == render_document(text)


edits = st.lists(
    st.tuples(st.integers(0, 400), st.integers(0, 40), documents | lines), min_size=1, max_size=4
)


@settings(max_examples=150, deadline=None, suppress_health_check=_slow)
@given(documents, edits)
def test_after_any_edits_the_patched_page_is_the_page_of_the_whole_text(
    text: str, series: list[tuple[int, int, str]]
) -> None:
    """Law: patches applied one after another give the page that a fresh rendering of the last text gives."""
    renderer = Renderer()
    shown = renderer.update(text)
    page, tail = list(shown.blocks), shown.tail
    for start, length, new in series:
        text = text[:start] + new + text[start + length :]
        now = renderer.update(text)
        patch = diff(shown, now)
        changed = apply(page, patch)
        tail = tail if changed is None else changed
        shown = now
    assert Rendered(tuple(page), tail) == shown
    assert shown.html == render_document(text)
