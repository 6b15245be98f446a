"""Tags and categories of the whole library: counted, and renamed, merged or removed in every post that has them.

A rename is a list of changes that is made first and shown; then each file is saved by itself, in the library's own way.
Stopped anywhere it leaves every file whole, and done again it does the rest. A name may be a path ("News/Local"): what
happens to "News" happens to what lies below it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from pathlib import Path

from postdesk.core.errors import DiskFull, LibraryError
from postdesk.core.files import read_start
from postdesk.core.language import _
from postdesk.core.post import Post
from postdesk.library.library import Library
from postdesk.library.summary import Summary

SEPARATOR = "/"
_HEAD = 64 << 10  # bytes of a file that cannot be read as a post in which the name is looked for


class Kind(Enum):
    """Which names are meant; the value is that of the field in `Post` and in `Summary`."""

    TAGS = "tags"
    CATEGORIES = "categories"


@dataclass(frozen=True, slots=True)
class Change:
    """What a rename does to one post: its names `before` and `after`. `problem` is why it cannot be done, a sentence,
    or ""."""

    path: Path
    post_id: str
    title: str
    before: tuple[str, ...]
    after: tuple[str, ...]
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was done, as changes whose `before` and `after` are those of the file; and what was not, with why."""

    done: tuple[Change, ...] = ()
    skipped: tuple[Change, ...] = ()

    def __add__(self, later: Outcome) -> Outcome:
        return Outcome(self.done + later.done, self.skipped + later.skipped)


def counts(summaries: Iterable[Summary], kind: Kind) -> tuple[tuple[str, int], ...]:
    """Every name with the number of posts that have it, by name."""
    found = Counter(name for summary in summaries for name in dict.fromkeys(getattr(summary, kind.value)))
    return tuple(sorted(found.items(), key=lambda pair: (pair[0].casefold(), pair[0])))


def with_parents(names: Iterable[str]) -> frozenset[str]:
    """The names, and those that they lie below."""
    found = set()
    for name in names:
        parts = name.split(SEPARATOR)
        found.add(name)
        if all(part.strip() for part in parts):
            found.update(SEPARATOR.join(parts[:n]).strip() for n in range(1, len(parts)))
    return frozenset(found)


def renamed(names: Sequence[str], old: str, new: str) -> tuple[str, ...]:
    """The names once `old` and what lies below it is called `new`; "" takes it away. A name that is there already is
    not there twice: renamed to another one's name, two become one."""
    result: dict[str, None] = {}
    for name in names:
        below = name.removeprefix(old + SEPARATOR) if name.startswith(old + SEPARATOR) else ""
        if name == old:
            name = new
        elif below:
            name = new + SEPARATOR + below if new else ""
        if name:
            result[name] = None
    return tuple(result)


def tidy_name(text: str) -> str:
    """What she typed as one name: in one line, without the marks that end a name in the details."""
    return " ".join(text.replace(",", " ").replace(";", " ").split())


def changes_for(summaries: Iterable[Summary], kind: Kind, old: str, new: str) -> tuple[Change, ...]:
    """What the rename would do, in the order of the list; reads the start of files that are no posts now (their front
    matter is broken), as they may have the name and cannot be changed."""
    found = []
    for summary in summaries:
        names: tuple[str, ...] = getattr(summary, kind.value)
        title = summary.title or summary.path.stem
        if summary.problem:
            if names or _names_it(summary.path, old):
                found.append(Change(summary.path, summary.id, title, names, names, summary.problem))
            continue
        after = renamed(names, old, new)
        if after != names:
            found.append(Change(summary.path, summary.id, title, names, after))
    return tuple(found)


def rename_one(library: Library, kind: Kind, change: Change, old: str, new: str) -> Outcome:
    """Rename in one file, as it is now. What cannot be done is in the outcome, too; raises DiskFull alone, as no other
    file would fare better."""
    return _save(library, kind, change, lambda names: renamed(names, old, new))


def take_back_one(library: Library, kind: Kind, change: Change) -> Outcome:
    """Give a file the names that it had before, where they are still those that the rename made. Raises DiskFull."""

    def before(names: tuple[str, ...]) -> tuple[str, ...] | None:
        return change.before if names == change.after else None

    return _save(library, kind, change, before)


def post_with(post: Post, kind: Kind, names: tuple[str, ...]) -> Post:
    """The post with these names."""
    return replace(post, tags=names) if kind is Kind.TAGS else replace(post, categories=names)


def names_of(post: Post, kind: Kind) -> tuple[str, ...]:
    """The post's names of this kind."""
    return post.tags if kind is Kind.TAGS else post.categories


def _save(
    library: Library, kind: Kind, change: Change, put: Callable[[tuple[str, ...]], tuple[str, ...] | None]
) -> Outcome:
    """`put` gives the names that the file is to have for those that it has, None to let it be."""
    try:
        document = library.read(change.path)
        before = names_of(document.post, kind)
        after = put(before)
        if document.problem or document.fields is None:
            return Outcome(skipped=(replace(change, problem=document.problem or _changed()),))
        if document.post.id != change.post_id or after is None:
            return Outcome(skipped=(replace(change, problem=_changed()),))
        if after == before:
            return Outcome()
        library.save(document, post_with(document.post, kind, after))
    except DiskFull:
        raise
    except LibraryError as error:
        return Outcome(skipped=(replace(change, problem=error.sentence),))
    return Outcome(done=(replace(change, before=before, after=after),))


def _changed() -> str:
    return _("It was changed meanwhile, and is as it was left.")


def _names_it(path: Path, name: str) -> bool:
    try:
        start = read_start(path, _HEAD)[0]
    except LibraryError:
        return False
    return name.encode() in start
