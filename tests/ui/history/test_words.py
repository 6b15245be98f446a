"""What the history lists of two versions, in words."""

from __future__ import annotations

from postdesk.core.cancel import Cancel
from postdesk.core.post import Post
from postdesk.markup.changes import compare
from postdesk.ui.versions import _shown

CARD = '```{=html}\n<!-- wp:buttons -->\n<div class="wp-block-buttons"><a>Press me</a></div>\n<!-- /wp:buttons -->\n```'


def test_a_card_is_listed_as_the_editor_shows_it() -> None:
    old = Post("1" * 16, "T", f"Words.\n\n{CARD}\n")
    now = Post("1" * 16, "T", "Words.\n")
    shown = _shown(old, now, compare(old.body, now.body), Cancel())
    assert [(state, words) for state, words, _piece, _back in shown.changes] == [
        ("Gone since", "Buttons: Press me")
    ]
