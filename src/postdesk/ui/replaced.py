"""Looks, off the window's thread, whether a picture of the open post was replaced since it went out."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from postdesk.publishing.desk import Desk
from postdesk.ui.session import Session
from postdesk.ui.standing import Standing
from postdesk.ui.tasks import Tasks


class ReplacedPictures(QObject):
    """`changed`: the open post stands elsewhere now. A look that is asked for while one runs follows it."""

    changed = Signal()

    def __init__(
        self, desk: Desk, session: Session, standing: Standing, tasks: Tasks, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._desk = desk
        self._session = session
        self._standing = standing
        self._tasks = tasks
        self._looking = self._again = False

    def look(self) -> None:
        """See whether the files are those that went out."""
        document = self._session.document
        if self._looking or document is None:
            self._again = self._looking
            return
        self._looking = True

        def look() -> bool:
            # Where the post goes is asked here: while a blog's posts come, its receipts make a folder wait.
            with self._desk.receipts.filings.at_a_glance():
                account = self._standing.account_of(document.post.id)
                return account is not None and self._desk.look_at_pictures(document, account)

        self._tasks.run(look, self._looked, lambda _error: self._looked(False))

    def _looked(self, is_other: bool) -> None:
        self._looking = False
        if is_other:
            self.changed.emit()
        if self._again:
            self._again = False
            self.look()
