"""The window that adds or edits a blog: paste its address, say who you are, see in words whether it works.

It knows no network: it asks (`look_for`, `test`, `save`) and is told (`show_found`, `show_question`, `show_answer`).
"""

from __future__ import annotations

from dataclasses import dataclass, field

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from postdesk.core.language import _
from postdesk.publishing.recipe import WIDTH, WIDTHS
from postdesk.ui.labels import make_room, plain_label


@dataclass(frozen=True, slots=True)
class AccountValues:
    """What she typed. `markup` is "blocks" or "html". `password` is "" while editing when it is to stay as it is.
    `width` is the most that a picture may be wide in px, 0 for any; `keep_place`: where it was taken goes out."""

    address: str
    name: str = ""
    user: str = ""
    password: str = field(default="", repr=False)
    markup: str = "blocks"
    is_default: bool = False
    width: int = WIDTH
    keep_place: bool = False


class AccountDialog(QDialog):
    """One page in two parts: the address first; the rest appears once a blog was found there."""

    look_for = Signal(str)
    agreed = Signal()
    choose_folder = Signal()
    test = Signal(object)
    save = Signal(object)
    look = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setModal(False)
        self.setWindowTitle(_("Add a blog"))
        self.setMinimumWidth(460)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 24, 24, 20)
        column.setSpacing(10)
        self._heading = plain_label(_("Add a blog"), "heading")
        column.addWidget(self._heading)
        self._below = plain_label(
            _(
                "Paste the address of your WordPress blog, as you would open it in a browser, or choose a folder."
            ),
            "soft",
        )
        column.addWidget(self._below)

        row = QHBoxLayout()
        self.address = QLineEdit()
        self.address.setPlaceholderText("https://blog.example.org")
        self.address.setAccessibleName(_("Address of the blog"))
        self.address.setClearButtonEnabled(True)
        self.next = _button(_("Continue"), "primary")
        row.addWidget(self.address, 1)
        row.addWidget(self.next)
        column.addLayout(row)
        self.folder = _button(_("Choose a folder for a local site…"), "link")
        column.addWidget(self.folder, 0, Qt.AlignmentFlag.AlignLeft)

        self._rest = QWidget()
        form = QFormLayout(self._rest)
        form.setContentsMargins(0, 6, 0, 0)
        form.setSpacing(10)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.ExpandingFieldsGrow)
        self.name = QLineEdit()
        self.user = QLineEdit()
        self.password = QLineEdit()
        self.password.setEchoMode(QLineEdit.EchoMode.Password)
        self.markup = QComboBox()
        self.markup.addItem(_("Blocks (the block editor)"), "blocks")
        self.markup.addItem(_("Plain HTML (a classic site)"), "html")
        self.width_of_pictures = QComboBox()
        self.place = QCheckBox(_("Keep in pictures where they were taken"))
        self.default = QCheckBox(_("Publish new posts of this library here"))
        self._fields: list[tuple[QLabel, QWidget]] = []
        for words, widget in (
            (_("Name"), self.name),
            (_("User name"), self.user),
            (_("Application password"), self.password),
            (_("New posts as"), self.markup),
            (_("Pictures"), self.width_of_pictures),
        ):
            label = QLabel(words)
            label.setProperty("kind", "field")
            label.setBuddy(widget)
            widget.setAccessibleName(words)
            form.addRow(label, widget)
            self._fields.append((label, widget))
        self._hint = plain_label("", "small")
        self.set_kept("")
        form.insertRow(3, "", self._hint)  # below the password that it speaks of
        form.addRow("", self.place)
        form.addRow("", self.default)
        self.look_like = _button(_("Look like the blog…"), "link")
        form.addRow("", self.look_like)
        self._offer_widths(WIDTH)
        column.addWidget(self._rest)

        self._busy = QProgressBar()
        self._busy.setRange(0, 0)
        self._busy.setTextVisible(False)
        self._busy.setFixedHeight(4)
        self._busy.setAccessibleName(_("Asking the blog"))
        column.addWidget(self._busy)
        self._answer = plain_label()
        self._answer.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        column.addWidget(self._answer)
        self.agree = _button(_("Yes, use it"), "quiet")
        column.addWidget(self.agree, 0, Qt.AlignmentFlag.AlignLeft)

        buttons = QHBoxLayout()
        self.tester = _button(_("Test the connection"), "quiet")
        self.cancel = _button(_("Cancel"), "quiet")
        self.saver = _button(_("Add"), "primary")
        buttons.addWidget(self.tester)
        buttons.addStretch()
        buttons.addWidget(self.cancel)
        buttons.addWidget(self.saver)
        column.addLayout(buttons)

        self.next.clicked.connect(self._find)
        self.address.returnPressed.connect(self._find)
        self.folder.clicked.connect(self.choose_folder)
        self.agree.clicked.connect(self._agree)
        self.tester.clicked.connect(lambda: self._ask(self.test))
        self.saver.clicked.connect(lambda: self._ask(self.save))
        self.cancel.clicked.connect(self.reject)
        self.look_like.clicked.connect(self.look)
        self._editing = False
        self._set_found(False)
        self._set_busy(False)
        self.agree.hide()

    def values(self) -> AccountValues:
        """What stands in the fields."""
        return AccountValues(
            self.address.text().strip(),
            self.name.text().strip(),
            self.user.text().strip(),
            self.password.text(),
            str(self.markup.currentData()),
            self.default.isChecked(),
            int(self.width_of_pictures.currentData()),
            self.place.isChecked(),
        )

    def edit(self, values: AccountValues, *, needs_password: bool, has_markup: bool) -> None:
        """Show an account that is there already; its address cannot be changed (credentials belong to it)."""
        self._editing = True
        self.setWindowTitle(_("Edit blog"))
        self._heading.setText(_("Edit blog"))
        self._below.hide()
        self.saver.setText(_("Save"))
        self.address.setText(values.address)
        self.address.setReadOnly(True)
        self.next.hide()
        self.folder.hide()
        self.user.setText(values.user)
        self.markup.setCurrentIndex(max(0, self.markup.findData(values.markup)))
        self.default.setChecked(values.is_default)
        self._offer_widths(values.width)
        self.place.setChecked(values.keep_place)
        self.show_found(values.name, needs_password=needs_password, has_markup=has_markup)

    def show_found(self, name: str, *, needs_password: bool, has_markup: bool, address: str = "") -> None:
        """A blog is there: ask for the rest. `address` is its home, if it differs from what she typed."""
        self._set_busy(False)
        self.agree.hide()
        self._answer.clear()
        if address:
            self.address.setText(address)
        self.name.setText(name)
        for (label, widget), wanted in zip(
            self._fields, (True, needs_password, needs_password, has_markup, True), strict=True
        ):
            label.setVisible(wanted)
            widget.setVisible(wanted)
        self._hint.setVisible(needs_password)
        self.tester.setVisible(needs_password)
        self.look_like.setVisible(needs_password and self._editing)
        if not self._editing:
            self.default.setChecked(needs_password)  # who adds her blog means to publish there
        self._set_found(True)
        (self.user if needs_password and not self._editing else self.name).setFocus()

    def set_known(self, known: bool) -> None:
        """Whether the password of the account that is edited is known, so that an empty field leaves it as it is."""
        self.password.setPlaceholderText(_("Unchanged") if known else _("Not known: type it here"))
        if not known and self.focusWidget() is self.name and not self.name.isModified():
            self.password.setFocus()

    def set_kept(self, remark: str) -> None:
        """Where the password is kept: in the keyring, or what `remark` says of it."""
        where = _(
            "You make an application password in WordPress under Users, Profile, Application Passwords."
        )
        kept = remark or _("It is kept in your system's keyring, never in a file.")
        self._hint.setText(f"{where} {kept}")
        if (fields := self._rest.layout()) is not None:
            fields.activate()  # else the window learns of the longer sentence when it has its height already
            make_room(self)
            # The form has shared its height out as it was asked for before the window grew (Qt 6.11).
            fields.invalidate()
            fields.activate()

    def show_question(self, sentence: str) -> None:
        """Something to agree to first, e.g. that the address leads elsewhere."""
        self._set_busy(False)
        self.agree.show()
        self._say("warn", sentence)
        self.agree.setFocus()

    def show_answer(self, sentence: str, *, good: bool) -> None:
        """The answer to a test, a failure to find, or a failure to save."""
        self._set_busy(False)
        self._say("good" if good else "bad", sentence)

    def _offer_widths(self, chosen: int) -> None:
        self.width_of_pictures.clear()
        for width in sorted({*WIDTHS, chosen} - {0}):
            self.width_of_pictures.addItem(_("At most {width} pixels wide").format(width=width), width)
        self.width_of_pictures.addItem(_("As wide as they are"), 0)
        self.width_of_pictures.setCurrentIndex(self.width_of_pictures.findData(chosen))

    def _find(self) -> None:
        if not self._editing and self.address.text().strip():
            self._set_found(False)
            self.agree.hide()
            self._answer.clear()
            self._set_busy(True)
            self.look_for.emit(self.address.text().strip())

    def _agree(self) -> None:
        self.agree.hide()
        self._answer.clear()
        self._set_busy(True)
        self.agreed.emit()

    def _ask(self, signal: object) -> None:
        self._answer.clear()
        self._set_busy(True)
        signal.emit(self.values())  # type: ignore[attr-defined]  # a bound signal; PySide names no type for it

    def _set_found(self, found: bool) -> None:
        self._rest.setVisible(found)
        self.saver.setVisible(found)
        if not found:
            self.tester.hide()
        self.next.setDefault(not found)
        self.saver.setDefault(found)
        make_room(self)

    def _set_busy(self, busy: bool) -> None:
        self._busy.setVisible(busy)
        for widget in (self.next, self.tester, self.saver):
            widget.setEnabled(not busy)
        make_room(self)

    def _say(self, kind: str, sentence: str) -> None:
        self._answer.setProperty("kind", kind)
        self._answer.style().unpolish(self._answer)
        self._answer.style().polish(self._answer)
        self._answer.setText(sentence)
        make_room(self)


def _button(words: str, kind: str) -> QPushButton:
    button = QPushButton(words)
    button.setProperty("kind", kind)
    button.setAutoDefault(False)
    return button
