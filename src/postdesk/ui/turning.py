"""Turns the open post into another form, or back to what the blog has: shown first, done at a click, and undone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from postdesk.core.account import Account
from postdesk.core.errors import BackendError, Cancelled, PasswordError, PostDeskError
from postdesk.core.language import _
from postdesk.core.post import Post
from postdesk.library.document import Document
from postdesk.publishing.desk import Desk
from postdesk.ui.session import LANE, Session
from postdesk.ui.tasks import Tasks
from postdesk.ui.toast import Toast
from postdesk.ui.window import MainWindow
from postdesk.ui.work import Work

if TYPE_CHECKING:
    from postdesk.publishing.blogs_version import BlogsVersion
    from postdesk.publishing.converting import Conversion
    from postdesk.ui.conversion import ConversionWindow


class Turning(QObject):
    """One window at a time. `changed`: the open post stands otherwise now. `told(error)`: a notice."""

    changed = Signal()
    told = Signal(object)

    def __init__(
        self, desk: Desk, session: Session, tasks: Tasks, window: MainWindow, account: Callable[[], Account | None]
    ) -> None:  # fmt: skip
        super().__init__(window)
        self._desk, self._session, self._tasks, self._window = desk, session, tasks, window
        self._account = account
        self._view: ConversionWindow | None = None
        self._asking = Work(window)
        session.saved.connect(self._follow)
        session.opened.connect(lambda _document: self._close())

    # --- into another form ---

    def convert(self, form: str) -> None:
        """Show what converting the open post would do; `form` is "markdown" or "blocks"."""
        account = self._account()
        if account is None:
            return

        def look(document: Document) -> None:
            from postdesk.publishing.converting import Form

            self._tasks.run(
                lambda: self._desk.conversion(document, account, Form(form)),
                lambda conversion: self._show(document, account, conversion),
                self.told.emit,
            )

        self._session.save_with_id(look)

    def undo_conversion(self) -> None:
        """Take back a conversion that did not go out yet: the map first, then the text."""
        account, post = self._account(), self._session.post
        if account is None or post is None:
            return

        def back(body: str | None) -> None:
            now = self._session.post
            if body is None or now is None or now.id != post.id:
                self.changed.emit()
                return
            if now.body != body:
                self._session.take_words(replace(now, body=body))
            self.changed.emit()
            self._window.toasts.say(Toast(_("The conversion is taken back. What you had is in the history.")))

        self._tasks.run(
            lambda: self._desk.unconvert(post.id, account), back, self.told.emit, lane=LANE
        )  # fmt: skip

    def _show(self, document: Document, account: Account, conversion: Conversion) -> None:
        from postdesk.ui.conversion import ConversionWindow

        self._close()
        if not self._is_still(document.post.id, conversion.before):
            return
        view = ConversionWindow(conversion, document.post.title, account.name, self._window)
        view.agreed.connect(lambda: self._convert(document.post.id, conversion))
        view.destroyed.connect(self._gone)
        self._view = view
        view.show()

    def _convert(self, post_id: str, conversion: Conversion) -> None:
        post = self._session.post
        if post is None or not self._is_still(post_id, conversion.before):
            sentence = _("You have gone on writing since. Nothing was changed; convert the post again.")
            self._window.toasts.say(Toast(sentence))
            return
        same = conversion.after == conversion.before
        if not same and not self._session.take_words(replace(post, body=conversion.after)):
            return

        def saved(_document: Document) -> None:
            self._tasks.run(lambda: self._desk.convert(conversion), done, failed, lane=LANE)

        def done(_none: object) -> None:
            self.changed.emit()
            words = _("Converted. The blog has the post as it was until you update it.")
            self._window.toasts.say(Toast(words, ((_("Undo"), self.undo_conversion),)))

        def failed(error: Exception) -> None:
            self.changed.emit()
            self.told.emit(error)

        # The text is in its file before the map is another one.
        self._session.save(saved)

    # --- back to what the blog has ---

    def back(self) -> None:
        """Put what the blog has into the open post, as one step that can be undone; while it is asked, stop that."""
        if self._asking.is_busy:
            self.stop()
            return
        account = self._account()
        if account is not None:
            self._ask(account, ask=True)

    def stop(self) -> None:
        """Ask the blog no further; nothing was changed."""
        self._asking.stop()

    def _ask(self, account: Account, *, ask: bool) -> None:
        """The blog, or without `ask` what is known of it."""

        def look(document: Document) -> None:
            if self._asking.is_busy:
                return
            cancel = self._asking.begin()
            if ask:
                self._asking.say(_("Asking “{blog}” what it has · stop").format(blog=account.name))

            def found(version: BlogsVersion) -> None:
                self._asking.over()
                if cancel.is_set:
                    self._say_it_stopped()
                else:
                    self._take(document.post, account, version)

            def failed(error: Exception) -> None:
                self._asking.over()
                if isinstance(error, Cancelled):
                    self._say_it_stopped()
                elif ask and isinstance(error, (BackendError, PasswordError)):
                    self._offer(document.post.id, account, error)
                else:
                    self.told.emit(error)

            self._tasks.run(
                lambda: self._desk.blogs_version(document, account, cancel, ask=ask), found, failed,
                lane="blog's version",
            )  # fmt: skip

        self._session.save_with_id(look)

    def _say_it_stopped(self) -> None:
        self._window.toasts.say(Toast(_("Stopped. Nothing was changed: your text is as you had it.")))

    def _offer(self, post_id: str, account: Account, error: PostDeskError) -> None:
        """The blog does not tell what it has: say why, and what there is instead."""

        def take() -> None:
            post = self._session.post
            if post is not None and post.id == post_id:
                self._ask(account, ask=False)

        choice = (_("Take What It Had"), take)
        self._window.toasts.say(Toast(error.sentence, (choice,), stays=True))

    def _take(self, before: Post, account: Account, found: BlogsVersion) -> None:
        post = self._session.post
        if post is None or not self._is_still(before.id, before.body):
            sentence = (
                _("You have gone on writing since. Nothing was changed.")
                if post is not None and post.id == before.id
                else _("You have opened another post since. Nothing was changed.")
            )
            self._window.toasts.say(Toast(sentence))
            return
        if not self._put(found.post):
            return

        def saved(_document: Document) -> None:
            self._tasks.run(
                lambda: self._desk.settle_receipt(found.receipt, found.after), done, self.told.emit, lane=LANE
            )

        def done(_none: object) -> None:
            self.changed.emit()
            said = (
                _("This is what “{blog}” has now, with a change that was made there.")
                if found.newer
                else _("This is what “{blog}” has.")
                if found.asked
                else _("This is what “{blog}” had when it was last asked.")
            )
            words = f"{said.format(blog=account.name)} {_('What you had is in the history.')}"
            self._window.toasts.say(Toast(words, ((_("Undo"), undo),)))

        def undo() -> None:
            if self._is_still(before.id, found.post.body):
                receipts = (found.after, found.receipt)
                self._tasks.run(
                    lambda: self._desk.settle_receipt(*receipts), lambda _none: put_back(), self.told.emit, lane=LANE
                )  # fmt: skip

        def put_back() -> None:
            if self._is_still(before.id, found.post.body):
                self._put(post)
            self.changed.emit()

        self._session.save(saved)

    def _put(self, post: Post) -> bool:
        """A post's words and fields into the open one."""
        taken = self._session.take_words(post)
        if taken:
            self._session.change(
                lambda now: replace(
                    now, slug=post.slug, date=post.date, tags=post.tags, categories=post.categories,
                    excerpt=post.excerpt, image=post.image, visibility=post.visibility,
                )
            )  # fmt: skip
        return taken

    # --- how ---

    def _is_still(self, post_id: str, body: str) -> bool:
        """Whether that post is open, and its text is this one."""
        post = self._session.post
        return post is not None and post.id == post_id and post.body == body

    def _follow(self, document: Document) -> None:
        """An undo in the editor may have brought back the text from before a conversion."""
        account = self._account()
        if account is None or not self._window.actions_table.action("undo_conversion").isEnabled():
            return

        def followed(back: bool) -> None:
            if back:
                self.changed.emit()

        self._tasks.run(
            lambda: self._desk.follow_text(document.post, account), followed, self.told.emit, lane=LANE
        )

    def _close(self) -> None:
        view, self._view = self._view, None
        if view is not None:
            view.close()

    def _gone(self) -> None:
        self._view = None
