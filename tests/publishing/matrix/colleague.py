"""A colleague at the same WordPress: a client that shares nothing with the program, and sees all that is there."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import httpx2

from tests.publishing.world import png
from tests.servers.wordpress import WordPress


@dataclass(frozen=True, slots=True)
class Seen:
    """What the blog has of one post: every post and every file with a word in it, those in the trash apart."""

    posts: tuple[dict[str, Any], ...]
    trashed: tuple[dict[str, Any], ...]
    files: tuple[dict[str, Any], ...]


class Colleague:
    """Signed in as the administrator, at the server itself and not through a proxy."""

    def __init__(self, site: WordPress) -> None:
        self._client = httpx2.Client(
            base_url=f"{site.base_url}/wp-json/wp/v2/",
            auth=httpx2.BasicAuth(site.user, site.app_password),
            timeout=60,
            trust_env=False,
        )

    def close(self) -> None:
        self._client.close()

    def sees(self, word: str) -> Seen:
        """All that has that word in its title, its text or its file's name."""
        asked = {"context": "edit", "search": word, "per_page": "100", "orderby": "id", "order": "asc"}
        posts = self._ask("GET", "posts", asked | {"status": "publish,future,draft,pending,private,trash"})
        return Seen(
            tuple(p for p in posts if p["status"] != "trash"),
            tuple(p for p in posts if p["status"] == "trash"),
            tuple(self._ask("GET", "media", asked)),
        )

    def tags(self, post: dict[str, Any]) -> set[str]:
        """The names of a post's tags."""
        wanted = ",".join(map(str, post["tags"]))
        return {t["name"] for t in self._ask("GET", "tags", {"include": wanted})} if wanted else set()

    def adds(self, word: str, paragraph: str) -> bool:
        """Writes a paragraph under each post with that word that is not in the trash; whether there was one."""
        posts = self.sees(word).posts
        for post in posts:
            content = f"{post['content']['raw']}\n\n{block(paragraph)}"
            self._ask("POST", f"posts/{post['id']}", {}, {"content": content})
        return bool(posts)

    def makes(self, title: str) -> None:
        """A draft of a colleague's own."""
        self._ask("POST", "posts", {}, {"title": title, "status": "draft"})

    def makes_file(self, name: str) -> None:
        """A picture of a colleague's own."""
        named = {"Content-Type": "image/png", "Content-Disposition": f'attachment; filename="{name}.png"'}
        self._client.post("media", content=png(1), headers=named).raise_for_status()

    def deletes(self, word: str, *, for_good: bool) -> None:
        """Deletes each post with that word."""
        for post in self.sees(word).posts:
            self._ask("DELETE", f"posts/{post['id']}", {"force": "true"} if for_good else {})

    def finds_in_revisions(self, post: dict[str, Any], words: str) -> bool:
        """Whether an older revision of the post has these words."""
        found = self._ask("GET", f"posts/{post['id']}/revisions", {"context": "edit", "per_page": "100"})
        return any(words in revision["content"]["raw"] for revision in found)

    def _ask(self, method: str, path: str, query: dict[str, str], body: Any = None) -> Any:
        answer = self._client.request(method, path, params=query, json=body)
        answer.raise_for_status()
        return answer.json()


def block(paragraph: str) -> str:
    """A paragraph in WordPress's markup."""
    return f"<!-- wp:paragraph -->\n<p>{paragraph}</p>\n<!-- /wp:paragraph -->"


def plain(content: str, word: str) -> str:
    """Content without what differs from run to run: the word, ids and the addresses of files."""
    bare = re.sub(rf"{word}-|{word}", "", content)
    bare = re.sub(r'https?://[^"\s]*/pd-[0-9a-f]{16}-', "", bare)
    return re.sub(r'(wp-image-|"id":)\d+', r"\1N", bare)
