"""An X display as a bench sees it: pixels read, keys pressed, windows found; Xlib and XTest by ctypes."""

from __future__ import annotations

import ctypes
import ctypes.util
import time
from collections.abc import Callable
from dataclasses import dataclass

_ALL_PLANES = 0xFFFFFFFF
_Z_PIXMAP = 2
_CARET = 4  # px; a caret that blinks is narrower than a letter


class _Image(ctypes.Structure):
    _fields_ = (
        ("width", ctypes.c_int), ("height", ctypes.c_int), ("xoffset", ctypes.c_int), ("format", ctypes.c_int),
        ("data", ctypes.POINTER(ctypes.c_char)), ("byte_order", ctypes.c_int), ("bitmap_unit", ctypes.c_int),
        ("bitmap_bit_order", ctypes.c_int), ("bitmap_pad", ctypes.c_int), ("depth", ctypes.c_int),
        ("bytes_per_line", ctypes.c_int), ("bits_per_pixel", ctypes.c_int),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Area:
    """A rectangle of the screen, in px."""

    x: int
    y: int
    width: int
    height: int


class Screen:
    """The display `name`. Raises OSError when it cannot be opened."""

    def __init__(self, name: str) -> None:
        self._x = ctypes.CDLL(ctypes.util.find_library("X11") or "libX11.so.6")
        self._test = ctypes.CDLL(ctypes.util.find_library("Xtst") or "libXtst.so.6")
        for function, result in (
            ("XOpenDisplay", ctypes.c_void_p), ("XDefaultRootWindow", ctypes.c_ulong),
            ("XGetImage", ctypes.POINTER(_Image)), ("XKeysymToKeycode", ctypes.c_ubyte),
        ):  # fmt: skip
            getattr(self._x, function).restype = result
        display = self._x.XOpenDisplay(name.encode())
        if not display:
            raise OSError(f"the display {name} cannot be opened")
        self._display = ctypes.c_void_p(display)
        self._root = ctypes.c_ulong(self._x.XDefaultRootWindow(self._display))
        self.size = Area(
            0, 0, self._x.XDisplayWidth(self._display, 0), self._x.XDisplayHeight(self._display, 0)
        )

    def pixels(self, area: Area) -> bytes:
        """The area's pixels, four bytes each, row after row."""
        image = self._x.XGetImage(
            self._display, self._root, area.x, area.y, area.width, area.height, ctypes.c_ulong(_ALL_PLANES), _Z_PIXMAP
        )  # fmt: skip
        made = image.contents
        data = ctypes.string_at(made.data, made.bytes_per_line * made.height)
        self._x.XFree(made.data)
        self._x.XFree(image)
        return data

    def press(self, key: int, *held: int) -> None:
        """Press and release a key (an X keysym; a letter's is its code) while others are held."""
        codes = [self._x.XKeysymToKeycode(self._display, ctypes.c_ulong(k)) for k in (*held, key)]
        for code in codes:
            self._test.XTestFakeKeyEvent(self._display, code, True, ctypes.c_ulong(0))
        for code in reversed(codes):
            self._test.XTestFakeKeyEvent(self._display, code, False, ctypes.c_ulong(0))
        self._x.XSync(self._display, False)

    def click(self, x: int, y: int) -> None:
        """Click with the first button."""
        self._test.XTestFakeMotionEvent(self._display, 0, x, y, ctypes.c_ulong(0))
        for down in (True, False):
            self._test.XTestFakeButtonEvent(self._display, 1, down, ctypes.c_ulong(0))
        self._x.XSync(self._display, False)

    def park(self) -> None:
        """Put the pointer where nothing is under it."""
        self._test.XTestFakeMotionEvent(
            self._display, 0, self.size.width - 1, self.size.height - 1, ctypes.c_ulong(0)
        )
        self._x.XSync(self._display, False)

    def until(self, true: Callable[[], bool], seconds: float) -> float:
        """Look again and again; returns when it became true (`time.perf_counter`). Raises TimeoutError."""
        end = time.perf_counter() + seconds
        while not true():
            if time.perf_counter() > end:
                raise TimeoutError("what the bench waited for did not come")
            time.sleep(0.003)
        return time.perf_counter()


def shows_letter(before: bytes, after: bytes, width: int) -> bool:
    """Whether two pictures of one area differ in more columns than a caret that blinks."""
    if before == after:
        return False
    stride = width * 4
    different: set[int] = set()
    for start in range(0, len(before), stride):
        one, other = before[start : start + stride], after[start : start + stride]
        if one != other:
            different.update(x for x in range(width) if one[4 * x : 4 * x + 3] != other[4 * x : 4 * x + 3])
            if len(different) > _CARET:
                return True
    return False


def rows(before: bytes, after: bytes, width: int) -> list[int]:
    """The rows in which they differ, sorted."""
    stride = width * 4
    return [
        start // stride
        for start in range(0, len(before), stride)
        if before[start : start + stride] != after[start : start + stride]
    ]
