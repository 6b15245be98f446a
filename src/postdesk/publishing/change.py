"""What publishing would change on a blog: the content that it has beside the content that would go out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from difflib import unified_diff
from enum import Enum

from postdesk.backends.base import ContentFormat
from postdesk.core.account import Account
from postdesk.core.errors import NotReady
from postdesk.core.language import _
from postdesk.core.post import Post
from postdesk.core.receipt import MediaReceipt, Receipt
from postdesk.markup.differing import differing
from postdesk.markup.matching import matching
from postdesk.publishing.compare import base_values
from postdesk.publishing.content import Picture, content_for, sent_on
from postdesk.publishing.pulled import Bases, opened_of

_AROUND = 2  # lines that stay, shown on either side of those that do not


@dataclass(frozen=True, slots=True)
class Change:
    """`before` is what the blog had when it was last in step, `after` what would go out; pictures that are not uploaded
    yet have the writer's own names in it. `afresh`: the blocks of a post that came from the blog that are not made out
    of what is there; `lost`: of these the attributes (name="value") that the block had whose place they took. `broken`:
    it would not look as meant, and does not go out."""

    before: str
    after: str
    afresh: tuple[str, ...] = ()
    broken: bool = False
    lost: tuple[tuple[str, tuple[str, ...]], ...] = ()

    @property
    def lines(self) -> tuple[str, ...]:
        """The difference, line by line, as `diff -u` shows it."""
        found = unified_diff(
            self.before.splitlines(), self.after.splitlines(), _("on the blog"), _("here"), lineterm=""
        )
        return tuple(found)


class Sign(Enum):
    """What becomes of a line on the blog. LEFT_OUT stands for lines that stay and are not shown."""

    STAYS = " "
    GOES = "-"
    COMES = "+"
    LEFT_OUT = ""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of what the blog has or will have. `marks`: where its words differ from the line whose place it takes, or
    that takes its place (from, to: characters)."""

    sign: Sign
    text: str
    marks: tuple[tuple[int, int], ...] = ()


def lines_of(change: Change) -> tuple[Line, ...]:
    """The change for a reader of blogs rather than of patches: its lines with the words that differ, and few of those
    that stay."""
    lines = every_line(change.before.splitlines(), change.after.splitlines())
    near: set[int] = set()
    for place, line in enumerate(lines):
        if line.sign is not Sign.STAYS:
            near.update(range(place - _AROUND, place + _AROUND + 1))
    found: list[Line] = []
    for place, line in enumerate(lines):
        if place in near:
            found.append(line)
        elif not found or found[-1].sign is not Sign.LEFT_OUT:
            found.append(Line(Sign.LEFT_OUT, ""))
    return tuple(found) if near else ()


def every_line(old: Sequence[str], new: Sequence[str]) -> list[Line]:
    """All lines, in time that grows with their number: those that go before those that come in their place."""
    found: list[Line] = []
    i = k = 0
    for j, m in (*matching(old, new), (len(old), len(new))):
        gone, come = old[i:j], new[k:m]
        # One by one, as far as there are as many; what has no counterpart is all new or all gone.
        marks = [differing(*pair) for pair in zip(gone, come, strict=False)]
        goes, comes = [m[0] for m in marks], [m[1] for m in marks]
        found += [Line(Sign.GOES, *row) for row in zip(gone, goes + [()] * len(gone), strict=False)]
        found += [Line(Sign.COMES, *row) for row in zip(come, comes + [()] * len(come), strict=False)]
        if j < len(old):
            found.append(Line(Sign.STAYS, old[j]))
        i, k = j + 1, m + 1
    return found


def change_of(
    post: Post, account: Account, receipt: Receipt | None, bases: Bases, pictures: tuple[Picture, ...],
    media_of: Callable[[str], MediaReceipt | None], links: tuple[tuple[str, str], ...],
) -> Change:  # fmt: skip
    """The change for a post on a blog; `media_of` gives what the blog has of a picture's content. Raises `NotReady`."""
    base = bases.base(receipt.base_hash) if receipt is not None and receipt.base_hash else None
    opened = opened_of(bases, receipt)
    if receipt is not None and base is None and opened is None:
        raise NotReady(
            _("What “{blog}” has of this post is not known here any more.").format(blog=account.name),
            _("Nothing was sent. An update makes every block afresh out of your text, but for the cards."),
            _("“postdesk render” shows what would go out."),
        )
    if receipt is None:
        raise NotReady(
            _("“{blog}” does not have this post yet.").format(blog=account.name),
            _("Nothing was sent."),
            _("“postdesk render” shows what would go out."),
        )
    before = (
        opened.content
        if base is None and opened is not None
        else str(base_values(base or "").get("content", ""))
    )
    there = {m.content_hash: m for m in receipt.media}
    by_ref = {}
    for picture in pictures:
        found = there.get(picture.content_hash) or media_of(picture.content_hash)
        if found is not None:
            by_ref[picture.ref] = found
    if opened is not None:
        sent = sent_on(opened, post, by_ref, dict(links))
        return Change(before, sent.opened.content, sent.afresh, sent.broken, sent.lost)
    blocks = account.kind == "wordpress" and account.options.get("markup") != "html"
    content_format = ContentFormat.BLOCKS if blocks else ContentFormat.HTML
    return Change(before, content_for(post, by_ref, dict(links), content_format))
