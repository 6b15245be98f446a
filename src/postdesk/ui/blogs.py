"""Adding, editing and removing blogs: joins the account window to the network, the list of accounts and the
keyring."""

from __future__ import annotations

import logging
from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QFileDialog, QMessageBox, QWidget

from postdesk.backends.base import Connection, Found
from postdesk.core.account import Account, new_account_id
from postdesk.core.errors import PasswordError, PostDeskError
from postdesk.core.language import _
from postdesk.publishing.desk import Desk
from postdesk.publishing.recipe import Recipe, options_of, recipe_of
from postdesk.ui.accounts import AccountDialog, AccountValues
from postdesk.ui.tasks import Tasks

if TYPE_CHECKING:
    import httpx2

_log = logging.getLogger(__name__)


class Blogs(QObject):
    """`changed`: the list of accounts is another one. `told(sentence)`: a notice. `mended(account)`: its password
    was given anew. `look(account)`: she wants to see to how the preview shows its posts."""

    changed = Signal()
    told = Signal(str)
    mended = Signal(object)
    look = Signal(object)

    def __init__(self, desk: Desk, tasks: Tasks, window: QWidget, http: object) -> None:
        super().__init__(window)
        self._desk = desk
        self._tasks = tasks
        self._window = window
        self._http = http
        self._dialog: AccountDialog | None = None
        self._found: Found | None = None
        self._account: Account | None = None

    def add(self) -> None:
        """Open the window that adds a blog."""
        self._open(None)

    def edit(self, account: Account) -> None:
        """Open it for a blog that is there."""
        self._open(account)

    def sign_in(self, account: Account) -> None:
        """Open it where the password is typed."""
        self._open(account, at_password=True)

    def remove(self, account: Account) -> None:
        """Ask once, then forget the blog and its password. Its posts stay, here and there."""
        box = QMessageBox(self._window)
        box.setTextFormat(Qt.TextFormat.PlainText)
        box.setIcon(QMessageBox.Icon.Question)
        box.setWindowTitle(_("Remove blog"))
        box.setText(_("Remove “{name}” from Post Desk?").format(name=account.name))
        box.setInformativeText(
            _(
                "Its posts stay, on the blog and in your library. Its password leaves the keyring, "
                "and what waits for it is not sent."
            )
        )
        remove = box.addButton(_("Remove"), QMessageBox.ButtonRole.DestructiveRole)
        box.addButton(QMessageBox.StandardButton.Cancel)
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.buttonClicked.connect(lambda button: self._remove(account) if button is remove else None)
        box.open()

    def _remove(self, account: Account) -> None:
        def work() -> None:
            for job in self._desk.jobs():
                if job.account_id == account.id:
                    self._desk.take_back(job.id)
            self._desk.accounts.remove(account.id)
            self._desk.passwords.forget(account.id)
            self._desk.archive.forget(account.id)
            self._desk.forget_account(account.id)

        self._tasks.run(work, lambda _none: self.changed.emit(), self._tell, lane="accounts")

    def _open(self, account: Account | None, *, at_password: bool = False) -> None:
        if self._dialog is not None:
            self._dialog.close()
        dialog = AccountDialog(self._window)
        self._dialog, self._account, self._found = dialog, account, None
        dialog.look_for.connect(self._look_for)
        dialog.agreed.connect(self._agreed)
        dialog.choose_folder.connect(self._choose_folder)
        dialog.test.connect(self._test)
        dialog.save.connect(self._save)
        if account is not None:
            kind = self._desk.registry.kind(account.kind)
            default = self._desk.accounts.default(self._desk.library.root)
            recipe = recipe_of(account)
            values = AccountValues(
                account.address,
                account.name,
                account.user,
                "",
                account.options.get("markup", "blocks"),
                default is not None and default.id == account.id,
                recipe.width,
                recipe.keep_place,
            )
            dialog.look.connect(lambda: self.look.emit(account))
            dialog.edit(values, needs_password=kind.needs_password, has_markup=account.kind == "wordpress")
            if kind.needs_password:
                self._look_for_password(dialog, account)
            if at_password:
                dialog.password.setFocus()
        if not self._desk.passwords.persistent:
            dialog.set_kept(self._desk.passwords.remark)
        dialog.show()
        dialog.raise_()

    def _look_for_password(self, dialog: AccountDialog, account: Account) -> None:
        """Say in the window whether the password is known: asking the keyring may take a while."""
        passwords = self._desk.passwords

        def look() -> tuple[bool, str]:
            try:
                known = bool(passwords.get(account.id))
            except PasswordError as error:
                return False, error.sentence
            return known, "" if passwords.persistent else passwords.remark

        def looked(found: tuple[bool, str]) -> None:
            if dialog is self._dialog:
                dialog.set_known(found[0])
                dialog.set_kept(found[1])

        self._tasks.run(look, looked, self._say, lane="accounts")

    def _look_for(self, address: str) -> None:
        dialog = self._dialog

        def found(answer: Found | None) -> None:
            if dialog is not self._dialog or dialog is None:
                return
            if answer is None:
                dialog.show_answer(
                    _(
                        "There is no blog at “{address}” that Post Desk knows. Nothing was sent. "
                        "Look at the address in your browser and paste it from there."
                    ).format(address=address),
                    good=False,
                )
                return
            self._found = answer
            if answer.question:
                dialog.show_question(answer.question)
            else:
                self._agreed()

        self._tasks.run(lambda: self._desk.registry.recognise(address, self._client()), found, self._say)

    def _agreed(self) -> None:
        if self._dialog is not None and self._found is not None:
            kind = self._desk.registry.kind(self._found.kind)
            self._dialog.show_found(
                self._found.name,
                needs_password=kind.needs_password,
                has_markup=self._found.kind == "wordpress",
                address=self._found.address,
            )

    def _choose_folder(self) -> None:
        folder = QFileDialog.getExistingDirectory(
            self._window, _("Folder of the local site"), str(self._desk.folders.documents)
        )
        if folder and self._dialog is not None:
            self._dialog.address.setText(folder)
            self._look_for(folder)

    def _made(self, values: AccountValues) -> Account | None:
        """The account that the fields describe."""
        markup = {"markup": values.markup}
        pictures = options_of(Recipe(values.width, values.keep_place))
        if self._account is not None:
            own = markup if self._account.kind == "wordpress" else {}
            options = {**self._account.options, **pictures, **own}
            return replace(
                self._account,
                name=values.name or self._account.name,
                user=values.user,
                options=MappingProxyType(options),
            )
        if self._found is None:
            return None
        options = {**self._found.options, **pictures, **(markup if self._found.kind == "wordpress" else {})}
        return Account(
            new_account_id(),
            self._found.kind,
            values.name or self._found.name,
            self._found.address,
            values.user,
            MappingProxyType(options),
        )

    def _test(self, values: AccountValues) -> None:
        account = self._made(values)
        dialog = self._dialog
        if account is None or dialog is None:
            return

        def work() -> Connection:
            password = values.password or (self._desk.passwords.get(account.id) or "")
            backend = self._desk.registry.kind(account.kind).open(account, password, self._client())
            try:
                return backend.check()
            finally:
                backend.close()

        def worked(connection: Connection) -> None:
            if dialog is self._dialog:
                words = _("It works: “{site}” knows you as {user}.").format(
                    site=connection.site, user=connection.user or values.user
                )
                dialog.show_answer(" ".join((words, *connection.remarks)), good=True)

        self._tasks.run(work, worked, self._say)

    def _save(self, values: AccountValues) -> None:
        account = self._made(values)
        dialog = self._dialog
        if account is None or dialog is None:
            return
        is_new = self._account is None
        needs = self._desk.registry.kind(account.kind).needs_password
        if is_new and needs and not (values.user and values.password):
            dialog.show_answer(
                _("A user name and an application password are needed. Nothing was sent."), good=False
            )
            return

        def work() -> None:
            if needs and values.password:
                backend = self._desk.registry.kind(account.kind).open(
                    account, values.password, self._client()
                )
                try:
                    backend.check()
                finally:
                    backend.close()
                self._desk.passwords.set(account.id, values.password)
            if is_new:
                self._desk.accounts.add(account)
            else:
                self._desk.accounts.replace(account)
            if values.is_default:
                self._desk.accounts.set_default(self._desk.library.root, account.id)

        def saved(_none: object) -> None:
            dialog.accept()
            if self._dialog is dialog:
                self._dialog = None
            if values.password:
                self.mended.emit(account)
            if needs and not self._desk.passwords.persistent:
                self.told.emit(self._desk.passwords.remark)
            self.changed.emit()

        self._tasks.run(work, saved, self._say, lane="accounts")

    def _client(self) -> httpx2.Client:
        return self._http()  # type: ignore[operator,no-any-return]  # makes the one client at its first use

    def _say(self, error: Exception) -> None:
        if self._dialog is not None:
            self._dialog.show_answer(_sentence(error), good=False)

    def _tell(self, error: Exception) -> None:
        self.told.emit(_sentence(error))
        self.changed.emit()


def _sentence(error: Exception) -> str:
    if isinstance(error, PostDeskError):
        return error.sentence
    _log.error("the account window met a fault", exc_info=error)
    return _("The program met a fault of its own. Nothing was changed. Please report it with the log.")
