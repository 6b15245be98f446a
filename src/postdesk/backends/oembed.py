"""Asks a site what a video or a post is called (oEmbed, https://oembed.com), and keeps the answer and its picture.

Whoever calls this has the writer's consent for that site: the question tells it what she links to. Everything that
comes back is hostile until shown otherwise: titles are words, a picture comes only from a public https address, and
its bytes are kept only where `fits` says so.
"""

from __future__ import annotations

import hashlib
import html
import ipaddress
import logging
import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import httpx2

from postdesk.backends.http import exchange, not_json, read_json
from postdesk.core.cancel import Cancel
from postdesk.core.embeds import Provider
from postdesk.core.errors import BackendError, LibraryError
from postdesk.core.files import ANY, load_json, save_file, save_json
from postdesk.core.tokens import read

_log = logging.getLogger(__name__)

LARGEST_ANSWER = 256 * 1024  # bytes
LARGEST_PICTURE = 2 * 1024 * 1024  # bytes
PATIENCE_S = 15.0  # for one exchange, whole
KEPT = 2000  # answers; the oldest go first
_LONGEST = 500  # characters of a title
_NO_ANSWER = frozenset((400, 401, 403, 404, 410, 422, 501))  # private, gone, or nothing that is to be shown


@dataclass(frozen=True, slots=True)
class Told:
    """What a site says about an address, as plain text. `picture` is the picture's address there, "" for none."""

    title: str = ""
    author: str = ""
    picture: str = ""


@dataclass(frozen=True, slots=True)
class Kept:
    """What is kept of it on this machine. `picture` is a file in the cache, None for none."""

    title: str = ""
    author: str = ""
    picture: Path | None = None


# --- the wire format ----------------------------------------------------------------------------------------------


def question(provider: Provider, address: str, endpoint: str = "") -> str:
    """The address to GET for what is known about `address`; `endpoint` in the place of the provider's own."""
    endpoint = endpoint or provider.endpoint
    values = {"format": "json", "url": provider.spelled(address), "maxwidth": "640", "dnt": "1"}
    return f"{endpoint}{'&' if '?' in endpoint else '?'}{urlencode(values)}"


def read_answer(values: Any) -> Told:
    """The answer's JSON as a value; whatever does not fit is left out. Never raises.

    A post on X or Bluesky has no title: its first paragraph stands in for it.
    """
    if not isinstance(values, dict):
        return Told()
    title = _text(values, "title") or _first_paragraph(_text(values, "html", 20_000))
    author = _text(values, "author_name")
    # Some sites write their titles as HTML does, some as they are; neither is ever read as HTML.
    return Told(html.unescape(title), html.unescape(author), _text(values, "thumbnail_url", 2000))


def is_https(address: str) -> bool:
    """Whether a picture may be asked for at `address` at all, as far as the address itself tells."""
    try:
        parts = urlsplit(address)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return False
    if parts.scheme != "https" or parts.username is not None or port not in (None, 443):
        return False
    if any(c <= " " or c in '<>"\\\x7f' for c in address):
        return False
    name, _dot, last = host.rstrip(".").rpartition(".")
    # A number for a name, in any of the forms that systems read, ends in a number.
    return (
        bool(name)
        and not last[:1].isdigit()
        and last not in ("local", "localhost", "internal", "lan", "home")
    )


def is_public(address: str) -> bool:
    """`is_https`, and the name leads to no machine of this house. Asks the name server."""
    if not is_https(address):
        return False
    try:
        found = socket.getaddrinfo(urlsplit(address).hostname, 443, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return True  # behind a proxy names may not be known here; without one the request fails by itself
    return all(ipaddress.ip_address(str(place[0]).partition("%")[0]).is_global for *_rest, place in found)


# --- asking and keeping -------------------------------------------------------------------------------------------


class OEmbed:
    """Asks and keeps. `client` gives the one HTTP client; `folder` is in the cache and may be deleted at any time.
    `fits` looks at a picture's file. `endpoints` (by provider's slug) and `may_load` are for tests.

    All calls read or write files, so they are for a worker thread; `ask` for one at a time.
    """

    def __init__(
        self,
        client: Callable[[], httpx2.Client],
        folder: Path,
        fits: Callable[[Path], bool],
        *,
        endpoints: Mapping[str, str] | None = None,
        may_load: Callable[[str], bool] = is_public,
    ) -> None:
        self._client = client
        self._folder = folder
        self._fits = fits
        self._endpoints = endpoints or {}
        self._may_load = may_load
        self._tidied = False

    def kept(self, address: str) -> Kept | None:
        """What was kept about `address`, None when it was never answered."""
        try:
            values = load_json(self._file(address, ".json"), {})
        except LibraryError:
            return None
        if values.get("address") != address:
            return None
        picture = self._file(address, ".picture")
        shown = picture if values.get("picture") is True and self._fits(picture) else None
        return Kept(_text(values, "title"), _text(values, "author"), shown)

    def ask(self, provider: Provider, address: str, cancel: Cancel) -> Kept:
        """Ask the site, and keep its answer. Raises `BackendError` where there was none, `LibraryError` where it
        could not be kept.

        A picture that did not come is no failure, but then nothing is kept, and neither is an answer that says nothing:
        the next run asks again."""
        url = question(provider, address, self._endpoints.get(provider.slug, ""))
        told = self._told(url, cancel)
        picture, whole = self._picture(address, told.picture, cancel)
        if whole and told != Told():
            values = {
                "address": address,
                "title": told.title,
                "author": told.author,
                "picture": picture is not None,
            }
            save_json(self._file(address, ".json"), values)
            self._tidy()
        return Kept(told.title, told.author, picture)

    def _told(self, url: str, cancel: Cancel) -> Told:
        answer = exchange(
            self._client(), "GET", url, headers={"Accept": "application/json"}, deadline_s=PATIENCE_S,
            limit_bytes=LARGEST_ANSWER, cancel=cancel,
        )  # fmt: skip
        if answer.status in _NO_ANSWER:
            return Told()
        values = read_json(answer)
        if answer.status != 200:
            raise not_json(answer)
        return read_answer(values)

    def _picture(self, address: str, source: str, cancel: Cancel) -> tuple[Path | None, bool]:
        """The picture's file, and whether there is nothing more to be had."""
        if not source or not self._may_load(source):
            return None, True
        try:
            answer = exchange(
                self._client(), "GET", source, headers={"Accept": "image/*"}, deadline_s=PATIENCE_S,
                limit_bytes=LARGEST_PICTURE, cancel=cancel,
            )  # fmt: skip
        except BackendError as error:
            _log.info("the picture of a card did not come: %s", error.details)
            return None, False
        if answer.status != 200:
            return None, answer.status < 500
        file = self._file(address, ".picture")
        save_file(file, answer.body, expected=ANY, mode=0o600, parents=True)
        if self._fits(file):
            return file, True
        file.unlink(missing_ok=True)
        return None, True

    def _file(self, address: str, ending: str) -> Path:
        name = hashlib.sha256(address.encode("utf-8", "backslashreplace")).hexdigest()[:32]
        return self._folder / f"{name}{ending}"

    def _tidy(self) -> None:
        """Once in a run: the oldest answers over the limit go."""
        if self._tidied:
            return
        self._tidied = True
        try:
            files = sorted(self._folder.glob("*.json"), key=lambda file: file.stat().st_mtime)
            for file in files[: max(0, len(files) - KEPT)]:
                file.with_suffix(".picture").unlink(missing_ok=True)
                file.unlink(missing_ok=True)
        except OSError as error:
            _log.info("the cache of cards was not tidied: %s", error.strerror)


def _text(values: Mapping[str, Any], name: str, longest: int = _LONGEST) -> str:
    value = values.get(name)
    return value.strip()[:longest] if isinstance(value, str) else ""


class _Paragraph:
    """The words of the first paragraph."""

    def __init__(self) -> None:
        self.words: list[str] = []
        self.depth = 0
        self.over = False

    def start(self, tag: str, attributes: list[tuple[str, str]]) -> None:
        """An element begins."""
        if tag == "p" and not self.over:
            self.depth = 1
        elif tag == "br":
            self.text(" ")

    def end(self, tag: str) -> None:
        """An element ends."""
        if tag == "p" and self.depth:
            self.depth, self.over = 0, True

    def text(self, words: str) -> None:
        """Text between tags."""
        if self.depth:
            self.words.append(words)


def _first_paragraph(page: str) -> str:
    if "<p" not in page:
        return ""
    reader = _Paragraph()
    read(page, reader)
    return " ".join("".join(reader.words).split())[:_LONGEST]
