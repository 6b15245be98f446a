"""Fetches how a blog looks: the frame of its posts' pages, its style sheets and fonts, all made harmless.

As a reader who is not signed in sees it; only the text of the posts, by which it is found in the pages, is asked for
with her password. For a task. docs/decisions/037 has the reasons and the limits.
"""

from __future__ import annotations

import base64
import binascii
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Protocol
from urllib.parse import unquote_to_bytes

from postdesk.backends.base import RemotePost
from postdesk.backends.reader import Fetched, Visit, is_web
from postdesk.core.account import Account
from postdesk.core.cancel import Cancel
from postdesk.core.errors import Gone, NotReady
from postdesk.core.files import content_hash
from postdesk.core.language import _
from postdesk.core.post import Visibility
from postdesk.core.receipt import Status

if TYPE_CHECKING:  # with it comes what reads style sheets
    from postdesk.markup.appearance.frame import Style
    from postdesk.markup.appearance.reading import Reading

FONTS = "blog-font/"
"""What the address of a kept font begins with in the style sheet; its name follows."""

PAGES = 3
"""Posts that are looked at: a blog sends with a page what that page needs, and no more."""
_TRIES = 6
_PATIENCE_S = 12.0  # for one file
_WHOLE_S = 120.0  # for all of them
SHEETS = 120
LARGEST_SHEET = 3 * 512 * 1024  # bytes
ALL_SHEETS = 3 * 1024 * 1024
FONT_COUNT = 60
LARGEST_FONT = 3 * 1024 * 1024
ALL_FONTS = 16 * 1024 * 1024

# What WordPress sends with a page are the styles of the blocks in that page. This sheet has those of all blocks.
_INCLUDES = "/wp-includes/"
_ALL_BLOCKS = "/wp-includes/css/dist/block-library/style.min.css"

_FONT_KINDS = (
    (b"wOF2", "font/woff2"),
    (b"wOFF", "font/woff"),
    (b"OTTO", "font/otf"),
    (b"\x00\x01\x00\x00", "font/ttf"),
    (b"true", "font/ttf"),
    (b"ttcf", "font/collection"),
)


@dataclass(frozen=True, slots=True)
class Appearance:
    """How a blog looks. `page`: the address of the post whose frame it is; `at`: when it was looked at (UTC). `root`
    are the attributes of the page's `html` element, `body` its body with slots (`markup.appearance.frame`); `css` has
    marks (`markup.appearance.sheets.for_scheme`). `fonts`: media type by the name under which each is served, which
    is the SHA-256 of its bytes. `missing`: how many sheets and fonts the blog names did not come."""

    page: str
    at: datetime
    root: str
    body: str
    css: str
    fonts: tuple[tuple[str, str], ...] = ()
    missing: int = 0


@dataclass(frozen=True, slots=True)
class Captured:
    """What came: `files` are the bytes of the fonts by name."""

    appearance: Appearance
    files: dict[str, bytes] = field(repr=False)


class Reader(Protocol):
    """Who looks at pages: `backends.reader.Visitor`."""

    def page(self, address: str, cancel: Cancel, *, fresh: str = "") -> Visit: ...
    def file(
        self, address: str, home: str, cancel: Cancel, *, accept: str, limit_bytes: int, seconds: float
    ) -> Fetched | None: ...


def capture(
    account: Account,
    read: Callable[[str], RemotePost],
    posts: Iterable[RemotePost],
    reader: Reader,
    cancel: Cancel,
    progress: Callable[[int], None] = lambda _bytes: None,
    reading: Reading | None = None,
) -> Captured:
    """Look at the newest of `posts`. `read` asks the blog for a post with its rendered form; `progress` is told the
    bytes that came; `reading` reads what came, None: in a process of its own. Raises `NotReady` where the look cannot
    be had, `Cancelled`, and what `read` and `reader.page` raise."""
    from postdesk.markup.appearance.reading import Beside, ReadingFailed

    reading = reading or Beside(cancel)
    try:
        return _captured(account, read, posts, reader, cancel, progress, reading)
    except ReadingFailed:
        raise _no_style(account) from None
    finally:
        reading.close()


def _captured(
    account: Account,
    read: Callable[[str], RemotePost],
    posts: Iterable[RemotePost],
    reader: Reader,
    cancel: Cancel,
    progress: Callable[[int], None],
    reading: Reading,
) -> Captured:
    from postdesk.markup.appearance.frame import root_attributes

    frame, page, seen = None, "", 0
    styles: tuple[Style, ...] = ()
    for post in _worth_a_look(posts):
        cancel.check()
        try:
            whole = read(post.remote_id)
        except Gone:
            continue
        visit = reader.page(post.address, cancel)
        if visit.status != 200 or not visit.text:
            continue
        progress(len(visit.text))
        found = reading.frame(visit.text, whole.rendered, whole.title)
        if found is None:
            continue
        if frame is None:
            frame, page = found, post.address
        styles = merged(styles, reading.styles(visit.text, post.address))
        seen += 1
        if seen == PAGES:
            break
    if frame is None:
        raise _no_page(account)
    files = _Files(page, reader, cancel, progress)

    def clean(css: str, address: str, media: str = "") -> str:
        return reading.sheet(css, address, media, files.sheet, files.font)

    written = []
    everything = _all_blocks(styles)
    if everything and (found_there := files.sheet(everything)):
        written.append(clean(*found_there))
    for style in styles:
        cancel.check()
        if not style.address:
            written.append(clean(style.text, page, style.media))
        elif came := files.sheet(style.address):
            written.append(clean(*came, style.media))
    css = "".join(written)
    if not css.strip():
        raise _no_style(account)
    kinds = tuple((name, kind) for name, (kind, _bytes) in files.fonts.items() if name in css)
    return Captured(
        Appearance(page, datetime.now(UTC), root_attributes(frame), frame.body, css, kinds, files.missing),
        {name: files.fonts[name][1] for name, _kind in kinds},
    )


def merged(one: Sequence[Style], other: Sequence[Style]) -> tuple[Style, ...]:
    """The style sheets of two pages: each once, and each behind what came before it in its page."""
    known = list(one)
    at = 0
    for style in other:
        if style in known:
            at = max(at, known.index(style) + 1)
        else:
            known.insert(at, style)
            at += 1
    return tuple(known)


def _worth_a_look(posts: Iterable[RemotePost]) -> list[RemotePost]:
    return [
        post
        for post in posts
        if post.status is Status.PUBLISHED and post.visibility is Visibility.PUBLIC and is_web(post.address)
    ][:_TRIES]


def _all_blocks(styles: Sequence[Style]) -> str:
    """The address of the sheet with the styles of all blocks, "" where there is none or the page has it."""
    address = next((s.address for s in styles if _INCLUDES in s.address), "")
    if not address or any(_ALL_BLOCKS in s.address for s in styles):
        return ""
    return address.partition(_INCLUDES)[0] + _ALL_BLOCKS


class _Files:
    """Fetches each sheet and font once, while there is room and time for it."""

    def __init__(self, home: str, reader: Reader, cancel: Cancel, progress: Callable[[int], None]) -> None:
        self._home = home
        self._reader = reader
        self._cancel = cancel
        self._progress = progress
        self._end = time.monotonic() + _WHOLE_S
        self._sheets: dict[str, tuple[str, str] | None] = {}
        self._names: dict[str, str | None] = {}
        self._sheet_bytes = self._font_bytes = 0
        self.fonts: dict[str, tuple[str, bytes]] = {}
        self.missing = 0

    def sheet(self, address: str) -> tuple[str, str] | None:
        """The text of a style sheet and where it was, None for none."""
        if address not in self._sheets:
            self._sheets[address] = self._new_sheet(address)
            self.missing += self._sheets[address] is None
        return self._sheets[address]

    def _new_sheet(self, address: str) -> tuple[str, str] | None:
        room = min(LARGEST_SHEET, ALL_SHEETS - self._sheet_bytes)
        if len(self._sheets) >= SHEETS or room <= 0:
            return None
        came = self._fetch(address, "text/css,*/*;q=0.1", room)
        if came is None or came.kind != "text/css":  # as browsers hold it with what is no style sheet
            return None
        self._sheet_bytes += len(came.body)
        return came.text, came.address

    def font(self, address: str) -> str | None:
        """The address under which a font will be served, None for none."""
        if address not in self._names:
            self._names[address] = self._new_font(address)
            self.missing += self._names[address] is None
        return self._names[address]

    def _new_font(self, address: str) -> str | None:
        room = min(LARGEST_FONT, ALL_FONTS - self._font_bytes)
        if len(self._names) >= FONT_COUNT or room <= 0:
            return None
        if address[:5].lower() == "data:":
            body = _written_in(address, room)
        else:
            came = self._fetch(address, "font/woff2,font/*;q=0.9,*/*;q=0.1", room)
            body = came.body if came is not None else b""
        kind = next((kind for start, kind in _FONT_KINDS if body.startswith(start)), "")
        if not kind:
            return None
        name = content_hash(body)
        if name not in self.fonts:
            self._font_bytes += len(body)
            self.fonts[name] = kind, body
        return FONTS + name

    def _fetch(self, address: str, accept: str, room: int) -> Fetched | None:
        self._cancel.check()
        left = self._end - time.monotonic()
        if left <= 0:
            return None
        came = self._reader.file(
            address, self._home, self._cancel, accept=accept, limit_bytes=room, seconds=min(left, _PATIENCE_S)
        )
        if came is not None:
            self._progress(len(came.body))
        return came


def _written_in(address: str, room: int) -> bytes:
    """The bytes of a `data:` address (RFC 2397), none where there are more than `room`."""
    head, comma, written = address.partition(",")
    if not comma or len(written) > room * 3:
        return b""
    try:
        plain = unquote_to_bytes(written)
        body = base64.b64decode(plain) if head.lower().endswith(";base64") else plain
    except (binascii.Error, ValueError):
        return b""
    return body if len(body) <= room else b""


def _no_page(account: Account) -> NotReady:
    return NotReady(
        _("How “{blog}” looks could not be found out.").format(blog=account.name),
        _("No page of it shows one of its posts as the blog has it. The preview stays as it is."),
        _("Publish a post that everybody can read, with a few sentences in it, and try again."),
    )


def _no_style(account: Account) -> NotReady:
    return NotReady(
        _("The style sheets of “{blog}” did not come.").format(blog=account.name),
        _("The preview stays as it is."),
        _("Look whether the blog can be seen in a browser, and try again."),
    )
