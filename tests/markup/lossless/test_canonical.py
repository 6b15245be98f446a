"""Block markup that comes out of edits is what the block editor would have written itself, where it was before."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from postdesk.markup.gutenberg import to_blocks
from postdesk.markup.lossless import Piece, open_post, send_post
from postdesk.markup.lossless.cutting import Kind
from tests.markup.lossless.corpus import block_posts, theme_posts
from tests.markup.test_gutenberg import Answer, Validate, validate
from tests.publishing.edits.making import KINDS

__all__ = ["validate"]  # a fixture

_NEW = "See **here**, *there*, `code [x]`, ~~gone~~ and [a link](https://x.example/?a=1&b=2) & 1 < 2."
_TYPED: dict[str, tuple[str, Callable[[str], str]]] = {
    "core/paragraph": (r"[^<`|\[!]+\Z", lambda text: f"{text} {_NEW}"),
    "core/heading": (r"#{2,5} [^<`\[]+\Z", lambda text: f"{text} & *more*"),
    "core/list": (r"- [^\n]+\Z|(?:- [^\n]+\n)+- [^\n]+\Z", lambda text: f"{text}\n- {_NEW}\n  - deeper"),
    "core/quote": (r"> [^\n]+\Z", lambda text: f"{text}\n>\n> {_NEW}"),
    "core/code": (r"```", lambda text: text.replace("\n", "\nif a < b && c[0]:  # new\n", 1)),
    "core/table": (r"\|", lambda text: f"{text}\n" + re.sub(r"[^|]+", " *new* ", text.split("\n")[0])),
    "core/image": (r"!\[[^\]]*\]\([^)]*\)\Z", lambda text: re.sub(r"!\[[^\]]*", '![A "new" & other', text)),
}
"""For a kind of block: what its Markdown must look like, and what she makes of it."""


@dataclass(frozen=True, slots=True)
class _Changed:
    """A block or a post before an edit ("" for none) and after it, with what WordPress thinks of both."""

    kind: str
    before: str
    after: str
    was: Answer
    now: Answer

    @property
    def is_worse(self) -> bool:
        """Whether it was valid, or canonical, and is so no more. What comes anew has to be both."""
        if len(self.now["invalid"]) > len(self.was["invalid"]):
            return True
        return (
            not self.was["invalid"] and self.was["saved"] == self.before and self.now["saved"] != self.after
        )


@pytest.fixture(scope="module")
def changed(validate: Validate) -> dict[str, list[_Changed]]:
    """All that the tests look at, asked of WordPress' own code in one go, as that takes seconds to start."""
    rows = {"typed": _typed(), "random": _random(), "posts": _posts()}
    every = [row for part in rows.values() for row in part]
    answers = iter(validate([text for _kind, before, after in every for text in (before, after)]))
    return {
        name: [_Changed(kind, before, after, next(answers), next(answers)) for kind, before, after in part]
        for name, part in rows.items()
    }


def test_a_block_that_she_wrote_in_is_valid_and_canonical(changed: dict[str, list[_Changed]]) -> None:
    assert {row.kind for row in changed["typed"]} == _TYPED.keys()
    assert [row for row in changed["typed"] if row.is_worse] == []


def test_what_comes_of_a_random_edit_is_valid_and_canonical(changed: dict[str, list[_Changed]]) -> None:
    assert len(changed["random"]) > 60
    assert [row for row in changed["random"] if row.is_worse] == []


def test_a_post_stays_canonical_as_a_whole(changed: dict[str, list[_Changed]]) -> None:
    assert [row for row in changed["posts"] if row.is_worse] == []
    assert any(row.was["saved"] == row.before for row in changed["posts"])


def _typed() -> list[tuple[str, str, str]]:
    changes = []
    for post in (open_post(one.content) for one in [*block_posts(12), *theme_posts()[::4]]):
        for name, (pattern, typed) in _TYPED.items():
            places = [
                n for n, p in enumerate(post.pieces)
                if p.name == name and not p.card and re.match(pattern, p.markdown)
            ]  # fmt: skip
            if not places:
                continue
            texts = [piece.markdown for piece in post.pieces]
            at = places[len(places) // 2]
            texts[at] = typed(texts[at])
            sent = send_post(post, "\n\n".join(text for text in texts if text) + "\n", to_blocks)
            (new,) = (p for p in sent.opened.pieces if p.markdown == texts[at])
            assert not sent.broken
            assert new.source != post.pieces[at].source
            changes.append((name, post.pieces[at].source, new.source))
    return changes


def _random() -> list[tuple[str, str, str]]:
    chance = random.Random(2)
    changes = []
    for post in (open_post(one.content) for one in [*block_posts(8), *theme_posts()[::6]]):
        for name, making in KINDS.items():
            edit = making(post, chance, "altered")
            if edit is None or edit.refused or name == "a word in a card":  # that is her own markup
                continue
            sent = send_post(post, edit.text, to_blocks)
            assert not sent.broken
            kept = set(edit.kept[0] + edit.kept[1])
            gone = [p for n, p in enumerate(post.pieces) if n not in kept and _is_whole(p)]
            before = gone[0].source if gone and name != "a new paragraph" else ""
            there = {piece.source for piece in post.pieces}
            changes += [
                (name, before, piece.source)
                for piece in sent.opened.pieces
                if piece.source not in there and _is_whole(piece)
            ]
    return changes


def _posts() -> list[tuple[str, str, str]]:
    chance = random.Random(4)
    changes = []
    for one in block_posts(8):
        post = open_post(one.content)
        for name, making in KINDS.items():
            edit = making(post, chance, "altered") if name != "a word in a card" else None
            if edit is not None:
                post = send_post(post, edit.text, to_blocks).opened
        changes.append((one.name, one.content, post.content))
    return changes


def _is_whole(piece: Piece) -> bool:
    return bool(piece.source) and piece.kind is Kind.BLOCK and piece.source.startswith("<!-- wp:")
