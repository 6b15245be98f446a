"""The window at work: joins its parts to the desk, and says which function carries out each action of the table.

What belongs to one matter is elsewhere: the open post in `session`, its file in `files`, its pictures in
`pictures`, the list in `shelf`, where it stands in `standing`, publishing in `publisher` and `publish_commands`,
blogs in `blogs`, the library's backup in `backup`, the settings in `preferences`.

Long because it is two tables, of actions and of signals, that are read best in one place.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QTimer, QUrl
from PySide6.QtGui import QDesktopServices, QGuiApplication

from postdesk.backends.base import RemotePost
from postdesk.core.account import Account
from postdesk.core.cancel import Cancel
from postdesk.core.errors import Intercepted, PasswordError, PostDeskError, SignInRefused, Unreachable
from postdesk.core.language import _, ngettext
from postdesk.core.post import Post
from postdesk.core.settings import ORDERS
from postdesk.library.document import Document
from postdesk.library.library import Changes
from postdesk.markup.counts import reading_minutes
from postdesk.markup.postlinks import SCHEME, post_id_of
from postdesk.publishing.desk import Desk
from postdesk.publishing.plan import Intent, spoken_day
from postdesk.ui.actions import Actions
from postdesk.ui.backup import Backup
from postdesk.ui.below import Below
from postdesk.ui.blog_conflicts import BlogConflicts
from postdesk.ui.blogs import Blogs
from postdesk.ui.card_pictures import CardPictures
from postdesk.ui.conflicts import Conflicts
from postdesk.ui.details import DetailsDrawer
from postdesk.ui.editor import Editor, places
from postdesk.ui.embeds import Embeds
from postdesk.ui.files import Files
from postdesk.ui.gathering import Gathered, file_key, path_of, remote_of, spoken_title
from postdesk.ui.help import show_about, show_licences, show_shortcuts
from postdesk.ui.kept_looks import KeptLooks
from postdesk.ui.links import Links
from postdesk.ui.looks import Looks
from postdesk.ui.network import Network
from postdesk.ui.outline import Outline
from postdesk.ui.pictures import Pictures
from postdesk.ui.preferences import Preferences
from postdesk.ui.preview.preview import Preview
from postdesk.ui.publish import PublishPopover
from postdesk.ui.publish_commands import PublishCommands
from postdesk.ui.publisher import Publisher, count_waiting
from postdesk.ui.pulling import Pulling
from postdesk.ui.quitting import Quitting
from postdesk.ui.readers import Readers
from postdesk.ui.rendered import RenderedCards
from postdesk.ui.replaced import ReplacedPictures
from postdesk.ui.searches import Searches
from postdesk.ui.session import Session
from postdesk.ui.shelf import Shelf
from postdesk.ui.standing import Standing
from postdesk.ui.sync import Sync
from postdesk.ui.tasks import Tasks
from postdesk.ui.toast import Toast
from postdesk.ui.turning import Turning
from postdesk.ui.versions import Versions
from postdesk.ui.way_back import WayBack
from postdesk.ui.window import MainWindow

if TYPE_CHECKING:
    from postdesk.ui.bringing import Bringing
    from postdesk.ui.exchange import Exporting, Importing
    from postdesk.ui.several import SeveralBlogs
    from postdesk.ui.tags import Renaming
    from postdesk.ui.timeline import Timelines

_PATIENCE = 3000  # ms for the first post to open, before the rest is started all the same
_AFTERWARDS = 700  # ms from the first post to the first question to a blog
_MODES = ("typewriter", "dim_others")  # actions of the text's own look, kept from run to run
_BLOG, _PLACE, _JOURNAL, _SIMPLE = "blog:", "place", "journal", "simple preview"  # what notices are about
_ON_THIS_MACHINE = ("library", "recovery", "publish")  # lanes that are waited for at quit; blogs are not
_log = logging.getLogger(__name__)


class Controller(QObject):
    """Made once by `app` when the window is up. `http` makes the one HTTP client at its first use."""

    def __init__(
        self,
        desk: Desk,
        window: MainWindow,
        actions: Actions,
        editor: Editor,
        preview: Preview,
        details: DetailsDrawer,
        tasks: Tasks,
        http: Callable[[], object],
        session: Session,
    ) -> None:
        super().__init__(window)
        self.desk, self.window, self.actions, self.editor = desk, window, actions, editor
        self._preview, self._details, self._tasks = preview, details, tasks
        self.popover = PublishPopover(window, window.theme)
        self.below = Below(window.status, self)
        self.session = session
        self.shelf = Shelf(desk, tasks, self)
        self.standing = Standing(desk, self.session, editor, details, window, tasks)
        self.publisher = Publisher(desk, tasks, self.popover, self)
        self.readers = Readers(desk, tasks, self.publisher, window.toasts)
        way_back = WayBack(desk, self.publisher, window)
        self.commands = PublishCommands(
            desk, self.session, self.standing, self.publisher, self.popover, self.readers, way_back, window
        )
        self.quitting = Quitting(self.publisher, window, session.save)
        self.network = Network(desk, tasks, self)
        self.files = Files(desk, self.session, tasks, window)
        self.conflicts = Conflicts(desk.library, session, tasks, editor, window)
        self.blog_conflicts = BlogConflicts(desk, session, tasks, self.publisher, self.conflicts, window)
        self.pictures = Pictures(
            desk.library, self.session, tasks, editor, details, window, self._featured_on_blog
        )
        self.card_pictures = CardPictures(tasks, editor)
        self.replaced = ReplacedPictures(desk, self.session, self.standing, tasks, self)
        self.blogs = Blogs(desk, tasks, window, http)
        self.preferences = Preferences(desk, window, editor)
        self.backup = Backup(desk.library.root, self.session, tasks, window)
        self.pulling = Pulling(desk, tasks, window)
        self.turning = Turning(desk, self.session, tasks, window, self.standing.account)
        self.looks = Looks(desk, preview, tasks, window, self.standing.account)
        self.rendered = RenderedCards(desk, preview, tasks, self.standing.account, self)
        self.kept_looks = KeptLooks(desk, preview, tasks, self.standing.account, self)
        self.versions = Versions(desk, self.session, tasks, window)
        self.searches = Searches(desk, window, editor, self.shelf, self.preferences, window.theme)
        self.sync = Sync(editor, preview, self)
        self._renaming: Renaming | None = None
        self._several: SeveralBlogs | None = None
        self._bringing: Bringing | None = None
        self._timelines: Timelines | None = None
        self.links = Links(desk.library, desk.receipts, session, tasks, editor, details, window)
        self.outline = Outline(window.toasts.host, window.theme, editor)
        self.embeds = Embeds(
            tasks, desk.folders.cache / "cards", http, lambda: desk.settings.sites, self._body, self
        )
        self._minutes = 1
        self._line = 0
        self._connected = True
        self._followed = ""  # the id of the post that was opened last
        self._finished = False
        self._importing: Importing | None = None
        self._exporting: Exporting | None = None
        self._rest_started = False
        self._beginning: Gathered | None = None
        self._entered = False  # the first post of this run is open, and the keyboard in it
        self._table = self._carry_out()
        self._join()

    # --- start and end ---

    def start(self, files: Iterable[str], kept: Mapping[str, Any], beginning: Gathered | None = None) -> None:
        """Show the list and open a post, unless one is open: a given one, the one of last time, or the newest. `kept`
        is where she was last time, `beginning` what the list shows already."""
        self._beginning = beginning
        given = [Path(f).absolute() for f in files]
        last, cursor, blog = kept.get("post"), kept.get("cursor"), kept.get("blog")
        self.standing.blog = blog if isinstance(blog, str) else ""
        for mode in _MODES:
            if kept.get(mode) is True:  # she may have asked for one already
                self.actions.set_checked(mode, True)
        self._set_modes()

        def open_first() -> None:
            if given:
                self.session.open(given[-1], otherwise=self.files.open_newest)
            elif isinstance(last, str) and Path(last).is_file():
                place = cursor if isinstance(cursor, int) else 0
                self.session.open(Path(last), place, self.files.open_newest)
            else:
                self.files.open_newest()

        self.window.sidebar.set_blogs(self.shelf.blogs(), self.standing.blog)
        if self.session.document is not None:
            self._take_up(self.session.document)
        else:
            self.session.bring_back(open_first)
        QTimer.singleShot(_PATIENCE, self, self._start_the_rest)
        if self.desk.journal.remark:
            self._tell_below(_JOURNAL, self.desk.journal.remark)

    def _take_up(self, document: Document) -> None:
        """The first post is open already, and she may be typing in it."""
        self._entered = True
        self._line = self.editor.text.textCursor().blockNumber()
        self.window.status.set_line(self._line + 1)
        self._followed = document.post.id  # she may have chosen a filter, too
        self._opened(document)
        self._show_place()
        self.session.say()
        self.session.settle_in()
        QTimer.singleShot(0, self, self._start_the_rest)

    def _start_the_rest(self) -> None:
        """The list, the outbox and the blogs, once the first post is open: their tasks import much, and a thread
        that imports holds up the window's."""
        if not self._rest_started and not self._finished:
            self._rest_started = True
            self.shelf.start(self._beginning)
            self._beginning = None
            self.versions.start()
            self.set_blogs(ask=False)
            QTimer.singleShot(_AFTERWARDS, self, self._ask_the_blogs)

    def _ask_the_blogs(self) -> None:
        if not self._finished:
            self.publisher.start()
            self.network.start()
            self.actions.set_checked("pause_outbox", self.publisher.is_paused)
            self.refresh_archives()
            self.backup.start()

    def finish(self) -> None:
        """At quit: everything typed is on the disk when this returns."""
        if self._finished:
            return
        self._finished = True
        self.quitting.stay()  # it closes now
        for running in (self._importing, self._exporting):
            if running is not None:
                running.stop()
        self.shelf.stop()
        self.versions.stop()
        self.publisher.stop()
        self.readers.stop()
        self.network.stop()
        self.backup.stop()
        self.pulling.stop()
        if self._bringing is not None:
            self._bringing.stop()
        self.looks.stop()
        if self._renaming is not None:
            self._renaming.stop()
        self._tasks.settle(_ON_THIS_MACHINE, 5000)
        self.session.finish()
        try:
            self.desk.recovery.save_session(self._where_she_is())
        except PostDeskError as error:
            _log.warning("Where she was is not kept: %s", error.details or error.happened)
        self.embeds.shut()
        self._preview.shut()

    def _where_she_is(self) -> dict[str, Any]:
        values = {
            **self.window.state_values(),
            "blog": self.standing.blog,
            "cursor": self.editor.cursor_position(),
            **{mode: self.actions.is_checked(mode) for mode in _MODES},
        }
        if self.session.document is not None:
            values["post"] = str(self.session.document.path)
            values["post_id"] = self.session.document.post.id
        return values

    def _set_modes(self) -> None:
        self.editor.set_typewriter(self.actions.is_checked("typewriter"))
        self.editor.set_dimmed(self.actions.is_checked("dim_others"))

    def _change_modes(self) -> None:
        self._set_modes()
        self._keep_place()

    def _keep_place(self) -> None:
        """Where she is, on the disk: the next start opens there after a crash, too."""
        values = self._where_she_is()
        self._tasks.run(
            lambda: self.desk.recovery.save_session(values),
            lambda _none: self.below.over(_PLACE),
            partial(self._tell_below, _PLACE),
            lane="recovery",
        )

    def open_files(self, files: Iterable[str]) -> None:
        """A second start handed these over."""
        for name in files:
            self.session.open(Path(name).absolute())
        if self.window.isMinimized():
            self.window.showNormal()
        self.window.show()
        self.window.raise_()
        self.window.activateWindow()

    # --- blogs ---

    def set_blogs(self, *, ask: bool = True) -> None:
        """The accounts changed; with `ask` they are asked for their posts."""
        blogs = {b.id for b in self.shelf.blogs()}
        matters = (m for m in self.below.matters if m.startswith(_BLOG))
        self.below.over(*(m for m in matters if m.removeprefix(_BLOG) not in blogs))
        if self.standing.blog not in blogs:
            self.standing.blog = ""
        self.choose_blog(self.standing.blog)
        if ask:
            self.refresh_archives()

    def choose_blog(self, account_id: str) -> None:
        """Show one blog's view of things, "" for all."""
        blogs = self.shelf.blogs()
        self.standing.blog = account_id
        # The only one is shown by its name, but not taken for her choice: another one may come and be the default.
        shown = account_id or (blogs[0].id if len(blogs) == 1 else "")
        self.window.sidebar.set_blogs(blogs, shown)
        self.shelf.set_blog(shown)
        self.standing.follow()
        self.looks.follow()
        self.replaced.look()

    def refresh_archives(self, *, thorough: bool = False) -> None:
        """Ask every blog for what changed there; without a connection the list stays as it is."""
        for account in self.desk.accounts.all():
            self._refresh_archive(account, thorough=thorough)

    def _refresh_archive(self, account: Account, *, thorough: bool = False) -> None:
        matter = _BLOG + account.id

        def refreshed(_count: int) -> None:
            self.below.over(matter)
            self._reached(True)
            self.shelf.refresh()

        def failed(error: Exception) -> None:
            if isinstance(error, Unreachable | Intercepted):
                self.below.over(matter)  # the password was there
                self._reached(False)
            elif isinstance(error, PasswordError | SignInRefused):
                self.below.say(matter, error.sentence, lambda: self.blogs.sign_in(account))
            else:
                self._tell_below(matter, error)

        self._tasks.run(
            lambda: self.desk.refresh_archive(account, Cancel(), thorough=thorough),
            refreshed,
            failed,
            lane="archive",
        )

    def _reached(self, there: bool) -> None:
        was, self._connected = self._connected, there
        words = _("Connected") if there else _("No connection")
        self.window.status.set_connection("ok" if there else "warn", words)
        if there and not was:
            self.publisher.send_due(at_once=True)
            self.backup.connected()

    def _make_default(self, account: Account) -> None:
        self.desk.accounts.set_default(self.desk.library.root, account.id)
        self.window.toasts.say(Toast(_("New posts of this library go to {blog}.").format(blog=account.name)))
        self.set_blogs()

    def _with_account(self, then: Callable[[Account], None]) -> None:
        account = self.standing.account()
        if account is not None:
            then(account)

    def _mended(self, account: Account) -> None:
        self.below.over(_BLOG + account.id)
        self.desk.outbox.resume_account(account.id)
        self.publisher.send_due()

    # --- the open post ---

    def _opened(self, document: Document | None) -> None:
        self.standing.remote_address = None
        if document is None or self.session.post is None:
            self._preview.set_post("", "", "", None)
            self.editor.set_post("", "", read_only=True)
            self.standing.follow()
            self.rendered.opened(None)
            self.kept_looks.opened(None)
            return
        post, path = self.session.post, document.path
        self._show_count(self.editor.count_words())
        self._preview.set_post(
            post.title,
            self._byline(post),
            post.body,
            path,
            resolve=lambda r: self.desk.library.shown_picture(path, post.id, r),
        )
        self.card_pictures.set_post(lambda r: self.desk.library.shown_picture(path, post.id, r))
        self.searches.opened()
        self.links.look_back()
        self.window.set_post_title(post.title)
        self.window.sidebar.select(file_key(path))
        if post.id != self._followed:
            self._followed = post.id
            self.window.sidebar.follow()
        self.pictures.show_featured()
        self.standing.follow()
        self.looks.follow()
        self.rendered.opened(document)
        self.kept_looks.opened(document)
        self.replaced.look()
        self._keep_place()
        if not self._entered:
            self._entered = True
            self.window.go_to_editor()
            self.editor.text.ensureCursorVisible()
            self._show_place()
            QTimer.singleShot(0, self, self._start_the_rest)

    def _show_place(self) -> None:
        """Let the preview show what the text shows: a paragraph may be longer than both."""
        height = places.share(self.editor.text)
        self._preview.show_line(float(places.place_at(self.editor.text, height)), height)

    def _edited(self, post: Post) -> None:
        self._preview.update_body(post.body, *places.caret(self.editor.text))
        self._preview.update_title(post.title, self._byline(post))
        self.window.set_post_title(post.title)
        self.standing.follow_soon()

    def _saved(self, _document: Document) -> None:
        self.backup.look_soon()
        self.pictures.show_featured()
        self.standing.follow()
        self.replaced.look()
        self._keep_place()
        self.shelf.refresh()

    def _made(self, _document: Document) -> None:
        self.window.sidebar.show_tab("drafts")
        self.editor.focus_title()

    def choose(self, key: str) -> None:
        """Show the post of a row of the list."""
        path, remote = path_of(key), remote_of(key)
        here = self.session.document.path if self.session.document is not None else None
        if path is not None and path != here:
            self.session.open(path)
        elif remote is not None:
            self.looks.follow(remote[0])
            self._tasks.run(lambda: self.desk.archive.get(*remote), self._show_remote, self._tell)

    def _show_remote(self, post: RemotePost | None) -> None:
        """A post that was not written here: shown in the preview, inert, and not to be edited."""
        if post is None:
            return
        self.session.put_away()
        self.rendered.opened(None)
        self.kept_looks.opened(None)
        self.standing.remote_address = post.address
        title = spoken_title(post)
        when = spoken_day(post.date or post.modified or datetime.now(UTC))
        byline = " · ".join(p for p in (when, ", ".join(post.categories), post.author) if p)
        self.editor.set_post(title, "", read_only=True)
        words_ = _("This post is on the blog and has no file here. It is shown as readers see it.")
        self.editor.show_banner("remote", "note", words_, [])
        self._preview.show_html(title, byline, post.rendered, self.desk.library.copy_of_picture)
        self.window.set_post_title(title)
        self.window.show_pane("preview", True)
        self.standing.follow()

    def _changed_outside(self, changes: Changes) -> None:
        self.backup.look_soon()
        document = self.session.document
        if document is None:
            return
        moved = dict(changes.moved)
        if document.path in moved:
            self.session.moved(moved[document.path])
        elif document.path in changes.changed or document.path in changes.removed:
            self.session.look_again()
        self._preview.refresh_pictures()

    def _body(self) -> str:
        return self.session.post.body if self.session.post is not None else ""

    def _byline(self, post: Post) -> str:
        when = spoken_day(post.date or datetime.now(UTC))
        minutes = ngettext("{count} min", "{count} min", self._minutes)
        return " · ".join(p for p in (when, ", ".join(post.categories), minutes) if p)

    def _show_count(self, number: int | None) -> None:
        """The words of the open post, and how long they take to read; None while they are being counted."""
        if number is not None:
            self._minutes = max(1, reading_minutes(number))
            self.window.status.set_counts(number, self._minutes)
            if self.session.document is not None:
                self.window.sidebar.posts.set_counted(file_key(self.session.document.path), number)

    def _counted(self, number: int) -> None:
        post = self.session.post
        if post is not None:
            self._show_count(number)
            self._preview.update_title(post.title, self._byline(post))

    def _set_library_conditions(self) -> None:
        self.standing.of_library = self.backup.conditions
        self.standing.follow()

    # --- what the window is told ---

    def _gathered(self, gathered: Gathered) -> None:
        self.links.set_gathered(gathered)
        self.links.look_back()
        if SCHEME in self._body():
            self._preview.set_titles(self.links.title_of)
        self.window.sidebar.set_rows(gathered.listing)
        self.window.sidebar.set_waiting(count_waiting(gathered.waiting))
        self.window.palette_box.set_posts(gathered.listing)
        self._details.set_known(gathered.tags, gathered.categories)
        if self.session.document is not None:
            self.window.sidebar.select(file_key(self.session.document.path))
            self._show_count(self.editor.count_words())

    def _stand(self) -> None:
        self.standing.follow()
        self.shelf.refresh()
        self.actions.set_checked("pause_outbox", self.publisher.is_paused)

    def _tell(self, what: object) -> None:
        if isinstance(what, Exception) and not isinstance(what, PostDeskError):
            _log.error("The window met a fault", exc_info=what)
            what = _("The program met a fault of its own. Your text is safe. Please report it with the log.")
        sentence = what.sentence if isinstance(what, PostDeskError) else str(what)
        self.window.toasts.say(Toast(sentence, stays=isinstance(what, PostDeskError)))

    def _tell_below(self, matter: str, what: Exception | str, below: str = "") -> None:
        """A sentence in the status bar (or `below` in its place); a click shows it whole."""
        sentence = what.sentence if isinstance(what, PostDeskError) else str(what)
        self.below.say(matter, below or sentence, lambda: self.window.toasts.say(Toast(sentence)))

    def _simple_preview(self, sentence: str) -> None:
        self._tell_below(_SIMPLE, sentence, _("Simple preview: why?"))

    def _selected(self, number: int, characters: int) -> None:
        self.window.status.set_selection(number, characters)
        if self.standing.has_selection != (characters > 0):
            self.standing.has_selection = characters > 0
            self.standing.follow_soon()

    def _show_source(self) -> None:
        if self.editor.turn_card():
            self.editor.focus_text()
        else:
            self._tell(
                _("The cursor is at no block of the blog. Go to the box of one, or into its source, first.")
            )

    def _moved_to(self, line: int) -> None:
        self._line = line
        self.window.status.set_line(line + 1)

    def _follow_link(self, address: str) -> None:
        post_id = post_id_of(address)
        if post_id:
            self.links.follow(post_id)
        else:
            self._open_outside(address)

    def _open_outside(self, address: str) -> None:
        QDesktopServices.openUrl(QUrl(address))

    def _copy_address(self) -> None:
        QGuiApplication.clipboard().setText(self.standing.address)
        self.window.toasts.say(Toast(_("The address is on the clipboard.")))

    def _import(self) -> object:
        if self._importing is None:
            from postdesk.ui.exchange import Importing  # with it comes what reads other programs' files

            self._importing = Importing(self.desk.library, self._tasks, self.window)
            self._importing.brought.connect(self.shelf.look)
        return self._importing.open()

    def _export(self) -> None:
        if self._exporting is None:
            from postdesk.ui.exchange import Exporting

            self._exporting = Exporting(self.desk.library, self._tasks, self.window)
        exporting, document = self._exporting, self.session.document
        shown = [path for key in self.window.sidebar.shown() if (path := path_of(key)) is not None]
        if document is None:
            exporting.open("", None, shown)
        else:

            def open_it(saved: Document) -> None:
                exporting.open(saved.post.title, saved.path, shown)

            self.session.save(open_it)

    def _bring_pictures(self) -> None:
        account = self.standing.account()
        if account is not None:
            self.session.save(lambda saved: self.bringing.bring(account, saved))

    def _show_change(self) -> None:
        account = self.standing.account()
        if account is not None:
            self.session.save(lambda saved: self.pulling.show_change(saved, account))

    def _replace(self) -> None:
        if self.editor.find_bar.isVisible():
            self.editor.replace()
        else:
            self.editor.open_find()

    # --- the table ---

    def _carry_out(self) -> dict[str, Callable[[], object]]:
        e, f, c = self.editor, self.files, self.commands
        formats = {
            "bold": "bold",
            "italic": "italic",
            "strikethrough": "strike",
            "code": "code",
            "link": "link",
            "quote": "quote",
            "bulleted_list": "bullet-list",
            "numbered_list": "numbered-list",
            "rule": "rule",
            **{f"heading_{n}": f"heading-{n}" for n in range(1, 5)},
        }
        return {
            **{name: partial(e.run, form) for name, form in formats.items()},
            "new": f.new,
            "open_library": f.open_library,
            "save": self.session.save,
            "rename": f.rename,
            "duplicate": f.duplicate,
            "show_in_folder": f.show_in_folder,
            "trash": f.trash,
            "restore_from_trash": f.restore_from_trash,
            "searches": self.searches.show_menu,
            "sync": self.backup.sync,
            "make_repository": self.backup.make,
            "import": self._import,
            "export": self._export,
            "link_post": self.links.open,
            "rename_tag": lambda: self.renaming.open(),
            "preferences": self.preferences.open,
            "quit": self.window.close,
            "paste_plain": e.text.paste,
            "find": e.open_find,
            "find_next": e.find_next,
            "find_previous": e.find_previous,
            "replace": self._replace,
            "insert_picture": self.pictures.choose,
            "show_source": self._show_source,
            "bigger": lambda: self.preferences.step_text(1),
            "smaller": lambda: self.preferences.step_text(-1),
            "normal_size": lambda: self.preferences.step_text(0),
            **{f"sort_{order}": partial(self.searches.set_order, order) for order in ORDERS},
            "theme_system": lambda: self.preferences.set_theme("system"),
            "theme_light": lambda: self.preferences.set_theme("light"),
            "theme_dark": lambda: self.preferences.set_theme("dark"),
            "publish": c.publish,
            "publish_options": c.look_first,
            "schedule": c.schedule,
            "publish_now": c.publish_now,
            "publish_several": lambda: self.several.open(),
            "view_on_blog": lambda: self._open_outside(self.standing.address),
            "copy_address": self._copy_address,
            "undo_publish": c.undo,
            "compare_blog": self.blog_conflicts.compare_open,
            "history": self.versions.open,
            "publishing_history": c.show_history,
            "unpublish": lambda: c.send(Intent.UNPUBLISH),
            "delete_from_blog": c.delete,
            "add_blog": self.blogs.add,
            "edit_blog": lambda: self._with_account(self.blogs.edit),
            "remove_blog": lambda: self._with_account(self.blogs.remove),
            "default_blog": lambda: self._with_account(self._make_default),
            "refresh": partial(self.refresh_archives, thorough=True),
            "pull": lambda: self._with_account(self.pulling.pull),
            "bring_pictures": self._bring_pictures,
            "bring_all_pictures": lambda: self._with_account(self.bringing.bring),
            "clear_pictures": lambda: self.bringing.clear(),
            "show_change": self._show_change,
            "back_to_blog": self.turning.back,
            "convert_markdown": lambda: self.turning.convert("markdown"),
            "convert_blocks": lambda: self.turning.convert("blocks"),
            "undo_conversion": self.turning.undo_conversion,
            "look_like_blog": lambda: self._with_account(self.looks.open),
            "outbox": c.show_outbox,
            "pause_outbox": lambda: self.publisher.pause_all(self.actions.is_checked("pause_outbox")),
            "typewriter": self._change_modes,
            "dim_others": self._change_modes,
            "outline": self.outline.open,
            "next_difference": lambda: self.conflicts.step(1),
            "previous_difference": lambda: self.conflicts.step(-1),
            "go_title": e.focus_title,
            "go_editor": self.window.go_to_editor,
            "shortcuts": lambda: show_shortcuts(self.window, self.actions),
            "font_licences": lambda: show_licences(self.window),
            "about": lambda: show_about(self.window),
        }

    @property
    def renaming(self) -> Renaming:
        """Who renames tags, made when it is first asked for."""
        if self._renaming is None:
            from postdesk.ui.tags import Renaming

            made = Renaming(self.desk.library, self.session, self._tasks, self.window.toasts, self.window)
            made.changed.connect(self.shelf.refresh)
            made.told.connect(self._tell)
            self._renaming = made
        return self._renaming

    @property
    def bringing(self) -> Bringing:
        """Who brings pictures here, made when it is first asked for."""
        if self._bringing is None:
            from postdesk.ui.bringing import Bringing

            made = Bringing(self.desk, self._tasks, self.window)
            made.came.connect(self._pictures_came)
            made.told.connect(self._tell)
            self._bringing = made
        return self._bringing

    def _featured_on_blog(self, post_id: str) -> Callable[[], str]:
        account = self.standing.account()
        return lambda: self.desk.featured_copy(post_id, account) if account is not None else ""

    def _pictures_came(self) -> None:
        self._preview.refresh_pictures()
        self.card_pictures.look_again()
        self.pictures.show_featured()
        self.card_pictures.look_again()

    @property
    def several(self) -> SeveralBlogs:
        """Who sends a post to several blogs, made when it is first asked for."""
        if self._several is None:
            from postdesk.ui.several import SeveralBlogs

            self._several = SeveralBlogs(self.desk, self._tasks, self.session, self.publisher, self.window)
        return self._several

    @property
    def timelines(self) -> Timelines:
        """Who shows what happened to posts, made when it is first asked for."""
        if self._timelines is None:
            from postdesk.ui.timeline import Timelines

            made = Timelines(self.desk, self._tasks, self.window)
            made.told.connect(self._tell)
            self.publisher.changed.connect(made.look)
            self._timelines = made
        return self._timelines

    def do(self, name: str) -> None:
        """Carry out a command of the table."""
        command = self._table.get(name)  # the rest is the window's own
        if command is not None:
            command()

    def _join(self) -> None:
        w, e, s, p, c = self.window, self.editor, self.session, self.publisher, self.commands
        self.actions.triggered.connect(self.do)
        s.opened.connect(self._opened)
        s.edited.connect(self._edited)
        s.saved.connect(self._saved)
        s.kept.connect(self.standing.say_kept)
        self.shelf.gathered.connect(self._gathered)
        self.shelf.changed_outside.connect(self._changed_outside)
        self.shelf.found.connect(w.sidebar.set_found)
        self.shelf.searchable.connect(w.sidebar.set_searchable)
        self.shelf.explained.connect(w.sidebar.set_contexts)
        w.sidebar.looked_at.connect(self.shelf.explain)
        self.files.changed.connect(self.shelf.refresh)
        self.files.made.connect(self._made)
        w.sidebar.row_chosen.connect(self.choose)
        w.sidebar.row_opened.connect(self.choose)
        w.sidebar.row_opened.connect(lambda _key: w.go_to_editor())
        w.sidebar.search_changed.connect(self.shelf.search)
        w.sidebar.blog_chosen.connect(self.choose_blog)
        w.palette_box.post_chosen.connect(self.choose)
        w.closing.connect(self.finish)
        self.preferences.changed.connect(self.popover.set_theme)
        self.preferences.changed.connect(self.outline.set_theme)
        self.preferences.changed.connect(self.links.set_theme)
        self.preferences.changed.connect(self.searches.set_theme)
        self.preferences.changed.connect(self.versions.set_theme)
        self.versions.told.connect(self._tell)
        self.versions.link_clicked.connect(self._follow_link)
        self.preferences.history_changed.connect(self.versions.tidy)
        self.preferences.sites_changed.connect(self.embeds.look_again)
        self.embeds.wanted.connect(self.preferences.offer_site)
        self._preview.set_cards(self.embeds)
        w.left.connect(s.save)
        w.came_back.connect(self.shelf.look)
        self.shelf.gathered.connect(lambda _gathered: self.conflicts.listed())
        self.conflicts.files_changed.connect(self.shelf.refresh)
        self.conflicts.changed.connect(self.standing.follow)
        p.changed.connect(self._stand)
        self.network.back.connect(p.network_is_back)
        c.history.connect(lambda post_id, title: self.timelines.open(post_id, title))
        c.open_post.connect(self.links.follow)
        c.merge_wanted.connect(self.conflicts.merge_open)
        self.preferences.changed.connect(c.outbox.set_theme)
        c.reached.connect(self._reached)
        c.went_out.connect(self._refresh_archive)
        c.open_outside.connect(self._open_outside)
        self.readers.open_outside.connect(self._open_outside)
        c.several_wanted.connect(lambda: self.several.open())
        c.undecided.connect(self.blog_conflicts.take)
        c.compare.connect(self.blog_conflicts.compare)
        c.sign_in.connect(self.blogs.sign_in)
        self.blogs.changed.connect(self.set_blogs)
        self.blogs.mended.connect(self._mended)
        self.blogs.look.connect(self.looks.open)
        e.words_counted.connect(self._counted)
        e.cursor_moved.connect(self._moved_to)
        e.selection_changed.connect(self._selected)
        e.card_reached.connect(lambda kind, _words: w.status.set_card(kind))
        e.pictures_dropped.connect(self.pictures.take)
        self._details.choose_picture.connect(self.pictures.choose_featured)
        self._details.picture_dropped.connect(self.pictures.featured_dropped)
        self._preview.set_titles(self.links.title_of)
        self._preview.link_clicked.connect(self._follow_link)
        self.links.opened.connect(self.session.open)
        self._preview.line_activated.connect(lambda _line, _column: w.go_to_editor())
        self._preview.engine_failed.connect(self._simple_preview)
        for moment in (w.came_back, self.shelf.stirred, p.done):
            moment.connect(lambda *_what: self.replaced.look())
        self.replaced.changed.connect(self.standing.follow)
        for moment in (p.done, self.turning.changed):
            moment.connect(lambda *_what: self.kept_looks.opened(self.session.document))
        w.came_back.connect(self.backup.look_soon)
        w.status.backup_clicked.connect(self.backup.sync)
        self.pulling.came.connect(self.shelf.refresh)
        self.pulling.told.connect(self._tell)
        self.turning.told.connect(self._tell)
        self.turning.changed.connect(self.standing.follow)
        self.backup.changed.connect(self._set_library_conditions)
        self.backup.came.connect(self.shelf.look)
        told = (
            s.told,
            self.links.told,
            self.shelf.told,
            self.files.told,
            self.backup.told,
            self.conflicts.told,
            self.blog_conflicts.told,
            self.pictures.told,
            p.told,
            self.looks.told,
            self.blogs.told,
            self.preferences.told,
        )
        for signal in (*told, e.refused, self._tasks.failed):
            signal.connect(self._tell)
