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
_READ = 1_000_000  # bytes of a body that are looked at: what is longer is no answer about one post
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
    status: int = 0,
    answer_headers: Mapping[str, str] | None = None,
    answer: bytes = b"",
    failure: str = "",
    secrets: tuple[str, ...] = (),
) -> Exchange:
    """The exchange without secrets. `took` in seconds; `secrets` are hidden wherever they stand."""
    scrub = Scrub(secrets)
    answer_headers = answer_headers or {}
    asked_whole, asked_plain = _bodies(asked or b"", asked_headers, scrub)
    answer_whole, answer_plain = _bodies(answer, answer_headers, scrub)
    return Exchange(
        moment, scrub(method)[:16], scrub(address_without_secrets(url))[:1000], status, round(took * 1000),
        scrub(failure)[:300], _headers(asked_headers, scrub), asked_whole, asked_plain, len(asked or b""),
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


def _bodies(data: bytes, headers: Mapping[str, str], scrub: Scrub) -> tuple[str, str]:
    """A body as text, and without the post's own words."""
    if not data:
        return "", ""
    kind = next((v.lower() for k, v in headers.items() if k.lower() == "content-type"), "")
    if len(data) > _READ or (kind and not any(k in kind for k in ("json", "text/", "xml"))):
        only = f"({len(data)} bytes, {scrub(without_named_secrets(kind[:80]))})"
        return only, only
    text = data.decode("utf-8", "replace")
    try:
        values = json.loads(text)
        whole, plain = (
            json.dumps(_values(values, scrub, plain), ensure_ascii=False, indent=1) for plain in (False, True)
        )
    except (ValueError, RecursionError):
        words = scrub(without_named_secrets(words_of_page(text)[: 2 * _MOST]))
        # Where the post's own words may begin, the plain one ends: a server may write before it answers.
        return _cut(words, _MOST), _cut(words.partition("{")[0], 500)
    return _cut(whole, _MOST), _cut(plain, _MOST)


def _values(value: Any, scrub: Scrub, plain: bool, name: str = "", depth: int = 0) -> Any:
    if depth > 40:
        return HIDDEN
    if isinstance(value, dict):
        return {
            scrub(key[:200])[:100]: HIDDEN
            if _is_secret(key[:200])
            else _values(v, scrub, plain, key or name, depth + 1)
            for key, v in list(value.items())[:200]
        }
    if isinstance(value, list):
        return [_values(v, scrub, plain, name, depth + 1) for v in value[:50]]
    if isinstance(value, str):
        if plain and name.lower() in _TEXTS:
            return f"({len(value)} characters)" if value else ""
        shown = _string(value[: 8 * _LONGEST], scrub, plain, depth)
        return shown if len(shown) <= _LONGEST else f"{shown[:_LONGEST]}… ({len(value)} characters)"
    return value


def _string(value: str, scrub: Scrub, plain: bool, depth: int) -> str:
    if value[:1] in "{[" and value:
        try:
            inner = json.loads(value)
        except (ValueError, RecursionError):
            inner = None
        if isinstance(inner, dict | list):
            return json.dumps(_values(inner, scrub, plain, "", depth + 1), ensure_ascii=False)
    if "://" in value[:12]:
        value = address_without_secrets(value)
    return scrub(without_named_secrets(value))


def _is_secret(name: str) -> bool:
    return without_named_secrets(f"{name}=x") != f"{name}=x"


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[:most]}… ({len(text)} characters)"
