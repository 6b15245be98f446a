"""What goes out of a writer's picture: upright, as wide as the blog wants it, without her place, its colours kept."""

from __future__ import annotations

import io
import struct
import subprocess
import sys
import zlib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageChops, ImageSequence
from PIL.PngImagePlugin import PngInfo

from postdesk.core.cancel import Cancel
from postdesk.core.errors import Cancelled, PictureRefused
from postdesk.publishing import metadata
from postdesk.publishing.exif import kept_exif, orientation, upright_exif
from postdesk.publishing.prepare import examine, for_screen, make
from postdesk.publishing.recipe import AS_IT_IS, USUAL, Recipe, Treatment, key_of
from tests.publishing.photos import (
    PROFILE,
    SECRETS,
    XMP,
    exif,
    is_upright,
    mime,
    moving,
    opened,
    photo,
    saved,
    scene,
)

STILL = ("JPEG", "PNG", "WEBP", "AVIF", "HEIF")


def prepare(data: bytes, recipe: Recipe = USUAL, into: str = "") -> tuple[bytes, Treatment]:
    kind = mime(data)
    treatment = examine(data, kind, recipe, "quay.jpg")
    made, _kind = make(data, kind, treatment, "quay.jpg", into=into)
    return made, treatment


def _words(**words: str) -> PngInfo:
    said = PngInfo()
    for name, text in words.items():
        said.add_text(name, text)
    return said


# --- upright ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_picture_goes_out_as_it_was_shot(kind: str, orientation: int) -> None:
    made, treatment = prepare(photo(kind, orientation))
    image = opened(made)
    assert image.size == (240, 160)
    assert is_upright(image)
    assert image.getexif().get(0x0112, 1) == 1
    assert image.format == kind
    assert treatment.turn == orientation
    again, nothing = prepare(made)
    assert nothing == AS_IT_IS
    assert again is made


@pytest.mark.parametrize("orientation", range(1, 9))
def test_the_width_is_that_of_the_upright_picture(orientation: int) -> None:
    tall = scene(400, 900)
    made, treatment = prepare(photo("JPEG", orientation, image=tall), Recipe(300))
    image = opened(made)
    assert image.size == (300, 675)
    assert is_upright(image)
    assert treatment.width == 300
    assert prepare(photo("JPEG", orientation, image=tall), Recipe(400))[1].width == 0


@pytest.mark.parametrize("orientation", [1, 6, 3])
@pytest.mark.parametrize("kind", ["AVIF", "HEIF"])
def test_a_telephones_picture_becomes_an_upright_jpeg(kind: str, orientation: int) -> None:
    made, _treatment = prepare(photo(kind, orientation), into="image/jpeg")
    image = opened(made)
    assert (image.format, image.size) == ("JPEG", (240, 160))
    assert is_upright(image)
    assert image.getexif().get(0x0112, 1) == 1
    assert image.info["icc_profile"] == PROFILE


def test_what_browsers_do_not_show_is_shown_in_the_preview() -> None:
    shown, kind = for_screen(photo("HEIF", 6), "image/heic", 120, "quay.heic")
    assert kind == "image/jpeg"
    assert opened(shown).size == (120, 80)


# --- place and persons --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("recipe", [Recipe(), Recipe(100)], ids=["as wide as it is", "smaller"])
@pytest.mark.parametrize("kind", STILL)
def test_nobody_learns_where_a_picture_was_taken(kind: str, recipe: Recipe) -> None:
    source = photo(kind, xmp=XMP) if kind != "PNG" else photo(kind, pnginfo=_words(Comment="Lonely Street 7"))
    assert all(secret in source for secret in SECRETS)
    made, _treatment = prepare(source, recipe)
    assert not any(secret in made for secret in SECRETS)
    noted = opened(made).getexif()
    assert not noted.get_ifd(0x8825)
    assert (noted[0x013B], noted[0x8298], noted[0x010F]) == ("Ines", "(c) Ines", "Camera")
    assert noted.get_ifd(0x8769)[0x9003] == "2026:11:01 10:00:00"


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF"])
def test_taking_the_place_out_touches_no_pixel(kind: str) -> None:
    source = photo(kind)
    made, treatment = prepare(source)
    assert treatment == Treatment(bare=True)
    assert ImageChops.difference(opened(source), opened(made)).getbbox() is None
    assert opened(made).info["icc_profile"] == PROFILE
    if kind == "AVIF":
        assert len(made) == len(source)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF", "GIF"])
def test_a_picture_that_needs_nothing_goes_out_byte_for_byte(kind: str) -> None:
    source = photo(kind, note=False)
    made, treatment = prepare(source)
    assert treatment == AS_IT_IS
    assert made is source
    if kind in ("JPEG", "PNG", "WEBP"):  # nor does one that only says what camera it was
        source = photo(kind, place=False)
        assert prepare(source)[0] is source


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF"])
def test_who_wants_it_keeps_the_place(kind: str) -> None:
    keep = Recipe(100, keep_place=True)
    upright = photo(kind)
    assert prepare(upright, Recipe(0, keep_place=True))[0] is upright
    made, _treatment = prepare(photo(kind, 6) if kind != "AVIF" else photo(kind), keep)
    noted = opened(made).getexif()
    assert opened(made).width == 100
    assert noted.get_ifd(0x8825)[2] == (53.0, 5.0, 1.0)
    assert noted.get(0x0112, 1) == 1


def test_of_a_newspapers_words_only_author_and_rights_stay() -> None:
    def record(number: int, words: bytes) -> bytes:
        return b"\x1c\x02" + bytes([number]) + len(words).to_bytes(2) + words

    sets = record(80, b"Ines Poot") + record(90, b"Lonely Street 7") + record(116, b"(c) Harbour Notes")
    block = b"8BIM\x04\x04\0\0" + len(sets).to_bytes(4) + sets + b"\0" * (len(sets) % 2)
    segment = b"\xff\xed" + (len(block) + 16).to_bytes(2) + b"Photoshop 3.0\0" + block
    source = metadata.with_segment(photo(note=False), segment)
    for recipe in (Recipe(), Recipe(100)):
        made, _treatment = prepare(source, recipe)
        assert b"Lonely Street" not in made
        assert b"Ines Poot" in made
        assert b"(c) Harbour Notes" in made
    assert b"Lonely Street" in prepare(source, Recipe(100, keep_place=True))[0]


def test_a_film_behind_the_picture_stays_at_home() -> None:
    source = photo(note=False)
    assert prepare(source + b"\0\0\0\x18ftypmp42" + b"voices" * 50)[0] == source
    padded = source + b"\0" * 40
    assert prepare(padded)[0] is padded
    png = photo("PNG", note=False)
    assert prepare(png + b"what was cropped away")[0] == png


def test_a_cameras_own_thumbnail_stays_at_home() -> None:
    noted = exif(place=False).removeprefix(b"Exif\0\0")
    order = ">" if noted.startswith(b"MM") else "<"
    (start,) = struct.unpack_from(order + "I", noted, 4)
    (count,) = struct.unpack_from(order + "H", noted, start)
    place = start + 2 + 12 * count
    second = struct.pack(order + "HHHII", 1, 0x0201, 4, 1, len(noted) + 18) + b"\0\0\0\0" + b"uncropped"
    with_one = noted[:place] + struct.pack(order + "I", len(noted)) + noted[place + 4 :] + second
    made, treatment = prepare(photo(note=False, exif=b"Exif\0\0" + with_one))
    assert treatment == Treatment(bare=True)
    assert b"uncropped" not in made
    assert opened(made).getexif()[0x013B] == "Ines"


def test_a_thumbnail_of_what_was_cropped_away_stays_at_home() -> None:
    source = photo(note=False)
    header = b"\xff\xe0" + (16 + 12).to_bytes(2) + source[6:18] + b"\x02\x02" + b"thumbnail..."
    made, _treatment = prepare(source[:2] + header + source[20:])
    assert made == source


@given(st.binary(max_size=300))
def test_any_bytes_may_stand_where_a_camera_notes_things(noted: bytes) -> None:
    for block in (noted, b"II*\0\x08\0\0\0" + noted, b"MM\0*\0\0\0\x08" + noted):
        kept = kept_exif(block)
        assert kept_exif(kept) is kept
        assert 1 <= orientation(block) <= 8
        upright_exif(block)


@settings(max_examples=50)
@given(st.integers(0, 300), st.integers(0, 255))
def test_whatever_byte_of_the_notes_is_wrong_the_place_does_not_go_out(place: int, byte: int) -> None:
    noted = bytearray(exif())
    noted[6 + place % (len(noted) - 6)] = byte
    made, _treatment = prepare(photo(note=False, exif=bytes(noted)))
    # A value that lies elsewhere than it should may still be called a camera's name: but never is it all of them.
    assert sum(secret in made for secret in SECRETS) <= 1
    assert not opened(made).getexif().get_ifd(0x8825)


# --- colours and kinds --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF", "HEIF"])
def test_colours_stay_what_they_are(kind: str) -> None:
    made, _treatment = prepare(photo(kind), Recipe(120))
    image = opened(made)
    assert image.info["icc_profile"] == PROFILE
    assert image.size == (120, 80)
    assert is_upright(image)
    assert image.format == {"HEIF": "JPEG"}.get(kind, kind)


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "L", "LA", "P", "1", "I;16"])
def test_a_png_of_any_colours_stays_a_png(mode: str) -> None:
    image = Image.new("I;16", (240, 160), 40_000) if mode == "I;16" else scene(mode=mode)
    source = saved(image, "PNG")
    assert prepare(source)[0] is source
    made = opened(prepare(source, Recipe(100))[0])
    assert (made.format, made.size) == ("PNG", (100, 67))
    if mode == "P":
        assert made.mode == "P"
    if mode == "I;16":
        assert made.getpixel((5, 5)) == 40_000 // 256


def test_what_is_transparent_stays_so() -> None:
    image = scene(mode="RGBA")
    image.putalpha(Image.linear_gradient("L").resize(image.size))
    for source in (
        saved(image, "PNG"),
        saved(image, "WEBP"),
        saved(image.quantize(64), "PNG"),
        saved(image, "AVIF"),
    ):
        made = opened(prepare(source, Recipe(100))[0]).convert("RGBA")
        alphas = made.getchannel("A").tobytes()
        assert min(alphas) < 20 < 200 < max(alphas)
    converted = opened(prepare(saved(image, "AVIF"), into="image/jpeg")[0])
    assert converted.format == "PNG"  # a JPEG has no transparency


def test_a_printers_jpeg_keeps_its_four_colours() -> None:
    source = saved(scene(mode="CMYK"), "JPEG", quality=95)
    assert prepare(source)[0] is source
    made = opened(prepare(source, Recipe(120))[0])
    assert (made.mode, made.size) == ("CMYK", (120, 80))
    assert is_upright(made)


def test_a_drawing_in_webp_stays_without_loss() -> None:
    made = prepare(saved(scene(), "WEBP", lossless=True), Recipe(120))[0]
    assert b"VP8L" in made


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG", "AVIF"])
def test_what_moves_goes_on_moving(kind: str) -> None:
    source = moving(kind)
    made, treatment = prepare(source, Recipe(60))
    assert treatment == AS_IT_IS
    assert made is source
    assert len(list(ImageSequence.Iterator(Image.open(io.BytesIO(made))))) == 3
    with pytest.raises(PictureRefused, match="no longer move"):
        prepare(source, into="image/jpeg")


def test_a_moving_picture_loses_its_words_and_no_frame() -> None:
    gif = moving("GIF", comment=b"Lonely Street 7")
    made, treatment = prepare(gif)
    assert treatment == Treatment(bare=True)
    assert b"Lonely Street" not in made
    assert b"NETSCAPE" in made
    webp = moving("WEBP", exif=exif(), xmp=XMP)
    smaller, _treatment = prepare(webp)
    assert not any(secret in smaller for secret in SECRETS)
    for before, after in ((gif, made), (webp, smaller)):
        shown = [f.convert("RGB") for f in ImageSequence.Iterator(Image.open(io.BytesIO(after)))]
        were = [f.convert("RGB") for f in ImageSequence.Iterator(Image.open(io.BytesIO(before)))]
        assert len(shown) == len(were) == 3
        assert all(ImageChops.difference(a, b).getbbox() is None for a, b in zip(shown, were, strict=True))


# --- hostile ------------------------------------------------------------------------------------------------------

_WHOLE = {kind: photo(kind, 6) for kind in STILL} | {"GIF": moving("GIF", comment=b"words")}


def _goes_out_or_is_refused(data: bytes) -> None:
    kind = mime(data)
    refused: PictureRefused | None = None
    try:
        treatment = examine(data, kind, Recipe(100), "quay.jpg")
        make(data, kind, treatment, "quay.jpg", into="image/jpeg" if kind == "image/avif" else "")
    except PictureRefused as error:
        refused = error
    assert refused is None or ("quay.jpg" in refused.happened and refused.means and refused.todo)


@settings(max_examples=120)
@given(st.sampled_from(sorted(_WHOLE)), st.floats(0.02, 0.999))
def test_a_picture_that_was_cut_off_is_refused(kind: str, share: float) -> None:
    whole = _WHOLE[kind]
    cut = whole[: max(40, int(len(whole) * share))]
    try:
        prepare(cut, Recipe(100))
    except PictureRefused:
        return
    # HEIC and AVIF may have something behind the picture; a GIF may lack its last byte.
    assert kind in ("AVIF", "HEIF") or len(whole) - len(cut) < 4


@settings(max_examples=150)
@given(st.sampled_from(sorted(_WHOLE)), st.integers(32, 10_000), st.binary(min_size=1, max_size=8))
def test_a_picture_with_wrong_bytes_goes_out_or_is_refused_with_a_sentence(
    kind: str, at: int, wrong: bytes
) -> None:
    whole = _WHOLE[kind]
    at = 32 + at % (len(whole) - 40)
    _goes_out_or_is_refused(whole[:at] + wrong + whole[at + len(wrong) :])


def _png_of(width: int, height: int) -> bytes:
    def chunk(name: bytes, body: bytes) -> bytes:
        return len(body).to_bytes(4) + name + body + zlib.crc32(name + body).to_bytes(4)

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    rows = zlib.compress(b"\0" * 100_000)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def test_a_small_file_that_unpacks_to_gigabytes_is_refused_unread() -> None:
    with pytest.raises(PictureRefused, match="60000 × 60000"):
        prepare(_png_of(60_000, 60_000))
    with pytest.raises(PictureRefused, match="broken"):
        prepare(_png_of(4000, 3000))  # it says more than it has


_MEMORY = """
import sys
from pathlib import Path
from postdesk.publishing.prepare import examine, make
from postdesk.publishing.recipe import Recipe
data = Path(sys.argv[1]).read_bytes()
def most() -> int:  # KB that this process ever had at once
    lines = Path("/proc/self/status").read_text().splitlines()
    return int(next(line.split()[1] for line in lines if line.startswith("VmHWM")))
before = most()
treatment = examine(data, "image/jpeg", Recipe(2048), "big")
made, _kind = make(data, "image/jpeg", treatment, "big")
print(most() - before, len(made))
"""


def test_a_huge_photo_is_made_smaller_without_being_whole_in_memory(tmp_path: Path) -> None:
    file = io.BytesIO()
    Image.new("RGB", (10_000, 7_000), (30, 90, 160)).save(file, "JPEG")
    (tmp_path / "big.jpg").write_bytes(file.getvalue())
    out = subprocess.run(
        [sys.executable, "-c", _MEMORY, str(tmp_path / "big.jpg")], capture_output=True, check=True
    )
    grown, _size = (int(n) for n in out.stdout.split())
    assert grown < 150_000  # KB; whole it takes 280,000


def test_she_can_stop_it() -> None:
    cancel = Cancel()
    cancel.set()
    source = photo("JPEG", 6)
    with pytest.raises(Cancelled):
        make(source, "image/jpeg", Treatment(True, 6), "quay.jpg", cancel=cancel)


# --- what it is known by ------------------------------------------------------------------------------------------


def test_a_prepared_picture_is_known_by_what_was_done_to_it_for_all_time() -> None:
    # These keys are on blogs, in file names and receipts: another answer would upload every picture again.
    source = "ab" * 32
    assert key_of(source, AS_IT_IS) == source
    assert key_of(source, Treatment(bare=True))[:16] == "47542a22537fc8ec"
    assert key_of(source, Treatment(True, 6, 2048))[:16] == "8394706ec0286196"
    known = {
        key_of(source, t) for t in (AS_IT_IS, Treatment(True), Treatment(True, 6), Treatment(True, 6, 9))
    }
    assert len(known) == 4


def test_another_width_changes_nothing_for_a_picture_that_is_narrow_already() -> None:
    data = photo()
    assert {examine(data, "image/jpeg", Recipe(width), "a") for width in (0, 240, 1600, 2048)} == {
        Treatment(bare=True)
    }
