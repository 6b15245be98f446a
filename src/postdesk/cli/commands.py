"""What each command does: the same calls that the window makes; text or JSON on stdout, sentences on stderr."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Protocol

from postdesk.cli.exits import Exit, exit_for
from postdesk.core.account import Account, new_account_id
from postdesk.core.cancel import Cancel
from postdesk.core.errors import NotABlog, NotReady, PostDeskError, SettingsError, SignInRefused
from postdesk.core.folders import Folders
from postdesk.core.language import _
from postdesk.core.settings import Settings, load_settings
from postdesk.publishing.journal import Job, JobState
from postdesk.publishing.outbox import JobResult, ResultKind
from postdesk.publishing.plan import Intent
from postdesk.publishing.preflight import Level
from postdesk.publishing.state import StateKind

if TYPE_CHECKING:
    import httpx2

    from postdesk.library.document import Document
    from postdesk.library.library import Library
    from postdesk.publishing.desk import Desk


class OpenLibrary(Protocol):
    """`app.open_library`."""

    def __call__(self, folders: Folders, root: Path, *, shared: bool = False) -> Library:
        """The library in `root`, beside a window that has it open when `shared`."""


@dataclass(frozen=True, slots=True)
class Shell:
    """What the commands are given by `app`."""

    folders: Folders
    settings: Settings
    open_library: OpenLibrary
    build: Callable[[Folders, Settings, Library], Desk]
    http: Callable[[], httpx2.Client]
    as_json: bool

    def desk(self, root: Path | None = None) -> Desk:
        """The desk on the writer's library, or on the one in `root`."""
        default = (
            Path(self.settings.library) if self.settings.library else self.folders.documents / "Post Desk"
        )
        library = self.open_library(self.folders, root or default, shared=True)
        return self.build(self.folders, self.settings, library)

    def say(self, values: Any, *lines: str) -> None:
        """Print `values` as JSON where that was asked for, else the lines."""
        if self.as_json:
            print(json.dumps(values, ensure_ascii=False, indent=2))
        else:
            for line in lines:
                print(line)


def carry_out(
    arguments: argparse.Namespace,
    folders: Folders,
    open_library: OpenLibrary,
    build: Callable[[Folders, Settings, Library], Desk],
    http: Callable[[], httpx2.Client],
) -> int:
    """Run the command that was asked for; returns its exit code. Errors are sentences on standard error."""
    as_json = bool(getattr(arguments, "json", False))
    try:
        shell = Shell(folders, load_settings(folders), open_library, build, http, as_json)
        return int(_COMMANDS[arguments.command](shell, arguments))
    except PostDeskError as error:
        if as_json:
            print(json.dumps({"error": error.sentence, "sent": error.sent.value}, ensure_ascii=False))
        print(f"postdesk: {error.sentence}", file=sys.stderr)
        return int(exit_for(error))
    except BrokenPipeError:
        return int(Exit.FAILED)
    except KeyboardInterrupt:
        print(_("postdesk: Stopped. What was already done stays as it is."), file=sys.stderr)
        return int(Exit.STOPPED)


# --- posts ---------------------------------------------------------------------------------------------------------


def _new(shell: Shell, arguments: argparse.Namespace) -> Exit:
    desk = shell.desk()
    body = sys.stdin.read() if arguments.stdin else ""
    document = desk.library.new(arguments.title, body=body)
    shell.say({"path": str(document.path), "id": document.post.id}, str(document.path))
    return Exit.DONE


def _list(shell: Shell, arguments: argparse.Namespace) -> Exit:
    desk = shell.desk()
    rows: list[dict[str, Any]] = []
    account = (
        _account(shell, desk, arguments.blog) if arguments.blog else desk.accounts.default(desk.library.root)
    )
    states = desk.states(account) if account else {}
    here = {r.remote_id for r in desk.receipts.all() if account and r.account_id == account.id}
    for summary in desk.library.summaries():
        kind = states.get(summary.id, StateKind.DRAFT)
        if arguments.blog and kind is StateKind.DRAFT:
            continue
        rows.append(
            {
                "title": summary.title, "state": kind.value, "path": str(summary.path), "id": summary.id,
                "changed": datetime.fromtimestamp(summary.modified, UTC).isoformat(timespec="seconds"),
                "words": summary.words, "problem": summary.problem,
            }
        )  # fmt: skip
    if account is not None:
        rows += [
            {
                "title": p.title, "state": p.status.value, "address": p.address, "remote_id": p.remote_id,
                "changed": p.modified.isoformat(timespec="seconds") if p.modified else "",
            }
            for p in desk.archive.posts(account.id)
            if p.remote_id not in here
        ]  # fmt: skip
    wanted = {
        "drafts": {"draft"},
        "scheduled": {"scheduled"},
        "published": {"published", "changed", "private", "pending"},
        "waiting": {"waiting", "running", "failed", "conflict"},
    }.get(arguments.state)
    rows = [r for r in rows if wanted is None or r["state"] in wanted]
    shell.say(
        rows,
        *(
            f"{r['state']:<10} {r['changed'][:16]:<16}  {_one_line(r['title']) or _('Untitled')}"
            for r in rows
        ),
    )
    return Exit.DONE


def _render(shell: Shell, arguments: argparse.Namespace) -> Exit:
    from postdesk.markup.gutenberg import to_blocks
    from postdesk.markup.pictures import render_for_blog

    _library, document = _open_file(shell, arguments.file)
    html = render_for_blog(document.post.body, lambda ref: ref)
    if arguments.blocks:
        html = to_blocks(html, {})
    shell.say({"title": document.post.title, "html": html}, html.rstrip("\n"))
    return Exit.DONE


def _publish(shell: Shell, arguments: argparse.Namespace) -> Exit:
    library, document = _open_file(shell, arguments.file)
    desk = shell.build(shell.folders, shell.settings, library)
    account = _account(shell, desk, arguments.to) if arguments.to else desk.accounts.default(library.root)
    if account is None:
        raise SettingsError(
            _("There is no blog to publish to."),
            _("Nothing was sent."),
            _("Add one: postdesk accounts add ADDRESS"),
        )
    if document.problem:
        raise NotReady(document.problem, _("Nothing was sent."))
    if not arguments.dry_run:
        document = library.carry_id(document)
    remarks = desk.preflight(document, account, Intent.PUBLISH)
    for remark in remarks:
        if remark.level is not Level.OK:
            print(f"postdesk: {remark.sentence}", file=sys.stderr)
    plan = desk.plan(document, account, Intent.PUBLISH)
    if arguments.dry_run:
        shell.say({"blog": account.name, "steps": list(plan.words)}, *plan.words)
        return Exit.DONE
    job_id = desk.submit(plan)
    results = desk.run(Cancel(), job_id=job_id)
    return _told(shell, desk, job_id, results)


def _told(shell: Shell, desk: Desk, job_id: str, results: tuple[JobResult, ...]) -> Exit:
    """Say how a job ended, and return the code for it."""
    result = next((r for r in results if r.job_id == job_id), None)
    job = desk.journal.job(job_id)
    if result is None:  # another process is sending; it has the job in its hands
        shell.say(
            {"state": "waiting", "job": job_id}, _("Another Post Desk is sending; the post is in its outbox.")
        )
        return Exit.WAITING
    values = {
        "state": result.kind.value, "job": job_id, "address": result.address, "remarks": list(result.remarks),
        "error": result.sentence,
    }  # fmt: skip
    if result.kind is ResultKind.DONE:
        shell.say(values, result.address or _("Done."))
        for remark in result.remarks:
            print(f"postdesk: {remark}", file=sys.stderr)
        return Exit.DONE
    shell.say(values)
    print(f"postdesk: {result.sentence}", file=sys.stderr)
    if result.kind is ResultKind.WAITING and job is not None:
        print(
            _("postdesk: The post waits in the outbox; “postdesk outbox --run” tries again."), file=sys.stderr
        )
    if result.kind is ResultKind.CONFLICT:
        return Exit.CONFLICT
    if result.kind is ResultKind.WAITING:
        return Exit.WAITING
    return exit_for(result.error) if result.error else Exit.REFUSED


# --- blogs ---------------------------------------------------------------------------------------------------------


def _accounts(shell: Shell, arguments: argparse.Namespace) -> Exit:
    desk = shell.desk()
    return {"add": _add, "list": _accounts_list, "remove": _remove, "test": _test}[arguments.what](
        shell, desk, arguments
    )


def _add(shell: Shell, desk: Desk, arguments: argparse.Namespace) -> Exit:
    found = desk.registry.recognise(arguments.address, shell.http())
    if found is None:
        raise NotABlog(
            _("There is no blog at “{address}” that this program knows.").format(address=arguments.address),
            _("Nothing was sent."),
            _("Look at the address in a browser, and paste it from there."),
        )
    if found.question and not arguments.yes:
        raise SettingsError(found.question, _("No account was made."), _("Say --yes if that is right."))
    kind = desk.registry.kind(found.kind)
    options = dict(found.options)
    if found.kind == "wordpress":
        options["markup"] = arguments.markup
    account = Account(
        new_account_id(),
        found.kind,
        arguments.name or found.name,
        found.address,
        arguments.user,
        MappingProxyType(options),
    )
    site = account.name
    remarks: tuple[str, ...] = ()
    if kind.needs_password:
        password = sys.stdin.readline().rstrip("\n") if arguments.password_stdin else ""
        if not arguments.user or not password:
            raise SignInRefused(
                _("This blog needs a user name and an application password."),
                _("No account was made."),
                _("Say --user NAME --password-stdin and give the password on standard input."),
            )
        backend = kind.open(account, password, shell.http())
        try:
            connection = backend.check()
        finally:
            backend.close()
        site, remarks = connection.site, connection.remarks
        desk.passwords.set(account.id, password)
        if not desk.passwords.persistent:
            remarks = (*remarks, desk.passwords.remark)
    desk.accounts.add(account)
    if arguments.default:
        desk.accounts.set_default(desk.library.root, account.id)
    for remark in remarks:
        print(f"postdesk: {remark}", file=sys.stderr)
    shell.say(_account_json(account), _("Added “{name}” ({site}).").format(name=account.name, site=site))
    return Exit.DONE


def _accounts_list(shell: Shell, desk: Desk, arguments: argparse.Namespace) -> Exit:
    del arguments
    default = desk.accounts.default(desk.library.root)
    rows = [{**_account_json(a), "default": a == default} for a in desk.accounts.all()]
    shell.say(
        rows,
        *(
            f"{'*' if r['default'] else ' '} {r['name']}  {r['address']}  {r['kind']}  {r['user']}".rstrip()
            for r in rows
        ),
    )
    return Exit.DONE


def _remove(shell: Shell, desk: Desk, arguments: argparse.Namespace) -> Exit:
    account = _account(shell, desk, arguments.blog)
    for job in desk.jobs():
        if job.account_id == account.id:
            desk.take_back(job.id)
    desk.accounts.remove(account.id)
    desk.passwords.forget(account.id)
    desk.archive.forget(account.id)
    shell.say(_account_json(account), _("Removed “{name}”; its posts stay.").format(name=account.name))
    return Exit.DONE


def _test(shell: Shell, desk: Desk, arguments: argparse.Namespace) -> Exit:
    account = _account(shell, desk, arguments.blog)
    backend = desk.connections.open(account)
    try:
        connection = backend.check()
    finally:
        backend.close()
    words = _("It works: “{site}” knows you as {user}.").format(
        site=connection.site, user=connection.user or account.user
    )
    shell.say(
        {"site": connection.site, "user": connection.user, "remarks": list(connection.remarks)},
        words,
        *connection.remarks,
    )
    return Exit.DONE


# --- the outbox ----------------------------------------------------------------------------------------------------


def _outbox(shell: Shell, arguments: argparse.Namespace) -> Exit:
    desk = shell.desk()
    if arguments.take_back:
        desk.take_back(arguments.take_back)
    if arguments.run:
        if arguments.now:
            for job in desk.jobs():
                desk.retry_now(job.id)
        for result in desk.run(Cancel()):
            words = result.address if result.kind is ResultKind.DONE else result.sentence
            print(f"{result.kind.value}: {_one_line(result.title)}  {words}", file=sys.stderr)
    jobs = desk.jobs()
    names = {a.id: a.name for a in desk.accounts.all()}
    shell.say(
        [_job_json(j, names.get(j.account_id, "")) for j in jobs],
        *(
            f"{j.id}  {j.state.value:<8} {names.get(j.account_id, '')}: {_one_line(j.title)}  {j.sentence}".rstrip()
            for j in jobs
        ),
    )
    if arguments.run and any(j.state is JobState.FAILED for j in jobs):
        return Exit.REFUSED
    return Exit.WAITING if arguments.run and jobs else Exit.DONE


# --- how -----------------------------------------------------------------------------------------------------------


def _open_file(shell: Shell, name: str) -> tuple[Library, Document]:
    """A post's file and its library: the nearest folder above that is one, else the file's own folder."""
    path = Path(name).expanduser().absolute()
    if not path.is_file():
        raise SettingsError(
            _("There is no file “{name}”.").format(name=name), _("Nothing was sent."), _("Look at the path.")
        )
    root = next((p for p in path.parents if (p / ".postdesk").is_dir()), path.parent)
    library = shell.open_library(shell.folders, root, shared=True)
    return library, library.read(path)


def _account(shell: Shell, desk: Desk, wanted: str) -> Account:
    """The account that BLOG names; a folder becomes a local site of its own, remembered for the next time."""
    account = desk.accounts.find(wanted)
    if account is not None:
        return account
    found = desk.registry.kind("local-site").recognise(wanted, shell.http())
    if found is None:
        raise SettingsError(
            _("No blog is called “{name}”.").format(name=wanted),
            _("Nothing was sent."),
            _("“postdesk accounts list” shows the blogs; a folder can be named by its path."),
        )
    account = Account(new_account_id(), found.kind, found.name, found.address)
    desk.accounts.add(account)
    return account


def _account_json(account: Account) -> dict[str, Any]:
    return {
        "id": account.id,
        "name": account.name,
        "kind": account.kind,
        "address": account.address,
        "user": account.user,
    }


def _job_json(job: Job, blog: str) -> dict[str, Any]:
    return {
        "id": job.id,
        "title": job.title,
        "blog": blog,
        "state": job.state.value,
        "sentence": job.sentence,
    }


def _one_line(text: str) -> str:
    """A title for a terminal: no control character of a foreign title reaches it."""
    return "".join(c if c.isprintable() else " " for c in text)


_COMMANDS: dict[str, Callable[[Shell, argparse.Namespace], Exit]] = {
    "new": _new,
    "list": _list,
    "render": _render,
    "publish": _publish,
    "accounts": _accounts,
    "outbox": _outbox,
}
