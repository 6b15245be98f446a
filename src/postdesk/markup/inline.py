"""The text inside a block: emphasis, code, links, pictures, breaks, raw HTML, footnotes.

Written after CommonMark 0.31.2 (https://spec.commonmark.org/0.31.2/#inlines and its appendix on strategy), with `~~`
for what is struck through, footnotes, and emphasis that may stand beside Chinese, Japanese and Korean letters as if
these were spaces. Time is nearly linear in the text's length, whatever is in it.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Container, Mapping
from xml.etree.ElementTree import Element

from markdown.util import AtomicString

from postdesk.markup import links
from postdesk.markup.emphasis import PUNCTUATION, Run, Runs, flanking
from postdesk.markup.rawhtml import end_of_inline

RAW = "pd-raw"  # an element whose text is HTML as it is
NOTE = "pd-note"  # an element that stands for a footnote; its label is in `label`
GUARDED = {
    "{": "\u0002123\u0003"
}  # signs that must not begin a list of attributes, as the serializer reads them
DEEPEST = 40  # levels of emphasis; deeper marks are text

_SPECIAL = re.compile(r"[\\`*_~\[\]<&\n]|!\[")
_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_TICKS = re.compile("`+")
_AUTOLINK = re.compile(r"<([A-Za-z][A-Za-z0-9.+-]{1,31}:[^<>\x00-\x20]*)>")
_MAIL = re.compile(
    r"<([A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
    r"(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*)>"
)
_FOOTNOTE = re.compile(r"\[\^([^\[\]\n]+)\]")
_BARE_ADDRESS = re.compile(r"[ \t]*(https?://[^\s<>\[\]`\\]+)[ \t]*\Z")


def parse(
    text: str, references: Mapping[str, tuple[str, str | None]], notes: Container[str]
) -> tuple[str, list[Element]]:
    """The text before the first element, and the elements with their tails.

    `references`: label (`links.label_key`) to address and title; `notes`: the labels of all footnotes.
    """
    bare = _BARE_ADDRESS.match(text)
    if bare is not None:  # an address that is all there is has no marks in it
        return bare[1], []
    if _SPECIAL.search(text) is None:
        return text, []
    scanner = _Scanner(text, references, notes)
    scanner.run()
    return _tree(scanner.tokens)


class _Open:
    """The start of a link."""

    __slots__ = ("address", "title")

    def __init__(self, address: str, title: str | None) -> None:
        self.address = address
        self.title = title


class _Close:
    __slots__ = ()


class _Bracket:
    """`[` or `![` that may begin a link or a picture."""

    __slots__ = ("end", "followed", "picture", "run", "token")

    def __init__(self, token: int, end: int, picture: bool, run: Run | None) -> None:
        self.token = token
        self.end = end  # the place in the text after it
        self.picture = picture
        self.run = run  # the last run before it
        self.followed = False  # by another bracket


_Token = str | Element | Run | _Open | _Close | _Bracket


class _Scanner:
    def __init__(
        self, text: str, references: Mapping[str, tuple[str, str | None]], notes: Container[str]
    ) -> None:
        self.tokens: list[_Token] = []
        self._text = text
        self._references = references
        self._notes = notes
        self._runs = Runs()
        self._brackets: list[_Bracket] = []
        self._no_links = 0  # brackets below this place in the list can be no link: one would be inside
        self._ticks: dict[int, list[int]] | None = None
        self._not_found: set[str] = set()  # ends of raw HTML that the text does not have

    def run(self) -> None:
        """Reads it all."""
        text = self._text
        place = 0
        while True:
            match = _SPECIAL.search(text, place)
            if match is None:
                break
            if match.start() > place:
                self.tokens.append(text[place : match.start()])
            place = self._one(match[0], match.start())
        if place < len(text):
            self.tokens.append(text[place:])
        self._runs.match(None)

    def _one(self, found: str, place: int) -> int:
        if found in "*_~":
            return self._marks(found, place)
        if found == "\n":
            return self._line_end(place)
        if found == "[":
            return self._opening(place, place + 1, picture=False)
        if found == "![":
            return self._opening(place, place + 2, picture=True)
        if found == "]":
            return self._closing(place)
        if found == "`":
            return self._code(place)
        if found == "<":
            return self._pointed(place)
        if found == "&":
            match = _ENTITY.match(self._text, place)
            if match is not None:
                self.tokens.append(links.entity(match[0]))
                return match.end()
        elif found == "\\":
            return self._backslash(place)
        self.tokens.append(found)
        return place + 1

    # --- single signs ---

    def _backslash(self, place: int) -> int:
        following = self._text[place + 1 : place + 2]
        if following == "\n":
            self._break()
            return _line_start(self._text, place + 2)
        if following and following in PUNCTUATION:
            self.tokens.append(GUARDED.get(following, following))
            return place + 2
        self.tokens.append("\\")
        return place + 1

    def _line_end(self, place: int) -> int:
        last = self.tokens[-1] if self.tokens else ""
        if isinstance(last, str) and last.endswith(" "):
            kept = last.rstrip(" ")
            self.tokens[-1] = kept
            if len(last) - len(kept) >= 2:
                self._break()
                return _line_start(self._text, place + 1)
        self.tokens.append("\n")
        return _line_start(self._text, place + 1)

    def _break(self) -> None:
        self.tokens.append(Element("br"))
        self.tokens.append("\n")

    def _code(self, place: int) -> int:
        match = _TICKS.match(self._text, place)
        length = match.end() - place if match is not None else 1
        following = _TICKS.search(self._text, place + length)
        if following is None or following.end() - following.start() == length:
            end = -1 if following is None else following.start()
        else:
            end = self._ticks_after(place, length)
        if end < 0:
            self.tokens.append("`" * length)
            return place + length
        inside = self._text[place + length : end].replace("\n", " ")
        if len(inside) > 2 and inside[0] == inside[-1] == " " and inside.strip(" "):
            inside = inside[1:-1]
        code = Element("code")
        code.text = AtomicString(inside)
        self.tokens.append(code)
        return end + length

    def _ticks_after(self, place: int, length: int) -> int:
        """Where so many ticks are next, -1 for nowhere."""
        if self._ticks is None:
            self._ticks = {}
            for run in _TICKS.finditer(self._text):
                self._ticks.setdefault(run.end() - run.start(), []).append(run.start())
        places = self._ticks.get(length, [])
        at = bisect_right(places, place)
        return places[at] if at < len(places) else -1

    def _pointed(self, place: int) -> int:
        """`<`: an address, a tag, a comment, or a sign."""
        text = self._text
        link = _AUTOLINK.match(text, place)
        mail = None if link is not None else _MAIL.match(text, place)
        found = link or mail
        if found is not None:
            anchor = Element("a", {"href": found[1] if link is not None else "mailto:" + found[1]})
            anchor.text = AtomicString(found[1])
            self.tokens.append(anchor)
            return found.end()
        end = end_of_inline(text, place, self._not_found)
        if end is None:
            self.tokens.append("<")
            return place + 1
        raw = Element(RAW)
        raw.text = AtomicString(text[place:end])
        self.tokens.append(raw)
        return end

    # --- emphasis ---

    def _marks(self, character: str, place: int) -> int:
        text = self._text
        end = place + 1
        while end < len(text) and text[end] == character:
            end += 1
        length = end - place
        if character == "~" and length != 2:
            self.tokens.append(text[place:end])
            return end
        before = text[place - 1] if place else "\n"
        after = text[end] if end < len(text) else "\n"
        can_open, can_close = flanking(character, before, after)
        run = Run(len(self.tokens), character, length, can_open, can_close)
        self.tokens.append(run)
        self._runs.add(run)
        return end

    # --- links and pictures ---

    def _opening(self, place: int, end: int, *, picture: bool) -> int:
        if not picture:
            match = _FOOTNOTE.match(self._text, place)
            if match is not None and match[1] in self._notes:
                self.tokens.append(Element(NOTE, {"label": match[1]}))
                return match.end()
        if self._brackets:
            self._brackets[-1].followed = True
        bracket = _Bracket(len(self.tokens), end, picture, self._runs.last)
        self._brackets.append(bracket)
        self.tokens.append(bracket)
        return end

    def _closing(self, place: int) -> int:
        if not self._brackets:
            self.tokens.append("]")
            return place + 1
        bracket = self._brackets.pop()
        if not bracket.picture and len(self._brackets) < self._no_links:
            self._no_links = len(self._brackets)
            self.tokens.append("]")
            return place + 1
        self._no_links = min(self._no_links, len(self._brackets))
        target = self._target(bracket, place)
        if target is None:
            self.tokens.append("]")
            return place + 1
        address, title, end = target
        self._runs.match(bracket.run)
        if bracket.picture:
            inside = self.tokens[bracket.token + 1 :]
            del self.tokens[bracket.token :]
            picture = Element("img", {"alt": "".join(map(_plain, inside)), "src": address})
            if title is not None:
                picture.set("title", title)
            self.tokens.append(picture)
        else:
            self.tokens[bracket.token] = _Open(address, title)
            self.tokens.append(_Close())
            self._no_links = len(self._brackets)
        return end

    def _target(self, bracket: _Bracket, place: int) -> tuple[str, str | None, int] | None:
        """Address, title and end of the link whose text ends with the bracket at `place`."""
        text = self._text
        if text.startswith("(", place + 1):
            target = links.read_target(text, place + 2)
            if target is not None:
                return target
        end = place + 1
        label: str | None = None
        if text.startswith("[", end):
            if text.startswith("[]", end):
                end += 2
            else:
                read = links.read_label(text, end)
                if read is not None:
                    label, end = read
        if label is None:
            if bracket.followed or place - bracket.end > links.LONGEST_LABEL:
                return None
            label = text[bracket.end : place]
        found = self._references.get(links.label_key(label)) if self._references else None
        if found is None:
            return None
        return found[0], found[1], end


def _line_start(text: str, place: int) -> int:
    while place < len(text) and text[place] in " \t":
        place += 1
    return place


def _plain(token: _Token) -> str:
    """What is left of a token in a picture's description."""
    if isinstance(token, str):
        return token
    if isinstance(token, Run):
        return token.character * token.count
    if isinstance(token, _Bracket):
        return "![" if token.picture else "["
    if isinstance(token, Element):
        if token.tag == RAW:
            return ""
        return token.get("alt", "") or token.text or ""
    return ""


def _tree(tokens: list[_Token]) -> tuple[str, list[Element]]:
    """The tokens as elements in elements."""
    root = Element("root")
    # (element, the text of its end where it is none)
    path: list[tuple[Element, str]] = [(root, "")]
    waiting: list[str] = []  # text for the end of what is there

    def flush() -> None:
        if not waiting:
            return
        inside = path[-1][0]
        text = "".join(waiting)
        waiting.clear()
        if len(inside):
            last = inside[-1]
            if last.tag in (RAW, NOTE, "br") and text.startswith("{"):
                text = GUARDED["{"] + text[1:]
            last.tail = (last.tail or "") + text
        else:
            inside.text = (inside.text or "") + text

    def open_element(element: Element) -> None:
        flush()
        path[-1][0].append(element)
        path.append((element, ""))

    def open_mark(tag: str, mark: str) -> None:
        if len(path) > DEEPEST:
            waiting.append(mark)
            path.append((path[-1][0], mark))
        else:
            open_element(Element(tag))

    def close() -> None:
        _element, mark = path[-1]
        if mark:
            waiting.append(mark)
        else:
            flush()
        path.pop()

    for token in tokens:
        if isinstance(token, str):
            waiting.append(token)
        elif isinstance(token, Run):
            for _tag in token.closes:
                close()
            waiting.append(token.character * token.count)
            for tag in reversed(token.opens):
                open_mark(tag, token.character * (1 if tag == "em" else 2))
        elif isinstance(token, _Open):
            attributes = {"href": token.address}
            if token.title is not None:
                attributes["title"] = token.title
            open_element(Element("a", attributes))
        elif isinstance(token, _Close):
            close()
        elif isinstance(token, _Bracket):
            waiting.append("![" if token.picture else "[")
        else:
            flush()
            path[-1][0].append(token)
    flush()
    return root.text or "", list(root)
