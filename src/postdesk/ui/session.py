"""The open post: shown, typed into, kept within a second, saved on a pause, and never lost when the disk says no.

It joins the editor and the details drawer to the library. Every slow call is a task in the lane "library", so that
reads, saves and renames of files happen in the order they were asked for.

Long because every state of the one open post (typed, saving, refused by the disk, changed or deleted by others, brought
back) is decided here and nowhere else; apart, the parts would share all of it.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal

from postdesk.core.errors import FileChanged, FileGone, PostDeskError
from postdesk.core.language import _
from postdesk.core.post import Post
from postdesk.library import names
from postdesk.library.document import Document
from postdesk.library.library import Library
from postdesk.library.recovery import Entry, Recovery
from postdesk.ui.details import Details, DetailsDrawer
from postdesk.ui.editor import Editor
from postdesk.ui.editor.banner import Level
from postdesk.ui.tasks import Tasks

LANE = "library"
RECOVER = 300  # ms from a key to its recovery copy being written
PAUSE = 1500  # ms without a key until the file itself is saved
_DISK = "disk"  # the key of the banner about the file on the disk
_log = logging.getLogger(__name__)


class Session(QObject):
    """One post at a time. `opened(document)` when another one is shown, `edited(post)` at every change,
    `saved(document)` when it is on the disk, `kept(words)` with the state of saving in a word or two,
    `told(sentence)` for a notice."""

    opened = Signal(object)
    edited = Signal(object)
    saved = Signal(object)
    kept = Signal(str)
    told = Signal(str)

    def __init__(
        self,
        library: Library,
        recovery: Recovery,
        tasks: Tasks,
        editor: Editor,
        details: DetailsDrawer,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._library = library
        self._recovery = recovery
        self._tasks = tasks
        self._editor = editor
        self._details = details
        self.document: Document | None = None
        self.post: Post | None = None
        self._showing = False
        self._saving = False
        self._stuck = False  # the disk said no; she was told, and typing goes on
        self._then: list[Callable[[Document], None]] = []
        self._unsaved: dict[str, Entry] = {}
        self._recover = QTimer(self, singleShot=True, interval=RECOVER)
        self._recover.timeout.connect(self._put_recovery)
        self._pause = QTimer(self, singleShot=True, interval=PAUSE)
        self._pause.timeout.connect(self.save)
        editor.title_changed.connect(self._edit)
        editor.body_edited.connect(self._edit)
        details.changed.connect(self._edit)

    # --- opening ---

    def open(self, path: Path, cursor: int = 0) -> None:
        """Show the post in this file; what was open is saved first."""
        self.leave()
        self._tasks.run(
            lambda: self._library.read(path), lambda d: self.show(d, cursor), self._cannot, lane=LANE
        )

    def show(self, document: Document, cursor: int = 0) -> None:
        """Show a post that was read."""
        self.leave()
        entry = self._unsaved.get(document.post.id)
        if entry is not None and entry.post != document.post and not document.problem:
            # The disk refused these words when they were brought back at the start: they go on as typed and unsaved.
            self._put(document, entry.post, entry.cursor)
            self._pause.start()
            self._say()
            return
        self._put(document, document.post, cursor)

    def bring_back(self, then: Callable[[], None]) -> None:
        """At the start, before anything is opened: what a crash left in the recovery copies goes into its files."""

        def brought(found: tuple[tuple[str, ...], tuple[Entry, ...]]) -> None:
            sentences, unsaved = found
            self._unsaved = {entry.post.id: entry for entry in unsaved}
            for sentence in sentences:
                self.told.emit(sentence)
            then()

        def failed(error: Exception) -> None:
            self._tell(error)
            then()

        self._tasks.run(lambda: bring_back(self._library, self._recovery), brought, failed, lane=LANE)

    def leave(self) -> None:
        """Save what is open before something else is shown."""
        self._pause.stop()
        if self.is_dirty:
            self._put_recovery()
            self.save()

    def close_post(self) -> None:
        """Nothing is open any more, e.g. because it was moved to the trash."""
        self._pause.stop()
        self._recover.stop()
        self.document = self.post = None

    def _put(self, document: Document, post: Post, cursor: int) -> None:
        self._showing = True
        self.document, self.post, self._stuck = document, post, False
        for key in (_DISK, "front matter", "remote"):
            self._editor.hide_banner(key)
        self._editor.set_post(post.title, post.body, cursor=cursor, read_only=document.readonly)
        self._editor.title_field.setReadOnly(bool(document.problem))
        self._details.set_details(details_of(post), post.title)
        self._details.set_read_only(bool(document.problem))
        if document.problem:
            self._editor.show_banner("front matter", "warn", document.problem, [])
        self._showing = False
        self._say()
        self.opened.emit(document)

    # --- typing ---

    @property
    def is_dirty(self) -> bool:
        """Whether there is something that the file does not have yet."""
        return self.document is not None and self.post is not None and self.post != self.document.post

    def _edit(self, *_what: object) -> None:
        if self._showing or self.post is None or self.document is None:
            return
        d = self._details.details
        post = replace(
            self.post,
            title=self._editor.title(),
            body=self._editor.body(),
            slug=d.slug,
            date=d.date,
            tags=d.tags,
            categories=d.categories,
            excerpt=d.excerpt,
            image=d.image,
            visibility=d.visibility,
            post_password=d.post_password,
        )
        if post == self.post:
            return
        if post.title != self.post.title:
            self._details.set_title(post.title)
        self.post = post
        if not self._recover.isActive():
            self._recover.start()
        self._pause.start()
        self._say()
        self.edited.emit(post)

    def _put_recovery(self) -> None:
        self._recover.stop()
        if self.document is None or self.post is None or not self.is_dirty:
            return
        document, post, cursor = self.document, self.post, self._editor.cursor_position()
        self._tasks.run(
            lambda: self._recovery.put(
                document.post.id, post, path=document.path, base_hash=document.hash, cursor=cursor
            ),
            failed=self._not_kept,
            lane="recovery",
        )

    # --- saving ---

    def save(self, then: Callable[[Document], None] | None = None) -> None:
        """Write the file; `then(document)` is called once everything typed up to now is in it."""
        self._pause.stop()
        if self.document is None or self.post is None:
            return
        if then is not None:
            self._then.append(then)
        if self._saving:
            return
        if not self.is_dirty:
            self._call_then()
            return
        document, post = self.document, self.post
        self._saving = True
        self._say()
        self._tasks.run(
            lambda: self._library.save(document, post),
            lambda saved: self._saved(saved, post),
            lambda e: self._not_saved(e, document, post),
            lane=LANE,
        )

    def _saved(self, document: Document, post: Post) -> None:
        self._saving = False
        key = document.post.id
        mine = self.document is not None and self.document.post.id == document.post.id
        if mine and self.post is not None:
            self.document = document
            self._stuck = False
            self._editor.hide_banner(_DISK)
            still = self.post != document.post
            if not still or self.post == post:
                # What the file holds may be spelled otherwise (a tag twice, a blank): her own words stay shown.
                self.post = document.post
                self._tasks.run(lambda: self._recovery.drop(key), failed=self._not_kept, lane="recovery")
                self._call_then()
            else:
                self._put_recovery()
                self.save()
        else:
            self._tasks.run(lambda: self._recovery.drop(key), failed=self._not_kept, lane="recovery")
        self._say()
        self.saved.emit(document)
        self._name_file()

    def _name_file(self) -> None:
        """A file that is called "Untitled" takes the post's title for a name, once the keyboard has left the title."""
        document = self.document
        if document is None or self._saving or not document.post.title or self._editor.title_field.hasFocus():
            return
        if names.is_untitled(document.path.name):
            self._tasks.run(
                lambda: self._library.rename(document, document.post.title),
                self._renamed,
                self._tell,
                lane=LANE,
            )

    def _renamed(self, document: Document) -> None:
        if self.document is not None and self.document.post.id == document.post.id:
            self.moved(document.path)
            self.saved.emit(self.document)

    def _not_saved(self, error: Exception, document: Document, post: Post) -> None:
        self._saving = False
        self._then.clear()
        if self.document is None or self.document.post.id != document.post.id:
            self._tell(
                error
            )  # she has gone on to another post; the recovery copy holds the words of this one
            return
        self._stuck = True
        self._say()
        if isinstance(error, FileChanged):
            self._tasks.run(
                lambda: self._library.read(document.path), self._changed_outside, self._cannot, lane=LANE
            )
        elif isinstance(error, FileGone):
            self._banner(
                "warn", error, [(_("Save it again"), self._save_again), (_("Let it go"), self._let_go)]
            )
        else:
            self._banner("bad", error, [(_("Try again"), self.save)])

    def _call_then(self) -> None:
        waiting, self._then = self._then, []
        for then in waiting:
            if self.document is not None:
                then(self.document)

    # --- what other programs do to the file ---

    def look_again(self) -> None:
        """The file may have been changed by another program: read it, and take its text when nothing is unsaved
        here."""
        if self.document is not None and not self._saving:
            path = self.document.path
            self._tasks.run(
                lambda: self._library.read(path), self._changed_outside, self._gone_outside, lane=LANE
            )

    def moved(self, path: Path) -> None:
        """The file was renamed or moved: go on there."""
        if self.document is not None:
            self.document = replace(self.document, path=path)

    def _changed_outside(self, there: Document) -> None:
        if self.document is None or self.post is None or there.post.id != self.document.post.id:
            return
        if there.hash == self.document.hash and not self._stuck:
            return
        if not self.is_dirty or there.post == self.post:
            self._take(there)
            self.told.emit(_("Another program changed this post; its text is shown."))
            return
        self._stuck = True
        self._say()
        self._editor.show_banner(
            _DISK,
            "warn",
            _(
                "Another program changed this file while you were writing. Nothing was written over, "
                "and your text is safe here. "
                "Choose which one to go on with; the other stays in the history."
            ),
            [
                (_("Keep mine"), lambda: self._keep_mine(there)),
                (_("Take theirs"), lambda: self._take_theirs(there)),
                (_("Keep both"), self._keep_both),
            ],
        )

    def _gone_outside(self, error: Exception) -> None:
        if isinstance(error, FileGone) and self.document is not None:
            self._stuck = True
            self._say()
            self._banner(
                "warn", error, [(_("Save it again"), self._save_again), (_("Let it go"), self._let_go)]
            )
        else:
            self._tell(error)

    def _take(self, there: Document) -> None:
        """Show the file's text in place: the cursor stays, and one undo brings the old text back."""
        self._showing = True
        self.document, self.post, self._stuck = there, there.post, False
        self._editor.hide_banner(_DISK)
        self._editor.set_title(there.post.title)
        self._editor.replace_body_keeping_place(there.post.body)
        self._details.set_details(details_of(there.post), there.post.title)
        self._showing = False
        self._say()
        self.edited.emit(there.post)
        self.saved.emit(there)

    def _keep_mine(self, there: Document) -> None:
        self.document = there  # the next save goes over that version, which the history keeps
        self._editor.hide_banner(_DISK)
        self.save()

    def _take_theirs(self, there: Document) -> None:
        post = self.post
        if post is not None and self.document is not None:
            document = self.document
            self._tasks.run(lambda: self._library.keep_version(document, post), failed=self._tell, lane=LANE)
        self._take(there)
        key = there.post.id
        self._tasks.run(lambda: self._recovery.drop(key), failed=self._not_kept, lane="recovery")

    def _keep_both(self) -> None:
        if self.document is None or self.post is None:
            return
        document, post = self.document, self.post
        key = document.post.id

        def kept(copy: Document) -> None:
            self._tasks.run(lambda: self._recovery.drop(key), failed=self._not_kept, lane="recovery")
            self.close_post()
            self.show(copy, self._editor.cursor_position())
            self.saved.emit(copy)

        self._tasks.run(
            lambda: self._library.save_copy(document, post),
            kept,
            lambda e: self._not_saved(e, document, post),
            lane=LANE,
        )

    def _save_again(self) -> None:
        if self.document is None or self.post is None:
            return
        document, post = self.document, self.post
        self._tasks.run(
            lambda: self._library.put_back(document, post),
            lambda saved: self._saved(saved, post),
            lambda e: self._not_saved(e, document, post),
            lane=LANE,
        )

    def _let_go(self) -> None:
        if self.document is not None:
            key = self.document.post.id
            self._tasks.run(lambda: self._recovery.drop(key), failed=self._not_kept, lane="recovery")
        self._editor.hide_banner(_DISK)
        self.close_post()
        self.opened.emit(None)

    # --- at the end ---

    def finish(self) -> None:
        """At quit, after the tasks have ended: save on this thread. What cannot be saved stays as a recovery copy."""
        self._recover.stop()
        self._pause.stop()
        if self.document is None or self.post is None or not self.is_dirty:
            return
        key = self.document.post.id
        try:
            self._recovery.put(
                key,
                self.post,
                path=self.document.path,
                base_hash=self.document.hash,
                cursor=self._editor.cursor_position(),
            )
            self.document = self._library.save(self.document, self.post)
            self._recovery.drop(key)
        except PostDeskError as error:
            _log.warning("Not saved at quit; the words stay in the recovery copy: %s", error.happened)

    # --- how ---

    def _say(self) -> None:
        if self.document is None:
            self.kept.emit("")
        elif self._stuck:
            self.kept.emit(_("not saved"))
        elif self._saving or self.is_dirty:
            self.kept.emit(_("saving…"))
        else:
            self.kept.emit(_("saved"))

    def _banner(self, level: Level, error: Exception, choices: list[tuple[str, Callable[[], None]]]) -> None:
        sentence = error.sentence if isinstance(error, PostDeskError) else str(error)
        self._editor.show_banner(_DISK, level, sentence, choices)

    def _cannot(self, error: Exception) -> None:
        self._tell(error)

    def _not_kept(self, error: Exception) -> None:
        """The recovery copy cannot be written: the file itself is the only safe place, so save it at once."""
        self._tell(error)
        if not self._stuck:
            self.save()

    def _tell(self, error: Exception) -> None:
        if isinstance(error, PostDeskError):
            self.told.emit(error.sentence)
        else:
            _log.error("the session met a fault", exc_info=error)
            self.told.emit(
                _("The program met a fault of its own. Your text is safe. Please report it with the log.")
            )


def bring_back(library: Library, recovery: Recovery) -> tuple[tuple[str, ...], tuple[Entry, ...]]:
    """Put every recovery copy into its file, or beside it when another program changed the file since; returns
    sentences to tell, and the copies that the disk would not take (they stay where they are)."""
    sentences: list[str] = []
    unsaved: list[Entry] = []
    for found in recovery.pending(library.read, library.root):
        entry, document = found.entry, found.document
        title = entry.post.title or _("Untitled")
        try:
            if document is None:
                made = library.new(entry.post.title, body=entry.post.body)
                library.save(made, replace(entry.post, id=made.post.id))
                words = _("The file of “{title}” is gone; the words you typed are in a new one.")
            elif found.clean:
                library.save(document, entry.post)
                words = _("Brought back what you typed in “{title}” before the program ended.")
            else:
                library.save_copy(document, entry.post)
                words = _(
                    "Another program changed “{title}” after you typed in it. Both are kept: your "
                    "words are in a copy beside it."
                )
            recovery.drop(entry.key)
            sentences.append(words.format(title=title))
        except PostDeskError as error:
            _log.warning("A recovery copy stays where it is: %s", error.details or error.happened)
            unsaved.append(entry)
            sentences.append(error.sentence)
    return tuple(sentences), tuple(unsaved)


def details_of(post: Post) -> Details:
    """The fields that the drawer shows."""
    return Details(
        post.slug,
        post.date,
        post.tags,
        post.categories,
        post.excerpt,
        post.image,
        post.visibility,
        post.post_password,
    )
