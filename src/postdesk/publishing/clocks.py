"""Two clocks, this computer's and the blog's: the blog's says what is now, and no post is scheduled by a wrong one."""

from __future__ import annotations

from datetime import datetime, timedelta

from postdesk.backends.base import Backend, RemotePost
from postdesk.core.errors import NotReady
from postdesk.core.language import _
from postdesk.publishing.plan import Intent, Snapshot, is_future, spoken

_SAME = timedelta(seconds=60)  # clocks differ by this and nobody minds
_APART = timedelta(hours=1)  # a moment chosen by the one clock is another moment by the other


def blogs_now(backend: Backend, now: datetime) -> datetime:
    """What is now: by the blog's clock where its last answer told it and it is another time there, else `now`."""
    there = getattr(backend, "answered", None)
    return there if isinstance(there, datetime) and abs(there - now) > _SAME else now


def refuse_wrong_clock(snapshot: Snapshot, there: RemotePost, backend: Backend, now: datetime) -> None:
    """Raises `NotReady` when the two clocks are an hour apart or more and the post's date would mean another moment
    than she chose. An update leaves a date that the blog has as it is."""
    date, theirs = snapshot.post.date, blogs_now(backend, now)
    if date is None or abs(theirs - now) < _APART:
        return
    if snapshot.intent is Intent.UPDATE and date == there.date:
        return
    if snapshot.intent is Intent.SCHEDULE or is_future(date, now) != is_future(date, theirs):
        raise NotReady(
            _("This computer's clock says {here}, that of “{blog}” says {there}.").format(
                here=spoken(now), blog=backend.account.name, there=spoken(theirs)
            ),
            _(
                "Nothing went out, as the post would appear at another time than you chose. Your text is safe."
            ),
            _("Set the clock that is wrong and try again, or publish without a date."),
        )
