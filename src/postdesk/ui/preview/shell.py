"""The empty page that posts are patched into, and the colours and fonts it is dressed in."""

from __future__ import annotations

import html
import json
import re
import struct
from functools import lru_cache
from pathlib import Path

from PySide6.QtGui import QRawFont

from postdesk.core.language import _
from postdesk.core.resources import resource
from postdesk.ui.preview.look import Look
from postdesk.ui.theme import CODE_FAMILY, PAGE_FAMILY, UI_FAMILY, Theme

_ROLES = (
    "paper", "side", "line", "ink", "soft", "faint", "accent", "quote", "quote2", "link", "mark", "added", "select",
    "bad", "code", "code_ground",
)  # fmt: skip
_MONO = f'"{CODE_FAMILY}", "Cascadia Mono", "SF Mono", Menlo, "DejaVu Sans Mono", monospace'


def page(theme: Theme) -> bytes:
    """The page without a post, as UTF-8."""
    text = resource("preview/page.html").read_text("utf-8")
    text = text.replace("{mode}", "dark" if theme.dark else "light")
    return text.replace("{label}", html.escape(_("Preview"))).encode("utf-8")


def blog_page(look: Look) -> bytes:
    """The page without a post in the frame of a blog."""
    text = resource("preview/blog.html").read_text("utf-8")
    # One replacement after the other would look for the next name in what the first one brought.
    values = {"root": look.root, "label": html.escape(_("Preview")), "body": look.body}
    return re.sub(r"\{(root|label|body)\}", lambda found: values[found[1]], text).encode("utf-8")


def blog_sheet(name: str, look: Look) -> bytes:
    """A style sheet of that page; KeyError for any other name."""
    if name == "blog-light.css":
        return look.light
    if name == "blog-dark.css":
        return look.dark if look.knows_dark else b""
    if name == "blog-before.css":
        return resource("preview/blog-before.css").read_bytes()
    if name == "blog-after.css":
        return resource("preview/blog-after.css").read_bytes() + resource("preview/cards.css").read_bytes()
    raise KeyError(name)


def script(look: Look | None = None) -> str:
    """What is run beside the page; it leaves an object `postdesk` there."""
    code = resource("preview/page.js").read_text("utf-8")
    if look is None:
        return code
    return f"globalThis.postdeskBlog={json.dumps({'classes': look.classes})};\n{code}"


def layout() -> bytes:
    """The style sheet without a colour."""
    return resource("preview/page.css").read_bytes() + resource("preview/cards.css").read_bytes()


def theme_css(theme: Theme, look: Look | None = None) -> str:
    """Colours, families and fonts as a style sheet."""
    return f"{_faces()}\n{colours_css(theme) if look is None else blog_css(theme, look)}"


def blog_css(theme: Theme, look: Look) -> str:
    """The colours in which our own stand-ins are shown on a blog's page, and whether that is a dark one. A sheet of the
    blog may have variables of the same names: ours stay with our elements."""
    scheme = "dark" if look.is_dark(theme.dark) else "light"
    return f":root{{color-scheme:{scheme}!important}}" + colours_css(theme, ".pd-embed,.no-picture,a.no-post")


def colours_css(theme: Theme, where: str = ":root") -> str:
    """The part of `theme_css` that differs by theme."""
    colours = "".join(f"--{role}:{getattr(theme, role)};" for role in _ROLES)
    families = (
        f'--page:"{PAGE_FAMILY}",Charter,Georgia,"Noto Serif","DejaVu Serif",serif;'
        f'--ui:"{UI_FAMILY}","Segoe UI",Cantarell,"Noto Sans",sans-serif;'
        f"--mono:{_MONO};"
    )
    return f"{where}{{{colours}{families}}}"


def font(name: str) -> bytes:
    """A shipped font file; raises KeyError for every name that `theme_css` does not mention."""
    return _files()[name].read_bytes()


@lru_cache(maxsize=1)
def _files() -> dict[str, Path]:
    # The engine draws in a process of its own, which does not see the fonts that were given to Qt.
    return {path.name: path for path in sorted(resource("fonts").glob("*.ttf"))}


@lru_cache(maxsize=1)
def _faces() -> str:
    faces = []
    for name, path in _files().items():
        family = QRawFont(str(path), 16.0).familyName()
        wanted = next(
            (known for known in (PAGE_FAMILY, UI_FAMILY, CODE_FAMILY) if family.startswith(known)), ""
        )
        if not wanted:
            continue
        weight, italic = _style(path.read_bytes())
        faces.append(
            f'@font-face{{font-family:"{wanted}";src:url("font/{name}");font-style:{"italic" if italic else "normal"};'
            f"font-weight:{weight};font-display:block}}"
        )
    return "\n".join(faces)


def _style(content: bytes) -> tuple[str, bool]:
    """Weight for CSS and slant, as the font's OS/2 table has them (OpenType 1.9, "OS/2"); QRawFont says 400 for all."""
    tables = {}
    for number in range(struct.unpack_from(">H", content, 4)[0]):
        tag, _sum, offset, _length = struct.unpack_from(">4sIII", content, 12 + 16 * number)
        tables[tag] = offset
    start = tables[b"OS/2"]
    (weight,) = struct.unpack_from(">H", content, start + 4)
    (selection,) = struct.unpack_from(">H", content, start + 62)
    return ("200 900" if b"fvar" in tables else str(weight)), bool(selection & 1)
