"""What the program takes for a video or a post is what WordPress shows as one, and its blocks are shown."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import httpx2
import pytest

from postdesk.backends.base import Outgoing
from postdesk.backends.http import make_client
from postdesk.backends.wordpress.backend import WordPress as Blog
from postdesk.core.account import Account
from postdesk.core.embeds import PROVIDERS, provider_of
from postdesk.core.receipt import Status
from postdesk.markup.gutenberg import to_blocks
from postdesk.markup.render import render_document
from postdesk.publishing.compare import is_ours
from postdesk.publishing.differences import differences
from tests.core.test_embeds import SAMPLES
from tests.servers.wordpress import WordPress

MARKER = "pd-00000000000000ee"

# 6.1 came before these were in its table; there the block is a link.
_NEWER = {"6.1": ("//bsky.app/", "//www.youtube.com/live/")}
# Its table has no entry for this one: a handler of its own takes it.
_HANDLED = "https://www.youtube.com/embed/abc"


def _answers(wordpress: WordPress, code: str, values: list[str]) -> list[str]:
    """What `code` (PHP) makes of each value, `$value`."""
    handed = json.dumps(values).replace("\\", "\\\\").replace("'", "\\'")
    told = wordpress.php(
        f"require_once ABSPATH . WPINC . '/class-wp-oembed.php'; $made = [];"
        f"foreach (json_decode('{handed}') as $value) $made[] = (string) ({code}); echo json_encode($made);"
    )
    answers: list[str] = json.loads(told.splitlines()[-1])
    return answers


def test_wordpress_knows_every_address_by_the_name_it_goes_out_with(wordpress: WordPress) -> None:
    addresses = [address for several in SAMPLES.values() for address in several if address != _HANDLED]
    providers = [provider_of(address) for address in addresses]
    sent = [provider.spelled(address) for provider, address in zip(providers, addresses) if provider]
    endpoints = _answers(
        wordpress, "_wp_oembed_get_object()->get_provider($value, ['discover' => false])", sent
    )
    newer = next((parts for version, parts in _NEWER.items() if wordpress.version.startswith(version)), ())
    unknown = [address for address, endpoint in zip(sent, endpoints, strict=True) if not endpoint]
    assert unknown == [address for address in sent if any(part in address for part in newer)]


def test_an_address_for_a_frame_is_taken_by_a_handler(wordpress: WordPress) -> None:
    made = _answers(
        wordpress,
        "json_encode(array_filter(array_map("
        "fn($all) => array_filter($all, fn($one) => preg_match($one['regex'], $value)),"
        "$GLOBALS['wp_embed']->handlers)))",
        [_HANDLED],
    )
    assert "youtube" in made[0]


def test_the_program_asks_where_wordpress_asks(wordpress_newest: WordPress) -> None:
    """The endpoints are those of WordPress' table, but for two that have moved since."""
    moved = {"twitter": "publish.twitter.com", "spotify": "embed.spotify.com"}
    addresses = [provider.spelled(SAMPLES[provider.slug][0]) for provider in PROVIDERS]
    told = _answers(
        wordpress_newest, "_wp_oembed_get_object()->get_provider($value, ['discover' => false])", addresses
    )
    for provider, theirs in zip(PROVIDERS, told):
        host = re.sub(r"https://([^/]+)/.*", r"\1", provider.endpoint)
        assert moved.get(provider.slug, host) == re.sub(r"https://([^/]+)/.*", r"\1", theirs), provider.slug


@pytest.mark.parametrize("place", ["{}", "> {}"])
def test_a_reader_sees_the_address_where_nobody_can_be_asked(wordpress: WordPress, place: str) -> None:
    """Without a network the block is what a reader can still follow: the address, in its figure."""
    content = to_blocks(render_document(place.format("https://youtu.be/x_y")))
    (page,) = _answers(wordpress, "apply_filters('the_content', $value)", [content])
    assert "wp-block-embed" in page
    assert "https://youtu.be/x_y" in page
    assert "<!--" not in page


@pytest.fixture
def client() -> Iterator[httpx2.Client]:
    with make_client() as made:
        yield made


@pytest.mark.parametrize("name", ["admin", "writer"])
def test_a_blog_keeps_the_blocks_as_they_were_sent(
    wordpress: WordPress, client: httpx2.Client, name: str
) -> None:
    """Authors' posts go through WordPress' filter: it writes the `&` of an address in a block's own values as
    `&amp;` (6.1 to 7.1, whatever wrote the block), and must find nothing else in an embed."""
    wordpress.reset_posts()
    account = Account("a1", "wordpress", "Blog", wordpress.base_url, name)
    blog = Blog(account, wordpress.users[name].app_password, client)
    addresses = [SAMPLES[provider.slug][0] for provider in PROVIDERS]
    content = to_blocks(render_document("\n\n".join([*addresses, f"> Words.\n>\n> {addresses[0]}"])))
    draft = blog.create_draft(MARKER, "A film")
    meant = Outgoing("A film", content, Status.PUBLISHED, slug="a-film")
    blog.write(draft.remote_id, meant)
    there = blog.read(draft.remote_id)
    filtered = "\\u0026amp;" if name == "writer" else "\\u0026"
    assert there.content == content.replace("\\u0026", filtered)
    assert is_ours(there, meant)
    assert differences(meant, there) == ()
