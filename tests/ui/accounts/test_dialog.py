"""A blog is added by pasting its address; the window says in words whether it works."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QLineEdit
from pytestqt.qtbot import QtBot

from postdesk.ui.accounts import AccountDialog, AccountValues


@pytest.fixture
def dialog(qtbot: QtBot) -> AccountDialog:
    made = AccountDialog()
    qtbot.addWidget(made)
    made.show()
    return made


def test_an_address_is_looked_for_then_the_rest_is_asked(qtbot: QtBot, dialog: AccountDialog) -> None:
    assert not dialog.user.isVisible()
    QTest.keyClicks(dialog.address, " http://127.0.0.1:8081/blog/ ")
    with qtbot.waitSignal(dialog.look_for) as asked:
        QTest.keyClick(dialog.address, Qt.Key.Key_Return)
    assert asked.args == ["http://127.0.0.1:8081/blog/"]
    assert not dialog.next.isEnabled()
    dialog.show_question("It is not encrypted.")
    with qtbot.waitSignal(dialog.agreed):
        QTest.mouseClick(dialog.agree, Qt.MouseButton.LeftButton)
    dialog.show_found("Harbour Notes", needs_password=True, has_markup=True)
    QTest.keyClicks(dialog.user, "ines")
    QTest.keyClicks(dialog.password, "abcd efgh")
    with qtbot.waitSignal(dialog.save) as saved:
        QTest.mouseClick(dialog.saver, Qt.MouseButton.LeftButton)
    assert saved.args == [
        AccountValues("http://127.0.0.1:8081/blog/", "Harbour Notes", "ines", "abcd efgh", is_default=True)
    ]


def test_a_password_is_never_shown_nor_in_a_repr(qtbot: QtBot, dialog: AccountDialog) -> None:
    dialog.show_found("x", needs_password=True, has_markup=True)
    QTest.keyClicks(dialog.password, "hunter2")
    assert dialog.password.echoMode() is QLineEdit.EchoMode.Password
    assert "hunter2" not in repr(dialog.values())


def test_a_failure_is_said_and_can_be_mended(qtbot: QtBot, dialog: AccountDialog) -> None:
    QTest.keyClicks(dialog.address, "nowhere")
    QTest.mouseClick(dialog.next, Qt.MouseButton.LeftButton)
    dialog.show_answer("There is no blog. <b>Nothing</b> was sent.", good=False)
    assert dialog._answer.text() == "There is no blog. <b>Nothing</b> was sent."
    assert dialog._answer.textFormat() is Qt.TextFormat.PlainText
    assert dialog.next.isEnabled()
    assert not dialog.saver.isVisible()


def test_a_folder_needs_no_user(dialog: AccountDialog) -> None:
    dialog.show_found("site", needs_password=False, has_markup=False, address="/home/ines/site")
    assert dialog.name.isVisible()
    assert not dialog.user.isVisible()
    assert not dialog.password.isVisible()
    assert dialog.saver.isVisible()


def test_editing_keeps_address_and_password(qtbot: QtBot, dialog: AccountDialog) -> None:
    dialog.edit(
        AccountValues("https://b.example", "B", "ines", "", "html", True),
        needs_password=True,
        has_markup=True,
    )
    assert dialog.address.isReadOnly()
    assert dialog.values() == AccountValues("https://b.example", "B", "ines", "", "html", True)


@pytest.mark.parametrize(("known", "says"), [(True, "Unchanged"), (False, "Not known: type it here")])
def test_the_password_s_field_says_whether_one_is_known(
    dialog: AccountDialog, known: bool, says: str
) -> None:
    dialog.edit(AccountValues("https://b.example", "B", "ines"), needs_password=True, has_markup=True)
    dialog.set_known(known)
    assert dialog.password.placeholderText() == says
    assert dialog.focusWidget() is (dialog.name if known else dialog.password)


def test_it_is_not_said_to_be_kept_where_there_is_no_keyring(dialog: AccountDialog) -> None:
    dialog.show_found("My blog", needs_password=True, has_markup=True)
    assert "in your system's keyring" in _words(dialog)
    dialog.set_kept("This computer has no keyring that Post Desk could use. " * 4)
    QTest.qWait(0)
    (hint,) = (w for w in dialog.findChildren(QLabel) if w.text().startswith("You make an application"))
    assert hint.height() >= hint.heightForWidth(hint.width()), "all of it can be read"
    assert "system's keyring" not in _words(dialog)
    assert "no keyring that Post Desk could use" in _words(dialog)


def _words(dialog: AccountDialog) -> str:
    return " ".join(label.text() for label in dialog.findChildren(QLabel) if label.isVisible())


def test_how_the_preview_shows_its_posts_is_a_button_away_once_the_blog_is_there(
    qtbot: QtBot, dialog: AccountDialog
) -> None:
    dialog.show_found("My blog", needs_password=True, has_markup=True)
    assert not dialog.look_like.isVisible()
    dialog.edit(AccountValues("https://blog.example", "My blog"), needs_password=True, has_markup=True)
    with qtbot.waitSignal(dialog.look):
        dialog.look_like.click()


def test_how_pictures_go_out_is_chosen_with_the_keyboard(qtbot: QtBot, dialog: AccountDialog) -> None:
    dialog.edit(
        AccountValues("https://b.example", "B", "ines", width=1700), needs_password=True, has_markup=True
    )
    widths = dialog.width_of_pictures
    assert widths.currentText() == "At most 1700 pixels wide"
    assert widths.accessibleName() == "Pictures"
    assert not dialog.place.isChecked()
    widths.setFocus()
    QTest.keyClick(widths, Qt.Key.Key_End)
    assert widths.currentText() == "As wide as they are"
    dialog.place.setFocus()
    QTest.keyClick(dialog.place, Qt.Key.Key_Space)
    with qtbot.waitSignal(dialog.save) as saved:
        QTest.keyClick(dialog.name, Qt.Key.Key_Return)
    assert (saved.args[0].width, saved.args[0].keep_place) == (0, True)


def test_every_sentence_can_be_read_to_its_end(qtbot: QtBot, dialog: AccountDialog) -> None:
    def cut_off() -> list[str]:
        qtbot.wait(1)  # for the layout
        shown = [label for label in dialog.findChildren(QLabel) if label.isVisible() and label.text()]
        return [label.text() for label in shown if label.height() < label.heightForWidth(label.width())]

    assert cut_off() == []
    dialog.show_question(
        "The connection to http://127.0.0.1:8471 is not encrypted: others on the network can read your password. Use "
        "it all the same?"
    )
    assert cut_off() == []
    dialog.show_found("A blog", needs_password=True, has_markup=True)
    assert cut_off() == []
    dialog.show_answer("This looks like your ordinary password. " * 4, good=False)
    assert cut_off() == []
