"""The local site as a backend: every call reads and writes the site's folder, and nothing else."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from postdesk.backends.base import (
    Capability,
    Connection,
    ContentFormat,
    MediaFile,
    Outgoing,
    Page,
    RemoteMedia,
    RemotePost,
    Revision,
)
from postdesk.backends.local_site import CAPABILITIES
from postdesk.backends.local_site.pages import Pages, Site, where
from postdesk.backends.local_site.store import HIDDEN, SitePost, Store, path_part
from postdesk.core.account import Account
from postdesk.core.cancel import Cancel
from postdesk.core.errors import Busy, Gone, NotABlog, NotAllowed, PostDeskError
from postdesk.core.files import save_file
from postdesk.core.language import _
from postdesk.core.lock import FileLock
from postdesk.core.receipt import Status

_PER_PAGE = 100
_MARKER_ENDING = re.compile(r"[^A-Za-z0-9-]")


def _now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0).astimezone()


class LocalSite:
    """A static blog in the account's folder."""

    capabilities: frozenset[Capability] = CAPABILITIES
    content_format = ContentFormat.HTML

    def __init__(self, account: Account, now: Callable[[], datetime] = _now) -> None:
        self.account = account
        self._site = Path(account.address)
        self._store = Store(self._site)
        self._now = now

    def check(self) -> Connection:
        """Make the folder when it is missing, and see whether it can be written."""
        with self._open():
            return Connection(self.account.name, "")

    def find(self, marker: str) -> tuple[RemotePost, ...]:
        """The post made under this marker; a site never has two, as the marker is the name of its file."""
        with self._reading():
            post = self._store.get(_MARKER_ENDING.sub("-", marker))
        return (self._remote(post),) if post else ()

    def create_draft(self, marker: str, title: str) -> RemotePost:
        """An empty draft; the same marker again gives the same draft."""
        with self._open():
            name = _MARKER_ENDING.sub("-", marker)
            post = self._store.get(name)
            if post is None:
                post = SitePost(name, title=title, modified=self._now().isoformat())
                self._store.put(post)
            return self._remote(post)

    def read(self, remote_id: str) -> RemotePost:
        """The post, or `Gone`."""
        with self._reading():
            return self._remote(self._get(remote_id))

    def write(self, remote_id: str, outgoing: Outgoing, seen: str = "") -> RemotePost:
        """Keep the post, then make every page anew that shows it. Nobody else writes here."""
        with self._open():
            old = self._get(remote_id)
            moment = outgoing.date or old.when or self._now()
            new = replace(
                old,
                status=outgoing.status,
                title=outgoing.title,
                content=outgoing.content,
                excerpt=outgoing.excerpt,
                tags=outgoing.tags,
                categories=outgoing.categories,
                featured=outgoing.featured,
                date=moment.isoformat()
                if outgoing.date or old.date or outgoing.status is Status.PUBLISHED
                else "",
            )
            if new.is_public:
                new = self._placed(new, outgoing.slug)
            elif outgoing.slug:
                new = replace(new, slug=path_part(outgoing.slug))
            if new != old:
                new = replace(new, modified=self._now().isoformat())
                self._store.put(new)
            self._build()
            return self._remote(new)

    def trash(self, remote_id: str) -> None:
        """Take its pages away; what was written stays in the site's hidden folder."""
        with self._open():
            post = self._store.get(remote_id)
            if post is not None and post.status is not Status.TRASHED:
                self._store.put(replace(post, status=Status.TRASHED, modified=self._now().isoformat()))
            self._build()

    def revisions(self, remote_id: str, *, names: bool = False) -> tuple[Revision, ...]:
        """A site keeps none."""
        return ()

    def medium(self, remote_id: str) -> RemoteMedia:
        """The picture of that name, or `Gone`."""
        with self._reading():
            found = next((m for m in self._store.media() if m["name"] == remote_id), None)
            if found is None:
                raise _no_picture()
            return _media(found)

    def find_media(self, content_hash: str) -> tuple[RemoteMedia, ...]:
        """The picture with this content, if it is there whole."""
        with self._reading():
            found = [m for m in self._store.media() if m["content_hash"] == content_hash]
            return tuple(_media(m) for m in found if (self._site / "media" / m["name"]).is_file())

    def upload(self, file: MediaFile, progress: Callable[[int], None], cancel: Cancel) -> RemoteMedia:
        """Write the picture's sizes; the same content again writes the same files."""
        cancel.check()
        # With it comes all that decodes pictures.
        from postdesk.backends.local_site.pictures import WIDE, for_the_web

        chosen = self.account.options.get("picture_width", "")
        sizes = for_the_web(file.path, file.called, int(chosen) if chosen.isdecimal() else WIDE)
        with self._open():
            stem = path_part(file.name.rsplit(".", 1)[0]) or file.content_hash[:16]
            names: list[tuple[str, int, int]] = []
            for size in sizes:
                cancel.check()
                wide = f"-{size.width}" if names else ""
                name = f"{stem}{wide}.{size.suffix}"
                self._write(f"media/{name}", size.data)
                names.append((name, size.width, size.height))
            values = {
                "content_hash": file.content_hash,
                "name": names[0][0],
                "sizes": names,
                "alt": file.alt,
                "caption": file.caption,
            }
            self._store.put_media(names[0][0], values)
            progress(file.size)
            return _media(values)

    def describe_media(self, remote_id: str, alt: str, caption: str) -> None:
        """Alt text and caption are in the post's own HTML; a static site has no other place for them."""

    def discard_media(self, remote_id: str) -> None:
        """Delete a picture in all its sizes."""
        with self._open():
            for values in [m for m in self._store.media() if m["name"] == remote_id]:
                self._store.drop_media(remote_id)
                for name, _width, _height in values["sizes"]:
                    (self._site / "media" / name).unlink(missing_ok=True)

    def posts(self, cursor: str = "", since: datetime | None = None, *, content: bool = False) -> Page:
        """All posts, newest change first."""
        kept = [p for p in self._store.all() if p.status is not Status.TRASHED]
        if since is not None:
            kept = [p for p in kept if datetime.fromisoformat(p.modified) > since]
        kept.sort(key=lambda p: datetime.fromisoformat(p.modified), reverse=True)
        start = int(cursor or 0)
        part = kept[start : start + _PER_PAGE]
        more = start + _PER_PAGE < len(kept)
        return Page(
            tuple(self._listed(p, content=content) for p in part),
            str(start + _PER_PAGE) if more else "",
            len(kept),
        )

    def _listed(self, post: SitePost, *, content: bool) -> RemotePost:
        remote = self._remote(post)
        return replace(remote, rendered="") if content else replace(remote, content="")

    def in_the_way(self, slug: str, when: datetime | None = None) -> tuple[RemotePost, ...]:
        """The post whose page is at that place, or whose old address leads on from there: each month has its own."""
        moment = (when or self._now()).isoformat()
        place = f"{moment[:4]}/{moment[5:7]}/{path_part(slug)}"
        with self._reading():
            found = [p for p in self._store.all() if place in (p.path, *p.old_paths)]
            return tuple(replace(self._remote(p), content="", rendered="") for p in found if p.is_public)

    def categories(self) -> tuple[str, ...]:
        """Every category that a post has, by name."""
        return tuple(sorted({c for p in self._store.all() for c in p.categories}))

    def tags(self) -> tuple[str, ...]:
        """Every tag that a post has, by name; at most 200."""
        return tuple(sorted({t for p in self._store.all() for t in p.tags}))[:200]

    def close(self) -> None:
        """Nothing is held open between calls."""

    def _get(self, remote_id: str) -> SitePost:
        post = self._store.get(remote_id)
        if post is None:
            raise Gone(
                _("The post is no longer in the site “{site}”.").format(site=self.account.name),
                _("Nothing was changed there; your text is safe here."),
                _("Publish it again to put it back."),
            )
        return post

    def _placed(self, post: SitePost, slug: str) -> SitePost:
        """The post with its address: kept once given, unless she gives another slug; the old one then leads
        to the new.
        """
        wanted = path_part(slug) or post.slug or path_part(post.title) or post.remote_id
        if post.path and wanted in (post.slug, post.path.rsplit("/", 1)[1]):
            return post
        month = post.path.rsplit("/", 1)[0] if post.path else f"{post.date[:4]}/{post.date[5:7]}"
        others = self._store.all()
        taken = {p.path for p in others if p.remote_id != post.remote_id} | {
            o for p in others if p.remote_id != post.remote_id for o in p.old_paths
        }
        part, number = wanted, 1
        while f"{month}/{part}" in taken:
            number += 1
            part = f"{wanted}-{number}"
        path = f"{month}/{part}"
        before = (*post.old_paths, post.path) if post.path else post.old_paths
        return replace(
            post, slug=part, path=path, old_paths=tuple(dict.fromkeys(o for o in before if o != path))
        )

    @contextmanager
    def _reading(self) -> Iterator[None]:
        """What the system refuses is told in words."""
        try:
            yield
        except OSError as error:
            raise _no_folder(self._site, error) from error

    @contextmanager
    def _open(self) -> Iterator[None]:
        """The folder made, ours, and nobody else writing in it."""
        try:
            if self._site.is_dir() and not (self._site / HIDDEN).is_dir():
                others = [
                    n
                    for n in ("index.html", "style.css", "feed.xml", "sitemap.xml", "archive", "media")
                    if (self._site / n).exists()
                ]
                if others:
                    raise NotABlog(
                        _("The folder “{folder}” holds files of something else ({names}).").format(
                            folder=self._site, names=", ".join(others)
                        ),
                        _("Nothing was written there."),
                        _("Choose an empty folder for the site."),
                    )
            self._store.make()
        except OSError as error:
            raise _no_folder(self._site, error) from error
        lock = FileLock(self._site / HIDDEN / "lock")
        if not lock.acquire():
            raise Busy(
                _("Another program is writing the site “{site}” at this moment.").format(
                    site=self.account.name
                ),
                _("Nothing was written; your text is safe here."),
                _("It is tried again by itself."),
                wait=2.0,
            )
        try:
            yield
        except OSError as error:
            raise _no_folder(self._site, error) from error
        finally:
            lock.release()

    def _build(self) -> None:
        """Write every page whose inputs changed or whose file is missing; take away the pages of posts that
        went.
        """
        sizes = {m["name"]: [(n, w) for n, w, _h in m["sizes"]] for m in self._store.media()}
        language = self.account.options.get("language", "en")
        recipes = Pages(Site(self.account.name, self._address(), language, sizes)).recipes(self._store.all())
        before = self._store.pages()
        now: dict[str, str] = {}
        for path, recipe in recipes.items():
            if before.get(path) != recipe.fingerprint or not (self._site / path).is_file():
                self._write(path, recipe.make())
            now[path] = recipe.fingerprint
        for path in before.keys() - now.keys():
            self._remove(path)
        if now != before:
            self._store.put_pages(now)

    def _write(self, path: str, data: bytes) -> None:
        target = self._site / path
        if target.is_file() and target.stat().st_size == len(data) and target.read_bytes() == data:
            return
        target.parent.mkdir(parents=True, exist_ok=True)
        save_file(target, data, expected="")

    def _remove(self, path: str) -> None:
        target = self._site / path
        target.unlink(missing_ok=True)
        folder = target.parent
        while folder != self._site and folder.is_dir() and not any(folder.iterdir()):
            folder.rmdir()
            folder = folder.parent

    def _address(self) -> str:
        given = self.account.options.get("address", "")
        return (
            given.rstrip("/") + "/"
            if given.startswith(("http://", "https://"))
            else self._site.absolute().as_uri() + "/"
        )

    def _remote(self, post: SitePost) -> RemotePost:
        return RemotePost(
            remote_id=post.remote_id,
            address=where(self._address(), post.path) if post.is_public else "",
            slug=post.slug,
            status=post.status,
            revision=post.revision,
            title=post.title,
            content=post.content,
            rendered=post.content,
            excerpt=post.excerpt,
            date=post.when,
            modified=datetime.fromisoformat(post.modified),
            tags=post.tags,
            categories=post.categories,
            featured=post.featured,
        )


def _media(values: Mapping[str, Any]) -> RemoteMedia:
    sizes = [(str(n), int(w), int(h)) for n, w, h in values["sizes"]]
    name, width, height = sizes[0]
    return RemoteMedia(
        name,
        f"/media/{name}",
        width,
        height,
        str(values["alt"]),
        str(values["caption"]),
        {f"{w}": (f"/media/{n}", w, h) for n, w, h in sizes},
    )


def _no_picture() -> Gone:
    return Gone(
        _("The picture is no longer in the site."),
        _("Nothing was changed there; your text is safe here."),
        _("Put the picture into the post again."),
    )


def _no_folder(folder: Path, error: OSError) -> PostDeskError:
    return NotAllowed(
        _("The site's folder “{folder}” cannot be written: {reason}.").format(
            folder=folder, reason=os.strerror(error.errno or 0)
        ),
        _("What was already public stays as it was; your text is safe here."),
        _("Make the folder writable or free some space, then publish again."),
        details=repr(error),
    )
