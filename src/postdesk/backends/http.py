"""The one HTTP client: an exchange with a blog, and how everything that goes wrong becomes an error with a
sentence.

The rule of `base.py` is kept here: a failure before the request left is `Unreachable`, one after it is
`OutcomeUnknown`, and an answer counts only when it is JSON with a status that fits. Redirects are never
followed, cookies never kept, no .netrc is read, and no credential reaches a log line, an error or a `repr`.
"""

from __future__ import annotations

import base64
import io
import json
import logging
import time
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http.cookiejar import CookieJar, DefaultCookiePolicy
from pathlib import Path
from typing import Any, TypeVar

import httpx2

from postdesk.backends import record
from postdesk.backends.failures import Where, proxy_refused, shown_address
from postdesk.backends.transport import CONNECT_S, WATCH, DeadlinePassed, Transport, Watch
from postdesk.core.cancel import Cancel
from postdesk.core.errors import (
    BackendError,
    Busy,
    Cancelled,
    Intercepted,
    OutcomeUnknown,
    Sent,
    TooLarge,
)
from postdesk.core.language import _

LIMIT_BYTES = 32 * 1024 * 1024
LONGEST_WAIT_S = 3600.0  # a server that asks for more is asked again after this

_DEADLINE_S = 60.0
_SLOWEST = 50_000  # bytes per second: what a large upload gets on top of the deadline
_CHUNK = 64 * 1024
_log = logging.getLogger(__name__)


_E = TypeVar("_E", bound=Exception)


@dataclass(frozen=True, slots=True)
class Credentials:
    """A user and a password for HTTP Basic; neither `repr` nor `str` shows the password."""

    user: str
    password: str = field(repr=False)

    @property
    def header(self) -> str:
        """The value of the Authorization header (RFC 7617, UTF-8)."""
        return "Basic " + base64.b64encode(f"{self.user}:{self.password}".encode()).decode()

    def scrub(self, text: str) -> str:
        """`text` without the password in any of the forms in which a server may echo it."""
        bare = "".join(self.password.split())
        encoded = [base64.b64encode(f"{self.user}:{p}".encode()).decode() for p in (self.password, bare)]
        grouped = " ".join(bare[i : i + 4] for i in range(0, len(bare), 4))
        for secret in (*encoded, self.password, bare, grouped):
            if secret:
                text = text.replace(secret, "[hidden]")
        return text


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back, whole. `url` is without its query; `date` is the server's clock, or None. Header
    names are lower case."""

    method: str
    url: str
    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)
    date: datetime | None = None

    @property
    def is_read(self) -> bool:
        """Whether the request could not have changed anything on the server."""
        return self.method in ("GET", "HEAD")

    @property
    def details(self) -> str:
        """The exchange in one line, for the details pane; nothing of the body."""
        kind = self.headers.get("content-type", "no type")
        return f"{self.method} {self.url}: {self.status}, {kind}, {len(self.body)} bytes"


def make_client(transport: httpx2.BaseTransport | None = None) -> httpx2.Client:
    """The client that `app` makes once and hands to every backend. `transport` is for tests."""
    return httpx2.Client(
        transport=transport or Transport(),
        trust_env=False,  # no .netrc; proxies are the transport's business
        follow_redirects=False,
        # The waits themselves are cut by the transport; these are bounds for one that does not.
        timeout=httpx2.Timeout(_DEADLINE_S, connect=CONNECT_S, pool=CONNECT_S),
        cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
        headers={"User-Agent": "PostDesk", "Accept-Encoding": "gzip"},
    )


def exchange(
    client: httpx2.Client,
    method: str,
    url: str,
    *,
    headers: Mapping[str, str] | None = None,
    json_body: Any = None,
    content: bytes | Path | None = None,
    auth: Credentials | None = None,
    deadline_s: float | None = None,
    limit_bytes: int = LIMIT_BYTES,
    cancel: Cancel | None = None,
    progress: Callable[[int], None] | None = None,
    public_only: bool = False,
) -> Answer:
    """Send one request and read its whole answer, whatever its status.

    `json_body` or `content` (bytes or a file, read and sent in pieces; `progress` hears the bytes handed over so far).
    `deadline_s` is for all of it, by the monotonic clock (default 60 s and 1 s per 50 KB sent). An answer
    longer than `limit_bytes` is not read further. Whoever wants to is told of it, without secrets (`record.RECORDER`).
    With `public_only` no machine of this house is asked: `transport.PrivateAddress` is raised in its place.
    Raises `Unreachable`, `Intercepted`, `OutcomeUnknown`, `Cancelled`; OSError when the file cannot be read, before
    anything is sent.
    """
    url = _without_user(url)
    body = json.dumps(json_body, ensure_ascii=False).encode() if json_body is not None else content
    sent_headers = dict(headers or {})
    if json_body is not None:
        sent_headers.setdefault("Content-Type", "application/json")
    size = body.stat().st_size if isinstance(body, Path) else len(body or b"")
    if body is not None:
        sent_headers["Content-Length"] = str(size)
    if auth:
        sent_headers["Authorization"] = auth.header
    where = Where(method, url, size)
    watch = Watch(
        deadline_s or _DEADLINE_S + where.size / _SLOWEST, cancel or Cancel(), public_only=public_only
    )
    token = WATCH.set(watch)
    note = _Note(method, url, sent_headers, None if isinstance(body, Path) else body, size, auth)
    try:
        if isinstance(body, Path):
            body.open("rb").close()  # whoever cannot read it learns so before anybody is asked
        watch.wait()
        request = client.build_request(
            method,
            url,
            headers=sent_headers,
            content=None if body is None else _pieces(body, size, watch, progress),
        )
        answer = client.send(request, stream=True)
        watch.sending = True
        try:
            return note.answered(_read(answer, where, watch, limit_bytes))
        finally:
            answer.close()
    except Cancelled as stopped:
        if watch.sending and not where.is_read:
            stopped.sent = Sent.UNKNOWN
        note.failed(stopped)
        raise
    except BackendError as error:
        note.failed(error)
        raise
    except DeadlinePassed:
        raise note.failed(where.silent(watch.sending)) from None
    except (httpx2.TransportError, httpx2.InvalidURL, zlib.error) as error:
        raise note.failed(where.failed(error, watch.sending)) from None
    finally:
        WATCH.reset(token)


class _Note:
    """Tells the recorder, if there is one, how an exchange ended. That never stands in its way."""

    def __init__(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        body: bytes | None,
        size: int,
        auth: Credentials | None,
    ) -> None:
        self._recorder = record.RECORDER.get()
        self._asked = (method, url, headers, body, size, auth)
        self._moment, self._began = time.time(), time.monotonic()

    def answered(self, answer: Answer) -> Answer:
        """It was answered."""
        self._tell(answer, "")
        return answer

    def failed(self, error: _E) -> _E:
        """It was not."""
        failure = error.details or error.happened if isinstance(error, BackendError) else type(error).__name__
        self._tell(None, failure)
        return error

    def _tell(self, answer: Answer | None, failure: str) -> None:
        if self._recorder is None:
            return
        method, url, headers, body, size, auth = self._asked
        try:
            exchanged = record.made(
                moment=self._moment, took=time.monotonic() - self._began, method=method, url=url,
                asked_headers=headers, asked=body, asked_size=size, failure=failure,
                status=answer.status if answer else 0, answer_headers=answer.headers if answer else {},
                answer=answer.body if answer else b"", secrets=(auth.password,) if auth else (),
            )  # fmt: skip
            self._recorder(exchanged)
        except Exception as error:
            _log.info("An exchange is not in the log: %s", type(error).__name__)


def read_json(answer: Answer) -> Any:
    """The JSON value of an answer, whatever its status; the caller judges its shape.

    Raises `Busy` (429; 503 with Retry-After), `TooLarge` (413), `Intercepted` (a redirect, a proxy's 407, a
    page instead of JSON in answer to a read), `OutcomeUnknown` (the same in answer to a write).
    """
    if 300 <= answer.status < 400:
        raise redirected(answer)
    if answer.status == 407:
        raise proxy_refused(answer.details)
    if answer.status == 429 or (answer.status == 503 and "retry-after" in answer.headers):
        raise busy(answer)
    if answer.status == 413:
        raise TooLarge(
            _("The blog's server takes no file as large as this."),
            _("Nothing of it was kept there."),
            _("Make the file smaller, or ask the blog's host to raise the limit for uploads."),
            details=answer.details,
        )
    try:
        if not answer.body and answer.status == 204:
            return None
        # strict: a value such as NaN or a cut text is no JSON of this interface
        return json.loads(answer.body.decode("utf-8"), parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise not_json(answer) from None


def not_json(answer: Answer) -> BackendError:
    """The error for an answer that is not of the interface that was asked: nothing is concluded from it."""
    if not answer.is_read:
        return OutcomeUnknown(
            _("The blog's answer could not be understood (status {status}).").format(status=answer.status),
            _("The change may or may not have been made there. Your text is safe."),
            _("Post Desk looks at the blog before it tries again."),
            details=answer.details,
        )
    if answer.status >= 500:
        return OutcomeUnknown(
            _("The blog's server is in trouble (status {status}).").format(status=answer.status),
            _("Nothing was changed there by this. Your text is safe."),
            _("Try again in a few minutes."),
            details=answer.details,
        )
    return Intercepted(
        _("Something else answered in place of the blog: a page came back instead of data."),
        _("Nothing was sent to the blog. Your text is safe."),
        _("If this network wants a sign-in, open a browser and sign in there; then try again."),
        details=answer.details,
    )


def redirected(answer: Answer) -> Intercepted:
    """The error for a redirect: it is named, never followed."""
    target = answer.headers.get("location", "")
    return Intercepted(
        _("The blog sends requests on to another address: {address}.").format(address=shown_address(target)),
        _("Nothing was sent there, your password least of all."),
        _(
            "If this network wants a sign-in, sign in with a browser. Otherwise add the blog with its new"
            " address."
        ),
        details=answer.details,
    )


def _without_user(url: str) -> str:
    """The address without user and password: httpx2 logs addresses as they are, and would send them on."""
    try:
        return str(httpx2.URL(url).copy_with(username=None, password=None)) if "@" in url else url
    except httpx2.InvalidURL:
        return "http://"  # refused by the client in its turn, and holds no secret


def retry_after(answer: Answer, now: datetime | None = None) -> float | None:
    """What the Retry-After header asks for, in seconds from now (RFC 9110: a number or a date); None when
    it asks for nothing that can be understood. Not capped."""
    value = answer.headers.get("retry-after", "").strip()
    if value.isascii() and value.isdigit():
        return float(value[:12])
    try:
        moment = parsedate_to_datetime(value)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    # By the server's own clock where it tells it: the writer's may be wrong.
    return max(0.0, (moment - (answer.date or now or datetime.now(UTC))).total_seconds())


# --- reading ------------------------------------------------------------------------------------------------


def _pieces(
    body: bytes | Path, size: int, watch: Watch, progress: Callable[[int], None] | None
) -> Iterator[bytes]:
    """The body in pieces, so that progress is heard and a stop obeyed between two of them, and that no large file is
    ever whole in memory."""
    with body.open("rb") if isinstance(body, Path) else io.BytesIO(body) as stream:
        for start in range(0, size, _CHUNK):
            watch.wait()
            wanted = min(_CHUNK, size - start)
            piece = stream.read(wanted)
            if (
                len(piece) < wanted
            ):  # the connection ends in the middle of a body: there is no file of it on the server
                raise httpx2.WriteError("the file became shorter while it was sent")
            yield piece
            if progress:
                progress(start + wanted)


def _read(response: httpx2.Response, where: Where, watch: Watch, limit: int) -> Answer:
    # A transport that makes its answers in memory (a test's) hands them over read and unpacked.
    whole = response.is_stream_consumed
    coding = response.headers.get("content-encoding", "identity").strip().lower()
    # Our own decompressor: one that stops at the limit, where a few KB could become gigabytes.
    unzip = zlib.decompressobj(wbits=47) if coding in ("gzip", "x-gzip", "deflate") else None
    body = bytearray()
    for chunk in [response.content] if whole else response.iter_raw():
        watch.wait()
        if unzip and not whole:
            chunk = unzip.decompress(chunk, limit + 1 - len(body))
        body += chunk
        if len(body) > limit:
            raise where.too_long(limit)
    try:
        date = parsedate_to_datetime(response.headers.get("date", ""))
        date = date if date.tzinfo else date.replace(tzinfo=UTC)
    except ValueError:
        date = None
    return Answer(where.method, where.address, response.status_code, response.headers, bytes(body), date)


def _no_constant(name: str) -> Any:
    raise ValueError(name)


def busy(answer: Answer) -> Busy:
    """The error for an answer that asks to come back later."""
    wait = retry_after(answer)
    if wait is None:
        todo = _("Post Desk tries again later by itself.")
    elif wait > LONGEST_WAIT_S:
        todo = _("It asks for a pause of {hours} hours; Post Desk looks again in one hour.").format(
            hours=f"{min(wait, 9e6) / 3600:.0f}"
        )
        wait = LONGEST_WAIT_S
    else:
        todo = _("Post Desk tries again in {seconds} seconds by itself.").format(seconds=f"{wait:.0f}")
    return Busy(
        _("The blog's server is busy and asks to come back later ({status}).").format(status=answer.status),
        _("Nothing was changed there. Your text is safe."),
        todo,
        details=answer.details,
        wait=wait,
    )
