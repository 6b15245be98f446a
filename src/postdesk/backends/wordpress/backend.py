"""An open connection to one WordPress blog over its REST interface, with an application password.

No call but `create_draft` and `upload` does harm when it is repeated. WordPress compares nothing by itself
(`If-Match` is ignored in 6.1 and 7.1): whoever writes compares the revision first.

Long because a backend's calls share how they ask and what they take for an answer; the wire formats are in `wire.py`.
"""

from __future__ import annotations

import html
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2

from postdesk.backends.base import (
    Connection,
    ContentFormat,
    MediaFile,
    Outgoing,
    Page,
    RemoteMedia,
    RemotePost,
    Revision,
)
from postdesk.backends.http import Answer, Credentials, exchange, read_json
from postdesk.backends.wordpress import CAPABILITIES, media_wire, refusals, signin, wire
from postdesk.backends.wordpress.names import Names
from postdesk.core.account import Account
from postdesk.core.cancel import Cancel
from postdesk.core.errors import (
    BackendError,
    Cancelled,
    Gone,
    NotABlog,
    OutcomeUnknown,
    PictureRefused,
    Refused,
    SignInRefused,
    TooLarge,
)
from postdesk.core.language import _
from postdesk.core.post import PAGE
from postdesk.core.receipt import Status

_AGREE_S = 30.0  # seconds by which two answers may tell another time
_PAGE = 100  # the most that WordPress gives at once (6.1, 7.1: 101 is a 400)
_ROUTES = {"": "wp/v2/posts", PAGE: "wp/v2/pages"}
_SIZES = (_PAGE, 10, 1)  # for a blog whose hundred posts, or ten, are more than an answer may be long
_TWICE = 4


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a page of posts begins, how many it has, and from where on they come in larger pages again."""

    offset: int
    count: int
    end: int

    @staticmethod
    def read(cursor: str) -> _Place:
        """What `written` wrote; "" is the beginning."""
        numbers = [int(part) for part in cursor.split("/")] if cursor else [0, _SIZES[0]]
        return _Place(numbers[0], numbers[1], numbers[2] if len(numbers) > 2 else 0)

    def written(self) -> str:
        """As a part of a cursor."""
        return f"{self.offset}/{self.count}/{self.end}"

    def smaller(self) -> _Place | None:
        """The same place in smaller pages; None when they cannot be smaller."""
        size = next((size for size in _SIZES if size < self.count), 0)
        return _Place(self.offset, size, self.offset + self.count) if size else None

    def following(self, twice: int) -> _Place:
        """The next page. Where a post goes meanwhile those behind it move up: so many of a large page come twice, so
        that none is passed over."""
        offset = self.offset + self.count - (twice if self.count == _SIZES[0] else 0)
        if offset < self.end or self.count == _SIZES[0]:
            return _Place(offset, self.count, self.end)
        larger = min(size for size in _SIZES if size > self.count)
        return _Place(offset, larger, offset + 9 * larger)


class WordPress:
    """A `Backend`. `cancel` is looked at during every call; whoever runs a job may put its own there."""

    def __init__(
        self,
        account: Account,
        password: str,
        http: httpx2.Client,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.account = account
        self.capabilities = CAPABILITIES
        plain = account.options.get("markup") == "html"
        self.content_format = ContentFormat.HTML if plain else ContentFormat.BLOCKS
        self.cancel = Cancel()
        self.answered: datetime | None = None
        self._posts_in_all = -1  # as the list of posts said last, before that of the pages
        self._heard: tuple[datetime, float] | None = None
        self._root = account.options.get("api") or account.address.rstrip("/") + "/wp-json/"
        self._credentials = Credentials(account.user, password)
        self._http = http
        self._now = now
        self._names = Names(self._send, self._credentials)

    def __repr__(self) -> str:
        return f"WordPress({self.account.address!r})"

    # --- looking round ---

    def check(self) -> Connection:
        """Sign in and look round; changes nothing. Raises `SignInRefused`, `NotABlog` and what every call
        may."""
        answer, site = self._ask("GET", "", {"_fields": "name,namespaces,authentication,home"})
        if not isinstance(site, Mapping) or "wp/v2" not in _list(site.get("namespaces")):
            raise NotABlog(
                _("The blog's interface for programs is closed or too old."),
                _("Nothing was changed there."),
                _("Post Desk needs WordPress 5.6 or newer with its REST interface open."),
                details=answer.details,
            )
        try:
            _answer, user = self._ask("GET", "wp/v2/users/me", {"context": "edit"})
        except SignInRefused as nobody:
            if nobody.code != "rest_not_logged_in":
                raise
            if "application-passwords" not in _keys(site.get("authentication")):
                raise SignInRefused(
                    _("The blog treats you as not signed in: it does not offer application passwords."),
                    _("Nothing was changed there. Your text is safe."),
                    _(
                        "Ask whoever runs the blog to switch them on; an http address is one reason for them to be off."
                    ),
                    details=nobody.details,
                    code=nobody.code,
                ) from None
            home = str(site.get("home") or "")
            same = httpx2.URL(home or self._root).host == httpx2.URL(self._root).host
            raise signin.diagnose(
                self._http,
                self.account.address if not same or not home else home,
                self._credentials,
                self.cancel,
                nobody.details,
            ) from None
        if not isinstance(user, Mapping):
            raise refusals.unknown(_answer)
        return Connection(
            site=html.unescape(str(site.get("name") or self.account.address)),
            user=html.unescape(str(user.get("name") or self.account.user)),
            remarks=signin.remarks(user, self._root, answer.date, self._now()),
            may_make_categories=signin.may_make_categories(user),
        )

    def categories(self) -> tuple[str, ...]:
        """The names of all categories (at most 1000)."""
        return self._names.all("categories", {"orderby": "name"}, 1000)

    def tags(self) -> tuple[str, ...]:
        """The names of the 200 most used tags."""
        return self._names.all("tags", {"orderby": "count", "order": "desc"}, 200)

    # --- posts ---

    def find(self, marker: str) -> tuple[RemotePost, ...]:
        """Every post that `create_draft(marker)` may have made. A slug first; where plug-ins clear the
        slugs of drafts, the comment in the content."""
        asked = {
            "context": "edit",
            "per_page": str(_PAGE),
            "orderby": "id",
            "order": "asc",
            "status": wire.STATUSES + ",trash",
            "_fields": wire.POST_FIELDS,
        }
        for how in ({"slug": wire.marker_slugs(marker)}, {"search": marker}):
            answer, values = self._ask("GET", "wp/v2/posts", asked | how)
            found = [v for v in self._objects(answer, values) if wire.carries(v, marker)]
            if found:
                return tuple(self._post(answer, v) for v in found)
        return ()

    def create_draft(self, marker: str, title: str) -> RemotePost:
        """Make an empty draft with the marker for its slug, and in its content. Never repeat it blindly."""
        asked = {
            "_fields": wire.POST_FIELDS + wire.EMBEDDED_LINKS,
            "_embed": wire.EMBEDDED,
            "context": "edit",
        }
        answer, value = self._ask("POST", "wp/v2/posts", asked, wire.draft_body(marker, title))
        return self._post(answer, value)

    def read(self, remote_id: str) -> RemotePost:
        """The post with content and rendered; `Gone` when it is not there."""
        fields = wire.POST_FIELDS + wire.VERSION_LINKS + wire.EMBEDDED_LINKS
        asked = {"context": "edit", "_fields": fields, "_embed": wire.EMBEDDED}
        answer, value = self._ask("GET", self._route(remote_id), asked)
        return self._post(answer, value, remote_id)

    def write(self, remote_id: str, outgoing: Outgoing, seen: str = "") -> RemotePost:
        """Set all of it and return the post as the blog has it then. A post in the trash comes back out of
        it. Raises `ChangedMeanwhile`."""
        route = self._route(remote_id)
        is_page = _kind_of(remote_id) == PAGE
        tags = [] if is_page else self._names.ids("tags", outgoing.tags)
        categories = [] if is_page else self._names.ids("categories", outgoing.categories)
        # The look is the last thing before the write: WordPress compares nothing by itself.
        fields = wire.POST_FIELDS if seen else "id,slug,status"
        answer, value = self._ask("GET", route, {"context": "edit", "_fields": fields})
        if not isinstance(value, Mapping) or value.get("id") != _number(remote_id):
            raise refusals.unknown(answer)
        if seen and wire.revision(value) != seen:
            raise refusals.changed_meanwhile()
        body = wire.write_body(
            outgoing, current_slug=str(value.get("slug") or ""), tags=tags, categories=categories
        )
        if is_page:
            # Parent, order and template are not said, and stay (6.1, 7.1).
            body = {name: told for name, told in body.items() if name not in wire.TAXONOMIES}
        asked = {"_fields": wire.POST_FIELDS + wire.VERSION_LINKS, "context": "edit"}
        if value.get("status") == "trash":
            # Coming back from the trash a post takes its old slug, whatever is sent (6.1, 7.1): so send it
            # twice.
            self._ask("POST", route, asked, body)
        answer, value = self._ask("POST", route, asked, body)
        post = self._post(answer, value, remote_id)
        meant_now = outgoing.status is Status.PUBLISHED and outgoing.date is None
        if meant_now and post.status is Status.SCHEDULED:
            # An earlier date in the future sticks to the post, and WordPress then schedules it (6.1, 7.1).
            body["date_gmt"] = wire.gmt(answer.date or self._now())
            answer, value = self._ask("POST", route, asked, body)
            post = self._post(answer, value, remote_id)
        return post

    def trash(self, remote_id: str) -> None:
        """Move it to the blog's trash; there already, or gone, is a success."""
        try:
            self._ask("DELETE", self._route(remote_id))
        except Gone:
            pass  # 410 when it is in the trash already, 404 when it is no more (6.1, 7.1)

    def posts(self, cursor: str = "", since: datetime | None = None, *, content: bool = False) -> Page:
        """A page of all posts but those in the trash, by their numbers, the newest first; with `content` the blog's
        pages after them. The cursor is a `_Place`, for pages with a mark before it."""
        kind = _kind_of(cursor)
        place = _Place.read(cursor.removeprefix(wire.PAGE_MARK))
        asked = {
            "context": "edit",
            "status": wire.STATUSES,
            # Many posts may have changed within one second, and those come in another order each time.
            "orderby": "id",
            "order": "desc",
            "per_page": str(place.count),
            "offset": str(place.offset),
            "_fields": wire.RAW_POST_FIELDS if content else wire.POST_FIELDS,
        }
        if since is not None:
            # Whole seconds, and "after" leaves the second itself out. It goes by the blog's own time, in which one hour
            # of autumn comes twice (6.1, 7.1). Better some posts twice than one never.
            asked["modified_after"] = wire.gmt(since - timedelta(hours=1, seconds=1))
        mark = wire.PAGE_MARK if kind == PAGE else ""
        left_out = False
        try:
            answer, values = self._ask("GET", _ROUTES[kind], asked)
        except OutcomeUnknown:
            smaller = place.smaller()
            if smaller is not None:  # too long or too slow in one go
                return self.posts(f"{mark}{smaller.written()}", since, content=content)
            if not content:
                raise
            left_out = True
            answer, values = self._ask("GET", _ROUTES[kind], asked | {"_fields": wire.PLAIN_POST_FIELDS})
        except SignInRefused:
            raise
        except (NotABlog, Refused):
            if kind != PAGE:
                raise
            return Page(
                (), total=self._posts_in_all
            )  # authors may not see the list of pages (6.1, 7.1), and some plug-ins close it
        found = self._objects(answer, values)
        self._names.learn(found)
        total = answer.headers.get("x-wp-total", "")
        known = int(total) if total.isascii() and total.isdigit() else -1
        # WordPress may leave out of a page what she may not edit, so a short page is not the last one.
        more = place.offset + place.count < known if known >= 0 else len(found) == place.count
        posts = [self._post(answer, value, kind=kind) for value in found]
        if not content:
            posts = [replace(post, content="") for post in posts]
        # What has no text in an answer that was to have it must not be taken for empty.
        told = [not left_out and (not content or wire.has_text(value)) for value in found]
        following = f"{mark}{place.following(twice=_TWICE).written()}" if more else ""
        if content and not kind:
            following = following or wire.PAGE_MARK + _Place.read("").written()
            self._posts_in_all = known
        elif kind == PAGE and known >= 0:
            known += max(self._posts_in_all, 0)
        return Page(
            posts=tuple(post for post, is_told in zip(posts, told, strict=True) if is_told),
            next=following,
            total=known,
            left_out=tuple(post for post, is_told in zip(posts, told, strict=True) if not is_told),
            as_of=answer.date,
        )

    def in_the_way(self, slug: str, when: datetime | None = None) -> tuple[RemotePost, ...]:
        """Posts with this slug; those of others that she may not see are not among them."""
        asked = {
            "context": "edit",
            "status": wire.STATUSES,
            "slug": slug.replace(",", "-"),  # WordPress reads a list there
            "_fields": "id,slug,status,title,link",
        }
        answer, values = self._ask("GET", "wp/v2/posts", asked)
        return tuple(self._post(answer, value) for value in self._objects(answer, values))

    def revisions(self, remote_id: str, *, names: bool = False) -> tuple[Revision, ...]:
        """The newest versions that WordPress keeps, the one saved last first; with the names of who saved them."""
        asked = {"context": "edit", "per_page": "20", "orderby": "id", "order": "desc"}
        asked["_fields"] = wire.REVISION_FIELDS
        answer, values = self._ask("GET", self._route(remote_id) + "/revisions", asked)
        found = self._objects(answer, values)
        if names:
            self._names.learn(found)
        try:
            return wire.kept_versions(found, self._names.authors)
        except wire.WrongShape:
            raise refusals.unknown(answer) from None

    # --- media ---

    def medium(self, remote_id: str) -> RemoteMedia:
        """An uploaded file, or `Gone`."""
        asked = {"context": "edit", "_fields": media_wire.MEDIA_FIELDS}
        answer, value = self._ask("GET", f"wp/v2/media/{_number(remote_id)}", asked)
        return self._media(answer, value)

    def find_media(self, content_hash: str) -> tuple[RemoteMedia, ...]:
        """Every file whose name carries this content's marker, oldest first."""
        asked = {
            "context": "edit",
            "search": media_wire.media_marker(content_hash),
            "per_page": str(_PAGE),
            "orderby": "id",
            "order": "asc",
            "_fields": media_wire.MEDIA_FIELDS,
        }
        answer, values = self._ask("GET", "wp/v2/media", asked)
        found = [v for v in self._objects(answer, values) if media_wire.is_of_content(v, content_hash)]
        return tuple(self._media(answer, value) for value in found)

    def upload(self, file: MediaFile, progress: Callable[[int], None], cancel: Cancel) -> RemoteMedia:
        """Send a file, then its alt text and caption. Raises `TooLarge`, `MediaRefused`, `PictureRefused`."""
        try:
            answer = exchange(
                self._http,
                "POST",
                wire.api_url(
                    self._root, "wp/v2/media", {"context": "edit", "_fields": media_wire.MEDIA_FIELDS}
                ),
                headers=media_wire.upload_headers(file),
                content=file.path,
                auth=self._credentials,
                cancel=cancel,
                progress=progress,
            )
        except OSError as error:
            raise PictureRefused(
                _("“{name}” could not be read.").format(name=file.called),
                _("It was not sent, and the post did not go out."),
                _("Put the picture back, or take it out of the post."),
                details=str(error.strerror),
            ) from None
        self._hear_time(answer)
        try:
            value = read_json(answer)
        except TooLarge:
            raise refusals.too_large(answer, file) from None
        if answer.status not in (200, 201):
            refused = refusals.media_refusal(answer, value, file, self._credentials)
            raise refused or refusals.refusal(answer, value, self._credentials)
        media = self._media(answer, value)
        if file.alt or file.caption:
            try:
                self.describe_media(media.remote_id, file.alt, file.caption)
            except (BackendError, Cancelled) as error:
                # Whatever that was, the file is there now: it has to be looked up, not sent again.
                raise OutcomeUnknown(
                    _("“{name}” is on the blog, but its description is not yet.").format(name=file.called),
                    _("The post did not go out yet. Your text is safe."),
                    _("Post Desk looks at the blog before it tries again."),
                    details=error.details,
                ) from None
            media = replace(media, alt=file.alt, caption=file.caption)
        return media

    def describe_media(self, remote_id: str, alt: str, caption: str) -> None:
        """Set alt text and caption (plain text)."""
        self._ask(
            "POST",
            f"wp/v2/media/{_number(remote_id)}",
            {"_fields": "id"},
            media_wire.media_body(alt, caption),
        )

    def discard_media(self, remote_id: str) -> None:
        """Delete a file for good: WordPress has no trash for files (6.1, 7.1). Gone already is a success, and one
        that some post shows stays: another machine may have taken it for its own."""
        route = f"wp/v2/media/{_number(remote_id)}"
        try:
            answer, value = self._ask("GET", route, {"context": "edit", "_fields": media_wire.MEDIA_FIELDS})
            self._media(answer, value)
            asked = {
                "context": "edit",
                "per_page": str(_PAGE),
                "status": wire.STATUSES,
                "_fields": "id,content",
            }
            answer, values = self._ask("GET", "wp/v2/posts", asked | {"search": media_wire.file_stem(value)})
            if not any(media_wire.shows_file(post, value) for post in self._objects(answer, values)):
                self._ask("DELETE", route, {"force": "true"})
        except Gone:
            pass

    def close(self) -> None:
        """Nothing is held: the client belongs to whoever made it."""

    # --- asking ---

    def _send(self, method: str, path: str, query: Mapping[str, str], body: Any) -> tuple[Answer, Any]:
        """The answer and its JSON value, whatever the status."""
        answer = exchange(
            self._http,
            method,
            wire.api_url(self._root, path, query),
            json_body=body,
            auth=self._credentials,
            cancel=self.cancel,
        )
        self._hear_time(answer)
        return answer, read_json(answer)

    def _ask(
        self, method: str, path: str, query: Mapping[str, str] | None = None, body: Any = None
    ) -> tuple[Answer, Any]:
        """The answer and its JSON value, of a request that succeeded; an error for any other."""
        answer, value = self._send(method, path, query or {}, body)
        if answer.status not in (200, 201):
            raise refusals.refusal(answer, value, self._credentials)
        return answer, value

    def _hear_time(self, answer: Answer) -> None:
        """Keep in `answered` what the server's clock says, once two answers agree: one alone may be of a cache."""
        if answer.date is None:
            return
        before, now = self._heard, time.monotonic()
        self._heard = (answer.date, now)
        if before is not None:
            passed = (answer.date - before[0]).total_seconds() - (now - before[1])
            self.answered = answer.date if abs(passed) < _AGREE_S else None

    def _route(self, remote_id: str) -> str:
        return f"{_ROUTES[_kind_of(remote_id)]}/{_number(remote_id)}"

    def _objects(self, answer: Answer, values: Any) -> list[dict[str, Any]]:
        if not isinstance(values, list) or not all(isinstance(value, dict) for value in values):
            raise refusals.unknown(answer)
        return values

    def _post(self, answer: Answer, value: Any, asked: str = "", kind: str = "") -> RemotePost:
        """The post of an answer; with `asked` that very one, as a cache in between may mix up two answers. `kind` is
        what was asked for where `asked` does not tell."""
        try:
            number = wire.post_id(value)
            if asked and number != _number(asked):
                raise refusals.unknown(answer)
            self._names.learn([value], after_write=not answer.is_read)
            names = self._names
            return wire.remote_post(
                value, tags=names.tags, categories=names.categories, authors=names.authors,
                kind=kind or _kind_of(asked),
            )  # fmt: skip
        except wire.WrongShape:
            raise refusals.unknown(answer) from None

    def _media(self, answer: Answer, value: Any) -> RemoteMedia:
        try:
            return media_wire.remote_media(value)
        except wire.WrongShape:
            raise refusals.unknown(answer) from None


def _kind_of(remote_id: str) -> str:
    return PAGE if remote_id.startswith(wire.PAGE_MARK) else ""


def _number(remote_id: str) -> int:
    """A remote id as the number it is; `Gone` for one that WordPress cannot have given."""
    number = remote_id.removeprefix(wire.PAGE_MARK)
    if number.isascii() and number.isdigit():
        return int(number)
    raise Gone(
        _("The blog has no post or file with this number."),
        _("Nothing was sent. Your text is safe."),
        _("Publish it as a new post."),
        details=f"remote id {remote_id[:40]!r}",
    )


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _keys(value: Any) -> set[str]:
    return set(value) if isinstance(value, Mapping) else set()
