"""Formatting commands by name, carried out on the lines of the selection as one step to undo."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtGui import QTextCursor

from postdesk.core.language import _
from postdesk.markup.formatting import (
    Edit,
    make_link,
    toggle_code,
    toggle_heading,
    toggle_inline,
    toggle_line_prefix,
)
from postdesk.ui.editor.exact import to_document
from postdesk.ui.editor.splice import put
from postdesk.ui.editor.text import MarkdownEdit

Command = Callable[[str, int, int], Edit]

COMMANDS: dict[str, Command] = {
    "bold": partial(toggle_inline, mark="**"),
    "italic": partial(toggle_inline, mark="*"),
    "strike": partial(toggle_inline, mark="~~"),
    "code": toggle_code,
    "link": partial(make_link, url=""),
    "quote": partial(toggle_line_prefix, mark="quote"),
    "bullet-list": partial(toggle_line_prefix, mark="bullets"),
    "numbered-list": partial(toggle_line_prefix, mark="numbers"),
    **{f"heading-{level}": partial(toggle_heading, level=level) for level in (1, 2, 3, 4)},
}


# What the table of actions calls these commands.
_ACTIONS = {"strikethrough": "strike", "bulleted_list": "bullet-list", "insert_picture": "picture"}


def run(edit: MarkdownEdit, command: Command, *, beside: bool = False) -> None:
    """Applies `command` to the lines that the selection touches, and with `beside` to the ones before and after them.

    Only these are read, and only what differs is written.
    """
    cursor = edit.textCursor()
    document = edit.document()
    first, last = document.findBlock(cursor.selectionStart()), document.findBlock(cursor.selectionEnd())
    if edit.folding.touched(first.blockNumber(), last.blockNumber()):
        edit.refused.emit(
            _("A closed block of the blog cannot be formatted. Nothing was changed. "
              "Select the words before or behind it, or show its source.")
        )  # fmt: skip
        return
    if beside:
        first = first.previous() if first.previous().isValid() else first
        last = last.next() if last.next().isValid() else last
    origin = first.position()
    reach = QTextCursor(document)
    reach.setPosition(origin)
    reach.setPosition(last.position() + last.length() - 1, QTextCursor.MoveMode.KeepAnchor)
    # The commands see the document's own characters: stand-ins of two would shift the positions.
    raw = reach.selectedText().replace("\u2029", "\n")
    a, b = (_points(raw, at - origin) for at in (cursor.selectionStart(), cursor.selectionEnd()))
    done = command(raw, a, b)
    put(reach, raw, done.text)
    cursor = edit.textCursor()
    cursor.setPosition(origin + _units(done.text[: done.start]))
    cursor.setPosition(origin + _units(done.text[: done.end]), QTextCursor.MoveMode.KeepAnchor)
    edit.setTextCursor(cursor)
    edit.ensureCursorVisible()


def run_named(edit: MarkdownEdit, name: str) -> None:
    """Carries out a command by its name, or by that of its action; KeyError for a name there is not."""
    name = _ACTIONS.get(name, name.replace("_", "-"))
    if name == "rule":
        insert_paragraph(edit, "---")
    elif name == "picture":
        edit.make_room()
        run(edit, _picture)
    else:
        run(edit, COMMANDS[name])


def insert_paragraph(edit: MarkdownEdit, text: str) -> None:
    """Puts `text` after the cursor's line as a paragraph of its own, the cursor behind it."""
    edit.make_room()
    run(edit, lambda lines, _start, end: paragraph_of_its_own(lines, end, to_document(text)), beside=True)


def paragraph_of_its_own(text: str, at: int, new: str) -> Edit:
    """`new` below the line that `at` (code points) is in, with a blank line on both sides."""
    end = text.find("\n", at)
    end = len(text) if end < 0 else end
    before, after = text[:end], text[end:]
    blank = not before.rpartition("\n")[2].strip()
    if blank:
        before = before[: before.rfind("\n") + 1]
        above = before[:-1].rpartition("\n")[2]
        lead = "\n" if above.strip() else ""
    else:
        lead = "\n\n"
    rest = after[1:]
    trail = "\n" if not after else "\n\n" if rest.partition("\n")[0].strip() else "\n"
    done = before + lead + new + trail
    return Edit(done + (rest if after else ""), len(done), len(done))


def picture_text(ref: str, alt: str, caption: str = "") -> str:
    """The Markdown of a picture; the caption is its title."""
    shown = alt.replace("\\", "\\\\").replace("[", "\\[").replace("]", "\\]").replace("\n", " ")
    where = f"<{ref}>" if any(letter in ref for letter in " ()") else ref
    title = ' "' + caption.replace("\n", " ").replace('"', "&quot;") + '"' if caption else ""
    return f"![{shown}]({where}{title})"


def _picture(text: str, start: int, end: int) -> Edit:
    """An empty picture whose place for the address is selected; what was selected describes it."""
    made = picture_text("", text[start:end])
    return Edit(text[:start] + made + text[end:], start + len(made) - 1, start + len(made) - 1)


def _units(text: str) -> int:
    return len(text) + sum(letter > "\uffff" for letter in text)


def _points(text: str, units: int) -> int:
    """The code point at an offset in UTF-16 units."""
    if text.isascii():
        return units
    at = 0
    while units > 0 and at < len(text):
        units -= 2 if text[at] > "\uffff" else 1
        at += 1
    return at
