"""Mentions: where a text names the title of another post without a link there."""

from __future__ import annotations

import re
from dataclasses import dataclass

from postdesk.markup.pictures import without_code

SHORTEST = 6  # letters; a shorter title is a word like any other
_AROUND = 60  # characters on either side of a mention that its line shows
_TAKEN = re.compile(
    r"""!?\[(?:[^\[\]\\\n]|\\.){0,300}\](?:\([^()\n]{0,2000}(?:\([^()\n]{0,500}\)[^()\n]{0,500})?\)|\[[^\[\]\n]{0,500}\])
        |<[^<>\n]{1,2000}>
        |https?://[^\s<>]{1,2000}
        |^[ ]{0,3}\[[^\[\]\n]{1,500}\]:[^\n]*$""",
    re.VERBOSE | re.MULTILINE,
)


@dataclass(frozen=True, slots=True)
class Mention:
    """Where it stands (start and end in code points), and the words around it in one line."""

    start: int
    end: int
    line: str


def find_mention(body: str, title: str) -> Mention | None:
    """The first place where `body` (Markdown, LF) has the words of `title` as whole words, in any case, and neither in
    a link, a picture, an element or an address, nor in code. None where there is none, and for a short title."""
    words = title.split()
    if sum(letter.isalnum() for letter in title) < SHORTEST or any(letter in title for letter in "[]`<>"):
        return None
    between = r"(?:[^\S\n]{1,3}|[^\S\n]{0,3}\n)"
    pattern = re.compile(rf"(?<!\w){between.join(map(re.escape, words))}(?!\w)", re.IGNORECASE)
    visible = without_code(body)
    visible = _TAKEN.sub(lambda taken: "\0" * len(taken[0]), visible)
    found = pattern.search(visible)
    if found is None:
        return None
    start, end = found.span()
    before = body[max(0, start - _AROUND) : start].rpartition("\n\n")[2]
    after = body[end : end + _AROUND].partition("\n\n")[0]
    line = " ".join(f"{before}{body[start:end]}{after}".split())
    more = (
        "…" if start - len(before) > 0 and len(before) == _AROUND else "",
        "…" if len(after) == _AROUND else "",
    )
    return Mention(start, end, f"{more[0]}{line}{more[1]}")


def linked(body: str, mention: Mention, address: str) -> str:
    """`body` with the mention made a link to `address`."""
    return f"{body[: mention.start]}[{body[mention.start : mention.end]}]({address}){body[mention.end :]}"
