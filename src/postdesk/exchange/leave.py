"""Posts that leave the library: as a zip of Markdown with its pictures, or as one page that needs nothing else."""

from __future__ import annotations

import base64
import html
import io
import re
import time
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from postdesk.core.cancel import Cancel
from postdesk.core.errors import LibraryError, PictureRefused
from postdesk.core.files import content_hash
from postdesk.core.language import _
from postdesk.core.post import Post
from postdesk.core.resources import resource
from postdesk.exchange.front import written
from postdesk.exchange.references import exchange_references
from postdesk.exchange.values import Problem
from postdesk.library import frontmatter, names
from postdesk.library.document import Document
from postdesk.library.library import Library
from postdesk.library.pictures import kind_of
from postdesk.markup.clean import clean, safe_link
from postdesk.markup.render import render_document
from postdesk.markup.shown import exchange_in_cards, shown_pictures

LARGEST: Final = 1 << 30
"""Bytes of one export, which is made in memory before it is saved as a whole."""

_TYPES = {
    ".jpg": "image/jpeg",
    ".png": "image/png",
    ".gif": "image/gif",
    ".webp": "image/webp",
    ".avif": "image/avif",
    ".heic": "image/heic",
}
_REMOTE = re.compile(r"(?:https?:)?//|data:", re.IGNORECASE)
_ALONE = re.compile(r"<p>(https?://[^\s<>\"']+)</p>")
_EMPTY_CSP = "default-src 'none'; img-src data: https:; style-src 'unsafe-inline'"

Progress = Callable[[int, int, str], None]
"""How many posts are done, of how many, and the title of the one at hand."""


@dataclass(frozen=True, slots=True)
class Export:
    """What an export gave: the bytes of its file, how many posts are in it, and what did not come along."""

    data: bytes
    count: int
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class Leaf:
    """A post as a page shows it: its title, when, and its cleaned HTML, whose pictures are addresses of `picture`."""

    title: str
    when: str
    body: str


def _quiet(_done: int, _of: int, _title: str) -> None:
    return


def as_zip(library: Library, paths: Sequence[Path], cancel: Cancel, progress: Progress = _quiet) -> Export:
    """A zip of the posts in these files, each as its Markdown file, and their pictures in the folder `pictures`.

    A file that cannot be read as a post goes along as it is. Raises Cancelled, and LibraryError when it would be larger
    than `LARGEST`.
    """
    problems: list[Problem] = []
    out = io.BytesIO()
    taken: list[str] = []
    pictures: dict[str, str] = {}  # by content
    count = 0
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as bundle:

        def add(name: str, data: bytes, kind: int) -> None:
            entry = zipfile.ZipInfo(name, time.localtime()[:6])
            entry.compress_type = kind
            entry.external_attr = 0o644 << 16
            if out.tell() + len(data) > LARGEST:
                raise _too_large()
            bundle.writestr(entry, data)

        def put(document: Document, ref: str) -> str:
            data = library.read_shown_picture(document, ref)
            digest = content_hash(data)
            if digest not in pictures:
                stem = names.file_stem(Path(names.decode_reference(ref)).stem).replace(" ", "-")
                name = names.free_name(stem, kind_of(data[:32]), pictures.values())
                pictures[digest] = name
                add(f"pictures/{name}", data, zipfile.ZIP_STORED)  # they are compressed already
            return f"pictures/{names.encode_reference(pictures[digest])}"

        for document in _documents(library, paths, cancel, progress, problems):
            name = names.free_name(names.file_stem(document.path.stem), ".md", taken)
            taken.append(name)
            count += 1
            if document.readonly:
                problems.append(Problem(document.path.name, document.problem))
            elif document.fields is None:
                add(name, document.data, zipfile.ZIP_DEFLATED)
            else:
                text = _moved(document, lambda ref, document=document: put(document, ref), problems)  # type: ignore[misc]
                add(name, text.encode("utf-8", "replace"), zipfile.ZIP_DEFLATED)
    return Export(out.getvalue(), count, tuple(problems))


def as_page(library: Library, paths: Sequence[Path], cancel: Cancel, progress: Progress = _quiet) -> Export:
    """The posts in these files as one HTML page: with its style sheet and the library's pictures in it, without any
    script, and with pictures elsewhere as links to them. Raises Cancelled, LibraryError.
    """
    problems: list[Problem] = []

    def embedded(document: Document, ref: str) -> str:
        data = library.read_shown_picture(document, ref)
        return f"data:{_TYPES[kind_of(data[:32])]};base64,{base64.b64encode(data).decode('ascii')}"

    leaves: list[Leaf] = []
    size = 0
    for document in _documents(library, paths, cancel, progress, problems):
        leaf = leaf_of(document, embedded, problems)
        size += len(leaf.body)
        if size > LARGEST:
            raise _too_large()
        leaves.append(leaf)
    return Export(_page(leaves).encode("utf-8", "replace"), len(leaves), tuple(problems))


def leaf_of(document: Document, address: Callable[[Document, str], str], problems: list[Problem]) -> Leaf:
    """A post as HTML that is safe to show. `address` gives what stands for a picture of the library; it may raise
    PictureRefused."""
    post = document.post

    def picture(ref: str) -> str | None:
        try:
            return address(document, ref)
        except PictureRefused as error:
            if _REMOTE.match(ref):
                return ref if ref.startswith("https:") else None
            problems.append(Problem(title_of(document), error.sentence))
            return None

    body = _ALONE.sub(_linked, render_document(post.body))
    if post.image:
        body = f'<figure><img src="{html.escape(post.image)}" alt=""></figure>\n{body}'
    when = f"{post.date:%Y-%m-%d}" if post.date else ""
    return Leaf(title_of(document), when, clean(body, picture, remote_allowed=True))


def title_of(document: Document) -> str:
    """What to call a post."""
    return document.post.title or document.path.stem


def _documents(
    library: Library, paths: Sequence[Path], cancel: Cancel, progress: Progress, problems: list[Problem]
) -> Iterator[Document]:
    for number, path in enumerate(paths, 1):
        cancel.check()
        progress(number, len(paths), path.stem)
        try:
            yield library.read(path)
        except LibraryError as error:
            problems.append(Problem(path.name, error.sentence))


def _moved(document: Document, put: Callable[[str], str], problems: list[Problem]) -> str:
    """The post's file with the references that its pictures have in the zip."""
    post: Post = document.post
    new: dict[str, str] = {}
    for ref in dict.fromkeys([post.image, *(one.ref for one in shown_pictures(post.body))]):
        if ref and not ref.startswith("data:"):
            try:
                new[ref] = put(ref)
            except PictureRefused as error:
                if not _REMOTE.match(ref):
                    problems.append(Problem(title_of(document), error.sentence))
    parts = frontmatter.cut(document.text)
    body = exchange_in_cards(exchange_references(post.body, new), new.get)
    moved = replace(post, body=body, image=new.get(post.image, post.image))
    return written(moved, parts.front if parts is not None else None, {})


def _linked(found: re.Match[str]) -> str:
    address = safe_link(html.unescape(found[1]))
    return f'<p><a href="{html.escape(address)}">{found[1]}</a></p>' if address else found[0]


def _page(leaves: Sequence[Leaf]) -> str:
    title = leaves[0].title if len(leaves) == 1 else _("{count} posts").format(count=len(leaves))
    style = resource("site/style.css").read_text("utf-8")
    articles = "\n".join(
        f"<article>\n<header>\n<h1>{html.escape(leaf.title)}</h1>\n"
        + (f'<p class="by">{html.escape(leaf.when)}</p>\n' if leaf.when else "")
        + f'</header>\n<div class="text">\n{leaf.body}\n</div>\n</article>'
        for leaf in leaves
    )
    return (
        '<!doctype html>\n<html>\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_EMPTY_CSP}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{html.escape(title)}</title>\n<style>\n{style}\nmain {{ padding-top: 3rem; padding-bottom: 4rem; }}\n"
        "article + article { margin-top: 4rem; padding-top: 3rem; border-top: 1px solid var(--line); }\n</style>\n"
        f"</head>\n<body>\n<main>\n{articles}\n</main>\n</body>\n</html>\n"
    )


def _too_large() -> LibraryError:
    return LibraryError(
        _("These posts and their pictures are more than one gigabyte."),
        _("Nothing was exported."),
        _("Export fewer of them at once."),
    )
