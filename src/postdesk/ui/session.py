"""The open post: shown, typed into, kept within a second, saved on a pause, and never lost when the disk says no.

It joins the editor and the details drawer to the library. Every slow call is a task in the lane "library", so that
reads, saves and renames of files happen in the order they were asked for. A post that she has left stays an `OpenText`
until everything typed into it is in its file.

Long because every state of the one open post (typed, saving, refused by the disk, changed or deleted by others, brought
back) is decided here and nowhere else; apart, the parts would share all of it.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from postdesk.core.errors import FileChanged, FileGone, PostDeskError
from postdesk.core.language import _
from postdesk.core.post import Post
from postdesk.library import names
from postdesk.library.document import Document, meant_for
from postdesk.library.library import Library
from postdesk.library.recovery import Entry, Recovery
from postdesk.ui.details import DetailsDrawer
from postdesk.ui.editor import Editor
from postdesk.ui.editor.banner import Level
from postdesk.ui.editor.editor import Place
from postdesk.ui.merging import Meeting, meet, meet_copy
from postdesk.ui.open_text import BroughtBack, OpenText, bring_back, details_of
from postdesk.ui.tasks import Tasks

if TYPE_CHECKING:
    from postdesk.ui.merging import Choice

LANE = "library"
RECOVERY = "recovery"  # the lane of the recovery copies
RECOVER = 300  # ms from a key to its recovery copy being written
PAUSE = 1500  # ms without a key until the file itself is saved
_DISK = "disk"  # the key of the banner about the file on the disk
_OTHER = "other version"  # the key of the one that asks which of two versions goes on
_log = logging.getLogger(__name__)


class Session(QObject):
    """One post at a time. `opened(document)` when another one is shown, `edited(post)` at every change,
    `saved(document)` when it is on the disk, `kept(words)` with the state of saving in a word or two,
    `left_empty(document)` when she has gone on from one without a word, `told(sentence)` for a notice,
    `merged(sentence)` for one of a merge that `undo_merge` takes back, and `conflict(meeting)` when she wants to see
    two versions side by side."""

    opened = Signal(object)
    edited = Signal(object)
    saved = Signal(object)
    kept = Signal(str)
    left_empty = Signal(object)
    told = Signal(str)
    merged = Signal(str)
    conflict = Signal(object)

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
        self._text: OpenText | None = None
        self._left: dict[
            str, OpenText
        ] = {}  # by post id: she has left them, and their files do not have it all yet
        self._places: dict[str, Place] = {}  # by post id: where she was in each that she has left
        self._showing = False
        self._unsaved: dict[str, Entry] = {}  # by post id: what the disk would not take at the start
        self._cursors: dict[str, int] = {}  # by post id: where she was in what a crash left
        self._at_once = False  # the post was opened before the library was looked through
        self._before_merge: tuple[str, Post, Post] | None = (
            None  # the post's id, what she had, what was made of it
        )
        self._recover = QTimer(self, singleShot=True, interval=RECOVER)
        self._recover.timeout.connect(self._put_recovery)
        self._pause = QTimer(self, singleShot=True, interval=PAUSE)
        self._pause.timeout.connect(self._save_what_is_known)
        editor.title_changed.connect(self._edit)
        editor.body_edited.connect(self._edit)
        details.changed.connect(self._edit)
        self._lock_fields()

    @property
    def document(self) -> Document | None:
        """The open post's file as it was last read or written; None while nothing is open."""
        return self._text.document if self._text is not None else None

    @property
    def post(self) -> Post | None:
        """The open post as it is typed now; None while nothing is open."""
        return self._text.post if self._text is not None else None

    # --- opening ---

    def open(self, path: Path, cursor: int = 0, otherwise: Callable[[], object] | None = None) -> None:
        """Show the post in this file; what was open is saved first. `otherwise()` when it cannot be read."""
        self.leave()

        def failed(error: Exception) -> None:
            self._tell(error)
            if otherwise is not None:
                otherwise()

        self._tasks.run(lambda: self._library.read(path), lambda d: self.show(d, cursor), failed, lane=LANE)

    def open_at_once(self, path: Path, cursor: int = 0, post_id: str = "") -> bool:
        """At the start, on this thread, before anything else: show the post of last time, to be typed into while the
        rest of the program is still being made; `post_id` is which one it was then. False, and nothing is shown, when a
        crash left words that have to be brought back first, or when only a look through the whole library can tell
        which post this is.
        """
        try:
            if self._recovery.any():
                return False
            document = self._library.read_known(path, post_id)
        except PostDeskError:
            return False  # `open` will say why
        if document is None:
            return False
        self._at_once = True
        self._put(OpenText(document, document.post, cursor))
        return True

    def settle_in(self) -> None:
        """After `open_at_once`, once there is time: the library is looked through, and says which post it is."""
        text = self._text
        if not self._at_once or text is None:
            return
        self._at_once = False
        path = text.document.path

        def read(there: Document) -> None:
            if there.post.id != text.key and there.path == text.document.path:
                self._rekey(text, there.post.id)
            self._changed_outside(there)

        def failed(error: Exception) -> None:
            if text is self._text:
                self._gone_outside(error)

        self._tasks.run(lambda: self._library.read(path), read, failed, lane=LANE)

    def _rekey(self, text: OpenText, key: str) -> None:
        """The post has another id than its file and the last run said, e.g. because the file is a copy."""
        old = text.key
        text.document = replace(text.document, post=replace(text.document.post, id=key))
        text.post = replace(text.post, id=key)
        if self._left.pop(old, None) is not None:
            self._left[key] = text
        self._editor.rename_post(old, key)
        if text is self._text:
            self._put_recovery()
        self._drop_recovery(old)

    def show(self, document: Document, cursor: int = 0) -> None:
        """Show a post that was read. What she typed into it and the file does not have yet is shown with it."""
        key = document.post.id
        if self._text is not None and self._text.key == key and self._text.document.path == document.path:
            self._changed_outside(document)  # it is open, perhaps with newer words
            return
        self.leave()
        cursor = self._cursors.pop(key, cursor)
        entry, text = self._unsaved.pop(key, None), self._left.pop(key, None)
        if text is None and entry is not None and entry.post != document.post:
            text = OpenText(replace(entry.onto(document), hash=entry.base_hash), entry.post, entry.cursor)
        if text is None or not text.is_dirty:
            self._put(OpenText(document, document.post, cursor))
            return
        self._put(text)
        if text.saving or document.hash == text.document.hash:
            self._pause.start()
        else:
            self._changed_outside(document)

    def bring_back(self, then: Callable[[], None]) -> None:
        """At the start, before anything is opened: what a crash left in the recovery copies goes into its files."""

        def brought(found: BroughtBack) -> None:
            self._unsaved = {entry.post.id: entry for entry in found.unsaved}
            self._cursors = dict(found.cursors)
            for sentence in found.sentences:
                self.told.emit(sentence)
            then()

        def failed(error: Exception) -> None:
            self._tell(error)
            then()

        self._tasks.run(lambda: bring_back(self._library, self._recovery), brought, failed, lane=LANE)

    def leave(self) -> None:
        """Save what is open before something else is shown."""
        self._details.take_typed()
        self._pause.stop()
        text = self._text
        if text is not None:
            self._places[text.key] = self._editor.place()
        self.settle_in()
        if text is not None and text.is_dirty:
            text.cursor = self._editor.cursor_position()
            self._left[text.key] = text
            self._put_recovery()
            self._save(text)

    def put_away(self) -> None:
        """Save what is open, and close it: what is shown next is no file."""
        self.leave()
        left = self._text
        self.close_post()
        self._leave_empty(left)

    def close_post(self) -> None:
        """Nothing is open any more, e.g. because it was moved to the trash."""
        self._pause.stop()
        self._recover.stop()
        self._text = None
        self._lock_fields()

    def _lock_fields(self) -> None:
        """Where no post is open, what is typed would be nowhere."""
        self._editor.text.setReadOnly(True)
        self._editor.title_field.setReadOnly(True)

    def _put(self, text: OpenText) -> None:
        self._showing = True
        left, self._text = self._text, text
        document, post = text.document, text.post
        text.stuck = False
        for key in (_DISK, _OTHER, "front matter", "remote", "copy"):
            self._editor.hide_banner(key)
        self._editor.set_post(post.title, post.body, cursor=text.cursor, key=text.key)
        place = self._places.get(text.key)
        if place is not None and text.cursor in (0, place.position):
            self._editor.go_back_to(place)
        self._details.set_details(details_of(post), post.title)
        self._say_problem(document)
        self._showing = False
        self.say()
        self.opened.emit(document)
        if left is not None and left.key != text.key:
            self._leave_empty(left)

    @property
    def is_empty(self) -> bool:
        """Whether the open post has no word, no field and nothing on its way."""
        return self._text is not None and _is_empty(self._text)

    def _leave_empty(self, left: OpenText | None) -> None:
        if left is not None and _is_empty(left):
            self._drop_recovery(left.key)
            self.left_empty.emit(left.document)

    def _say_problem(self, document: Document) -> None:
        """What cannot be edited in this file, and why."""
        self._editor.text.setReadOnly(document.readonly)
        self._editor.title_field.setReadOnly(bool(document.problem))
        self._details.set_read_only(bool(document.problem))
        if document.problem:
            self._editor.show_banner("front matter", "warn", document.problem, [])
        else:
            self._editor.hide_banner("front matter")

    # --- typing ---

    @property
    def is_dirty(self) -> bool:
        """Whether there is something that the file does not have yet."""
        return self._text is not None and self._text.is_dirty

    def _edit(self, *_what: object) -> None:
        text = self._text
        if self._showing or text is None:
            return
        d = self._details.details
        post = replace(
            text.post,
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
        if post == text.post:
            return
        if post.title != text.post.title:
            self._details.set_title(post.title)
        text.post = post
        if not self._recover.isActive():
            self._recover.start()
        self._pause.start()
        self.say()
        self.edited.emit(post)

    def change(self, changed: Callable[[Post], Post]) -> None:
        """Change details of the open post for her: shown, kept and saved as if she had typed them."""
        text = self._text
        if text is not None and not text.document.problem:
            self._details.set_details(details_of(changed(text.post)), text.post.title)
            self._edit()

    @property
    def is_undecided(self) -> bool:
        """Whether the notice asks which of two versions of the open post goes on; until then nothing is saved."""
        return _OTHER in self._editor.banners.banners()

    def ask_first(self) -> None:
        """Put the keyboard into that notice."""
        self._editor.banners.take_keyboard(_OTHER)

    def holds(self, post_id: str) -> bool:
        """Whether words of a post that she has left are not in its file yet."""
        return post_id in self._left

    def _put_recovery(self) -> None:
        self._recover.stop()
        text = self._text
        if text is None or not text.is_dirty:
            return
        document, post, plain = text.document, text.post, text.is_plain
        cursor = self._editor.cursor_position()
        self._tasks.run(
            lambda: self._recovery.put(
                document.post.id,
                post,
                path=document.path,
                base_hash=document.hash,
                cursor=cursor,
                plain=plain,
            ),
            failed=self._not_kept,
            lane=RECOVERY,
        )

    def _drop_recovery(self, key: str) -> None:
        self._tasks.run(lambda: self._recovery.drop(key), failed=self._not_kept, lane=RECOVERY)

    # --- saving ---

    def save(
        self,
        then: Callable[[Document], None] | None = None,
        otherwise: Callable[[Exception], None] | None = None,
    ) -> None:
        """Write the file; `then(document)` is called once everything typed up to now is in it, whichever post is open
        by then, or `otherwise(error)` when that failed, after she was told."""
        self._details.take_typed()
        self._pause.stop()
        self.settle_in()
        if self._text is not None:
            if then is not None:
                self._text.waiting.append((then, otherwise or (lambda _error: None)))
            self._save(self._text)

    def _save_what_is_known(self) -> None:
        """As `save`, while she types on: a tag that she has begun may become a longer one."""
        self._pause.stop()
        self.settle_in()
        if self._text is not None:
            self._save(self._text)

    def save_with_id(
        self,
        then: Callable[[Document], None],
        otherwise: Callable[[Exception], None] | None = None,
    ) -> None:
        """As `save`, and the file names the post's id, under which publishing files what the blog says."""
        text = self._text
        if text is None:
            return

        def saved(document: Document) -> None:
            if document.fields is None or document.fields.id == document.post.id:
                then(document)
                return
            text.saving = True  # so that nothing is saved over the file without the id
            self._tasks.run(lambda: self._library.carry_id(document), carried, failed, lane=LANE)

        def carried(document: Document) -> None:
            text.saving = False
            text.document = document
            then(document)
            self._save(text)

        def failed(error: Exception) -> None:
            self._not_saved(text, error)
            if otherwise is not None:
                otherwise(error)

        self.save(saved, otherwise)

    def rename(self, name: str) -> None:
        """Give the open post's file the name that `name` makes, once it is saved."""
        text = self._text
        if text is not None:
            self.save(lambda _document: self._rename(text, name))

    def _save(self, text: OpenText) -> None:
        if text.saving:
            return
        if not text.is_dirty:
            text.saved()
            return
        document, post = text.document, text.post
        text.saving = True
        self.say()
        self._tasks.run(
            lambda: self._library.save(document, post),
            lambda saved: self._saved(text, saved, post),
            lambda e: self._not_saved(text, e),
            lane=LANE,
        )

    def _saved(self, text: OpenText, document: Document, post: Post) -> None:
        text.saving = text.stuck = False
        was, text.document = text.document, document
        if text is self._text:
            self._hide_notice()
            if document.problem != was.problem:
                self._say_problem(document)
        if text.post in (post, document.post):
            # What the file holds may be spelled otherwise (a tag twice, a blank): the writer's own words stay shown.
            text.post = document.post
            if self._left.get(text.key) is text:
                del self._left[text.key]
            self._drop_recovery(text.key)
            text.saved()
        else:
            if text is self._text:
                self._put_recovery()
            self._save(text)
        self.say()
        self.saved.emit(document)
        self._name_file()

    def _name_file(self) -> None:
        """A file that is called "Untitled" takes the post's title for a name, once the keyboard has left the title."""
        text = self._text
        if text is None or not text.document.post.title or self._editor.title_field.hasFocus():
            return
        if names.is_untitled(text.document.path.name):
            self._rename(text, text.document.post.title)

    def _rename(self, text: OpenText, name: str) -> None:
        if text.saving:  # a newer text is on its way to the old name
            text.waiting.append((lambda _document: self._rename(text, name), lambda _error: None))
            return
        document = text.document
        text.saving = True  # so that nothing is saved under the old name meanwhile

        def renamed(new: Document) -> None:
            text.saving = False
            text.document = replace(text.document, path=new.path)
            self._save(text)
            self.say()
            self.saved.emit(text.document)

        def failed(error: Exception) -> None:
            text.saving = False
            self._tell(error)
            self._save(text)

        self._tasks.run(lambda: self._library.rename(document, name), renamed, failed, lane=LANE)

    def _not_saved(self, text: OpenText, error: Exception) -> None:
        text.saving = False
        if text is not self._text:
            self._tell(
                error
            )  # she has gone on to another post; this one waits in `_left` until she comes back
        else:
            text.stuck = True
            self.say()
            self._say_why(text, error)
        text.refused(error)

    def _say_why(self, text: OpenText, error: Exception) -> None:
        if isinstance(error, FileChanged):
            path = text.document.path
            self._tasks.run(
                lambda: self._library.read(path), self._changed_outside, self._gone_outside, lane=LANE
            )
        elif isinstance(error, FileGone):
            self._banner(
                "warn", error, [(_("Save it again"), self._save_again), (_("Let it go"), self._let_go)]
            )
        else:
            self._banner("bad", error, [(_("Try again"), self.save)])

    # --- what other programs do to the file ---

    def look_again(self) -> None:
        """The file may have been changed by another program: read it, and take its text when nothing is unsaved
        here."""
        if self._text is not None and not self._text.saving:
            path = self._text.document.path
            self._tasks.run(
                lambda: self._library.read(path), self._changed_outside, self._gone_outside, lane=LANE
            )

    def moved(self, path: Path) -> None:
        """The file was renamed or moved by another program: go on there."""
        text = self._text
        if text is not None:
            text.document = replace(text.document, path=path)
            if text.stuck:  # it was missed under its old name
                text.stuck = False
                self._hide_notice()
                self._save(text)
                self.say()

    def _changed_outside(self, there: Document) -> None:
        text = self._text
        if text is None or there.post.id != text.key:
            return
        if there.hash == text.document.hash and not text.stuck:
            return
        if there.hash != text.document.hash:
            self._keep_read(text)
        if not text.is_dirty or there.post == text.post:
            self._take(there)
            self.told.emit(_("Another program changed this post; its text is shown."))
            return
        self._merge(text, there)

    def _merge(self, text: OpenText, there: Document) -> None:
        """Both changed the post: make one of the two where that is clear, else ask."""
        document, post = text.document, text.post
        if text.saving:  # a save that is on its way will be refused, and brings us here again
            return
        text.saving = True  # nothing is saved before it is known what

        def met(meeting: Meeting | None) -> None:
            text.saving = False
            if text is not self._text:
                self._merge_left(text, there, meeting)
            elif text.post != post or text.document is not document:
                self._merge(text, there)  # she typed on
            elif meeting is not None and meeting.is_clean:
                self._keep_words(text)
                self._take_merged(text, meeting, meeting.result(()))
                self.merged.emit(_("Merged with the changes made in another program."))
            else:
                self._ask(text, there, meeting)

        def failed(error: Exception) -> None:
            _log.warning("Two versions of a post could not be compared: %s", error)
            met(None)

        self._tasks.run(lambda: meet(self._library, document, post, there), met, failed, lane=LANE)

    def _merge_left(self, text: OpenText, there: Document, meeting: Meeting | None) -> None:
        """She has gone on to another post meanwhile; what is hers to decide is asked when she comes back."""
        if meeting is not None and meeting.is_clean:
            text.document, text.post = there, meeting.result(())
            self._save(text)
        else:
            text.refused(FileChanged(*_other_version()))

    def _take_merged(self, text: OpenText, meeting: Meeting, post: Post) -> None:
        """What was made of both is in the editor, as one step to undo, and on its way into the file."""
        self._before_merge = (text.key, text.post, post)
        if not meeting.is_copy:
            text.document = (
                meeting.there
            )  # so that the save goes over this version only, which the history keeps
        self._show_instead(text, post)
        self._put_recovery()
        self._save_what_is_known()

    def take_merge(self, was: Post, post: Post) -> bool:
        """Put `post`, which was made of `was` and of what somebody else made of it, into the open post, as one step to
        undo (see `undo_merge`), and save it; what she had goes into the history. False, and nothing is done, when
        something else is open or typed by now."""
        text = self._text
        if text is None or text.post != was or text.saving or text.document.readonly:
            return False
        if post != was:
            self._keep_words(text)
            self._before_merge = (text.key, was, post)
            self._show_instead(text, post)
            self._put_recovery()
        self.save()
        return True

    def take_words(self, post: Post) -> bool:
        """Put title and text of `post` into the open post, as one step to undo, and save it; what she had goes into the
        history first. False when nothing may be changed there."""
        text = self._text
        if text is None or text.document.readonly or self._editor.text.isReadOnly():
            return False
        self._keep_words(text)
        self._show_instead(text, replace(text.post, title=post.title, body=post.body))
        self._put_recovery()
        self.save()
        return True

    def _show_instead(self, text: OpenText, post: Post) -> None:
        self._showing = True
        text.post, text.stuck = post, False
        self._hide_notice()
        self._editor.set_title(post.title)
        self._editor.replace_body_keeping_place(post.body)
        self._details.set_details(details_of(post), post.title)
        self._say_problem(text.document)
        self._showing = False
        self.say()
        self.edited.emit(post)

    def undo_merge(self) -> None:
        """Take the last merge back: what she had typed is there again; the other program's version is in the
        history."""
        before, self._before_merge = self._before_merge, None
        text = self._text
        if before is None or text is None or text.key != before[0]:
            return
        if (text.post.title, text.post.body) != (before[2].title, before[2].body):
            self.told.emit(
                _(
                    "You have gone on writing since. Your text stays as it is. "
                    "Take single steps back with Undo."
                )
            )
            return
        self._show_instead(text, before[1])
        self._put_recovery()
        self.save()

    def decide(self, meeting: Meeting, choices: Sequence[Choice]) -> bool:
        """Make of two versions what she decided, in the order of `meeting.questions`. False, and nothing is done, when
        the post is another one by now."""
        text = self._text
        if text is None or text.key != meeting.document.post.id or text.saving:
            return False
        if text.post != meeting.post or text.document.hash != meeting.document.hash:
            if not meeting.is_copy:
                self._merge(text, meeting.there)
            return False
        self._keep_words(text)
        self._take_merged(text, meeting, meeting.result(choices))
        if not meeting.is_copy:
            self.merged.emit(_("Your choice is in the text. Both versions are in the history."))
        return True

    def compare_copy(self, path: Path) -> None:
        """Ask, by `conflict`, how the open post and a conflict copy of it are to be one. What is typed is saved
        first."""

        def saved(document: Document) -> None:
            text = self._text
            if text is None or text.key != document.post.id:
                return
            document, post = text.document, text.post
            self._tasks.run(
                lambda: meet_copy(self._library, document, post, path), met, self._tell, lane=LANE
            )

        def met(meeting: Meeting | None) -> None:
            if meeting is None:
                self.told.emit(
                    _(
                        "The copy cannot be compared with the post: the front matter of one of them cannot be "
                        "read. Both stay as they are. Open the copy to mend it."
                    )
                )
            else:
                self.conflict.emit(meeting)

        self.save(saved)

    def _keep_words(self, text: OpenText) -> None:
        """What she typed goes into the history before a part of it may be replaced."""
        document, post = text.document, text.post
        self._tasks.run(lambda: self._library.keep_version(document, post), failed=self._tell, lane=LANE)

    def _keep_read(self, text: OpenText) -> None:
        """The file as it was before another program wrote over it."""
        document = text.document
        self._tasks.run(lambda: self._library.keep_read(document), failed=self._tell, lane=LANE)

    def _ask(self, text: OpenText, there: Document, meeting: Meeting | None) -> None:
        text.stuck = True
        self.say()
        beside: list[tuple[str, Callable[[], None]]] = []
        if meeting is not None:
            beside = [(_("Compare…"), lambda: self.conflict.emit(meeting))]
        self._hide_notice()
        self._editor.show_banner(
            _OTHER,
            "warn",
            " ".join(_other_version()),
            [
                *beside,
                (_("Keep This"), lambda: self._keep_mine(there)),
                (_("Keep Theirs"), lambda: self._take_theirs(there)),
                (_("Keep Both"), lambda: self._keep_both(there)),
            ],
        )
        text.refused(FileChanged(*_other_version()))

    def _gone_outside(self, error: Exception) -> None:
        if isinstance(error, FileGone) and self._text is not None:
            self._text.stuck = True
            self.say()
            self._say_why(self._text, error)
        else:
            self._tell(error)

    def _take(self, there: Document) -> None:
        """Show the file's text in place: the cursor stays, and one undo brings the old text back."""
        text = self._text
        if text is not None:
            text.document = there
            self._show_instead(text, there.post)
            self.saved.emit(there)

    def _keep_mine(self, there: Document) -> None:
        text = self._text
        if text is not None:
            # The next save goes over that version, which the history keeps.
            text.document = meant_for(there, text.post, text.is_plain, text.document)
            self._hide_notice()
            self.save()

    def _take_theirs(self, there: Document) -> None:
        text = self._text
        if text is not None:
            document, post = text.document, text.post
            self._tasks.run(
                lambda: self._library.keep_version(document, post),
                lambda _none: self._drop_recovery(there.post.id),
                self._tell,
                lane=LANE,
            )
        self._take(there)

    def _keep_both(self, there: Document) -> None:
        """Hers stays the post; theirs becomes another one beside it."""
        text = self._text
        if text is None or text.saving:
            return
        document, post = meant_for(there, text.post, text.is_plain, text.document), text.post
        text.saving = True
        self._tasks.run(
            lambda: self._library.keep_both(document, post),
            lambda saved: self._saved(text, saved, post),
            lambda e: self._not_saved(text, e),
            lane=LANE,
        )

    def _save_again(self) -> None:
        text = self._text
        if text is None or text.saving:
            return
        document, post = text.document, text.post
        text.saving = True
        self._tasks.run(
            lambda: self._library.put_back(document, post),
            lambda saved: self._saved(text, saved, post),
            lambda e: self._not_saved(text, e),
            lane=LANE,
        )

    def _let_go(self) -> None:
        if self._text is not None:
            self._left.pop(self._text.key, None)
            self._drop_recovery(self._text.key)
        self._hide_notice()
        self.close_post()
        self.opened.emit(None)

    # --- at the end ---

    def finish(self) -> None:
        """At quit: save on this thread, once the tasks for it have ended. What cannot be saved stays as a recovery
        copy."""
        self._details.take_typed()
        self._recover.stop()
        self._pause.stop()
        self._tasks.settle((LANE, RECOVERY), 5000)
        texts = dict(self._left)
        if self._text is not None:
            self._text.cursor = self._editor.cursor_position()
            texts[self._text.key] = self._text
        for text in texts.values():
            if text.is_dirty:
                self._finish(text)

    def _finish(self, text: OpenText) -> None:
        document, post = text.document, text.post
        try:
            self._recovery.put(
                text.key,
                post,
                path=document.path,
                base_hash=document.hash,
                cursor=text.cursor,
                plain=text.is_plain,
            )
        except PostDeskError as error:
            _log.warning("No recovery copy could be made at quit: %s", error.happened)
        try:
            text.document = self._library.save(document, post)
            text.post = text.document.post
            self._recovery.drop(text.key)
        except PostDeskError as error:
            _log.warning("Not saved at quit; the words stay in the recovery copy: %s", error.happened)

    # --- how ---

    def say(self) -> None:
        """Say how it stands with saving, for who has just begun to listen."""
        text = self._text
        if text is None:
            self.kept.emit("")
        elif text.stuck:
            self.kept.emit(_("not saved"))
        elif text.saving or text.is_dirty:
            self.kept.emit(_("saving…"))
        else:
            self.kept.emit(_("saved"))

    def _banner(self, level: Level, error: Exception, choices: list[tuple[str, Callable[[], None]]]) -> None:
        sentence = error.sentence if isinstance(error, PostDeskError) else str(error)
        self._hide_notice()
        self._editor.show_banner(_DISK, level, sentence, choices)

    def _hide_notice(self) -> None:
        for key in (_DISK, _OTHER):
            self._editor.hide_banner(key)

    def _not_kept(self, error: Exception) -> None:
        """The recovery copy cannot be written: the file itself is the only safe place, so save it at once."""
        self._tell(error)
        if self._text is not None and not self._text.stuck:
            self._save_what_is_known()

    def _tell(self, error: Exception) -> None:
        if isinstance(error, PostDeskError):
            self.told.emit(error.sentence)
        else:
            _log.error("the session met a fault", exc_info=error)
            self.told.emit(
                _("The program met a fault of its own. Your text is safe. Please report it with the log.")
            )


def _is_empty(text: OpenText) -> bool:
    nothing = text.post == text.document.post == Post(text.key)
    return nothing and text.document.fields is not None and not (text.saving or text.stuck or text.waiting)


def _other_version() -> tuple[str, str, str]:
    return (
        _("Another program changed this file while you were writing."),
        _("Nothing was written over, and your text is safe here."),
        _("Choose which one to go on with; the other stays in the history."),
    )
