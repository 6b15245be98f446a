"""The names behind the numbers: WordPress gives tags, categories and authors by id, and the writer has
names."""

from __future__ import annotations

import html
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NoReturn

from postdesk.backends.http import Answer, Credentials
from postdesk.backends.wordpress import refusals, wire
from postdesk.core.errors import BackendError, Cancelled, NotABlog, NotAllowed, Refused
from postdesk.core.language import _

_PAGE = 100  # the most that WordPress gives at once (6.1, 7.1: 101 is a 400)

# One request, whatever its status: method, path, query, JSON body. Raises for what is no answer of the
# interface.
Send = Callable[[str, str, Mapping[str, str], Any], tuple[Answer, Any]]


class Names:
    """Names by id of one blog's tags, categories and authors, asked for once each."""

    def __init__(self, send: Send, credentials: Credentials) -> None:
        self._send = send
        self._credentials = credentials
        self._names: dict[str, dict[int, str]] = {"tags": {}, "categories": {}, "users": {}}

    @property
    def tags(self) -> Mapping[int, str]:
        """What is known of tags."""
        return self._names["tags"]

    @property
    def categories(self) -> Mapping[int, str]:
        """What is known of categories."""
        return self._names["categories"]

    @property
    def authors(self) -> Mapping[int, str]:
        """What is known of authors; "" for one whose name the blog keeps to itself."""
        return self._names["users"]

    def all(self, kind: str, order: Mapping[str, str], limit: int) -> tuple[str, ...]:
        """The names of "tags" or "categories" in an order, at most `limit` (a multiple of 100)."""
        names: list[str] = []
        for page in range(1, limit // _PAGE + 1):
            asked = {"per_page": str(_PAGE), "page": str(page), "_fields": "id,name", **order}
            answer, values = self._ask(kind, asked)
            found = self._learn(kind, self._objects(answer, values))
            names += found.values()
            if len(found) < _PAGE or answer.headers.get("x-wp-totalpages") == str(page):
                break
        return tuple(names)

    def learn(self, posts: list[dict[str, Any]], *, after_write: bool = False) -> None:
        """Ask for the names of the terms and authors of `posts` that neither came along nor are known yet; a name
        that the server keeps to itself stays unknown. `after_write`: and one that cannot be asked for, too. An error
        now would speak of this question, and be taken for one about the write, which is done. Else terms that
        are missing in the answer are asked for once more: a post that is written back without them loses them."""
        let_be = (BackendError, Cancelled) if after_write else (Refused, NotABlog)
        for post in posts:
            for kind, value in wire.embedded(post):
                self._learn(kind, [value])
        authors = {n for post in posts if type(n := post.get("author")) is int}
        for kind, wanted in (
            ("tags", {n for post in posts for n in wire.ids(post, "tags")}),
            ("categories", {n for post in posts for n in wire.ids(post, "categories")}),
            ("users", authors),
        ):
            missing = sorted(wanted - self._names[kind].keys())
            for start in range(0, len(missing), _PAGE):
                part = missing[start : start + _PAGE]
                self._learn_part(kind, part, let_be)
                if kind == "users":
                    self._learn_the_rest(part, let_be)
                elif not after_write and any(n not in self._names[kind] for n in part):
                    self._learn_part(kind, part, let_be)

    def ids(self, kind: str, names: Iterable[str]) -> list[int]:
        """The ids of these terms; what is missing is made. Raises `NotAllowed` when she may not make it."""
        wanted: list[int] = []
        for name in names:
            if name.strip():
                number = (
                    self._known_term(kind, name) or self._found_term(kind, name) or self._new_term(kind, name)
                )
                if number not in wanted:
                    wanted.append(number)
        return wanted

    # --- how ---

    def _learn(self, kind: str, values: Iterable[Any]) -> dict[int, str]:
        found = {}
        for value in values:
            try:
                number, name = wire.term(value)
            except wire.WrongShape:
                continue
            found[number] = name
        self._names[kind] |= found
        return found

    def _learn_part(self, kind: str, numbers: list[int], let_be: tuple[type[Exception], ...]) -> None:
        asked = {"include": ",".join(map(str, numbers)), "per_page": str(_PAGE), "_fields": "id,name"}
        try:
            _answer, values = self._ask(kind, asked)
        except let_be:
            values = []  # security plug-ins close the list of users
        self._learn(kind, values if isinstance(values, list) else [])

    def _learn_the_rest(self, authors: list[int], let_be: tuple[type[Exception], ...]) -> None:
        """Whoever has no published post is not listed (6.1, 7.1), perhaps she herself: ask that, and then
        no more."""
        if any(n not in self._names["users"] for n in authors):
            try:
                _answer, value = self._ask("users/me", {"_fields": "id,name"})
            except let_be:
                value = {}
            self._learn("users", [value])
        self._names["users"] |= {n: "" for n in authors if n not in self._names["users"]}

    def _known_term(self, kind: str, name: str) -> int:
        return next((n for n, known in self._names[kind].items() if wire.same_term(known, name)), 0)

    def _found_term(self, kind: str, name: str) -> int:
        # Searched as it is stored, which is escaped (6.1, 7.1).
        asked = {
            "search": html.escape(name.strip(), quote=False),
            "per_page": str(_PAGE),
            "_fields": "id,name",
        }
        answer, values = self._ask(kind, asked)
        self._learn(kind, self._objects(answer, values))
        return self._known_term(kind, name)

    def _new_term(self, kind: str, name: str) -> int:
        asked = {"_fields": "id,name"}
        answer, value = self._send("POST", f"wp/v2/{kind}", asked, {"name": name.strip()})
        if answer.status == 400 and refusals.code_of(value) == "term_exists":
            number = value["data"].get("term_id") if isinstance(value.get("data"), Mapping) else None
            if type(number) is int and number > 0:
                self._names[kind][number] = " ".join(name.split())
                return number
        if answer.status not in (200, 201):
            self._no_new_term(kind, name, answer, value)
        found = self._learn(kind, [value])
        if not found:
            raise refusals.unknown(answer)
        return next(iter(found))

    def _no_new_term(self, kind: str, name: str, answer: Answer, value: Any) -> NoReturn:
        error = refusals.refusal(answer, value, self._credentials)
        if not isinstance(error, NotAllowed):
            raise error
        happened = (
            _("You may not make new categories on this blog, and it has none called “{name}”.")
            if kind == "categories"
            else _("You may not make new tags on this blog, and it has none called “{name}”.")
        )
        raise NotAllowed(
            happened.format(name=name),
            _("The post was not changed on the blog. Your text is safe."),
            _("Choose one that is there, or ask whoever runs the blog to make it."),
            details=error.details,
            code=error.code,
        )

    def _ask(self, kind: str, query: Mapping[str, str]) -> tuple[Answer, Any]:
        answer, value = self._send("GET", f"wp/v2/{kind}", query, None)
        if answer.status != 200:
            raise refusals.refusal(answer, value, self._credentials)
        return answer, value

    def _objects(self, answer: Answer, values: Any) -> list[Any]:
        if not isinstance(values, list):
            raise refusals.unknown(answer)
        return values
