"""What only the blog can tell before a post goes there: whether its address is taken, which categories and tags it has,
and whether it can be reached at all."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from difflib import get_close_matches

from postdesk.backends.base import Backend, Capability, hear
from postdesk.core.account import Account
from postdesk.core.cancel import Cancel
from postdesk.core.errors import BackendError, Busy, NotAllowed, PasswordError, PostDeskError, SignInRefused
from postdesk.core.language import _, ngettext
from postdesk.core.post import Post, slugify
from postdesk.core.receipt import Receipt, Status
from postdesk.publishing.archive import Archive
from postdesk.publishing.preflight import Level, Remark

_KEPT_S = 600.0  # the names of a blog's categories and tags
_NEAR = 0.8  # how alike two names are that are taken for one misspelt
_LIVE_ONCE = (Status.PUBLISHED, Status.PRIVATE, Status.PENDING, Status.SCHEDULED, Status.DRAFT)


@dataclass(frozen=True, slots=True)
class BlogLook:
    """`answered`: whether the blog did, None where it was not asked."""

    answered: bool | None = None
    remarks: tuple[Remark, ...] = ()


@dataclass(frozen=True, slots=True)
class Names:
    """What a blog has. `new_categories`: whether she may make more, None when that is not known."""

    categories: frozenset[str] = frozenset()
    tags: frozenset[str] = frozenset()
    new_categories: bool | None = None


class Already:
    """Asks a blog what it has already, and keeps its names for some minutes. `clock` is monotonic."""

    def __init__(
        self,
        archive: Archive,
        open_backend: Callable[[Account], Backend],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._archive = archive
        self._open = open_backend
        self._clock = clock
        self._kept: dict[str, tuple[Names, float]] = {}

    def look(
        self, post: Post, account: Account, receipt: Receipt | None, capabilities: frozenset[Capability],
        when: datetime | None, cancel: Cancel, *, on_the_net: bool = True,
    ) -> BlogLook:  # fmt: skip
        """Ask. For a task; raises `Cancelled`. What could not be asked is not told, but why. The answer of a blog that
        is not `on_the_net` says nothing about the connection."""
        slug = slug_to_be(post, receipt)
        names = self._names_here(account) if post.categories or post.tags else Names()
        categories, tags = _unknown(post, names, capabilities)
        if not slug and not categories and not tags:
            return BlogLook()
        remarks: list[Remark] = []
        try:
            with closing(self._open(account)) as backend:
                hear(backend, cancel)
                if slug:
                    remarks += self._slug(slug, account, receipt, when, backend)
                if categories or tags:
                    names = self._names_there(account, backend, names, new=bool(categories))
                    remarks += about_names(post, names, capabilities)
        except PasswordError as error:
            return BlogLook(None, (*remarks, _signed_out(error.happened)))
        except SignInRefused as error:
            return BlogLook(True, (*remarks, _signed_out(error.happened)))
        except (Busy, NotAllowed):
            return BlogLook(True, tuple(remarks))
        except BackendError:
            words = _("“{blog}” does not answer now; the post goes out by itself when it does")
            return BlogLook(
                False, (*remarks, Remark(Level.WARNING, words.format(blog=account.name), key="blog"))
            )
        except PostDeskError as error:
            return BlogLook(None, (*remarks, Remark(Level.WARNING, error.happened, key="blog")))
        return BlogLook(True if on_the_net else None, tuple(remarks))

    def taken_here(self, post: Post, account: Account, receipt: Receipt | None) -> tuple[Remark, ...]:
        """Whether its address is taken by a post that the archive knows. Raises `LibraryError`."""
        slug = slug_to_be(post, receipt)
        own = receipt.remote_id if receipt else ""
        there = [p for p in self._archive.with_slug(account.id, slug) if p.remote_id != own] if slug else []
        return (self._taken(slug, account, there[0].title),) if there else ()

    def forget(self, account_id: str) -> None:
        """Something went out there: it may have new names now."""
        self._kept.pop(account_id, None)

    def _slug(
        self, slug: str, account: Account, receipt: Receipt | None, when: datetime | None, backend: Backend
    ) -> tuple[Remark, ...]:
        own = receipt.remote_id if receipt else ""
        there = [p for p in backend.in_the_way(slug, when) if p.remote_id != own]
        return (self._taken(slug, account, there[0].title),) if there else ()

    def _taken(self, slug: str, account: Account, title: str) -> Remark:
        number = 2
        while number < 100 and self._archive.with_slug(account.id, f"{slug}-{number}"):
            number += 1
        words = (
            _("“{title}” is at “{slug}”: this post would get “{other}”")
            if title
            else _("The address “{slug}” is taken: this post would get “{other}”")
        )
        sentence = words.format(title=_short(title), slug=slug, other=f"{slug}-{number}")
        return Remark(Level.WARNING, sentence, "slug", key="slug")

    def _names_here(self, account: Account) -> Names:
        kept = self._kept.get(account.id)
        if kept is not None and kept[1] > self._clock():
            return kept[0]
        tags, categories = self._archive.labels(account.id)
        return Names(categories, tags)

    def _names_there(self, account: Account, backend: Backend, known: Names, *, new: bool) -> Names:
        kept = self._kept.get(account.id)
        if kept is not None and kept[1] > self._clock() and (kept[0].new_categories is not None or not new):
            return kept[0]
        names = Names(
            known.categories | set(backend.categories()),
            known.tags | set(backend.tags()),
            known.new_categories,
        )
        if new:
            names = Names(names.categories, names.tags, backend.check().may_make_categories)
        self._kept[account.id] = (names, self._clock() + _KEPT_S)
        return names


def slug_to_be(post: Post, receipt: Receipt | None) -> str:
    """The last part of the address that the blog is going to be asked for, "" where the post keeps the one it has."""
    if receipt is not None and receipt.slug and receipt.status in _LIVE_ONCE:
        asked_before = receipt.slug.rpartition("-")
        same = post.slug in ("", receipt.slug) or (asked_before[0] == post.slug and asked_before[2].isdigit())
        return "" if same else post.slug
    return post.slug or slugify(post.title)


def about_names(post: Post, names: Names, capabilities: frozenset[Capability]) -> tuple[Remark, ...]:
    """What is to be said of categories and tags that the blog does not have. New tags are every post's right: only one
    that looks misspelt is named."""
    categories, tags = _unknown(post, names, capabilities)
    remarks: list[Remark] = []
    if categories and names.new_categories is False:
        words = _(
            "You may not make new categories on this blog, and it has none called “{name}”. Choose another one."
        )
        remarks.append(
            Remark(Level.ERROR, words.format(name=_short(categories[0])), "categories", key="categories")
        )
    elif len(categories) == 1:
        near = _near(categories[0], names.categories)
        words = (
            _("“{name}” is a new category on this blog, which has “{near}”")
            if near
            else _("“{name}” is a new category on this blog")
        )
        sentence = words.format(name=_short(categories[0]), near=_short(near))
        remarks.append(Remark(Level.WARNING, sentence, "categories", key="categories"))
    elif categories:
        words = ngettext(
            "{count} new category on this blog", "{count} new categories on this blog", len(categories)
        )
        sentence = _("{words}: {names}").format(
            words=words, names=", ".join(_short(c) for c in categories[:5])
        )
        remarks.append(Remark(Level.WARNING, sentence, "categories", key="categories"))
    for tag in tags[:1]:
        words = _("“{name}” is a new tag on this blog, which has “{near}”")
        sentence = words.format(name=_short(tag), near=_short(_near(tag, names.tags)))
        remarks.append(Remark(Level.WARNING, sentence, "tags", key="tags"))
    return tuple(remarks)


def _unknown(post: Post, names: Names, capabilities: frozenset[Capability]) -> tuple[list[str], list[str]]:
    """Categories that are not known, and tags that are not but for a slip of the finger."""
    categories = _missing(post.categories, names.categories) if Capability.CATEGORIES in capabilities else []
    tags = _missing(post.tags, names.tags) if Capability.TAGS in capabilities else []
    return categories, [tag for tag in tags if _near(tag, names.tags)]


def _missing(wanted: Iterable[str], there: Iterable[str]) -> list[str]:
    known = {_plain(name) for name in there}
    return [name for name in wanted if name.strip() and _plain(name) not in known]


def _near(name: str, there: Iterable[str]) -> str:
    spelt = {_plain(known): known for known in there}
    found = get_close_matches(_plain(name), spelt, 1, _NEAR)
    return spelt[found[0]] if found else ""


def _plain(name: str) -> str:
    return " ".join(name.split()).casefold()


def _short(name: str) -> str:
    return name if len(name) <= 60 else name[:59].rstrip() + "…"


def _signed_out(happened: str) -> Remark:
    words = _("{happened} The post waits in the outbox until you sign in.").format(happened=happened)
    return Remark(Level.WARNING, words, "account", key="blog")
