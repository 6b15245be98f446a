"""Which bare addresses are a video or a post that a blog can show, as a table of providers."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Provider:
    """Who shows it: WordPress' name for it, the kind, whether it is as wide as it is told, its addresses (a
    pattern)."""

    slug: str
    kind: str
    addresses: str
    wide: bool = False


# https://developer.wordpress.org/advanced-administration/wordpress/oembed/ and the variations of core/embed
PROVIDERS = (
    Provider(
        "youtube",
        "video",
        r"(?:(?:www|m|music)\.)?youtube\.com/(?:watch\?|shorts/|live/|playlist\?|embed/).+|youtu\.be/.+",
        wide=True,
    ),
    Provider("vimeo", "video", r"(?:www\.|player\.)?vimeo\.com/.+", wide=True),
    Provider("dailymotion", "video", r"(?:www\.)?dailymotion\.com/.+|dai\.ly/.+", wide=True),
    Provider("ted", "video", r"(?:www\.)?ted\.com/talks/.+", wide=True),
    Provider("videopress", "video", r"videopress\.com/v/.+", wide=True),
    Provider("wordpress-tv", "video", r"wordpress\.tv/.+", wide=True),
    Provider("tiktok", "video", r"(?:www\.)?tiktok\.com/@[^/]+/video/.+"),
    Provider("twitter", "rich", r"(?:www\.|mobile\.)?(?:twitter|x)\.com/\w+/status(?:es)?/\d+.*"),
    Provider("bluesky", "rich", r"bsky\.app/profile/[^/]+/post/.+"),
    Provider("reddit", "rich", r"(?:www\.)?reddit\.com/r/[^/]+/comments/.+"),
    Provider("tumblr", "rich", r"[\w-]+\.tumblr\.com/post/.+|(?:www\.)?tumblr\.com/[^/]+/\d+.*"),
    Provider("spotify", "rich", r"open\.spotify\.com/.+"),
    Provider("soundcloud", "rich", r"(?:www\.)?soundcloud\.com/.+"),
    Provider("mixcloud", "rich", r"(?:www\.)?mixcloud\.com/.+"),
    Provider("flickr", "photo", r"(?:www\.)?flickr\.com/photos/.+|flic\.kr/.+"),
    Provider("kickstarter", "rich", r"(?:www\.)?kickstarter\.com/projects/.+"),
    Provider("issuu", "rich", r"(?:www\.)?issuu\.com/.+"),
    Provider("scribd", "rich", r"(?:www\.)?scribd\.com/(?:doc|document)/.+"),
)
_PATTERNS = tuple(
    (re.compile(rf"https?://(?:{provider.addresses})\Z", re.IGNORECASE), provider) for provider in PROVIDERS
)


def provider_of(address: str) -> Provider | None:
    """Who shows `address`, if anybody known does; None for text that is not one bare address."""
    if re.search(r"\s", address):
        return None
    return next((provider for pattern, provider in _PATTERNS if pattern.match(address)), None)
