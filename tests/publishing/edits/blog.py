"""A real WordPress as somebody else sees it: a client of its own, which shares no code with the program."""

from __future__ import annotations

from typing import Any

import httpx2

from tests.servers.wordpress import WordPress

_POSTS = "/wp-json/wp/v2/posts"
_MOVES = frozenset(["modified", "modified_gmt", "content", "_links", "guid", "class_list"])


class OtherClient:
    """Speaks as the user `name` of the blog."""

    def __init__(self, blog: WordPress, name: str = "admin") -> None:
        user = blog.users[name]
        self._http = httpx2.Client(base_url=blog.base_url, auth=(user.name, user.app_password), timeout=120)

    def close(self) -> None:
        """Ends its connections."""
        self._http.close()

    def makes(self, title: str, content: str, **more: Any) -> int:
        """A post that is public at once; its number."""
        values = {"title": title, "content": content, "status": "publish", **more}
        answer = self._http.post(_POSTS, json=values, params={"_fields": "id"})
        assert answer.status_code == httpx2.codes.CREATED, answer.text[:500]
        number: int = answer.json()["id"]
        return number

    def sees(self, number: int) -> dict[str, Any]:
        """All that the blog says of a post to who may edit it."""
        answer = self._http.get(f"{_POSTS}/{number}", params={"context": "edit"})
        assert answer.status_code == httpx2.codes.OK, answer.text[:500]
        seen: dict[str, Any] = answer.json()
        return seen

    def content(self, number: int) -> str:
        """The content as it is kept."""
        answer = self._http.get(f"{_POSTS}/{number}", params={"context": "edit", "_fields": "content.raw"})
        raw: str = answer.json()["content"]["raw"]
        return raw

    def numbers(self) -> list[int]:
        """The posts that are there, those in the trash left out."""
        answer = self._http.get(_POSTS, params={"status": "any", "context": "edit", "_fields": "id"})
        return [post["id"] for post in answer.json()]

    def changes(self, number: int, **values: Any) -> None:
        """Sets some of a post."""
        answer = self._http.post(f"{_POSTS}/{number}", json=values, params={"_fields": "id"})
        assert answer.status_code == httpx2.codes.OK, answer.text[:500]

    def deletes(self, number: int, *, for_good: bool = False) -> None:
        """Into the trash, or for good."""
        answer = self._http.delete(f"{_POSTS}/{number}", params={"force": str(for_good).lower()})
        assert answer.status_code == httpx2.codes.OK, answer.text[:500]


def beside_content(seen: dict[str, Any]) -> dict[str, Any]:
    """What an edit of the text leaves as it is."""
    kept = {name: value for name, value in seen.items() if name not in _MOVES}
    return {
        **kept,
        "excerpt": seen["excerpt"]["raw"],
    }  # without one of its own WordPress shows the first words
