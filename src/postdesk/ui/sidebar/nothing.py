"""What stands in the place of the list when it has no rows."""

from __future__ import annotations

from postdesk.core.language import _


def words_for_filter(tab: str, new: str) -> str:
    """For a filter of `rows.TABS` that no post is in; `new`: the keys that begin one."""
    return {
        "drafts": _("No drafts. Press {keys} to write one.").format(keys=new),
        "scheduled": _("Nothing is scheduled."),
        "published": _("Nothing is published yet."),
        "all": _("No posts yet. Press {keys} to write one.").format(keys=new),
        "outbox": _("Nothing waits. Everything has gone out."),
    }[tab]


def words_for_search(words: str, *, answered: bool, so_far: bool) -> str:
    """For a search that found nothing; `answered`: it is known what the texts have, `so_far`: of some of the posts."""
    if not answered:
        nothing = _("No post here has “{words}” in its title.")
    elif so_far:
        nothing = _("Nothing was found for “{words}” so far.")
    else:
        nothing = _("Nothing was found for “{words}”.")
    return nothing.format(words=words)
