"""Pictures as cameras, telephones and programs make them: turned, with a place, a profile and names in them."""

from __future__ import annotations

import io
from typing import Any

import pillow_heif
from PIL import Image, ImageCms, ImageDraw

from postdesk.publishing.content import kind_of

pillow_heif.register_heif_opener()

PROFILE: bytes = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
SECRETS = (b"SERIAL-99", b"Anna at home", b"Lonely Street 7", b"maker's note")
"""What must not be found in a picture that went out."""
CORNERS = ((250, 20, 20), (20, 250, 20), (20, 20, 250), (240, 240, 20))
"""Top left, top right, bottom left, bottom right."""
XMP = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF>Lonely Street 7</rdf:RDF></x:xmpmeta>'

# What a camera did that was held so: the way back of what the orientation asks for.
_HELD = {
    1: None,
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}


def scene(width: int = 240, height: int = 160, mode: str = "RGB") -> Image.Image:
    """An upright picture with a colour in each quarter."""
    image = Image.new("RGB", (width, height))
    draw = ImageDraw.Draw(image)
    for number, colour in enumerate(CORNERS):
        x, y = (number % 2) * width // 2, (number // 2) * height // 2
        draw.rectangle((x, y, x + width // 2, y + height // 2), fill=colour)
    return image.convert(mode)


def exif(orientation: int = 1, *, place: bool = True) -> bytes:
    """What a camera notes: itself, its owner, and where it was."""
    noted = Image.Exif()
    noted[0x0112] = orientation
    noted[0x010F] = "Camera"
    noted[0x013B] = "Ines"
    noted[0x8298] = "(c) Ines"
    details = noted.get_ifd(0x8769)
    details[0x9003] = "2026:11:01 10:00:00"
    details[0x829A] = 0.01
    if place:
        noted[0x010E] = "Anna at home"
        details[0xA431] = "SERIAL-99"
        details[0x927C] = b"maker's note" * 4
        spot = noted.get_ifd(0x8825)
        spot[1], spot[2], spot[3], spot[4] = "N", (53.0, 5.0, 1.0), "E", (5.0, 22.0, 1.0)
    return noted.tobytes()


def photo(kind: str = "JPEG", orientation: int = 1, *, image: Image.Image | None = None, place: bool = True,
          note: bool = True, **save: Any) -> bytes:  # fmt: skip
    """A picture file. `kind` is Pillow's name for it."""
    held = _HELD[orientation]
    image = scene() if image is None else image
    image = image.transpose(held) if held is not None else image
    options: dict[str, Any] = {"icc_profile": PROFILE}
    if kind == "JPEG":
        options |= {"quality": 92, "subsampling": 0}
    if note:
        options["exif"] = exif(orientation, place=place)
    return saved(image, kind, **(options | save))


def saved(image: Image.Image, kind: str, **options: Any) -> bytes:
    """The file that Pillow makes of it."""
    stream = io.BytesIO()
    image.save(stream, kind, **options)
    return stream.getvalue()


def moving(kind: str, frames: int = 3, size: int = 120, **options: Any) -> bytes:
    """A picture that moves."""
    shown = [Image.new("RGB", (size, size), (60 * n, 90, 200 - 50 * n)) for n in range(frames)]
    return saved(shown[0], kind, save_all=True, append_images=shown[1:], duration=80, loop=0, **options)


def mime(data: bytes) -> str:
    """Its kind by its first bytes."""
    found = kind_of(data[:32])
    assert found is not None
    return found[0]


def opened(data: bytes) -> Image.Image:
    """The picture, decoded, not turned by what is noted in it."""
    image = Image.open(io.BytesIO(data))
    image.load()
    return image


def is_upright(image: Image.Image) -> bool:
    """Whether each colour is in its corner."""
    shown = image.convert("RGB")
    width, height = shown.size
    for number, colour in enumerate(CORNERS):
        seen = shown.getpixel(((number % 2 * 2 + 1) * width // 4, (number // 2 * 2 + 1) * height // 4))
        assert isinstance(seen, tuple)
        if any(abs(a - b) > 40 for a, b in zip(seen, colour, strict=True)):
            return False
    return True
