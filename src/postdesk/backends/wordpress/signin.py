"""Finds out why WordPress treats somebody as nobody, and says what she may not do there."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from xml.sax.saxutils import escape

import httpx2

from postdesk.backends.http import Credentials, exchange
from postdesk.backends.wordpress.refusals import treated_as_nobody, wrong_password
from postdesk.core.cancel import Cancel
from postdesk.core.errors import BackendError, SignInRefused
from postdesk.core.language import _

_APP_PASSWORD = re.compile(r"[A-Za-z0-9]{24}")
_CLOCK_S = 120  # a difference that could turn "publish now" into "publish later"


def diagnose(
    client: httpx2.Client, home: str, credentials: Credentials, cancel: Cancel, details: str
) -> SignInRefused:
    """The error for a sign-in that WordPress did not take notice of.

    A wrong password and a server that drops the Authorization header look the same over REST (6.1, 7.1).
    XML-RPC takes the password in the body instead: when it is right there, the header was lost on the way.
    Asked once, only when the writer tests the connection, at the address that has just been sent the same
    password.
    """
    password = "".join(credentials.password.split())
    if not _APP_PASSWORD.fullmatch(password):
        return SignInRefused(
            _("The blog treats you as not signed in, and this looks like your ordinary password."),
            _("Nothing was changed there. Your text is safe."),
            _(
                "Make an application password in your profile on the blog (under Application Passwords); use that."
            ),
            details=details,
            code="rest_not_logged_in",
        )
    values = "".join(
        f"<param><value><string>{escape(v)}</string></value></param>" for v in (credentials.user, password)
    )
    call = f"<methodCall><methodName>wp.getUsersBlogs</methodName><params>{values}</params></methodCall>"
    try:
        answer = exchange(
            client,
            "POST",
            home.rstrip("/") + "/xmlrpc.php",
            headers={"Content-Type": "text/xml"},
            content=f'<?xml version="1.0"?>{call}'.encode(),
            deadline_s=20,
            limit_bytes=1_000_000,
            cancel=cancel,
        )
    except BackendError:
        parts = treated_as_nobody()  # XML-RPC is often blocked: no answer, no diagnosis
    else:
        accepted = (
            answer.status == 200 and b"<methodResponse" in answer.body and b"<fault>" not in answer.body
        )
        refused = answer.status == 200 and re.search(rb"<int>403</int>", answer.body) is not None
        if accepted and b"blogid" in answer.body:
            parts = (
                _("Your password is right, but the blog's server drops it before WordPress sees it."),
                _("Nothing was changed there. Your text is safe."),
                _("Ask the blog's host to let the Authorization header through to PHP."),
            )
        elif refused:
            parts = wrong_password()
        else:
            parts = treated_as_nobody()
    return SignInRefused(*parts, details=details, code="rest_not_logged_in")


def may_make_categories(user: Mapping[str, Any]) -> bool:
    """Whether she may; true where the blog does not say."""
    may = user.get("capabilities")
    return not isinstance(may, Mapping) or bool(may.get("manage_categories"))


def remarks(user: Mapping[str, Any], root: str, clock: datetime | None, now: datetime) -> tuple[str, ...]:
    """What she should know: rights that she lacks, an open connection, a clock that is off. `clock` is the
    server's, `now` this machine's."""
    may = user.get("capabilities")
    may = may if isinstance(may, Mapping) else {}
    said = []
    if not may.get("edit_posts"):
        said.append(_("You may not write posts on this blog."))
    elif not may.get("publish_posts"):
        said.append(_("You may write posts here but not publish them: they wait for review."))
    if may.get("edit_posts") and not may.get("upload_files"):
        said.append(_("You may not upload pictures to this blog."))
    if may.get("edit_posts") and not may.get("manage_categories"):
        said.append(_("You may use the blog's categories but not make new ones."))
    if may.get("edit_posts") and not may.get("unfiltered_html"):
        said.append(_("The blog takes scripts and embedded frames out of what you send."))
    if may.get("edit_posts") and not may.get("edit_others_posts"):
        said.append(_("You may change your own posts only."))
    if root.startswith("http://"):
        said.append(_("The connection is not encrypted: others on the network can read your password."))
    if clock is not None:
        off = (now.astimezone(UTC) - clock).total_seconds()
        if abs(off) > _CLOCK_S:
            said.append(
                _(
                    "The clocks of this computer and of the blog differ by {minutes} minutes. Set this computer's"
                    " clock, or posts may go out at another time than you mean."
                ).format(minutes=round(abs(off) / 60))
            )
    return tuple(said)
