"""Which rows of the list a search means: the index's answer for the library's files, titles for the rest, and the
operators on what is known of each post. Called in tasks; nothing of Qt here."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from postdesk.backends.base import RemotePost
from postdesk.library.context import Context, context, fold
from postdesk.library.query import Filter, Query, Term
from postdesk.library.reading import body_of
from postdesk.library.slips import SHORTEST, split
from postdesk.ui.sidebar.listing import TABS, Found, Listing


class Blogs:
    """The names of the blogs that have a post, by slot: few are different."""

    def __init__(self, slots: int) -> None:
        self._kinds: list[tuple[str, ...]] = [()]
        self._number_of: dict[tuple[str, ...], int] = {(): 0}
        self._kind_of = array("H", bytes(2 * slots))

    def put(self, slot: int, names: tuple[str, ...]) -> None:
        """These blogs have the post in a slot. After 65,535 different answers the others count as none."""
        number = self._number_of.setdefault(names, len(self._kinds))
        if number == len(self._kinds):
            self._kinds.append(names)
        self._kind_of[slot] = number if number < 2**16 else 0

    def get(self, slot: int) -> tuple[str, ...]:
        """The names of those that have the post in a slot."""
        return self._kinds[self._kind_of[slot]]


@dataclass(frozen=True, eq=False)
class Searchable:
    """The list, and what a search has to know besides: `moments` (when readers got it, or it was changed; by slot),
    the names of the `blogs` that have a post, and the posts that are only on a blog, whose slots follow the files'.
    `is_whole`: the files' slots are the library's own, and not those of the beginning of its list."""

    listing: Listing
    moments: Sequence[float]
    blogs: Blogs
    remote: Sequence[RemotePost] = ()
    is_whole: bool = True


class Searched(Protocol):
    """The library, as far as a search needs it."""

    def search_slots(self, query: Query) -> list[int] | None: ...
    def has_word(self, word: str) -> bool: ...
    def titled_slots(self, word: str) -> list[int]: ...


def find_rows(library: Searched, searchable: Searchable, query: Query, outdated: Callable[[], bool]) -> Found:
    """The rows that `query` means; of what is found by then when `outdated` says that nobody waits."""
    listing = searchable.listing
    query, meant = _forgiven(library, searchable, query)
    wanted = [fold(term.words) for term in query.terms if not term.excluded]
    unwanted = [fold(term.words) for term in query.terms if term.excluded]
    flags = bytearray(len(listing))
    found = _found(library, query) if searchable.is_whole else None
    files = listing.files
    if found is not None:
        for slot in found:
            if slot < files:
                flags[slot] = 1
    elif not wanted:
        flags[:files] = b"\1" * files
    if outdated():
        return Found(listing, bytes(flags))
    if wanted and not unwanted and not query.filters:
        # A title counts by any part of it, as while she was still typing.
        for slot in listing.titled(wanted):
            if slot < files:
                flags[slot] = 1
    for slot, post in enumerate(searchable.remote, files):
        flags[slot] = _fits_remote(listing.titles.folded[slot], post, wanted, unwanted, query.filters)
    for words in meant:
        there = [slot for slot in _titled(library, searchable, words) if flags[slot]]
        flags = bytearray(len(listing))
        for slot in there:
            flags[slot] = 1
    for one in query.filters:
        if (check := _check(searchable, one)) is not None and not outdated():
            _keep(flags, check)
    return Found(listing, bytes(flags))


def _keep(flags: bytearray, check: Callable[[int], bool]) -> None:
    at = flags.find(1)
    while at >= 0:
        if not check(at):
            flags[at] = 0
        at = flags.find(1, at + 1)


def _fits_remote(
    title: str, post: RemotePost, wanted: Sequence[str], unwanted: Sequence[str], filters: Iterable[Filter]
) -> bool:
    text = f"{title}\n{fold(post.excerpt)}"
    if not all(word in text for word in wanted) or any(word in text for word in unwanted):
        return False
    labels = {"tag": post.tags, "category": post.categories}
    for one in filters:
        if one.operator in ("has", "links"):
            return False  # nothing is known of that
        if one.operator in labels and _begins(labels[one.operator], one.value) is one.excluded:
            return False
    return True


def _found(library: Searched, query: Query) -> list[int] | None:
    """The slots of the files that the index finds. Short words say little while she is still typing: one of a single
    letter is left out, as nearly every post has a word that begins with it, and one of two counts as a whole word where
    that finds anything. (Words of Chinese and Japanese are short.)"""
    terms = [term for term in query.terms if len(term.words) > 1 or not term.words.isascii()]
    whole = [replace(term, phrase=True) if _is_short(term) else term for term in terms]
    found = library.search_slots(replace(query, terms=tuple(whole)))
    if not found and whole != terms:
        found = library.search_slots(replace(query, terms=tuple(terms)))
    return found


def _is_short(term: Term) -> bool:
    return len(term.words) == 2 and term.words.isascii() and not term.phrase and not term.excluded


def _forgiven(library: Searched, searchable: Searchable, query: Query) -> tuple[Query, list[frozenset[str]]]:
    """The query without the words that stand nowhere, and for each of these the words of titles that are meant."""
    kept: list[Term] = []
    meant: list[frozenset[str]] = []
    for term in query.terms:
        near = frozenset[str]()
        if (
            not term.phrase
            and not term.excluded
            and len(term.words) >= SHORTEST
            and not library.has_word(term.words)
        ):
            near = searchable.listing.titles.words.near(term.words)
        if near:
            meant.append(near)
        else:
            kept.append(term)
    return replace(query, terms=tuple(kept)), meant


def _titled(library: Searched, searchable: Searchable, words: frozenset[str]) -> set[int]:
    """The slots of the rows that have one of these words of titles in their own. Where the index does not know one (it
    has not learnt it yet, or takes "ß" for another letter than "ss"), the titles themselves are looked through."""
    titles, files = searchable.listing.titles, searchable.listing.files
    found: set[int] = set()
    unknown: set[str] = set()
    for word in words:
        known = library.titled_slots(word) if searchable.is_whole else []
        found.update(slot for slot in known if slot < files)
        if not known:
            unknown.add(word)
    if unknown:
        found |= titles.joined.with_words(unknown)
    for slot in range(files, len(searchable.listing)):
        if not words.isdisjoint(split(titles.folded[slot])):
            found.add(slot)
    return found


def _check(searchable: Searchable, wanted: Filter) -> Callable[[int], bool] | None:
    """What a filter says of the row in a slot; None for those that the index answers."""
    listing, excluded = searchable.listing, wanted.excluded
    if wanted.operator == "state":
        if wanted.value == "waiting":
            return lambda slot: (slot in listing.waiting) is not excluded
        tab = TABS.index({"draft": "drafts"}.get(wanted.value, wanted.value))
        return lambda slot: (listing.tabs[slot] == tab) is not excluded
    if wanted.operator == "blog":
        blogs = searchable.blogs.get
        return lambda slot: any(wanted.value in name.casefold() for name in blogs(slot)) is not excluded
    if wanted.operator in ("before", "after") and wanted.moment is not None:
        moment, moments = wanted.moment.timestamp(), searchable.moments
        before = (wanted.operator == "before") is not excluded
        return lambda slot: (moments[slot] < moment) is before
    return None


def _begins(names: Iterable[str], value: str) -> bool:
    return any(name.casefold().startswith(value) for name in names)


def contexts(paths: Mapping[str, Path], words: Sequence[str]) -> dict[str, Context]:
    """For each key the line of its file in which one of `words` stands first; keys without one are left out."""
    found = {}
    for key, path in paths.items():
        line = context(body_of(path), words)
        if line is not None:
            found[key] = line
    return found
