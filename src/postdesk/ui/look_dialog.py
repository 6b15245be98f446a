"""The window in which she lets the preview look like a blog: what is fetched and kept for that, how much, and how to
drop it again."""

from __future__ import annotations

from PySide6.QtCore import QDateTime, QLocale, Qt, Signal
from PySide6.QtWidgets import QCheckBox, QDialog, QHBoxLayout, QProgressBar, QPushButton, QVBoxLayout, QWidget

from postdesk.core.language import _, ngettext
from postdesk.publishing.appearances import Kept
from postdesk.ui.labels import make_room, plain_label


class LookDialog(QDialog):
    """Told what there is; asks by signals. `chosen(bool)`: posts are to be shown as the blog shows them, or not."""

    fetch = Signal()
    stop = Signal()
    drop = Signal()
    chosen = Signal(bool)

    def __init__(self, blog: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setModal(False)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(_("Look Like the Blog"))
        self.setMinimumWidth(500)
        self._kept: Kept | None = None
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 24, 24, 20)
        column.setSpacing(10)
        column.addWidget(plain_label(_("Show posts as “{blog}” does").format(blog=blog), "heading"))
        column.addWidget(
            plain_label(
                _(
                    "Post Desk opens a few of its published posts as any reader does, and keeps the style sheets and "
                    "fonts that they use on this computer, so that the preview has them offline. Usually that is less "
                    "than 3 MB; it is never more than 20."
                ),
                "soft",
            )
        )
        column.addWidget(
            plain_label(
                _(
                    "What the blog takes from other servers, such as a service for fonts, is asked for there. No "
                    "script, picture or counter of visitors is fetched, and nothing of your text is sent."
                ),
                "soft",
            )
        )
        column.addSpacing(4)
        self.use = QCheckBox(_("Show posts in this look"), self)
        self.use.clicked.connect(self.chosen)
        column.addWidget(self.use)
        self.state = plain_label("", "small")
        self.state.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        column.addWidget(self.state)
        self.busy = QProgressBar(self)
        self.busy.setRange(0, 0)
        self.busy.setTextVisible(False)
        self.busy.setFixedHeight(4)
        self.busy.setAccessibleName(_("Fetching the look"))
        column.addWidget(self.busy)
        column.addSpacing(6)
        row = QHBoxLayout()
        self.dropper = _button(_("Drop It"), "quiet")
        self.dropper.clicked.connect(self.drop)
        self.closer = _button(_("Close"), "quiet")
        self.closer.clicked.connect(self.close)
        self.stopper = _button(_("Stop"), "quiet")
        self.stopper.clicked.connect(self.stop)
        self.fetcher = _button(_("Fetch the Look"), "primary")
        self.fetcher.setDefault(True)
        self.fetcher.clicked.connect(self.fetch)
        row.addWidget(self.dropper)
        row.addStretch(1)
        for button in (self.closer, self.stopper, self.fetcher):
            row.addWidget(button)
        column.addLayout(row)
        self.show_kept(None)

    def show_kept(self, kept: Kept | None, words: str = "") -> None:
        """What is kept of the blog, None for nothing; `words` in the place of what there is to say about it."""
        self._kept = kept
        self._set_busy(False)
        self.use.setVisible(kept is not None)
        self.use.setChecked(kept is not None and kept.chosen)
        self.dropper.setVisible(kept is not None)
        self.fetcher.setText(_("Fetch Again") if kept is not None else _("Fetch the Look"))
        if not words and kept is not None:
            words = _spoken(kept)
        self.state.setText(words)
        self.state.setVisible(bool(words))
        make_room(self)

    def show_failure(self, sentence: str) -> None:
        """Why it could not be fetched; what was kept before is still there."""
        self.show_kept(self._kept, sentence)

    def show_progress(self, size: int) -> None:
        """It is being fetched; so many bytes came."""
        self._set_busy(True)
        came = QLocale().formattedDataSize(size, 1, QLocale.DataSizeFormat.DataSizeTraditionalFormat)
        self.state.setText(_("{size} came so far.").format(size=came) if size else _("Asking the blog…"))
        self.state.setVisible(True)

    def _set_busy(self, busy: bool) -> None:
        self.busy.setVisible(busy)
        self.stopper.setVisible(busy)
        self.fetcher.setVisible(not busy)
        self.use.setEnabled(not busy)
        self.dropper.setEnabled(not busy)


def _spoken(kept: Kept) -> str:
    locale, look = QLocale(), kept.appearance
    size = locale.formattedDataSize(kept.size, 1, QLocale.DataSizeFormat.DataSizeTraditionalFormat)
    moment = QDateTime.fromSecsSinceEpoch(int(look.at.timestamp()))
    day = locale.toString(moment.date(), QLocale.FormatType.LongFormat)
    said = [_("Fetched on {day}: {size}.").format(day=day, size=size)]
    if look.missing:
        words = ngettext(
            "{count} style sheet or font that the blog names did not come.",
            "{count} style sheets or fonts that the blog names did not come.",
            look.missing,
        )
        said.append(words.format(count=look.missing))
    return " ".join(said)


def _button(text: str, kind: str) -> QPushButton:
    button = QPushButton(text)
    button.setProperty("kind", kind)
    button.setAutoDefault(kind == "primary")
    return button
