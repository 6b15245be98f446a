"""The window at work: joins its parts to the desk. Each action of the table has one function here or in the window
itself.

What belongs to one matter is elsewhere: the open post in `session`, the list in `shelf`, publishing in
`publisher`, blogs in `blogs`, preferences in `preferences`. Over 400 lines would mean that a matter is missing a
home.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from PySide6.QtCore import QMimeData, QObject, QTimer, QUrl
from PySide6.QtGui import QDesktopServices, QGuiApplication, QImageReader, QPixmap
from PySide6.QtWidgets import QFileDialog, QInputDialog, QLineEdit

from postdesk.backends.base import Capability
from postdesk.core.account import Account
from postdesk.core.errors import PostDeskError
from postdesk.core.language import _, ngettext
from postdesk.core.post import Post
from postdesk.core.settings import save_settings
from postdesk.library.document import Document
from postdesk.library.library import Changes, Trashed
from postdesk.markup.counts import reading_minutes, words
from postdesk.publishing.desk import Desk
from postdesk.publishing.journal import JobState
from postdesk.publishing.outbox import JobResult, ResultKind
from postdesk.publishing.plan import Intent
from postdesk.publishing.state import PostState, StateKind
from postdesk.ui.actions import Actions
from postdesk.ui.blogs import Blogs
from postdesk.ui.details import DetailsDrawer
from postdesk.ui.editor import Editor
from postdesk.ui.help import show_about, show_licences, show_shortcuts
from postdesk.ui.outbox import OutboxPanel
from postdesk.ui.preferences import Preferences
from postdesk.ui.preview.preview import Preview
from postdesk.ui.publish import PublishPopover
from postdesk.ui.publisher import Publisher, count_waiting, details_can, done_words
from postdesk.ui.reveal import reveal
from postdesk.ui.session import Session
from postdesk.ui.shelf import Gathered, Shelf, file_key, path_of, remote_of
from postdesk.ui.tasks import Tasks
from postdesk.ui.toast import Toast
from postdesk.ui.window import MainWindow

_LEVELS = {
    StateKind.DRAFT: "warn",
    StateKind.CHANGED: "warn",
    StateKind.WAITING: "warn",
    StateKind.CONFLICT: "bad",
    StateKind.FAILED: "bad",
}
_COUNT = 200  # ms from the last key to the words being counted
_THUMBNAIL = 600  # px


class Controller(QObject):
    """Made once by `app` when the window is up. `http` makes the one HTTP client at its first use."""

    def __init__(
        self, desk: Desk, window: MainWindow, actions: Actions, editor: Editor, preview: Preview, details: DetailsDrawer,
        tasks: Tasks, http: Callable[[], object],
    ) -> None:  # fmt: skip
        super().__init__(window)
        self.desk, self.window, self.actions = desk, window, actions
        self.editor, self._preview, self._details, self._tasks = editor, preview, details, tasks
        self.session = Session(desk.library, desk.recovery, tasks, editor, details, self)
        self.shelf = Shelf(desk, tasks, self)
        self.popover = PublishPopover(window)
        self.publisher = Publisher(desk, tasks, self.popover, self)
        self.blogs = Blogs(desk, tasks, window, http)
        self.preferences = Preferences(desk, window)
        self._outbox = OutboxPanel(window)
        self._blog = ""
        self._kept = ""
        self._state: PostState | None = None
        self._last: JobResult | None = None
        self._remote: tuple[str, str] | None = None
        self._address = ""
        self._trashed: Trashed | None = None
        self._connected = True
        self._finished = False
        self._count = QTimer(self, singleShot=True, interval=_COUNT)
        self._count.timeout.connect(self._count_words)
        self._commands = self._table()
        self._join()

    # --- start and end ---

    def start(self, files: Iterable[str] = ()) -> None:
        """Show the list and open a post: a given one, the one of last time, or the newest."""
        kept = self.desk.recovery.load_session()
        self.set_blogs()
        given = [Path(f).absolute() for f in files]
        last = kept.get("post")
        cursor = kept.get("cursor", 0)
        self.shelf.start()
        self.publisher.start()

        def open_first() -> None:
            if given:
                self.session.open(given[-1])
            elif isinstance(last, str) and Path(last).is_file():
                self.session.open(Path(last), cursor if isinstance(cursor, int) else 0)
            else:
                self._open_newest()

        self.session.bring_back(open_first)
        if self.desk.journal.remark:
            self.window.status.set_notice(self.desk.journal.remark)

    def _open_newest(self) -> None:
        """The post that was changed last, or a new one where there is none."""
        self._tasks.run(
            self.desk.library.summaries,
            lambda s: self.session.open(s[0].path) if s else self.new(),
            self._tell,
            lane="library",
        )

    def finish(self) -> None:
        """At quit: everything typed is on the disk when this returns."""
        if self._finished:
            return
        self._finished = True
        self.shelf.stop()
        self.publisher.stop()
        self.session.leave()
        self._tasks.wait(5000)
        self.session.finish()
        values = {**self.window.state_values(), "blog": self._blog, "cursor": self.editor.cursor_position()}
        if self.session.document is not None:
            values["post"] = str(self.session.document.path)
        self.desk.recovery.save_session(values)
        self._preview.shut()

    def open_files(self, files: Iterable[str]) -> None:
        """A second start handed these over."""
        for name in files:
            self.session.open(Path(name).absolute())
        self.window.showNormal() if self.window.isMinimized() else self.window.show()
        self.window.raise_()
        self.window.activateWindow()

    # --- blogs ---

    def account(self) -> Account | None:
        """The blog that the one button goes to: where the post is already, the chosen one, or the library's
        default."""
        if self._blog and (chosen := self.desk.accounts.get(self._blog)) is not None:
            return chosen
        if self.session.post is not None:
            default = self.desk.accounts.default(self.desk.library.root)
            on = [
                a for a in self.desk.accounts.all() if self.desk.receipt(self.session.post.id, a) is not None
            ]
            return default if default in on or not on else on[0]
        return self.desk.accounts.default(self.desk.library.root)

    def set_blogs(self) -> None:
        """The accounts changed."""
        blogs = self.shelf.blogs()
        if self._blog not in {b.id for b in blogs}:
            self._blog = ""
        if len(blogs) == 1:
            self._blog = blogs[0].id
        self.window.sidebar.set_blogs(blogs, self._blog)
        self.shelf.set_blog(self._blog)
        self._follow()
        self.refresh_archives()

    def refresh_archives(self) -> None:
        """Ask every blog for what changed there; without a connection the list stays as it is."""
        from postdesk.core.cancel import Cancel

        for account in self.desk.accounts.all():
            self._tasks.run(
                lambda a=account: self.desk.refresh_archive(a, Cancel()),
                lambda _n: self._connection(True),
                self._no_archive,
                lane="archive",
            )
        self._tasks.run(lambda: None, lambda _none: self.shelf.refresh(), lane="archive")

    def _no_archive(self, error: Exception) -> None:
        from postdesk.core.errors import Intercepted, Unreachable

        if isinstance(error, Unreachable | Intercepted):
            self._connection(False)
        elif isinstance(error, PostDeskError):
            self.window.status.set_notice(error.sentence)

    def _connection(self, there: bool) -> None:
        if there and not self._connected:
            self.publisher.send_due(at_once=True)
        self._connected = there
        self.window.status.set_connection(
            "ok" if there else "warn", _("Connected") if there else _("No connection")
        )

    # --- the open post ---

    def new(self) -> None:
        """A new draft, the keyboard in its title."""
        self.session.leave()

        def made(document: Document) -> None:
            self.session.show(document)
            self.shelf.refresh()
            self.window.sidebar.show_tab("drafts")
            self.editor.focus_title()

        self._tasks.run(self.desk.library.new, made, self._tell, lane="library")

    def _opened(self, document: Document | None) -> None:
        self._remote = None
        self._address = ""
        if document is None or self.session.post is None:
            self._preview.set_post("", "", "", None)
            self.editor.set_post("", "", read_only=True)
            self._follow()
            return
        post = self.session.post
        path = document.path
        self._preview.set_post(
            post.title,
            self._byline(post),
            post.body,
            path,
            resolve=lambda ref: self.desk.library.resolve_picture(path, ref),
        )
        self.window.set_post_title(post.title)
        self.window.sidebar.select(file_key(path))
        self._count_words()
        self._show_featured()
        self._follow()

    def _edited(self, post: Post) -> None:
        self._preview.update_body(post.body, self._line)
        self._preview.update_title(post.title, self._byline(post))
        self.window.set_post_title(post.title)
        self._count.start()
        self._follow()

    def _saved(self, _document: Document) -> None:
        self._show_featured()
        self._follow()
        self.shelf.refresh()

    def _chosen(self, key: str) -> None:
        path, remote = path_of(key), remote_of(key)
        if path is not None:
            if (
                self.session.document is None
                or self.session.document.path != path
                or self._remote is not None
            ):
                self.session.open(path)
        elif remote is not None:
            self._show_remote(*remote)

    def _show_remote(self, account_id: str, remote_id: str) -> None:
        """A post that was not written here: shown in the preview, inert; not editable in this version."""
        self.session.leave()

        def show(post: object) -> None:
            from postdesk.backends.base import RemotePost

            if not isinstance(post, RemotePost):
                return
            self.session.close_post()
            self._remote = (account_id, remote_id)
            self._address = post.address
            when = (post.date or post.modified or datetime.now()).strftime("%d %B %Y").lstrip("0")
            byline = " · ".join(p for p in (when, ", ".join(post.categories), post.author) if p)
            self.editor.set_post(post.title, "", read_only=True)
            self.editor.show_banner(
                "remote", "note", _("This post is on the blog and was not written here. It is shown as readers see it; it cannot be edited here yet."), []
            )  # fmt: skip
            self._preview.show_html(post.title, byline, post.rendered)
            self.window.set_post_title(post.title)
            self.window.show_pane("preview", True)
            self._follow()

        self._tasks.run(lambda: self.desk.archive.get(account_id, remote_id), show, self._tell)

    def _changed_outside(self, changes: Changes) -> None:
        document = self.session.document
        if document is None:
            return
        for old, new in changes.moved:
            if old == document.path:
                self.session.moved(new)
                return
        if document.path in changes.changed or document.path in changes.removed:
            self.session.look_again()
        self._preview.refresh_pictures()

    def _byline(self, post: Post) -> str:
        when = (post.date or datetime.now().astimezone()).strftime("%d %B %Y").lstrip("0")
        minutes = ngettext("{count} min", "{count} min", self._minutes)
        return " · ".join(p for p in (when, ", ".join(post.categories), minutes) if p)

    _minutes = 1

    def _count_words(self) -> None:
        if self.session.post is not None:
            number = words(self.session.post.body)
            self._minutes = max(1, reading_minutes(number))
            self.window.status.set_counts(number, self._minutes)
            self._preview.update_title(self.session.post.title, self._byline(self.session.post))

    # --- what the header says ---

    def _follow(self) -> None:
        """Everything that depends on where the open post stands."""
        post, account = self.session.post, self.account()
        conditions = {"account"} if account else set()
        if len(self.desk.accounts.all()) > 1:
            conditions.add("accounts")
        if self._last is not None:
            conditions.add("undo publish")
        if self.editor.find_bar.isVisible():
            conditions.add("found")
        capabilities = self.desk.capabilities(account) if account is not None else frozenset()
        self._details.set_can(details_can(capabilities))
        conditions |= {c.value for c in (Capability.UNPUBLISH, Capability.TRASH) if c in capabilities}
        conditions.add("schedule")  # where the blog cannot, the outbox can
        self._state = None
        if post is None or account is None:
            words = _("On the blog") if self._remote else "" if post is None else _("Draft")
            self.window.header.set_state(" · ".join(w for w in (words, self._kept) if w), "ok")
            self.window.header.set_button(_("Publish"))
            if self._remote:
                conditions |= {"post", "address"} if self._address else {"post"}
        else:
            state = self._state = self.desk.state_of(post, account)
            self.window.header.set_state(
                " · ".join(w for w in (state.words, self._kept) if w), _LEVELS.get(state.kind, "ok")
            )
            self.window.header.set_button(state.button)
            conditions |= {"post", "writable", "file"}
            self._address = state.address
            if state.address:
                conditions.add("address")
            if state.kind in (StateKind.PUBLISHED, StateKind.CHANGED, StateKind.SCHEDULED):
                conditions.add("published")
            if state.intent is not None and not (self.session.document and self.session.document.problem):
                conditions.add("publishable")
        if self._selection:
            conditions.add("selection")
        self.actions.set_conditions(conditions)

    _selection = False
    _line = 0

    def _say_kept(self, words: str) -> None:
        self._kept = words
        self._follow()

    # --- publishing ---

    def publish(self) -> None:
        """The one button: a first publication is looked at first; an update goes out at once, and can be undone."""
        state = self._state
        if state is None or state.intent is None:
            return
        if state.intent is Intent.UPDATE:
            self._with_saved(
                lambda d, a: self.publisher.try_at_once(d, a, Intent.UPDATE, self.publish_options)
            )
        else:
            self.publish_options()

    def publish_options(self) -> None:
        """The popover, whatever the state."""
        intent = (
            self._state.intent
            if self._state is not None and self._state.intent is not None
            else Intent.PUBLISH
        )
        button = self.window.header.publish
        if self.popover is not None:
            corner = button.mapTo(self.window, button.rect().bottomRight())
            self.popover.open_at(corner + button.rect().topLeft())
            self._with_saved(lambda d, a: self.publisher.look(d, a, intent))

    def _schedule(self) -> None:
        self.publish_options()
        if self.popover is not None:
            self.popover.choose_time()

    def _elsewhere(self) -> None:
        accounts = [a for a in self.desk.accounts.all()]
        names = [a.name for a in accounts]
        name, chosen = QInputDialog.getItem(
            self.window, _("Publish to another blog"), _("Blog"), names, 0, False
        )
        if chosen:
            self._choose_blog(accounts[names.index(name)].id)
            self.publish_options()

    def _with_saved(self, then: Callable[[Document, Account], None]) -> None:
        """Go on with the file as it is typed now."""
        account = self.account()
        if account is not None:
            self.session.save(lambda document: then(document, account))

    def _intend(self, intent: Intent) -> None:
        self._with_saved(lambda d, a: self.publisher.submit(d, a, intent, None))

    def _done(self, result: JobResult) -> None:
        account = self.desk.accounts.get(result.account_id)
        name = account.name if account else ""
        if result.kind is ResultKind.DONE:
            self._connection(True)
            self._last = result if result.intent != Intent.RESTORE.value else None
            choices: list[tuple[str, Callable[[], None]]] = []
            if result.address:
                choices.append((_("View"), lambda: self._open_outside(result.address)))
            if self._last is not None and result.intent in (Intent.PUBLISH.value, Intent.UPDATE.value):
                choices.append((_("Undo"), self._undo_publish))
            sentence = " ".join((done_words(result, name) + ("." if result.remarks else ""), *result.remarks))
            self.window.toasts.say(Toast(sentence, tuple(choices)))
            if account is not None:
                self.refresh_archives()
        elif result.kind is ResultKind.WAITING and result.sentence:
            self._connection(False)
            self.window.toasts.say(Toast(result.sentence))
        elif result.sentence:
            self.window.toasts.say(Toast(result.sentence, ((_("Outbox"), self._show_outbox),), stays=True))

    def _undo_publish(self) -> None:
        if self._last is not None:
            self.publisher.undo(self._last)
            self._last = None

    def _standing(self) -> None:
        """Where posts stand changed."""
        self._outbox.set_rows(self.publisher.waiting())
        self._follow()
        self.shelf.refresh()

    def _show_outbox(self) -> None:
        self._outbox.set_rows(self.publisher.waiting())
        self._outbox.show()
        self._outbox.raise_()

    def _fix(self, action: str, ref: str) -> None:
        if action == "title":
            self.editor.focus_title()
        elif action in ("pictures", "alt"):
            self.editor.go_to_words(ref)
        elif action == "body":
            self.editor.focus_text()
        else:
            self.window.show_pane("details", True)
            widget = {"date": self._details.when_published, "visibility": self._details.visibility}.get(
                action, self._details.picture
            )
            widget.setFocus()

    # --- files ---

    def _rename(self) -> None:
        document = self.session.document
        if document is None:
            return
        name, agreed = QInputDialog.getText(
            self.window, _("Rename"), _("Name of the file"), QLineEdit.EchoMode.Normal, document.path.stem
        )
        if agreed and name.strip():
            self.session.save(
                lambda d: self._tasks.run(
                    lambda: self.desk.library.rename(d, name.strip()), self._moved, self._tell, lane="library"
                )
            )

    def _moved(self, document: Document) -> None:
        self.session.moved(document.path)
        self.shelf.refresh()

    def _duplicate(self) -> None:
        self.session.save(
            lambda d: self._tasks.run(
                lambda: self.desk.library.duplicate(d), self.session.show, self._tell, lane="library"
            )
        )

    def _trash(self) -> None:
        def trash(document: Document) -> None:
            self.session.close_post()
            self._tasks.run(
                lambda: self.desk.library.trash(document.path), trashed, self._tell, lane="library"
            )

        def trashed(what: Trashed) -> None:
            self._trashed = what
            self.window.toasts.say(Toast(_("Moved to the trash"), ((_("Undo"), self._restore),)))
            self.shelf.refresh()
            self._open_newest()

        self.session.save(trash)

    def _restore(self) -> None:
        what, self._trashed = self._trashed, None
        if what is not None:
            self._tasks.run(
                lambda: self.desk.library.restore(what), self.session.show, self._tell, lane="library"
            )
            self.shelf.refresh()

    def _reveal(self) -> None:
        if self.session.document is not None:
            reveal(self.session.document.path)

    def _open_library(self) -> None:
        folder = QFileDialog.getExistingDirectory(
            self.window, _("Open library"), str(self.desk.library.root.parent)
        )
        if folder and Path(folder) != self.desk.library.root:
            self.desk.settings = replace(self.desk.settings, library=folder)
            try:
                save_settings(self.desk.folders, self.desk.settings)
            except PostDeskError as error:
                self._tell(error)
                return
            self.window.toasts.say(
                Toast(_("The library “{name}” opens at the next start.").format(name=Path(folder).name))
            )

    # --- pictures ---

    def _insert_picture(self) -> None:
        files, _filter = QFileDialog.getOpenFileNames(
            self.window,
            _("Insert picture"),
            "",
            _("Pictures (*.jpg *.jpeg *.png *.gif *.webp *.avif *.heic)"),
        )
        self._take_pictures([(Path(f).name, Path(f)) for f in files], None)

    def _take_pictures(self, pictures: list[tuple[str, bytes | Path]], place: int | None) -> None:
        """Copy pictures beside the post and put them into the text."""
        document = self.session.document
        if document is None or not pictures:
            return

        def put(references: list[str]) -> None:
            for reference in references:
                self.editor.insert_picture(reference, "", "", place)

        self._tasks.run(
            lambda: [self.desk.library.add_picture(document, name, data) for name, data in pictures],
            put,
            self._tell,
            lane="library",
        )

    def _choose_featured(self) -> None:
        name, _filter = QFileDialog.getOpenFileName(
            self.window,
            _("Featured picture"),
            "",
            _("Pictures (*.jpg *.jpeg *.png *.gif *.webp *.avif *.heic)"),
        )
        if name:
            self._set_featured(Path(name).name, Path(name))

    def _featured_dropped(self, mime: QMimeData) -> None:
        for url in mime.urls():
            if url.isLocalFile():
                path = Path(url.toLocalFile())
                self._set_featured(path.name, path)
                return

    def _set_featured(self, name: str, data: Path) -> None:
        document = self.session.document
        if document is not None:
            self._tasks.run(
                lambda: self.desk.library.add_picture(document, name, data),
                self._featured_added,
                self._tell,
                lane="library",
            )

    def _featured_added(self, reference: str) -> None:
        shown = replace(self._details.details, image=reference)
        self._details.set_details(shown, self.editor.title())
        self._details.changed.emit(shown)

    def _show_featured(self) -> None:
        post, document = self.session.post, self.session.document
        if post is None or document is None or not post.image:
            self._details.set_thumbnail(None, _("Choose or drop a picture"))
            return
        image, path = post.image, document.path

        def load() -> object:
            reader = QImageReader(str(self.desk.library.resolve_picture(path, image)))
            reader.setAutoTransform(True)
            size = reader.size()
            if size.isValid() and size.width() > _THUMBNAIL:
                reader.setScaledSize(size * (_THUMBNAIL / size.width()))
            return reader.read()

        def show(picture: object) -> None:
            pixmap = QPixmap.fromImage(picture)  # type: ignore[arg-type]  # what `load` gave
            self._details.set_thumbnail(None if pixmap.isNull() else pixmap, image)

        self._tasks.run(
            load, show, lambda e: self._details.set_thumbnail(None, str(getattr(e, "happened", e)))
        )

    # --- the rest ---

    def _gathered(self, gathered: Gathered) -> None:
        self.window.sidebar.set_rows(gathered.rows)
        self.window.sidebar.set_waiting(count_waiting(gathered.waiting))
        self.window.palette_box.set_posts(gathered.titles)
        self._details.set_known(gathered.tags, gathered.categories)
        if self.session.document is not None:
            self.window.sidebar.select(file_key(self.session.document.path))

    def _choose_blog(self, account_id: str) -> None:
        self._blog = account_id
        self.window.sidebar.set_blogs(self.shelf.blogs(), account_id)
        self.shelf.set_blog(account_id)
        self._follow()

    def _make_default(self) -> None:
        account = self.account()
        if account is not None:
            self.desk.accounts.set_default(self.desk.library.root, account.id)
            self.window.toasts.say(
                Toast(_("New posts of this library go to {blog}.").format(blog=account.name))
            )
            self.set_blogs()

    def _with_account(self, then: Callable[[Account], None]) -> None:
        account = self.account()
        if account is not None:
            then(account)

    def _open_outside(self, address: str) -> None:
        QDesktopServices.openUrl(QUrl(address))

    def _view(self) -> None:
        if self._address:
            self._open_outside(self._address)

    def _copy_address(self) -> None:
        QGuiApplication.clipboard().setText(self._address)
        self.window.toasts.say(Toast(_("The address is on the clipboard.")))

    def _tell(self, error: object) -> None:
        sentence = (
            error
            if isinstance(error, str)
            else error.sentence
            if isinstance(error, PostDeskError)
            else str(error)
        )
        self.window.toasts.say(Toast(sentence, stays=isinstance(error, PostDeskError)))

    def _mended(self, account: Account) -> None:
        self.desk.outbox.resume_account(account.id)
        self.publisher.send_due()

    def _selected(self, number: int, characters: int) -> None:
        self._selection = characters > 0
        self.window.status.set_selection(number, characters)

    def _moved_to(self, line: int) -> None:
        self._line = line
        self.window.status.set_line(line + 1)

    def _failed_engine(self, sentence: str) -> None:
        self.window.status.set_notice(sentence)

    def _table(self) -> dict[str, Callable[[], object]]:
        e = self.editor
        formats = {
            "bold": "bold", "italic": "italic", "strikethrough": "strike", "code": "code", "link": "link", "quote": "quote",
            "bulleted_list": "bullet-list", "numbered_list": "numbered-list", "rule": "rule",
            **{f"heading_{n}": f"heading-{n}" for n in range(1, 5)},
        }  # fmt: skip
        return {
            **{name: (lambda f=form: e.run(f)) for name, form in formats.items()},
            "new": self.new,
            "open_library": self._open_library,
            "save": self.session.save,
            "rename": self._rename,
            "duplicate": self._duplicate,
            "show_in_folder": self._reveal,
            "trash": self._trash,
            "preferences": self.preferences.open,
            "quit": self.window.close,
            "paste_plain": e.text.paste,
            "find": e.find,
            "find_next": e.find_next,
            "find_previous": e.find_previous,
            "replace": e.replace,
            "insert_picture": self._insert_picture,
            "bigger": lambda: self.preferences.step_text(1),
            "smaller": lambda: self.preferences.step_text(-1),
            "normal_size": lambda: self.preferences.step_text(0),
            "theme_system": lambda: self.preferences.set_theme("system"),
            "theme_light": lambda: self.preferences.set_theme("light"),
            "theme_dark": lambda: self.preferences.set_theme("dark"),
            "publish": self.publish,
            "publish_options": self.publish_options,
            "schedule": self._schedule,
            "publish_elsewhere": self._elsewhere,
            "view_on_blog": self._view,
            "copy_address": self._copy_address,
            "undo_publish": self._undo_publish,
            "unpublish": lambda: self._intend(Intent.UNPUBLISH),
            "delete_from_blog": lambda: self._intend(Intent.TRASH),
            "add_blog": self.blogs.add,
            "edit_blog": lambda: self._with_account(self.blogs.edit),
            "remove_blog": lambda: self._with_account(self.blogs.remove),
            "default_blog": self._make_default,
            "refresh": self.refresh_archives,
            "outbox": self._show_outbox,
            "go_title": e.focus_title,
            "go_editor": self.window.go_to_editor,
            "shortcuts": lambda: show_shortcuts(self.window, self.actions),
            "font_licences": lambda: show_licences(self.window),
            "about": lambda: show_about(self.window),
        }

    def _join(self) -> None:
        w, e, s, p = self.window, self.editor, self.session, self.publisher
        self.actions.triggered.connect(self._do)
        s.opened.connect(self._opened)
        s.edited.connect(self._edited)
        s.saved.connect(self._saved)
        s.kept.connect(self._say_kept)
        s.told.connect(self._tell)
        self.shelf.gathered.connect(self._gathered)
        self.shelf.changed_outside.connect(self._changed_outside)
        self.shelf.found.connect(w.sidebar.set_found)
        self.shelf.told.connect(self._tell)
        w.sidebar.row_chosen.connect(self._chosen)
        w.sidebar.row_opened.connect(lambda key: (self._chosen(key), w.go_to_editor()))
        w.sidebar.search_changed.connect(self.shelf.search)
        w.sidebar.blog_chosen.connect(self._choose_blog)
        w.palette_box.post_chosen.connect(self._chosen)
        w.header.cancelled.connect(p.cancel)
        w.closing.connect(self.finish)
        w.left.connect(self.session.save)
        w.came_back.connect(self.shelf.look)
        p.changed.connect(self._standing)
        p.done.connect(self._done)
        p.fix.connect(self._fix)
        p.told.connect(self._tell)
        p.progress.connect(w.header.set_progress)
        self.blogs.changed.connect(self.set_blogs)
        self.blogs.told.connect(self._tell)
        self.blogs.mended.connect(self._mended)
        self._outbox.retry.connect(p.retry)
        self._outbox.take_back.connect(p.take_back)
        e.cursor_moved.connect(self._moved_to)
        e.refused.connect(self._tell)
        e.selection_changed.connect(self._selected)
        e.pictures_dropped.connect(self._take_pictures)
        self._details.choose_picture.connect(self._choose_featured)
        self._details.picture_dropped.connect(self._featured_dropped)
        self._preview.link_clicked.connect(self._open_outside)
        self._preview.line_activated.connect(lambda line: (e.go_to_line(line), w.go_to_editor()))
        self._preview.engine_failed.connect(self._failed_engine)
        self._tasks.failed.connect(self._tell)

    def _do(self, name: str) -> None:
        command = self._commands.get(name)
        if command is not None:
            command()


__all__ = ["Controller", "JobState"]
