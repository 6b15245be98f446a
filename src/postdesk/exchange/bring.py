"""Brings posts from a source into the library: each once, however often it is repeated or killed in between.

A post's id is made from the source's kind and what the source calls the post, so a second import finds it wherever it
lies by now. What is there is never written to. Pictures are copied before the post that shows them, and each file is
saved whole, so whatever moment an import ends at, the next one goes on from there.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath

from postdesk.core.account import plain_address
from postdesk.core.cancel import Cancel
from postdesk.core.errors import Cancelled, DiskFull, FileGone, LibraryError, NotWritable, PictureRefused
from postdesk.core.files import content_hash, read_file
from postdesk.core.language import _
from postdesk.core.post import Post, imported_id, slugify
from postdesk.exchange.front import written
from postdesk.exchange.references import exchange_references
from postdesk.exchange.values import Incoming, Problem, Source
from postdesk.library import names, pictures
from postdesk.library.library import Library
from postdesk.library.receipts import Receipts
from postdesk.markup.pictures import find_pictures

_REMOTE = re.compile(r"(?:[a-z][a-z0-9+.-]*:|//)", re.IGNORECASE)
_STATIC = ("static", "assets", "content", "source")  # where generators keep what the site has at its top
_MOST_PROBLEMS = 1_000
_PARTS = 12  # folders in each other below the one chosen

Progress = Callable[[int, int | None, str], None]
"""How many posts were looked at, of how many (None: not known), and the title of the one at hand."""


@dataclass(frozen=True, slots=True)
class Summary:
    """How an import ended. `made` are the new files; `there` counts the posts that were here already and are as the
    source has them; `left` the titles of those that differ, which were not touched. `cancelled`: she stopped it.
    """

    made: tuple[Path, ...] = ()
    there: int = 0
    left: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()
    cancelled: bool = False

    @property
    def seen(self) -> int:
        """All posts that were looked at."""
        return len(self.made) + self.there + len(self.left)


@dataclass(frozen=True, slots=True)
class Outlook:
    """What an import would bring. `titles` are the first ones; `count` is None when only reading tells."""

    kind: str
    name: str
    count: int | None
    titles: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()


def look_ahead(source: Source, cancel: Cancel, most: int = 8) -> Outlook:
    """How many posts `source` has, and the first titles. Writes nothing. Raises LibraryError, Cancelled."""
    count = source.count()
    titles: list[str] = []
    problems: list[Problem] = []
    for one in source.posts():
        cancel.check()
        if isinstance(one, Problem):
            problems.append(one)
        else:
            titles.append(title_of(one))
        if len(titles) >= most or len(problems) >= most:
            break
    return Outlook(source.kind, source.name, count, tuple(titles), tuple(problems))


def default_folder(source: Source) -> str:
    """The folder below the library's top that the posts of `source` go to unless she chose another."""
    return names.file_stem(source.name or _("Imported"))


def post_id(kind: str, key: str) -> str:
    """The id of a post from elsewhere; see `imported_id`."""
    return imported_id(kind, key)


def title_of(incoming: Incoming) -> str:
    """What to call a post in a list."""
    return (
        incoming.post.title
        or (incoming.place.name if incoming.place else "")
        or incoming.post.slug
        or _("Untitled")
    )


def bring(
    library: Library,
    source: Source,
    into: str,
    cancel: Cancel,
    progress: Progress = lambda _n, _of, _title: None,
) -> Summary:
    """Make a file for each post of `source` in the folder `into` (relative to the library's top, "" for that itself).

    Raises DiskFull, NotWritable and what opening the source raises; what was made until then stays, and is found by
    the next import. A post that cannot be made is a problem of its own, and the rest goes on.
    """
    return _Import(library, source, into, cancel, progress).run()


@dataclass(slots=True)
class _Import:
    library: Library
    source: Source
    into: str
    cancel: Cancel
    progress: Progress
    made: list[Path] = field(default_factory=list)
    there: int = 0
    left: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    here: dict[str, Path] = field(default_factory=dict)
    published: dict[str, str] = field(default_factory=dict)

    def run(self) -> Summary:
        """All posts, one after the other."""
        self.here = {summary.id: summary.path for summary in self.library.up_to_date()}
        self.published = {
            plain_address(receipt.address): receipt.post_id
            for receipt in Receipts(self.library.root).all()
            if receipt.address and receipt.post_id in self.here
        }
        cancelled = False
        try:
            self.cancel.check()
            count = self.source.count()
            for number, one in enumerate(self.source.posts(), 1):
                self.cancel.check()
                if isinstance(one, Problem):
                    self._say(one)
                    continue
                self.progress(number, count, title_of(one))
                self._take(one)
        except Cancelled:
            cancelled = True
        return Summary(tuple(self.made), self.there, tuple(self.left), tuple(self.problems), cancelled)

    def _take(self, incoming: Incoming) -> None:
        try:
            self._bring(incoming)
        except (DiskFull, NotWritable):
            raise  # the next post would meet the same
        except LibraryError as error:
            self._say(Problem(title_of(incoming), error.sentence))

    def _bring(self, incoming: Incoming) -> None:
        folder, stem = self._place(incoming)
        if incoming.verbatim is not None:
            self._bring_verbatim(incoming, folder, stem)
            return
        own = incoming.post.id or post_id(self.source.kind, incoming.key)
        address = plain_address(str(incoming.extra.get("address", "")))
        known = self.here.get(own) or self.here.get(self.published.get(address, "") if address else "")
        if known is not None:
            if own not in self.here:
                self.there += 1  # it was written here, and published there
            elif self._is_as(known, incoming, own):
                self.there += 1
            else:
                self.left.append(title_of(incoming))
            return
        post = self._with_pictures(
            incoming, folder, lambda name, picture: self.library.take_picture(folder, name, picture)
        )
        data = written(replace(post, id=own), incoming.front, incoming.extra).encode("utf-8", "replace")
        path = self.library.take_in(folder, stem, data)
        self.here[own] = path
        self.made.append(path)

    def _bring_verbatim(self, incoming: Incoming, folder: Path, stem: str) -> None:
        """A file that cannot be read as a post is taken over byte for byte; its place is all that tells it."""
        data = incoming.verbatim or b""
        path = folder / f"{stem}.md"
        if path.exists():
            if read_file(path)[0] == data:
                self.there += 1
            else:
                self.left.append(title_of(incoming))
            return
        self.made.append(self.library.take_in(folder, stem, data))
        self._say(Problem(title_of(incoming), str(incoming.extra.get("problem", ""))))

    def _place(self, incoming: Incoming) -> tuple[Path, str]:
        """The folder, and the file's name without its ending."""
        folder = self.library.root / _safe_path(PurePosixPath(self.into))
        if incoming.place is not None:
            place = _safe_path(incoming.place)
            return folder / place.parent, place.name
        post = incoming.post
        slug = post.slug if re.fullmatch(r"[\w.-]{1,100}", post.slug) else slugify(post.title) or post.title
        stem = names.file_stem(slug)
        if post.date is None:
            return folder, stem
        return folder / f"{post.date.year:04}", f"{post.date:%Y-%m-%d}-{stem}"

    def _is_as(self, path: Path, incoming: Incoming, own: str) -> bool:
        """Whether the file says what an import would write now. Pictures are looked for beside it, and not copied."""
        try:
            post = self._with_pictures(
                incoming, path.parent, lambda name, picture: _beside(path.parent, name, picture)
            )
            return read_file(path)[0] == written(
                replace(post, id=own), incoming.front, incoming.extra
            ).encode("utf-8", "replace")
        except FileGone:
            return False

    def _with_pictures(
        self, incoming: Incoming, folder: Path, put: Callable[[str, Path], str | None]
    ) -> Post:
        """The post with the references of its pictures as they are beside its file. `put` gives a picture's reference
        there."""
        if incoming.beside is None or incoming.wall is None:
            return incoming.post
        post = incoming.post
        new: dict[str, str] = {}
        for ref in [post.image, *(one.ref for one in find_pictures(post.body))]:
            if not ref or ref in new or _REMOTE.match(ref):
                continue
            found = _find(incoming.wall, incoming.beside, ref)
            reference = put(found.name, found) if found is not None else None
            if reference is None:
                reference = ref
                if found is None:
                    self._say(Problem(title_of(incoming), _missing(ref)))
            new[ref] = reference
        return replace(post, body=exchange_references(post.body, new), image=new.get(post.image, post.image))

    def _say(self, problem: Problem) -> None:
        if len(self.problems) < _MOST_PROBLEMS:
            self.problems.append(problem)


def _find(wall: Path, beside: Path, ref: str) -> Path | None:
    """The picture that a post of the source names, inside the source's folder."""
    places = [(beside, ref)]
    if ref.startswith("/"):
        places += [(wall, f"{name}{ref}") for name in _STATIC]
    else:
        places += [(wall, ref)]
    for folder, name in places:
        try:
            descriptor, path = pictures.open_contained(wall, folder, name)
        except PictureRefused:
            continue
        with suppress(OSError):  # it was only looked at
            os.close(descriptor)
        return path
    return None


def _beside(folder: Path, name: str, picture: Path) -> str | None:
    """The reference of the picture in `folder` that has the same content."""
    data, digest = read_file(picture, limit=pictures.LARGEST)
    for other in names.names_in(folder):
        path = folder / other
        try:
            alike = path.suffix.lower() == Path(name).suffix.lower() and path.stat().st_size == len(data)
            if alike and content_hash(path.read_bytes()) == digest:
                return names.encode_reference(other)
        except OSError:
            continue
    return None


def _safe_path(path: PurePosixPath) -> PurePosixPath:
    """A path below the folder chosen: no part climbs, hides, or is a name that some system refuses."""
    parts = [names.file_stem(part) for part in path.parts if part not in ("/", ".", "..")]
    return PurePosixPath(*[part.lstrip(".") or "_" for part in parts[-_PARTS:]])


def _missing(ref: str) -> str:
    shown = "".join(letter if letter.isprintable() else "�" for letter in ref)[:80]
    return _("The picture “{name}” was not found beside the post; its address stays in the text.").format(
        name=shown
    )
