"""The process that renders (`markup.worker`) as the preview sees it: told a text, it answers with patches.

It is told only the lines that changed. When it dies it is started again and told everything; a block that has killed or
held it twice is named to the next one as not to be rendered. Nothing here waits.
"""

from __future__ import annotations

import json
import logging
import sys
import time
from collections import deque
from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QObject, QProcess, QProcessEnvironment, QTimer, Signal

_log = logging.getLogger(__name__)

Message = dict[str, Any]

MODULE = "postdesk.markup.worker"
PATIENCE = 8000
"""Milliseconds without a word from a process that has something to do. It says something every second, and cuts a block
off after two, where the system lets it."""
DEATHS = 5
WITHIN = 60.0
"""How often it may die in so many seconds before it is left."""


class Rendering(QObject):
    """One post at a time. Lines count from 0.

    `patched(message)`: a patch (the fields of markup/worker.py); `landed` has to be called before another one comes.
    `current()`: the page is the newest text. `styled(light, dark)`: style sheets for highlighted code. `failed()`: the
    process cannot be kept alive. `lost()`: it was started anew, and will send the page from the beginning.
    """

    patched = Signal(object)
    current = Signal()
    styled = Signal(str, str)
    lost = Signal()
    failed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._process: QProcess | None = None
        self._buffer = bytearray()
        self._number = 0
        self._edits = 0
        self._text: str | None = None
        self._split: list[str] | None = None  # its lines, from the first time that somebody asks
        self._html: str | None = None
        self._kept = ""
        self._all_looks = False
        self._focus = 0
        self._busy = False
        self._suspect = ""
        self._refused: list[str] = []
        self._deaths: deque[float] = deque()
        self._over = False
        self._watchdog = QTimer(self, singleShot=True, interval=PATIENCE)
        self._watchdog.timeout.connect(self._stuck)

    # --- what the preview says ---

    def start(self) -> None:
        """Start the process, if it was not; it is told what there is."""
        if self._process is None and not self._over:
            self._launch()

    def open(self, text: str, focus: int = 0) -> None:
        """Another post; what is near line `focus` comes first."""
        self._text, self._html, self._split = text, None, None
        self._kept = ""
        self._focus = focus
        self._tell_all()

    def show_html(self, html: str) -> None:
        """A post as a server has it."""
        self._text, self._html, self._split = None, html, None
        self._kept = ""
        self._tell_all()

    def update(self, text: str, focus: int) -> bool:
        """The text of the post is now this; returns whether it is another one than before."""
        if self._text is None:
            self.open(text, focus)
            return True
        self._focus = focus
        if text == self._text:
            return False
        first, removed, lines = changed_lines(self._text, text)
        self._text = text
        if self._split is not None:
            self._split[first : first + removed] = lines
        self._edits += 1
        self._say({"edit": self._number, "first": first, "removed": removed, "lines": lines, "focus": focus})
        return True

    def look_at(self, line: int) -> None:
        """What is near this line comes first."""
        self._focus = line
        if not self._has_post:
            return
        self._say({"look": self._number, "line": line}, expects=False)

    def landed(self) -> None:
        """The page has taken the last patch."""
        self._say({"landed": self._number}, expects=False)

    def anew(self, focus: int | None = None) -> None:
        """The page is empty: everything is to be sent again, and patches under way are void."""
        if focus is not None:
            self._focus = focus
        before, self._number = self._number, self._number + 1
        if not self._has_post:
            return  # it was told of no post, and would never answer
        self._say({"anew": before, "post": self._number, "focus": self._focus})

    def again(self, marks: Sequence[str], *, cards: bool = False) -> None:
        """The pieces whose HTML has one of `marks` are to be sent again, and with `cards` those in the blog's own
        source."""
        if self._has_post:
            self._say({"again": self._number, "marks": list(marks), "cards": cards})

    def keep(self, kept: str, everything: bool) -> None:
        """The map of a post that came from a blog as a string of JSON in ASCII (`json.dumps` of it; "" for none), and
        whether its blocks are to be shown in all of the looks that they have there, or only as text is aligned."""
        had, self._kept, self._all_looks = self._kept, kept, everything
        if self._text is not None and (had or kept):
            self._tell_looks()

    def restart(self) -> None:
        """End the process and start another one, which sends everything from the beginning."""
        self._drop()
        self._launch()
        self.lost.emit()

    @property
    def _has_post(self) -> bool:
        return self._text is not None or self._html is not None

    @property
    def lines(self) -> Sequence[str]:
        """The lines of the newest text; none for a post as a server has it."""
        if self._split is None:
            self._split = self._text.split("\n") if self._text is not None else []
        return self._split

    @property
    def is_settled(self) -> bool:
        """Whether the process has nothing left to say about the newest text."""
        return not self._busy

    def shut(self) -> None:
        """End the process. Idempotent."""
        self._over = True
        self._drop()

    @property
    def pid(self) -> int:
        """The process' id, 0 while there is none."""
        return int(self._process.processId()) if self._process is not None else 0

    # --- the process ---

    def _launch(self, announce: bool = False) -> None:
        process = QProcess(self)
        environment = QProcessEnvironment.systemEnvironment()
        environment.insert("PYTHONIOENCODING", "utf-8")
        process.setProcessEnvironment(environment)
        process.setProcessChannelMode(QProcess.ProcessChannelMode.ForwardedErrorChannel)
        process.readyReadStandardOutput.connect(self._read)
        process.finished.connect(self._ended)
        process.errorOccurred.connect(self._erred)
        arguments = ["-P", "-m", MODULE]  # -P: never a module of the folder that we happen to stand in
        if announce:
            arguments.append("--announce")
        for digest in self._refused:
            arguments += ["--refuse", digest]
        self._process = process
        self._buffer.clear()
        self._busy = False
        process.start(sys.executable, arguments)
        self._tell_all()

    def _tell_all(self) -> None:
        self._number += 1
        self._edits = 1
        if self._html is not None:
            self._say({"html": self._html, "post": self._number})
        elif self._text is not None:
            self._say({"open": self._number, "text": self._text, "focus": self._focus})
            if self._kept:
                self._tell_looks()

    def _tell_looks(self) -> None:
        # The map is longer than the post: nothing of it is read or written on this thread.
        every, kept = json.dumps(self._all_looks), self._kept or '""'
        self._write(f'{{"looks":{self._number},"all":{every},"map":{kept}}}'.encode("ascii"))

    def _say(self, message: Message, *, expects: bool = True) -> None:
        self._write(json.dumps(message, separators=(",", ":")).encode("ascii"), expects=expects)

    def _write(self, body: bytes, *, expects: bool = True) -> None:
        process = self._process
        if process is None:
            self._busy |= expects
            return
        process.write(len(body).to_bytes(4, "big") + body)
        # At once, not when the loop comes to it: it renders while this thread paints the letter.
        process.waitForBytesWritten(0)
        if expects:
            self._busy = True
        if self._busy:
            self._watchdog.start()

    def _read(self) -> None:
        process = self._process
        if process is None:
            return
        self._buffer += process.readAllStandardOutput().data()
        while len(self._buffer) >= 4:
            length = int.from_bytes(self._buffer[:4], "big")
            if len(self._buffer) < 4 + length:
                return
            body = bytes(self._buffer[4 : 4 + length])
            del self._buffer[: 4 + length]
            self._take(json.loads(body))
            if self._process is not process:
                return

    def _take(self, message: Message) -> None:
        if self._busy:
            self._watchdog.start()
        if "rendering" in message:
            self._suspect = message["rendering"]
        elif message.get("patch") == self._number:
            if message["whole"] and message["edits"] == self._edits:
                self._settle()
            self.patched.emit(message)
        elif message.get("current") == self._number and message["edits"] == self._edits:
            self._settle()
            self.current.emit()
        elif "styles" in message:
            self.styled.emit(message["styles"]["light"], message["styles"]["dark"])

    def _settle(self) -> None:
        self._busy = False
        self._suspect = ""
        self._watchdog.stop()

    def _stuck(self) -> None:
        _log.info("the process that renders the preview does not answer; it is started anew")
        self._again()

    def _ended(self, code: int) -> None:
        if not self._over:
            _log.info("the process that renders the preview ended (%d); it is started anew", code)
            self._again()

    def _erred(self, error: QProcess.ProcessError) -> None:
        if error is QProcess.ProcessError.FailedToStart and not self._over:
            self._drop()
            self.failed.emit()

    def _again(self) -> None:
        self._drop()
        now = time.monotonic()
        self._deaths.append(now)
        while now - self._deaths[0] > WITHIN:
            self._deaths.popleft()
        if len(self._deaths) >= DEATHS:
            self.failed.emit()
            return
        if self._suspect:
            self._refused.append(self._suspect)
            self._suspect = ""
        # The second one says what it is about to do, so that the third one knows what to leave.
        self._launch(announce=True)
        self.lost.emit()

    def _drop(self) -> None:
        self._watchdog.stop()
        process, self._process = self._process, None
        if process is None:
            return
        for signal in (process.readyReadStandardOutput, process.finished, process.errorOccurred):
            signal.disconnect()
        process.kill()
        process.waitForFinished(1000)  # a killed process is gone at once
        process.deleteLater()


def changed_lines(old: str, new: str) -> tuple[int, int, list[str]]:
    """What makes the lines of `new` of those of `old`: the first line, how many go, and which come."""
    shortest = min(len(old), len(new))
    head = _alike(old, new, shortest)
    tail = _alike_at_end(old, new, shortest - head)
    start = old.rfind("\n", 0, head) + 1
    old_end, new_end = old.find("\n", len(old) - tail), new.find("\n", len(new) - tail)
    old_end = len(old) if old_end < 0 else old_end
    new_end = len(new) if new_end < 0 else new_end
    return old.count("\n", 0, start), old.count("\n", start, old_end) + 1, new[start:new_end].split("\n")


def _alike(old: str, new: str, most: int) -> int:
    """How many letters are the same at the start. By halves: comparing 500,000 at once takes microseconds."""
    low, high = 0, most
    while low < high:
        middle = (low + high + 1) // 2
        if old[low:middle] == new[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def _alike_at_end(old: str, new: str, most: int) -> int:
    low, high = 0, most
    while low < high:
        middle = (low + high + 1) // 2
        if old[len(old) - middle : len(old) - low] == new[len(new) - middle : len(new) - low]:
            low = middle
        else:
            high = middle - 1
    return low
