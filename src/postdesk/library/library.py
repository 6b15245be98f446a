"""The library: the writer's folder of posts, opened by one Post Desk at a time.

Long because one guard keeps the folder and what is known of it in step; apart, its methods would share it.
"""

from __future__ import annotations

import hashlib
import logging
import math
import os
import secrets
import threading
import time
from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from postdesk.core.cancel import Cancel
from postdesk.core.errors import (
    BrokenFrontMatter,
    FileGone,
    LibraryError,
    LibraryInUse,
    NameTaken,
    PictureRefused,
)
from postdesk.core.file_errors import explain
from postdesk.core.files import content_hash, load_json, move_file, read_file, save_file, save_json
from postdesk.core.folders import Folders
from postdesk.core.language import _
from postdesk.core.lock import FileLock
from postdesk.core.post import Post, new_id
from postdesk.core.resources import resource
from postdesk.library import frontmatter, names, pictures
from postdesk.library.columns import Columns, Entry, Found, Listed
from postdesk.library.connected import HIDDEN, Connected, away, is_away
from postdesk.library.copies import original_of
from postdesk.library.document import (
    Document,
    as_saved,
    compose,
    is_only_text,
    load_document,
    meant_for,
    new_text,
    plain_text,
    read_document,
    refuse_shown_only,
)
from postdesk.library.encoding import LARGEST
from postdesk.library.index import Changes, Index
from postdesk.library.kept import Details, details_of, read_details
from postdesk.library.scan import scan
from postdesk.library.summary import Summary

if TYPE_CHECKING:
    from postdesk.library.beside import Learner, Reader
    from postdesk.library.blog_pictures import BlogPictures
    from postdesk.library.course import Course
    from postdesk.library.fulltext import FullText
    from postdesk.library.history import History, Version
    from postdesk.library.query import Query

__all__ = ["Changes", "Library", "Summary", "Trashed"]

log = logging.getLogger(__name__)

_AT_ONCE = 0.5  # s that opening a post waits for a library that was never looked at
_MOST_AT_ONCE = 4 << 20  # bytes that are read and shown before the first paint
_MANY = 500  # files: to read more, a process is started
_AT_A_TIME = 256  # files, of those


@dataclass(frozen=True, slots=True)
class Trashed:
    """A post in the trash: where it lay and where it lies now."""

    path: Path
    place: Path


class Library:
    """All methods may be called from any thread; each does its work before it returns. All raise
    LibraryError's kind.

    `root` is the folder, absolute afterwards. Per machine and library there is a folder below
    `folders.state`: it holds the lock (not in the folder itself, which may be read-only, and whose files a
    synchroniser would carry to other machines).
    """

    def __init__(self, root: Path, folders: Folders, history: History | None = None) -> None:
        self.root = Path(os.path.abspath(root))  # noqa: PTH100  links in the writer's path stay as she knows them
        self._folders = folders
        key = hashlib.sha256(os.path.normcase(os.path.realpath(root)).encode("utf-8", "surrogateescape"))
        self._state = folders.state / "libraries" / key.hexdigest()[:16]
        self._lock = FileLock(self._state / "lock")
        self._kept_history = history
        self._guard = threading.RLock()
        self._index = Index(self.root, dict)
        self._looked = self._recalled = False
        self._closed = threading.Event()
        self._is_agreed = False  # the full-text index is known to be as new as the stored ids
        self._learning_turn = threading.Lock()
        self._course: Course | None = None  # what is due no more, and may not be in it yet
        self._untold = Changes()
        self._connected = Connected(self.root)
        self._reader: Reader | None = None  # loaded when there are many files to be looked into,
        self._learner: Learner | None = None  # and to be learnt: neither waits for the other
        self._words: FullText | None = None
        self._blog_pictures: BlogPictures | None = None
        self._words_path = folders.cache / "libraries" / key.hexdigest()[:16] / "index.sqlite"

    # --- open and close ---

    def open(self, *, anew: bool = False) -> None:
        """Take the lock and make the folder, with a welcome post when it has no posts at all.

        Raises LibraryInUse; LibraryAway when nothing is left of the posts that were there, unless they are to be begun
        `anew`; LibraryError when the folder is not there and its place is not either.
        """
        if not self._lock.acquire():
            raise LibraryInUse(
                _("“{name}” is already open in another Post Desk window.").format(name=self.root.name),
                _("Nothing was changed."),
                _("Write there, or close that window first."),
                details=f"process {self._lock.holder()}",
            )
        try:
            first = self._make(anew=anew)
            self._connected = Connected(self.root)
            with self._guard:
                self._reader = self._learner = None
                self._index = Index(self.root, self._stored_ids)
                self._looked = self._recalled = self._is_agreed = False
                self._closed.clear()
                self._course = None
            if first:
                self._welcome()
        except BaseException:
            self._lock.release()
            raise

    def close(self) -> None:
        """Remember which file is which post and give the lock back; nothing happens when it is not open."""
        if not self._lock.held:
            return
        try:
            self._remember()
        except LibraryError as error:
            log.warning("The ids of the library were not stored: %s", error.details)
        with self._guard:
            self._closed.set()
            processes = (self._reader, self._learner)
        for process in processes:
            if process is not None:
                process.close()  # first: whoever waits for it holds what follows up
        with self._guard:
            learnt = self._is_learnt
        if self._words is not None and self._looked and self._index.is_complete:
            self._words.agree(self._ids_hash() if learnt else "")
        for kept in (self._kept_history, self._words):
            if kept is not None:
                kept.close()
        self._lock.release()

    def _make(self, *, anew: bool) -> bool:
        """Make what is missing; returns whether this is the first start in this folder."""
        if not anew and is_away(self.root) and self._stored_ids():
            raise away(self.root)
        try:
            if not self.root.exists():
                if not self.root.parent.is_dir() and not self.root.is_relative_to(self._folders.documents):
                    raise FileGone(  # a disk that is not connected must not be replaced by an empty folder
                        _("The folder “{name}” is not there.").format(name=self.root),
                        _("Your posts in it were not touched."),
                        _("Connect the disk, or choose another folder."),
                    )
                self.root.mkdir(parents=True)
            hidden = self.root / HIDDEN
            if not hidden.is_dir():
                first = not any(not names.is_hidden(name) for name in names.names_in(self.root))
                hidden.mkdir()
                save_file(hidden / ".gitignore", b"trash/\n", expected=None)
                return first
        except (OSError, LibraryError) as error:
            if isinstance(error, FileGone) or not os.path.isdir(self.root):  # noqa: PTH112  Path's raises
                raise error if isinstance(error, LibraryError) else explain(error, self.root) from error
            log.info("The library is read-only: %s", error)
        return False

    def _welcome(self) -> None:
        folder = resource("welcome")
        for picture in sorted(folder.glob("*.png")):
            self._put_new(self.root / picture.name, picture.read_bytes())
        for text in sorted(folder.glob("*.md")):
            body = text.read_text("utf-8")
            title, _empty, body = body.partition("\n")
            self.new(title.removeprefix("# ").strip(), body=body.lstrip("\n"))

    def _put_new(self, path: Path, data: bytes) -> None:
        try:
            save_file(path, data, expected=None)
        except NameTaken:
            return

    def _stored_ids(self) -> dict[str, str]:
        stored = load_json(self._state / "ids.json", {})
        return {str(name): str(post_id) for name, post_id in stored.items()}

    def _ids_hash(self) -> str:
        """Stands for what is in that file, "" when there is none."""
        try:
            return read_file(self._state / "ids.json")[1]
        except LibraryError:
            return ""

    def _remember(self) -> None:
        with self._guard:
            if self._looked and self._index.is_complete and self._index.ids_changed:
                save_json(self._state / "ids.json", self._index.ids, indent=None)  # ten times as quick
                self._index.ids_stored()
                self._is_agreed = False

    # --- the list ---

    def summaries(self) -> tuple[Summary, ...]:
        """One row per post, newest first: by date, a post without one by its last change."""
        with self._guard:
            self._look_once()
            return self._summaries()

    def newest(self) -> Path | None:
        """The post that was changed last, of those that were looked at; None when there is none."""
        with self._guard:
            self._look_once(_AT_ONCE)
            listed = self._index.columns
            newest = max(listed.slots.values(), key=listed.changed.__getitem__, default=None)
            return None if newest is None else self.root / listed.names[newest]

    def listed(self) -> Listed:
        """What the list shows of every post that is known so far, in columns. Waits for no look."""
        return self._index.columns.listed()

    def first_listed(self, most: int) -> Listed | None:
        """What the list showed last time of the posts that were changed last: there at once, however many there are.
        None when nothing is remembered."""
        words = self._full_text
        kept = words.newest(most) if words is not None else None
        if kept is None:
            return None
        columns = Columns()
        columns.extend(kept)
        return columns.listed()

    def recall(self) -> None:
        """Take what is remembered of the last run for the list, before the folder is looked at. Nothing happens when
        that was done."""
        with self._guard:
            if not self._recalled:
                self._recalled = True
                if (words := self._full_text) is not None and (parts := words.load()):
                    self._index.recall(parts)
                    if words.agreed != self._ids_hash():
                        self._index.correct(self._stored_ids())

    def labels(self) -> tuple[frozenset[str], frozenset[str]]:
        """All tags and all categories of the posts."""
        # In this order: what is learnt in between is in both, and not in neither.
        words, unlearnt = self._full_text, self._index.lessons.unlearnt
        tags, categories = words.labels() if words is not None else (frozenset[str](), frozenset[str]())
        more = [details for text in unlearnt if (details := read_details(text)) is not None]
        return (
            tags.union(*(details.tags for details in more)),
            categories.union(*(details.categories for details in more)),
        )

    def title_of(self, post_id: str) -> str | None:
        """The title of a post, the name of its file when it has none; None when it is not in the library."""
        with self._guard:
            self._look_once()
            listed = self._index.columns
            slot = listed.paths.get(post_id)
            return None if slot is None else listed.titles[slot] or Path(listed.names[slot]).stem

    def _summaries(self) -> tuple[Summary, ...]:
        listed, index = self._index.columns, self._index
        words = self._full_text
        kept = words.details() if words is not None else {}
        rows: list[tuple[float, str, Summary]] = []
        for name, slot in listed.slots.items():
            text = index.lessons.details(slot)
            if not text and (known := kept.get(name)) is not None and known[0] == listed.hashes[slot]:
                text = known[1]
            path, copy_of = self.root / name, listed.copies.get(slot)
            details = read_details(text) or self._details_of(path)
            moment = details.date.timestamp() if details.date else listed.changed[slot] / 1e9
            row = Summary(
                path, listed.ids[slot], listed.titles[slot], details.slug, details.date, details.tags,
                details.categories, details.visibility, details.start, listed.changed[slot] / 1e9, details.size,
                listed.words[slot], listed.problems.get(slot) or listed.troubles.get(slot, ""),
                self.root / copy_of if copy_of else None,
            )  # fmt: skip
            rows.append((moment, name, row))
        rows.sort(key=lambda one: one[:2], reverse=True)
        return tuple(row for _when, _name, row in rows)

    def _details_of(self, path: Path) -> Details:
        """What is in the file itself, when nothing that is remembered tells."""
        try:
            data, _digest = read_file(path, limit=LARGEST)
        except LibraryError:
            return Details()
        return read_details(details_of(scan(data), len(data))) or Details()

    @property
    def is_complete(self) -> bool:
        """Whether the last look came to its end."""
        return self._looked and self._index.is_complete

    @property
    def watched(self) -> tuple[str, ...]:
        """The folders that posts lie in, as the last look found them."""
        return self._index.folders

    def look(self, budget: float = math.inf) -> Changes:
        """What other programs did to the folder since the last look; the first look finds everything added. After
        `budget` s it stops for now: `is_complete` says so, and the next look goes on.
        """
        with self._guard:
            self._connected.expect()
            first, self._looked = not self._looked, True
            unfinished = first or not self._index.is_complete
            self.recall()
            many = self._index.walk(tidy=first) > _MANY
            found = Changes() if many else self._index.look_into(budget)
            beside = self._reader if self._index.is_complete else None
        if many:
            found = self._look_beside(budget)
        elif beside is not None:
            beside.rest()
        with self._guard:
            changes, self._untold = self._untold + found, Changes()
            if unfinished and self._index.is_complete:
                try:
                    self._remember()
                except LibraryError as error:
                    log.warning("The ids of the library were not stored: %s", error.details)
            return changes

    def _look_beside(self, budget: float) -> Changes:
        """As a look that has begun, for many files: while they are read, nobody waits for the guard."""
        end = time.monotonic() + budget
        changes = Changes()
        try:
            while True:
                with self._guard:
                    found = self._index.next(_AT_A_TIME)
                read = self._entries(found)
                with self._guard:
                    changes += self._index.take(found, read)
                    if self._index.is_complete or time.monotonic() > end:
                        break
        finally:
            with self._guard:
                told = self._index.settle()
                over = self._index.is_complete
            if over and self._reader is not None:
                self._reader.rest()
        return changes + told

    def _entries(self, found: Sequence[tuple[str, Found]]) -> list[Entry | None]:
        """Read these files in a process."""
        from postdesk.library.beside import Reader

        if self._reader is None:
            self._reader = Reader()
        return self._reader.entries(os.fspath(self.root), found)

    def up_to_date(self) -> tuple[Summary, ...]:
        """As `summaries`, after a look; what other programs did is told by the next `look` all the same."""
        with self._guard:
            self.catch_up()
            return self._summaries()

    def catch_up(self) -> Listed:
        """As `listed`, after a look; what other programs did is told by the next `look` all the same."""
        with self._guard:
            self._untold = self.look()
            return self.listed()

    def _look_once(self, budget: float = math.inf) -> None:
        """Before anything is answered from the index. What was changed under a post that is open is told
        later.
        """
        if not self._looked or (budget == math.inf and not self._index.is_complete):
            self._untold = replace(self.look(budget), added=0)

    # --- the full-text index ---

    def index_more(self, most: int = 500, until: Cancel | None = None) -> bool:
        """Let the full-text index learn and forget what changed, at most so many files, and a few megabytes of them;
        whether there is more. With `until`, where there are many and a process does it, one lot of them after the
        other, until it is set. The files are read once more, beside everything else; nobody waits for it but who calls
        it, too.
        """
        words = self._full_text
        if words is None:
            return False
        with self._learning_turn:
            return self._learn(words, most, until)

    def _learn(self, words: FullText, most: int, until: Cancel | None) -> bool:
        from postdesk.library.course import Course

        if self._closed.is_set() or (until is not None and until.is_set):
            return False
        new = words.is_new  # opens the file: not while others wait for the guard
        with self._guard:
            self.recall()  # not while the index is lent: it asks the index
            if new:
                self._index.lessons.begin_anew()
            course = self._course = Course(self._index, self._guard, most, until)
        try:
            with self._guard:
                renew, forget = self._index.lessons.others()
            words.forget(forget)
            words.renew(renew)
            self._put(words, course, beside=course.first.more and most >= _AT_A_TIME)
        finally:
            with self._guard:
                course.end()
                self._course = None
                agreed = self._is_agreed or not self._is_learnt or not self.is_complete
        learner = self._learner
        if self._closed.is_set():
            return False
        if not course.more:
            if learner is not None and self.is_complete:
                learner.rest()
            words.settle()
        if not agreed:
            # From here on it is as new as the file of ids, or newer.
            self._is_agreed = True
            words.agree(self._ids_hash())
        return course.more

    def _put(self, words: FullText, course: Course, *, beside: bool) -> None:
        """Put the first files of a course into the index; all of them, where a process does it."""
        from postdesk.library.beside import Learner
        from postdesk.library.reading import read_texts
        from postdesk.library.texts import in_turn

        with self._guard:
            if self._closed.is_set() or not course.first.slots:
                return
            if beside and self._learner is None:
                self._learner = Learner()
            learner = self._learner
        if learner is not None and (beside or learner.pid) and self._put_by(learner, words, course):
            return
        texts = read_texts(os.fspath(self.root), course.first.lessons)
        course.note(in_turn(texts, lambda there: words.put(there) or [0] * len(there)))

    def _put_by(self, learner: Learner, words: FullText, course: Course) -> bool:
        """False when nothing came of it, and somebody still waits for it."""
        some = False
        with words.lent() as index:
            if index is None:
                return False
            with closing(learner.learn(index, os.fspath(self.root), course.lots())) as answers:
                for numbers in answers:
                    words.was_put(len(numbers))
                    course.note(numbers)
                    some = True
                    if course.is_cancelled:
                        break
        return some or learner.is_over or course.is_cancelled

    @property
    def _is_learnt(self) -> bool:
        """Whether the full-text index knows all that is known here."""
        return self._index.lessons.are_over and self._course is None

    @property
    def searchable(self) -> tuple[int, int]:
        """How many posts can be searched, and how many there are, as far as is known. Waits for nobody."""
        index, course = self._index, self._course
        away = index.lessons.count + (course.out if course is not None else 0)
        return max(0, len(index.columns.slots) - away), index.size

    def merge_index(self) -> bool:
        """Let the full-text index merge a little of what it was written in; whether there is more. Some 20 ms, for
        when there is nothing to learn."""
        words = self._full_text
        return words is not None and words.merge()

    def search(self, query: Query) -> frozenset[Path] | None:
        """The posts for which the words of a query hold, and its filters "has", "links", "tag" and "category"; None
        when it has none of these."""
        found = self.search_slots(query)
        if found is None:
            return None
        with self._guard:
            names = self._index.columns.names
            return frozenset(self.root / names[slot] for slot in found)

    def search_slots(self, query: Query) -> list[int] | None:
        """As `search`, as slots of `listed`: there may be very many."""
        words = self._full_text
        found = words.find(query) if words is not None else ()
        if found is None:
            return None
        with self._guard:
            return self._index.lessons.slots_of(found)

    def has_word(self, word: str) -> bool:
        """Whether a word of any post begins with this one."""
        return self._full_text is not None and self._full_text.knows(word)

    def titled_slots(self, word: str) -> list[int]:
        """The posts that have this word in their title, as slots of `listed`."""
        words = self._full_text
        found = words.titled(word) if words is not None else array("q")
        with self._guard:
            return self._index.lessons.slots_of(found)

    def linking_to(self, post_id: str, addresses: Iterable[str] = ()) -> frozenset[Path]:
        """The posts that link to this one by its id, or to one of these addresses."""
        words = self._full_text
        if words is None:
            return frozenset()
        return frozenset(self.root / name for name in words.linking_to(post_id) | words.linking(addresses))

    @property
    def cache(self) -> Path | None:
        """The folder for what is remembered of this library and may be lost; None beside a process that has it open."""
        return self._words_path.parent if self._lock.held else None

    @property
    def _full_text(self) -> FullText | None:
        """Loaded at the first look. A second process beside the window's leaves it alone."""
        if self._words is None and self._lock.held:
            from postdesk.library.fulltext import FullText

            self._words = FullText(self._words_path)
        return self._words

    def find(self, post_id: str) -> Path | None:
        """The file of a post, None when it has none."""
        with self._guard:
            self._look_once()
            return self._index.find(post_id)

    def version(self, post_id: str, digest: str) -> bytes | None:
        """The bytes of a version of a post that the history has, by their hash; None when it has it not. Raises
        LibraryError."""
        found = next((v for v in self._history.versions(post_id) if v.hash == digest), None)
        return self._history.read(found) if found is not None else None

    def conflict_copies(self, path: Path) -> tuple[Path, ...]:
        """The files that cloud folders made beside this one when two machines changed it at once, as far as they were
        looked at."""
        with self._guard:
            return self._index.copies_of(self._inside(path))

    def original_of(self, path: Path) -> Path | None:
        """The post that this file is a conflict copy of, None for any other file: by its name beside that post, or as
        the list has it. Raises LibraryError."""
        inside = self._inside(path)
        name = original_of(inside.name, names.names_in(inside.parent))
        if name is not None:
            return inside.with_name(name)
        with self._guard:
            return self._index.original_of(inside)

    def files_of(self, post_id: str) -> Iterator[bytes]:
        """The versions of a post in the history, the newest first, as the files' bytes; one that cannot be read is left
        out. Raises LibraryError."""
        for version in self._history.versions(post_id):
            try:
                yield self._history.read(version)
            except LibraryError as error:
                log.warning("A version cannot be read: %s", error.details or error)

    # --- reading and saving ---

    def read(self, path: Path) -> Document:
        """The post in a file, `readonly` when it is too large or no text. Raises FileGone; LibraryError for a file
        outside the library.
        """
        inside = self._inside(path)
        try:
            document = load_document(inside)
        except FileGone:
            document = load_document(self._inside(path))  # unless all of the folder went or came meanwhile
        with self._guard:
            self.recall()
            if not self._index.is_known(inside, document.post.id):
                self._look_once(_AT_ONCE)
            # What is read here may be newer than what was looked at: the next look still has to say so.
            post_id = self._index.id_for(inside, document.post.id)
        return replace(document, post=replace(document.post, id=post_id))

    def read_known(self, path: Path, post_id: str = "") -> Document | None:
        """As `read`, for the first thing that is shown at a start: the folder is not looked through. `post_id` is which
        post it was when it was shown last ("": that is remembered elsewhere). None when only a look tells which it is
        (the file is new, or says another id than it had), and for a very long file.
        """
        inside = self._inside(path)
        try:
            if inside.stat().st_size > _MOST_AT_ONCE:
                return None
        except OSError:
            return None
        document = load_document(inside)
        if not post_id:
            with self._guard:
                post_id = self._index.remembered(inside)
        if not post_id or document.post.id not in ("", post_id):
            return None
        return replace(document, post=replace(document.post, id=post_id))

    def save(self, document: Document, post: Post) -> Document:
        """Write `post` into the document's file and return what the file is now.

        Nothing is written when nothing changed, and only what changed: a file that names no id gets none (see
        `carry_id`). The version that is replaced goes into the history, and so does the new one. Raises FileChanged,
        FileGone, NotWritable, DiskFull, BrokenFrontMatter.
        """
        path = self._inside(document.path)
        if post == document.post:
            return document
        document = meant_for(document, post)
        data = as_saved(document, post)
        if content_hash(data) == document.hash:
            return document
        self.keep_read(document)
        with self._guard:  # so that a look in between does not take it for another program's
            try:
                save_file(path, data, expected=document.hash)
            except FileGone:
                save_file(self._inside(path), data, expected=document.hash)  # as in `read`
            saved = self._seen(path, data, document)
        # Another program may write over it before anybody has read it again.
        self._keep(document.post.id, data)
        return saved

    def keep_both(self, document: Document, post: Post) -> Document:
        """Write `post` into its file, in which another program wrote something else (`document`, as `meant_for` has
        it); that version becomes a post of its own beside it. The writer's stays the post that the blogs know, that
        others link to, and that the history is of (decision 041). Returns what the file is now. After a crash in
        between theirs is in both files, and the same again goes on from there. Raises what `save` raises.
        """
        if document.readonly:
            return self._write_in_place_of(document, post)
        theirs = read_document(document.path, document.data, "")
        aside = self._conflict_name(document.path)
        if not any(self._is_copy(path, theirs) for path in self._own_copies(document.path)):
            data = _as_another_post(theirs, new_id())
            self._create(document.path.parent, aside, document.path.suffix or ".md", data)
        return self.save(document, post)

    def _write_in_place_of(self, document: Document, post: Post) -> Document:
        """What cannot be read is put aside as it is."""
        path = self._inside(document.path)
        taken = names.names_in(path.parent)
        aside = path.with_name(names.free_name(self._conflict_name(path), path.suffix, taken))
        is_plain = is_only_text(post) and frontmatter.cut(post.body) is not None
        data = plain_text(post) if is_plain else new_text(post)
        with self._guard:
            move_file(path, aside)
            self._noted().forget(path)
            try:
                self._noted().came(aside)
            except OSError as error:
                log.info("Put aside, and not there to be looked at: %s", error)  # the next look says so
            save_file(path, data, expected=None)
            return self._seen(path, data)

    def _conflict_name(self, path: Path) -> str:
        stamp = datetime.now().astimezone().strftime("%Y-%m-%d %H%M")
        return _("{name} (conflict {when})").format(name=path.stem, when=stamp)

    def _own_copies(self, path: Path) -> Iterator[Path]:
        """What lies beside a file under the name of a conflict copy of it."""
        for name in names.names_in(path.parent):
            if original_of(name, (path.name,)) is not None:
                yield path.with_name(name)

    def _is_copy(self, path: Path, theirs: Document) -> bool:
        """Whether a file holds just that version, as another post."""
        try:
            found = load_document(path)
        except LibraryError:
            return False
        return not found.readonly and found.data == _as_another_post(theirs, found.post.id)

    def carry_id(self, document: Document) -> Document:
        """See to it that the file itself names the post's id, as receipts are filed under it: a folder that
        is copied to another machine must not lose which post is which. The file keeps its time: a list by change shows
        what she changed. (Its size is another one, by which every synchroniser and index sees it.) Raises what saving
        raises.
        """
        if document.fields is None or document.fields.id == document.post.id:
            return document
        path = self._inside(document.path)
        data = compose(document, document.post)
        self.keep_read(document)
        save_file(path, data, expected=document.hash, keep_time=True)
        with self._guard:
            return self._seen(path, data, document)

    def put_back(self, document: Document, post: Post) -> Document:
        """Write `post` where the document's file was before another program deleted it. Raises NameTaken when
        there is a file again, and what saving raises.
        """
        path = self._inside(document.path)
        data = compose(document, post)
        save_file(path, data, expected=None)
        with self._guard:
            return self._seen(path, data, document)

    def keep_version(self, document: Document, post: Post) -> None:
        """Put words that were never in the file into the post's history. Raises LibraryError."""
        self._history.keep(document.post.id, compose(document, post))

    def keep_read(self, document: Document) -> None:
        """Put the file as it was read into the post's history; nothing of one that is `readonly`."""
        if not document.readonly:
            self._keep(document.post.id, document.data)

    def versions(self, post_id: str) -> tuple[Version, ...]:
        """What the history has of a post, newest first. Raises LibraryError."""
        return self._history.versions(post_id)

    def read_version(self, version: Version, document: Document) -> Post:
        """The post as it was in that version of its file. Raises LibraryError."""
        return read_document(document.path, self._history.read(version), document.post.id).post

    def went_out(self, post_id: str, sent_hash: str) -> None:
        """Note that this content of a post (`Receipt.sent_hash`) is on a blog: its version stays in the history."""
        try:
            self._history.went_out([(post_id, sent_hash)])
        except LibraryError as error:
            log.warning("A published version was not noted: %s", error.details or error)

    def tidy_history(self, budget: int, on_blogs: Callable[[], Iterable[tuple[str, str]]] = tuple) -> int:
        """Let old versions go until the history takes at most `budget` bytes (0: no limit); returns how many went.
        `on_blogs`: see `History.tidy`."""
        return self._history.tidy(budget, on_blogs)

    @property
    def history_size(self) -> int:
        """Bytes that the history takes on the disk."""
        return self._history.size

    def new(self, title: str = "", folder: Path | None = None, body: str = "") -> Document:
        """A new post at the library's top, or in `folder`, which is made if need be."""
        place = self._inside(folder or self.root)
        return self._create(place, names.file_stem(title), ".md", new_text(Post(new_id(), title, body)))

    def take_in(self, folder: Path, stem: str, data: bytes) -> Path:
        """Put a whole post that came from elsewhere into `folder`, which is made with those above it, under a name that
        is free. The next look finds it: thousands that come at once are not told one by one. Raises what saving raises.
        """
        place = self._inside(folder)
        while True:
            taken = names.names_in(place)
            path = place / names.free_name(stem, ".md", taken)
            try:
                save_file(path, data, expected=None, parents=True)
                return path
            except NameTaken:
                if path.name in taken:
                    raise

    def places(self, wanted: Iterable[tuple[Path, str]]) -> list[Path]:
        """Where `take_in` would put posts that come together: for each folder and name a path that no file has, and no
        other one of them."""
        free = names.FreeNames()
        inside: dict[Path, Path] = {}
        found = []
        for folder, stem in wanted:
            place = inside.get(folder) or inside.setdefault(folder, self._inside(folder))
            found.append(place / free.take(place, stem, ".md"))
        return found

    def take_picture(self, folder: Path, name: str, picture: bytes | Path) -> str:
        """Copy a picture into `folder` for a post that is to come, as `take_in` makes it; returns the reference. Raises
        PictureRefused and what saving raises."""
        place = self._inside(folder)
        try:
            place.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise explain(error, place) from error
        return pictures.copy_beside(place, name, picture)

    def new_again(self, post: Post, path: Path | None, *, plain: bool = False) -> Document:
        """A file for a post whose own, at `path`, is gone: where it lay, beside its pictures, or at the library's top.
        It stays the same post, so that publishing it finds it on the blog; `plain`: it was read as one text, and is
        one again."""
        self.recall()  # the file that is gone is in what is remembered
        data = plain_text(post) if plain else new_text(post)
        place = self._inside(path).parent if path is not None else self.root
        if path is None or not place.is_dir():
            return self._create(self.root, names.file_stem(post.title), ".md", data)
        return self._create(place, path.stem, path.suffix, data)

    def duplicate(self, document: Document) -> Document:
        """A copy of a post beside it: with an id of its own, not dated, and with no address yet."""
        title = _("{title} (copy)").format(title=document.post.title) if document.post.title else ""
        copy = replace(document.post, id=new_id(), title=title, slug="", date=None)
        stem = names.file_stem(title) if title else document.path.stem
        refuse_shown_only(document)
        data = document.data if document.problem else compose(document, copy)
        return self._create(document.path.parent, stem, document.path.suffix, data)

    def rename(self, document: Document, title: str) -> Document:
        """Give the post's file the name that `title` makes; the post itself stays as it is."""
        refuse_shown_only(document)
        old = self._inside(document.path)
        others = [name for name in names.names_in(old.parent) if name != old.name]
        new = old.with_name(names.free_name(names.file_stem(title), old.suffix, others))
        if new == old:
            return document
        with self._guard:
            move_file(old, new)
            try:
                self._noted().moved(old, new)
            except OSError as error:
                log.info("Renamed, and not there to be looked at: %s", error)  # the next look says so
        return replace(document, path=new)

    # --- the trash ---

    def trash(self, path: Path) -> Trashed:
        """Move a post's file to the library's trash; its pictures stay, other posts may show them."""
        old = self._inside(path)
        stamp = datetime.now().astimezone().strftime("%Y%m%d-%H%M%S-%f")
        place = self.root / HIDDEN / "trash" / f"{stamp}-{secrets.token_hex(4)}" / old.name
        try:
            place.parent.mkdir(parents=True)
        except OSError as error:
            raise explain(error, old) from error
        with self._guard:
            move_file(old, place)
            self._noted().forget(old)
        return Trashed(old, place)

    def take_away_empty(self, document: Document) -> bool:
        """Remove a new post that nothing was ever written in: its file is as `new` made it, under the name that it got
        there, and no version is in the history. False, and nothing is done, for any other, also for one that another
        program wrote into in this moment."""
        path = self._inside(document.path)
        blank = new_text(Post(document.post.id))
        if not names.is_untitled(path.name) or self._history.versions(document.post.id):
            return False
        try:
            if read_file(path)[0] != blank:
                return False
            gone = self.trash(path)
        except FileGone:
            return False
        # What it is now, where no other program finds it by its name any more.
        if read_file(gone.place)[0] != blank:
            self.restore(gone)
            return False
        try:
            gone.place.unlink()
            gone.place.parent.rmdir()
        except OSError as error:
            log.info("An empty post stays in the trash: %s", error)
        return True

    def trashed(self) -> tuple[Trashed, ...]:
        """What lies in the trash, the newest first. Each goes back to the library's top: where it lay before is
        known only to who put it there.
        """
        places = (self.root / HIDDEN / "trash").glob("*/*")
        found = sorted((p for p in places if p.is_file() and not p.is_symlink()), key=lambda p: p.parent.name)
        return tuple(Trashed(self.root / p.name, p) for p in reversed(found))

    def restore(self, trashed: Trashed) -> Document:
        """Put a post back where it lay; under another name when that is taken by now."""
        path = self._inside(trashed.path)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise explain(error, path) from error
        free = names.free_name(path.stem, path.suffix, names.names_in(path.parent))
        place = path.with_name(free)
        with self._guard:
            move_file(trashed.place, place)
            try:
                post_id = self._noted().came(place)
            except OSError as error:
                raise explain(error, place, reading=True) from error
            document = load_document(place, post_id)
        try:
            trashed.place.parent.rmdir()
        except OSError:
            log.info("The folder of a restored post stays in the trash")
        return document

    # --- pictures ---

    def add_picture(self, document: Document, name: str, picture: bytes | Path) -> str:
        """Copy a picture (its bytes, or a file anywhere) beside the post; returns the reference for the text.

        Raises PictureRefused and what saving raises.
        """
        return pictures.copy_beside(self._inside(document.path).parent, name, picture)

    def resolve_picture(self, document_path: Path, reference: str) -> Path:
        """The file of a picture that a post names. Raises PictureRefused unless it is a picture in the
        library.
        """
        descriptor, path = pictures.open_contained(self.root, document_path.parent, reference)
        os.close(descriptor)
        return path

    def read_picture(self, document_path: Path, reference: str) -> bytes:
        """The bytes of such a picture, from the very file that was checked. Raises PictureRefused."""
        descriptor, _path = pictures.open_contained(self.root, document_path.parent, reference)
        with os.fdopen(descriptor, "rb") as file:
            return file.read(pictures.LARGEST)

    @property
    def blog_pictures(self) -> BlogPictures:
        """The copies of pictures that are on a blog."""
        if self._blog_pictures is None:
            from postdesk.library.blog_pictures import BlogPictures

            self._blog_pictures = BlogPictures(self.root, self.take_picture)
        return self._blog_pictures

    def copy_of_picture(self, address: str) -> Path:
        """The file of the copy of a picture that is on a blog. Raises PictureRefused."""
        from postdesk.library.blog_pictures import key_of

        return self.blog_pictures.file(key_of(address, ""))

    def shown_picture(self, document_path: Path, post_id: str, reference: str) -> Path:
        """The file to show for a picture that a post names: the copy of one that is on the blog, else a picture in the
        library. Never what goes out. Raises PictureRefused.
        """
        from postdesk.library.blog_pictures import key_of, names_server

        try:
            return self.blog_pictures.file(key_of(reference, post_id))
        except PictureRefused:
            if names_server(reference):
                raise
        return self.resolve_picture(document_path, reference)

    def read_shown_picture(self, document: Document, reference: str) -> bytes:
        """The bytes of such a picture. Raises PictureRefused."""
        from postdesk.library.blog_pictures import key_of, names_server

        try:
            return self.blog_pictures.data(key_of(reference, document.post.id))
        except PictureRefused:
            if names_server(reference):
                raise
        return self.read_picture(document.path, reference)

    # --- within ---

    @property
    def _history(self) -> History:
        """Loaded with the first version that is kept: the database takes its time."""
        with self._guard:
            if self._kept_history is None:
                from postdesk.library.history import History

                self._kept_history = History(self._folders.data)
            return self._kept_history

    def _inside(self, path: Path) -> Path:
        """`path` below the root as the index names it; refuses what lies elsewhere, also by a link. Raises LibraryAway,
        so that nobody takes a file for deleted, or makes one, where the whole library is not there."""
        self._connected.expect()
        full = Path(os.path.abspath(self.root / path))  # noqa: PTH100
        real_root = Path(os.path.realpath(self.root))
        if not full.is_relative_to(self.root) and full.is_relative_to(real_root):
            full = self.root / full.relative_to(real_root)
        real = Path(os.path.realpath(full))
        if full.is_relative_to(self.root) and real.is_relative_to(real_root):
            parts = full.relative_to(self.root).parts
            if not any(names.is_hidden(part) for part in parts):
                return full
        name = "".join(letter if letter.isprintable() else "�" for letter in path.name)
        raise LibraryError(
            _("“{name}” lies outside the library.").format(name=name),
            _("It was not opened or changed."),
            _("Move it into the library's folder first."),
        )

    def _noted(self) -> Index:
        """The index, to note what the program itself did; the guard has to be held. What is remembered of the last run
        is in it first, or a file would be there twice."""
        self.recall()
        return self._index

    def _seen(self, path: Path, data: bytes, before: Document | None = None) -> Document:
        # A file that is new need not wait for what is remembered of 100,000 others.
        index = self._index if before is None else self._noted()
        try:
            post_id = index.saw(path, data)
        except OSError as error:
            log.info("Saved, and not there to be looked at: %s", error)  # the next look says so
            post_id = before.post.id if before is not None else new_id()
        return read_document(path, data, post_id, before)

    def _create(self, folder: Path, stem: str, suffix: str, data: bytes) -> Document:
        try:
            folder.mkdir(exist_ok=True)
        except OSError as error:
            raise explain(error, folder) from error
        while True:
            taken = names.names_in(folder)
            path = folder / names.free_name(stem, suffix, taken)
            try:
                with self._guard:
                    save_file(path, data, expected=None)
                    return self._seen(path, data)
            except NameTaken:
                if path.name in taken:
                    raise

    def _keep(self, post_id: str, data: bytes) -> None:
        """Into the history; one that cannot be written does not stop a save."""
        try:
            self._history.keep(post_id, data)
        except LibraryError as error:
            log.warning("A version was not kept in the history: %s", error.details or error)


def _as_another_post(document: Document, post_id: str) -> bytes:
    """The file with another id, and nothing else changed; as it is where no id can be changed: by its name it is known
    as the copy then."""
    if document.fields is None:
        return document.data
    try:
        return compose(document, replace(document.post, id=post_id))
    except BrokenFrontMatter:
        return document.data
