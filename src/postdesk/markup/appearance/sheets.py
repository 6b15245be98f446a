"""Style sheets of a blog made harmless: read as browsers read them, and written anew with only what is known.

tinycss2 reads (CSS Syntax Level 3); nothing of the source is copied. What stays loads nothing: every address is gone
but those of fonts that the caller keeps. A sheet that is imported is written where its @import stood.
docs/decisions/037 has the reasons.

Rules for the dark, and those for the light, carry a mark until `for_scheme` decides: the window has its own light and
dark, of which the engine does not know.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import urljoin

import tinycss2
from tinycss2 import ast

Node = Any  # tinycss2 has no types

Fetch = Callable[[str], tuple[str, str] | None]
"""From the address of a style sheet to its text and the address where it was found; None to do without it."""
Keep = Callable[[str], str | None]
"""From the address of a font (`data:` too) to the one under which it will be served; None to do without it."""

DEEPEST = 40
"""Brackets in brackets, and rules in rules; what is deeper is left out."""
MOST = 40_000
"""Rules and declarations of all sheets together."""
IMPORTS = 5
"""Sheets that import sheets."""

_DARK, _LIGHT = "\ufdd0", "\ufdd1"  # no characters (Unicode 16, 23.7): taken out of what is read
_TRUE, _FALSE = "(min-width:0px)", "(max-width:-1px)"

# Whatever may name something to be loaded. An image-set takes bare strings, and a variable may hold one.
_LOADING = frozenset(
    "url src image image-set -webkit-image-set cross-fade -webkit-cross-fade element -moz-element paint expression "
    "url-prefix domain regexp document".split()
)
_DROPPED = frozenset(
    "behavior -ms-behavior -moz-binding app-region -webkit-app-region will-change scroll-behavior content-visibility "
    "contain-intrinsic-size".split()
)
_RULES = frozenset("media supports layer container scope starting-style".split())
_FRAMES = frozenset("keyframes -webkit-keyframes".split())
_DECLARING = frozenset("property counter-style".split())
_MOVING = frozenset(
    "position inset top right bottom left z-index transform translate offset-path offset animation anchor-name".split()
)
_STUCK = frozenset("fixed sticky -webkit-sticky".split())


def harmless(
    css: str, address: str, *, media: str = "", fetch: Fetch = lambda _a: None, keep: Keep = lambda _a: None
) -> str:
    """`css`, found at `address`, with its imports in it. `media` is what a link to it says (`print`). Never raises for
    what is in it; `fetch` and `keep` may."""
    return Sheets(fetch, keep).add(css, address, media)


def harmless_style(style: str) -> str:
    """The same for a `style` attribute."""
    return _style(style, frozenset())


def style_in_place(style: str) -> str:
    """The same, without what takes an element out of its place: for HTML that stands in a text."""
    return _style(style, _MOVING)


def _style(style: str, without: frozenset[str]) -> str:
    writer = Sheets(lambda _a: None, lambda _a: None)
    known = _contents(tinycss2.parse_blocks_contents(_readable(style), True, True))
    parts = [writer.declaration(one) for one in known if getattr(one, "lower_name", "") not in without]
    return "".join(part for part in parts if part is not None)


def for_scheme(css: str, dark: bool) -> str:
    """The sheet for a light page or for a dark one."""
    return css.replace(_DARK, _TRUE if dark else _FALSE).replace(_LIGHT, _FALSE if dark else _TRUE)


def knows_dark(css: str) -> bool:
    """Whether a sheet of `harmless` looks otherwise in the dark."""
    return _DARK in css or _LIGHT in css or "light-dark(" in css


class Sheets:
    """The sheets of one page, in turn: what may be too many of them counts over all."""

    def __init__(self, fetch: Fetch, keep: Keep) -> None:
        self._fetch = fetch
        self._keep = keep
        self._left = MOST
        self._above: list[str] = []

    def add(self, css: str, address: str, media: str = "") -> str:
        """The next one."""
        query = self._prelude(tinycss2.parse_component_value_list(_readable(media)), is_query=True)
        written = self._sheet(css, address)
        if query is None or not written:
            return ""
        return f"@media {query}{{{written}}}\n" if query.strip() else written

    def _sheet(self, css: str, address: str) -> str:
        rules = tinycss2.parse_stylesheet(_readable(css), skip_comments=True, skip_whitespace=True)
        self._above.append(address)
        try:
            return "".join(self._rules(rules, address, 0, importing=True))
        finally:
            self._above.pop()

    # --- rules ---

    def _rules(
        self, rules: Iterable[Node], address: str, depth: int, importing: bool = False, styled: bool = False
    ) -> list[str]:
        """`styled`: they stand in a style rule."""
        written = []
        for rule in rules:
            if self._left <= 0 or depth > DEEPEST:
                break
            self._left -= 1
            if rule.type == "qualified-rule":
                importing = False
                written.append(self._style(rule, depth))
            elif rule.type == "at-rule":
                if rule.lower_at_keyword == "import":
                    written.append(self._import(rule, address) if importing else "")
                    continue
                importing = importing and rule.lower_at_keyword in ("charset", "layer")
                written.append(self._at_rule(rule, address, depth, styled))
            elif rule.type == "declaration":
                written.append(self.declaration(rule) or "")
        return written

    def _style(self, rule: Node, depth: int) -> str:
        selector = self._prelude(rule.prelude)
        if not selector:
            return ""
        inside = self._inside(rule, "", depth)
        return f"{selector}{{{inside}}}\n" if inside else ""

    def _inside(self, rule: Node, address: str, depth: int) -> str:
        """What stands between the braces of a rule that may hold declarations."""
        found = _contents(tinycss2.parse_blocks_contents(rule.content, True, True))
        return "".join(self._rules(found, address, depth + 1, styled=True))

    def _at_rule(self, rule: Node, address: str, depth: int, styled: bool) -> str:
        name = rule.lower_at_keyword
        if name == "font-face":
            return self._font(rule, address)
        if name not in _RULES | _FRAMES | _DECLARING:
            return ""
        prelude = self._prelude(rule.prelude, is_query=name == "media")
        if prelude is None:
            return ""
        if rule.content is None:
            return f"@layer {prelude};\n" if name == "layer" else ""
        if name in _DECLARING or styled:
            inside = self._inside(rule, address, depth)
        else:
            # "a:hover{" begins a declaration only where one may stand.
            known = _contents(tinycss2.parse_rule_list(rule.content, True, True))
            inside = "".join(self._rules(known, address, depth + 1))
        return f"@{name} {prelude}{{{inside}}}\n" if inside or name == "layer" else ""

    def _import(self, rule: Node, address: str) -> str:
        tokens = [node for node in rule.prelude if node.type not in ("whitespace", "comment")]
        if not tokens or rule.content is not None:
            return ""
        there = _address_in(tokens[0], address)
        if not there or there in self._above or len(self._above) > IMPORTS:
            return ""
        wraps: list[str] = []
        query: list[Node] = []
        for node in tokens[1:]:
            if not query and node.type == "ident" and node.lower_value == "layer":
                wraps.append("@layer ")
            elif not query and node.type == "function" and node.lower_name in ("layer", "supports"):
                inner = self._prelude(node.arguments)
                if inner is None:
                    return ""
                bracketed = inner if node.lower_name == "layer" else f"({inner})"
                wraps.append(f"@{node.lower_name} {bracketed}")
            else:
                query += [node, ast.WhitespaceToken(0, 0, " ")]
        media = self._prelude(query, is_query=True)
        found = self._fetch(there) if media is not None else None
        if found is None:
            return ""
        written = self._sheet(*found)
        for wrap in (([f"@media {media}"] if media else []) + wraps) if written else ():
            written = f"{wrap}{{{written}}}\n"
        return written

    def _font(self, rule: Node, address: str) -> str:
        parts, source = [], ""
        for one in _contents(tinycss2.parse_blocks_contents(rule.content or [], True, True)):
            if one.type != "declaration" or one.lower_name == "font-display":
                continue
            if one.lower_name != "src":
                parts.append(self.declaration(one) or "")
            elif chosen := self._source(one.value, address):
                source = chosen
        # It lies on this disk: nothing is gained by showing another font first.
        return f"@font-face{{{''.join(parts)}src:{source};font-display:block}}\n" if source else ""

    def _source(self, tokens: Iterable[Node], address: str) -> str:
        """The value of `src`: a font that is kept, the best one that is there, or nothing."""
        offers: list[tuple[int, str]] = []
        for part in _split(tokens):
            named = next((found for node in part if (found := _address_in(node, address))), "")
            if named:
                offers.append((_rank(part, named), named))
        for rank, named in sorted(offers, key=lambda offer: offer[0]):
            served = self._keep(named) if rank < _USELESS else None
            if served is not None:
                return f'url("{served}")'
        return ""

    # --- what stands in them ---

    def declaration(self, one: Node) -> str | None:
        """A declaration as text, None for none that is kept."""
        if one.type != "declaration" or one.lower_name in _DROPPED:
            return None
        self._left -= 1
        value = _tokens(one.value, 0)
        if value is None or self._left <= 0:
            return None
        words = [node.lower_value for node in value if node.type == "ident"]
        if one.lower_name == "position" or (one.lower_name.startswith("--") and len(words) == 1):
            # A box that stays in view lies over the text; on the blog there is a page around it.
            value = [
                ast.IdentToken(0, 0, "static")
                if node.type == "ident" and node.lower_value in _STUCK
                else node
                for node in value
            ]
        name = tinycss2.serialize_identifier(one.name)
        return f"{name}:{tinycss2.serialize(value)}{'!important' if one.important else ''};"

    def _prelude(self, nodes: Iterable[Node], is_query: bool = False) -> str | None:
        """A selector or a condition as text; None where something in it is not to be kept."""
        tokens = _tokens(nodes, 0, strict=True)
        # A semicolon ends what stands before it in one place and not in another.
        if tokens is None or any(node.type == "literal" and node.value == ";" for node in tokens):
            return None
        if is_query:
            tokens = _schemes(tokens)
        return str(tinycss2.serialize(tokens)).strip()


_USELESS = 9


def _rank(part: Iterable[Node], address: str) -> int:
    """How good an offer of a font is, 0 the best: by what it says, or else by its name."""
    said = ""
    for node in part:
        if node.type == "function" and node.lower_name == "format" and node.arguments:
            said = str(getattr(node.arguments[0], "value", "")).lower()
    path = address.partition("?")[0].partition("#")[0].lower()
    kind = said or path.rpartition(".")[2]
    if address.startswith("data:") and not said:
        return 0
    known = {"woff2": 0, "woff2-variations": 0, "woff": 1, "woff-variations": 1, "truetype": 2, "opentype": 2, "ttf": 2,
             "otf": 2, "truetype-variations": 2, "opentype-variations": 2, "collection": 3,
             "svg": _USELESS, "embedded-opentype": _USELESS, "eot": _USELESS}  # fmt: skip
    return known.get(kind, 4)


def _readable(css: str) -> str:
    return css.replace(_DARK, "").replace(_LIGHT, "")


def _contents(nodes: Iterable[Node]) -> list[Node]:
    """Declarations and rules; what the reader could not make out is gone."""
    return [node for node in nodes if node.type in ("declaration", "qualified-rule", "at-rule")]


def _address_in(node: Node, base: str) -> str:
    """The address that a token names, made absolute; "" for none."""
    named = ""
    if node.type in ("url", "string"):
        named = node.value
    elif node.type == "function" and node.lower_name in ("url", "src"):
        named = next((inner.value for inner in node.arguments if inner.type == "string"), "")
    named = named.strip()
    if not named or named.startswith("#"):
        return ""
    if named[:5].lower() == "data:":
        return named
    try:
        return urljoin(base, named)
    except ValueError:
        return ""


def _split(tokens: Iterable[Node]) -> list[list[Node]]:
    """By the commas that stand in no bracket."""
    parts: list[list[Node]] = [[]]
    for node in tokens:
        if node.type == "literal" and node.value == ",":
            parts.append([])
        else:
            parts[-1].append(node)
    return parts


def _schemes(tokens: Iterable[Node]) -> list[Node]:
    """Conditions with a mark in the place of each question for light or dark."""
    made = []
    for node in tokens:
        if node.type == "() block":
            inner = [one for one in node.content if one.type not in ("whitespace", "comment")]
            words = [getattr(one, "lower_value", getattr(one, "value", "")) for one in inner]
            if words in (["prefers-color-scheme", ":", "dark"], ["prefers-color-scheme", ":", "light"]):
                made.append(ast.IdentToken(0, 0, _DARK if words[2] == "dark" else _LIGHT))
                continue
            node = ast.ParenthesesBlock(0, 0, _schemes(node.content))
        made.append(node)
    return made


def _ends_an_element(before: list[Node], letter: str) -> bool:
    """Whether a reader of HTML would see a tag or a comment here, as no style sheet needs."""
    last = before[-1] if before else None
    tag = letter == "/" and last is not None and last.type == "literal" and last.value == "<"
    return tag or letter in ("<!--", "-->")


_BLOCKS = {
    "() block": ast.ParenthesesBlock,
    "[] block": ast.SquareBracketsBlock,
    "{} block": ast.CurlyBracketsBlock,
}


def _tokens(nodes: Iterable[Node], depth: int, strict: bool = False) -> list[Node] | None:
    """`nodes` made anew: addresses become `none`. None where something cannot be kept; with `strict` an address is
    such a thing."""
    if depth > DEEPEST:
        return None
    made: list[Node] = []
    for node in nodes:
        kind = node.type
        if kind == "comment":
            continue
        if kind in ("error", "at-keyword") or (kind == "literal" and _ends_an_element(made, node.value)):
            return None
        if kind == "url" or (kind == "function" and node.lower_name in _LOADING):
            if strict:
                return None
            made.append(ast.IdentToken(0, 0, "none"))
        elif kind == "function":
            inside = _tokens(node.arguments, depth + 1, strict)
            if inside is None:
                return None
            made.append(ast.FunctionBlock(0, 0, node.name, inside))
        elif kind in _BLOCKS:
            inside = _tokens(node.content, depth + 1, strict)
            if inside is None:
                return None
            made.append(_BLOCKS[kind](0, 0, inside))
        elif kind == "string":
            # No reader of another kind shall find the end of an element in it.
            written = tinycss2.serializer.serialize_string_value(node.value).replace("<", "\\3C ")
            made.append(ast.StringToken(0, 0, node.value, f'"{written}"'))
        else:
            made.append(node)
    return made
