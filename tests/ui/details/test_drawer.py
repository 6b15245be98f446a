"""The drawer shows a post's fields and says what she changed."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot

from postdesk.core.post import Visibility
from postdesk.ui.details import Details, DetailsDrawer
from postdesk.ui.details.chips import ChipsField
from postdesk.ui.details.fields import DetailsFields


@pytest.fixture
def drawer(qtbot: QtBot) -> DetailsFields:
    made = DetailsFields()
    qtbot.addWidget(made)
    made.resize(300, 800)
    made.show()
    return made


def field_of(chips: ChipsField) -> QLineEdit:
    field = chips.focusProxy()
    assert isinstance(field, QLineEdit)
    return field


def tags(drawer: DetailsFields) -> list[str]:
    return list(drawer.details.tags)


def test_tags_are_typed_with_commas_and_taken_back_with_backspace(
    qtbot: QtBot, drawer: DetailsFields
) -> None:
    field = field_of(drawer.tags)
    QTest.keyClicks(field, "ferry, strike 2026,")
    assert tags(drawer) == ["ferry", "strike 2026"]
    QTest.keyClick(field, Qt.Key.Key_Backspace)
    assert tags(drawer) == ["ferry"]
    assert field.text() == "strike 2026"
    QTest.keyClick(field, Qt.Key.Key_Return)
    QTest.keyClicks(field, "FERRY,")
    assert tags(drawer) == ["ferry", "strike 2026"]


def test_a_category_is_completed_from_any_part_of_its_path(qtbot: QtBot, drawer: DetailsFields) -> None:
    drawer.set_known((), ("News", "News/Local", "Sport"))
    field = field_of(drawer.categories)
    QTest.keyClicks(field, "loc")
    completer = field.completer()
    assert completer is not None
    assert [completer.setCurrentRow(0), completer.currentCompletion()] == [True, "News/Local"]
    completer.activated.emit("News/Local")
    qtbot.waitUntil(lambda: drawer.details.categories == ("News/Local",), timeout=20_000)


def test_showing_values_is_no_change(qtbot: QtBot, drawer: DetailsFields) -> None:
    heard: list[Details] = []
    drawer.changed.connect(heard.append)
    shown = Details(
        "a-slug",
        datetime(2026, 11, 22, 12, 30, tzinfo=UTC),
        ("t",),
        ("c",),
        "Short.",
        "a.jpg",
        Visibility.PASSWORD,
        "pw",
    )
    drawer.set_details(shown, "A title")
    assert heard == []
    assert drawer.details == shown
    assert drawer.password.isVisible()
    drawer.set_details(Details(), "Ferry strike, day four")
    assert heard == []
    assert drawer.slug.placeholderText() == "ferry-strike-day-four"


def test_a_date_keeps_its_instant_and_is_optional(qtbot: QtBot, drawer: DetailsFields) -> None:
    moment = datetime(2026, 11, 22, 12, 30, tzinfo=UTC)
    drawer.set_details(Details(date=moment), "")
    drawer.when_published.click()
    assert drawer.details.date is None
    drawer.when_published.click()
    chosen: datetime | None = drawer.details.date
    assert chosen == moment
    assert getattr(chosen, "tzinfo", None) is not None


def test_only_what_the_blog_can_do_is_offered(qtbot: QtBot, drawer: DetailsFields) -> None:
    drawer.set_can({"tags"})
    assert drawer.tags.isVisible()
    assert not drawer.categories.isVisible()
    assert [drawer.visibility.itemData(i) for i in range(drawer.visibility.count())] == [Visibility.PUBLIC]
    drawer.set_details(Details(visibility=Visibility.PRIVATE), "")
    assert drawer.visibility.currentData() is Visibility.PRIVATE


def test_leaving_password_visibility_forgets_the_readers_password(
    qtbot: QtBot, drawer: DetailsFields
) -> None:
    drawer.set_details(Details(visibility=Visibility.PASSWORD, post_password="x"), "")
    drawer.visibility.setCurrentIndex(0)
    assert drawer.details.post_password == ""


def test_every_control_has_a_name_and_is_reached_by_the_keyboard(drawer: DetailsFields) -> None:
    for widget in (
        drawer.slug,
        drawer.date,
        field_of(drawer.tags),
        drawer.excerpt,
        drawer.picture,
        drawer.visibility,
    ):
        assert widget.accessibleName()
        assert widget.focusPolicy() & Qt.FocusPolicy.TabFocus


def test_what_was_told_before_she_looked_is_what_she_sees_and_changes(qtbot: QtBot) -> None:
    drawer = DetailsDrawer()
    qtbot.addWidget(drawer)
    drawer.set_can({"tags"})
    drawer.set_known(["ferry"], [])
    drawer.set_details(Details(slug="a-slug", tags=("strike",)), "A title")
    drawer.set_thumbnail(None, "Choose or drop a picture")
    drawer.set_title("Another title")
    drawer.set_read_only(True)
    drawer.set_read_only(False)
    heard: list[Details] = []
    drawer.changed.connect(heard.append)
    drawer.resize(300, 800)
    drawer.show()
    fields = drawer.fields
    assert fields.isVisible()
    assert fields.slug.text() == "a-slug"
    assert fields.slug.isEnabled()
    assert fields.slug.placeholderText() == "another-title"
    assert not fields.categories.isVisible()
    assert heard == []
    QTest.keyClicks(field_of(fields.tags), "quay,")
    assert [d.tags for d in heard] == [("strike", "quay")]
    assert drawer.details == heard[0]
    drawer.set_details(Details(slug="another"), "")
    assert fields.slug.text() == "another"


def test_a_post_that_cannot_be_changed_shows_its_details_so_however_late_she_looks(qtbot: QtBot) -> None:
    drawer = DetailsDrawer()
    qtbot.addWidget(drawer)
    drawer.set_read_only(True)
    drawer.show()
    assert not drawer.fields.slug.isEnabled()
