"""What a block of WordPress' markup is written with: the comments around it and its classes; and a player's block."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass

from postdesk.core.embeds import Provider
from postdesk.core.tokens import comment_text
from postdesk.markup.tree import Node

_DELIMITER = re.compile(r"\s+(/?)wp:([a-z][a-z0-9_/-]*)\s+(\{.*\})?\s*(/?)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Delimiter:
    """A comment that begins a block, ends one (`closes`) or is one by itself (`void`). `values` is JSON, or ""."""

    name: str
    values: str
    closes: bool
    void: bool


def delimiter_of(comment: str) -> Delimiter | None:
    """What a comment, given as a whole, is in WordPress' markup (as its block parser reads it); None for any other."""
    return _read(comment_text(comment))


def delimiter_in(node: Node) -> Delimiter | None:
    """The same for a node of a tree."""
    return _read(node.text) if node.tag == "!" else None


def _read(text: str) -> Delimiter | None:
    found = _DELIMITER.fullmatch(text)
    return Delimiter(found[2], found[3] or "", bool(found[1]), bool(found[4])) if found is not None else None


def end_of_block(nodes: list[Node], place: int) -> int:
    """Where a block ends that is written in block markup in the text, and goes out as it is; 0 for anything else."""
    found = delimiter_in(nodes[place])
    if found is None or found.closes:
        return 0
    if found.void:
        return nodes[place].end
    depth = 0
    for node in nodes[place:]:
        found = delimiter_in(node)
        if found is not None and not found.void:
            depth += -1 if found.closes else 1
            if not depth:
                return node.end
    return 0


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
