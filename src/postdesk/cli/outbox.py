"""The command `outbox`: what waits to go out."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from postdesk.cli.exits import Exit
from postdesk.cli.publish import tell_what_readers_get
from postdesk.cli.shell import Shell, blog, complain, one_line, stoppable
from postdesk.core.cancel import Cancel
from postdesk.core.errors import SettingsError
from postdesk.core.language import _
from postdesk.publishing.job import Job, JobState, Reason
from postdesk.publishing.outbox import JobResult, ResultKind

if TYPE_CHECKING:
    from postdesk.core.account import Account
    from postdesk.publishing.desk import Desk


def outbox(shell: Shell, arguments: argparse.Namespace) -> Exit:
    """List the outbox; before that, take a job back or send what is due."""
    desk = shell.desk()
    account = blog(shell, desk, arguments.blog) if arguments.blog else None
    if account is not None:
        shell.trust(desk, account)
    desk.library.close()  # not needed here: a window may have it
    if arguments.take_back:
        _take_back(desk, arguments.take_back)
    code = Exit.DONE
    if arguments.run and desk.outbox.is_paused:
        complain(_("The outbox is paused. Nothing was sent. Let it go on in the window first."))
        code = Exit.WAITING if _jobs(desk, account) else Exit.DONE
    elif arguments.run:
        with stoppable() as cancel:
            results = _run(desk, account, arguments.now, cancel)
        for result in results:
            words = result.sentence or result.address
            complain(f"{result.kind.value}: {result.title}: {words}".rstrip(": "))
            if result.kind is ResultKind.DONE:
                tell_what_readers_get(desk, result)
        code = _code(_jobs(desk, account))
        if cancel.is_set:
            code = Exit.STOPPED
    jobs = _jobs(desk, account)
    names = {a.id: a.name for a in desk.accounts.all()}
    shell.say(
        [_json(j, names.get(j.account_id, "")) for j in jobs],
        *(
            one_line(
                f"{j.id}  {j.state.value:<8} {names.get(j.account_id, '')}: {j.title}  {j.sentence}"
            ).rstrip()
            for j in jobs
        ),
    )
    return code


def _jobs(desk: Desk, account: Account | None) -> list[Job]:
    return [j for j in desk.jobs() if account is None or j.account_id == account.id]


def _run(desk: Desk, account: Account | None, now: bool, cancel: Cancel) -> list[JobResult]:
    if now:
        for job in _jobs(desk, account):
            if job.reason is not Reason.TIME:  # an hour that she chose is not a pause between two tries
                desk.retry_now(job.id)
    if account is None:
        return list(desk.run(cancel))
    results: list[JobResult] = []
    for job in _jobs(desk, account):
        if job.state is JobState.WAITING and job.due <= desk.clock():  # with a job's id `run` does not ask
            results += desk.run(cancel, job_id=job.id)
    return results


def _code(jobs: list[Job]) -> Exit:
    """What is left: nothing, something that goes by itself, or something that she has to do."""
    if any(j.state is JobState.FAILED for j in jobs):
        return Exit.REFUSED
    return Exit.WAITING if jobs else Exit.DONE


def _take_back(desk: Desk, job_id: str) -> None:
    if all(j.id != job_id for j in desk.jobs()):
        raise SettingsError(
            _("Nothing in the outbox has the id “{id}”.").format(id=job_id),
            _("Nothing was changed."),
            _("“postdesk outbox” lists them."),
        )
    desk.take_back(job_id)


def _json(job: Job, name: str) -> dict[str, Any]:
    return {
        "id": job.id,
        "title": job.title,
        "blog": name,
        "state": job.state.value,
        "sentence": job.sentence,
    }
