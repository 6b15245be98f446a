"""Takes secrets out of text that people will read: a known password in every form, and what its name gives away."""

from __future__ import annotations

import base64
import html
import json
import re
from urllib.parse import parse_qsl, quote, quote_plus, urlencode, urlsplit, urlunsplit

HIDDEN = "[hidden]"

_NAMES = (
    r"pass(?:word|wd|phrase|code)?s?|pwd|secret|token|nonce|authori[sz]ation|cookie|session|sessid|credential"
    r"|signature|api[_-]?key|access[_-]?key|private[_-]?key|jwt|otp|auth"
)
# A name of a secret, alone or as a part of a longer one ("_wpnonce", "post_password", "X-WP-Nonce"), then its value.
_NAMED = re.compile(
    rf"(?i)(?<![a-z])((?:[a-z0-9]+[_.\[-]+|[a-z]*_|wp|x)?(?:wp)?(?:{_NAMES})(?![a-z])[\w.\]-]*"
    r"[\"'\\]*\s*(?:=>|[:=]|%3[ad])\s*[\"'\\]*(?:(?:basic|bearer|digest)\s+)?)"
    r"([^\s\"'&,;<>}\\]+)"
)
_ASKED = frozenset(
    "context per_page page offset order orderby status slug search force _fields modified_after rest_route".split()
)
_TAGS = re.compile(
    r"<(?:script|style)\b.*?(?:</(?:script|style)\s*>|$)|<!--.*?(?:-->|$)|<[^<>]*(?:>|$)",
    re.DOTALL | re.IGNORECASE,
)


class Scrub:
    """Hides `secrets` in a text, as they are or written otherwise: without blanks or in fours, percent-encoded,
    in base64 at any place of a longer text, in hex, with HTML or JSON escapes."""

    def __init__(self, secrets: tuple[str, ...]) -> None:
        forms = {form for secret in secrets for form in forms_of(secret)}
        ordered = sorted(forms, key=len, reverse=True)
        self._find = re.compile("|".join(map(re.escape, ordered)), re.IGNORECASE) if ordered else None

    def __call__(self, text: str) -> str:
        """The text without them."""
        return self._find.sub(HIDDEN, text) if self._find is not None else text


def forms_of(secret: str) -> frozenset[str]:
    """Every form in which `secret` is looked for."""
    bare = "".join(secret.split())
    if not bare:
        return frozenset()
    grouped = " ".join(bare[i : i + 4] for i in range(0, len(bare), 4))
    found: set[str] = set()
    for plain in {secret, bare, grouped}:
        data = plain.encode("utf-8", "replace")
        found |= {plain, html.escape(plain), html.escape(plain, quote=False), json.dumps(plain)[1:-1]}
        found |= {json.dumps(plain).replace("/", "\\/")[1:-1], plain.replace(" ", "\u00a0"), data.hex()}
        found |= {quote(plain), quote(plain, safe=""), quote_plus(plain)}
        found.add("".join(f"%{byte:02X}" for byte in data))
        for core in _cores(data):
            found |= {core, core.replace("+", "-").replace("/", "_"), quote(core, safe="")}
    return frozenset(f for f in found if f.strip())


def _cores(data: bytes) -> list[str]:
    """The letters of base64 that depend on nothing but `data`, for each of the three places where it may begin."""
    found = []
    for before in range(3):
        text = base64.b64encode(bytes(before) + data).decode().rstrip("=")
        first = -(-before * 8 // 6)  # letters that hold bits of what stands before
        whole = (before + len(data)) * 8 // 6
        core = text[first:whole]
        if len(core) >= 6:  # fewer letters are in every other text
            found.append(core)
    return found


def without_named_secrets(text: str) -> str:
    """The text with what stands after "password=", "nonce":, "Authorization:" and the like hidden."""
    return _NAMED.sub(rf"\1{HIDDEN}", text)


def address_without_secrets(address: str) -> str:
    """An address without its user and fragment, and of its values only those that are known to be harmless."""
    try:
        parts = urlsplit(address)
        port = f":{parts.port}" if parts.port else ""
        host = parts.hostname or ""
    except ValueError:
        return HIDDEN
    host = f"[{host}]" if ":" in host else host
    values = parse_qsl(parts.query, keep_blank_values=True)
    query = urlencode([(k, v if k in _ASKED else HIDDEN) for k, v in values], safe="[],/")
    if parts.query and not values:
        query = HIDDEN
    return urlunsplit(
        (parts.scheme, host + port if parts.netloc else "", without_named_secrets(parts.path), query, "")
    )


def words_of_page(text: str) -> str:
    """The words of a page that readers see, on few lines: no tag, no script, nothing that a tag holds."""
    words = html.unescape(_TAGS.sub(" ", text))
    return re.sub(r"\s*\n\s*", "\n", re.sub(r"[^\S\n]+", " ", words)).strip()
