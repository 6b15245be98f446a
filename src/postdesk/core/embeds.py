"""Which bare addresses are a video or a post that a blog can show, as a table of providers; and where one stands
alone in a page.

One rule for the preview, the local site and WordPress: an address counts where it is all there is in its paragraph, at
the top of the text or in a quotation. In a list, a table, a footnote, among other words, in code, or as `<https://…>`
it stays what it is.
"""

from __future__ import annotations

import html
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache


@dataclass(frozen=True, slots=True)
class Provider:
    """A site whose videos or posts blogs show.

    `slug` and `kind` are WordPress' words for it; `name` is its own; `shows` is what it has: "video", "sound", "photo",
    "post", "project" or "document". `addresses` is a pattern for what comes after `https://`. `endpoint` answers
    oEmbed questions (https://oembed.com). `wide`: it is shown in 16:9. `spellings` are (pattern, replacement) for
    addresses that WordPress and the endpoint know only by another name.
    """

    slug: str
    name: str
    kind: str
    shows: str
    addresses: str
    endpoint: str
    wide: bool = False
    spellings: tuple[tuple[str, str], ...] = ()

    def spelled(self, address: str) -> str:
        """`address` as WordPress' table and the endpoint know it."""
        for pattern, replacement in self.spellings:
            address = re.sub(pattern, replacement, address, count=1, flags=re.IGNORECASE)
        return address


# The slugs are those of the variations of core/embed, addresses and endpoints those of WordPress' own table
# (tests/backends/wordpress/test_embeds.py holds both); https://developer.wordpress.org/advanced-administration/wordpress/oembed/
PROVIDERS = (
    Provider(
        "youtube", "YouTube", "video", "video",
        r"(?:(?:www|m|music)\.)?youtube\.com/(?:watch\?|shorts/|live/|playlist\?|embed/).+|youtu\.be/.+",
        "https://www.youtube.com/oembed", wide=True,
        spellings=((r"//music\.youtube\.com/", "//www.youtube.com/"),),
    ),
    Provider(
        "vimeo", "Vimeo", "video", "video", r"(?:www\.|player\.)?vimeo\.com/.+", "https://vimeo.com/api/oembed.json",
        wide=True,
    ),
    Provider(
        "dailymotion", "Dailymotion", "video", "video", r"(?:www\.)?dailymotion\.com/.+|dai\.ly/.+",
        "https://www.dailymotion.com/services/oembed", wide=True,
    ),
    Provider(
        "ted", "TED", "video", "video", r"(?:www\.|embed\.)?ted\.com/talks/.+",
        "https://www.ted.com/services/v1/oembed.json", wide=True,
    ),
    Provider(
        "videopress", "VideoPress", "video", "video", r"videopress\.com/v/.+",
        "https://public-api.wordpress.com/oembed/?for=postdesk", wide=True,
    ),
    Provider(
        "wordpress-tv", "WordPress.tv", "video", "video", r"wordpress\.tv/.+", "https://wordpress.tv/oembed/",
        wide=True,
    ),
    Provider(
        "animoto", "Animoto", "video", "video", r"(?:www\.)?animoto\.com/play/.+",
        "https://animoto.com/oembeds/create", wide=True,
    ),
    Provider(
        "tiktok", "TikTok", "video", "video", r"(?:www\.)?tiktok\.com/@[^/]+/video/.+", "https://www.tiktok.com/oembed",
    ),
    Provider(
        "twitter", "X", "rich", "post", r"(?:www\.|mobile\.)?(?:twitter|x)\.com/\w{1,15}/status(?:es)?/\d+.*",
        # WordPress' editor makes the same change, as its table has no x.com (version 7.1)
        "https://publish.x.com/oembed", spellings=((r"//(?:www\.|mobile\.)?(?:twitter|x)\.com/", "//twitter.com/"),),
    ),
    Provider(
        "bluesky", "Bluesky", "rich", "post", r"bsky\.app/profile/[^/]+/post/.+", "https://embed.bsky.app/oembed",
    ),
    Provider(
        "reddit", "Reddit", "rich", "post", r"(?:www\.)?reddit\.com/r/[^/]+/comments/.+",
        "https://www.reddit.com/oembed",
    ),
    Provider(
        "tumblr", "Tumblr", "rich", "post", r"[\w-]+\.tumblr\.com/post/.+|www\.tumblr\.com/[^/]+/\d+.*",
        "https://www.tumblr.com/oembed/1.0",
    ),
    Provider(
        "pinterest", "Pinterest", "rich", "post", r"(?:[a-z]{2}|www)\.pinterest\.com(?:\.au|\.mx)?/pin/.+",
        "https://www.pinterest.com/oembed.json",
    ),
    Provider(
        "spotify", "Spotify", "rich", "sound", r"open\.spotify\.com/.+", "https://open.spotify.com/oembed",
    ),
    Provider(
        "soundcloud", "SoundCloud", "rich", "sound", r"(?:www\.)?soundcloud\.com/.+", "https://soundcloud.com/oembed",
    ),
    Provider(
        "mixcloud", "Mixcloud", "rich", "sound", r"(?:www\.)?mixcloud\.com/.+", "https://app.mixcloud.com/oembed/",
    ),
    Provider(
        "pocket-casts", "Pocket Casts", "rich", "sound", r"pca\.st/.+", "https://pca.st/oembed.json",
    ),
    Provider(
        "flickr", "Flickr", "photo", "photo", r"(?:www\.)?flickr\.com/photos/.+|flic\.kr/.+",
        "https://www.flickr.com/services/oembed/",
    ),
    Provider(
        "smugmug", "SmugMug", "photo", "photo", r"[\w-]+\.smugmug\.com/.+", "https://api.smugmug.com/services/oembed/",
    ),
    Provider(
        "kickstarter", "Kickstarter", "rich", "project", r"(?:www\.)?kickstarter\.com/projects/.+|kck\.st/.+",
        "https://www.kickstarter.com/services/oembed",
    ),
    Provider(
        "issuu", "Issuu", "rich", "document", r"(?:www\.)?issuu\.com/[^/]+/docs/.+", "https://issuu.com/oembed_wp",
    ),
    Provider(
        "scribd", "Scribd", "rich", "document", r"(?:www\.)?scribd\.com/(?:doc|document)/.+",
        "https://www.scribd.com/services/oembed",
    ),
    Provider(
        "speaker-deck", "Speaker Deck", "rich", "document", r"(?:www\.)?speakerdeck\.com/[^/]+/.+",
        "https://speakerdeck.com/oembed.json",
    ),
)  # fmt: skip
_NO_ADDRESS = re.compile(r"[\s\x00-\x1f\x7f<>\"\\]")
_LONGEST = 2000  # characters; a longer one is no address of a video


def provider_of(address: str) -> Provider | None:
    """Who shows `address`, if anybody known does; None for text that is not one bare address."""
    if len(address) > _LONGEST or _NO_ADDRESS.search(address):
        return None
    return next((provider for pattern, provider in _patterns() if pattern.match(address)), None)


@lru_cache(maxsize=1)
def _patterns() -> tuple[tuple[re.Pattern[str], Provider], ...]:
    """Made for the first address: a post without one need not wait for it."""
    return tuple(
        (re.compile(rf"https?://(?:{provider.addresses})\Z", re.IGNORECASE), provider)
        for provider in PROVIDERS
    )


def short(address: str) -> str:
    """`address` for a reader: without scheme and "www.", at most 60 characters, the middle left out."""
    plain = re.sub(r"\Ahttps?://(?:www\.)?", "", address, flags=re.IGNORECASE).rstrip("/")
    return plain if len(plain) <= 60 else f"{plain[:40]}…{plain[-19:]}"


# --- where one stands alone ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Alone:
    """A paragraph of a page that is nothing but an address: where it starts and ends (code points), who shows it."""

    start: int
    end: int
    address: str
    provider: Provider


_PARAGRAPH = re.compile(r"<p>\s*(https?://[^\s<>\"]+)\s*</p>", re.IGNORECASE)
# A tag whole, or a comment (one without an end reaches to the end, as in browsers).
_TAG = re.compile(
    r"<!--(?:.*?-->|.*)|<(?P<end>/?)(?P<name>[a-z][a-z0-9-]*)(?:\"[^\"]*\"|'[^']*'|[^'\"<>])*>",
    re.IGNORECASE | re.DOTALL,
)
_VOID = frozenset("area base br col embed hr img input link meta param source track wbr".split())
_RAW = frozenset("script style textarea title template noscript iframe".split())


def standing_alone(page: str) -> Iterator[Alone]:
    """Every address in `page` (HTML) that is all there is in its paragraph, at the top or in quotations only."""
    if _PARAGRAPH.search(page) is None:
        return
    within = _Within()
    position = 0
    while (tag := _TAG.search(page, position)) is not None:
        position = tag.end()
        name = (tag["name"] or "").lower()
        if not name or name in _VOID:
            continue
        if tag["end"]:
            within.leave(name)
            continue
        if name in ("p", "blockquote"):
            within.end_paragraph()
        if name == "p" and within.only_quotations:
            found = _PARAGRAPH.match(page, tag.start())
            address = html.unescape(found[1]) if found is not None else ""
            provider = provider_of(address) if found is not None else None
            if found is not None and provider is not None:
                yield Alone(found.start(), found.end(), address, provider)
                position = found.end()
                continue
        if name in _RAW:
            closing = re.compile(f"</{name}", re.IGNORECASE).search(page, position)
            position = closing.start() if closing is not None else len(page)
        within.enter(name)


class _Within:
    """The open elements, counted by name, so that no question takes longer in a deeper page."""

    def __init__(self) -> None:
        self._open: list[str] = []
        self._number: Counter[str] = Counter()

    @property
    def only_quotations(self) -> bool:
        return self._number["blockquote"] == len(self._open)

    def enter(self, name: str) -> None:
        self._open.append(name)
        self._number[name] += 1

    def leave(self, name: str) -> None:
        while self._number[name]:
            left = self._open.pop()
            self._number[left] -= 1
            if left == name:
                break

    def end_paragraph(self) -> None:
        """Where a block begins the end of a paragraph is implied."""
        if self._open[-1:] == ["p"]:
            self.leave("p")
