"""Which links may leave the preview: http, https and mailto, and of a mailto only what a letter needs."""

from __future__ import annotations

from urllib.parse import parse_qsl, quote, unquote, urlsplit

_MAIL_FIELDS = ("subject", "body")


def outgoing(address: str) -> str | None:
    """The address to hand to the system for a link of a post, or None when nothing may be opened.

    A mailto keeps its receivers, subject and body: `attach=` makes some mail programs send a file, and a line
    break in a field can become a header of its own (RFC 6068 section 7).
    """
    if any(ord(c) < 0x21 or ord(c) == 0x7F or c == "\\" for c in address):
        return None
    try:
        parts = urlsplit(address)
        scheme = parts.scheme.lower()
        if scheme in ("http", "https"):
            return address if parts.hostname else None
        if scheme == "mailto" and not parts.netloc:
            return _letter(parts.path, parts.query)
    except ValueError:  # e.g. an unclosed bracket in the host
        return None
    return None


def _letter(path: str, query: str) -> str | None:
    fields = {name.lower(): value for name, value in reversed(parse_qsl(query, keep_blank_values=True))}
    receivers = ",".join(part for part in (unquote(path), fields.get("to", "")) if part)
    if "@" not in receivers or any(ord(c) < 0x21 for c in receivers):
        return None
    kept = [
        f"{name}={quote(' '.join(fields[name].split()), safe='')}" for name in _MAIL_FIELDS if name in fields
    ]
    return "mailto:" + quote(receivers, safe="@,+-_.") + ("?" + "&".join(kept) if kept else "")
