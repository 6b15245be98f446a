"""The demonstration: in the real window, types a post with a quotation, a list and a picture, publishes it to the local
site, leaves a screenshot, and says where both are. Nothing is made up: every key goes through the editor.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QEvent, QObject, QPointF, QRectF, Qt, QTimer
from PySide6.QtGui import QColor, QImage, QKeyEvent, QLinearGradient, QPainter, QPainterPath
from PySide6.QtWidgets import QApplication, QWidget

from postdesk.core.language import _
from postdesk.publishing.outbox import JobResult, ResultKind
from postdesk.ui.controller import Controller

_PACE = 2  # ms between two keys
_PATIENCE = 60_000  # ms for the whole of it
_SETTLE = 1200  # ms for the toast and the preview's last frame to be drawn

TITLE = "Ferry strike, day four; the mayor blinks; what the port's own figures say"
BEFORE = """The first boat left at 6:10 this morning with eleven people on it. By noon the queue at the north quay was \
half a mile long, and the **temporary timetable** had already been withdrawn.

> “We were told on Sunday that an offer would be on the table by Tuesday. There was no table.”
>
> > An offer was made in writing on 14 November.

"""
AFTER = """
### Update #1, 15:40

The mayor's office now says that talks “could resume within the hour”. That is the third such hour today.

- Boats running: 3 of 14
- Passengers yesterday: 2,212 (normally 19,400)"""


class Demo(QObject):
    """One run. `screenshot` is a path ("" for one beside the library); with `stay` the window is left open."""

    def __init__(
        self, controller: Controller, application: QApplication, screenshot: str, stay: bool
    ) -> None:
        super().__init__(controller)
        self._controller = controller
        self._application = application
        self._screenshot = Path(
            screenshot or controller.desk.folders.documents / "postdesk-demo.png"
        ).absolute()
        self._stay = stay
        self._result: JobResult | None = None
        self._steps: Iterator[Callable[[], bool]] = iter(())
        self._wait: Callable[[], bool] = lambda: True
        self._clock = QTimer(self, interval=25)
        self._clock.timeout.connect(self._turn)
        self._end = QTimer(self, singleShot=True, interval=_PATIENCE)
        self._end.timeout.connect(lambda: self._give_up(_("it took longer than a minute")))

    def start(self) -> None:
        """Begin; the application ends with exit code 0 when all went well, 1 otherwise."""
        c = self._controller
        self._before = c.session.document
        c.publisher.done.connect(self._done)
        self._steps = iter(
            (
                lambda: c.session.document is not None,
                self._new_post,
                lambda: c.session.document is not None and c.session.document is not self._before,
                lambda: self._type(c.editor.title_field, TITLE + "\n"),
                lambda: self._type(c.editor.text, BEFORE),
                self._drop_picture,
                lambda: "](" in c.editor.body(),
                lambda: self._type(c.editor.text, AFTER),
                lambda: not c.session.is_dirty,
                self._press_publish,
                lambda: c.popover.is_ready,
                self._confirm,
                lambda: self._result is not None,
            )
        )
        screen = c.window.screen()
        c.window.setGeometry(screen.availableGeometry())
        c.window.activateWindow()
        self._end.start()
        self._clock.start()

    def _turn(self) -> None:
        """One step after the other; a step that is not true yet is asked again."""
        if self._wait():
            step = next(self._steps, None)
            if step is None:
                self._clock.stop()
                QTimer.singleShot(_SETTLE, self, self._picture)
                return
            self._wait = step

    def _new_post(self) -> bool:
        self._before = self._controller.session.document
        self._controller.files.new()
        return True

    def _type(self, field: QWidget, text: str) -> bool:
        """Type by key events, one a turn of the event loop; true at once, the next step waits for the last key."""
        keys = iter(text)
        typing = QTimer(self, interval=_PACE)
        self._clock.stop()

        def one() -> None:
            letter = next(keys, None)
            if letter is None:
                typing.stop()
                self._clock.start()
                return
            target = QApplication.focusWidget() or field
            if not field.isAncestorOf(target) and target is not field:
                field.setFocus()
                target = field
            code = Qt.Key.Key_Return if letter == "\n" else Qt.Key.Key_unknown
            words = "\r" if letter == "\n" else letter
            for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
                QCoreApplication.sendEvent(
                    target, QKeyEvent(kind, code, Qt.KeyboardModifier.NoModifier, words)
                )

        typing.timeout.connect(one)
        typing.start()
        self._wait = lambda: True
        return True

    def _drop_picture(self) -> bool:
        editor = self._controller.editor
        picture = _quay()
        path = self._controller.desk.folders.state / "north-quay-noon.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        picture.save(str(path))
        editor.pictures_dropped.emit([("north-quay-noon.png", path)], editor.cursor_position())
        return True

    def _press_publish(self) -> bool:
        self._describe()
        self._controller.actions.trigger("publish_options")
        return True

    def _describe(self) -> None:
        """Give the picture its alt text and caption, as she would type them into its line."""
        editor = self._controller.editor
        body = editor.body()
        described = body.replace("![](", "![A long queue at the north quay](", 1)
        start = described.find("](", described.find("![A long queue"))
        end = described.find(")", start)
        if start > 0 and end > 0 and '"' not in described[start:end]:
            described = described[:end] + ' "The queue at noon."' + described[end:]
        editor.replace_body_keeping_place(described)

    def _confirm(self) -> bool:
        popover = self._controller.popover
        for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
            event = QKeyEvent(kind, Qt.Key.Key_Return, Qt.KeyboardModifier.NoModifier, "\r")
            QCoreApplication.sendEvent(popover, event)
        return True

    def _done(self, result: JobResult) -> None:
        self._result = result

    def _picture(self) -> None:
        window = self._controller.window
        screen = window.screen()
        shot = screen.grabWindow(window.winId())
        if shot.isNull():
            shot = window.grab()
        self._screenshot.parent.mkdir(parents=True, exist_ok=True)
        saved = shot.save(str(self._screenshot))
        result = self._result
        if result is None or result.kind is not ResultKind.DONE or not saved:
            self._give_up(
                result.sentence
                if result is not None and result.sentence
                else _("the screenshot could not be saved")
            )
            return
        account = self._controller.desk.accounts.get(result.account_id)
        _say(_("The sample post is published: {address}").format(address=result.address))
        _say(_("The site: {folder}").format(folder=account.address if account else ""))
        _say(_("The screenshot: {file}").format(file=self._screenshot))
        self._leave(0)

    def _give_up(self, why: str) -> None:
        sys.stderr.write(f"postdesk: {_('The demonstration did not reach its end')}: {why}\n")
        self._leave(1)

    def _leave(self, code: int) -> None:
        self._clock.stop()
        self._end.stop()
        if not self._stay:
            self._controller.finish()
            self._application.exit(code)


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def _quay() -> QImage:
    """A picture of our own: sea, sky, and hills, drawn here."""
    image = QImage(1600, 900, QImage.Format.Format_RGB32)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    sky = QLinearGradient(QPointF(0, 0), QPointF(0, 560))
    sky.setColorAt(0, QColor("#8fb4c9"))
    sky.setColorAt(1, QColor("#e5d9b6"))
    painter.fillRect(QRectF(0, 0, 1600, 560), sky)
    sea = QLinearGradient(QPointF(0, 540), QPointF(0, 900))
    sea.setColorAt(0, QColor("#6c93a0"))
    sea.setColorAt(1, QColor("#34535e"))
    painter.fillRect(QRectF(0, 540, 1600, 360), sea)
    hills = QPainterPath(QPointF(0, 560))
    hills.cubicTo(QPointF(300, 380), QPointF(520, 460), QPointF(760, 520))
    hills.cubicTo(QPointF(1000, 400), QPointF(1300, 380), QPointF(1600, 520))
    hills.lineTo(1600, 560)
    painter.fillPath(hills, QColor("#6c8a63"))
    painter.fillRect(QRectF(0, 700, 1600, 26), QColor("#8a7f6b"))
    painter.setPen(Qt.PenStyle.NoPen)
    for number in range(26):  # the queue
        x = 90 + number * 54
        height = 64 + (number * 37) % 22
        painter.setBrush(QColor.fromHsv((number * 47) % 360, 70, 110 + (number * 13) % 60))
        painter.drawRoundedRect(QRectF(x, 700 - height, 22, height), 9, 9)
        painter.setBrush(QColor("#e3c9a8"))
        painter.drawEllipse(QPointF(x + 11, 692 - height), 11, 11)
    painter.end()
    return image
