"""A writer's pictures in the real window: a telephone's photo is shown and goes out; one that she replaced is told."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import unquote

from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from postdesk.core.files import ANY, save_file
from postdesk.publishing.recipe import Recipe, recipe_of
from tests.end_to_end.writer import Writer
from tests.publishing.photos import SECRETS, is_upright, opened, photo, scene


def _pictures_of(writer: Writer) -> list[Path]:
    """What the published page of the open post shows."""
    page = Path(unquote(writer.desk.standing.address.removeprefix("file://")))
    sources = [part.partition('"')[0] for part in page.read_text("utf-8").split('src="')[1:]]
    return [(page.parent / unquote(source)).resolve() for source in sources]


def test_a_telephones_photo_is_seen_by_her_and_by_readers(writer: Writer, tmp_path: Path) -> None:
    (tmp_path / "IMG 1.HEIC").write_bytes(photo("HEIF", 6, image=scene(2600, 1700)))
    writer.new_post("The quay at noon", "Noon.\n\n")
    writer.paste_picture(tmp_path / "IMG 1.HEIC", "The quay", "At noon.")
    writer.until_saved()
    (kept,) = writer.file.parent.glob("*.heic")
    assert kept.read_bytes() == (tmp_path / "IMG 1.HEIC").read_bytes()
    writer.publish()
    writer.hears("Published")
    (shown,) = _pictures_of(writer)
    data = shown.read_bytes()
    assert is_upright(opened(data))
    assert opened(data).format == "JPEG"
    assert not any(secret in data for secret in SECRETS)


def test_a_picture_that_she_replaced_under_its_name_is_told_and_goes_out(
    writer: Writer, tmp_path: Path
) -> None:
    (tmp_path / "boat.png").write_bytes(photo("PNG", note=False))
    writer.new_post("The boat", "Look.\n\n")
    writer.paste_picture(tmp_path / "boat.png", "A boat", "At the quay.")
    writer.until_saved()
    writer.publish()
    writer.hears("Published")
    writer.until(lambda: writer.state.startswith("Published"), "the state to say so")
    picture = writer.file.parent / "boat.png"
    save_file(picture, photo("PNG", note=False, image=scene(90, 60)), expected=ANY)
    writer.until(lambda: writer.state.startswith("Changed since published"), "the header to tell")
    assert writer.button == "Update"
    writer.press_publish()
    writer.hears("Updated")
    writer.until(lambda: writer.state.startswith("Published"), "the state to say so")
    (shown,) = _pictures_of(writer)
    with Image.open(shown) as image:
        assert image.size == (90, 60)
    writer.until_idle()
    assert writer.state.startswith("Published")
    picture.write_bytes(photo("PNG", note=False))  # in its place, of which no folder tells
    writer.window.came_back.emit()  # from the program in which she drew
    writer.until(lambda: writer.state.startswith("Changed since published"), "the header to tell")


def test_she_chooses_how_wide_the_pictures_of_a_blog_are(writer: Writer) -> None:
    writer.choose("edit_blog")
    dialog = writer._dialog()
    widths = dialog.width_of_pictures
    widths.setFocus()
    QTest.keyClick(widths, Qt.Key.Key_Home)
    writer.click(dialog.saver)
    writer.until(lambda: not dialog.isVisible(), "the blog to be saved")
    writer.until_idle()
    (account,) = writer.desk.desk.accounts.all()
    assert recipe_of(account) == Recipe(1200)
    writer.choose("edit_blog")
    assert writer._dialog().width_of_pictures.currentText() == "At most 1200 pixels wide"
