"""What a block of WordPress' markup is written with: the comments around it and its classes; and a player's block."""

from __future__ import annotations

import html
import json
from collections.abc import Mapping

from postdesk.core.embeds import Provider


def delimited(name: str, values: Mapping[str, object], inner: str) -> str:
    """A block: its delimiters around `inner`. The JSON has nothing in it that could end the comment."""
    written = ""
    if values:
        written = json.dumps(values, ensure_ascii=False, separators=(",", ":"))
        for letter, escaped in (
            ("--", "\\u002d\\u002d"),
            ("<", "\\u003c"),
            (">", "\\u003e"),
            ("&", "\\u0026"),
            ('\\"', "\\u0022"),
        ):
            written = written.replace(letter, escaped)
        written += " "
    return f"<!-- wp:{name} {written}-->\n{inner}\n<!-- /wp:{name} -->"


def classes(*names: str) -> str:
    """The class attribute with a space before it; "" for no names."""
    return f' class="{html.escape(" ".join(names))}"' if names else ""


def embed(address: str, provider: Provider) -> str:
    """The block for an address that the blog shows as a player or card."""
    address = provider.spelled(address)
    values: dict[str, object] = {
        "url": address,
        "type": provider.kind,
        "providerNameSlug": provider.slug,
        "responsive": True,
    }
    names = [
        "wp-block-embed",
        f"is-type-{provider.kind}",
        f"is-provider-{provider.slug}",
        f"wp-block-embed-{provider.slug}",
    ]
    if provider.wide:
        values["className"] = "wp-embed-aspect-16-9 wp-has-aspect-ratio"
        names += ["wp-embed-aspect-16-9", "wp-has-aspect-ratio"]
    shown = html.escape(address, quote=False)
    return delimited(
        "embed",
        values,
        f'<figure{classes(*names)}><div class="wp-block-embed__wrapper">\n{shown}\n</div></figure>',
    )
