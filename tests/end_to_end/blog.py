"""A second look at a WordPress, by a client that shares nothing with the program: over REST, and as any reader."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Any

import httpx2

from tests.servers.wordpress import WordPress


class Blog:
    """The blog as somebody else sees it; `base_url` may be that of a proxy in front of it."""

    def __init__(self, site: WordPress) -> None:
        self._site = site
        self._client = httpx2.Client(timeout=60, trust_env=False)
        self._who = httpx2.BasicAuth(site.user, site.app_password)

    def close(self) -> None:
        self._client.close()

    def posts(self, status: str = "any") -> list[dict[str, Any]]:
        """All posts in these states, drafts and private ones too; not the trash."""
        return self._list("posts", {"context": "edit", "status": status, "per_page": "50"})

    def only_post(self) -> dict[str, Any]:
        """The one post that there is, anywhere but in the trash."""
        (post,) = self.posts()
        return post

    def media(self) -> list[dict[str, Any]]:
        """All files of the media library."""
        return self._list("media", {"context": "edit", "per_page": "50"})

    def nothing_is_there(self) -> bool:
        """Whether there is no post and no file, not even in the trash."""
        return not self.posts() and not self.posts("trash") and not self.media()

    def edit(self, post_id: int, **fields: str) -> None:
        """A colleague changes a post."""
        self._ask("POST", f"posts/{post_id}", fields)

    def trash(self, post_id: int) -> None:
        """A colleague puts a post to the blog's trash."""
        self._ask("DELETE", f"posts/{post_id}", {})

    def page(self, address: str) -> str:
        """The public page, read without signing in."""
        answer = self._client.get(address, follow_redirects=True)
        assert answer.status_code == 200
        return answer.text

    def is_public(self, address: str) -> bool:
        """Whether a reader who is not signed in gets the page."""
        return self._client.get(address, follow_redirects=True).status_code == 200

    def _list(self, what: str, values: dict[str, str]) -> list[dict[str, Any]]:
        return list(self._ask("GET", what, values))

    def _ask(self, method: str, what: str, values: dict[str, str]) -> Any:
        answer = self._client.request(
            method, f"{self._site.base_url}/wp-json/wp/v2/{what}", params=values, auth=self._who
        )
        answer.raise_for_status()
        return answer.json()


class Reader(HTMLParser):
    """What a page shows: `quoted` is the text by depth of quotation, `bullets` the list's lines, `links` the
    addresses by their words, `pictures` (address, alt), `captions`."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self._open: list[str] = []
        self._words: dict[str, str] = {}
        self.quoted: dict[int, str] = {}
        self.bullets: list[str] = []
        self.links: dict[str, str] = {}
        self.pictures: list[tuple[str, str]] = []
        self.captions: list[str] = []
        self._link = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if tag == "img":
            self.pictures.append((values.get("src", ""), values.get("alt", "")))
        if tag in ("blockquote", "li", "a", "figcaption"):
            self._open.append(tag)
        if tag == "li":
            self.bullets.append("")
        if tag == "figcaption":
            self.captions.append("")
        if tag == "a":
            self._link = values.get("href", "")

    def handle_endtag(self, tag: str) -> None:
        if tag in self._open:
            while self._open.pop() != tag:
                pass

    def handle_data(self, words: str) -> None:
        depth = self._open.count("blockquote")
        if depth:
            self.quoted[depth] = self.quoted.get(depth, "") + words
        if "li" in self._open:
            self.bullets[-1] += words
        if "figcaption" in self._open:
            self.captions[-1] += words
        if "a" in self._open:
            self.links[words.strip()] = self._link


def one_line(text: str) -> str:
    """Blanks and line ends as single blanks, quotation marks and dashes as WordPress may have made them undone."""
    plain = text.translate({0x201C: '"', 0x201D: '"', 0x2018: "'", 0x2019: "'", 0x2013: "-"})
    return re.sub(r"\s+", " ", plain).strip()
