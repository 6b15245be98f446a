"""What a site without scripts makes of the bare address of a video or post: a card on its page, a link in its feed."""

from __future__ import annotations

import html
from collections.abc import Callable

from postdesk.core.embeds import Alone, short, standing_alone


def with_cards(content: str) -> str:
    """A post's HTML for its page: a framed link for each address that stands alone."""
    return _exchanged(content, _card)


def with_links(content: str) -> str:
    """A post's HTML for the feed: readers of feeds make of a link what they can."""
    return _exchanged(content, _link)


def without(content: str) -> str:
    """A post's HTML without them, for a summary in words."""
    return _exchanged(content, lambda _alone: "")


def _exchanged(content: str, made: Callable[[Alone], str]) -> str:
    parts: list[str] = []
    done = 0
    for alone in standing_alone(content):
        parts += [content[done : alone.start], made(alone)]
        done = alone.end
    return "".join(parts) + content[done:]


def _card(alone: Alone) -> str:
    return (
        f'<figure class="embed embed-{alone.provider.shows}"><a href="{html.escape(alone.address)}">'
        f"<strong>{html.escape(alone.provider.name)}</strong> "
        f"<span>{html.escape(short(alone.address))}</span></a></figure>"
    )


def _link(alone: Alone) -> str:
    return f'<p><a href="{html.escape(alone.address)}">{html.escape(alone.address, quote=False)}</a></p>'
