"""Rewrites one block of Markdown so that Python-Markdown reads it the way writers mean it.

Python-Markdown wants four spaces of nesting and a blank line before every list and table, and it lets an unclosed
fence or tag reach into what follows. Here the containers of a block (quotations, list items, fences) are read as
CommonMark 0.31.2 does (https://spec.commonmark.org/0.31.2/#container-blocks), with more patience for indentation,
and written again the way Python-Markdown wants them. The text inside lines is left alone. What would cost too much
to render is shown as typed.
"""

from __future__ import annotations

import html
import re

from postdesk.core.language import _
from postdesk.markup.starts import (
    BLANK,
    DEFINITION,
    DESCRIPTION,
    FENCE,
    HEADING,
    HTML_START,
    QUOTE,
    RULE,
    TAB,
    TABLE_RULE,
    Item,
    fence_end,
    fence_opening,
    indent_of,
    item_start,
    starts_something,
)

DEEPEST = 20  # levels of quotations and lists; nobody reads deeper, and Python's stack ends
HEAVIEST = 1500  # marks of one kind in one paragraph; the inline patterns take time in their square
LONGEST = 1_000_000  # characters in one paragraph
TABLE_GROWTH = 10  # an empty cell may cost up to this many times what was typed

_LANGUAGE = re.compile(r"[\w#.+-]+")
_MARKS = "*_[]`<~&!\\^:"


def normalise(text: str) -> str:
    """One block of source (LF line ends) as Python-Markdown is to get it; `as_typed` where it would take too long."""
    if too_heavy(text):
        return as_typed(text, _("Shown as it was typed: too many marks for one paragraph."))
    try:
        return "\n".join(_rewrite([_widen(line) for line in text.split("\n")], 0))
    except _TooDeep:
        return as_typed(text, _("Shown as it was typed: nested too deeply."))


def as_typed(text: str, note: str = "") -> str:
    """`text` as preformatted text in raw HTML that no Markdown is read in, with `note` as its title."""
    title = f' title="{html.escape(note)}"' if note else ""
    # A blank line, a fence or a placeholder of Python-Markdown inside would end or change the raw block.
    plain = html.escape(text.strip("\n"), quote=False)
    plain = plain.replace("`", "&#96;").replace("~", "&#126;").replace("\n", "&#10;")
    return f'<pre class="as-typed"{title}>{plain}</pre>'


def literal(text: str) -> str:
    """`text` with its tags and fences made harmless, everything else still Markdown. For markup that is not closed."""
    parts = _CODE_SPAN.split(text)  # text, mark, code, text, ...
    written = []
    for number in range(0, len(parts), 3):
        plain = parts[number].replace("<", "&lt;")
        written.append(plain.replace("```", "&#96;&#96;&#96;").replace("~~~", "&#126;&#126;&#126;"))
        if number + 2 < len(parts):
            written.append(f"<code>{_PUNCTUATION.sub(_as_number, parts[number + 2].strip())}</code>")
    return "".join(written)


_CODE_SPAN = re.compile(r"(?<![`\\])(`{1,2})(?!`)((?:(?!\n[ \t]*\n).)+?)(?<!`)\1(?!`)", re.DOTALL)
_PUNCTUATION = re.compile(r"[!-/:-@\[-`{-~]")


def _as_number(match: re.Match[str]) -> str:
    return f"&#{ord(match[0])};"


def too_heavy(text: str) -> bool:
    """Whether one of the paragraphs of `text` has more marks than can be rendered in time, or a table is a bomb.

    Code in fences costs nothing of the kind.
    """
    if len(text) < HEAVIEST:
        return False
    if "```" in text or "~~~" in text:
        text = _without_fences(text.split("\n"))
    for paragraph in re.split(r"\n\s*\n", text):
        if len(paragraph) > LONGEST:
            return True
        if len(paragraph) >= HEAVIEST and any(paragraph.count(mark) > HEAVIEST for mark in _MARKS):
            return True
        if "|" in paragraph and _is_bomb(paragraph):
            return True
    return False


def _without_fences(lines: list[str]) -> str:
    kept = []
    unclosed: set[tuple[str, int]] = set()
    position = 0
    while position < len(lines):
        end = fence_end(lines, position, unclosed)
        if end is not None:
            position = end + 1
            kept.append("")
            continue
        kept.append(lines[position])
        position += 1
    return "\n".join(kept)


def _is_bomb(paragraph: str) -> bool:
    lines = paragraph.split("\n")
    columns = max((line.count("|") + 1 for line in lines if TABLE_RULE.match(line)), default=0)
    return columns * len(lines) > TABLE_GROWTH * len(paragraph) / 10 + 2000


class _TooDeep(Exception):
    pass


def _widen(line: str) -> str:
    """Tabs at the line's start as spaces, STX and ETX (Python-Markdown's own marks) gone."""
    line = line.replace("\x02", "").replace("\x03", "")
    if "\t" in line[:40]:
        body = line.lstrip(" \t")
        line = line[: len(line) - len(body)].expandtabs(TAB) + body
    return line


def _rewrite(lines: list[str], depth: int, *, in_item: bool = False) -> list[str]:
    if depth > DEEPEST:
        raise _TooDeep
    out: list[str] = []
    unclosed: set[tuple[str, int]] = set()
    in_paragraph = False
    position = 0
    while position < len(lines):
        line = lines[position]
        if BLANK.match(line):
            out.append("")
            in_paragraph = False
            position += 1
            continue
        indent = indent_of(line)
        if (
            indent >= TAB and not in_paragraph
        ):  # code by indentation, or what belongs to a footnote or a description
            out.append(line)
            position += 1
            continue
        fence = fence_opening(line)
        if fence is not None:
            end = fence_end(lines, position, unclosed)
            if end is None:
                out.append(literal(line))
                in_paragraph = True
                position += 1
                continue
            _open(out)
            out.extend(_fence(lines[position : end + 1]))
            out.append("")
            in_paragraph = False
            position = end + 1
            continue
        if not in_paragraph and HTML_START.match(line):
            # Raw HTML is a block of its own; where it ends is for the splitter to say.
            rest = lines[position:]
            return [*out, *(rest if depth == 0 else map(literal, rest))]
        if QUOTE.match(line):
            end, inner = _quoted(lines, position)
            _open(out)
            out.extend(("> " + part).rstrip() for part in _rewrite(inner, depth + 1) or [""])
            out.append("")
            in_paragraph = False
            position = end
            continue
        if RULE.match(line) and not (in_paragraph and line.strip(" -") == ""):
            if out and out[-1]:
                out.append("")
            out.append(line)
            in_paragraph = False
            position += 1
            continue
        item = item_start(line)
        if item is not None and (not in_paragraph or item.interrupts):
            if in_paragraph and not (
                in_item and "" not in out
            ):  # after an item's own text a blank line would make it loose
                out.append("")
            position = _item(lines, position, out, depth)
            in_paragraph = False
            continue
        if (
            in_paragraph
            and "|" in line
            and position + 1 < len(lines)
            and "|" in lines[position + 1]
            and TABLE_RULE.match(lines[position + 1])
            and not TABLE_RULE.match(line)
        ):
            out.append("")
        if DEFINITION.match(line):
            # Its following lines are indented on purpose.
            in_paragraph = False
        elif DESCRIPTION.match(line):
            in_paragraph = False
        else:
            in_paragraph = not HEADING.match(line)
        out.append(line)
        position += 1
    while out and not out[-1]:
        out.pop()
    return out


def _open(out: list[str]) -> None:
    """A blank line before a container, unless there is one."""
    if out and out[-1]:
        out.append("")


# --- fences --------------------------------------------------------------------------------------------------


def _fence(lines: list[str]) -> list[str]:
    """A whole fence with the plainest opening, its own indentation taken from every line."""
    opening = fence_opening(lines[0])
    if opening is None:
        return lines
    character, length, indent = opening
    match = FENCE.match(lines[0])
    info = match[3].strip() if match else ""
    word = info.split()[0] if info else ""
    language = word if _LANGUAGE.fullmatch(word) else ""
    mark = character * length
    inside = [line[min(indent, indent_of(line)) :] for line in lines[1:-1]]
    return [mark + language, *inside, mark]


# --- quotations ----------------------------------------------------------------------------------------------


def _quoted(lines: list[str], start: int) -> tuple[int, list[str]]:
    """The quotation that begins in line `start`: the line after it, and its lines without their mark.

    A line of a paragraph may leave its mark out.
    """
    inner: list[str] = []
    position = start
    lazy = False
    while position < len(lines):
        line = lines[position]
        match = QUOTE.match(line)
        if match is not None:
            inner.append(line[match.end() :])
            bare = inner[-1].lstrip("> ")
            lazy = (
                bool(bare)
                and not HEADING.match(bare)
                and fence_opening(bare) is None
                and not RULE.match(bare)
            )
        elif lazy and not BLANK.match(line) and not starts_something(line):
            inner.append(line)
        elif BLANK.match(line) and _quote_follows(lines, position):
            inner.append("")
            lazy = False
        else:
            break
        position += 1
    return position, inner


def _quote_follows(lines: list[str], position: int) -> bool:
    """Whether the next line with text is a quotation's: Python-Markdown reads both as one."""
    while position < len(lines):
        if not BLANK.match(lines[position]):
            return QUOTE.match(lines[position]) is not None
        position += 1
    return False


# --- lists ---------------------------------------------------------------------------------------------------


def _item(lines: list[str], start: int, out: list[str], depth: int) -> int:
    """Writes the list item that begins in line `start` to `out`; returns the line after it."""
    item = item_start(lines[start])
    assert item is not None  # noqa: S101  the caller asked
    inner = [lines[start][item.text :]]
    unclosed: set[tuple[str, int]] = set()
    position = start + 1
    blank = False
    while position < len(lines):
        line = lines[position]
        if BLANK.match(line):
            inner.append("")
            blank = True
            position += 1
            continue
        indent = indent_of(line)
        nested = indent - item.at >= 2 and (
            indent >= item.text or item_start(line.lstrip(" ")) is not None or blank
        )
        if nested:
            inner.append(line[min(indent, item.text) :])
            if fence_opening(inner[-1]) is not None:
                # The lines of a fence belong to it whatever their look.
                dedented = [rest[min(indent_of(rest), item.text) :] for rest in lines[position:]]
                end = fence_end(dedented, 0, unclosed)
                if end is not None:
                    inner.extend(dedented[1 : end + 1])
                    position += end
        elif not blank and not starts_something(line):
            inner.append(line.lstrip(" "))
        else:
            break
        blank = False
        position += 1
    trailing = 0
    while inner and not inner[-1] and len(inner) > 1:
        inner.pop()
        trailing += 1
    written = _rewrite(inner, depth + 1, in_item=True) or [""]
    first = written[0]
    lead = item.mark.ljust(TAB) if len(item.mark) < TAB else item.mark + " "
    if inner and (
        fence_opening(inner[0]) is not None or inner[0].startswith((">", "    ")) or HEADING.match(inner[0])
    ):
        # Python-Markdown reads no container in the line of the mark itself.
        out.append(lead + (first if HEADING.match(inner[0]) else ""))
        if not HEADING.match(inner[0]):
            out.append("")
            out.extend((" " * TAB + part).rstrip() for part in written)
        else:
            out.extend((" " * TAB + part).rstrip() for part in written[1:])
    else:
        out.append((lead + first).rstrip() if first else lead)
        out.extend((" " * TAB + part).rstrip() for part in written[1:])
    out.extend([""] * trailing)
    if trailing == 0 and "" in written:  # a block inside the item ends before the next item
        out.append("")
        trailing = 1
    following = lines[position] if position < len(lines) else ""
    if (
        following
        and trailing == 0
        and not (item_start(following) and _same_kind(item, item_start(following)))
    ):
        out.append("")
    return position


def _same_kind(one: Item, other: Item | None) -> bool:
    return other is not None and one.mark[0].isdigit() == other.mark[0].isdigit()
