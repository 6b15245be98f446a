"""The report of a bug: one text with what happened to a post and what was asked and answered, without secrets.

The post's own words, its title and the addresses of blogs are in it only when the writer says so.
"""

from __future__ import annotations

import platform
import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlsplit

from postdesk import __version__
from postdesk.backends.record import Exchange
from postdesk.core.account import Account
from postdesk.core.language import _
from postdesk.publishing.timeline import Entry, words_of

_NEWEST = 40  # entries
_MOST = 400_000  # characters
_ASKED_FOR = re.compile(r"\b(search|slug)=(?!pd-)[^&]*")  # a tag of hers, say; our own markers tell nothing


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the writer lets into the report."""

    texts: bool = False
    addresses: bool = False


def report(
    post_id: str,
    title: str,
    entries: Sequence[Entry],
    accounts: Sequence[Account],
    wanted: Wanted,
    versions: Sequence[str] = (),
) -> str:
    """The whole report. `entries` newest first; `versions` are lines about parts that the caller alone knows (Qt)."""
    hide = _hiding(entries, accounts, wanted)
    lines = [
        _("Post Desk: a report about publishing"),
        "",
        f"Post Desk {__version__}",
        f"Python {sys.version.split()[0]}",
        *versions,
        f"{platform.system()} {platform.release()} ({platform.machine()})",
        "",
        f"{_('Post')}: {post_id}{f' “{title}”' if wanted.texts else ''}",
        *(f"{_name(accounts, a.id, wanted)}: {a.kind}{f', {a.address}' if wanted.addresses else ''}" for a in accounts),
    ]  # fmt: skip
    for entry in reversed(entries[:_NEWEST]):
        event = entry.event
        words = words_of(event)
        if event.words and wanted.texts:  # a sentence may name the post and its pictures
            words = f"{words}: {event.words}"
        lines += [
            "",
            f"== {_moment(event.ended)}  {_name(accounts, event.account_id, wanted)}  {words}".rstrip(),
        ]
        for exchange in entry.exchanges:
            lines += ["", *_exchange(exchange, wanted)]
    text = hide("\n".join(lines)) + "\n"
    return text if len(text) <= _MOST else text[:_MOST] + "…\n"


def exchange_text(exchange: Exchange) -> str:
    """One request and its answer, as the window shows them."""
    return "\n".join(_exchange(exchange, Wanted(texts=True, addresses=True)))


def exchange_line(exchange: Exchange) -> str:
    """One request and its answer in a line."""
    path = urlsplit(exchange.address).path
    came = str(exchange.status) if exchange.status else exchange.failure or _("no answer")
    return f"{exchange.method} {path}  {came}  {exchange.took} ms"


def _exchange(e: Exchange, wanted: Wanted) -> list[str]:
    address = e.address if wanted.texts else _ASKED_FOR.sub(r"\1=…", e.address)
    lines = [f"-- {_moment(e.moment)}  {e.method} {address}", e.asked_headers]
    asked, answer = (e.asked, e.answer) if wanted.texts else (e.asked_plain, e.answer_plain)
    if e.asked_size:
        lines += [f"({e.asked_size} bytes)", asked]
    if e.status:
        lines += [f"-- {e.status}, {e.took} ms, {e.answer_size} bytes", e.answer_headers, answer]
    else:
        lines += [f"-- {_('no answer')}, {e.took} ms: {e.failure}"]
    return [line for line in lines if line]


def _name(accounts: Sequence[Account], account_id: str, wanted: Wanted) -> str:
    for number, account in enumerate(accounts, 1):
        if account.id == account_id:
            return f"{_('Blog')} {number}" + (f" ({account.name})" if wanted.addresses else "")
    return ""


class _Hiding:
    """Puts a made-up name in the place of each host."""

    def __init__(self, hosts: Sequence[str]) -> None:
        self._hosts = sorted(
            ((h, f"blog-{n}.example") for n, h in enumerate(hosts, 1)), key=lambda p: -len(p[0])
        )

    def __call__(self, text: str) -> str:
        for host, name in self._hosts:
            text = text.replace(host, name)
        return text


def _hiding(entries: Sequence[Entry], accounts: Sequence[Account], wanted: Wanted) -> _Hiding:
    if wanted.addresses:
        return _Hiding(())
    addresses = [a.address for a in accounts] + [e.address for entry in entries for e in entry.exchanges]
    hosts = (urlsplit(a).netloc or urlsplit(a).hostname or "" for a in addresses)
    bare = [h.rpartition("@")[2] for h in hosts]
    names = [n for h in bare for n in (h, h.partition(":")[0], h.removeprefix("www."))]
    return _Hiding(tuple(dict.fromkeys(n for n in names if n)))


def _moment(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
