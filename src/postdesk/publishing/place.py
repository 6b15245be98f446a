"""How far following a blog's list of posts is: it goes on where it was stopped, and no change is passed over."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from postdesk.backends.base import Page

MOST_BEGUN = 5
"""Times that a list is begun whose posts go while it comes: those behind them move up."""
_OVERLAP = timedelta(minutes=5)  # clocks of blogs jump; the same post twice does no harm


@dataclass(frozen=True, slots=True)
class Place:
    """As it is kept, all in text. `since`: what changed on the blog before that is here. The others are of a look that
    has not ended: where it goes on, the newest change that it saw, what the blog's clock said when it began, whether it
    is one of everything, and how many posts there were. `front`: where the look for posts goes on that are new without
    being changed lately, "" for its beginning; `reached` the highest number of a post when such a look, or one of
    everything, last came to its end, and `top` the highest of the one that goes on."""

    since: str = ""
    cursor: str = ""
    newest: str = ""
    began: str = ""
    everything: str = ""
    total: str = ""
    front: str = ""
    reached: str = ""
    top: str = ""

    def after(self, page: Page) -> Place:
        """Once a page has come."""
        newest = max([self.newest, *(_utc(post.modified) for post in page.posts if post.modified)])
        began = self.began or (_utc(page.as_of) if page.as_of is not None else "")
        if page.next:
            total = str(page.total) if page.total >= 0 else ""
            return replace(self, cursor=page.next, newest=newest, began=began, total=total)
        # What changed while it went on comes with the next one, which begins where this one began.
        first = min(filter(None, (newest, began)), default="")
        since = (datetime.fromisoformat(first) - _OVERLAP).isoformat() if newest else self.since
        return replace(self.anew(), since=since, everything="")

    def anew(self) -> Place:
        """The same look from its beginning."""
        return Place(
            self.since, everything=self.everything, front=self.front, reached=self.reached, top=self.top
        )

    def in_front(self, page: Page) -> Place:
        """Once a page of the posts by number has come, the highest first: `front` is "" when it was the last that has
        to be looked at. Only numbers tell that: a page of which all was here may stand before posts that never came."""
        shown = [post.remote_id for post in (*page.posts, *page.left_out)]
        top = str(highest((self.top, *shown)))
        # A page may be empty as she may edit nothing of it; that tells nothing of those behind.
        lowest = min((int(one) for one in shown if one.isdecimal()), default=0 if shown else sys.maxsize)
        if page.next and page.next != self.front and lowest > int(self.reached or 0):
            return replace(self, front=page.next, top=top)
        return replace(self, front="", reached=top, top="")

    @property
    def moment(self) -> datetime | None:
        """`since` as an instant, None for all posts."""
        return datetime.fromisoformat(self.since) if self.since else None

    def is_passed(self, page: Page) -> bool:
        """Whether the page where it goes on came too late: posts went meanwhile, and those behind them moved up."""
        return bool(self.cursor) and 0 <= page.total < int(self.total or 0)

    def to_json(self) -> str:
        """As text to be kept."""
        return json.dumps({name: getattr(self, name) for name in self.__dataclass_fields__})

    @classmethod
    def from_json(cls, text: str) -> Place:
        """What `to_json` wrote; names that this version does not know are left out. "" is the beginning, and so is what
        cannot be read: then all is looked at once more."""
        try:
            values = json.loads(text) if text else {}
            known = {name: values[name] for name in cls.__dataclass_fields__ if name in values}
            if not all(isinstance(value, str) for value in known.values()):
                return cls()
            for moment in filter(None, map(known.get, ("since", "newest", "began"))):
                if datetime.fromisoformat(moment).tzinfo is None:
                    return cls()
            numbers = filter(None, map(known.get, ("total", "reached", "top")))
            return cls(**known) if all(number.isdecimal() for number in numbers) else cls()
        except (ValueError, TypeError, RecursionError):
            return cls()


def new_ones(place: Place, ask: Callable[[str], Page]) -> Iterator[tuple[Page, Place]]:
    """Pages of posts that were made with a date of their own, by an import or a program: that is their last change, too
    (WordPress 6.1, 7.1), so they are not among those that changed lately. What was made last comes first: it ends with
    the newest of the last time, and the first time with the oldest of all. Each comes with the place behind it; `ask`
    gives the page at a cursor."""
    total, begun = 0, 1
    while True:
        page = ask(place.front)
        has_shrunk = 0 <= page.total < total
        total = page.total
        if has_shrunk and begun < MOST_BEGUN:
            begun, place = begun + 1, replace(place, front="")
            continue
        place = place.in_front(page)
        yield page, place
        if not place.front:
            return


def highest(remote_ids: Iterable[str]) -> int:
    """The highest number among ids of posts, 0 for none. A blog's numbers only grow."""
    return max((int(one) for one in remote_ids if one.isdecimal()), default=0)


def _utc(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat()
