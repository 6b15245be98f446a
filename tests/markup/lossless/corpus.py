"""Posts of blogs, made at test time: texts out of installed packages, marked up as real sites do."""

from __future__ import annotations

import random
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from postdesk.markup.gutenberg import to_blocks
from postdesk.markup.render import render_document
from tests.markup.npm import installed
from tests.servers.packages import wordpress_source

_VALIDATOR = Path(__file__).parent.parent / "validator"
_LONGEST = 30_000  # letters of a text
_CAPTION = '[caption id="a"]<img class="alignleft" src="/a.jpg" alt="" /> Words[/caption]'
_PHP = re.compile(r"<\?php.*?\?>", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Remote:
    """What a blog has of a post. `classic`: whether the blog makes paragraphs of blank lines."""

    name: str
    content: str
    classic: bool = True


@lru_cache(maxsize=1)
def texts() -> tuple[tuple[str, str], ...]:
    """Names and Markdown of what the packages of npm say about themselves."""
    folder = installed("block-validator", _VALIDATOR) / "node_modules"
    found = [
        (str(path.relative_to(folder)), path.read_text(encoding="utf-8", errors="replace")[:_LONGEST])
        for path in sorted(folder.rglob("*.md"))
        if path.name.upper() in ("README.MD", "CHANGELOG.MD") and "test" not in path.parts
    ]
    random.Random(0).shuffle(found)
    return tuple(found)


def block_posts(count: int) -> list[Remote]:
    """Posts in block markup, their links and paragraphs dressed as editors dress them."""
    return [
        Remote(f"blocks of {name}", _dressed(to_blocks(render_document(text)), name))
        for name, text in texts()[:count]
    ]


def html_posts(count: int) -> list[Remote]:
    """Posts in plain HTML."""
    return [
        Remote(f"HTML of {name}", _plain(render_document(text)), classic=False)
        for name, text in texts()[:count]
    ]


def classic_posts(count: int) -> list[Remote]:
    """Posts in classic text: paragraphs by blank lines, breaks by line ends, shortcodes between them."""
    posts = []
    for name, text in texts()[:count]:
        html = _plain(render_document(text))
        classic = re.sub(r"<p>(.*?)</p>\n?", lambda m: _lines(m[1]) + "\n\n", html, flags=re.DOTALL)
        content = f'[gallery ids="1,2"]\n\n{classic}\n<!--more-->\n\n{_CAPTION}\n'
        posts.append(Remote(f"classic text of {name}", content))
    return posts


def theme_posts() -> list[Remote]:
    """The patterns and templates of WordPress' own themes: frames in frames, and blocks that no text has."""
    found = []
    for path in sorted(wordpress_source("newest").rglob("*")):
        if path.suffix in (".php", ".html") and {"patterns", "templates", "parts", "block-patterns"} & set(
            path.parts
        ):
            text = path.read_text(encoding="utf-8", errors="replace")
            number = iter(range(10_000))
            text = _PHP.sub(lambda _m, n=number: f"Words no. {next(n)}", text)  # type: ignore[misc]
            if "<!-- wp:" in text:
                found.append(Remote(path.name, text))
    return found


def _dressed(content: str, name: str) -> str:
    chance = random.Random(name)

    def link(found: re.Match[str]) -> str:
        if chance.random() < 0.4:
            return found[0]
        return f'<a href="{found[1]}" target="_blank" rel="noreferrer noopener">'

    def paragraph(found: re.Match[str]) -> str:
        if chance.random() < 0.8:
            return found[0]
        number = chance.randrange(10**6)
        return f'<!-- wp:paragraph {{"className":"is-{number}"}} -->\n<p class="is-{number}">'

    content = re.sub(r'<a href="([^"]*)">', link, content)
    content = re.sub(r"<!-- wp:paragraph -->\n<p>", paragraph, content)
    content = content.replace("’", "&#8217;").replace(" & ", " &amp; ")
    return re.sub(
        r"\n\n(?=<!-- wp:heading)", "\n\n<!-- wp:paragraph -->\n<p></p>\n<!-- /wp:paragraph -->\n\n", content
    )


def _plain(html: str) -> str:
    """Code as people write it, without colours."""
    code = re.compile(
        r'<div class="language-(\S+) highlight"><pre><span></span><code>(.*?)</code></pre></div>', re.DOTALL
    )
    return code.sub(lambda m: f"<pre><code>{re.sub('<[^>]*>', '', m[2])}</code></pre>", html)


def _lines(paragraph: str) -> str:
    return re.sub(r"<br>\n?", "\n", paragraph)
