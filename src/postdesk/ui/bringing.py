"""Brings the pictures of pulled posts home while she writes on, and clears those that no post shows any more."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QLocale, QObject, Signal

from postdesk.core.account import Account
from postdesk.core.cancel import Cancel
from postdesk.core.language import _, ngettext
from postdesk.ui.pulling import LANE
from postdesk.ui.tasks import Tasks
from postdesk.ui.toast import Toast
from postdesk.ui.window import MainWindow
from postdesk.ui.work import Work

if TYPE_CHECKING:
    from postdesk.library.document import Document
    from postdesk.publishing.bringing import At, Brought
    from postdesk.publishing.clearing import Cleared
    from postdesk.publishing.desk import Desk

_OFTEN = 0.1  # s between two words about how far it is
_NAMED = 2  # pictures that did not come, in one sentence


class Bringing(QObject):
    """One run at a time, after a pull that runs. `came`: files are there that were not. `told(error)`: a notice."""

    came = Signal()
    told = Signal(object)
    _at = Signal(object)

    def __init__(self, desk: Desk, tasks: Tasks, window: MainWindow) -> None:
        super().__init__(window)
        self._desk = desk
        self._tasks = tasks
        self._window = window
        begins, stops = _("Bring the Blog's Pi&ctures Here"), _("Stop Bringing Pi&ctures Here")
        self._work = Work(window, "bring_all_pictures", begins, stops)
        self._at.connect(self._say_how_far)

    @property
    def is_busy(self) -> bool:
        """Whether pictures are coming."""
        return self._work.is_busy

    def bring(self, account: Account, document: Document | None = None) -> None:
        """Fetch the pictures of one post, or of all that came from the blog; while that runs, stop it."""
        if self.is_busy:
            self.stop()
            return
        cancel = self._work.begin()
        at = _now_and_then(self._at.emit)

        def ended(brought: Brought) -> None:
            self._over()
            self._say(account, brought, one=document is not None)

        def failed(error: Exception) -> None:
            self._over()
            self.told.emit(error)

        self._tasks.run(
            lambda: self._desk.bring_pictures(account, cancel, at, document), ended, failed, lane=LANE
        )

    def stop(self) -> None:
        """Stop; what came stays, and the next time goes on."""
        self._work.stop()

    def clear(self) -> None:
        """Remove copies that no post shows any more."""

        def ended(cleared: Cleared) -> None:
            words = ngettext("{count} picture was removed.", "{count} pictures were removed.", cleared.count)
            room = QLocale().formattedDataSize(cleared.size)
            said = _("{what} {room} are free now.").format(what=words, room=room)
            nothing = _("Every picture that was brought here is shown by a post.")
            self._window.toasts.say(Toast(said if cleared.count else nothing))
            self.came.emit()

        self._tasks.run(lambda: self._desk.clear_pictures(Cancel()), ended, self.told.emit, lane=LANE)

    def _over(self) -> None:
        self._work.over()
        self.came.emit()

    def _say_how_far(self, at: At) -> None:
        locale = QLocale()
        words = _("Bringing pictures here: {came} · {posts} of {of} posts · stop")
        if at.of == 1:
            words = _("Bringing pictures here: {came} · stop")
        posts, of, came = (locale.toString(number) for number in (at.posts, at.of, at.came))
        self._work.say(words.format(posts=posts, of=of, came=came))

    def _say(self, account: Account, brought: Brought, *, one: bool) -> None:
        count, there = len(brought.came), brought.there
        if count:
            words = ngettext("{count} picture came", "{count} pictures came", count)
            sentences = [_("{what} from “{blog}”.").format(what=words, blog=account.name)]
        elif there:
            sentences = [ngettext("The picture is here.", "All {count} pictures are here.", there)]
        elif brought.failure is not None or brought.gone or brought.problems:
            sentences = []
        else:
            words = (
                _("It shows no picture of “{blog}”.") if one else _("Its posts show no picture of “{blog}”.")
            )
            sentences = [words.format(blog=account.name)]
        if brought.gone:
            gone = len(brought.gone)
            sentences.append(
                ngettext(
                    "{count} is not on the blog any more.", "{count} are not on the blog any more.", gone
                )
            )
        if one and brought.elsewhere:
            left = len(brought.elsewhere)
            words = ngettext(
                "{count} lies on another site and stays there.",
                "{count} lie on other sites and stay there.",
                left,
            )
            sentences.append(words)
        if brought.problems:
            named = " ".join(
                f"{_name_of(where)}: {sentence}" for where, sentence in brought.problems[:_NAMED]
            )
            words = ngettext("{count} did not come.", "{count} did not come.", len(brought.problems))
            sentences.append(f"{words} {named}")
        if brought.cancelled:
            sentences.append(_("Stopped; the next time goes on."))
        elif brought.failure is not None:
            sentences.append(brought.failure.sentence)
        stays = bool(brought.problems or (brought.failure and not brought.cancelled))
        self._window.toasts.say(Toast(" ".join(sentences), stays=stays))


def _now_and_then(tell: Callable[[At], None]) -> Callable[[At], None]:
    """`tell`, but not more often than can be read: of an archive with nothing to fetch a thousand posts are looked at
    in a second."""
    told = 0.0

    def at(how_far: At) -> None:
        nonlocal told
        now = time.monotonic()
        if now - told > _OFTEN:
            told = now
            tell(how_far)

    return at


def _name_of(address: str) -> str:
    """The last part of an address, for a sentence."""
    name = address.partition("?")[0].rstrip("/").rpartition("/")[2] or address
    return "".join(c for c in name if c.isprintable())[:60]
