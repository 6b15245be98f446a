"""Where a post links to, and whether it shows a picture; by regular expressions, for the index."""

from __future__ import annotations

import re

POST = "post:"
_ADDRESS = r"\s{0,3}<?([^\s()<>]{1,2000}(?:\([^\s()<>]{0,500}\)[^\s()<>]{0,500})?)"
# Each begins with letters that are looked for at once: one pattern for all of them takes ten times as long.
_INLINE = re.compile(rf"\]\({_ADDRESS}")
_PICTURE = re.compile(rf"!\[[^\[\]\n]{{0,500}}\]\({_ADDRESS}")
_BARE = re.compile(r"""https?://[^\s<>"'()\[\]]{1,2000}""")
_DEFINED = re.compile(r"^ {0,3}\[[^\[\]\n]{1,500}\]:[ \t]{0,10}<?([^\s<>]{1,2000})", re.MULTILINE)
_ELEMENT = re.compile(r"""\b(href|src)\s{0,3}=\s{0,3}["']?([^\s"'<>]{1,2000})""")
_MOST = 2000  # addresses of one post that are kept


def addresses(text: str) -> tuple[tuple[str, ...], bool]:
    """The addresses that `text` (Markdown) links to, each once, and whether it shows a picture."""
    # One letter is looked for in a hundredth of the time that two take.
    brackets = "]" in text
    pictures = {found[1] for found in _PICTURE.finditer(text)} if brackets and "![" in text else set()
    links = [found[1] for found in _INLINE.finditer(text)] if brackets and "](" in text else []
    if ":" in text and "://" in text:
        links += [found[0] for found in _BARE.finditer(text)]
    if brackets and "]:" in text:
        links += [found[1] for found in _DEFINED.finditer(text)]
    if "<" in text and ("<a" in text or "<img" in text):
        for found in _ELEMENT.finditer(text):
            if found[1] == "href":
                links.append(found[2])
            else:
                pictures.add(found[2])
    kept = dict.fromkeys(link.rstrip(".,;:!?") for link in links if link not in pictures)
    return tuple(kept)[:_MOST], bool(pictures)
