"""WordPress's REST interface as values: what goes out and what came back, without a network.

Quirks name the version they were seen in; all were seen on a server, none is taken from documentation.

Long because posts, pages, versions, terms and files share how fields are read; every one of these is a few lines.
"""

from __future__ import annotations

import hashlib
import html
import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone
from types import MappingProxyType
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from postdesk.backends.base import Outgoing, RemotePost, Revision
from postdesk.core.post import PAGE, Visibility
from postdesk.core.receipt import Status

PAGE_MARK = "page-"
"""What the remote id of a page begins with; that of a post is its number alone."""
STATUSES = "publish,future,draft,pending,private"
POST_FIELDS = (
    "id,date,date_gmt,modified_gmt,slug,status,link,title,content,excerpt,author,featured_media,password,"
    "categories,tags"
)
TAXONOMIES = frozenset({"tags", "categories"})  # which pages have none of
# Without what the blog would make of the text for readers, which takes it most of its time.
RAW_POST_FIELDS = POST_FIELDS.replace("content,excerpt", "content.raw,excerpt.raw").replace(
    "title,", "title.raw,guid.raw,"
)
PLAIN_POST_FIELDS = RAW_POST_FIELDS.replace("content.raw,excerpt.raw,", "")
VERSION_LINKS = ",_links.version-history,_links.predecessor-version"
"""Asked for with a post, they say how many versions of it the blog keeps and which is the newest (6.1, 7.1)."""
EMBEDDED = "author,wp:term"
EMBEDDED_LINKS = ",_links.author,_links.wp:term,_embedded"
"""Asked for with a post (`_embed`, and in `_fields`), its author and its terms come along, in 6.1 ten of each kind,
which saves asking for their names."""
REVISION_FIELDS = "id,author,modified_gmt,slug,title,content,excerpt"

_FROM_WORDPRESS = {
    "publish": Status.PUBLISHED,
    "future": Status.SCHEDULED,
    "draft": Status.DRAFT,
    "auto-draft": Status.DRAFT,
    "pending": Status.PENDING,
    "private": Status.PRIVATE,
    "trash": Status.TRASHED,
}
_TO_WORDPRESS = {
    Status.DRAFT: "draft",
    Status.PENDING: "pending",
    Status.PRIVATE: "private",
    Status.SCHEDULED: "future",
}
_PUBLISHED_AS = {
    Visibility.PUBLIC: "publish",
    Visibility.PASSWORD: "publish",
    Visibility.PRIVATE: "private",
    Visibility.PENDING: "pending",
}
_MARKER_SLUG = re.compile(r"pd-[0-9a-f]{16}(-\d+)?(__trashed(-\d+)?)?")
_MARKER_CONTENT = re.compile(r"\s*(<p>)?<!-- pd-[0-9a-z-]+ -->(</p>)?\s*")
_NOT_IN_ADDRESS = re.compile(r"""[\s"'<>\\^`{|}\x00-\x1f\x7f]""")


class WrongShape(Exception):
    """JSON came back, but not what this interface answers to that question."""


def api_url(root: str, path: str, query: Mapping[str, str] | None = None) -> str:
    """The address of a route: `path` like "wp/v2/posts" below `root`, which ends in /wp-json/ or, with plain
    permalinks, in ?rest_route=/ (then the path goes into the query)."""
    parts = urlsplit(root)
    asked = list((query or {}).items())
    kept = parse_qsl(parts.query, keep_blank_values=True)
    if any(name == "rest_route" for name, _value in kept):
        kept = [(name, "/" + path if name == "rest_route" else value) for name, value in kept]
        return urlunsplit(parts._replace(query=urlencode(kept + asked, safe="/,:"), fragment=""))
    where = parts.path.rstrip("/") + "/" + path
    return urlunsplit(parts._replace(path=where, query=urlencode(asked, safe="/,:"), fragment=""))


# --- posts, outgoing ----------------------------------------------------------------------------------------


def draft_body(marker: str, title: str) -> dict[str, Any]:
    """A new, empty draft. The marker is its slug and, for a site where a plug-in clears the slugs of
    drafts, also a comment in its content; the first write takes both away."""
    return {"status": "draft", "title": title, "slug": marker, "content": f"<!-- {marker} -->"}


def write_body(
    outgoing: Outgoing, *, current_slug: str, tags: list[int], categories: list[int]
) -> dict[str, Any]:
    """All that one write sets. `current_slug` is what the post has on the server now.

    Without a slug of hers a marker gives way to one that WordPress makes from the title, but only when the
    post leaves the drafts: until then it is what a lost answer is found by. Any other slug stays, and the
    address with it.
    """
    body: dict[str, Any] = {
        "title": outgoing.title,
        "content": outgoing.content,
        "excerpt": outgoing.excerpt,
        "status": wordpress_status(outgoing),
        "featured_media": int(outgoing.featured) if outgoing.featured else 0,
        "tags": tags,
        "categories": categories,
    }
    if outgoing.visibility is not Visibility.PASSWORD:
        body["password"] = ""
    elif outgoing.post_password:  # without one here, the one that it has there stays
        body["password"] = outgoing.post_password
    if outgoing.slug:
        body["slug"] = outgoing.slug
    elif is_marker(current_slug) and body["status"] in ("publish", "private", "future"):
        body["slug"] = ""
    if outgoing.date is not None:
        body["date_gmt"] = gmt(outgoing.date)
    return body


def wordpress_status(outgoing: Outgoing) -> str:
    """The state to end in, in WordPress's words. Raises ValueError for the trash, which is no write."""
    if outgoing.status is Status.PUBLISHED:
        return _PUBLISHED_AS[outgoing.visibility]
    if outgoing.status is Status.SCHEDULED and outgoing.visibility is Visibility.PENDING:
        return "pending"
    if outgoing.status not in _TO_WORDPRESS:
        raise ValueError("a post goes to the trash by `trash`")
    return _TO_WORDPRESS[outgoing.status]


def gmt(moment: datetime) -> str:
    """An instant as WordPress reads it, in UTC and whole seconds."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def is_marker(slug: str) -> bool:
    """Whether a slug is one that `draft_body` gave (or its twin `-2`, or either in the trash)."""
    return _MARKER_SLUG.fullmatch(slug) is not None


def marker_slugs(marker: str) -> str:
    """What `?slug=` is asked for. WordPress makes twins unique by a number (6.1, 7.1) and adds `__trashed`
    in the trash."""
    names = [marker, *(f"{marker}-{n}" for n in range(2, 6))]
    return ",".join(names + [f"{name}__trashed" for name in names])


def carries(value: Mapping[str, Any], marker: str) -> bool:
    """Whether a post from the server is one of this marker, by its slug or by the comment in its content."""
    slug = re.fullmatch(re.escape(marker) + r"(-\d+)?(__trashed(-\d+)?)?", str(value.get("slug", "")))
    return slug is not None or f"<!-- {marker} -->" in raw(value, "content")


# --- posts, incoming ----------------------------------------------------------------------------------------


def raw(value: Mapping[str, Any], name: str, kind: str = "raw") -> str:
    """The raw (or rendered) text of a field such as title or content; "" where the server gives none."""
    part = value.get(name)
    text = part.get(kind) if isinstance(part, Mapping) else None
    return text if isinstance(text, str) else ""


def has_text(value: Mapping[str, Any]) -> bool:
    """Whether the server gives a post's text as an editor there would get it; it may be empty."""
    part = value.get("content")
    return isinstance(part, Mapping) and isinstance(part.get("raw"), str)


def post_id(value: Any) -> int:
    """The id of a post, a term or a file; `WrongShape` for anything that is no positive whole number."""
    number = value.get("id") if isinstance(value, Mapping) else None
    if type(number) is not int or number <= 0:  # a bool is an int in Python, and is no id
        raise WrongShape("no id")
    return number


def remote_post(
    value: Any,
    *,
    tags: Mapping[int, str] = MappingProxyType({}),
    categories: Mapping[int, str] = MappingProxyType({}),
    authors: Mapping[int, str] = MappingProxyType({}),
    kind: str = "",
) -> RemotePost:
    """A post as WordPress gives it with context=edit. Names of terms and authors are looked up by id in
    what is given; unknown ones are left out. `kind`: which route it came by. Raises `WrongShape`."""
    number = post_id(value)
    status = _FROM_WORDPRESS.get(str(value.get("status")))
    if status is None or not isinstance(value.get("title"), Mapping):
        raise WrongShape("no status or no title")
    password = value.get("password")
    featured = value.get("featured_media")
    empty = _MARKER_CONTENT.fullmatch(raw(value, "content")) is not None
    return RemotePost(
        remote_id=f"{PAGE_MARK}{number}" if kind == PAGE else str(number),
        address=web_address(value.get("link")),
        slug=str(value.get("slug") or ""),
        status=status,
        revision=revision(value),
        title=raw(value, "title"),
        content="" if empty else raw(value, "content"),
        rendered="" if empty else raw(value, "content", "rendered"),
        excerpt=raw(value, "excerpt"),
        date=site_moment(value.get("date"), value.get("date_gmt")),
        modified=site_moment(value.get("modified_gmt"), value.get("modified_gmt")),
        tags=tuple(tags[n] for n in ids(value, "tags") if n in tags),
        categories=tuple(categories[n] for n in ids(value, "categories") if n in categories),
        featured=str(featured) if type(featured) is int and featured > 0 else "",
        author=authors.get(value.get("author") or 0, ""),
        visibility=_visibility(status, password if isinstance(password, str) else ""),
        versions=_versions(value),
        version=_version(value),
        kind=kind,
        post_password=password if isinstance(password, str) else "",
        guid=raw(value, "guid"),
    )


def _link(value: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    links = value.get("_links")
    found = links.get(name) if isinstance(links, Mapping) else None
    first = found[0] if isinstance(found, list) and found else None
    return first if isinstance(first, Mapping) else {}


def _versions(value: Mapping[str, Any]) -> int:
    count = _link(value, "version-history").get("count")
    return count if type(count) is int and count >= 0 else -1


def _version(value: Mapping[str, Any]) -> str:
    number = _link(value, "predecessor-version").get("id")
    return str(number) if type(number) is int else ""


def kept_versions(
    values: list[dict[str, Any]], authors: Mapping[int, str] = MappingProxyType({})
) -> tuple[Revision, ...]:
    """The versions of a post that WordPress keeps, in their order; without what an editor saved by itself meanwhile
    ("autosave"), which is no version of the post. Raises `WrongShape`."""
    found = []
    for value in values:
        number = post_id(value)
        if not isinstance(value.get("title"), Mapping):
            raise WrongShape("no title")
        if "-autosave" not in str(value.get("slug")):
            title, content, excerpt = (raw(value, name) for name in ("title", "content", "excerpt"))
            moment = site_moment(value.get("modified_gmt"), value.get("modified_gmt"))
            author = authors.get(value.get("author") or 0, "")
            found.append(Revision(str(number), title, content, excerpt, moment, author))
    return tuple(found)


def _visibility(status: Status, password: str) -> Visibility:
    if status is Status.PRIVATE:
        return Visibility.PRIVATE
    if status is Status.PENDING:
        return Visibility.PENDING
    return Visibility.PASSWORD if password else Visibility.PUBLIC


def ids(value: Mapping[str, Any], name: str) -> list[int]:
    """The term ids in a post's field; anything else there is left out."""
    found = value.get(name)
    return [n for n in found if type(n) is int] if isinstance(found, list) else []


def revision(value: Mapping[str, Any]) -> str:
    """What tells one state of a post from the next. `modified_gmt` alone has whole seconds (6.1, 7.1) and
    misses a second edit within one."""
    seen = [
        value.get("modified_gmt"),
        value.get("date_gmt"),
        value.get("status"),
        value.get("slug"),
        raw(value, "title"),
        raw(value, "content"),
        raw(value, "excerpt"),
        value.get("featured_media"),
        sorted(ids(value, "tags")),
        sorted(ids(value, "categories")),
        value.get("password"),
    ]
    return hashlib.sha256(json.dumps(seen, default=str).encode()).hexdigest()[:32]


def site_moment(local: Any, in_gmt: Any) -> datetime | None:
    """The instant of a post with the blog's own offset: WordPress gives site time and UTC, both without a
    zone."""
    try:
        there = datetime.fromisoformat(str(local)).replace(tzinfo=None)
        utc = datetime.fromisoformat(str(in_gmt)).replace(tzinfo=None)
        offset = timedelta(minutes=round((there - utc).total_seconds() / 60))
        zone = UTC if not offset else timezone(offset)
        return utc.replace(tzinfo=UTC).astimezone(zone)
    except (ValueError, OverflowError):
        return None  # null, or the zero date that WordPress stores for "not yet"


def web_address(value: Any) -> str:
    """A web address from the server, or "": only http and https, with a host, and nothing in it that could
    end an attribute of a page it is written into."""
    if not isinstance(value, str) or len(value) > 4000 or _NOT_IN_ADDRESS.search(value):
        return ""
    try:
        parts = urlsplit(value)
    except ValueError:
        return ""
    return value if parts.scheme in ("http", "https") and parts.hostname else ""


# --- terms --------------------------------------------------------------------------------------------------


def term(value: Any) -> tuple[int, str]:
    """Id and name of a tag, a category or a user; names come back escaped (6.1, 7.1: `Tag &amp; more`)."""
    number = post_id(value)
    return number, html.unescape(str(value.get("name", "")))


def embedded(value: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """The authors ("users"), "tags" and "categories" that came along with a post, as (kind, what the server gave)."""
    along = value.get("_embedded")
    if not isinstance(along, Mapping):
        return []
    authors, kinds = along.get("author"), along.get("wp:term")
    found = [("users", author) for author in authors] if isinstance(authors, list) else []
    for terms in kinds if isinstance(kinds, list) else ():
        for one in terms if isinstance(terms, list) else ():
            kind = one.get("taxonomy") if isinstance(one, Mapping) else None
            if kind in ("post_tag", "category"):
                found.append(("tags" if kind == "post_tag" else "categories", one))
    return found


def same_term(one: str, other: str) -> bool:
    """Whether WordPress takes two names for one term: letters' case and blanks do not count."""
    return " ".join(one.split()).casefold() == " ".join(other.split()).casefold()
