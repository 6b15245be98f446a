"""Makes of a writer's picture what goes out: upright, as wide as the blog wants it, without place and persons, its
colours and its author kept.

Looking (`examine`) reads no pixel and says what is needed; making (`make`) decodes only where pixels have to change.
A moving picture is never decoded: made smaller it would stand still. Each kind is opened by its own decoder, never by
whichever takes it, and none is given the words beside the picture. That of HEIC is in a process of its own (`heic`).
"""

from __future__ import annotations

import io
import logging
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

from PIL import Image, ImageFile
from PIL.AvifImagePlugin import AvifImageFile
from PIL.GifImagePlugin import GifImageFile
from PIL.JpegImagePlugin import JpegImageFile, get_sampling
from PIL.PngImagePlugin import PngImageFile
from PIL.WebPImagePlugin import WebPImageFile

from postdesk.core.cancel import Cancel
from postdesk.core.errors import PictureRefused, PostDeskError
from postdesk.core.language import _
from postdesk.publishing import heic, metadata
from postdesk.publishing.exif import Entangled, kept_exif, orientation, upright_exif
from postdesk.publishing.recipe import Recipe, Treatment

_log = logging.getLogger(__name__)

ENDINGS: Final = {
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/gif": "gif",
    "image/webp": "webp",
    "image/avif": "avif",
    "image/heic": "heic",
}
_MOST: Final = {"image/jpeg": 220_000_000}
_MOST_OTHER: Final = (
    120_000_000  # px; beyond it a small file may unpack to gigabytes. A JPEG is decoded smaller.
)
_QUALITY, _QUALITY_TURNED = 88, 92
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_LYING = (5, 6, 7, 8)
_XMP_TURN = re.compile(rb"(tiff:Orientation(?:=[\"']|>))[1-8]")


def examine(content: bytes, kind: str, recipe: Recipe, called: str) -> Treatment:
    """What a picture needs. `kind` is its MIME type, `called` the writer's name for it. Reads heads only: a few ms.

    Raises `PictureRefused` for a file that is cut off or no picture, and for one too large to be decoded."""
    with _in_words(called):
        return (
            heic.examined(content, recipe, called)
            if kind == heic.KIND
            else examine_here(content, kind, recipe, called)
        )


def examine_here(content: bytes, kind: str, recipe: Recipe, called: str) -> Treatment:
    """As `examine`, whatever the decoder does to this process."""
    with _in_words(called):
        anew = False
        try:
            bare = metadata.bare(content, kind) is not content
        except Entangled:
            bare = anew = True
        # HEIC and AVIF are turned by whoever shows them, not by what Exif says.
        turn = orientation(metadata.exif_of(content, kind))
        with _opened(content, kind) as picture:
            width, height = picture.size
            if width * height > _MOST.get(kind, _MOST_OTHER) or not width * height:
                raise _too_large(called, width, height)
            if _moves(picture, kind):
                return Treatment(bare=bare and not anew and not recipe.keep_place)
            lying = turn in _LYING or (kind == "image/avif" and _turned_in_file(picture) in _LYING)
    too_wide = 0 < recipe.width < (height if lying else width)
    # Nobody's browser but one shows HEIC, and WordPress (6.1, 7.1) takes it and hands it on as it is.
    anew = (anew and not recipe.keep_place) or kind == "image/heic"
    encodes = too_wide or turn != 1 or anew
    return Treatment((bare or encodes) and not recipe.keep_place, turn, recipe.width if too_wide else 0, anew)


def make(
    content: bytes,
    kind: str,
    treatment: Treatment,
    called: str,
    *,
    into: str = "",
    cancel: Cancel | None = None,
) -> tuple[bytes, str]:
    """The picture as it goes out, and its MIME type. `into`: the kind to make of it ("" for its own; a HEIC becomes a
    JPEG anyway, and a JPEG of something transparent a PNG).

    Raises `PictureRefused` and, between its steps, `Cancelled`."""
    with _in_words(called):
        if not treatment.encodes and into in ("", kind):
            return (metadata.bare(content, kind) if treatment.bare else content), kind
        if kind == heic.KIND:
            return heic.made(content, treatment, called, into, cancel)
        return make_here(content, kind, treatment, called, into, cancel or Cancel())


def make_here(
    content: bytes, kind: str, treatment: Treatment, called: str, into: str, cancel: Cancel
) -> tuple[bytes, str]:
    """What `make` encodes, whatever the decoder does to this process."""
    with _in_words(called), _opened(content, kind) as picture:
        if _moves(picture, kind):
            raise _cannot_move(called)
        return _encoded(picture, content, kind, treatment, into, cancel.check)


def for_screen(content: bytes, kind: str, width: int, called: str) -> tuple[bytes, str]:
    """A picture of a kind that browsers do not show, as one that they do, at most `width` px wide."""
    with _in_words(called):
        return (
            heic.shown(content, width, called)
            if kind == heic.KIND
            else for_screen_here(content, kind, width, called)
        )


def for_screen_here(content: bytes, kind: str, width: int, called: str) -> tuple[bytes, str]:
    """As `for_screen`, whatever the decoder does to this process."""
    with _in_words(called), _opened(content, kind) as picture:
        wide = width if picture.width > width else 0
        return _encoded(
            picture, content, kind, Treatment(bare=True, width=wide), "image/jpeg", Cancel().check
        )


def _encoded(
    picture: ImageFile.ImageFile,
    content: bytes,
    kind: str,
    treatment: Treatment,
    into: str,
    stop: Callable[[], None],
) -> tuple[bytes, str]:
    turn = _turned_in_file(picture) if kind == "image/avif" else treatment.turn
    upright = picture.size[::-1] if turn in _LYING else picture.size
    target = upright
    if treatment.width:
        target = (treatment.width, max(1, round(upright[1] * treatment.width / upright[0])))
    size = target[::-1] if turn in _LYING else target
    sampling = get_sampling(picture) if kind == "image/jpeg" else -1
    was_palette = picture.mode in ("P", "PA")
    info = dict(picture.info)
    if kind == "image/jpeg" and treatment.width:
        picture.draft(None, (2 * size[0], 2 * size[1]))  # decoded smaller, and made a little smaller still
    stop()
    picture.load()
    stop()
    image: Image.Image = picture
    if size != picture.size:
        image = _plain(picture).resize(size, Image.Resampling.LANCZOS, reducing_gap=3.0)
    if turn in _TURNS:
        image = image.transpose(_TURNS[turn])
    stop()
    out = into or ("image/jpeg" if kind == "image/heic" else kind)
    if out == "image/jpeg" and image.mode not in ("RGB", "L", "CMYK"):
        image = _plain(image)
        if image.mode in ("RGBA", "LA"):
            if image.getchannel("A").getextrema() != (255, 255):
                out = "image/png"
            else:
                image = image.convert("RGB")
    elif size != picture.size and was_palette and out == "image/png":
        fast = image.mode == "RGBA"  # the only method that knows transparency
        image = image.quantize(256, Image.Quantize.FASTOCTREE if fast else Image.Quantize.MEDIANCUT)
    return _saved(
        image, out, _beside(content, kind, info, treatment), content, kind, treatment, sampling
    ), out


def _saved(
    image: Image.Image, out: str, beside: dict[str, Any], content: bytes, kind: str, treatment: Treatment, sampling: int
) -> bytes:  # fmt: skip
    options: dict[str, Any] = {}
    if out == "image/jpeg":
        quality = _QUALITY if treatment.width else _QUALITY_TURNED
        options = {"quality": quality, "optimize": True, "progressive": True}
        if sampling in (0, 2) and not treatment.width:
            options["subsampling"] = sampling
    elif out == "image/webp":
        lossless = kind == out and metadata.is_lossless_webp(content)
        options = {"lossless": True} if lossless else {"quality": _QUALITY}
    elif out == "image/avif":
        options = {"quality": 80}
    if "transparency" in image.info:
        options["transparency"] = image.info["transparency"]
    image.info.clear()  # what goes beside the picture is said below, and nothing else does
    stream = io.BytesIO()
    image.save(stream, out.removeprefix("image/").upper(), **options, **beside)
    made = stream.getvalue()
    if kind == out == "image/jpeg" and (credit := metadata.credit_of(content, keep_all=not treatment.bare)):
        made = metadata.with_segment(made, credit)
    return made


def _beside(content: bytes, kind: str, info: Mapping[Any, Any], treatment: Treatment) -> dict[str, Any]:
    """What is written beside the pixels: the colour profile, and of the words what may stay."""
    beside: dict[str, Any] = {}
    if isinstance(info.get("icc_profile"), bytes):
        beside["icc_profile"] = info["icc_profile"]
    exif = metadata.exif_of(content, kind)
    if not exif and isinstance(info.get("exif"), bytes):
        exif = info["exif"].removeprefix(b"Exif\0\0")
    exif = kept_exif(exif, anew=True) if treatment.bare else upright_exif(exif)
    if exif and len(exif) < 65_000:
        beside["exif"] = b"Exif\0\0" + exif
    xmp = info.get("xmp")
    if not treatment.bare and isinstance(xmp, bytes) and len(xmp) < 65_000:
        beside["xmp"] = _XMP_TURN.sub(rb"\g<1>1", xmp)
    return beside


def _plain(image: Image.Image) -> Image.Image:
    """The picture in a mode that can be made smaller: no palette, eight bits for a colour."""
    if image.mode.startswith("I"):
        return image.convert("I").point(lambda value: value * (1 / 256)).convert("L")
    if "transparency" in image.info or image.mode in ("PA", "La", "RGBa"):
        return image.convert("RGBA")
    modes = {"1": "L", "P": "RGB", "F": "L", "LAB": "RGB", "HSV": "RGB", "YCbCr": "RGB"}
    return image.convert(modes[image.mode]) if image.mode in modes else image


def _moves(picture: ImageFile.ImageFile, kind: str) -> bool:
    """Whether it has several frames; of the several pictures of a HEIC the first is the one that is meant."""
    return kind != "image/heic" and bool(getattr(picture, "is_animated", False))


def _turned_in_file(picture: ImageFile.ImageFile) -> int:
    """How an AVIF says in its own words that it is turned (Pillow gives it as Exif)."""
    turn = picture.getexif().get(274, 1)
    return turn if turn in _TURNS else 1


@contextmanager
def _opened(content: bytes, kind: str) -> Iterator[ImageFile.ImageFile]:
    pixels = io.BytesIO(metadata.pixels_only(content, kind))
    picture: ImageFile.ImageFile
    if kind == "image/heic":
        from pi_heif.as_plugin import HeifImageFile

        picture = HeifImageFile(pixels)
    else:
        picture = _DECODERS[kind](pixels)
    try:
        yield picture
    finally:
        picture.close()


_DECODERS: Final[dict[str, type[ImageFile.ImageFile]]] = {
    "image/jpeg": JpegImageFile,
    "image/png": PngImageFile,
    "image/gif": GifImageFile,
    "image/webp": WebPImageFile,
    "image/avif": AvifImageFile,
}


@contextmanager
def _in_words(called: str) -> Iterator[None]:
    """A hostile file makes a decoder raise anything at all: the writer is told that it is broken."""
    try:
        yield
    except PostDeskError:
        raise
    except (Exception, MemoryError) as error:
        _log.info("A picture cannot be read: %r", error)
        raise PictureRefused(
            _("The picture “{name}” is broken or not complete.").format(name=called),
            _("Nothing of it was sent."),
            _("Open it in another program and save it again as JPEG or PNG, or take it out of the text."),
            details=repr(error),
        ) from error


def _too_large(called: str, width: int, height: int) -> PictureRefused:
    return PictureRefused(
        _("The picture “{name}” is too large: {width} × {height} pixels.").format(
            name=called, width=width, height=height
        ),
        _("Nothing of it was sent."),
        _("Make it smaller in another program, or take it out of the text."),
    )


def _cannot_move(called: str) -> PictureRefused:
    return PictureRefused(
        _("The blog does not take “{name}”, and as another kind of file it would no longer move.").format(
            name=called
        ),
        _("Nothing of it was sent."),
        _("Save it as GIF or WebP in another program, or take it out of the text."),
    )
