"""Looking at a post as a reader: whether anybody who is not signed in gets the words, the title and the pictures.

The look comes after the post is done and its receipt is written. It changes nothing on the blog and repeats no step:
one that is lost, stopped or killed is only a look that was not taken. Themes put much around a post and some of it in
the middle, so words are compared, not HTML: letters and digits, sentence by sentence. Decision 027 says what is asked
and what is told.
"""

from __future__ import annotations

import json
import re
import time
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Protocol

from postdesk.backends.base import RemotePost
from postdesk.backends.reader import Visit, is_web, next_address
from postdesk.core.cancel import Cancel
from postdesk.core.errors import BackendError, Unreachable
from postdesk.core.language import _
from postdesk.core.post import Visibility
from postdesk.core.receipt import Receipt, Status
from postdesk.core.tokens import Kind, cut, entities
from postdesk.publishing.differences import Difference, Weight

PICTURES_S = 20.0  # for all pictures of a post together; those that it does not suffice for are not asked
_MOST_PICTURES = 40
_MOST_WORDS, _MOST_TOKENS = 300_000, 400_000  # of a page
_ALL = 1 << 60
_PIECE = 100_000  # characters that are taken apart in one go
_MOST_CHANGES = 200  # sentences by which two versions are told apart
_SHOWN = 0.8  # of our sentences: a theme may break one with a note or an advertisement in its middle
_READABLE = 0.5  # of our sentences: with so many of them a page is the post
_LONG_ENOUGH = 5  # words; shorter sentences are looked for together with the next
_PARTS = 3  # words that stand together in a sentence that something was put into

_NOT_THERE = (0, 401, 403, 404, 410)  # a picture; 0 for a page in its place

_INLINE = frozenset(
    "a abbr b bdi bdo cite code data del dfn em font i ins kbd mark q rp rt ruby s samp small span strike strong sub"
    " sup time tt u var wbr".split()
)
_UNSEEN = frozenset("script style noscript template".split())
_INVISIBLE = dict.fromkeys(map(ord, "\u00ad\u200b\u200c\u200d\u2060\ufeff"))
_WORD = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]|[^\W_]+")
_SENTENCE = re.compile(r"(?<=[.!?…。！？])[\"'”’»)\]]*\s+")
_SHORTCODE = re.compile(r"\[/?[a-z][\w-]*(?:\s[^\]\[]{0,400})?\]", re.IGNORECASE)
_ADDRESS = re.compile(r"\s*https?://\S+\s*")


class Reader(Protocol):
    """What is needed of backends.reader; both raise `BackendError`s."""

    def page(self, address: str, cancel: Cancel, *, fresh: str = "") -> Visit:
        """The page, or with `fresh` one that no cache has kept."""

    def picture(self, address: str, cancel: Cancel) -> int:
        """The status with which a picture answers, 0 where a page came in its place."""


@dataclass(frozen=True, slots=True)
class Expected:
    """What readers are meant to get at `address`. `html` is the post's content, `before` what it was until now ("" for
    nothing), `open` whether anybody may read it; `pictures` are the addresses of those that were uploaded just now."""

    address: str
    title: str
    html: str
    before: str = ""
    open: bool = True
    pictures: tuple[str, ...] = ()


def expected_of(
    there: RemotePost, receipt: Receipt | None, before: str, uploaded: tuple[str, ...]
) -> Expected | None:
    """What readers are meant to get of a post that was written just now and is `there` on the blog; `receipt` is the
    one from before that, `before` what was live then (JSON of the journal, "" for nothing). None where there is no page
    that could be asked for, and for a draft that readers never had."""
    html = there.rendered or there.content
    if there.status in (Status.DRAFT, Status.TRASHED):
        was_public = receipt is not None and receipt.status is Status.PUBLISHED
        address = receipt.address if was_public and receipt is not None else ""
        return Expected(address, there.title, html, open=False) if is_web(address) else None
    if not is_web(there.address):
        return None
    if there.status is not Status.PUBLISHED or there.visibility is not Visibility.PUBLIC:
        return Expected(there.address, there.title, html, open=False)
    old = str(json.loads(before)["outgoing"]["content"]) if before else ""
    pictures = tuple(a for a in (next_address(there.address, u) for u in uploaded) if a)
    return Expected(there.address, there.title, html, old, pictures=pictures)


def look(
    expected: Expected, reader: Reader, cancel: Cancel, clock: Callable[[], float] = time.monotonic
) -> tuple[Difference, ...]:
    """What a reader does not get as it is meant; () when all is well. `clock` counts seconds. Raises `Cancelled`; what
    cannot be asked is a difference of weight UNSEEN."""
    if not is_web(expected.address):
        return ()
    try:
        seen = reader.page(expected.address, cancel)
        found = _of_page(expected, seen)
        if found and not seen.elsewhere:
            found = _unless_kept(expected, seen, reader, cancel, found)
    except BackendError as error:
        return (_unseen(error),)
    except _TooMuch:
        return (Difference("reader: silent", _("The page is too large to be compared."), Weight.UNSEEN),)
    if not expected.open:
        return tuple(found)
    return (*found, *_of_pictures(expected, reader, cancel, clock))


def shown_part(html: str, page: str) -> tuple[float, str]:
    """What part of the sentences of `html` stands in `page` (0 to 1; 1 where there are none), and the first that does
    not ("" for none). A sentence stands there when half of its words do with their neighbours: a theme may have put
    something into it."""
    wanted = _sentences(html)
    there = _words(page)
    near = {hash(part) for part in _parts(there)} | {hash((word,)) for word in there}
    found = 0
    missing = ""
    for sentence, words in wanted:
        parts = [hash(part) in near for part in _parts(words) or [(word,) for word in words]]
        if 2 * sum(parts) >= len(parts):
            found += 1
        elif not missing:
            missing = sentence
    return (found / len(wanted) if wanted else 1.0), missing


# --- how ------------------------------------------------------------------------------------------------------------


def _of_page(expected: Expected, seen: Visit) -> list[Difference]:
    """What is wrong with a page that was got."""
    where = expected.address
    if not expected.open:
        if seen.elsewhere or seen.status >= 400 or not _sentences(expected.html):
            return []
        if shown_part(expected.html, seen.text)[0] < _READABLE:
            return []
        words = _("Everybody can read this post at {address}, which is not meant to be public.")
        return [Difference("reader: open", words.format(address=where))]
    if seen.elsewhere:
        words = _("Readers who open {address} are sent on to another site, {host}.")
        return [
            Difference("reader: elsewhere", words.format(address=where, host=seen.elsewhere), Weight.USUAL)
        ]
    if seen.status != 200:
        return [_refused(seen.status, where)]
    part, missing = shown_part(expected.html, seen.text)
    if part < _SHOWN:
        if _asks_to_sign_in(seen.text):
            words = _("Readers get a page to sign in at {address}, not the post.")
            return [Difference("reader: sign in", words.format(address=where), Weight.BY_CHOICE)]
        words = (
            _("Readers do not get the whole text: “{words}” is not on the page.")
            if part > 0
            else _("The page that readers get does not hold the text of the post.")
        )
        return [Difference("reader: words", words.format(words=missing[:90]), Weight.BY_CHOICE)]
    title = _words(expected.title)
    if title and f" {' '.join(title)} " not in f" {' '.join(_words(seen.text, head=True))} ":
        words = _("Readers do not see the title “{title}” on the page.")
        return [Difference("reader: title", words.format(title=expected.title[:90]), Weight.USUAL)]
    if _age(expected, seen.text) is not _Age.NEW:
        return [_older(expected)]
    return []


class _Age(Enum):
    """Of which version a page is. MAYBE: it lacks what is new, but has nothing that only the old one had."""

    NEW = "new"
    MAYBE = "maybe"
    OLD = "old"


def _age(expected: Expected, page: str) -> _Age:
    """An update may change one sentence of a hundred: by those that only one of the versions has."""
    if not expected.before:
        return _Age.NEW
    new = {" ".join(words) for _said, words in _sentences(expected.html)}
    old = {" ".join(words) for _said, words in _sentences(expected.before)}
    text = f" {' '.join(_words(page))} "
    added, gone = sorted(new - old)[:_MOST_CHANGES], sorted(old - new)[:_MOST_CHANGES]
    if any(f" {s} " in text for s in added) or not (added or gone):
        return _Age.NEW
    if gone and all(f" {s} " in text for s in gone):
        return _Age.OLD
    return _Age.MAYBE if added else _Age.NEW


def _older(expected: Expected) -> Difference:
    words = (
        _(
            "Readers may see the older version for some minutes: something in front of the site still keeps it."
        )
        if expected.open
        else _(
            "Readers may still see the post for some minutes: something in front of the site still keeps it."
        )
    )
    return Difference("reader: older", words, Weight.USUAL)


def _refused(status: int, where: str) -> Difference:
    if status in (404, 410):
        words = _("Readers do not find the post at {address} ({status}).")
        return Difference("reader: missing", words.format(address=where, status=status))
    if status >= 500:
        words = _("Readers who open {address} get an error of the site at this moment ({status}).")
        return Difference("reader: error", words.format(address=where, status=status))
    if status == 401:
        words = _("Readers have to sign in before they get {address} ({status}).")
        return Difference("reader: sign in", words.format(address=where, status=status), Weight.USUAL)
    words = _(
        "The site does not show {address} to a program ({status}). Open it in a browser to see what readers get."
    )
    return Difference("reader: refused", words.format(address=where, status=status), Weight.USUAL)


def _unless_kept(
    expected: Expected, seen: Visit, reader: Reader, cancel: Cancel, found: list[Difference]
) -> list[Difference]:
    """Asks once more past all caches: when that page is right, or is itself one that was kept, readers get an older
    version for a while, and nothing is wrong."""
    try:
        fresh = reader.page(expected.address, cancel, fresh=f"{time.time_ns():x}")
    except BackendError:
        fresh = seen
    if not _of_page(expected, fresh) or fresh.cached:
        return [_older(expected)]
    is_age = found[0].kind == "reader: older"
    return [] if is_age and _age(expected, fresh.text) is _Age.MAYBE else found


def _of_pictures(
    expected: Expected, reader: Reader, cancel: Cancel, clock: Callable[[], float]
) -> list[Difference]:
    until = clock() + PICTURES_S
    gone: list[str] = []
    for address in expected.pictures[:_MOST_PICTURES]:
        if clock() > until:
            break
        try:
            status = reader.picture(address, cancel)
        except Unreachable:
            break
        except BackendError:
            continue
        if status in _NOT_THERE or status >= 500:
            gone.append(f"{address.rpartition('/')[2][:80]} ({status})")
    if not gone:
        return []
    words = _("Readers do not get these pictures: {names}.")
    return [Difference("reader: pictures", words.format(names=", ".join(gone)))]


def _unseen(error: BackendError) -> Difference:
    words = _("The page was not looked at as readers get it: {reason}").format(reason=error.happened)
    quiet = isinstance(error, Unreachable)
    return Difference("reader: silent", words, Weight.UNSEEN if quiet else Weight.USUAL)


def _asks_to_sign_in(page: str) -> bool:
    return (
        re.search(r"""<input[^>]{0,300}type=["']?password""", page[: _MOST_WORDS * 8], re.IGNORECASE)
        is not None
    )


class _TooMuch(Exception):
    """A page is larger than can be read in a moment."""


def _passages(html: str, *, head: bool = False, most: int = _MOST_TOKENS) -> list[str]:
    """The visible text of some HTML, cut where a block begins or ends; `head`: the title in its head, too."""
    texts: list[list[str]] = [[]]
    hides = _UNSEEN if head else _UNSEEN | {"title"}
    hidden = 0
    for count, (kind, start, end, tag, _attributes) in enumerate(cut(html)):
        if count > most:
            raise _TooMuch
        if kind in (Kind.START, Kind.END):
            if tag in hides:
                hidden = max(0, hidden + (1 if kind is Kind.START else -1))
            elif tag not in _INLINE:
                texts.append([])
        elif not hidden and kind in (Kind.TEXT, Kind.RAW):
            texts[-1].append(entities(html[start:end]) if kind is Kind.TEXT else html[start:end])
    return ["".join(parts) for parts in texts if parts]


def _words(page: str, *, head: bool = False) -> list[str]:
    words: list[str] = []
    for passage in _passages(page, head=head):
        words += _plain_words(passage)
        if len(words) > _MOST_WORDS:
            raise _TooMuch
    return words


def _plain_words(text: str) -> list[str]:
    words: list[str] = []
    for start in range(0, len(text), _PIECE):  # one call over megabytes would hold up the window
        piece = text[start : start + _PIECE].translate(_INVISIBLE)
        words += _WORD.findall(unicodedata.normalize("NFKC", piece).casefold())
    return words


def _sentences(html: str) -> list[tuple[str, list[str]]]:
    """The sentences of a post with their words. One of a few words is joined to the next of its block, or left out:
    it could stand anywhere on a page. An address on its own line and a shortcode become something else."""
    found: list[tuple[str, list[str]]] = []
    short: list[tuple[str, list[str]]] = []
    for passage in _passages(html, most=_ALL):
        if _ADDRESS.fullmatch(passage):
            continue
        held, words = "", list[str]()
        for sentence in _SENTENCE.split(_SHORTCODE.sub(" ", passage)):
            held = f"{held} {sentence}".strip()
            words = words + _plain_words(sentence)
            if len(words) >= _LONG_ENOUGH:
                found.append((" ".join(held.split()), words))
                held, words = "", []
        if words:
            short.append((" ".join(held.split()), words))
    return found or short


def _parts(words: list[str]) -> list[tuple[str, ...]]:
    return list(zip(*(words[n:] for n in range(_PARTS)), strict=False))
