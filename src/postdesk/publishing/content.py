"""What goes out: a post and its pictures as the blog will have them, in the account's content format.

Nothing of the writer's disk leaves with it: a picture that cannot be found inside the library stops the plan
(`PictureRefused`) before anything is sent, and so does an address of this machine left in the finished HTML.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Set
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from postdesk.backends.base import ContentFormat, MediaFile, Outgoing
from postdesk.core.errors import LibraryError, NotReady, PictureRefused
from postdesk.core.files import content_hash
from postdesk.core.language import _
from postdesk.core.post import Post, slugify
from postdesk.core.receipt import MediaReceipt, Status
from postdesk.core.tokens import read
from postdesk.library.pictures import LARGEST
from postdesk.markup.gutenberg import Media, to_blocks
from postdesk.markup.outward import Outward, outward
from postdesk.markup.pictures import exchange_sources, find_pictures, render_for_blog
from postdesk.markup.postlinks import linked_posts, with_addresses
from postdesk.publishing.recipe import (
    AS_IT_IS,
    USUAL,
    Recipe,
    Treatment,
    key_of,
    treatment_from_json,
    treatment_json,
)

if TYPE_CHECKING:  # with it come Python-Markdown and Pygments, which the window's start does without
    from postdesk.markup.lossless import Opened, Sent

Resolve = Callable[[str], Path]
"""From a reference in the text to a file inside the library; raises `PictureRefused`."""

KINDS: tuple[tuple[str, str, str], ...] = (
    (r"\xff\xd8\xff", "image/jpeg", "jpg"),
    (r"\x89PNG\r\n\x1a\n", "image/png", "png"),
    (r"GIF8[79]a", "image/gif", "gif"),
    (r"RIFF.{4}WEBP", "image/webp", "webp"),
    # "mif1" says only that it is one picture: of which kind, the further brands tell
    (r".{4}ftyp(?:avi[fs]|m[is]f1.{4}(?:.{4}){0,3}avi[fs])", "image/avif", "avif"),
    (r".{4}ftyp(?:he(?:ic|ix|vc|im|is)|m[is]f1)", "image/heic", "heic"),
)
"""First bytes (a pattern over Latin-1), MIME type, ending."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture of a post. `ref` as in the text; `content_hash` is what it is known by on the blog (SHA-256, hex:
    `recipe.key_of`); `name` carries the marker. `path` is where the writer's own bytes are: in the library while
    planning, in the outbox's own copy from the submission on; `kind` and `size` (bytes) are theirs, `source_hash` is
    their SHA-256 ("" when it is the `content_hash`), and `treatment` is what is done to them before they are sent."""

    ref: str
    content_hash: str
    name: str
    kind: str
    size: int
    alt: str
    caption: str
    path: Path
    source_hash: str = ""
    treatment: Treatment = AS_IT_IS

    @property
    def source(self) -> str:
        """SHA-256 (hex) of the writer's file."""
        return self.source_hash or self.content_hash


@dataclass(frozen=True, slots=True)
class Collected:
    """The pictures of a post, those that cannot go out as (reference, error), the ids of the posts that it links to,
    and where else it leads. `broken`: a frame of the blog lost its other end. `made`: what goes out of a post that came
    from the blog, without its pictures, where that was asked for."""

    pictures: tuple[Picture, ...]
    refused: tuple[tuple[str, LibraryError], ...] = ()
    linked: tuple[str, ...] = ()
    outward: Outward = field(default_factory=Outward)
    broken: bool = False
    made: Sent | None = None


def is_remote(ref: str) -> bool:
    """Whether a reference is an address that readers can open as it is, or a picture written into the text."""
    return re.match(r"(?:https?:)?//|data:image/", ref.strip(), re.IGNORECASE) is not None


def collect(
    post: Post,
    resolve: Resolve,
    opened: Opened | None = None,
    *,
    recipe: Recipe = USUAL,
    made: bool = False,
) -> Collected:
    """Every picture of the writer's disk that the post shows, the featured one included, with what it needs to go out
    by the blog's recipe. Reads and hashes the files. What the blog's own content shows (`opened`) is no picture of
    hers, however it is named there, and where its untouched blocks lead to is not looked at. `made`: say what goes out
    of such a post, too."""
    body = _touched(post.body, opened) if opened is not None else post.body
    words = {p.ref: (p.alt, p.caption) for p in reversed(find_pictures(body))}
    refs: dict[str, None] = {}
    there: list[frozenset[str]] = []  # made at the first question: most edits show no picture

    def is_theirs(ref: str) -> bool:
        if opened is not None and not there:
            there.append(addresses_in(opened.content) | addresses_in(opened.shown))
        return opened is not None and ref in there[0]

    def seen(ref: str) -> str | None:
        if not is_remote(ref) and not is_theirs(ref):
            refs[ref] = None
        return None

    html = render_for_blog(body, seen)
    if post.image and not is_remote(post.image):
        refs[post.image] = None
    pictures: list[Picture] = []
    refused: list[tuple[str, LibraryError]] = []
    for ref in refs:
        try:
            pictures.append(_picture(ref, resolve(ref), *words.get(ref, ("", "")), recipe))
        except LibraryError as error:
            refused.append((ref, error))
        except OSError as error:
            refused.append((ref, _unreadable(ref, error)))
    local = _local_addresses(html, refs.keys())
    refused += [(address, _only_here(address)) for address in local if not is_theirs(address)]
    sent = sent_on(opened, post, {}, {}) if opened is not None and (made or opened.has_frames) else None
    return Collected(
        tuple(pictures), tuple(refused), linked_posts(html), outward(html),
        sent is not None and sent.broken, sent if made else None,
    )  # fmt: skip


def _touched(body: str, opened: Opened) -> str:
    """The blocks of a text that are not as the blog has them, none of which defines anything; all of the text where
    one of those leads to a place in it."""
    from postdesk.markup.blocks import split

    there = {piece.markdown for piece in opened.pieces if piece.source}
    touched = [block.text for block in split(body) if block.text not in there]
    if any("](#" in text or "href" in text for text in touched):
        return body
    return "\n\n".join(touched)


def by_content(pictures: tuple[Picture, ...]) -> tuple[Picture, ...]:
    """One picture per content, in the order of the text; the first that has an alt text speaks for it."""
    chosen: dict[str, Picture] = {}
    for picture in pictures:
        there = chosen.get(picture.content_hash)
        if there is None or (not there.alt and picture.alt):
            chosen[picture.content_hash] = picture
    return tuple(chosen.values())


def media_file(picture: Picture, path: Path, kind: str, size: int) -> MediaFile:
    """The picture as a backend uploads it, prepared: `size` bytes of `kind` at `path`."""
    ending = next(end for _start, mime, end in KINDS if mime == kind)
    name = f"{picture.name.rpartition('.')[0]}.{ending}"
    return MediaFile(
        path, name, picture.content_hash, kind, size, picture.alt, picture.caption, unquote(picture.ref)
    )


def outgoing(
    post: Post,
    pictures: tuple[Picture, ...],
    media: Mapping[str, MediaReceipt],
    content_format: ContentFormat,
    *,
    status: Status,
    slug: str,
    date: datetime | None,
    links: Mapping[str, str] = MappingProxyType({}),
    opened: Opened | None = None,
) -> Outgoing:
    """Everything that is set on the blog. `media` has every picture's content hash; `links` the addresses of posts by
    their ids: of a link to any other post the words go out. `opened` is what the blog has of a post that came from
    there. Raises `PictureRefused`, and `NotReady` for a text that would not look as meant there."""
    by_ref = {p.ref: media[p.content_hash] for p in pictures}
    if opened is not None:
        sent = sent_on(opened, post, by_ref, links)
        if sent.broken:
            raise broken()
        content = sent.opened.content
        untouched = {piece.source for piece in opened.pieces}
        touched = "".join(piece.source for piece in sent.opened.pieces if piece.source not in untouched)
    else:
        content = touched = content_for(post, by_ref, links, content_format)
    local = _local_addresses(touched, {m.address for m in media.values()} | set(links.values()))
    if local and opened is not None:
        known = addresses_in(opened.content)
        local = [address for address in local if address not in known]
    if local:
        raise _only_here(local[0])
    featured = by_ref.get(post.image)
    return Outgoing(
        title=post.title, content=content, status=status, slug=slug, date=date, excerpt=post.excerpt, tags=post.tags,
        categories=post.categories, featured=featured.remote_id if featured else "", visibility=post.visibility,
        post_password=post.post_password,
    )  # fmt: skip


def content_for(
    post: Post, by_ref: Mapping[str, MediaReceipt], links: Mapping[str, str], content_format: ContentFormat
) -> str:
    """The content of a post that was written here. `by_ref`: the pictures that are uploaded, by their references."""
    return _emitter(by_ref, links, content_format)(render_for_blog(post.body, lambda _ref: None))


def sent_on(opened: Opened, post: Post, by_ref: Mapping[str, MediaReceipt], links: Mapping[str, str]) -> Sent:
    """The post on top of what the blog has of it. `by_ref`: the pictures that are uploaded, by their references."""
    from postdesk.markup.lossless import Flavour, send_post

    blocks = opened.flavour is Flavour.BLOCKS
    return send_post(
        opened, post.body, _emitter(by_ref, links, ContentFormat.BLOCKS if blocks else ContentFormat.HTML)
    )


def _emitter(
    by_ref: Mapping[str, MediaReceipt], links: Mapping[str, str], content_format: ContentFormat
) -> Callable[[str], str]:
    """From what was rendered to what a blog gets."""
    media = {m.address: Media(m.remote_id, m.address, m.width, m.height) for m in by_ref.values()}

    def address_of(ref: str) -> str | None:
        there = by_ref.get(ref)
        return there.address if there else None

    def emit(rendered: str) -> str:
        html = with_addresses(exchange_sources(rendered, address_of), links)
        return to_blocks(html, media) if content_format is ContentFormat.BLOCKS else html

    return emit


def addresses_in(html: str) -> frozenset[str]:
    """Every address from which a reader's browser would load something."""
    addresses = _Addresses()
    read(html, addresses)
    return frozenset(addresses.found)


def broken() -> NotReady:
    """The error for a text in which a frame of the blog lost its other end."""
    return NotReady(
        _("A frame around some of the blocks has lost its beginning or its end, or a block stands where the blog's "
          "own text is never closed."),
        _("Nothing was sent, and the post on the blog is as it was."),
        _("Undo the change, or remove both ends of the frame."),
    )  # fmt: skip


def kind_of(head: bytes) -> tuple[str, str] | None:
    """MIME type and ending by a file's first bytes (32 are enough), None for no picture that blogs show."""
    text = head.decode("latin-1")
    return next(((mime, end) for start, mime, end in KINDS if re.match(start, text, re.DOTALL)), None)


def marker_name(content_hash: str, name: str, ending: str) -> str:
    """The name that an upload gets: it can be found again by the hash in it."""
    plain = slugify(Path(name).stem, 40) or "picture"
    return f"pd-{content_hash[:16]}-{plain}.{ending}"


def picture_json(picture: Picture) -> dict[str, Any]:
    """The picture as JSON values."""
    return {
        "ref": picture.ref, "content_hash": picture.content_hash, "name": picture.name, "kind": picture.kind,
        "size": picture.size, "alt": picture.alt, "caption": picture.caption, "path": str(picture.path),
        "source_hash": picture.source_hash, "treatment": treatment_json(picture.treatment),
    }  # fmt: skip


def picture_from_json(values: dict[str, Any]) -> Picture:
    """The picture that `picture_json` wrote, now or before pictures were prepared."""
    treatment = treatment_from_json(values.get("treatment", {}))
    return replace(Picture(**{**values, "treatment": treatment}), path=Path(values["path"]))


def _picture(ref: str, path: Path, alt: str, caption: str, recipe: Recipe) -> Picture:
    # With it comes all that decodes pictures.
    from postdesk.publishing.prepare import examine

    with path.open("rb") as file:
        data = file.read(LARGEST + 1)
    kind = kind_of(data[:32])
    if kind is None or len(data) > LARGEST:
        raise PictureRefused(
            _("The file “{name}” is not a picture that a blog can show.").format(name=ref),
            _("Nothing was sent."),
            _("Use a JPEG, PNG, GIF, WebP, AVIF or HEIC file, or take it out of the text."),
        )
    source = content_hash(data)
    treatment = examine(data, kind[0], recipe, unquote(ref))
    key = key_of(source, treatment)
    name = marker_name(key, path.name, kind[1])
    return Picture(
        ref, key, name, kind[0], len(data), alt, caption, path, "" if key == source else source, treatment
    )


def _unreadable(ref: str, error: OSError) -> PictureRefused:
    return PictureRefused(
        _("The picture “{name}” cannot be read: {reason}.").format(name=ref, reason=error.strerror or error),
        _("Nothing was sent."),
        _("Put the file back beside the post, or take it out of the text."),
    )


class _Addresses:
    """Every address from which a reader's browser would load something."""

    def __init__(self) -> None:
        self.found: list[str] = []

    def start(self, tag: str, attributes: list[tuple[str, str]]) -> None:
        """An element begins."""
        for name, value in attributes:
            if name in ("src", "poster"):
                self.found.append(value.strip())
            elif name == "srcset":
                self.found += [part.split()[0] for part in value.split(",") if part.split()]
            elif name == "href" and value.strip().lower().startswith("file:"):
                self.found.append(value.strip())

    def end(self, tag: str) -> None:
        """An end tag has no address."""

    def text(self, words: str) -> None:
        """Nor has text."""


def _local_addresses(html: str, allowed: Set[str]) -> list[str]:
    """What a reader's browser would look for in vain. A path from the root is one on the blog ("/wp-content/…")."""
    addresses = _Addresses()
    read(html, addresses)
    return [
        a for a in addresses.found if a and a not in allowed and not is_remote(a) and not a.startswith("/")
    ]


def _only_here(address: str) -> PictureRefused:
    return PictureRefused(
        _("The text shows “{name}”, which lies only on this computer.").format(name=address[:200]),
        _("Nothing was sent."),
        _("Drop the picture into the text, so that it is uploaded with the post, or take it out."),
    )
