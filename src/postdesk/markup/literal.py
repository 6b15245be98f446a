"""Text that is shown as it was typed: a whole block of it, or only its tags and fences."""

from __future__ import annotations

import html
import re


def as_typed(text: str, note: str = "") -> str:
    """`text` as preformatted text in raw HTML that no Markdown is read in, with `note` as its title."""
    title = f' title="{html.escape(note)}"' if note else ""
    # A blank line or a fence inside would end or change the raw block.
    plain = html.escape(text.strip("\n"), quote=False)
    plain = plain.replace("`", "&#96;").replace("~", "&#126;").replace("\n", "&#10;")
    plain = plain.replace("\x02", "").replace("\x03", "")
    return f'<pre class="as-typed"{title}>{plain}</pre>'


def without_tags(text: str) -> str:
    """`text` with its tags as signs, everything else still Markdown. For raw HTML that is not closed."""
    return _TAG.sub(sign("<"), text)


def without_fence(line: str) -> str:
    """`line` with the fence that it opens as signs."""
    return line.replace("`", sign("`")).replace("~", sign("~"))


def sign(character: str) -> str:
    """A mark for `character` that is nothing but this sign, wherever it stands; writing.py and `signs` know it."""
    return f"\x02{ord(character)}\x03"


def signs(text: str) -> str:
    """`text` with the characters that marks stand for."""
    return _SIGN.sub(lambda match: chr(int(match[1])), text) if "\x02" in text else text


def without_strangers(text: str) -> str:
    """`text` with U+FFFD for every NUL, STX and ETX that is not in a mark of `sign`."""
    if "\x02" not in text and "\x03" not in text and "\x00" not in text:
        return text
    return _STRANGE.sub("\ufffd", text)


_SIGN = re.compile("\x02(\\d+)\x03")
_STRANGE = re.compile("\x02(?!(?:60|96|126)\x03)|(?<!\x0260)(?<!\x0296)(?<!\x02126)\x03|\x00")
_TAG = re.compile(r"<(?=[A-Za-z/!?])(?![A-Za-z][A-Za-z0-9.+-]{1,31}:[^<>\x00-\x20]*>)")
