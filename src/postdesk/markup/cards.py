"""The card that stands in the preview for a video or a post that only the blog can show: a link, no script, no frame.

Cards are put into the HTML of the preview alone, after it was cleaned; what goes out has the bare address. A card is
as high with a title and a picture as without, so that nothing moves when they come.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from dataclasses import dataclass

from postdesk.core.embeds import Alone, Provider, short, standing_alone
from postdesk.core.language import _


@dataclass(frozen=True, slots=True)
class Known:
    """What is known about an address: plain text as the site said it, and the `src` of a picture that the page may
    load ("" for none)."""

    title: str = ""
    author: str = ""
    picture: str = ""


NOTHING = Known()
_POSSIBLE = re.compile(r"<p>\s*https?://", re.IGNORECASE)
# Signs that would turn the direction of what follows, and those that print nothing.
_UNFIT = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]+")


def holds_card(page: str) -> bool:
    """Whether `place` would put a card into `page`."""
    return _POSSIBLE.search(page) is not None and next(standing_alone(page), None) is not None


def place(page: str, known: Callable[[str], Known]) -> str:
    """`page` (cleaned HTML) with a card in the place of every bare address that stands alone. `known` is asked once
    for each."""
    if _POSSIBLE.search(page) is None:
        return page
    parts: list[str] = []
    done = 0
    for alone in standing_alone(page):
        parts.append(page[done : alone.start])
        parts.append(_card(alone, known(alone.address)))
        done = alone.end
    return "".join(parts) + page[done:]


def one_line(text: str, longest: int) -> str:
    """Foreign text fit for a card: one line, nothing invisible, at most `longest` characters."""
    plain = " ".join(_UNFIT.sub(" ", text).split())
    return plain if len(plain) <= longest else plain[: longest - 1].rstrip() + "…"


def _card(alone: Alone, known: Known) -> str:
    provider = alone.provider
    title = one_line(known.title, 200) or _spoken(provider)
    author = one_line(known.author, 80)
    picture = f'<img src="{html.escape(known.picture)}" alt="">' if known.picture else ""
    # The line breaks are for the simple preview, which knows no layout; the page's style sheet takes them out.
    by = f'<span class="pd-embed-by" dir="auto">{html.escape(author)}</span><br>' if author else ""
    return (
        f'<p class="pd-embed pd-embed-{provider.shows}"><a href="{html.escape(alone.address)}">'
        f'<span class="pd-embed-picture">{picture}</span><span class="pd-embed-words">'
        f'<b dir="auto">{html.escape(title)}</b><br>{by}'
        f'<span class="pd-embed-from">{html.escape(provider.name)} · <bdi>{html.escape(short(alone.address))}</bdi>'
        "</span></span></a></p>"
    )


def _spoken(provider: Provider) -> str:
    """What it is, while no title is known."""
    words = {
        "video": _("Video on {site}"),
        "sound": _("Recording on {site}"),
        "photo": _("Photo on {site}"),
        "post": _("Post on {site}"),
        "project": _("Project on {site}"),
        "document": _("Document on {site}"),
    }
    return words[provider.shows].format(site=provider.name)
