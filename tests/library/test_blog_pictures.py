"""Which file stands for a picture on a blog: what records say, also those that somebody else wrote."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from postdesk.core.errors import PictureRefused
from postdesk.core.files import content_hash
from postdesk.library.blog_pictures import BlogPictures, Copy, key_of, names_server
from postdesk.library.pictures import copy_beside, has_end
from tests.publishing.photos import photo
from tests.publishing.world import png

KEY = "//blog.example/a.png"


@pytest.fixture
def pictures(tmp_path: Path) -> BlogPictures:
    def take(folder: Path, name: str, data: bytes) -> str:
        folder.mkdir(parents=True, exist_ok=True)
        return copy_beside(folder, name, data)

    return BlogPictures(tmp_path, take)


def keep(pictures: BlogPictures, root: Path, data: bytes = png(1)) -> Copy:
    return pictures.keep(KEY, data, content_hash(data), root / "Blog" / "Pictures", "a.png")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://blog.example/A.png", "http://www.BLOG.example:80/A.png#x"),
        ("//blog.example/A.png", "https://blog.example/A.png"),
        ("https://blog.example/\u00fc.png", "https://blog.example/%C3%BC.png"),
        ("https://blog.example", "https://blog.example/"),
        (" https://blog.example/\n a.png", "https://blog.example/%20a.png"),
    ],
)
def test_one_place_has_one_name(one: str, other: str) -> None:
    assert key_of(one, "p") == key_of(other, "q") != ""


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://blog.example/A.png", "https://blog.example/a.png"),
        ("https://blog.example/a.png?w=1", "https://blog.example/a.png?w=2"),
        ("https://blog.example:8080/a.png", "https://blog.example/a.png"),
        ("/a.png", "a.png"),
    ],
)
def test_two_places_have_two(one: str, other: str) -> None:
    assert key_of(one, "p") != key_of(other, "p")


@pytest.mark.parametrize(
    "ref", ["", "data:image/gif;base64,AAAA", "file:///etc/passwd", "https://", "https://[/a", "//:x/"]
)
def test_what_no_blog_answers_has_none(ref: str) -> None:
    assert key_of(ref, "p") == ""


@given(st.text(max_size=60), st.sampled_from(["", "https://", "//blog.example/", "/"]))
def test_no_reference_is_too_odd(text: str, start: str) -> None:
    """Law: every reference has a name or none, and the name is a text that a file can be named by."""
    key = key_of(start + text, "0123456789abcdef")
    assert not key or BlogPictures(Path("/"), lambda *_a: "")._path(key).name.endswith(".json")
    names_server(start + text)


def test_a_copy_stands_for_its_address_until_it_is_another_file(
    pictures: BlogPictures, tmp_path: Path
) -> None:
    kept = keep(pictures, tmp_path)
    assert (kept.file, pictures.data(KEY), pictures.has(KEY)) == ("Blog/Pictures/a.png", png(1), True)
    file = pictures.file(KEY)
    file.write_bytes(png(2) + b"x")
    assert not pictures.has(KEY)
    file.write_bytes(png(2)[: len(png(1))].ljust(len(png(1)), b"\0"))
    with pytest.raises(PictureRefused):
        pictures.data(KEY)
    assert pictures.discard(kept) == 0
    assert file.exists(), "hers"


@pytest.mark.parametrize(
    "file",
    [
        "../outside.png",
        "/outside.png",
        "Blog/../../outside.png",
        ".postdesk/hidden.png",
        "link.png",
        "Blog",
        "%2e%2e/outside.png",
    ],
)
def test_no_record_leads_out_of_the_library(tmp_path: Path, pictures: BlogPictures, file: str) -> None:
    root = tmp_path / "library"
    (root / ".postdesk").mkdir(parents=True)
    (root / "Blog").mkdir()
    for place in (tmp_path / "outside.png", root / ".postdesk" / "hidden.png"):
        place.write_bytes(png(1))
    (root / "link.png").symlink_to(tmp_path / "outside.png")
    walled = BlogPictures(root, lambda *_a: "")
    copy = Copy(KEY, file, content_hash(png(1)), len(png(1)))
    walled.put(copy)
    with pytest.raises(PictureRefused):
        walled.file(KEY)
    with pytest.raises(PictureRefused):
        walled.data(KEY)
    assert walled.discard(copy) == 0
    assert (tmp_path / "outside.png").exists()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "null",
        '"x"',
        "{}",
        '{"key": 1}',
        "[" * 100_000,
        '{"key": "//other.example/", "file": "a"}',
        "\udcff",
    ]
    + [json.dumps({"key": KEY, "file": "Blog/a.png", "size": size}) for size in ("3", None, 1.5, True)],
)
def test_a_record_that_says_nothing_is_none(pictures: BlogPictures, text: str) -> None:
    path = pictures._path(KEY)
    path.parent.mkdir(parents=True)
    path.write_bytes(text.encode("utf-8", "surrogateescape"))
    assert pictures.copy(KEY) is None
    assert not pictures.has(KEY)
    assert all(copy.key != KEY for copy in pictures.all())


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "GIF", "WEBP", "AVIF", "HEIF"])
def test_the_end_of_a_picture_is_known(kind: str) -> None:
    data = photo(kind, note=False)
    assert has_end(data)
    for length in (40, len(data) // 2, len(data) - 3):
        assert not has_end(data[:length]), length
