"""Posts as other programs publish them: by Ghost's own renderer (npm), and the pages in Pelican's tests (PyPI)."""

from __future__ import annotations

import hashlib
import json
import random
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
from functools import lru_cache
from pathlib import Path
from typing import Any

from tests.markup.lossless.corpus import Remote, texts
from tests.markup.npm import installed, node
from tests.servers.packages import cache, only_one
from tests.servers.processes import ServerProblem

_GHOST = Path(__file__).parent.parent / "ghost"
_PELICAN = "pelican-4.12.0"
_PELICAN_HASH = "3983b5d2dc84c7bdf967154359077a2b78c0bbd2f7dcc55292133a7779609458"
_WORDS = re.compile(r"^[A-Z][\w ,.'()-]{30,}$", re.MULTILINE)
_CARDS: tuple[dict[str, Any], ...] = (
    {"type": "html", "html": '<div class="w"><p>Raw & more</p>\n\n<script>a < b</script></div>'},
    {"type": "markdown", "markdown": "# Head\n\nSome *words* here.\n\n- a\n- b"},
    {"type": "image", "src": "https://blog.example/content/images/2024/a.jpg", "width": 1200, "height": 800,
     "alt": "A quay", "caption": "Below <b>it</b>", "cardWidth": "wide"},
    {"type": "codeblock", "code": "if a < b:\n    c()", "language": "python", "caption": "Code"},
    {"type": "horizontalrule"},
    {"type": "callout", "calloutText": "<p>Mind the <b>gap</b></p>", "calloutEmoji": "!", "backgroundColor": "blue"},
    {"type": "toggle", "heading": "More", "content": "<p>Inside</p><ul><li>x</li></ul>"},
    {"type": "button", "buttonText": "Go", "alignment": "center", "buttonUrl": "https://x.example/"},
    {"type": "bookmark", "url": "https://x.example/p", "caption": "See",
     "metadata": {"title": "T & t", "description": "D", "icon": "https://x.example/i.png", "author": "A",
                  "publisher": "P", "thumbnail": "https://x.example/t.png"}},
    {"type": "embed", "url": "https://v.example/1", "embedType": "video", "caption": "V", "metadata": {},
     "html": '<iframe src="https://v.example/1"></iframe>'},
    {"type": "gallery", "caption": "All of them",
     "images": [{"row": 0, "src": f"https://blog.example/content/images/g{n}.jpg", "width": 800, "height": 600,
                 "fileName": "g.jpg", "alt": "g"} for n in range(3)]},
    {"type": "audio", "title": "Song", "src": "https://blog.example/s.mp3", "duration": 60, "mimeType": "audio/mp3"},
    {"type": "file", "src": "https://blog.example/f.pdf", "fileTitle": "F", "fileName": "f.pdf", "fileSize": 1234},
    {"type": "video", "src": "https://blog.example/v.mp4", "width": 640, "height": 360, "fileName": "v.mp4",
     "mimeType": "video/mp4", "duration": 9, "thumbnailSrc": "https://blog.example/v.jpg", "caption": "V"},
    {"type": "header", "size": "small", "style": "dark", "header": "H", "subheader": "S"},
    {"type": "product", "productTitle": "P", "productDescription": "<p>d</p>", "productStarRating": 4},
    {"type": "paywall"},
    {"type": "signup", "header": "Sign", "subheader": "up", "buttonText": "Ok", "labels": [], "layout": "wide"},
)  # fmt: skip


@lru_cache(maxsize=1)
def ghost_posts(count: int = 40) -> tuple[Remote, ...]:
    """Posts with every card of Ghost's, between paragraphs, headings, lists and quotations."""
    chance = random.Random(1)
    words = [line for _name, text in texts()[:60] for line in _WORDS.findall(text)]
    documents = [_document(chance, words, _CARDS[number % len(_CARDS)]) for number in range(count)]
    folder = installed("ghost-renderer", _GHOST)
    command, _npm, environment = node()
    shutil.copy(_GHOST / "render.cjs", folder / "render.cjs")
    done = subprocess.run(
        [*command, "render.cjs"], cwd=folder, env=environment, input=json.dumps(documents), capture_output=True,
        text=True, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return tuple(
        Remote(f"Ghost's no. {number}", html, classic=False)
        for number, html in enumerate(json.loads(done.stdout))
    )


@lru_cache(maxsize=1)
def pelican_pages() -> tuple[Remote, ...]:
    """What stands in the body of each page, every page once."""
    found: dict[str, str] = {}
    for path in sorted(_pelican().rglob("*.html")):
        page = path.read_text(encoding="utf-8", errors="replace")
        body = re.search(r"<body[^>]*>(.*)</body>", page, re.DOTALL)
        if body is not None and body[1].strip():
            found.setdefault(body[1].strip(), str(path.relative_to(_pelican())))
    return tuple(Remote(f"Pelican's {name}", body, classic=False) for body, name in found.items())


def _pelican() -> Path:
    done = cache() / _PELICAN
    if not done.is_dir():
        with only_one(_PELICAN), tempfile.TemporaryDirectory(dir=cache(), prefix="fetch-") as name:
            if not done.is_dir():
                _fetch_pelican(Path(name), done)
    return done


def _fetch_pelican(folder: Path, done: Path) -> None:
    project, _dash, version = _PELICAN.rpartition("-")
    told = subprocess.run(
        [sys.executable, "-m", "pip", "download", "--disable-pip-version-check", "-q", "--no-deps", "--no-binary",
         ":all:", "-d", str(folder), f"{project}=={version}"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    packed = next(iter(folder.glob("*.tar.gz")), None)
    if told.returncode != 0 or packed is None:
        raise ServerProblem(f"pip did not give {_PELICAN}.\n{told.stderr[-2000:]}")
    if hashlib.sha256(packed.read_bytes()).hexdigest() != _PELICAN_HASH:
        raise ServerProblem(f"{_PELICAN} is not what it was when it was pinned.")
    with tarfile.open(packed) as archive:
        archive.extractall(folder, filter="data")
    (folder / _PELICAN).rename(done)


def _document(chance: random.Random, words: list[str], card: dict[str, Any]) -> dict[str, Any]:
    def some() -> dict[str, Any]:
        return _text(chance.choice(words), chance.choice([0, 0, 0, 1, 2]))

    parts: list[dict[str, Any]] = [
        _element("paragraph", [some(), _text(" & "), some()]),
        {"version": 1, **card},
        _element("extended-heading", [_text(chance.choice(words))], tag="h2"),
        _element("list", [_element("listitem", [some()], value=n) for n in (1, 2, 3)], listType="bullet", start=1,
                 tag="ul"),
        _element("paragraph", [
            _element("link", [some()], rel="noopener", target=None, title=None, url="https://x.example/?a=1&b=2"),
            _text(" " + chance.choice(words)),
        ]),
        {"version": 1, **chance.choice(_CARDS)},
        _element("extended-quote", [some()]),
        _element("paragraph", [some()]),
    ]  # fmt: skip
    return {"root": _element("root", parts)}


def _element(kind: str, children: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
    return {
        "type": kind,
        "children": children,
        "direction": "ltr",
        "format": "",
        "indent": 0,
        "version": 1,
        **more,
    }


def _text(words: str, style: int = 0) -> dict[str, Any]:
    return {"type": "extended-text", "text": words, "format": style, "detail": 0, "mode": "normal", "style": "",
            "version": 1}  # fmt: skip
