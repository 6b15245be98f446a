"""Only real pictures of the library are read, and never one that would fill the memory."""

from __future__ import annotations

import os
import struct
import zlib
from pathlib import Path

import pytest
from PySide6.QtGui import QImage

from postdesk.core.errors import PictureRefused
from postdesk.ui.preview.picture import SHOWN_WIDTH, kind_of, look, read
from postdesk.ui.preview.pictures import Pictures, refusal
from tests.publishing.photos import photo, scene
from tests.ui.preview.stage import picture, resolver

_ROOT = "postdesk-preview://page/picture/"


def _chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


def _bomb(width: int, height: int) -> bytes:
    """A PNG whose head promises a size that its content does not have."""
    head = struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + _chunk(b"IHDR", head)
        + _chunk(b"IDAT", zlib.compress(b"\0" * 1000))
        + _chunk(b"IEND", b"")
    )


def test_a_picture_is_told_by_its_first_bytes_not_by_its_name(library: Path) -> None:
    picture(library / "really.png")
    (library / "really.png").rename(library / "called.txt")
    assert look("called.txt", resolver(library)).kind == "image/png"
    (library / "text.png").write_text("<html>")
    with pytest.raises(PictureRefused, match="not a picture"):
        look("text.png", resolver(library))


@pytest.mark.parametrize("name", ["a.png", "a.jpg", "a.webp"])
def test_size_and_kind_are_read_without_decoding(library: Path, name: str) -> None:
    picture(library / name, width=321, height=123)
    found = look(name, resolver(library))
    assert (found.width, found.height) == (321, 123)
    kind, content = read(name, resolver(library))
    assert kind == found.kind == kind_of(content)
    assert content == (library / name).read_bytes()


def test_an_avif_has_the_size_of_its_largest_image(library: Path) -> None:
    sizes = b"".join(
        b"\0\0\0\x14ispe\0\0\0\0" + struct.pack(">II", w, h) for w, h in ((160, 90), (1920, 1080))
    )
    (library / "a.avif").write_bytes(b"\0\0\0\x1cftypavif\0\0\0\0avifmif1miaf" + sizes)
    found = look("a.avif", resolver(library))
    assert (found.kind, found.width, found.height) == ("image/avif", 1920, 1080)


def test_a_telephones_heic_is_shown_upright_as_a_jpeg(library: Path) -> None:
    (library / "a.heic").write_bytes(photo("HEIF", 6, image=scene(1900, 1000)))
    found = look("a.heic", resolver(library))
    assert (found.kind, found.width, found.height) == ("image/heic", 1900, 1000)
    kind, content = read("a.heic", resolver(library))
    image = QImage.fromData(content)
    assert (kind, image.width(), image.height()) == ("image/jpeg", SHOWN_WIDTH, SHOWN_WIDTH * 1000 // 1900)
    (library / "cut.heic").write_bytes(photo("HEIF")[:900])
    with pytest.raises(PictureRefused):
        read("cut.heic", resolver(library))


def test_a_picture_that_would_fill_the_memory_is_not_decoded(library: Path) -> None:
    (library / "bomb.png").write_bytes(_bomb(50_000, 50_000))
    for reading in (look, read):
        with pytest.raises(PictureRefused, match="50000 × 50000"):
            reading("bomb.png", resolver(library))
    shown = Pictures(_ROOT, resolver(library))
    assert "too large to show (50000 × 50000 pixels)" in shown.placed('<img src="pd-picture:bomb.png">')


def test_a_large_picture_comes_smaller(library: Path) -> None:
    picture(library / "large.jpg", width=4000, height=3000)
    kind, content = read("large.jpg", resolver(library))
    image = QImage.fromData(content)
    assert kind == "image/jpeg"
    assert (image.width(), image.height()) == (SHOWN_WIDTH, SHOWN_WIDTH * 3 // 4)


def test_a_link_out_of_the_library_a_pipe_and_a_folder_are_refused(library: Path) -> None:
    os.mkfifo(library / "pipe.png")
    (library / "folder.png").mkdir()
    for name in ("link.png", "pipe.png", "folder.png", "../secret.png", "nowhere.png"):
        with pytest.raises(PictureRefused):
            look(name, resolver(library))


def test_a_pipe_is_refused_even_when_the_resolver_lets_it_through(library: Path) -> None:
    os.mkfifo(library / "pipe.png")
    with pytest.raises(PictureRefused, match="cannot be read"):
        look("pipe.png", lambda ref: library / ref)


def test_what_took_the_place_of_a_picture_after_the_check_is_not_read(library: Path, tmp_path: Path) -> None:
    answers = [library / "pic.png", tmp_path / "secret.png"]
    with pytest.raises(PictureRefused, match="cannot be read"):
        look("pic.png", lambda ref: answers.pop(0))
    with pytest.raises(PictureRefused, match="cannot be read"):
        look("link.png", lambda ref: library / "link.png")


def test_an_address_of_another_post_or_a_made_up_one_leads_nowhere(library: Path) -> None:
    one, other = Pictures(_ROOT, resolver(library)), Pictures(_ROOT, resolver(library))
    address = one.address("pic.png")
    assert one.content(address)[0] == "image/png"
    missing = one.address("nowhere.png")
    base = address.rpartition("/")[0].rpartition("/")[0]
    for asked in (
        missing,
        f"{base}/7/",
        f"{base}/x/",
        f"{base}/-1/",
        f"{base}/²/",
        f"{_ROOT}0/",
        "file:///etc/passwd",
    ):
        with pytest.raises(KeyError):
            one.content(asked)
    with pytest.raises(KeyError):
        other.content(address)


@pytest.mark.parametrize(
    ("src", "words"),
    [
        ("https://tracker.example.org/p.gif", "Picture from tracker.example.org is not loaded."),
        ("//tracker.example.org/p.gif", "Picture from tracker.example.org is not loaded."),
        ("\\\\share\\x.png", "Picture from share is not loaded."),
        (" java\tscript:x", "not in the library"),
        ("file:///etc/passwd", "not in the library"),
        ("data:image/png;base64,AAAA", "written into the text"),
        ("http://[x", "is not loaded"),
    ],
)
def test_why_a_picture_is_not_shown_is_said_in_words(src: str, words: str) -> None:
    assert words in refusal(src)


def test_a_picture_that_changed_has_another_address(library: Path) -> None:
    before = Pictures(_ROOT, resolver(library)).address("pic.png").rpartition("/")[2]
    picture(library / "pic.png", width=61)
    os.utime(library / "pic.png", ns=(1, 1))
    assert Pictures(_ROOT, resolver(library)).address("pic.png").rpartition("/")[2] != before
