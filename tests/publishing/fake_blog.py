"""A blog in memory or in a JSON file that behaves like a real one: twins, slugs, revisions, and faults where a test
wants them.

A fault hits the n-th call. Its kinds: "before" (nothing arrived), "after" (done, but the answer is lost), "late"
(it arrives some calls later, the answer is lost), "twice" (it arrives once more so many calls later, though it had its
answer), "refused" (a definite no), "busy" (not done, come later), "kill" (done, then this process ends).
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

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
from postdesk.core.account import Account
from postdesk.core.cancel import Cancel
from postdesk.core.errors import (
    Busy,
    ChangedMeanwhile,
    Gone,
    OutcomeUnknown,
    PostDeskError,
    Refused,
    Unreachable,
)
from postdesk.core.post import Visibility
from postdesk.core.receipt import Status

_T = TypeVar("_T")
ACCOUNT = Account("a1", "fake", "Blog", "https://blog.example")
ALL = frozenset(Capability)


@dataclass
class Fault:
    """A fault at a call (counted from 1 over the life of the blog)."""

    call: int
    kind: str
    late_by: int = 0


@dataclass
class Server:
    """What the blog has. With `file` every change is on the disk, so that it outlives a killed process."""

    posts: dict[str, dict[str, Any]] = field(default_factory=dict)
    media: dict[str, dict[str, Any]] = field(default_factory=dict)
    count: int = 0
    calls: int = 0
    log: list[str] = field(default_factory=list)
    file: Path | None = None
    kept: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    number: int = 0
    categories: list[str] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)

    def save(self) -> None:
        if self.file is not None:
            values = {
                "posts": self.posts,
                "media": self.media,
                "count": self.count,
                "calls": self.calls,
                "log": self.log,
                "kept": self.kept,
                "number": self.number,
            }
            self.file.with_suffix(".new").write_text(json.dumps(values))
            self.file.with_suffix(".new").replace(self.file)

    @staticmethod
    def load(file: Path) -> Server:
        return Server(**json.loads(file.read_text()), file=file) if file.exists() else Server(file=file)

    def public(self) -> list[dict[str, Any]]:
        """What readers see."""
        return [p for p in self.posts.values() if p["status"] == "published"]

    def drafts(self) -> list[dict[str, Any]]:
        return [p for p in self.posts.values() if p["status"] == "draft"]

    def edit(self, remote_id: str, **values: Any) -> None:
        """A colleague changes the post in the browser."""
        self.count += 1
        self.posts[remote_id].update(values, revision=f"r{self.count}")
        self.keep(remote_id, "Ines")
        self.save()

    def keep(self, remote_id: str, who: str) -> None:
        """Keep a version of the post, as WordPress does: when its words are others than those of the newest one."""
        post = self.posts[remote_id]
        kept = self.kept.setdefault(remote_id, [])
        said = {name: post[name] for name in ("title", "content", "excerpt")}
        if not kept or {name: kept[-1][name] for name in said} != said:
            self.number += 1
            kept.append({**said, "id": f"v{self.number}", "author": who})


class FakeBlog:
    """The backend. `clean` is what the server makes of content (its filter)."""

    content_format = ContentFormat.HTML

    def __init__(
        self,
        server: Server,
        faults: list[Fault] | None = None,
        *,
        account: Account = ACCOUNT,
        capabilities: frozenset[Capability] = ALL,
        clean: Callable[[str], str] = str,
        down: Callable[[], PostDeskError | None] = lambda: None,
        before_call: Callable[[str], None] = lambda _name: None,
        slips_in: Callable[[str], None] = lambda _remote_id: None,
        kill: Callable[[], None] = lambda: os.kill(os.getpid(), signal.SIGKILL),
    ) -> None:
        self.account = account
        self.capabilities = capabilities
        self.server = server
        self.closed = 0
        self.faults = {f.call: f for f in faults or []}
        self._late: list[tuple[int, Callable[[], Any]]] = []
        self._clean = clean
        self._down = down
        self._before_call = before_call
        self._slips_in = slips_in  # between the last look and the write
        self.may_make_categories = True
        self._kill = kill

    # --- the calls ------------------------------------------------------------------------------------------

    def check(self) -> Connection:
        return Connection("Blog", "anna", may_make_categories=self.may_make_categories)

    def find(self, marker: str) -> tuple[RemotePost, ...]:
        def work() -> tuple[RemotePost, ...]:
            return tuple(
                replace(self._remote(p), content="")
                for p in self.server.posts.values()
                if p["slug"] == marker or p["slug"].startswith(marker + "-")
            )

        return self._call("find", work)

    def create_draft(self, marker: str, title: str) -> RemotePost:
        def work() -> RemotePost:
            number = self._next()
            post = _remote_values(number, self._free(marker, ""), title, f"r{number}")
            post["content"] = f"<!-- {marker} -->"  # as a blog that clears the slugs of drafts needs it
            self.server.posts[post["remote_id"]] = post
            return self._remote(post)

        return self._call("create_draft", work)

    def read(self, remote_id: str) -> RemotePost:
        return self._call("read", lambda: self._remote(self._post(remote_id)))

    def write(self, remote_id: str, outgoing: Outgoing, seen: str = "") -> RemotePost:
        def work() -> RemotePost:
            post = self._post(remote_id)
            if seen and post["revision"] != seen and Capability.MANY_WRITERS in self.capabilities:
                raise ChangedMeanwhile("It was saved now.", "Nothing was set.", "Look again.")
            self._slips_in(remote_id)
            values = asdict(outgoing)
            values["status"] = outgoing.status.value
            values["visibility"] = outgoing.visibility.value
            values["content"] = self._clean(outgoing.content)
            values["tags"], values["categories"] = list(outgoing.tags), list(outgoing.categories)
            values["slug"] = self._free(outgoing.slug or post["slug"], remote_id)
            date = outgoing.date.isoformat() if outgoing.date else post["date"]
            if not date and outgoing.status is Status.PUBLISHED:
                date = "2026-11-22T10:00:00+00:00"
            values["date"] = date
            post.update(values, revision=f"r{self._next()}")
            self.server.keep(remote_id, "anna")
            return self._remote(post)

        return self._call("write", work)

    def trash(self, remote_id: str) -> None:
        def work() -> None:
            if remote_id in self.server.posts:
                post = self.server.posts[remote_id]
                if post["status"] != "trashed":
                    post.update(
                        status="trashed", slug=post["slug"] + "__trashed", revision=f"r{self._next()}"
                    )

        self._call("trash", work)

    def revisions(self, remote_id: str, *, names: bool = False) -> tuple[Revision, ...]:
        def work() -> tuple[Revision, ...]:
            self._post(remote_id)
            return tuple(
                Revision(v["id"], v["title"], v["content"], v["excerpt"], None, v["author"] if names else "")
                for v in reversed(self.server.kept.get(remote_id, ()))
            )[:20]

        return self._call("revisions", work)

    def medium(self, remote_id: str) -> RemoteMedia:
        def work() -> RemoteMedia:
            if remote_id not in self.server.media:
                raise Gone("It is gone.", "Nothing was sent.", "Look.")
            return _medium(self.server.media[remote_id])

        return self._call("medium", work)

    def find_media(self, content_hash: str) -> tuple[RemoteMedia, ...]:
        def work() -> tuple[RemoteMedia, ...]:
            return tuple(_medium(m) for m in self.server.media.values() if content_hash[:16] in m["name"])

        return self._call("find_media", work)

    def upload(self, file: MediaFile, progress: Callable[[int], None], cancel: Cancel) -> RemoteMedia:
        data = file.path.read_bytes()
        progress(len(data))

        def work() -> RemoteMedia:
            number = self._next()
            address = f"https://blog.example/media/{number}-{file.name}"
            medium = {
                "remote_id": f"m{number}",
                "name": file.name,
                "address": address,
                "alt": "",
                "caption": "",
                "size": len(data),
            }
            self.server.media[f"m{number}"] = medium
            return _medium(medium)

        return self._call("upload", work)

    def describe_media(self, remote_id: str, alt: str, caption: str) -> None:
        self._call("describe_media", lambda: self.server.media[remote_id].update(alt=alt, caption=caption))

    def discard_media(self, remote_id: str) -> None:
        def work() -> None:
            address = self.server.media.get(remote_id, {}).get("address", "?")
            if not any(address in p["content"] for p in self.server.posts.values()):
                self.server.media.pop(remote_id, None)

        self._call("discard_media", work)

    def posts(self, cursor: str = "", since: datetime | None = None, *, content: bool = False) -> Page:
        return self._call("posts", lambda: Page(tuple(self._remote(p) for p in self.server.posts.values())))

    def in_the_way(self, slug: str, when: datetime | None = None) -> tuple[RemotePost, ...]:
        there = (p for p in self.server.posts.values() if p["slug"] == slug and p["status"] != "trashed")
        return self._call(
            "in_the_way", lambda: tuple(replace(_remote(p), content="", rendered="") for p in there)
        )

    def categories(self) -> tuple[str, ...]:
        return self._call("categories", lambda: tuple(self.server.categories))

    def tags(self) -> tuple[str, ...]:
        return self._call("tags", lambda: tuple(self.server.tags))

    def close(self) -> None:
        self.closed += 1

    def deliver_late(self) -> None:
        """Everything that is still on its way arrives."""
        for _call, work in self._late:
            with contextlib.suppress(PostDeskError):
                work()
        self._late.clear()
        self.server.save()

    # --- how ------------------------------------------------------------------------------------------------

    def _call(self, name: str, work: Callable[[], _T]) -> _T:
        self._before_call(name)
        error = self._down()
        if error is not None:
            raise error
        self.server.calls += 1
        now = self.server.calls
        due = [w for at, w in self._late if at <= now]
        self._late = [(at, w) for at, w in self._late if at > now]
        for late in due:
            with contextlib.suppress(PostDeskError):
                late()
        self.server.log.append(name)
        fault = self.faults.pop(now, None)
        if fault is not None and fault.kind == "twice":
            self._late.append((now + fault.late_by, work))
        elif fault is not None:
            self._fail(fault, now, work)
        try:
            return work()
        finally:
            self.server.save()

    def _fail(self, fault: Fault, now: int, work: Callable[[], Any]) -> None:
        self.server.save()
        if fault.kind == "before":
            raise Unreachable("No connection.", "Nothing was sent.", "Wait.")
        if fault.kind == "lost request":
            raise OutcomeUnknown("The connection broke.", "It is looked up.", "Wait.")
        if fault.kind == "busy":
            raise Busy("Too much to do.", "Nothing was done.", "Wait.", wait=7.0)
        if fault.kind == "refused":
            raise Refused("No.", "Nothing was done.", "Ask.", code="no")
        if fault.kind == "late":
            self._late.append((now + fault.late_by, work))
            raise OutcomeUnknown("No answer in time.", "It is looked up.", "Wait.")
        with contextlib.suppress(PostDeskError):
            work()
        self.server.save()
        if fault.kind == "kill":
            self._kill()
        raise OutcomeUnknown("The answer got lost.", "It is looked up.", "Wait.")

    def _remote(self, post: dict[str, Any]) -> RemotePost:
        kept = self.server.kept.get(post["remote_id"], [])
        if Capability.REVISIONS not in self.capabilities:
            return _remote(post)
        return replace(_remote(post), versions=len(kept), version=kept[-1]["id"] if kept else "")

    def _next(self) -> int:
        self.server.count += 1
        return self.server.count

    def _free(self, slug: str, remote_id: str) -> str:
        taken = {p["slug"] for p in self.server.posts.values() if p["remote_id"] != remote_id}
        number, free = 1, slug
        while free in taken:
            number += 1
            free = f"{slug}-{number}"
        return free

    def _post(self, remote_id: str) -> dict[str, Any]:
        if remote_id not in self.server.posts:
            raise Gone("It is gone.", "Nothing was sent.", "Look.")
        return self.server.posts[remote_id]


def _remote_values(number: int, slug: str, title: str, revision: str) -> dict[str, Any]:
    return {
        "remote_id": str(number),
        "slug": slug,
        "status": "draft",
        "title": title,
        "content": "",
        "excerpt": "",
        "date": None,
        "tags": [],
        "categories": [],
        "featured": "",
        "visibility": "public",
        "post_password": "",
        "revision": revision,
    }


def _remote(post: dict[str, Any]) -> RemotePost:
    return RemotePost(
        remote_id=post["remote_id"],
        address=f"https://blog.example/{post['slug']}",
        slug=post["slug"],
        status=Status(post["status"]),
        revision=post["revision"],
        title=post["title"],
        content=post["content"],
        rendered=post["content"],
        excerpt=post["excerpt"],
        date=datetime.fromisoformat(post["date"]) if post["date"] else None,
        tags=tuple(post["tags"]),
        categories=tuple(post["categories"]),
        featured=post["featured"],
        visibility=Visibility(post["visibility"]),
    )


def _medium(medium: dict[str, Any]) -> RemoteMedia:
    return RemoteMedia(medium["remote_id"], medium["address"], 40, 30, medium["alt"], medium["caption"])
