"""The command `publish`: one post, one blog, once."""

from __future__ import annotations

import argparse
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from postdesk.cli.exits import Exit, exit_for
from postdesk.cli.posts import post_file
from postdesk.cli.shell import Shell, blog, complain, stoppable
from postdesk.core.errors import Cancelled, NotReady, SettingsError
from postdesk.core.language import _
from postdesk.publishing.job import JobState
from postdesk.publishing.outbox import JobResult, ResultKind
from postdesk.publishing.plan import Intent, spoken
from postdesk.publishing.preflight import COPY, Level, blocks

if TYPE_CHECKING:
    from postdesk.core.account import Account
    from postdesk.library.library import Library
    from postdesk.publishing.desk import Desk


def publish(shell: Shell, arguments: argparse.Namespace) -> Exit:
    """Publish a post, or update it; with --dry-run say what that would be, and change nothing."""
    path = post_file(arguments.file)
    library = _library(shell, path, touch=not arguments.dry_run)
    document = library.read(path)
    desk = shell.desk(library)
    account = _where(shell, desk, library, arguments)
    shell.trust(desk, account)
    if document.problem:
        raise NotReady(document.problem, _("Nothing was sent."))
    remarks = desk.preflight(document, account, Intent.PUBLISH)
    stopped = blocks(remarks)
    for remark in remarks:  # what stops it is the error below
        if remark.level is Level.WARNING or (remark.level is Level.ERROR and arguments.dry_run):
            complain(remark.sentence)
    if stopped and arguments.dry_run:
        shell.say({"blog": account.name, "steps": []})
        return Exit.REFUSED
    if stopped:
        raise NotReady(
            " ".join(r.sentence for r in remarks if r.level is Level.ERROR), _("Nothing was sent.")
        )
    if not (arguments.dry_run or arguments.as_own_post) and any(r.key == COPY for r in remarks):
        raise NotReady(
            _("This file is a conflict copy of another post, and would be a second one on the blog."),
            _("Nothing was sent."),
            _("Merge the two in the window, or publish it with --as-own-post."),
        )
    if not arguments.dry_run:
        document = library.carry_id(document)
    plan = desk.plan(document, account, Intent.PUBLISH)
    if arguments.dry_run:
        shell.say({"blog": account.name, "steps": list(plan.words)}, *plan.words)
        return Exit.DONE
    job_id = desk.submit(plan)
    if plan.hold_until is not None:  # the blog cannot hold it: the outbox does
        when = spoken(plan.hold_until)
        shell.say({"state": "waiting", "job": job_id, "until": plan.hold_until.isoformat()})
        complain(
            _("The post waits in the outbox until {when}; “postdesk outbox --run” or an open window sends it then.")
            .format(when=when)
        )  # fmt: skip
        return Exit.WAITING
    library.close()  # the text is in the outbox: a window may have the library while it goes out
    with stoppable() as cancel:
        results = desk.run(cancel, job_id=job_id)
    result = next((r for r in results if r.job_id == job_id), None)
    if cancel.is_set and (result is None or result.kind is not ResultKind.DONE):
        shell.say({"state": "waiting", "job": job_id})
        complain(_("Stopped. The post stays in the outbox; “postdesk outbox --run” goes on with it."))
        return Exit.STOPPED
    return _told(shell, desk, job_id, result)


def tell_what_readers_get(desk: Desk, result: JobResult) -> None:
    """Look at what went out as a reader, and say what is not as meant; Ctrl+C leaves the look, and nothing else."""
    with stoppable() as cancel, suppress(Cancelled):
        for difference in desk.look_as_reader(result, cancel):
            complain(difference.sentence)


def _library(shell: Shell, path: Path, *, touch: bool) -> Library:
    """The nearest folder above that is a library, else the file's own folder, which becomes one with `touch`."""
    root = next((p for p in path.parents if (p / ".postdesk").is_dir()), path.parent)
    if touch:
        return shell.open_library(shell.folders, root, shared=True)
    from postdesk.library.library import Library

    return Library(root, shell.folders)


def _where(shell: Shell, desk: Desk, library: Library, arguments: argparse.Namespace) -> Account:
    if arguments.to:
        return blog(shell, desk, arguments.to, make=True, keep=not arguments.dry_run)
    account = desk.accounts.default(library.root)
    if account is None:
        raise SettingsError(
            _("There is no blog to publish to."),
            _("Nothing was sent."),
            _("Add one: postdesk accounts add ADDRESS"),
        )
    return account


def _told(shell: Shell, desk: Desk, job_id: str, result: JobResult | None) -> Exit:
    """Say how a job ended, and return the code for it."""
    if result is None:  # another process is sending, or has sent it
        job = desk.journal.job(job_id)
        if job is not None and job.state is JobState.DONE:
            shell.say({"state": "done", "job": job_id, "address": job.address}, job.address)
            return Exit.DONE
        shell.say({"state": "waiting", "job": job_id})
        complain(_("Another Post Desk is sending at this moment; the post is in its outbox."))
        return Exit.WAITING
    values = {
        "state": result.kind.value, "job": job_id, "address": result.address, "remarks": list(result.remarks),
        "error": result.sentence,
    }  # fmt: skip
    if result.kind is ResultKind.DONE:
        shell.say(values, result.address or _("Done."))
        for remark in result.remarks:
            complain(remark)
        tell_what_readers_get(desk, result)
        return Exit.DONE
    shell.say(values)
    if result.sentence:
        complain(result.sentence)
    if result.kind is ResultKind.WAITING:
        complain(_("The post waits in the outbox; “postdesk outbox --run” tries again."))
        return Exit.WAITING
    if result.kind is ResultKind.CONFLICT:
        return Exit.CONFLICT
    return exit_for(result.error) if result.error else Exit.REFUSED
