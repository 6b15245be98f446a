"""Converts a post that came from a blog, wholly into Markdown or into block markup: told first, then done.

What is done is a new text and a new map. The text is saved first, then the receipt with the map: a crash between leaves
a text on the old map, which goes out with every byte that still has its Markdown. Back it is the other way round. What
was there before is kept beside the bases, under the name that the receipt calls `aside`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import Enum
from typing import TYPE_CHECKING, Protocol

from postdesk.core.account import Account
from postdesk.core.errors import NotReady
from postdesk.core.language import _
from postdesk.core.post import Post
from postdesk.core.receipt import Receipt
from postdesk.publishing.job import Job
from postdesk.publishing.plan import Intent
from postdesk.publishing.preflight import GOES_OUT
from postdesk.publishing.pulled import Bases, opened_of
from postdesk.publishing.running import Running

if TYPE_CHECKING:  # with it come Python-Markdown and Pygments, which the window's start does without
    from postdesk.markup.lossless import Lost, Opened, Turned

_WORDS = 10  # of a block's own words in its row
_LONGEST = 120  # letters of one thing that is lost


class Form(Enum):
    """Into what a post is converted."""

    MARKDOWN = "markdown"
    BLOCKS = "blocks"


class Store(Bases, Protocol):
    """The receipts of a library."""

    def get(self, post_id: str, account_id: str) -> Receipt | None:
        """What the blog said about the post."""

    def put(self, receipt: Receipt) -> None:
        """Store a receipt in place of the last one."""


@dataclass(frozen=True, slots=True)
class Row:
    """A block that will be another one: its first words, what it is or becomes, and what of it will be lost, in words;
    all of it may be foreign text."""

    words: str
    kind: str
    lost: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Conversion:
    """What converting will do, before it is done. `before` and `after` are texts; `receipt` is that of before, `map`
    the new map. `as_html`: how many blocks stay in HTML as they are."""

    form: Form
    account_id: str
    before: str
    after: str
    receipt: Receipt
    map: str
    rows: tuple[Row, ...]
    as_html: int = 0

    @property
    def losing(self) -> tuple[Row, ...]:
        """The rows of which something will be lost."""
        return tuple(row for row in self.rows if row.lost)


def conversion_of(
    post: Post, account: Account, receipt: Receipt | None, bases: Bases, form: Form
) -> Conversion:
    """What converting the post would do. Raises `NotReady` for a post that has no map, or is what it would become."""
    opened = opened_of(bases, receipt)
    if receipt is None or opened is None:
        raise NotReady(
            _("This post did not come from “{blog}”.").format(blog=account.name),
            _("Nothing was changed: it is Markdown already, and goes out as Markdown makes it."),
            _("Only a post that was brought here from a blog can be converted."),
        )
    from postdesk.markup.gutenberg import to_blocks
    from postdesk.markup.lossless import Flavour, into_blocks, into_markdown

    if form is Form.BLOCKS:
        if account.kind != "wordpress":
            raise NotReady(
                _("“{blog}” has no blocks.").format(blog=account.name),
                _("Nothing was changed."),
                _("Only posts of a WordPress blog can be converted to blocks."),
            )
        made = into_blocks(opened, post.body)
    else:
        emit = to_blocks if opened.flavour is Flavour.BLOCKS else str
        made = into_markdown(opened, post.body, emit)
    if not made.turned and (form is Form.BLOCKS or not _has_sources(opened)):
        raise NotReady(
            _("The post is what it would become already."), _("Nothing was changed."), _("There is nothing to do.")
        )  # fmt: skip
    rows = tuple(_row(one, form) for one in made.turned)
    as_html = sum(one.result.startswith("<!-- wp:html ") for one in made.turned) if form is Form.BLOCKS else 0
    return Conversion(form, account.id, post.body, made.text, receipt, made.opened.to_json(), rows, as_html)


def refuse_while_sent(
    post_id: str, account_id: str, running: Iterable[Running], waiting: Iterable[Job]
) -> None:
    """Raise `NotReady` for a post of which something is being sent or still waits: what the blog answers then would
    take the place of the map, or a text from before would go out on a map that is not its own. `waiting` are jobs that
    are not done, of whatever state: one that failed can be tried again."""
    if any((one.post_id, one.account_id) == (post_id, account_id) for one in running):
        raise NotReady(
            _("The post is on its way to the blog just now."),
            _("What goes out is not converted, and no word of your text is lost."),
            _("Wait until it is there, and convert it then."),
        )
    sends = {intent.value for intent in (*GOES_OUT, Intent.RESTORE)}
    if any((one.post_id, one.account_id) == (post_id, account_id) and one.intent in sends for one in waiting):
        raise NotReady(
            _("What you sent of the post before still waits in the outbox."),
            _("Nothing was converted: it would go out in a form that it does not have."),
            _("Let it go out or take it back in the outbox, and convert the post then."),
        )


def convert(store: Store, conversion: Conversion) -> Receipt:
    """Put the new map in the place of the old one, once the new text is saved. Raises `NotReady` when the blog said
    something new meanwhile."""
    receipt = conversion.receipt
    if store.get(receipt.post_id, receipt.account_id) != receipt:
        raise NotReady(
            _("The blog was heard from while you were looking."),
            _("The text is converted, but every block that is as the blog has it still goes out as it was."),
            _("Convert the post again."),
        )
    aside = receipt.aside or store.put_base(
        json.dumps({"map": receipt.map_hash, "body": conversion.before, "after": conversion.after})
    )
    converted = replace(receipt, map_hash=store.put_base(conversion.map), aside=aside)
    store.put(converted)
    return converted


def take_back_of(bases: Bases, receipt: Receipt) -> Receipt:
    """The receipt with the map from before a conversion; as it is where there was none."""
    kept = _aside(bases, receipt)
    return replace(receipt, map_hash=kept["map"], aside="") if kept is not None else receipt


def take_back(store: Store, receipt: Receipt) -> str | None:
    """Put the map from before a conversion back, which comes before its text; returns that text, None for none."""
    kept = _aside(store, receipt)
    if kept is None:
        return None
    store.put(take_back_of(store, receipt))
    return kept["body"]


def follow_text(store: Store, receipt: Receipt | None, body: str) -> bool:
    """Take the conversion back when the text is the one from before it, e.g. after an undo; whether it was."""
    kept = _aside(store, receipt)
    if kept is None or receipt is None or kept["body"] != body or kept["body"] == kept["after"]:
        return False
    take_back(store, receipt)
    return True


def _aside(bases: Bases, receipt: Receipt | None) -> dict[str, str] | None:
    text = bases.base(receipt.aside) if receipt is not None and receipt.aside else None
    if text is None:
        return None
    kept: dict[str, str] = json.loads(text)
    return kept


def _has_sources(opened: Opened) -> bool:
    return any(piece.markdown and piece.source for piece in opened.pieces)


def _row(turned: Turned, form: Form) -> Row:
    from postdesk.markup.markdown import words_of

    words = words_of(turned.source)
    first = " ".join(words[:_WORDS]) + (" …" if len(words) > _WORDS else "")
    shown = turned.result if form is Form.BLOCKS else turned.source
    kind = _kind(shown, turned.name)
    return Row(first or _cut(turned.source), kind, tuple(_said(what, which) for what, which in turned.lost))


def _kind(content: str, name: str) -> str:
    """What a block is called."""
    names = {
        "paragraph": _("Paragraph"), "heading": _("Heading"), "list": _("List"), "quote": _("Quotation"),
        "image": _("Picture"), "code": _("Code"), "table": _("Table"), "html": _("Custom HTML"), "more": _("Read more"),
        "shortcode": _("Shortcode"), "embed": _("Embed"), "separator": _("Line"), "nextpage": _("Page break"),
        "gallery": _("Gallery"), "group": _("Group"), "columns": _("Columns"),
    }  # fmt: skip
    plain = name.removeprefix("core/")
    if plain:
        return names.get(plain, plain)
    return _("Shortcode") if content.startswith("[") else _("HTML")


def _said(what: Lost, which: str) -> str:
    from postdesk.markup.lossless import Lost

    words = {
        Lost.BLOCK: _("the block “{what}”, which only the blog can make"),
        Lost.FRAME: _("the frame “{what}”; what is in it stays"),
        Lost.TAG: _("the element “{what}”; the words in it stay"),
        Lost.LOOK: _("its look: {what}"),
        Lost.COMMENT: _("a comment that nobody sees: {what}"),
        Lost.WORDS: _("words: {what}"),
    }
    return words[what].format(what=_cut(which))


def _cut(text: str) -> str:
    plain = " ".join(text.split())
    return plain if len(plain) <= _LONGEST else plain[: _LONGEST - 1].rstrip() + "…"
