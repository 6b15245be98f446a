"""What she sees while she types into a long post: frame by frame the preview is there, and only her words move."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QObject, Qt, QTimer
from PySide6.QtGui import QImage, QKeyEvent

from postdesk.app import library_folder
from postdesk.core.settings import load_settings
from postdesk.ui.preview.web import WebSurface
from tests.end_to_end.writer import Writer

pytestmark = pytest.mark.qt_log_ignore(
    "vulkan", "Vulkan", "GPU vendor", "Sandboxing disabled", "GPUInfo", extend=True
)

_KEYS = "and then the gates were opened, and all who had waited since the morning walked through them "
_EVERY = 50  # ms from key to key
_BAR = 24  # px at the right, where the page's scroll bar is
_LEAST = 1_000_000  # bytes


@dataclass(frozen=True, slots=True)
class Band:
    """A line of text as it is drawn: from row to row, and what its pixels are."""

    top: int
    bottom: int
    pixels: str


class Typist(QObject):
    """Presses a key every 50 ms, and takes a picture of the preview twice in between."""

    def __init__(self, writer: Writer, words: str) -> None:
        super().__init__(writer.window)
        self._writer = writer
        self._left = list(words)
        self._turn = 0
        self.frames: list[QImage] = []
        self._clock = QTimer(self, interval=_EVERY // 2, timerType=Qt.TimerType.PreciseTimer)
        self._clock.timeout.connect(self._tick)

    def start(self) -> None:
        self._clock.start()

    @property
    def is_done(self) -> bool:
        return not self._clock.isActive()

    def _tick(self) -> None:
        self.frames.append(grab(self._writer))
        self._turn += 1
        if self._turn % 2:
            if not self._left:
                self._clock.stop()
                return
            letter = self._left.pop(0)
            for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
                event = QKeyEvent(kind, Qt.Key.Key_unknown, Qt.KeyboardModifier.NoModifier, letter)
                QCoreApplication.sendEvent(self._writer.desk.editor.text, event)


def grab(writer: Writer) -> QImage:
    """The preview's pane as the screen has it."""
    preview = writer.window.preview
    corner = preview.mapToGlobal(preview.rect().topLeft())
    picture = preview.screen().grabWindow(
        0, corner.x(), corner.y(), preview.width() - _BAR, preview.height() - 1
    )
    return picture.toImage().convertToFormat(QImage.Format.Format_RGB32)


def bands(frame: QImage) -> list[Band]:
    """The lines that a frame shows; the ones that the edges may cut are left out."""
    memory: Any = frame.constBits()
    pixels, stride = bytes(memory), frame.bytesPerLine()
    rows = [pixels[start : start + 4 * frame.width()] for start in range(0, len(pixels), stride)]
    ground = pixels[:4]  # of the margin
    found: list[Band] = []
    blank = ground * frame.width()
    top = -1
    for y, row in enumerate(rows):
        if row != blank and top < 0:
            top = y
        elif row == blank and top >= 0:
            if top > 0:
                found.append(Band(top, y, hashlib.md5(b"".join(rows[top:y])).hexdigest()))
            top = -1
    return found


def _live_post(folder: Path) -> Path:
    """A post of 1 MB, with a short line in its middle."""
    sentence = "The boat left at {n:05d} with eleven people on it, and the queue at the quay was long. "
    parts: list[str] = []
    length, middle = 0, False
    while length < _LEAST:
        n = len(parts)
        part = (
            f"## Part {n}" if n % 9 == 0 else "".join(sentence.format(n=n * 10 + k) for k in range(1 + n % 3))
        )
        if length > _LEAST / 2 and not middle:
            part, middle = "Here", True
        parts.append(part)
        length += len(part) + 2
    path = folder / "live.md"
    path.write_text("---\ntitle: A long day\n---\n\n" + "\n\n".join(parts) + "\n", "utf-8")
    return path


def test_no_frame_is_blank_and_nothing_but_the_typed_lines_moves_at_twenty_keys_a_second_in_1_mb(
    closed_window: Writer,
) -> None:
    writer = closed_window
    folder = library_folder(writer.folders, load_settings(writer.folders))
    folder.mkdir(parents=True, exist_ok=True)
    writer.open(_live_post(folder))
    preview = writer.desk._preview
    writer.until(lambda: isinstance(preview.surface, WebSurface), "the engine")
    told: list[str] = []
    preview.shown.connect(lambda: told.append("shown"))
    writer.go_to("\n\nHere")
    writer.type(" ")
    writer.until(lambda: told and preview.rendering.is_settled, "the post to be shown")
    writer.until_idle()
    pictures: list[list[Band]] = [[]]

    def stands_still() -> bool:
        pictures.append(bands(grab(writer)))
        return len(pictures[-1]) > 8 and pictures[-1] == pictures[-2]

    writer.until(stands_still, "the page to stand still")
    before = pictures[-1]

    typist = Typist(writer, _KEYS)
    typist.start()
    writer.until(lambda: typist.is_done, "her words to be typed")
    writer.until(stands_still, "the page to stand still")
    assert ("Here " + _KEYS).rstrip() in writer.desk.editor.body()

    after = pictures[-1]
    seen = [bands(frame) for frame in typist.frames]
    hers = next(n for n, (old, new) in enumerate(zip(before, after)) if old != new)
    above, typed = before[:hers], before[hers]
    below = before[hers + 1 :]
    assert hers > 2, "her line stands in the middle of the view"
    assert len(below) > 4

    moved = 0
    for number, frame in enumerate(seen):
        assert len(frame) > hers + 4, f"frame {number} is blank"
        assert frame[:hers] == above, f"in frame {number} the lines above are others"
        rest = [band.pixels for band in frame]
        first = below[0].pixels
        assert first in rest, f"in frame {number} the line below hers is gone"
        at = rest.index(first)
        shown = rest[at:]
        assert shown == [band.pixels for band in below[: len(shown)]], f"frame {number} has other lines below"
        shift = frame[at].top - below[0].top
        assert shift >= moved, f"in frame {number} the lines below jumped back"
        moved = shift
        assert frame[hers].top >= typed.top - 12  # a taller letter
    assert moved > 20, "her words have become another line"
    different = {tuple(band.pixels for band in frame) for frame in seen}
    assert len(different) > len(_KEYS) / 4, "the preview followed her letters, not her pauses"
