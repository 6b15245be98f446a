"""WordPress's own "no", by status and code, as errors with a sentence for the writer."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from typing import Any

from postdesk.backends.base import MediaFile
from postdesk.backends.http import Answer, Credentials
from postdesk.core.errors import (
    BackendError,
    ChangedMeanwhile,
    Gone,
    MediaRefused,
    NotABlog,
    NotAllowed,
    OutcomeUnknown,
    Refused,
    SignInRefused,
    TooLarge,
)
from postdesk.core.language import _

_TAG = re.compile(r"<[^>]*>")
_GONE = {
    "rest_post_invalid_id",
    "rest_post_invalid_parent",
    "rest_term_invalid",
    "rest_user_invalid_id",
    "rest_post_incorrect_password",
}
_WRONG_PASSWORD = {"incorrect_password", "invalid_username", "invalid_email"}
_NO_APP_PASSWORDS = {"application_passwords_disabled", "application_passwords_disabled_for_user"}
_TOO_LARGE = {"rest_upload_file_too_big", "rest_upload_limited_space", "rest_upload_no_data"}
# Server errors (5xx) that say by their code that nothing was done.
_DEFINITE = {"rest_trash_not_supported", "db_insert_error", "db_update_error", "rest_cannot_delete"}


def code_of(value: Any) -> str:
    """The code of an answer that is a WordPress error; "" for anything else."""
    if isinstance(value, Mapping) and isinstance(value.get("code"), str) and "message" in value:
        return str(value["code"])
    return ""


def plain(text: object, credentials: Credentials) -> str:
    """A server's message fit for a sentence: no tags, no secrets, at most 300 characters."""
    bare = html.unescape(_TAG.sub("", str(text)))
    return credentials.scrub("".join(c for c in bare if c.isprintable()))[:300]


def refusal(answer: Answer, value: Any, credentials: Credentials) -> BackendError:
    """The error for an answer whose status is none of success."""
    code = code_of(value)
    if not code:
        return unknown(answer)
    message = plain(value.get("message", ""), credentials)
    details = credentials.scrub(f"{answer.details}; {code}: {message}")
    if code in _WRONG_PASSWORD:
        return SignInRefused(*wrong_password(), details=details, code=code)
    if code in _NO_APP_PASSWORDS:
        return SignInRefused(
            _("This blog does not allow application passwords."),
            _("Nothing was changed there. Your text is safe."),
            _("Ask whoever runs the blog to allow them (security plug-ins often switch them off)."),
            details=details,
            code=code,
        )
    if answer.status == 401:
        return SignInRefused(*treated_as_nobody(), details=details, code=code)
    if code in _GONE or answer.status == 410:
        return Gone(
            _("It is not on the blog any more: somebody deleted it there."),
            _("Nothing was changed there. Your text is safe."),
            _("Publish it again as a new post, or leave it as a draft."),
            details=details,
            code=code,
        )
    if code == "rest_no_route":
        return NotABlog(
            _("The blog no longer answers at its interface for programs."),
            _("Nothing was changed there. Your text is safe."),
            _("Check that the blog works in a browser, then test the account's connection."),
            details=details,
        )
    if answer.status == 403:
        return NotAllowed(
            _("The blog does not let you do this: {message}").format(message=message),
            _("Nothing was changed there. Your text is safe."),
            _("Ask whoever runs the blog to give your user the right to do it."),
            details=details,
            code=code,
        )
    if answer.status >= 500 and code not in _DEFINITE:
        return unknown(answer, details)
    if code == "rest_trash_not_supported":
        return Refused(
            _("This blog keeps no trash, so the post was not deleted."),
            _("Nothing was changed there."),
            _("Turn it into a draft instead, or delete it on the blog itself."),
            details=details,
            code=code,
        )
    return Refused(
        _("The blog refused this: {message}").format(message=message),
        _("Nothing was changed there. Your text is safe."),
        _("Change what it names and try again."),
        details=details,
        code=code,
    )


def unknown(answer: Answer, details: str = "") -> OutcomeUnknown:
    """The error for an answer that is JSON but says nothing definite."""
    if answer.is_read:
        means, todo = (
            _("Nothing was changed there by this. Your text is safe."),
            _("Try again in a few minutes."),
        )
    else:
        means = _("The change may or may not have been made there. Your text is safe.")
        todo = _("Post Desk looks at the blog before it tries again.")
    return OutcomeUnknown(
        _("The blog's answer could not be understood (status {status}).").format(status=answer.status),
        means,
        todo,
        details=details or answer.details,
    )


def changed_meanwhile() -> ChangedMeanwhile:
    """The error for a post that is another one than was compared."""
    return ChangedMeanwhile(
        _("Somebody saved the post on the blog at this moment."),
        _("Nothing was overwritten there, and your text is safe."),
        _("Post Desk compares the two again."),
    )


def media_refusal(
    answer: Answer, value: Any, file: MediaFile, credentials: Credentials
) -> BackendError | None:
    """The error for an upload, where it is one about the file; None for all others.

    A wrong kind, or a picture that is none, is a 500 with a code of its own (6.1, 7.1); a body over PHP's
    limit arrives empty.
    """
    code = code_of(value)
    if code in _TOO_LARGE:
        return too_large(answer, file)
    if not code.startswith("rest_upload_"):
        return None
    message = plain(value.get("message", ""), credentials)
    return MediaRefused(
        _("The blog does not take “{name}” ({size}): {message}").format(
            name=file.called, size=in_words(file.size), message=message
        ),
        _("The file was not kept there, and the post did not go out."),
        _("Save the picture as PNG or JPEG and put it in again, or take it out of the post."),
        details=credentials.scrub(f"{answer.details}; {code}: {message}"),
        code=code,
    )


def too_large(answer: Answer, file: MediaFile) -> TooLarge:
    """The error for a file over the server's limit."""
    return TooLarge(
        _("“{name}” ({size}) is larger than the blog's server takes.").format(
            name=file.called, size=in_words(file.size)
        ),
        _("The file was not kept there, and the post did not go out."),
        _("Make the picture smaller, or ask the blog's host to raise the limit for uploads."),
        details=answer.details,
    )


def in_words(size: int) -> str:
    """A size in bytes for a sentence."""
    if size < 1_000_000:
        return _("{size} KB").format(size=max(1, round(size / 1000)))
    return _("{size} MB").format(size=f"{size / 1_000_000:.1f}")


def wrong_password() -> tuple[str, str, str]:
    """The three parts for a password that the blog itself called wrong."""
    return (
        _("The blog did not accept your user name and application password."),
        _("Nothing was changed there. Your text is safe."),
        _("Make a new application password in your profile on the blog, and put it into the account here."),
    )


def treated_as_nobody() -> tuple[str, str, str]:
    """The three parts for being treated as nobody, which has two causes."""
    return (
        _("The blog treats you as not signed in."),
        _("Nothing was changed there. Your text is safe."),
        _(
            "Either the application password is wrong or was revoked: make a new one in your profile on the blog."
            " Or the blog's server drops the Authorization header: ask its host to let it through."
        ),
    )
