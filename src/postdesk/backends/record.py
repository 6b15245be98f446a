"""What was asked of a blog and answered, for people: one exchange as values, its secrets removed before anything else.

Whoever publishes puts a `Recorder` into `RECORDER` for as long as a job runs; `backends.http` tells it every exchange
of that time. What is not known to be harmless is hidden: of headers and of the values in addresses the known ones are
shown, of JSON all but what a secret's name stands before, of a page its words. The account's password is hidden
wherever it stands, in every form that `backends.secrets` knows.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from postdesk.backends.secrets import (
    HIDDEN,
    Scrub,
    address_without_secrets,
    without_named_secrets,
    words_of_page,
)

_SHOWN = frozenset(
    "accept accept-encoding allow cache-control cf-cache-status cf-ray connection content-disposition content-encoding"
    " content-length content-type date etag host last-modified location retry-after server transfer-encoding user-agent"
    " vary via x-cache x-powered-by x-robots-tag x-wp-total x-wp-totalpages".split()
)
_LONGEST = 400  # characters of one value in a JSON body
_MOST = 6000  # characters of a body
_READ = 1_000_000  # bytes: a body that is longer is no answer about one post, and only its size is kept
_PAGE = 40_000  # bytes of a page that are looked at
_VALUES = 200  # of a JSON body
_NAME = 100  # characters of a name in it
_DEEPEST = 40
_TEXTS = frozenset(
    "title content excerpt raw rendered body html text description caption alt alt_text slug generated_slug"
    " permalink_template link guid name".split()
)
"""Names in JSON whose values are the post's own words, or made of them."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request and what came of it. `moment` in seconds since the epoch, `took` in ms; `status` 0 and `failure` a
    word for it where nothing was answered. Headers are lines; bodies are shortened; `…_plain` are the same without the
    post's own words. Sizes in bytes, as they were on the line."""

    moment: float
    method: str
    address: str
    status: int
    took: int
    failure: str
    asked_headers: str
    asked: str
    asked_plain: str
    asked_size: int
    answer_headers: str
    answer: str
    answer_plain: str
    answer_size: int


Recorder = Callable[[Exchange], None]
RECORDER: ContextVar[Recorder | None] = ContextVar("recorder", default=None)


def made(
    *,
    moment: float,
    took: float,
    method: str,
    url: str,
    asked_headers: Mapping[str, str],
    asked: bytes | None,
    asked_size: int | None = None,
    status: int = 0,
    answer_headers: Mapping[str, str] | None = None,
    answer: bytes = b"",
    failure: str = "",
    secrets: tuple[str, ...] = (),
) -> Exchange:
    """The exchange without secrets. `took` in seconds; `secrets` are hidden wherever they stand. `asked` is
    None for a body that was read from a file while it was sent: then `asked_size` tells how long that is."""
    scrub = Scrub(secrets)
    answer_headers = answer_headers or {}
    size = len(asked or b"") if asked_size is None else asked_size
    asked_whole, asked_plain = _bodies(asked or b"", size, asked_headers, scrub)
    answer_whole, answer_plain = _bodies(answer, len(answer), answer_headers, scrub)
    return Exchange(
        moment, scrub(method)[:16], scrub(address_without_secrets(url))[:1000], status, round(took * 1000),
        scrub(failure)[:300], _headers(asked_headers, scrub), asked_whole, asked_plain, size,
        _headers(answer_headers, scrub), answer_whole, answer_plain, len(answer),
    )  # fmt: skip


def _headers(headers: Mapping[str, str], scrub: Scrub) -> str:
    lines = []
    for name, value in headers.items():
        low = name.lower()
        shown = address_without_secrets(value) if low == "location" else value
        shown = without_named_secrets(shown) if low in _SHOWN else HIDDEN
        lines.append(f"{scrub(name)}: {scrub(shown)[:300]}")
    return "\n".join(lines[:60])


def _bodies(data: bytes, size: int, headers: Mapping[str, str], scrub: Scrub) -> tuple[str, str]:
    """A body of `size` bytes as text, and without the post's own words."""
    if not size:
        return "", ""
    kind = next((v.lower() for k, v in headers.items() if k.lower() == "content-type"), "")
    if size > _READ or len(data) < size or (kind and not any(k in kind for k in ("json", "text/", "xml"))):
        only = f"({size} bytes, {scrub(without_named_secrets(kind[:80]))})"
        return only, only
    try:
        values = json.loads(data)
        whole, plain = (
            json.dumps(_Shown(scrub, plain).value(values), ensure_ascii=False, indent=1)
            for plain in (False, True)
        )
    except (ValueError, RecursionError):
        text = data[:_PAGE].decode("utf-8", "replace")
        words = scrub(without_named_secrets(words_of_page(text)[: 2 * _MOST]))
        # Where the post's own words may begin, the plain one ends: a server may write before it answers.
        return _cut(words, _MOST), _cut(words.partition("{")[0], 500)
    return _cut(whole, _MOST), _cut(plain, _MOST)


class _Shown:
    """Makes of a JSON value what is shown of it; with `plain` without the post's own words."""

    def __init__(self, scrub: Scrub, plain: bool) -> None:
        self._scrub = scrub
        self._plain = plain
        self._left = _VALUES

    def value(self, value: Any, name: str = "", depth: int = 0) -> Any:
        """What is shown of a value; `name` is what it stands under."""
        self._left -= 1
        if self._left < 0:
            return "…"
        if depth > _DEEPEST:
            return HIDDEN
        if isinstance(value, dict):
            shown = {}
            for key, inner in value.items():
                if self._left < 0:
                    break
                called = self._scrub(key[: 2 * _NAME])[:_NAME]
                shown[called] = (
                    HIDDEN
                    if len(key) > _NAME or _is_secret(key)
                    else self.value(inner, key or name, depth + 1)
                )
            return shown
        if isinstance(value, list):
            return [self.value(v, name, depth + 1) for v in value[: max(0, self._left) + 1]]
        if isinstance(value, str):
            if self._plain and name.lower() in _TEXTS:
                return f"({len(value)} characters)" if value else ""
            # More than is shown is looked at: a secret across the end must not stay as a half.
            shown_text = self._text(value[: 4 * _LONGEST], depth)
            if len(value) <= 4 * _LONGEST and len(shown_text) <= _LONGEST:
                return shown_text
            return f"{shown_text[:_LONGEST]}… ({len(value)} characters)"
        return value

    def _text(self, text: str, depth: int) -> str:
        if text[:1] in ("{", "["):
            try:
                inner = json.loads(text)
            except (ValueError, RecursionError):
                inner = None
            if isinstance(inner, dict | list):
                return json.dumps(self.value(inner, "", depth + 1), ensure_ascii=False)
        if "://" in text[:12]:
            text = address_without_secrets(text)
        return self._scrub(without_named_secrets(text))


@lru_cache(maxsize=1000)
def _is_secret(name: str) -> bool:
    return without_named_secrets(f"{name}=x") != f"{name}=x"


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[:most]}… ({len(text)} characters)"
