"""Texts as writers make them, whole and half-typed, for the laws of this folder."""

from __future__ import annotations

from dataclasses import dataclass

from hypothesis import strategies as st

from postdesk.markup.blocks import lines_of

LINES = [
    "A sentence with *emphasis*, **weight** and `code`.",
    "See [the archive](https://blog.example/a) and [there][ref] or [ref].",
    "A note[^1] and another[^two], and the first again[^1].",
    "[^1]: The note itself.",
    "[^two]: A note with HTML in it[^1].",
    '[ref]: https://blog.example/ref "Title"',
    "*[HTML]: Hypertext Markup Language",
    "HTML is an abbreviation here.",
    "# Heading",
    "## Heading {#id .class}",
    "Setext",
    "======",
    "---",
    "***",
    "- item",
    "* item",
    "  - nested by two",
    "    - nested by four",
    "   text by three",
    "    text by four",
    "\ttext by a tab",
    "1. one",
    "2) two",
    "10. ten",
    "- [ ] to do",
    "> quoted",
    "> > deeper",
    "> - item in a quotation",
    ">",
    "```",
    "```python",
    "~~~",
    "def f(x): return x",
    "> ```",
    "| a | b |",
    "|---|--:|",
    "| 1 | 2 |",
    "Term",
    ": Description",
    "<div>",
    "</div>",
    '<div markdown="1">',
    "<p>raw</p>",
    "<b>inline",
    "<!-- a comment",
    "-->",
    "<!--more-->",
    "<hr>",
    "<script>alert(1)",
    "</script>",
    "<br",
    '![alt](picture.png "A caption")',
    "![alt](picture.png)",
    "[![alt](picture.png)](https://blog.example)",
    "https://www.youtube.com/watch?v=abc",
    "~~gone~~ #tag \\",
    "{: .class }",
    "*unclosed **emphasis",
    "`unclosed code",
    "[unclosed link](",
    "&amp; &nbsp; & < >",
    "“Smart” — quotes… 日本語 עברית 👩‍👩‍👧 e\u0301",
    "\u00a0",
    "\x02klzzwxh:0001\x03",
    "",
    "",
    "",
    "",
    "",
    "",
]

lines = st.one_of(
    st.sampled_from(LINES),
    st.sampled_from([""]),
    st.text(alphabet='ab*_`[]()<>!#-+1.) \\~|:^&="', max_size=12),
)
documents = st.lists(lines, max_size=14).map("\n".join)


@dataclass(frozen=True, slots=True)
class Edit:
    """Something she does: `what` is type, cut, move, undo or paste; places are fractions of a thousand of the text."""

    what: str
    at: int
    length: int
    text: str


_HALF_TYPED = [
    "`", "``", "```", "~~~\n", "<", "<d", "<div", "<div>\n\n", "</div>", "<!--", "-->", "[", "[a](", "[^1", "*", "**",
]  # fmt: skip
_LAYOUT = ["\n", "\n\n", " ", "    ", "> ", "- "]
_TYPED = st.one_of(st.sampled_from(_HALF_TYPED), st.sampled_from(LINES), st.sampled_from(_LAYOUT))
edits = st.lists(
    st.one_of(
        st.builds(Edit, st.just("type"), st.integers(0, 1000), st.integers(0, 3), _TYPED),
        st.builds(Edit, st.just("cut"), st.integers(0, 1000), st.integers(1, 400), st.just("")),
        st.builds(Edit, st.just("paste"), st.integers(0, 1000), st.integers(0, 60), documents),
        st.builds(Edit, st.just("move"), st.integers(0, 1000), st.integers(0, 1000), st.just("")),
        st.builds(Edit, st.just("undo"), st.integers(1, 3), st.just(0), st.just("")),
    ),
    min_size=1,
    max_size=7,
)


class Written:
    """A text that she edits, and what it was before each edit."""

    def __init__(self) -> None:
        self.lines = [""]
        self._before: list[str] = []

    @property
    def text(self) -> str:
        return "\n".join(self.lines)

    def make(self, edit: Edit) -> tuple[int, int, list[str]]:
        """Makes the edit; returns it as lines: the first, how many go, and which come."""
        text = self.text
        if edit.what == "undo" and len(self._before) >= edit.at:
            new = self._before[-edit.at]
        elif edit.what == "move":
            blocks = text.split("\n\n")
            block = blocks.pop(edit.at * (len(blocks) - 1) // 1000)
            blocks.insert(edit.length * len(blocks) // 1000, block)
            new = "\n\n".join(blocks)
        else:
            at = edit.at * len(text) // 1000
            new = text[:at] + edit.text + text[at + edit.length :]
        self._before.append(text)
        old, come = self.lines, lines_of(new)
        self.lines = come
        shortest = min(len(old), len(come))
        head = 0
        while head < shortest and old[head] == come[head]:
            head += 1
        tail = 0
        while tail < shortest - head and old[-1 - tail] == come[-1 - tail]:
            tail += 1
        return head, len(old) - tail - head, come[head : len(come) - tail]
