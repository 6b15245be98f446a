"""Which addresses become a card or a player, and where."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from postdesk.core.embeds import PROVIDERS, provider_of, short, standing_alone
from postdesk.markup.render import render_document

SAMPLES = {
    "youtube": [
        "https://www.youtube.com/watch?v=dQw4w9WgXcQ&t=1",
        "https://youtu.be/dQw4w9WgXcQ",
        "https://m.youtube.com/watch?v=dQw4w9WgXcQ",
        "https://music.youtube.com/watch?v=dQw4w9WgXcQ",
        "https://www.youtube.com/shorts/abc",
        "https://www.youtube.com/live/abc?si=x",
        "https://www.youtube.com/playlist?list=PL1",
        "https://www.youtube.com/embed/abc",
    ],
    "vimeo": ["https://vimeo.com/22439234", "https://player.vimeo.com/video/22439234"],
    "dailymotion": ["https://www.dailymotion.com/video/x8abc", "https://dai.ly/x8abc"],
    "ted": ["https://www.ted.com/talks/a_talk", "https://embed.ted.com/talks/a_talk"],
    "videopress": ["https://videopress.com/v/abc"],
    "wordpress-tv": ["https://wordpress.tv/2026/01/02/a-talk/"],
    "animoto": ["https://animoto.com/play/abc"],
    "tiktok": ["https://www.tiktok.com/@some.one/video/123"],
    "twitter": [
        "https://x.com/someone/status/20",
        "https://twitter.com/someone/status/20?s=20",
        "https://mobile.twitter.com/someone/status/20",
    ],
    "bluesky": ["https://bsky.app/profile/some.one/post/3k"],
    "reddit": ["https://www.reddit.com/r/writing/comments/1abc/a_post/"],
    "tumblr": ["https://someone.tumblr.com/post/123/a-post", "https://www.tumblr.com/someone/123/a-post"],
    "pinterest": ["https://www.pinterest.com/pin/123/"],
    "spotify": ["https://open.spotify.com/track/123", "https://open.spotify.com/intl-de/album/1"],
    "soundcloud": ["https://soundcloud.com/someone/a-song"],
    "mixcloud": ["https://www.mixcloud.com/someone/a-mix/"],
    "pocket-casts": ["https://pca.st/episode/123"],
    "flickr": ["https://www.flickr.com/photos/someone/123", "https://flic.kr/p/123"],
    "smugmug": ["https://someone.smugmug.com/a/b"],
    "kickstarter": ["https://www.kickstarter.com/projects/someone/thing", "https://kck.st/123"],
    "issuu": ["https://issuu.com/someone/docs/a"],
    "scribd": ["https://www.scribd.com/document/123/a"],
    "speaker-deck": ["https://speakerdeck.com/someone/a-talk"],
}


def found(text: str) -> list[str]:
    return [alone.address for alone in standing_alone(render_document(text))]


def test_every_provider_has_an_address_to_be_known_by() -> None:
    assert set(SAMPLES) == {provider.slug for provider in PROVIDERS}
    for slug, addresses in SAMPLES.items():
        for address in addresses:
            provider = provider_of(address)
            assert provider is not None, address
            assert provider.slug == slug


@pytest.mark.parametrize(
    "address",
    [
        "https://blog.example/video",
        "https://www.youtube.com/",
        "https://www.youtube.com/about/",
        "https://youtube.com@evil.example/watch?v=x",
        "https://evil.example/?https://youtu.be/x",
        "https://youtu.be.evil.example/x",
        "javascript:https://youtu.be/x",
        "https://youtu.be/a b",
        'https://youtu.be/a"onload="x',
        "https://youtu.be/<script>",
        "https://youtu.be/\\x",
        "https://youtu.be/" + "a" * 3000,
        "https://x.com/someone",
        "see https://youtu.be/x",
        "",
    ],
)
def test_what_is_no_video_is_none(address: str) -> None:
    assert provider_of(address) is None


def test_a_music_video_and_a_post_on_x_are_known_by_their_other_names() -> None:
    def spelled(address: str) -> str:
        provider = provider_of(address)
        assert provider is not None
        return provider.spelled(address)

    assert spelled("https://x.com/a/status/1?s=2") == "https://twitter.com/a/status/1?s=2"
    assert spelled("https://music.youtube.com/watch?v=a") == "https://www.youtube.com/watch?v=a"
    assert spelled("https://youtu.be/a?x=//x.com/") == "https://youtu.be/a?x=//x.com/"


def test_a_long_address_is_shown_in_short() -> None:
    assert short("https://www.youtube.com/watch?v=a") == "youtube.com/watch?v=a"
    assert short("HTTP://flic.kr/p/1/") == "flic.kr/p/1"
    assert len(short("https://x.com/" + "a" * 500)) == 60


V = "https://youtu.be/x_y?a=1&b=2"


@pytest.mark.parametrize(
    "text",
    [V, f"Before.\n\n{V}\n\nAfter.", f"   {V}  ", f"> {V}", f"> Words.\n>\n> > {V}", f"# One\n{V}\n\n## Two"],
)
def test_alone_in_its_paragraph_it_counts(text: str) -> None:
    assert found(text) == [V]


@pytest.mark.parametrize(
    "text",
    [
        f"Look: {V}",
        f"{V}\nand more",
        f"<{V}>",
        f"[{V}]({V})",
        f"- {V}",
        f"- {V}\n\n- two",
        f"1. One\n\n   {V}",
        f"| a |\n|---|\n| {V} |",
        f"```\n{V}\n```",
        f"    {V}",
        f"# {V}",
        f"Term\n: {V}",
        f"Note[^1].\n\n[^1]: {V}",
        f"<!--\n<p>{V}</p>\n-->",
        f"<div>\n<p>{V}</p>\n</div>",
        f"<script>\n'<p>{V}</p>'\n</script>",
        f"{V}\n{{: .lead }}",
    ],
)
def test_anywhere_else_it_stays_what_it_is(text: str) -> None:
    assert found(text) == []


def test_the_place_in_the_page_is_exact() -> None:
    page = render_document(f"One.\n\n{V}\n\n> two\n>\n> {V}\n\n- three")
    for alone in standing_alone(page):
        assert page[alone.start : alone.end].startswith("<p>https://")
        assert page[alone.start : alone.end].endswith("</p>")
    assert len(list(standing_alone(page))) == 2


def test_a_paragraph_without_an_end_does_not_hide_the_next() -> None:
    assert [a.address for a in standing_alone("<p>one<p>https://youtu.be/x</p>")] == ["https://youtu.be/x"]


@given(st.text(alphabet="<>pP/!-\"' ahtps:.=bdliqu", max_size=200))
def test_no_page_is_too_broken(page: str) -> None:
    """Law: whatever the page, the places found are paragraphs in order, and do not overlap."""
    last = 0
    for alone in standing_alone(page + "<p>https://youtu.be/x</p>" + page):
        assert last <= alone.start < alone.end
        last = alone.end


@pytest.mark.parametrize(
    "piece",
    [
        "<a ",
        '<a "',
        "<!--",
        "<a '",
        "<p>",
        "<script",
        "<p>http",
        "</p",
        "<p>https://a ",
        "<blockquote><p>",
        "<b>",
        "</i>",
    ],
)
def test_a_hostile_page_takes_no_longer_than_its_length(piece: str) -> None:
    """What is quadratic in it would not come to an end within the time of a run."""
    page = (
        "<b>" * 100_000 + "</b>" * 100_000 + "<p>https://youtu.be/x</p>" + "<b>" * 100_000 + piece * 200_000
    )
    assert len(list(standing_alone(page))) == 1
