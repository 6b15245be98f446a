"""The pictures of a text under other names: what changes when a post moves to another folder."""

from __future__ import annotations

from collections.abc import Mapping

from postdesk.markup.pictures import find_pictures


def exchange_references(body: str, new: Mapping[str, str]) -> str:
    """`body` (Markdown) with the references of its pictures exchanged, by `new`; all others stay."""
    pieces: list[str] = []
    place = 0
    for one in find_pictures(body):
        reference = new.get(one.ref, one.ref)
        if reference == one.ref or one.start < place:
            continue
        segment = body[one.start : one.end]
        at = segment.find(one.ref, segment.find("](") + 1)
        pieces.append(body[place : one.start])
        if at < 0:
            pieces.append(f"![{one.alt}]({reference})" if segment.startswith("![") else segment)
        else:
            pieces.append(segment[:at] + reference + segment[at + len(one.ref) :])
        place = one.end
    pieces.append(body[place:])
    return "".join(pieces)
