"""Lets the preview look like the blog that a post is for: fetched when she asks for it, kept, chosen blog by blog."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from postdesk.core.account import Account
from postdesk.core.cancel import Cancel
from postdesk.core.errors import Cancelled, PostDeskError
from postdesk.core.language import _
from postdesk.publishing.desk import Desk
from postdesk.ui.preview.look import Look
from postdesk.ui.preview.preview import Preview
from postdesk.ui.tasks import Tasks
from postdesk.ui.toast import Toast
from postdesk.ui.window import MainWindow

if TYPE_CHECKING:
    from postdesk.publishing.appearances import Kept
    from postdesk.ui.look_dialog import LookDialog

_LANE = "appearance"
_EVERY = 100_000  # bytes between two words about the progress


class Looks(QObject):
    """`told(what)`: a notice, or an error. `account` says which blog the open post is for."""

    told = Signal(object)
    _came = Signal(int)

    def __init__(
        self,
        desk: Desk,
        preview: Preview,
        tasks: Tasks,
        window: MainWindow,
        account: Callable[[], Account | None],
    ) -> None:
        super().__init__(window)
        self._desk = desk
        self._preview = preview
        self._tasks = tasks
        self._window = window
        self._account = account
        self._shown = ""  # whose look the preview has, or is about to get
        self._cancel: Cancel | None = None
        self._fetching: Account | None = None
        self._dialog: LookDialog | None = None
        self._of: Account | None = None  # whom the dialog speaks of
        self._kept: Kept | None = None
        self._came.connect(self._say_how_far)
        preview.look_failed.connect(self._unreadable)

    def follow(self, account_id: str = "") -> None:
        """Another post may be open, or another blog chosen: show it as its blog does, where she wants that.
        `account_id`: which blog that is, where the post is not hers."""
        account = self._desk.accounts.get(account_id) if account_id else self._account()
        if (account.id if account is not None else "") != self._shown:
            self._show(account)

    def open(self, account: Account) -> None:
        """Show the window that says what is kept of a blog, and from which it is fetched."""
        from postdesk.ui.look_dialog import LookDialog

        if self._dialog is not None:
            self._dialog.close()
        dialog = self._dialog = LookDialog(account.name, self._window)
        self._of = account
        dialog.fetch.connect(lambda: self._fetch(account))
        dialog.stop.connect(self.stop)
        dialog.drop.connect(lambda: self._drop(account))
        dialog.chosen.connect(lambda chosen: self._choose(account, chosen))
        dialog.destroyed.connect(lambda: self._closed(dialog))
        if self._fetching is not None and self._fetching.id == account.id:
            dialog.show_progress(0)
        else:
            self._look_up(account)
        dialog.show()
        dialog.raise_()

    def stop(self) -> None:
        """Stop fetching; what was kept before stays."""
        if self._cancel is not None:
            self._cancel.set()

    # --- what is kept ---

    def _show(self, account: Account | None) -> None:
        self._shown = account.id if account is not None else ""
        if account is None:
            self._preview.set_look(None)
            return

        def read() -> Look | None:
            kept = self._desk.appearances().get(account.id)
            return look_of(self._desk, account, kept) if kept is not None and kept.chosen else None

        def show(look: Look | None) -> None:
            if self._shown == account.id:
                self._preview.set_look(look)

        def failed(error: Exception) -> None:
            show(None)
            self.told.emit(error)

        self._tasks.run(read, show, failed, lane=_LANE)

    def _look_up(self, account: Account) -> None:
        dialog = self._dialog

        def found(kept: Kept | None) -> None:
            if dialog is not None and dialog is self._dialog:
                dialog.show_kept(kept)

        def failed(error: Exception) -> None:
            if dialog is not None and dialog is self._dialog:
                dialog.show_kept(None, _sentence(error))

        self._tasks.run(lambda: self._desk.appearances().get(account.id), found, failed, lane=_LANE)

    def _choose(self, account: Account, chosen: bool) -> None:
        self._change(account, lambda: self._desk.appearances().choose(account.id, chosen))

    def _drop(self, account: Account) -> None:
        self._change(account, lambda: self._desk.appearances().forget(account.id))

    def _change(self, account: Account, work: Callable[[], None]) -> None:
        def done(_none: object) -> None:
            if self._dialog is not None and self._of == account:
                self._look_up(account)
            self._again(account)

        self._tasks.run(work, done, self.told.emit, lane=_LANE)

    def _again(self, account: Account) -> None:
        if self._shown == account.id:
            self._show(account)

    # --- fetching ---

    def _fetch(self, account: Account) -> None:
        if self._cancel is not None:
            return
        cancel = self._cancel = Cancel()
        self._fetching = account
        self._came.emit(0)
        seen = told = 0

        def came(size: int) -> None:
            nonlocal seen, told
            seen += size
            if seen - told >= _EVERY:
                told = seen
                self._came.emit(seen)

        def done(kept: Kept) -> None:
            self._over()
            if self._dialog is not None and self._of == account:
                self._dialog.show_kept(kept)
            self._window.toasts.say(
                Toast(_("The preview looks like “{blog}” from now on.").format(blog=account.name))
            )
            self._again(account)

        def failed(error: Exception) -> None:
            self._over()
            if self._dialog is not None and self._of == account:
                if isinstance(error, Cancelled):
                    self._look_up(account)
                else:
                    self._dialog.show_failure(_sentence(error))
            elif not isinstance(error, Cancelled):
                self.told.emit(error)

        # Not in the lane of what reads the disk: a slow blog must not hold that up.
        self._tasks.run(lambda: self._desk.capture(account, cancel, came), done, failed)

    def _over(self) -> None:
        self._cancel = self._fetching = None

    def _say_how_far(self, size: int) -> None:
        if self._dialog is not None and self._fetching is not None and self._of == self._fetching:
            self._dialog.show_progress(size)

    def _unreadable(self, look: object) -> None:
        if isinstance(look, Look):
            said = (
                _("Posts could not be read in the look of “{blog}”.").format(blog=look.name),
                _("They are shown as Post Desk shows them; your text is not affected."),
                _("Choose Blog › Look Like the Blog to fetch it again, or to drop it."),
            )
            shown = self._shown
            self._tasks.run(
                lambda: self._desk.appearances().choose(shown, False), None, self.told.emit, lane=_LANE
            )
            self._window.toasts.say(Toast(" ".join(said), stays=True))

    def _closed(self, dialog: LookDialog) -> None:
        if self._dialog is dialog:
            self._dialog = self._of = None


def look_of(desk: Desk, account: Account, kept: Kept) -> Look:
    """What is kept of a blog, as the preview takes it. Reads style sheets: for a task."""
    from postdesk.markup.appearance.blocks import CLASSES
    from postdesk.markup.appearance.sheets import for_scheme, knows_dark

    appearance, kinds = kept.appearance, dict(kept.appearance.fonts)
    appearances = desk.appearances()
    in_blocks = account.kind == "wordpress" and account.options.get("markup", "blocks") == "blocks"
    return Look(
        account.name,
        appearance.root,
        appearance.body,
        for_scheme(appearance.css, False).encode("utf-8"),
        for_scheme(appearance.css, True).encode("utf-8"),
        knows_dark(appearance.css),
        lambda name: (kinds[name], appearances.font(account.id, name)),
        CLASSES if in_blocks else (),
    )


def _sentence(error: Exception) -> str:
    return error.sentence if isinstance(error, PostDeskError) else str(error)
