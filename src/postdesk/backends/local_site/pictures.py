"""Makes a writer's picture fit for the web: upright, as wide as the site wants it, without its place."""

from __future__ import annotations

import io
import warnings
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageOps

from postdesk.core.errors import MediaRefused
from postdesk.core.language import _

WIDE = 1600  # px: twice the text column of the site's style sheet, sharp on a dense screen
NARROW = 800  # px: for a phone
LARGEST = 120_000_000  # px in all; beyond it a small file may unpack to gigabytes
_SUFFIX = {"JPEG": "jpg", "PNG": "png", "WEBP": "webp", "GIF": "gif", "AVIF": "avif"}


@dataclass(frozen=True, slots=True)
class WebPicture:
    """One size of a picture, ready to be written. Sizes in px."""

    data: bytes
    width: int
    height: int
    suffix: str


def for_the_web(path: Path, called: str = "", wide: int = WIDE) -> tuple[WebPicture, ...]:
    """The picture in one or two sizes, the larger first and at most `wide` px wide (0: as it is). Raises
    `MediaRefused` for what is none, or is far too large; the writer knows it as `called`.
    """
    called = called or path.name
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # our own limit is checked below
            with Image.open(path) as opened:
                return _sizes(path, called, opened, wide)
    except MediaRefused:
        raise
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError, MemoryError) as error:
        raise MediaRefused(
            _("“{name}” is not a picture that can be read.").format(name=called),
            _("Nothing of the post went out."),
            _("Open the picture in another program and save it again as JPEG or PNG."),
            details=repr(error),
        ) from error


def _sizes(path: Path, called: str, opened: Image.Image, wide: int) -> tuple[WebPicture, ...]:
    if opened.width * opened.height > LARGEST:
        raise MediaRefused(
            _("“{name}” is too large: {width} × {height} pixels.").format(
                name=called, width=opened.width, height=opened.height
            ),
            _("Nothing of the post went out."),
            _("Make the picture smaller and publish again."),
        )
    form = opened.format if opened.format in _SUFFIX else "PNG"
    if getattr(opened, "is_animated", False):  # a moving picture would stand still after resizing
        return (WebPicture(path.read_bytes(), opened.width, opened.height, _SUFFIX[form]),)
    profile = opened.info.get("icc_profile")
    upright = ImageOps.exif_transpose(opened)
    widths = [min(upright.width, wide or upright.width)] + ([NARROW] if upright.width > NARROW * 1.25 else [])
    return tuple(_fit(upright, width, form, profile) for width in widths)


def _fit(picture: Image.Image, width: int, form: str, profile: bytes | None) -> WebPicture:
    height = max(1, round(picture.height * width / picture.width))
    small = picture if width == picture.width else picture.resize((width, height), Image.Resampling.LANCZOS)
    if form == "JPEG" and small.mode not in ("RGB", "L", "CMYK"):
        small = small.convert("RGB")
    small.info.clear()  # leaves out EXIF and with it the place; the colour profile is given back below
    out = io.BytesIO()
    options = {"JPEG": {"quality": 86, "progressive": True, "optimize": True}, "WEBP": {"quality": 86}}.get(
        form, {}
    )
    small.save(out, form, **options, **({"icc_profile": profile} if profile else {}))
    return WebPicture(out.getvalue(), small.width, small.height, _SUFFIX[form])
