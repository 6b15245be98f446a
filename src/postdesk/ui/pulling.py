"""Brings the posts of a blog home while she writes on, and shows what publishing one of them would change there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QLocale, QObject, Signal

from postdesk.core.account import Account
from postdesk.core.language import _, ngettext
from postdesk.library.document import Document
from postdesk.publishing.desk import Desk
from postdesk.ui.tasks import Tasks
from postdesk.ui.toast import Toast
from postdesk.ui.window import MainWindow
from postdesk.ui.work import Work

if TYPE_CHECKING:
    from postdesk.publishing.change import Change, Line
    from postdesk.publishing.pull import Pulled
    from postdesk.ui.change import ChangeWindow

LANE = "pull"
_NAMED = 3  # titles in one sentence


class Pulling(QObject):
    """One pull at a time. `came`: files were made or changed. `told(error)`: a notice."""

    came = Signal()
    told = Signal(object)
    _at = Signal(int, int)
    _waits = Signal(float)

    def __init__(self, desk: Desk, tasks: Tasks, window: MainWindow) -> None:
        super().__init__(window)
        self._desk = desk
        self._tasks = tasks
        self._window = window
        self._work = Work(window, "pull", _("Bring the Blog's Posts &Here"), _("Stop Bringing Posts &Here"))
        self._change: ChangeWindow | None = None
        self._at.connect(self._say_how_far)
        self._waits.connect(self._say_it_waits)

    @property
    def is_busy(self) -> bool:
        """Whether posts are coming."""
        return self._work.is_busy

    def pull(self, account: Account) -> None:
        """Fetch what is new on the blog; while that runs, stop it."""
        if self.is_busy:
            self.stop()
            return
        cancel = self._work.begin()
        at, waits = self._at.emit, self._waits.emit
        self._at.emit(0, -1)

        def ended(done: Pulled) -> None:
            self._over()
            self._say(account, done)

        def failed(error: Exception) -> None:
            self._over()
            self.told.emit(error)

        self._tasks.run(lambda: self._desk.pull(account, cancel, at, waits=waits), ended, failed, lane=LANE)

    def stop(self) -> None:
        """Stop after the post at hand; what came stays, and the next time goes on."""
        self._work.stop()

    def show_change(self, document: Document, account: Account) -> None:
        """Show the difference between what the blog has and what would go out."""

        def compare() -> tuple[Change, tuple[Line, ...]]:
            from postdesk.publishing.change import lines_of

            change = self._desk.change(document, account)
            return change, lines_of(change)

        def show(found: tuple[Change, tuple[Line, ...]]) -> None:
            from postdesk.ui.change import ChangeWindow

            if self._change is not None:
                self._change.close()
            title, theme = document.post.title, self._window.theme
            view = self._change = ChangeWindow(*found, title, account.name, theme, self._window)
            view.finished.connect(lambda: self._closed(view))
            view.show()

        self._tasks.run(compare, show, self.told.emit)

    def _closed(self, view: ChangeWindow) -> None:
        if self._change is view:
            self._change = None

    def _over(self) -> None:
        self._work.over()
        self.came.emit()

    def _say_how_far(self, seen: int, total: int) -> None:
        locale = QLocale()
        if total >= 0:
            words = _("Bringing posts here: {seen} of {total} · stop")
        else:
            words = _("Bringing posts here: {seen} · stop")
        said = words.format(seen=locale.toString(seen), total=locale.toString(total))
        self._work.say(said)

    def _say_it_waits(self, seconds: float) -> None:
        count = max(1, round(seconds / 60)) if seconds >= 100 else max(1, round(seconds))
        words = (
            ngettext("The blog is busy; going on in {count} minute · stop",
                     "The blog is busy; going on in {count} minutes · stop", count)
            if seconds >= 100
            else ngettext("The blog is busy; going on in {count} second · stop",
                          "The blog is busy; going on in {count} seconds · stop", count)
        )  # fmt: skip
        self._work.say(words.format(count=QLocale().toString(count)))

    def _say(self, account: Account, done: Pulled) -> None:
        made, updated = len(done.made), len(done.updated)
        parts = [
            ngettext("{count} post came", "{count} posts came", made) if made else "",
            ngettext("{count} was changed there", "{count} were changed there", updated) if updated else "",
        ]
        said = ", ".join(part for part in parts if part) or _("nothing new")
        sentences = [_("“{blog}”: {what}.").format(blog=account.name, what=said)]
        if done.cancelled:
            sentences.append(_("Stopped; the next time goes on."))
        if done.both:
            words = _("Changed here and on the blog, and left for you to decide: {titles}.")
            sentences.append(words.format(titles=_some(done.both)))
        if done.gone:
            words = _("Not on the blog any more; your files stay: {titles}.")
            sentences.append(words.format(titles=_some(done.gone)))
        sentences += [f"{title}: {sentence}" for title, sentence in done.problems[:_NAMED]]
        stays = bool(done.both or done.gone or done.problems)
        self._window.toasts.say(Toast(" ".join(sentences), stays=stays))


def _some(titles: list[str]) -> str:
    """The first titles, and how many more there are."""
    named = ", ".join(f"“{title or _('Untitled')}”" for title in titles[:_NAMED])
    more = len(titles) - _NAMED
    if more <= 0:
        return named
    return _("{titles} and {more}").format(titles=named, more=ngettext("{count} more", "{count} more", more))
