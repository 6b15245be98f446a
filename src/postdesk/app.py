"""Puts the parts together: the only place that builds everything, and the only one that decides where things are
kept. Long because the order in which the parts of a window come is one thing: what is first painted, and what waits."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from importlib import import_module
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

from postdesk.core.errors import LibraryAway, LibraryInUse, PostDeskError
from postdesk.core.folders import Folders, under
from postdesk.core.language import _
from postdesk.core.log import start_log
from postdesk.core.memory import give_back_early
from postdesk.core.settings import Settings, load_settings

if TYPE_CHECKING:
    import httpx2
    from PySide6.QtWidgets import QApplication

    from postdesk.library.library import Library
    from postdesk.library.receipts import Receipts
    from postdesk.library.recovery import Recovery
    from postdesk.publishing.connections import PasswordStore
    from postdesk.publishing.desk import Desk
    from postdesk.ui.afterwards import Afterwards
    from postdesk.ui.controller import Controller
    from postdesk.ui.gathering import Gathered
    from postdesk.ui.instance import Instance
    from postdesk.ui.session import Session
    from postdesk.ui.tasks import Tasks
    from postdesk.ui.window import MainWindow

#: What the beginning of the list needs, what others import first. Each is loaded in a step of its own.
_LIST_FIRST = (
    "sqlite3",
    "postdesk.core.receipt",
    "postdesk.backends.base",
    "postdesk.publishing.archive",
    "postdesk.library.fulltext",
    "postdesk.ui.gathering",
    "postdesk.ui.beginning",
)
#: Likewise what the window needs after its first paint.
_LATER = (
    "email.message",
    "importlib.metadata",
    "postdesk.backends.passwords",
    "postdesk.markup.pictures",
    "postdesk.markup.tree",
    "postdesk.markup.gutenberg",
    "postdesk.publishing.content",
    "postdesk.publishing.plan",
    "postdesk.publishing.engine",
    "postdesk.publishing.exchanges",
    "postdesk.publishing.timeline",
    "postdesk.publishing.outbox",
    "postdesk.backends.registry",
    "postdesk.publishing.desk",
    "postdesk.ui.publish",
    "postdesk.ui.outbox",
    "postdesk.ui.publish_commands",
    "postdesk.ui.blogs",
    "postdesk.ui.files",
    "postdesk.ui.controller",
    "PySide6.QtNetwork",
    "postdesk.ui.instance",
)
_QUIET = (
    250  # ms without a key until the preview's engine is started, which holds the window up for that long
)
_LIST = 400  # ms that the engine waits for the list
_BEGINNING = 100  # ms that the rest of the program waits for its beginning


def choose_folders(home: str | None) -> Folders:
    """Where everything is kept: under `--home`, else `POSTDESK_HOME`, else the platform's own folders."""
    given = home or os.environ.get("POSTDESK_HOME")
    if given:
        return under(Path(given))
    import platformdirs

    dirs = platformdirs.PlatformDirs("postdesk", appauthor=False)
    return Folders(
        dirs.user_config_path,
        dirs.user_state_path,
        dirs.user_data_path,
        dirs.user_cache_path,
        dirs.user_documents_path,
    )


def library_folder(folders: Folders, settings: Settings, given: str = "") -> Path:
    """The library to open: the one given, the last one, or "Post Desk" in her documents."""
    return Path(given or settings.library or folders.documents / "Post Desk").expanduser().absolute()


def http_client() -> httpx2.Client:
    """The one HTTP client, made at its first use, which may be that of several threads."""
    with _MAKING:
        return _client()


@lru_cache(maxsize=1)
def _client() -> httpx2.Client:
    from postdesk.backends.http import make_client

    return make_client()


_MAKING = Lock()


def open_library(folders: Folders, root: Path, *, shared: bool = False, anew: bool = False) -> Library:
    """The library in `root`. `shared`: beside a window that may have it open; raises `LibraryInUse` otherwise. `anew`:
    though nothing is left of the posts that were there; raises `LibraryAway` otherwise."""
    from postdesk.library.library import Library

    library = Library(root, folders)
    try:
        library.open(anew=anew)
    except LibraryInUse:
        if not shared:
            raise
    return library


def build(
    folders: Folders,
    settings: Settings,
    library: Library,
    passwords: PasswordStore | None = None,
    recovery: Recovery | None = None,
    receipts: Receipts | None = None,
) -> Desk:
    """The desk on an opened library; the first time with a local site, so that there is somewhere to publish.
    `passwords` instead of the system's keyring alone, `receipts` instead of those that remember nothing."""
    from postdesk.backends.passwords import Passwords
    from postdesk.backends.registry import Registry
    from postdesk.core.account import Account, new_account_id
    from postdesk.library.receipts import Receipts
    from postdesk.library.recovery import Recovery as RecoveryCopies
    from postdesk.publishing.accounts import Accounts
    from postdesk.publishing.desk import open_desk

    accounts = Accounts(folders)
    if accounts.is_new:
        site = folders.documents / "Post Desk Site"
        accounts.add(Account(new_account_id(), "local-site", _("My Site"), str(site)))
    return open_desk(
        folders,
        settings,
        library,
        receipts or Receipts(library.root),
        recovery or RecoveryCopies(folders.state),
        accounts,
        passwords or Passwords(),
        Registry(),
        http_client,
    )


def no_display() -> bool:
    """Whether Qt would end the process, as there is nothing to open a window on."""
    wanted = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    return sys.platform == "linux" and not any(os.environ.get(name) for name in wanted)


def run_command(argv: Sequence[str]) -> int:
    """Carry out a command of the shell; returns its exit code."""
    from postdesk.cli.arguments import command_parser

    arguments = command_parser().parse_args(argv)
    folders = choose_folders(arguments.home)
    start_log(folders.state, loud=arguments.verbose)
    if arguments.command == "demo":
        from postdesk.ui.demo import Demo

        return run_window(
            [],
            folders=folders,
            then=lambda controller, app: Demo(controller, app, arguments.screenshot, arguments.stay).start(),
        )
    from postdesk.cli.commands import carry_out

    return carry_out(arguments, folders, open_library, build, http_client)


def run_window(
    argv: Sequence[str],
    *,
    folders: Folders | None = None,
    then: Callable[[Controller, QApplication], object] | None = None,
) -> int:
    """Open the window and stay until it is closed; returns the exit code. `then` is called once it is up."""
    from postdesk.cli.arguments import window_arguments

    gc.disable()  # nearly all that a start makes stays
    arguments = window_arguments(argv)
    if folders is None:
        folders = choose_folders(arguments.home)
        start_log(folders.state, loud=arguments.verbose)
    if no_display():
        sys.stderr.write("postdesk: " + _("There is no display to open the window on.") + "\n")
        return 1

    from PySide6.QtWidgets import QApplication

    from postdesk.ui.preview.scheme import prepare
    from postdesk.ui.theme import load_fonts

    prepare()
    # The one style that takes every colour of a theme on each platform. Said this way it costs no look at what kind of
    # object a style is.
    application = QApplication([sys.argv[0] if sys.argv else "postdesk", "-style", "Fusion"])
    application.setApplicationName("postdesk")
    application.setApplicationDisplayName("Post Desk")
    application.setDesktopFileName("postdesk")
    load_fonts()

    can_ask = application.platformName() != "offscreen" and os.environ.get("POSTDESK_NO_DIALOG") is None

    def refuse(error: PostDeskError) -> int:
        from postdesk.ui.refusal import refusal

        sys.stderr.write(f"postdesk: {error.sentence}\n")
        if can_ask:
            refusal(error).exec()
        return 7

    def opened_library(root: Path) -> Library | None:
        """None when nothing is there, and she does not want to begin anew in its place."""
        try:
            return open_library(folders, root)
        except LibraryAway as error:
            from postdesk.ui.refusal import wants_anew

            sys.stderr.write(f"postdesk: {error.sentence}\n")
            return open_library(folders, root, anew=True) if can_ask and wants_anew(error) else None

    try:
        settings = load_settings(folders)
        root = library_folder(folders, settings, arguments.library)
        library = opened_library(root)
        if library is None:
            return 7
    except LibraryInUse as error:
        from postdesk.ui.instance import hand_over

        return 0 if hand_over(root, list(arguments.files)) else refuse(error)
    except PostDeskError as error:
        return refuse(error)

    opened = open_window(application, folders, settings, library, arguments.files, then)
    opened.afterwards.done.connect(_collect_again)
    code = application.exec()
    opened.close()
    return code


@dataclass
class Opened:
    """An open window and what it is made of. What is None is made after the first paint."""

    window: MainWindow
    tasks: Tasks
    library: Library
    session: Session
    afterwards: Afterwards
    instance: Instance | None = None
    controller: Controller | None = None

    def close(self) -> None:
        """At the end: everything typed is on the disk, and the library is free for the next window."""
        self.afterwards.stop()
        if self.controller is not None:
            self.controller.finish()
        else:
            self.session.finish()
        if self.instance is not None:
            self.instance.close()
        self.tasks.wait(5000)
        if self.controller is not None:
            self.controller.desk.close()
        self.library.close()


def open_window(
    application: QApplication,
    folders: Folders,
    settings: Settings,
    library: Library,
    files: Sequence[str] = (),
    then: Callable[[Controller, QApplication], object] | None = None,
) -> Opened:
    """Show the window on an opened library, with the post of last time to be typed into. What can wait is made after
    its first paint, in small steps; then `then` is called."""
    from PySide6.QtCore import Qt, QTimer

    from postdesk.ui.style import stylesheet
    from postdesk.ui.theme import load_theme, palette, ui_font, wants_dark

    theme = load_theme(wants_dark(settings.theme))
    application.setPalette(palette(theme))
    application.setFont(ui_font())
    application.setStyleSheet(stylesheet(theme))

    from postdesk.library.recovery import Recovery
    from postdesk.ui.actions import Actions
    from postdesk.ui.afterwards import Afterwards
    from postdesk.ui.details import DetailsDrawer
    from postdesk.ui.editor import Editor
    from postdesk.ui.preview.preview import Preview
    from postdesk.ui.session import Session
    from postdesk.ui.tasks import Tasks
    from postdesk.ui.window import MainWindow

    tasks = Tasks()
    actions = Actions()
    editor = Editor()
    editor.set_theme(theme)
    editor.set_text_size(settings.text_size)
    preview = Preview(theme, cache=folders.cache, tasks=tasks)
    for pane in (editor, preview):
        # Native, so that the preview's engine composes only itself: without it, the whole window is made anew when
        # the engine comes, loses the keyboard, and every key is composed through OpenGL (docs/decisions).
        pane.setAttribute(Qt.WidgetAttribute.WA_DontCreateNativeAncestors)
        pane.setAttribute(Qt.WidgetAttribute.WA_NativeWindow)
    details = DetailsDrawer()
    window = MainWindow(actions, editor, preview, details, theme)
    recovery = Recovery(folders.state)
    where = recovery.load_session()
    window.restore_values(where)
    session = Session(library, recovery, tasks, editor, details, window)
    wishes: list[str] = []  # commands that she gave before there was anybody to carry them out
    chosen: list[str] = []  # rows, likewise
    begun: list[Gathered] = []

    def wish(name: str) -> None:
        wishes.append(name)

    def choose(key: str) -> None:
        chosen.append(key)

    def begin_list() -> None:
        from postdesk.publishing.accounts import Accounts
        from postdesk.publishing.archive import Archive
        from postdesk.ui.beginning import first_rows
        from postdesk.ui.gathering import file_key

        accounts, archive, blog = Accounts(folders), Archive(folders.data), where.get("blog")

        def show(gathered: Gathered | None) -> None:
            if gathered is not None and opened.controller is None:
                begun.append(gathered)
                window.sidebar.set_rows(gathered.listing)
                if session.document is not None:
                    window.sidebar.select(file_key(session.document.path))
            opened.afterwards.go_on()

        opened.afterwards.wait(_BEGINNING)
        tasks.run(
            lambda: first_rows(
                library, accounts, archive, blog if isinstance(blog, str) else "", settings.order
            ),
            show,
            lambda _error: opened.afterwards.go_on(),  # the list itself says what is wrong
        )

    def make_controller() -> None:
        from postdesk.library.receipts import Receipts
        from postdesk.ui.controller import Controller
        from postdesk.ui.instance import Instance

        receipts = Receipts(library.root, library.cache)
        desk = build(folders, settings, library, recovery=recovery, receipts=receipts)
        controller = Controller(desk, window, actions, editor, preview, details, tasks, http_client, session)
        opened.controller = controller
        opened.instance = Instance(library.root)
        opened.instance.asked.connect(controller.open_files)

    def start() -> None:
        controller = opened.controller
        if controller is None:
            return
        actions.triggered.disconnect(wish)
        for signal in (window.sidebar.row_chosen, window.sidebar.row_opened):
            signal.disconnect(choose)
        controller.start(files, where, begun.pop() if begun else None)
        for key in chosen[-1:]:
            controller.choose(key)
        for name in wishes:
            controller.do(name)
        if then is not None:
            QTimer.singleShot(0, controller, lambda: then(controller, application))

    def start_engine() -> None:
        # Its start holds the window up for a moment: the list comes first, where it does not take long.
        controller = opened.controller
        if controller is None:
            return
        waiting = QTimer(controller, singleShot=True, interval=_LIST)
        waiting.timeout.connect(engine.start)
        waiting.start()
        controller.shelf.gathered.connect(
            lambda _gathered: waiting.setInterval(0) if waiting.isActive() else None
        )

    engine = Afterwards([preview.start_engine], window, quiet=_QUIET)
    steps: list[Callable[[], object]] = [
        give_back_early,
        *(partial(import_module, name) for name in _LIST_FIRST),
    ]
    steps += [
        begin_list,
        *(partial(import_module, name) for name in _LATER),
        partial(_set_icon, application),
        make_controller,
        start,
        start_engine,
    ]
    opened = Opened(window, tasks, library, session, Afterwards(steps, window))
    actions.triggered.connect(wish)
    for signal in (window.sidebar.row_chosen, window.sidebar.row_opened):
        signal.connect(choose)
    for later in (opened.afterwards, engine):
        editor.body_edited.connect(later.saw_key)
        editor.title_changed.connect(later.saw_key)
        window.closing.connect(later.stop)
    window.first_painted.connect(window.activateWindow)  # where no window manager gives it the keyboard
    window.first_painted.connect(opened.afterwards.start)
    window.show()
    first = _first_post(files, where)
    if first is not None and session.open_at_once(*first):
        window.set_post_title(editor.title())
        editor.text.ensureCursorVisible()
    window.go_to_editor()
    return opened


def _first_post(files: Sequence[str], where: Mapping[str, Any]) -> tuple[Path, int, str] | None:
    """The post to show first, the cursor in it, and its id ("" when it is not known): the one given last, else that of
    last time."""
    if files:
        return Path(files[-1]).absolute(), 0, ""
    last, cursor, post_id = (where.get(name) for name in ("post", "cursor", "post_id"))
    if not isinstance(last, str):
        return None
    return Path(last), cursor if isinstance(cursor, int) else 0, post_id if isinstance(post_id, str) else ""


def _collect_again() -> None:
    """What is loaded by now stays: to walk over it again and again would be felt while she types."""
    gc.freeze()
    gc.enable()


def _set_icon(application: QApplication) -> None:
    from PySide6.QtGui import QIcon

    from postdesk.core.resources import resource

    icon = QIcon()
    for path in sorted(resource("icons").glob("postdesk-*.png")):
        icon.addFile(str(path))
    application.setWindowIcon(icon)
