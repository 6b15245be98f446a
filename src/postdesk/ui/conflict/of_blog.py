"""Her post beside what a blog has of it, as rows to be shown."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from postdesk.core.language import _
from postdesk.markup.differing import differing
from postdesk.publishing.plan import spoken
from postdesk.ui.conflict.rows import OF_BLOG, Row, rows_of
from postdesk.ui.conflict.view import Comparison

if TYPE_CHECKING:
    from postdesk.publishing.meeting import BlogMeeting


def beside_blog(meeting: BlogMeeting, sentence: str, blog: str) -> Comparison:
    """What to show of a meeting; the state, if it is asked, comes first. For a task."""
    rows = (*_rows_of_fields(meeting), *rows_of(meeting.merged, OF_BLOG))
    if meeting.asks_state:
        state = Row(
            _("Published"), _("A draft that readers do not see"), _("Taken offline on the blog"), True, False,
            "added", "removed",
        )  # fmt: skip
        rows = (state, *rows)
    try:
        here = datetime.fromtimestamp(meeting.document.path.stat().st_mtime).astimezone()
    except OSError:
        here = None
    there = meeting.there.modified
    if meeting.who and there is not None:
        theirs = _("On {blog} · changed by {who}, {moment}")
    elif there is not None:
        theirs = _("On {blog} · changed {moment}")
    else:
        theirs = _("On {blog}")
    return Comparison(
        _("Here · changed {moment}").format(moment=_moment(here)) if here else _("Here"),
        theirs.format(blog=blog, who=meeting.who, moment=_moment(there) if there else ""),
        sentence,
        rows,
    )


def _rows_of_fields(meeting: BlogMeeting) -> Iterator[Row]:
    for field in meeting.fields:
        mine, theirs = f"{field.label}: {field.mine}", f"{field.label}: {field.theirs}"
        marks = differing(mine, theirs)
        if field.by_both:
            yield Row(mine, theirs, _("Changed by both · both kept"), False, True, "added", "added", *marks)
        elif field.by_her:
            yield Row(mine, theirs, _("Changed here · kept"), mine_level="added", mine_marks=marks[0])
        else:
            yield Row(
                mine, theirs, _("Changed on the blog · kept"), theirs_level="added", theirs_marks=marks[1]
            )


def _moment(moment: datetime) -> str:
    here = moment.astimezone()
    return here.strftime("%H:%M") if here.date() == datetime.now().astimezone().date() else spoken(here)
