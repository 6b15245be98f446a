"""Where the open post stands: the header's words, the one button, and which actions make sense now."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer

from postdesk.backends.base import Capability
from postdesk.backends.reader import is_web
from postdesk.core.account import Account
from postdesk.core.errors import LibraryError, SettingsError
from postdesk.core.language import _
from postdesk.core.post import Post
from postdesk.core.receipt import Status
from postdesk.publishing.desk import Desk
from postdesk.publishing.state import PostState, StateKind
from postdesk.ui.details import DetailsDrawer
from postdesk.ui.editor import Editor
from postdesk.ui.publisher import details_can
from postdesk.ui.session import Session
from postdesk.ui.tasks import Tasks
from postdesk.ui.way_back import words_of
from postdesk.ui.window import MainWindow

_LEVELS = {
    StateKind.DRAFT: "warn",
    StateKind.CHANGED: "warn",
    StateKind.WAITING: "warn",
    StateKind.CONFLICT: "bad",
    StateKind.FAILED: "bad",
}
_ON_THE_BLOG = (StateKind.PUBLISHED, StateKind.CHANGED, StateKind.SCHEDULED)
_SOON = 120  # ms: it reads receipts and the journal, which a key must not wait for


class Standing(QObject):
    """Told what changed; `follow` brings the header, the drawer and the actions into step."""

    def __init__(
        self,
        desk: Desk,
        session: Session,
        editor: Editor,
        details: DetailsDrawer,
        window: MainWindow,
        tasks: Tasks,
    ) -> None:
        super().__init__(window)
        self._desk = desk
        self._tasks = tasks
        self._catching_up = False
        self._session = session
        self._editor = editor
        self._details = details
        self._window = window
        self._kept = ""
        self._can: frozenset[str] | None = None
        self.state: PostState | None = None
        self.blog = ""  # the account that the sidebar shows, "" for all
        self.remote_address: str | None = (
            None  # of a post that is only on the blog; None while one of hers is open
        )
        self.has_selection = False
        self.of_library: frozenset[str] = frozenset()  # conditions that hold whichever post is open
        self._older: tuple[str, ...] = ()  # the other blogs that show an older version of it
        self._timer = QTimer(self, singleShot=True, interval=_SOON)
        self._timer.timeout.connect(self.follow)

    @property
    def address(self) -> str:
        """The open post's public page, "" for none."""
        return self.remote_address or (self.state.address if self.state is not None else "")

    def account(self) -> Account | None:
        """The blog that the one button goes to; see `account_of`."""
        post = self._session.post
        return self.account_of(post.id if post is not None else "")

    def account_of(self, post_id: str) -> Account | None:
        """The blog that a post goes to: the one the sidebar shows, else where it is already, else the library's
        default. Reads the disk, also in a task."""
        if self.blog and (chosen := self._desk.accounts.get(self.blog)) is not None:
            return chosen
        default = self._desk.accounts.default(self._desk.library.root)
        if not post_id or (default is not None and self._is_on(post_id, default)):
            return default
        return next((a for a in self._desk.accounts.all() if self._is_on(post_id, a)), default)

    def _is_on(self, post_id: str, account: Account) -> bool:
        """Whether a blog has a post, or what is known of that cannot be read: `state_of` says so."""
        try:
            return self._desk.receipt(post_id, account) is not None
        except LibraryError:
            return True

    def say_kept(self, words: str) -> None:
        """Saving, saved, or not saved."""
        if words != self._kept:
            self._kept = words
            self._show_words()

    def follow_soon(self) -> None:
        """She types: not at every key."""
        if not self._timer.isActive():
            self._timer.start()

    def follow(self) -> None:
        """Everything that depends on where the open post stands."""
        self._timer.stop()
        filings, post = self._desk.receipts.filings, self._session.post
        with filings.at_a_glance():
            self._follow()
        if filings.is_behind and post is not None and not self._catching_up:
            self._catching_up = True
            self._tasks.run(
                lambda: filings.catch_up(post.id),
                lambda are_other: self._caught_up(post.id, are_other),
                lambda _error: self._caught_up(post.id, False),
            )

    def _caught_up(self, post_id: str, are_other: bool) -> None:
        self._catching_up = False
        if are_other:
            self._desk.receipts_came(post_id)
            self.follow_soon()

    def _follow(self) -> None:
        post, account = self._session.post, self.account()
        conditions = set(self.of_library)
        if account is not None:
            conditions.add("account")
            if is_web(account.address):
                conditions.add("on the net")
        several = len(self._desk.accounts.all()) > 1
        if several:
            conditions.add("accounts")
        self._window.actions_table.set_blog(account.name if several and account is not None else "")
        if self._editor.find_bar.isVisible():
            conditions.add("found")
        if self.has_selection:
            conditions.add("selection")
        capabilities = self._capabilities(account)
        conditions |= {c.value for c in (Capability.UNPUBLISH, Capability.TRASH) if c in capabilities}
        if Capability.DELETE in capabilities:
            conditions.add("trash")
        can = details_can(capabilities)
        if can != self._can:
            self._can = can
            self._details.set_can(can)
        self.state, self._older = None, ()
        if post is not None:
            conditions |= {"post", "writable", "file"}
            if account is not None:
                conditions |= self._of_state(account)
        elif self.remote_address is not None:
            conditions.add("post")
            if self.remote_address:
                conditions.add("address")
        if self._window.is_covered:
            conditions = (conditions | {"conflict"}) - {"writable", "publishable"}
        self._show_words()
        self._window.actions_table.set_conditions(conditions)

    def _of_state(self, account: Account) -> set[str]:
        post, document = self._session.post, self._session.document
        if post is None:
            return set()
        state = self.state = self._desk.state_of(post, account)
        conditions = self._known_there(post, account)
        if state.address:
            conditions.add("address")
        if state.kind is StateKind.CONFLICT:
            conditions.add("changed there")
        if state.kind in _ON_THE_BLOG:
            conditions.add("published")
            receipt = self._desk.receipt(post.id, account)
            if receipt is not None and receipt.status is Status.SCHEDULED:
                conditions.add("scheduled")
        scheduled = "scheduled" in conditions
        if scheduled or "published" not in conditions:
            conditions.add(
                "schedule"
            )  # where the blog cannot, the outbox can; a live post would go offline for it
        self._window.actions_table.set_text(
            "unpublish", _("&Back to Draft") if scheduled else _("&Unpublish")
        )
        if (back := self._desk.way_back(post.id, account)) is not None:
            conditions.add("undo publish")
            self._window.actions_table.set_text("undo_publish", words_of(back))
        self._older = tuple(a.name for a in self._desk.older_on(post, account))
        if state.intent is not None and not (document is not None and document.problem):
            conditions.add("publishable")
        return conditions

    def _known_there(self, post: Post, account: Account) -> set[str]:
        try:
            receipt = self._desk.receipts.get(post.id, account.id)
        except LibraryError:
            return set()  # the state says so
        if receipt is None:
            return set()
        known = {
            "on the blog": receipt.base_hash,
            "from the blog": receipt.map_hash,
            "converted": receipt.aside,
        }
        return {condition for condition, name in known.items() if name}

    def _capabilities(self, account: Account | None) -> frozenset[Capability]:
        if account is None:
            return frozenset()
        try:
            return self._desk.capabilities(account)
        except SettingsError:  # its plug-in is not installed; publishing to it says so
            return frozenset()

    def _elsewhere(self) -> str:
        """Where else readers see an older version than hers, while this blog has the newest."""
        if not self._older or self.state is None or self.state.kind is StateKind.CHANGED:
            return ""
        if len(self._older) == 1:
            return _("older on {blog}").format(blog=self._older[0])
        return _("older on {count} other blogs").format(count=len(self._older))

    def _show_words(self) -> None:
        header, state = self._window.header, self.state
        if state is not None:
            words, level, button = state.words, _LEVELS.get(state.kind, "ok"), state.button
        else:
            words = (
                _("On the blog")
                if self.remote_address is not None
                else _("Draft")
                if self._session.post
                else ""
            )
            level, button = "ok", _("Publish")
        header.set_state(" · ".join(w for w in (words, self._elsewhere(), self._kept) if w), level)
        header.set_button(button)
