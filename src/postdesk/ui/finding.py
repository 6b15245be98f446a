"""Which rows of the list a search means: the index's answer for the library's files, titles for the rest, and the
operators on what is known of each post. Called in tasks; nothing of Qt here."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Protocol

from postdesk.library.context import Context, context, fold
from postdesk.library.query import Filter, Query, Term
from postdesk.library.reading import body_of
from postdesk.library.slips import Words, has_word
from postdesk.ui.sidebar.rows import Row

FILE = "file:"
"""What the key of a file's row begins with; its path follows."""


class Facts(Protocol):
    """What a summary of a file and a post of a blog have in common."""

    @property
    def tags(self) -> tuple[str, ...]: ...
    @property
    def categories(self) -> tuple[str, ...]: ...
    @property
    def date(self) -> datetime | None: ...
    @property
    def excerpt(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Shelved:
    """A row, what is known of its post, its file's path as text ("": only on a blog), its title folded, and the names
    of the blogs that have it."""

    row: Row
    facts: Facts
    file: str
    title: str
    blogs: tuple[str, ...]


class Searched(Protocol):
    """The library, as far as a search needs it."""

    def search(self, query: Query) -> frozenset[str] | None: ...
    def has_word(self, word: str) -> bool: ...


def find_keys(
    library: Searched, shelved: Sequence[Shelved], titles: Words, query: Query, outdated: Callable[[], bool]
) -> frozenset[str]:
    """The keys of the rows that `query` means; of what is found by then when `outdated` says that nobody waits."""
    query, meant = _forgiven(library, titles, query)
    files = library.search(_worth_asking(query))
    wanted = [fold(term.words) for term in query.terms if not term.excluded]
    unwanted = [fold(term.words) for term in query.terms if term.excluded]
    keys = set[str]()
    if files is not None and not meant and not query.filters:
        # What the index found is all there is of the files, but for titles, which the list looks through by itself.
        keys.update(map(FILE.__add__, files))
        shelved = [one for one in shelved if not one.file]
    for one in shelved:
        if outdated():
            break
        if not one.file:
            text = f"{one.title}\n{fold(one.facts.excerpt)}"
            fits = all(word in text for word in wanted) and not any(word in text for word in unwanted)
            fits = fits and not any(f.operator in ("has", "links") for f in query.filters)
        else:
            # A title counts by any part of it, as while she was still typing.
            fits = one.file in files if files is not None else not wanted
            fits = fits or (not query.filters and _in(one.title, wanted, unwanted))
        fits = fits and all(has_word(one.title, words) for words in meant)
        if fits and all(_holds(one, each) for each in query.filters):
            keys.add(one.row.key)
    return frozenset(keys)


def _worth_asking(query: Query) -> Query:
    """Without the words of one letter: nearly every post has a word that begins with it, and she is still typing."""
    return replace(query, terms=tuple(t for t in query.terms if len(t.words) > 1 or not t.words.isascii()))


def _in(title: str, wanted: Sequence[str], unwanted: Sequence[str]) -> bool:
    return bool(wanted) and not unwanted and all(word in title for word in wanted)


def _forgiven(library: Searched, titles: Words, query: Query) -> tuple[Query, list[Collection[str]]]:
    """The query without the words that stand nowhere, and for each of these the words of titles that are meant."""
    kept: list[Term] = []
    meant: list[Collection[str]] = []
    for term in query.terms:
        near = frozenset[str]() if term.phrase or term.excluded else titles.near(term.words)
        if near and not library.has_word(term.words):
            meant.append(near)
        else:
            kept.append(term)
    return replace(query, terms=tuple(kept)), meant


def _holds(one: Shelved, wanted: Filter) -> bool:
    check = _CHECKS.get(wanted.operator)
    return check is None or check(one, wanted) is not wanted.excluded


def _begins(names: Iterable[str], value: str) -> bool:
    return any(name.casefold().startswith(value) for name in names)


def _state(one: Shelved, wanted: Filter) -> bool:
    if wanted.value == "waiting":
        return one.row.waiting
    return one.row.tab == {"draft": "drafts"}.get(wanted.value, wanted.value)


def _moment(one: Shelved) -> float:
    return one.facts.date.timestamp() if one.facts.date else one.row.when or 0.0


def _before(one: Shelved, wanted: Filter) -> bool:
    return wanted.moment is not None and _moment(one) < wanted.moment.timestamp()


# "has" and "links" are asked of the index.
_CHECKS: Mapping[str, Callable[[Shelved, Filter], bool]] = {
    "tag": lambda one, wanted: _begins(one.facts.tags, wanted.value),
    "category": lambda one, wanted: _begins(one.facts.categories, wanted.value),
    "blog": lambda one, wanted: any(wanted.value in name.casefold() for name in one.blogs),
    "state": _state,
    "before": _before,
    "after": lambda one, wanted: not _before(one, wanted),
}


def contexts(paths: Mapping[str, Path], words: Sequence[str]) -> dict[str, Context]:
    """For each key the line of its file in which one of `words` stands first; keys without one are left out."""
    found = {}
    for key, path in paths.items():
        line = context(body_of(path), words)
        if line is not None:
            found[key] = line
    return found
