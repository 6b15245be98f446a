"""The command `accounts`: the blogs that can be published to."""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from postdesk.cli.exits import Exit
from postdesk.cli.passwords import VARIABLE
from postdesk.cli.shell import Shell, blog, complain, one_line
from postdesk.core.account import Account, new_account_id
from postdesk.core.errors import NotABlog, SettingsError, SignInRefused
from postdesk.core.language import _

if TYPE_CHECKING:
    from postdesk.publishing.desk import Desk


def accounts(shell: Shell, arguments: argparse.Namespace) -> Exit:
    """Add, list, remove or test a blog."""
    what = {"add": _add, "list": _list, "remove": _remove, "test": _test}[arguments.what]
    return what(shell, shell.desk(), arguments)


def _add(shell: Shell, desk: Desk, arguments: argparse.Namespace) -> Exit:
    given = sys.stdin.readline().rstrip("\r\n") if arguments.password_stdin else ""
    found = desk.registry.recognise(arguments.address, shell.http())
    if found is None:
        raise NotABlog(
            _("There is no blog at “{address}” that this program knows.").format(address=arguments.address),
            _("Nothing was sent."),
            _("Look at the address in a browser, and paste it from there."),
        )
    if found.question and not arguments.yes:
        raise SettingsError(found.question, _("No account was made."), _("Say --yes if that is right."))
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
    site, remarks = account.name, tuple[str, ...]()
    needs_password = desk.registry.kind(found.kind).needs_password
    if needs_password:
        site, remarks = _sign_in(shell, desk, account, given or shell.password)
        account = replace(account, name=arguments.name or account.name or site)
    desk.accounts.add(account)
    if arguments.default:
        desk.accounts.set_default(desk.library.root, account.id)
    for remark in remarks:
        complain(remark)
    lost = needs_password and not _kept(desk, account, given)
    words = _("Added “{name}” ({site}).").format(name=account.name, site=site)
    shell.say({**_json(account), "password_kept": not lost}, one_line(words))
    if lost:
        complain(desk.passwords.remark)
        complain(
            _(
                "The blog is in the list without its password. In a shell give it in {variable} with each command."
            ).format(variable=VARIABLE)
        )
        return Exit.SIGN_IN if given else Exit.DONE
    return Exit.DONE


def _sign_in(shell: Shell, desk: Desk, account: Account, password: str) -> tuple[str, tuple[str, ...]]:
    """The site's title and what there is to know about it."""
    if not account.user or not password:
        raise SignInRefused(
            _("This blog needs a user name and an application password."),
            _("No account was made."),
            _("Say --user NAME --password-stdin and give the password on standard input."),
        )
    backend = desk.registry.kind(account.kind).open(account, password, shell.http())
    try:
        connection = backend.check()
    finally:
        backend.close()
    return connection.site, connection.remarks


def _kept(desk: Desk, account: Account, given: str) -> bool:
    """Put a password into the keyring; one from the environment stays where it is."""
    if not given:
        return True
    desk.passwords.set(account.id, given)
    return desk.passwords.persistent


def _list(shell: Shell, desk: Desk, arguments: argparse.Namespace) -> Exit:
    del arguments
    default = desk.accounts.default(desk.library.root)
    rows = [{**_json(a), "default": a == default} for a in desk.accounts.all()]
    shell.say(
        rows,
        *(
            one_line(
                f"{'*' if r['default'] else ' '} {r['name']}  {r['address']}  {r['kind']}  {r['user']}"
            ).rstrip()
            for r in rows
        ),
    )
    return Exit.DONE


def _remove(shell: Shell, desk: Desk, arguments: argparse.Namespace) -> Exit:
    account = blog(shell, desk, arguments.blog)
    for job in desk.jobs():
        if job.account_id == account.id:
            desk.take_back(job.id)
    desk.passwords.forget(account.id)  # first: an account that is gone cannot be removed again
    desk.accounts.remove(account.id)
    desk.archive.forget(account.id)
    desk.forget_account(account.id)
    shell.say(_json(account), one_line(_("Removed “{name}”; its posts stay.").format(name=account.name)))
    return Exit.DONE


def _test(shell: Shell, desk: Desk, arguments: argparse.Namespace) -> Exit:
    account = blog(shell, desk, arguments.blog)
    shell.trust(desk, account)
    backend = desk.connections.open(account)
    try:
        connection = backend.check()
    finally:
        backend.close()
    user = connection.user or account.user
    words = (
        _("It works: “{site}” knows you as {user}.").format(site=connection.site, user=user)
        if user
        else _("It works: “{site}”.").format(site=connection.site)
    )
    shell.say(
        {"site": connection.site, "user": user, "remarks": list(connection.remarks)},
        one_line(words),
        *(one_line(r) for r in connection.remarks),
    )
    return Exit.DONE


def _json(account: Account) -> dict[str, Any]:
    return {
        "id": account.id,
        "name": account.name,
        "kind": account.kind,
        "address": account.address,
        "user": account.user,
    }
