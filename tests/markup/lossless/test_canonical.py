"""Block markup that comes out of edits is what WordPress' block editor would have written itself."""

from __future__ import annotations

import random
import re
from collections.abc import Callable

from postdesk.markup.gutenberg import to_blocks
from postdesk.markup.lossless import Opened, Piece, open_post, send_post
from postdesk.markup.lossless.cutting import Kind
from tests.markup.lossless.corpus import block_posts, theme_posts
from tests.markup.test_gutenberg import Validate, validate
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


def test_a_block_that_she_touched_is_valid_and_canonical_where_it_was(validate: Validate) -> None:
    posts = [open_post(one.content) for one in [*block_posts(40), *theme_posts()[::2]]]
    changes: list[tuple[str, str, str]] = []  # the kind, the block before, and now
    for post in posts:
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
            assert new.source != post.pieces[at].source
            changes.append((name, post.pieces[at].source, new.source))
    counts = {name: sum(kind == name for kind, _before, _now in changes) for name in _TYPED}
    assert min(counts.values()) >= 2, counts
    _hold(validate, changes)


def test_what_comes_of_a_random_edit_is_valid_and_canonical_where_it_was(validate: Validate) -> None:
    chance = random.Random(2)
    changes: list[tuple[str, str, str]] = []
    for one in [*block_posts(16), *theme_posts()[::3]]:
        post = open_post(one.content)
        for name, making in KINDS.items():
            edit = making(post, chance, "altered")
            if edit is None or edit.refused or name == "a word in a card":  # that is her own markup
                continue
            sent = send_post(post, edit.text, to_blocks)
            kept = set(edit.kept[0] + edit.kept[1])
            before = [p for n, p in enumerate(post.pieces) if n not in kept and _is_whole(p)]
            there = {piece.source for piece in post.pieces}
            changes += [
                (name, before[0].source if before and name != "a new paragraph" else "", piece.source)
                for piece in sent.opened.pieces
                if piece.source not in there and _is_whole(piece)
            ]
    assert len(changes) > 200
    _hold(validate, changes)


def test_a_post_stays_canonical_as_a_whole(validate: Validate) -> None:
    chance = random.Random(4)
    pairs: list[tuple[str, str]] = []
    for one in block_posts(16):
        post: Opened = open_post(one.content)
        for making in list(KINDS.values())[:-1]:
            edit = making(post, chance, "altered")
            if edit is not None:
                post = send_post(post, edit.text, to_blocks).opened
        pairs.append((one.content, post.content))
    before, now = validate([a for a, _b in pairs]), validate([b for _a, b in pairs])
    canonical = 0
    for (old, new), was, is_now in zip(pairs, before, now, strict=True):
        assert len(is_now["invalid"]) <= len(was["invalid"])
        if was["saved"] == old:
            canonical += 1
            assert is_now["saved"] == new
    assert canonical >= 1


def _is_whole(piece: Piece) -> bool:
    return bool(piece.source) and piece.kind is Kind.BLOCK and piece.source.startswith("<!-- wp:")


def _hold(validate: Validate, changes: list[tuple[str, str, str]]) -> None:
    answers = validate([block for _kind, before, now in changes for block in (before, now)])
    worse = []
    for (kind, before, now), was, is_now in zip(changes, answers[::2], answers[1::2], strict=True):
        if was["invalid"]:
            continue  # WordPress complained of it before
        if is_now["invalid"] or (was["saved"] == before and is_now["saved"] != now):
            worse.append((kind, before, now, is_now["saved"]))
    assert worse == []
