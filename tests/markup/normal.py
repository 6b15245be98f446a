"""HTML as a list of what matters in it, so that two ways of writing the same page compare equal."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from urllib.parse import unquote

_BLOCKS = frozenset(
    "article header aside hgroup blockquote hr iframe body li map button object canvas ol caption output col p "
    "colgroup pre dd progress div section dl table td dt tbody embed textarea fieldset tfoot figcaption th figure "
    "thead footer tr form ul h1 h2 h3 h4 h5 h6 video script style".split()
)
_VOID = frozenset("area base br col embed hr img input link meta param source track wbr".split())
_SPACE = re.compile(r"[ \t\n\r\f\v]+")

Piece = tuple[str, ...]


def normal(html: str) -> list[Piece]:
    """The elements and texts of `html`: entities as characters, attributes in order, white space between blocks gone
    and elsewhere as one space (not in `pre`), addresses with `%20` as what it stands for.

    What this dialect adds to a page for the same thing is taken off: the `div` around code with its language as a
    class, and a figure is the paragraph that CommonMark makes of a picture alone, its caption the picture's title.
    """
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return _without_additions(reader.finished())


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._pieces: list[Piece] = []
        self._preformatted = 0

    def finished(self) -> list[Piece]:
        """All pieces, neighbouring texts joined, blocks without white space at their ends."""
        joined: list[Piece] = []
        for piece in self._pieces:
            if piece[0] == "text" and joined and joined[-1][0] == "text":
                joined[-1] = ("text", joined[-1][1] + piece[1], piece[2])
            else:
                joined.append(piece)
        kept: list[Piece] = []
        for number, piece in enumerate(joined):
            if piece[0] != "text" or piece[2]:
                kept.append(piece)
                continue
            text = _SPACE.sub(" ", piece[1])
            if number == 0 or _ends_line(joined[number - 1]):
                text = text.lstrip(" ")
            if number + 1 == len(joined) or _ends_line(joined[number + 1]):
                text = text.rstrip(" ")
            if text:
                kept.append(("text", text, ""))
        return kept

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "pre":
            self._preformatted += 1
        written = []
        for name, value in sorted(attrs, key=lambda pair: pair[0]):
            address = name in ("href", "src")
            written.append(f"{name}={unquote(value or '') if address else value or ''}")
        self._pieces.append(("open", tag, *written))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in _VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag == "pre":
            self._preformatted -= 1
        if tag not in _VOID:
            self._pieces.append(("close", tag))

    def handle_data(self, data: str) -> None:
        self._pieces.append(("text", data, "pre" if self._preformatted > 0 else ""))

    def handle_comment(self, data: str) -> None:
        self._pieces.append(("comment", data))

    def handle_decl(self, decl: str) -> None:
        self._pieces.append(("declaration", decl))

    def unknown_decl(self, data: str) -> None:
        self._pieces.append(("declaration", data))

    def handle_pi(self, data: str) -> None:
        self._pieces.append(("instruction", data))


def _ends_line(piece: Piece) -> bool:
    return piece[0] in ("open", "close") and (piece[1] in _BLOCKS or piece[1] == "br")


def _without_additions(pieces: list[Piece]) -> list[Piece]:
    kept: list[Piece] = []
    language: list[str] = []
    in_code = False
    place = 0
    while place < len(pieces):
        piece = pieces[place]
        place += 1
        if piece[:2] == ("open", "div") and len(piece) == 3 and piece[2].endswith(" highlight"):
            language = [] if "language-text" in piece[2] else [piece[2].removesuffix(" highlight")]
            in_code = True
        elif in_code and piece[:2] == ("close", "div"):
            in_code = False
        elif in_code and piece[1] == "span":
            continue
        elif in_code and piece[:2] == ("open", "code"):
            kept.append((*piece, *language))
        elif piece[:2] == ("open", "figure"):
            kept.append(("open", "p"))
        elif piece[:2] == ("close", "figure"):
            kept.append(("close", "p"))
        elif piece[:2] == ("open", "figcaption"):
            title = pieces[place][1]
            at = max(number for number, known in enumerate(kept) if known[:2] == ("open", "img"))
            kept[at] = (*kept[at], f"title={title}")
            place += 2
        elif in_code and kept and kept[-1][0] == "text" and piece[0] == "text":
            kept[-1] = ("text", kept[-1][1] + piece[1], piece[2])
        else:
            kept.append(piece)
    return kept
