"""How a request that got no answer becomes an error with a sentence: `Unreachable` before it left, else
`OutcomeUnknown`; `Intercepted` where somebody else stood in the blog's place.
"""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from dataclasses import dataclass

import httpx2

from postdesk.core.errors import BackendError, Intercepted, OutcomeUnknown, Unreachable
from postdesk.core.language import _


def shown_address(address: str) -> str:
    """An address fit for a sentence: without user, password, query and fragment, at most 200 characters."""
    try:
        url = httpx2.URL(address)
        url = url.copy_with(username=None, password=None, query=None, fragment=None)
    except (httpx2.InvalidURL, ValueError, TypeError):
        return _("an address that is none")
    text = str(url)
    return "".join(c for c in text if c.isprintable())[:200]


@dataclass(frozen=True, slots=True)
class Where:
    """A request, as far as a sentence may speak of it."""

    method: str
    url: str
    size: int

    @property
    def is_read(self) -> bool:
        """Whether the request could not have changed anything on the server."""
        return self.method in ("GET", "HEAD")

    @property
    def address(self) -> str:
        """The address, fit for a sentence."""
        return shown_address(self.url)

    @property
    def host(self) -> str:
        """Whom it was sent to."""
        try:
            return httpx2.URL(self.url).host or self.address
        except httpx2.InvalidURL:
            return self.address

    def _after(self) -> tuple[str, str]:
        """What it means and what to do, once the request may have arrived."""
        if self.is_read:
            return (
                _("Nothing was changed there by this. Your text is safe."),
                _("Try again when the connection is better."),
            )
        return (
            _("The change may or may not have arrived there. Your text is safe."),
            _("Post Desk looks at the blog before it tries again."),
        )

    def silent(self, sending: bool) -> BackendError:
        """Nothing more came within the deadline."""
        happened = _("{host} took too long to answer.").format(host=self.host)
        details = f"{self.method} {self.address}: deadline"
        if not sending:
            return _unreachable(happened, details)
        return OutcomeUnknown(happened, *self._after(), details=details)

    def too_long(self, limit: int) -> OutcomeUnknown:
        """The answer has no end."""
        return OutcomeUnknown(
            _("The answer of {host} was longer than {size} MB and was not read further.").format(
                host=self.host, size=limit // 1024 // 1024
            ),
            *self._after(),
            details=f"{self.method} {self.address}: over {limit} bytes",
        )

    def failed(self, error: Exception, sending: bool) -> BackendError:
        """The error for what the client raised."""
        details = f"{self.method} {self.address}: {type(error).__name__}"
        certificate = _certificate_fault(error)
        if certificate is not None:
            return Intercepted(
                _("{host} did not prove that it is your blog: {reason}.").format(
                    host=self.host, reason=certificate
                ),
                _("Nothing was sent, your password least of all."),
                _(
                    "Check the date of this computer. If the network wants a sign-in, sign in with a browser;"
                    " otherwise ask the blog's host about its certificate."
                ),
                details=details,
            )
        if isinstance(error, httpx2.ProxyError):
            if "407" in str(error):
                return proxy_refused(details)
            return _unreachable(_("The proxy of this network did not make the connection."), details)
        if isinstance(error, httpx2.ConnectTimeout):
            return _unreachable(_("{host} did not pick up.").format(host=self.host), details)
        if isinstance(error, httpx2.ConnectError):
            return _unreachable(_why_no_connection(error, self.host), details)
        if isinstance(error, (httpx2.InvalidURL, httpx2.UnsupportedProtocol, httpx2.LocalProtocolError)):
            return _unreachable(
                _("“{address}” is no address that can be opened.").format(address=self.address), details
            )
        if isinstance(error, httpx2.PoolTimeout):
            return _unreachable(_("Too many connections are open at once."), details)
        return OutcomeUnknown(
            _("The connection to {host} broke before it had answered.").format(host=self.host),
            *self._after(),
            details=details,
        )


def _unreachable(happened: str, details: str) -> Unreachable:
    return Unreachable(
        happened,
        _("Nothing was sent. Your text is safe."),
        _("Check the connection and the blog's address; what waits goes out when the blog answers again."),
        details=details,
    )


def proxy_refused(details: str) -> Intercepted:
    """The error for a 407: the proxy on the way wants a password, and gets none."""
    return Intercepted(
        _("The proxy of this network wants a sign-in of its own (407)."),
        _("Nothing was sent to the blog, and your blog's password was not shown to the proxy."),
        _("Put the proxy's user and password into the network settings of this computer, then try again."),
        details=details,
    )


def causes(error: BaseException) -> Iterator[BaseException]:
    """An error and what caused it, each once."""
    seen: list[BaseException] = []
    step: BaseException | None = error
    while step is not None and step not in seen:
        seen.append(step)
        yield step
        step = step.__cause__ or step.__context__


def _certificate_fault(error: Exception) -> str | None:
    """Why the other side's certificate was not accepted, in words; None when that is not what went wrong."""
    for step in causes(error):
        if isinstance(step, ssl.SSLCertVerificationError):
            return {
                10: _("its certificate has run out"),
                9: _("its certificate is not valid yet"),
                18: _("its certificate was made by itself"),
                19: _("its certificate was made by somebody this computer does not know"),
                20: _("its certificate was made by somebody this computer does not know"),
                62: _("its certificate belongs to another name"),
                64: _("its certificate belongs to another address"),
            }.get(step.verify_code, step.verify_message or _("its certificate is wrong"))
    return None


def _why_no_connection(error: Exception, host: str) -> str:
    for step in causes(error):
        if isinstance(step, OSError) and type(step).__name__ == "gaierror":
            if step.errno == -3:  # EAI_AGAIN: no answer from the name server, as without a network
                return _("There seems to be no connection: the name {host} could not be looked up.").format(
                    host=host
                )
            return _("There is no server called {host}.").format(host=host)
        if isinstance(step, ssl.SSLError):
            return _("{host} could not be spoken to over an encrypted connection.").format(host=host)
        if isinstance(step, OSError):
            break
    return _("{host} did not accept a connection.").format(host=host)
