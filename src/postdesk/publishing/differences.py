"""What a blog made differently from what was meant: as sentences, by how much each matters, and what it always does.

A server has habits: it takes some HTML away from authors, rewrites addresses, fills in attributes. What harms nobody is
no difference here. What it does at every post is told twice, then only written down; what loses words, pictures, links
or who may read is told every time (decision 027).
"""

from __future__ import annotations

import html as entities
import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum
from typing import TYPE_CHECKING

from postdesk.backends.base import Outgoing, RemotePost
from postdesk.core.language import _
from postdesk.core.post import Visibility
from postdesk.core.receipt import Status
from postdesk.publishing.compare import Pieces, is_part, names_of, pieces

if TYPE_CHECKING:
    from postdesk.publishing.journal import Journal

ALWAYS = "always"
"""The name under which the journal keeps, for each blog, what was told how often."""

_ENOUGH = 2  # so often a habit of the blog is told by itself
_MOST = 200  # habits kept for a blog
_SERVER_CLOCK = timedelta(seconds=2)  # blogs keep whole seconds
_SPACE = re.compile(r"\s+")
_TYPOGRAPHY = str.maketrans({
    "“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "‘": "'", "’": "'", "‚": "'", "′": "'", "″": '"',
    "–": "-", "—": "-", "…": "...", "\u00ad": "", "\u200b": "",
})  # fmt: skip
_COUNTS = frozenset("alt colspan rowspan start controls type value".split())
"""Attributes that readers notice, but for addresses, which are compared apart; a blog may add any other."""
_FILLED_IN = frozenset("p br wbr tbody thead colgroup col".split())
_FRAMES = frozenset("iframe object embed video audio".split())
_CODE = frozenset("script style".split())
_FORMS = frozenset("form input select textarea button option label fieldset".split())
_DRAWINGS = frozenset("svg path g circle rect line polygon polyline ellipse use defs".split())


class Weight(Enum):
    """Whether a difference may be told no more: never, when she says so, or also by itself after some times. UNSEEN is
    none, but what could not be looked at: it is only written down."""

    ALWAYS = "always"
    BY_CHOICE = "by choice"
    USUAL = "usual"
    UNSEEN = "unseen"


@dataclass(frozen=True, slots=True)
class Difference:
    """One difference. `kind` is the same wherever the blog does the same thing, `sentence` is for the writer."""

    kind: str
    sentence: str
    weight: Weight = Weight.ALWAYS


def differences(meant: Outgoing, remote: RemotePost) -> tuple[Difference, ...]:
    """What the blog made differently; () when all is as meant, but for what harms nobody."""
    found: list[Difference] = []
    if _plain(meant.title) != _plain(remote.title):
        found.append(
            Difference("title", _("The site shows the title as “{title}”.").format(title=remote.title))
        )
    found += _of_content(meant, remote)
    if meant.excerpt and _plain(_words_of(meant.excerpt)) != _plain(_words_of(remote.excerpt)):
        words = (
            _("The site shows another excerpt.")
            if remote.excerpt
            else _("The site did not take the excerpt.")
        )
        found.append(Difference("excerpt", words, Weight.ALWAYS if remote.excerpt else Weight.USUAL))
    if meant.status is not remote.status:
        found.append(Difference("status", _STATUS_WORDS[remote.status]()))
    if meant.slug and remote.slug and meant.slug != remote.slug:
        taken = _(
            "The address ends in “{slug}”: the site did not take “{wanted}” (another post may have it)."
        )
        found.append(Difference("slug", taken.format(slug=remote.slug, wanted=meant.slug)))
    if meant.date and remote.date and abs(meant.date - remote.date) > _SERVER_CLOCK:
        shown = _("The site shows another date: {date}.").format(date=remote.date.isoformat(" ", "minutes"))
        found.append(Difference("date", shown))
    for kind, sent, there, words in (
        ("tags", meant.tags, remote.tags, _("The site did not take the tags: {names}.")),
        ("categories", meant.categories, remote.categories, _("The site did not take the categories: {names}.")),
    ):  # fmt: skip
        known = names_of(there)
        lost = [t for t in sent if not names_of((t,)) <= known]
        if lost:
            named = ", ".join(lost)
            found.append(Difference(f"{kind}: {named}", words.format(names=named), Weight.USUAL))
    if meant.featured and meant.featured != remote.featured:
        found.append(Difference("featured", _("The site did not take the featured picture.")))
    if meant.visibility is Visibility.PASSWORD and remote.visibility is not Visibility.PASSWORD:
        unguarded = _("The site does not ask for the password: everybody can read this post.")
        found.append(Difference("password", unguarded))
    return tuple(found)


# --- what the blog always does --------------------------------------------------------------------------------------


def told_before(kept: str) -> dict[str, int]:
    """How often each kind was told, out of what the journal keeps under `ALWAYS`; {} for anything else."""
    try:
        values = json.loads(kept or "{}")
    except ValueError:
        return {}
    if not isinstance(values, dict):
        return {}
    return {str(k): v for k, v in values.items() if type(v) is int}


def kept_as_text(told: Mapping[str, int]) -> str:
    """What `told_before` reads; the oldest kinds go when there are too many."""
    return json.dumps(dict(list(told.items())[-_MOST:]), ensure_ascii=False)


def sort_out(
    found: Iterable[Difference], told: Mapping[str, int]
) -> tuple[tuple[Difference, ...], dict[str, int]]:
    """Those of `found` that are to be told now, and what has been told with them. `told` as from `told_before`: a kind
    that was told often enough, or that she does not want to hear of, is left out."""
    now: list[Difference] = []
    after = dict(told)
    for difference in found:
        if difference.weight is Weight.UNSEEN:
            continue
        times = after.get(difference.kind, 0)
        if times >= _ENOUGH and difference.weight is not Weight.ALWAYS:
            continue
        now.append(difference)
        if difference.weight is Weight.USUAL:
            after[difference.kind] = times + 1
    return tuple(now), after


def tell(journal: Journal, account_id: str, found: Iterable[Difference]) -> tuple[Difference, ...]:
    """`sort_out` with what the journal keeps for a blog, and kept there."""
    told = told_before(journal.learnt(account_id, ALWAYS))
    now, after = sort_out(found, told)
    if after != told:
        journal.learn(account_id, ALWAYS, kept_as_text(after))
    return now


def tell_no_more(journal: Journal, account_id: str, kinds: Iterable[str]) -> None:
    """She does not want to hear of these kinds from that blog again."""
    told = told_before(journal.learnt(account_id, ALWAYS))
    journal.learn(account_id, ALWAYS, kept_as_text(told_no_more(kinds, told)))


def told_no_more(kinds: Iterable[str], told: Mapping[str, int]) -> dict[str, int]:
    """`told` after she said that these kinds are not to be told again."""
    return {**told, **dict.fromkeys(kinds, _ENOUGH)}


# --- how ------------------------------------------------------------------------------------------------------------

_STATUS_WORDS = {
    Status.DRAFT: lambda: _("The site keeps the post as a draft; readers do not see it."),
    Status.PENDING: lambda: _("The site holds the post for review; readers do not see it yet."),
    Status.PRIVATE: lambda: _("The site shows the post only to its writers."),
    Status.SCHEDULED: lambda: _("The site will show the post later, at its date."),
    Status.PUBLISHED: lambda: _("The site shows the post to everybody."),
    Status.TRASHED: lambda: _("The post is in the site's trash."),
}


def _of_content(meant: Outgoing, remote: RemotePost) -> list[Difference]:
    if meant.content.strip() == remote.content.strip():
        return []
    ours, theirs = pieces(meant.content), pieces(remote.content)
    removed = Counter(n for n, _a in ours.tags) - Counter(n for n, _a in theirs.tags)
    found = _removed({name for name in removed if name not in _FILLED_IN})
    found += _addresses(ours, theirs, removed)
    if _typeset(ours.words) != _typeset(theirs.words):
        found.append(Difference("words", _("The text on the site is not word for word yours.")))
    if not found and not is_part(_noticed(theirs), _noticed(ours)):
        words = _("The site changed the marking up of the text; its words are yours.")
        found.append(Difference("markup", words, Weight.USUAL))
    return found


def _removed(names: set[str]) -> list[Difference]:
    """What tags that are gone mean to her, and what she can do."""
    found: list[Difference] = []
    ask = _("Ask an administrator of the blog to put it there.")
    for of_kind, kind, what, todo, weight in (
        (_FRAMES, "frames", _("The site removed an embedded frame or film ({names}) from the text."),
         _("Put its address on a line of its own, or ask an administrator of the blog."), Weight.ALWAYS),
        (_CODE, "code", _("The site removed {names} from the text; its code may stand there as words now."),
         _("Take it out, or ask an administrator of the blog to put it there."), Weight.BY_CHOICE),
        (_FORMS, "forms", _("The site removed a form ({names}) from the text."), ask, Weight.BY_CHOICE),
        (_DRAWINGS, "drawings", _("The site removed a drawing ({names}) from the text."), ask, Weight.ALWAYS),
        ({"img", "picture"}, "pictures", _("The site removed a picture ({names}) from the text."), "", Weight.ALWAYS),
        ({"a"}, "links", _("The site removed a link ({names}) from the text."), "", Weight.ALWAYS),
    ):  # fmt: skip
        gone = names & of_kind
        if gone:
            named = ", ".join(f"<{n}>" for n in sorted(gone))
            sentence = " ".join(part for part in (what.format(names=named), todo) if part)
            found.append(Difference(f"removed {kind}", sentence, weight))
            names = names - gone
    if names:
        named = ", ".join(f"<{n}>" for n in sorted(names))
        sentence = _("The site removed {names} from the text; the words are there.").format(names=named)
        found.append(Difference(f"removed {named}", sentence, Weight.USUAL))
    return found


def _addresses(ours: Pieces, theirs: Pieces, removed: Counter[str]) -> list[Difference]:
    """Pictures and links that lead elsewhere than they did."""
    found = []
    pictures = _lost(ours.pictures, theirs.pictures)
    if pictures and "img" not in removed:
        words = _("The site changed the address of a picture: {names}.")
        found.append(Difference("picture addresses", words.format(names=_few(pictures)), Weight.USUAL))
    links = _lost(ours.links, theirs.links)
    if links and "a" not in removed:
        words = _("A link of yours leads elsewhere on the site: {names}.")
        found.append(Difference("link addresses", words.format(names=_few(links))))
    return found


def _lost(ours: set[str], theirs: set[str]) -> list[str]:
    """The addresses that are not there; a path from the root that was made whole is."""
    return sorted(a for a in ours - theirs if not (a.startswith("/") and any(t.endswith(a) for t in theirs)))


def _few(addresses: list[str]) -> str:
    return ", ".join(a[:120] for a in addresses[:3]) + (" …" if len(addresses) > 3 else "")


def _noticed(of: Pieces) -> list[tuple[str, frozenset[tuple[str, str]]]]:
    return [
        (tag, frozenset((n, v) for n, v in attributes if n in _COUNTS))
        for tag, attributes in of.tags
        if tag not in _FILLED_IN
    ]


def _typeset(words: str) -> str:
    return words.translate(_TYPOGRAPHY).replace("--", "-")


def _words_of(html: str) -> str:
    return pieces(html).spaced if "<" in html else html


def _plain(text: str) -> str:
    return _SPACE.sub(" ", _typeset(entities.unescape(text))).strip()
