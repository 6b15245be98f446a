"""The pictures of one post as the preview page knows them: an address for each, or words in its place."""

from __future__ import annotations

import html
import re
import secrets
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from postdesk.core.errors import PostDeskError
from postdesk.core.language import _
from postdesk.ui.preview.picture import Picture, Resolve, look, read

# A whole <img> tag; a quoted value may hold ">".
_IMG = re.compile(r"<img\b(?:[^>\"']|\"[^\"]*\"|'[^']*')*>", re.IGNORECASE)
_SRC = re.compile(r"""\bsrc\s*=\s*(?:"([^"]*)"|'([^']*)')""", re.IGNORECASE)
_SIZED = re.compile(r"\s(?:width|height)\s*=", re.IGNORECASE)
STAND_IN = "pd-picture:"  # as in `markup.worker.PICTURE`, which is not imported: it brings Markdown with it
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Known:
    ref: str
    picture: Picture | None
    words: str


class Pictures:
    """Turns the `src` of a post's pictures into addresses on the page, and back into bytes.

    An address holds a token that cannot be guessed and a number; never a path. A post therefore cannot name a
    file by writing such an address itself.
    """

    def __init__(self, root: str, resolve: Resolve | None) -> None:
        self._resolve = resolve
        self._known: list[_Known] = []
        self._numbers: dict[str, int] = {}
        self._start = f"{root}{secrets.token_urlsafe(16)}/"

    def address(self, src: str) -> str:
        """The address that stands for `src` in cleaned HTML; `placed` gives it its final form."""
        number = self._numbers.get(src)
        if number is None:
            number = len(self._known)
            self._known.append(self._meet(src))
            self._numbers[src] = number
        picture = self._known[number].picture
        return f"{self._start}{number}/{picture.stamp if picture else ''}"

    def placed(self, markup: str) -> str:
        """Cleaned HTML whose pictures have stand-ins (`markup.worker`) with their addresses and sizes (nothing moves
        when they arrive), and words for refused ones."""
        if "<img" not in markup:
            return markup
        return _IMG.sub(self._place, markup)

    def content(self, address: str, *, as_it_is: bool = True) -> tuple[str, bytes]:
        """Media type and bytes for an address that `address` made; raises PictureRefused, KeyError for any other.

        Fit for a worker thread.
        """
        if not address.startswith(self._start):
            raise KeyError(address)
        number = address[len(self._start) :].partition("/")[0]
        if not number.isascii() or not number.isdigit() or int(number) >= len(self._known):
            raise KeyError(address)
        known = self._known[int(number)]
        if known.picture is None or self._resolve is None:
            raise KeyError(address)
        return read(known.ref, self._resolve, as_it_is=as_it_is)

    def size(self, address: str) -> tuple[int, int] | None:
        """Width and height in px of a picture that can be shown."""
        if not address.startswith(self._start):
            return None
        number = address[len(self._start) :].partition("/")[0]
        picture = self._known[int(number)].picture if number.isdigit() else None
        return (picture.width, picture.height) if picture else None

    def forget(self) -> None:
        """Look at every picture again; addresses given before stay good for those that have not changed."""
        self._numbers.clear()

    def _meet(self, src: str) -> _Known:
        words = refusal(src)
        if not words and self._resolve is None:
            words = _("Picture “{name}” is not loaded.").format(name=_short(src))
        remote = _is_remote(src)
        if self._resolve is None or (words and not remote):
            return _Known(src, None, words)
        try:
            return _Known(
                src, look(src, self._resolve), ""
            )  # of one on the web, the copy that was brought here
        except PostDeskError as error:
            return _Known(src, None, words if remote else error.happened)
        except (OSError, ValueError):
            return _Known(src, None, _("Picture “{name}” is not in the library.").format(name=_short(src)))

    def _place(self, match: re.Match[str]) -> str:
        tag = match.group()
        found = _SRC.search(tag)
        src = html.unescape(found.group(1) or found.group(2) or "") if found else ""
        if src.startswith(STAND_IN):
            src = self.address(src[len(STAND_IN) :])
            tag = f'{tag[: found.start()]}src="{src}"{tag[found.end() :]}' if found else tag
        else:
            # Nothing but our own stand-ins belongs here; the cleaner saw to it, and this is the second look.
            return placeholder(refusal(src) or _("Picture “{name}” is not loaded.").format(name=_short(src)))
        number = int(src[len(self._start) :].partition("/")[0])
        known = self._known[number]
        if known.picture is None:
            return placeholder(known.words)
        if _SIZED.search(tag):
            return tag
        return f'{tag[:4]} width="{known.picture.width}" height="{known.picture.height}"{tag[4:]}'


def placeholder(words: str) -> str:
    """The box that stands where a picture is not shown."""
    return f'<span class="no-picture">{html.escape(words)}</span>'


def refusal(src: str) -> str:
    """Why a picture of this address is not even looked for; "" for a file of the library."""
    plain = _plain(src)
    if plain.startswith("//") or _SCHEME.match(plain):
        scheme = plain.partition(":")[0].lower()
        try:
            host = urlsplit(plain).hostname or ""
        except ValueError:
            host = ""
        if scheme in ("http", "https") or plain.startswith("//"):
            return _("Picture from {host} is not loaded.").format(host=_short(host or plain))
        if scheme == "data":
            return _("A picture written into the text is not shown.")
        return _("Picture “{name}” is not in the library.").format(name=_short(src))
    return "" if plain else _("A picture without an address.")


def _is_remote(src: str) -> bool:
    return _plain(src).lower().startswith(("http:", "https:", "//"))


def _plain(src: str) -> str:
    return "".join(c for c in src if c > " ").replace("\\", "/")


def _short(text: str) -> str:
    """At most 80 characters for a sentence."""
    text = unquote(text)
    return text if len(text) <= 80 else text[:40] + "…" + text[-39:]
