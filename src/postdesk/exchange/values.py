"""What a source of posts holds, as plain values: no file of the library, no format of another program."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any, Protocol

from postdesk.core.post import Post


@dataclass(frozen=True, slots=True)
class Incoming:
    """A post of a source. `key` is what the source calls it, the same at every reading. `post.id` is "" unless the
    source is Post Desk's own.

    `front` is the YAML between the dashes when the source has that and it is to be kept; otherwise `extra` holds what
    a `Post` has no field for (status, address). `place` is where the post stood in its folder, without the ending, or
    None for year and date. `beside` is the folder that its pictures are named from, `wall` the one that they must lie
    in; None where the source has no pictures of its own. `verbatim`: bytes that are taken over as they are.
    """

    key: str
    post: Post
    front: str | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)
    place: PurePosixPath | None = None
    beside: Path | None = None
    wall: Path | None = None
    verbatim: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that did not come over whole. `where` is the post's title or file; `sentence` is for the writer."""

    where: str
    sentence: str


class Source(Protocol):
    """A file or folder with posts in it."""

    @property
    def kind(self) -> str:
        """A word that never changes: a part of every id that is made from this source."""

    @property
    def name(self) -> str:
        """What the writer calls it: the site's title, or the folder's name."""

    def count(self) -> int | None:
        """How many posts there will be, None when only reading tells. May take a while."""

    def posts(self) -> Iterator[Incoming | Problem]:
        """The posts, one after the other, each read when it is asked for. What cannot be read is a problem, and the
        rest goes on."""
