"""Lists at whatever indent, right after a paragraph, with code and second paragraphs in them."""

from __future__ import annotations

import pytest

from tests.markup.traps import page

TWO = "<ul><li>a</li><li>b</li></ul>"
NESTED = "<ul><li>a<ul><li>b<ul><li>c</li></ul></li></ul></li></ul>"
AIRY = "<ul><li><p>a</p><p>b</p></li></ul>"
CODE = "<ul><li>a<pre><code>x = 1\n  y\n</code></pre></li><li>b</li></ul>"
NUMBERED = "<ol><li>a<ul><li>b</li></ul></li><li>c</li></ol>"

TRAPS: dict[str, tuple[str, str]] = {
    "right after a paragraph": ("text\n- a\n- b", f"<p>text</p>{TWO}"),
    "numbered, right after a paragraph": ("text\n1. a\n2. b", "<p>text</p><ol><li>a</li><li>b</li></ol>"),
    "with stars": ("* a\n* b", TWO),
    "with plus signs": ("+ a\n+ b", TWO),
    "with wide marks": ("-   a\n-   b", TWO),
    "indented": ("  - a\n  - b", TWO),
    "nested by two": ("- a\n  - b\n    - c", NESTED),
    "nested by three": ("- a\n   - b\n      - c", NESTED),
    "nested by four": ("- a\n    - b\n        - c", NESTED),
    "nested by two and then by four": ("- a\n  - b\n      - c", NESTED),
    "nested by four and then by two": ("- a\n    - b\n      - c", NESTED),
    "nested by tabs": ("- a\n\t- b\n\t\t- c", NESTED),
    "points in a numbered one by two": ("1. a\n  - b\n2. c", NUMBERED),
    "points in a numbered one by three": ("1. a\n   - b\n2. c", NUMBERED),
    "points in a numbered one by four": ("1. a\n    - b\n2. c", NUMBERED),
    "nested by two under a wide mark": (
        "-   a\n  - b\n-   c",
        "<ul><li>a<ul><li>b</li></ul></li><li>c</li></ul>",
    ),
    "numbers in numbers by two": ("1. a\n  1. b\n2. c", "<ol><li>a<ol><li>b</li></ol></li><li>c</li></ol>"),
    "numbers that slide to the right": ("1. a\n  2. b\n   3. c", "<ol><li>a</li><li>b</li><li>c</li></ol>"),
    "points under ten": ("10. a\n  - b", '<ol start="10"><li>a<ul><li>b</li></ul></li></ol>'),
    "nested after an empty line": ("- a\n\n  - b", "<ul><li><p>a</p><ul><li>b</li></ul></li></ul>"),
    "with brackets": ("1) a\n2) b", "<ol><li>a</li><li>b</li></ol>"),
    "from three": ("3. a\n4. b", '<ol start="3"><li>a</li><li>b</li></ol>'),
    "from nought": ("0. a", '<ol start="0"><li>a</li></ol>'),
    "all numbered alike": ("1. a\n1. b", "<ol><li>a</li><li>b</li></ol>"),
    "another sign": ("- a\n* b", "<ul><li>a</li></ul><ul><li>b</li></ul>"),
    "points and then numbers": ("- a\n\n1. b", "<ul><li>a</li></ul><ol><li>b</li></ol>"),
    "numbers and then brackets": ("1. a\n1) b", "<ol><li>a</li></ol><ol><li>b</li></ol>"),
    "with air": ("- a\n\n- b", "<ul><li><p>a</p></li><li><p>b</p></li></ul>"),
    "with air inside a nested one only": (
        "- a\n  - b\n\n  - c\n- d",
        "<ul><li>a<ul><li><p>b</p></li><li><p>c</p></li></ul></li><li>d</li></ul>",
    ),
    "a second paragraph by two": ("- a\n\n  b", AIRY),
    "a second paragraph by three": ("- a\n\n   b", AIRY),
    "a second paragraph by four": ("- a\n\n    b", AIRY),
    "a second paragraph by a tab": ("- a\n\n\tb", AIRY),
    "a second paragraph under a number by two": ("1. a\n\n  b", "<ol><li><p>a</p><p>b</p></li></ol>"),
    "a paragraph that is not indented ends it": ("- a\n\nb", "<ul><li>a</li></ul><p>b</p>"),
    "a lazy line": ("- a\nb", "<ul><li>a\nb</li></ul>"),
    "code by two": ("- a\n  ```\n  x = 1\n    y\n  ```\n- b", CODE),
    "code by three": ("- a\n   ```\n   x = 1\n     y\n   ```\n- b", CODE),
    "code by four": ("- a\n    ```\n    x = 1\n      y\n    ```\n- b", CODE),
    "code by a tab": ("- a\n\t```\n\tx = 1\n\t  y\n\t```\n- b", CODE),
    "code under a number by two": (
        "1. a\n  ```\n  x\n  ```\n2. b",
        "<ol><li>a<pre><code>x\n</code></pre></li><li>b</li></ol>",
    ),
    "code with an empty line": (
        "- a\n\n  ```\n  x\n\n  y\n  ```\n\n  b",
        "<ul><li><p>a</p><pre><code>x\n\ny\n</code></pre><p>b</p></li></ul>",
    ),
    "code in the line of the mark": ("- ```\n  x\n  ```", "<ul><li><pre><code>x\n</code></pre></li></ul>"),
    "a quotation in an item": ("- a\n  > b", "<ul><li>a<blockquote><p>b</p></blockquote></li></ul>"),
    "a quotation in the line of the mark": ("- > b", "<ul><li><blockquote><p>b</p></blockquote></li></ul>"),
    "a heading in an item": ("- # a\n  b", "<ul><li><h1>a</h1>\nb</li></ul>"),
    "a table in an item": (
        "- a\n\n  | b |\n  |---|\n  | c |",
        "<ul><li><p>a</p><table><thead><tr><th>b</th></tr></thead><tbody><tr><td>c</td></tr></tbody></table></li></ul>",
    ),
    "an empty item": ("- a\n-\n- c", "<ul><li>a</li><li></li><li>c</li></ul>"),
    "a year after a line": ("It was in\n1986. A year.", "<p>It was in\n1986. A year.</p>"),
    "a year at the start, as in CommonMark": (
        "1986. A great year",
        '<ol start="1986"><li>A great year</li></ol>',
    ),
    "a year with its dot escaped": ("1986\\. A great year", "<p>1986. A great year</p>"),
    "a number without a space": ("1.5 litres", "<p>1.5 litres</p>"),
    "a dash without a space": ("-5 degrees", "<p>-5 degrees</p>"),
    "tasks": (
        "- [ ] a\n- [x] b\n- c",
        '<ul class="task-list"><li class="task-list-item"><input disabled type="checkbox"> a</li>'
        '<li class="task-list-item"><input checked disabled type="checkbox"> b</li><li>c</li></ul>',
    ),
    "numbered tasks with emphasis": (
        "1. [X] *a*",
        '<ol class="task-list"><li class="task-list-item">'
        '<input checked disabled type="checkbox"> <em>a</em></li></ol>',
    ),
    "brackets that are no task": ("- [y] a\n- [ ]", "<ul><li>[y] a</li><li>[ ]</li></ul>"),
    "a link that is no task": ("- [x](u) a", '<ul><li><a href="u">x</a> a</li></ul>'),
}


@pytest.mark.parametrize("name", TRAPS)
def test_a_list(name: str) -> None:
    text, meant = TRAPS[name]
    assert page(text) == meant
