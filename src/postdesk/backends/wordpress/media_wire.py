"""WordPress's files as values: what goes out with an upload, and what comes back of it, without a network."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit

from postdesk.backends.base import MediaFile, RemoteMedia
from postdesk.backends.wordpress.wire import WrongShape, post_id, raw, web_address

MEDIA_FIELDS = "id,slug,source_url,alt_text,caption,media_details"


def upload_headers(file: MediaFile) -> dict[str, str]:
    """The headers of an upload; without a file name WordPress refuses it, and a header is ASCII."""
    name = re.sub(r"[^A-Za-z0-9._-]", "-", file.name) or "picture"
    return {"Content-Type": file.kind, "Content-Disposition": f'attachment; filename="{name}"'}


def media_marker(content_hash: str) -> str:
    """What a file's name begins with when its content has this hash (SHA-256, hex)."""
    return f"pd-{content_hash[:16]}"


def media_body(alt: str, caption: str) -> dict[str, str]:
    """Alt text and caption; a caption is HTML there, so plain text is escaped."""
    return {"alt_text": alt, "caption": html.escape(caption, quote=False)}


def remote_media(value: Any) -> RemoteMedia:
    """An uploaded file. Raises `WrongShape`, also when its address is none that may go into a page."""
    number = post_id(value)
    address = web_address(value.get("source_url"))
    if not address:
        raise WrongShape("no usable source_url")
    details = value.get("media_details")
    details = details if isinstance(details, Mapping) else {}
    named = details.get("sizes")
    sizes: dict[str, tuple[str, int, int]] = {}
    for name, size in named.items() if isinstance(named, Mapping) else ():
        there = web_address(size.get("source_url")) if isinstance(size, Mapping) else ""
        if there:
            sizes[str(name)] = (there, _pixels(size, "width"), _pixels(size, "height"))
    return RemoteMedia(
        remote_id=str(number),
        address=address,
        width=_pixels(details, "width"),
        height=_pixels(details, "height"),
        alt=html.unescape(str(value.get("alt_text") or "")),
        caption=html.unescape(raw(value, "caption")),
        sizes=MappingProxyType(sizes),
    )


def is_of_content(value: Any, content_hash: str) -> bool:
    """Whether an uploaded file carries this content's marker, in its file name or its slug."""
    if not isinstance(value, Mapping):
        return False
    name = urlsplit(web_address(value.get("source_url"))).path.rsplit("/", 1)[-1]
    marker = media_marker(content_hash)
    return name.startswith(marker) or str(value.get("slug", "")).startswith(marker)


def file_stem(value: Mapping[str, Any]) -> str:
    """The name of an uploaded file without its ending, which the names of its smaller copies begin with."""
    return urlsplit(web_address(value.get("source_url"))).path.rsplit("/", 1)[-1].rpartition(".")[0]


def shows_file(post: Mapping[str, Any], value: Mapping[str, Any]) -> bool:
    """Whether the text of a post has the address of an uploaded file, or of one of its smaller copies."""
    name = re.escape(file_stem(value)) + r"(-\d+x\d+|-scaled)?\."
    return re.search(name, raw(post, "content")) is not None


def _pixels(value: Mapping[str, Any], name: str) -> int:
    number = value.get(name)
    try:
        return max(0, int(number)) if isinstance(number, (int, float, str)) else 0
    except (ValueError, OverflowError):
        return 0
