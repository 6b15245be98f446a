"""What becomes of a job whose try ended with an error."""

from __future__ import annotations

from postdesk.core.errors import (
    Busy,
    Cancelled,
    ChangedMeanwhile,
    Conflict,
    Gone,
    Intercepted,
    OutcomeUnknown,
    PasswordError,
    PostDeskError,
    SignInRefused,
    Unreachable,
)
from postdesk.publishing.job import JobState, Reason
from postdesk.publishing.run import FoundInTrash

_AFTER: tuple[tuple[type[PostDeskError], JobState, Reason], ...] = (
    (Cancelled, JobState.WAITING, Reason.NEW),
    (SignInRefused, JobState.PAUSED, Reason.SIGN_IN),
    (PasswordError, JobState.PAUSED, Reason.SIGN_IN),
    (Conflict, JobState.FAILED, Reason.CONFLICT),
    (FoundInTrash, JobState.FAILED, Reason.TRASHED),
    (Gone, JobState.FAILED, Reason.GONE),
    (Busy, JobState.WAITING, Reason.BUSY),
    (ChangedMeanwhile, JobState.WAITING, Reason.UNKNOWN),
    (Unreachable, JobState.WAITING, Reason.NETWORK),
    (Intercepted, JobState.WAITING, Reason.NETWORK),
    (OutcomeUnknown, JobState.WAITING, Reason.UNKNOWN),
    (PostDeskError, JobState.FAILED, Reason.REFUSED),
)
"""What becomes of a job, by the first class that fits its error."""


def after(error: PostDeskError | None) -> tuple[JobState, Reason]:
    """The state that a job goes into when a try of it ended with `error`, and why."""
    return next(
        ((state, reason) for kind, state, reason in _AFTER if isinstance(error, kind)),
        (JobState.FAILED, Reason.REFUSED),
    )
