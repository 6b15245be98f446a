"""What goes out as block markup opens in WordPress' block editor as if it had been written there."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import TypedDict

import pytest

from postdesk.core.embeds import PROVIDERS
from postdesk.markup.gutenberg import Media, to_blocks
from postdesk.markup.render import render_document
from tests.core.test_embeds import SAMPLES
from tests.markup.npm import installed, node

_HERE = Path(__file__).parent / "validator"
_MEDIA = {
    "photo.jpg": Media("12", "https://blog.example/up/photo.jpg", 800, 600),
    "plain.jpg": Media("", "https://x.example/p.jpg"),
}


class Answer(TypedDict):
    invalid: list[str]
    names: list[str]
    saved: str


Validate = Callable[[list[str]], list[Answer]]


@pytest.fixture(scope="session")
def validate() -> Validate:
    """WordPress' own parser, validator and serializer over a list of posts."""
    folder = installed("block-validator", _HERE)
    command, _npm, environment = node()
    shutil.copy(_HERE / "validate.cjs", folder / "validate.cjs")

    def run(posts: list[str]) -> list[Answer]:
        done = subprocess.run(
            [*command, "validate.cjs"],
            cwd=folder,
            env=environment,
            input=json.dumps(posts),
            capture_output=True,
            text=True,
            timeout=300,
        )
        assert done.returncode == 0, done.stderr
        answers: list[Answer] = json.loads(done.stdout)
        return answers

    return run


# What she writes -> the blocks that it becomes.
CONSTRUCTS: dict[str, tuple[str, list[str]]] = {
    "a paragraph": (
        "Some *text* with **weight**, `code`, ~~gone~~ and [a link](https://x.example/?a=1&b=2).",
        ["paragraph"],
    ),
    "signs of HTML": ('1 < 2 & 3 > 2, "quoted" – “smart”\u00a0space, [brackets] and --', ["paragraph"]),
    "a hard break": ("one\\\ntwo", ["paragraph"]),
    "a soft break": ("one\ntwo", ["paragraph"]),
    "headings": ("# One\n\n## Two\n\n### Three\n\n###### Six *em*", ["heading"] * 4),
    "a heading with a class": ("### Three {.big}", ["heading"]),
    "a list": ("- one\n- two\n- three `x`", ["list"]),
    "a nested list": ("- one\n  - deeper\n    1. deepest\n    2. second\n- two", ["list"]),
    "a loose list": ("- one\n\n  more\n\n- two", ["list"]),
    "a list from seven": ("7. seven\n8. eight", ["list"]),
    "a list by bracket": ("1) one\n2) two", ["list"]),
    "tasks": ("- [ ] open\n- [x] done", ["list"]),
    "a list with code": ("- one\n\n  ```\n  code\n  ```\n- two", ["html"]),
    "a quotation": ("> first\n>\n> second", ["quote"]),
    "a quotation in a quotation": ("> outer\n>\n> > inner\n> >\n> > > innermost", ["quote"]),
    "a quotation and who said it": ("> first\n>\n> <cite>Somebody *else*</cite>", ["quote"]),
    "a quotation of everything": (
        "> ## Heading\n>\n> - item\n>\n> ```\n> code\n> ```\n>\n> ![a](photo.jpg)",
        ["quote"],
    ),
    "a picture": ('![A "quoted" alt & more](photo.jpg "The *caption* & more")', ["image"]),
    "a picture without a caption": ("![alt](photo.jpg)", ["image"]),
    "a picture without alt": ("![](photo.jpg)", ["image"]),
    "a picture that is elsewhere": ('![alt](https://other.example/x.png?a=1&b=2 "Caption")', ["image"]),
    "a picture without a media id": ("![alt](plain.jpg)", ["image"]),
    "a picture with a link": ('[![alt](photo.jpg "Caption")](https://x.example/?a=1&b=2)', ["image"]),
    "a linked picture elsewhere": ("[![alt](https://other.example/x.png)](https://x.example/)", ["image"]),
    "a picture in a line": ("Look ![here](photo.jpg) and on.", ["paragraph"]),
    "code": ("```\nplain <b> & [shortcode] --\n\n  indented\n```", ["code"]),
    "code with a language": ("```python\ndef f(x: int) -> str:\n    return '[x]'  # &nbsp;\n```", ["code"]),
    "code with an address": ("```\nhttps://www.example.org/\n```", ["code"]),
    "code by indentation": ("Text:\n\n    indented\n\n    code", ["paragraph", "code"]),
    "a table": ("| a | b | c |\n|:--|--:|:-:|\n| 1 | *2* | `3` |\n| x | | |", ["table"]),
    "a rule": ("one\n\n---\n\ntwo", ["paragraph", "separator", "paragraph"]),
    "a description list": ("Term\n: Description", ["html"]),
    "raw HTML": ('<div class="x" onclick="y">\n<p>raw</p>\n</div>', ["html"]),
    "HTML that is not closed": ("<div>\n\ntext <b>bold", ["paragraph", "html"]),
    "a comment": ("<!-- note -->", ["html"]),
    "more": ("before\n\n<!--more-->\n\nafter", ["paragraph", "more", "paragraph"]),
    "more in her words": ("before\n\n<!--more Read on & on-->\n\nafter", ["paragraph", "more", "paragraph"]),
    "pages": ("before\n\n<!--nextpage-->\n\nafter", ["paragraph", "nextpage", "paragraph"]),
    "footnotes": ("Text[^1] and[^b].\n\n[^1]: One with *em*.\n[^b]: Two.", ["paragraph", "html"]),
    "an abbreviation": ("HTML here.\n\n*[HTML]: Hypertext", ["paragraph"]),
    "keys and marks": (
        "Press <kbd>Ctrl</kbd>, H<sub>2</sub>O, x<sup>2</sup>, <mark>seen</mark>.",
        ["paragraph"],
    ),
    "a video": ("https://www.youtube.com/watch?v=dQw4w9WgXcQ&t=1", ["embed"]),
    "a short video address": ("https://youtu.be/dQw4w9_WgXcQ", ["embed"]),
    "another video": ("https://vimeo.com/22439234", ["embed"]),
    "a post elsewhere": ("https://x.com/someone/status/20", ["embed"]),
    "an old post elsewhere": ("https://twitter.com/someone/status/20?s=20", ["embed"]),
    "a video in a quotation": ("> Look:\n>\n> https://youtu.be/dQw4w9_WgXcQ", ["quote"]),
    "an address in a list": ("- https://youtu.be/x", ["list"]),
    "an address in angles": ("<https://youtu.be/x>", ["paragraph"]),
    **{f"an address of {p.name}": (SAMPLES[p.slug][0], ["embed"]) for p in PROVIDERS},
    "a bare address of nobody": ("https://blog.example/a--b", ["paragraph"]),
    "right to left": ("שלום *עולם*", ["paragraph"]),
    "emoji": ("👩‍👩‍👧 e\u0301", ["paragraph"]),
    "a class that would end a comment": ("## Text {: class='a--b' }", ["heading"]),
    "too deep": (">" * 300 + " a", ["html"]),
    "nothing": ("", []),
}


@pytest.fixture(scope="session")
def answers(validate: Validate) -> dict[str, tuple[str, Answer]]:
    written = {name: to_blocks(render_document(text), _MEDIA) for name, (text, _names) in CONSTRUCTS.items()}
    return {name: (written[name], answer) for name, answer in zip(written, validate(list(written.values())))}


@pytest.mark.parametrize("name", CONSTRUCTS)
def test_every_construct_is_valid_and_saved_unchanged(
    name: str, answers: dict[str, tuple[str, Answer]]
) -> None:
    written, answer = answers[name]
    assert answer["invalid"] == []
    assert [block.removeprefix("core/") for block in answer["names"]] == CONSTRUCTS[name][1]
    assert answer["saved"] == written


def test_a_heading_with_a_name_stays_valid(validate: Validate) -> None:
    """The library writes its anchor in a way of its own; it must not call ours broken."""
    written = to_blocks(render_document("### Three {#three}"))
    assert 'id="three"' in written
    (answer,) = validate([written])
    assert answer["invalid"] == []
    assert re.findall(r'id="three"', answer["saved"])


def test_a_paragraph_with_a_class_stays_valid(validate: Validate) -> None:
    """Version 11 of the library writes the name twice when it saves one; that it finds no fault is enough."""
    written = to_blocks(render_document("Text\n{: .lead }"))
    assert (
        written
        == '<!-- wp:paragraph {"className":"lead"} -->\n<p class="lead">Text</p>\n<!-- /wp:paragraph -->'
    )
    (answer,) = validate([written])
    assert answer["invalid"] == []


def test_the_validator_notices_a_broken_block(validate: Validate) -> None:
    (answer,) = validate(["<!-- wp:heading -->\n<p>no heading</p>\n<!-- /wp:heading -->"])
    assert answer["invalid"]


def test_the_language_of_code_stays() -> None:
    assert '<pre class="wp-block-code language-python">' in to_blocks(render_document("```python\nx\n```"))


def test_nothing_in_a_delimiter_can_end_it() -> None:
    blocks = to_blocks('<p class="--&gt;&lt;script&gt;&amp;&quot;">x</p>')
    delimiter = blocks.split("\n", 1)[0]
    assert delimiter == (
        '<!-- wp:paragraph {"className":"\\u002d\\u002d\\u003e\\u003cscript\\u003e\\u0026\\u0022"} -->'
    )


def test_a_post_on_x_goes_out_by_the_name_that_wordpress_knows() -> None:
    """Its table has no x.com (7.1); its own editor makes the same change."""
    written = to_blocks(render_document("https://x.com/someone/status/20"))
    assert '"url":"https://twitter.com/someone/status/20"' in written
    assert "\nhttps://twitter.com/someone/status/20\n" in written
    assert "//x.com" not in written


def test_only_what_stands_alone_becomes_an_embed() -> None:
    address = "https://youtu.be/x"
    for text in (
        f"- {address}",
        f"<{address}>",
        f"See {address}",
        f"# {address}",
        f"| a |\n|---|\n| {address} |",
    ):
        assert "wp:embed" not in to_blocks(render_document(text))
    assert "wp:embed" in to_blocks(render_document(f"> {address}"))
