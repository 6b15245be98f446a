"""Pictures of a part of the screen, and what tells a typed letter from a caret that blinks."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from PIL import Image, ImageChops

_CARET = 4  # px; a caret that blinks is narrower than a letter
_ALIKE = (
    0.004  # of the pixels; a caret of 2 x 24 px in 400 x 200 is a sixth of it, a line of text four times it
)


@dataclass(frozen=True, slots=True)
class Area:
    """A rectangle of the screen, in px."""

    x: int
    y: int
    width: int
    height: int

    @property
    def right(self) -> int:
        """The first column beyond it."""
        return self.x + self.width

    @property
    def bottom(self) -> int:
        """The first row below it."""
        return self.y + self.height

    def within(self, other: Area) -> Area:
        """The part of it that lies in the other; width or height are 0 where there is none."""
        x, y = max(self.x, other.x), max(self.y, other.y)
        right, bottom = min(self.right, other.right), min(self.bottom, other.bottom)
        return Area(x, y, max(0, right - x), max(0, bottom - y))

    def grown(self, across: int, down: int, within: Area) -> Area:
        """Wider by `across` px on either side and higher by `down`, as far as `within` goes."""
        return Area(self.x - across, self.y - down, self.width + 2 * across, self.height + 2 * down).within(
            within
        )


@dataclass(frozen=True, eq=False)
class Picture:
    """What was seen at `area`: four bytes a pixel (blue, green, red, none), row after row."""

    area: Area
    pixels: bytes

    @cached_property
    def image(self) -> Image.Image:
        """The same for Pillow."""
        size = self.area.width, self.area.height
        return Image.frombuffer("RGB", size, self.pixels, "raw", "BGRX", 0, 1)

    def changes(self, other: Picture) -> Image.Image:
        """Grey, 0 where both are alike, 255 where not. Both are of one size."""
        red, green, blue = ImageChops.difference(self.image, other.image).split()
        return ImageChops.lighter(ImageChops.lighter(red, green), blue).point([0] + [255] * 255)

    def differs_by_letter(self, other: Picture) -> bool:
        """Whether they differ in more columns than a caret is wide."""
        if self.pixels == other.pixels:
            return False
        columns, _rows = self.changes(other).getprojection()
        return sum(columns) > _CARET

    def alike(self, other: Picture) -> bool:
        """Whether they differ in next to nothing: a caret, the colour of some edge."""
        if self.pixels == other.pixels:
            return True
        return self.changes(other).histogram()[255] <= _ALIKE * self.area.width * self.area.height

    def share_of(self, colour: tuple[int, int, int]) -> float:
        """The part of it that has exactly this colour (red, green, blue), from 0 to 1."""
        plain = Image.new("RGB", self.image.size, colour)
        red, green, blue = ImageChops.difference(self.image, plain).split()
        other = ImageChops.lighter(ImageChops.lighter(red, green), blue)
        return other.histogram()[0] / (self.area.width * self.area.height)

    def cut(self, area: Area) -> Picture:
        """The part of it at `area`, which lies within."""
        left, top = area.x - self.area.x, area.y - self.area.y
        part = self.image.crop((left, top, left + area.width, top + area.height))
        return Picture(area, part.tobytes("raw", "BGRX"))
