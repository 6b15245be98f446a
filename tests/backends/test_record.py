"""What is kept of an exchange tells what went wrong, and never a secret, however deep it was hidden."""

from __future__ import annotations

import base64
import html
import json
from collections.abc import Callable
from dataclasses import astuple
from typing import Any
from urllib.parse import quote, quote_plus

import httpx2
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from postdesk.backends import record
from postdesk.backends.http import Credentials, exchange, make_client
from postdesk.backends.record import RECORDER, Exchange
from postdesk.backends.secrets import HIDDEN, Scrub, address_without_secrets, without_named_secrets
from postdesk.core.errors import OutcomeUnknown, Unreachable

USER, PASSWORD = "anna", "QBGM 9QPR Ef6g RYPk cVY9 7Nvi"
BARE = PASSWORD.replace(" ", "")

_ALONE: tuple[Callable[[str], str], ...] = (
    str,
    lambda s: s.replace(" ", ""),
    lambda s: s.replace(" ", "\u00a0"),
    quote,
    quote_plus,
    lambda s: quote(s, safe="").lower(),
    lambda s: s.encode().hex(),
    lambda s: base64.b64encode(s.encode()).decode(),
    lambda s: base64.b64encode(f"{USER}:{s}".encode()).decode(),
    lambda s: base64.urlsafe_b64encode(f"xy{s}z".encode()).decode(),
    lambda s: base64.b64encode(s.replace(" ", "").encode()).decode(),
    html.escape,
)
_AROUND: tuple[Callable[[Any], Any], ...] = (
    lambda v: {"message": v},
    lambda v: {"a": [1, {"b": v}, None]},
    lambda v: [v, v],
    lambda v: json.dumps(v),
    lambda v: {"data": json.dumps({"inner": v})},
    lambda v: f"before {v if isinstance(v, str) else json.dumps(v)} after",
    lambda v: f"https://blog.example/x?key={quote(v if isinstance(v, str) else json.dumps(v))}",
    lambda v: f'<p title="{html.escape(v if isinstance(v, str) else json.dumps(v))}">x</p>',
    lambda v: {v if isinstance(v, str) else "key": v},
)
_NAMES = (
    "password", "post_password", "user_pass", "_wpnonce", "nonce", "X-WP-Nonce", "token", "access_token", "secret",
    "client_secret", "session", "Cookie", "authorization", "api_key", "wp_rest_nonce",
)  # fmt: skip


def _exchange(**given_: Any) -> Exchange:
    values: dict[str, Any] = {
        "moment": 1.0, "took": 0.5, "method": "POST", "url": "https://blog.example/wp-json/", "asked_headers": {},
        "asked": None, "secrets": (PASSWORD,),
    }  # fmt: skip
    return record.made(**{**values, **given_})


def _all_of(exchanged: Exchange) -> str:
    return "\n".join(str(v) for v in astuple(exchanged))


def _is_in(text: str) -> list[str]:
    low = text.lower()
    return [form for hide in _ALONE if (form := hide(PASSWORD)).lower() in low]


@given(
    st.sampled_from(_ALONE), st.lists(st.sampled_from(_AROUND), max_size=4),
    st.sampled_from(["asked", "answer", "header", "url", "failure", "page"]),
)  # fmt: skip
@example(_ALONE[8], [_AROUND[5], _AROUND[4], _AROUND[3]], "answer")
def test_the_password_is_in_nothing_that_is_kept_however_it_is_nested_and_written(
    alone: Callable[[str], str], around: list[Callable[[Any], Any]], where: str
) -> None:
    value: Any = alone(PASSWORD)
    for wrap in around:
        value = wrap(value)
    text = value if isinstance(value, str) else json.dumps(value)
    kind = {"Content-Type": "application/json; charset=utf-8"}
    kept = {
        "asked": lambda: _exchange(asked=json.dumps(value).encode(), asked_headers=kind),
        "answer": lambda: _exchange(status=403, answer=json.dumps(value).encode(), answer_headers=kind),
        "header": lambda: _exchange(
            status=200, answer_headers={"Server": text, "X-Any": text, "Location": text}
        ),
        "url": lambda: _exchange(
            url=f"https://{USER}:{quote(PASSWORD)}@blog.example/a?search={quote(text)}#{quote(text)}"
        ),
        "failure": lambda: _exchange(failure=text),
        "page": lambda: _exchange(
            status=500, answer=f"<b>Fatal</b> {text}".encode(), answer_headers={"Content-Type": "text/html"}
        ),
    }[where]()
    assert _is_in(_all_of(kept)) == []


@given(
    st.sampled_from(_NAMES), st.from_regex(r"[a-zA-Z0-9]{12,40}", fullmatch=True),
    st.lists(st.sampled_from(_AROUND[:5]), max_size=3), st.sampled_from(["json", "form", "page", "query", "header"]),
)  # fmt: skip
def test_what_the_name_of_a_secret_stands_before_is_hidden_though_nobody_knew_it(
    name: str, secret: str, around: list[Callable[[Any], Any]], where: str
) -> None:
    value: Any = {name: secret}
    for wrap in around:
        value = wrap(value)
    json_kind, page_kind = {"content-type": "application/json"}, {"content-type": "text/html"}
    pages = (
        f'<input type="hidden" name="{name}" value="{secret}"><script>var a={{"{name}":"{secret}"}}</script>'
        f"<p>{name}={secret}&x=1 and {name}: {secret}</p>"
    )
    kept = {
        "json": lambda: _exchange(answer=json.dumps(value).encode(), answer_headers=json_kind),
        "form": lambda: _exchange(
            asked=f"x=1&{name}={secret}&y=2".encode(), asked_headers={"Content-Type": "text/plain"}
        ),
        "page": lambda: _exchange(answer=pages.encode(), answer_headers=page_kind),
        "query": lambda: _exchange(url=f"https://blog.example/a?x=1&{quote(name)}={secret}"),
        "header": lambda: _exchange(
            asked_headers={name: secret}, answer_headers={"Set-Cookie": f"wp={secret}"}
        ),
    }[where]()
    assert secret not in _all_of(kept)


def test_headers_and_addresses_say_what_helps_and_hide_the_rest() -> None:
    kept = _exchange(
        url="https://anna:x@blog.example:8443/wp-json/wp/v2/posts?context=edit&slug=pd-12&tok=abc#part",
        asked_headers={"Authorization": Credentials(USER, PASSWORD).header, "Content-Length": "12"},
        status=403, answer_headers={"server": "nginx", "x-strange": "value", "set-cookie": "a=b"},
    )  # fmt: skip
    assert kept.address == (
        "https://blog.example:8443/wp-json/wp/v2/posts?context=edit&slug=pd-12&tok=[hidden]"
    )
    assert kept.asked_headers == f"Authorization: {HIDDEN}\nContent-Length: 12"
    assert kept.answer_headers == f"server: nginx\nx-strange: {HIDDEN}\nset-cookie: {HIDDEN}"
    assert (kept.status, kept.took) == (403, 500)


def test_without_the_post_s_own_words_an_answer_still_says_what_it_is() -> None:
    kind = {"content-type": "application/json"}
    body = {
        "id": 7,
        "status": "draft",
        "title": {"raw": "Ferry strike"},
        "content": {"raw": "x" * 40_000},
        "tags": [3],
    }
    kept = _exchange(
        asked=json.dumps(body).encode(),
        asked_headers=kind,
        answer=json.dumps(body).encode(),
        answer_headers=kind,
    )
    assert len(kept.asked) < 2000
    assert "Ferry strike" in kept.answer
    assert "… (40000 characters)" in kept.answer
    assert "Ferry" not in kept.asked_plain + kept.answer_plain
    assert "xxx" not in kept.asked_plain + kept.answer_plain
    assert json.loads(kept.answer_plain)["title"]["raw"] == "(12 characters)"
    assert json.loads(kept.answer_plain)["status"] == "draft"
    broken = _exchange(
        answer=b"<b>Warning</b>: no disk in x.php\n" + json.dumps(body).encode(), answer_headers=kind
    )
    assert broken.answer_plain == "Warning : no disk in x.php\n"


@pytest.mark.parametrize(
    "body", [b"\xff\xfe" * 9, b"[" * 100_000, b"\0" * 1000, b"1" * 300_000, ("<" * 200_000).encode(), b"a" * 3_000_000,
             json.dumps({"_" * 90_000: "p" * 90_000}).encode()],
)  # fmt: skip
def test_whatever_a_server_sends_is_kept_short(body: bytes) -> None:
    for kind in ("application/json", "text/html", "image/png", ""):
        kept = _exchange(answer=body, answer_headers={"content-type": kind})
        assert len(kept.answer) < 7000
        assert kept.answer_size == len(body)


def test_a_picture_is_named_by_its_size_and_not_kept() -> None:
    kept = _exchange(asked=b"\x89PNG" + bytes(5000), asked_headers={"Content-Type": "image/png"})
    assert kept.asked == "(5004 bytes, image/png)"


def test_common_words_are_no_secrets() -> None:
    text = "The author passed the pass, keynote: yes. Authors: 3. passage=open"
    assert without_named_secrets(text) == text
    assert Scrub(("",))(text) == text
    assert address_without_secrets("not an address") == "not an address"
    assert address_without_secrets("http://[") == HIDDEN


# --- told by the one client ---


def _answer(request: httpx2.Request) -> httpx2.Response:
    if request.url.path == "/down":
        raise httpx2.ConnectError("refused")
    if request.url.path == "/cut":
        raise httpx2.ReadError("reset")
    return httpx2.Response(200, json={"you": request.headers.get("authorization")})


def test_every_exchange_of_a_job_is_told_and_none_of_others() -> None:
    client = make_client(httpx2.MockTransport(_answer))
    auth = Credentials(USER, PASSWORD)
    told: list[Exchange] = []
    exchange(client, "GET", "http://blog.example/before", auth=auth)
    token = RECORDER.set(told.append)
    try:
        exchange(client, "POST", "http://blog.example/a", auth=auth, json_body={"password": "x", "n": BARE})
        with pytest.raises(Unreachable):
            exchange(client, "GET", "http://blog.example/down", auth=auth)
        with pytest.raises(OutcomeUnknown):
            exchange(client, "POST", "http://blog.example/cut", auth=auth, content=b"x")
    finally:
        RECORDER.reset(token)
    exchange(client, "GET", "http://blog.example/after", auth=auth)
    assert [(e.method, e.address, e.status) for e in told] == [
        ("POST", "http://blog.example/a", 200), ("GET", "http://blog.example/down", 0),
        ("POST", "http://blog.example/cut", 0),
    ]  # fmt: skip
    assert [bool(e.failure) for e in told] == [False, True, True]
    assert json.loads(told[0].asked) == {"password": HIDDEN, "n": HIDDEN}
    assert not [form for e in told for form in _is_in(_all_of(e))]


def test_a_recorder_that_fails_stops_no_exchange() -> None:
    def full(_exchange: Exchange) -> None:
        raise OSError("No space left on device")

    client = make_client(httpx2.MockTransport(_answer))
    token = RECORDER.set(full)
    try:
        assert exchange(client, "GET", "http://blog.example/a").status == 200
    finally:
        RECORDER.reset(token)
