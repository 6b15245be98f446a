"""A picture with its words between the shortcodes of a caption as an image block, where one says all of it.

What the block says is what WordPress' own editor makes of it (block library 11, and 6.1 reads it), so long as the
picture is shown as large as its file is: how another size is written differs between the versions.
"""

from __future__ import annotations

import re
from html import escape

from postdesk.markup.delimiters import delimited
from postdesk.markup.lossless.gate import with_breaks
from postdesk.markup.tree import Node, parse, write_all

_WHOLE = re.compile(
    r"\[(wp_)?caption((?:\s[^\[\]]{0,2000})?)\](.*)\[/(?(1)wp_)caption\]\s*\Z", re.DOTALL | re.IGNORECASE
)
_NAMED = re.compile(r"""\s*([\w-]+)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"']+))""")
_SIZED = re.compile(r"-(\d{1,5})x(\d{1,5})(\.\w{2,5})\Z")
_BLANK_LINE = re.compile(r"\n[ \t\r]*\n")
_INLINE = frozenset(
    "a abbr b bdi bdo br cite code del em i ins kbd mark q s small strong sub sup u var".split()
)
_ALIGNED = {"alignleft": "left", "alignright": "right", "aligncenter": "center", "alignnone": ""}
_AROUND = 10  # px that old versions put around a picture, and counted with its width


def captioned_block(source: str) -> str | None:
    """The image block for a caption in classic text; None where something of it would have no place there."""
    found = _WHOLE.match(source.strip())
    named = _named(found[2]) if found is not None else None
    if found is None or named is None or set(named) - {"id", "align", "width", "caption"}:
        return None
    nodes = [node for node in parse(found[3]) if not node.is_blank or node.text.strip(" \t\r\n")]
    link = nodes[0] if nodes and nodes[0].tag == "a" else None
    inside = [node for node in link.children if not node.is_blank] if link is not None else nodes[:1]
    if len(inside) != 1 or inside[0].tag != "img" or (link is not None and not link.closed):
        return None
    words = _words(named.get("caption"), found[3][nodes[0].end :])
    picture = _picture(inside[0], named)
    if words is None or picture is None:
        return None
    shown, values, names = picture
    if link is not None:
        around = _link(link, inside[0])
        if around is None:
            return None
        shown, values["linkDestination"] = around[0] + shown + "</a>", around[1]
    elif "id" in values:
        values["linkDestination"] = "none"
    if "align" in values:
        values["align"] = values.pop("align")  # behind the others, as the library has it
    shown += f'<figcaption class="wp-element-caption">{words}</figcaption>'
    return delimited("image", values, f'<figure class="{" ".join(names)}">{shown}</figure>')


def _named(text: str) -> dict[str, str] | None:
    """What a shortcode is told by name; None for anything else in it."""
    if _NAMED.sub("", text).strip():
        return None
    return {name.lower(): a or b or c for name, a, b, c in _NAMED.findall(text)}


def _words(told: str | None, behind: str) -> str | None:
    """What stands under the picture, as HTML; None for nothing, and for what a caption of a block cannot hold."""
    if told and behind.strip():
        return None
    text = (told or behind).strip()
    if not text or "[" in text or _BLANK_LINE.search(text):
        return None
    nodes = parse(with_breaks(text))
    every = [below for node in nodes for below in node.everything()]
    if any((node.tag and node.tag not in _INLINE) or not node.closed for node in every):
        return None
    return write_all(nodes).strip(" \n") or None


def _picture(image: Node, named: dict[str, str]) -> tuple[str, dict[str, object], list[str]] | None:
    """The picture, what its block knows of it, and the classes of its figure."""
    told = image.attributes
    if set(told) - {"src", "alt", "class", "width", "height", "title"} or not told.get("src"):
        return None
    aligns = [_ALIGNED[name] for name in image.classes if name in _ALIGNED]
    sizes = [name.removeprefix("size-") for name in image.classes if name.startswith("size-")]
    numbers = [name.removeprefix("wp-image-") for name in image.classes if name.startswith("wp-image-")]
    others = [n for n in image.classes if n not in _ALIGNED and not n.startswith(("size-", "wp-image-"))]
    number = named.get("id", "").removeprefix("attachment_")
    if others or max(map(len, (aligns, sizes, numbers))) > 1 or not _is_as_large(told, sizes, named):
        return None
    align = _ALIGNED.get(named.get("align", "alignnone"))
    if align is None or any(one not in ("", align) for one in aligns):
        return None
    number = (numbers or [number])[0]
    if named.get("id", f"attachment_{number}") != f"attachment_{number}" or (
        number and not _is_number(number)
    ):
        return None
    values: dict[str, object] = {"id": int(number)} if number else {}
    names = ["wp-block-image"]
    if align:
        names.append(f"align{align}")
        values["align"] = align
    if sizes:
        values["sizeSlug"] = sizes[0]
        names.append(f"size-{sizes[0]}")
    shown = f'<img src="{_quoted(told["src"])}" alt="{_quoted(told.get("alt", ""))}"'
    shown += f' class="wp-image-{number}"' if number else ""
    shown += f' title="{_quoted(told["title"])}"' if told.get("title") else ""
    return shown + "/>", values, names


def _is_as_large(told: dict[str, str], sizes: list[str], named: dict[str, str]) -> bool:
    """Whether the picture is shown as large as its file is: by the size that it was put in with, which is taken away
    where a writer draws it larger, or by what the file's name says."""
    frame, width, height = named.get("width", ""), told.get("width", ""), told.get("height", "")
    if not _is_number(frame) or (width and not _is_number(width)) or (height and not _is_number(height)):
        return False
    if width and not 0 <= int(frame) - int(width) <= _AROUND:
        return False
    file = _SIZED.search(told["src"].partition("?")[0])
    if file is not None and 0 <= int(frame) - int(file[1]) <= _AROUND:
        return width in ("", file[1]) and height in ("", file[2])
    # Without a size in its name the file may be larger: where there is none of that size, the blog gives the whole one.
    return file is None and (sizes == ["full"] or (bool(sizes) and not width and not height))


def _link(link: Node, image: Node) -> tuple[str, str] | None:
    """The link around a picture, up to the picture, and what the block calls the place that it leads to."""
    told = link.attributes
    if set(told) - {"href", "target", "rel", "class"} or not told.get("href"):
        return None
    written = "".join(
        f' {name}="{_quoted(told[name])}"' for name in ("class", "href", "target", "rel") if told.get(name)
    )
    file, shown = (_SIZED.sub(r"\3", where) for where in (told["href"], image.attributes["src"]))
    page = "attachment" in told.get("rel", "").split() or "attachment_id=" in told["href"]
    return f"<a{written}>", "media" if file == shown else "attachment" if page else "custom"


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and 0 < len(text) <= 9 and int(text) > 0


def _quoted(value: str) -> str:
    """An attribute's value as the block library writes it."""
    return escape(value, quote=False).replace('"', "&quot;")
