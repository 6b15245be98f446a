"""What the requests of a publication are called in the matrix, by what they ask of WordPress."""

from __future__ import annotations

import re
from collections.abc import Sequence

from tests.servers.faults import Request

_NAMES = (
    (r"GET .*/posts\?.*[?&]slug=", "look for the post"),
    (r"GET .*/posts\?.*[?&]search=", "look for its mark"),
    (r"POST .*/posts(\?|$)", "make the draft"),
    (r"GET .*/(categories|users|users/me|tags)\?(?!.*search=)", "ask for names"),
    (r"GET .*/(tags|categories)\?.*search=", "look for the tag"),
    (r"POST .*/(tags|categories)(\?|$)", "make the tag"),
    (r"GET .*/media\?.*search=", "look for the picture"),
    (r"POST .*/media(\?|$)", "upload"),
    (r"POST .*/media/\d+", "describe the picture"),
    (r"DELETE .*/media/\d+", "delete a file"),
    (r"GET .*/posts/\d+/revisions", "read the revisions"),
    (r"GET .*/posts/\d+\?.*_fields=id,slug,status(&|$)", "read its state"),
    (r"GET .*/posts/\d+", "read the post"),
    (r"POST .*/posts/\d+", "set it"),
    (r"DELETE .*/posts/\d+", "move it to the trash"),
)
_AGAIN = {"look for the post": "make the draft", "read the post": "set it|move it to the trash"}


def names_of(requests: Sequence[Request]) -> tuple[str, ...]:
    """A name for each request, in order; the same kind of request has one name, unless it is the look afterwards."""
    names: list[str] = []
    for request in requests:
        line = f"{request.method} {request.path}"
        name = next((name for pattern, name in _NAMES if re.match(pattern, line)), "")
        name = name or re.sub(r"\d+", "N", line.partition("?")[0])
        if name in _AGAIN and any(re.fullmatch(_AGAIN[name], earlier) for earlier in names):
            name += " again"
        names.append(name)
    return tuple(names)


def changes(request: Request) -> bool:
    """Whether the request asks the blog to change anything."""
    return request.method not in ("GET", "HEAD", "")
