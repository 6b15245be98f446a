"""An X display as a bench sees it: pixels read, keys pressed, windows found; Xlib and XTest by ctypes."""

from __future__ import annotations

import ctypes
import ctypes.util
import os
import subprocess
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager

from tests.bench.picture import Area, Picture

ESCAPE, RETURN, BACKSPACE = 0xFF1B, 0xFF0D, 0xFF08
HOME, LEFT, RIGHT, DOWN, END = 0xFF50, 0xFF51, 0xFF53, 0xFF54, 0xFF57
CONTROL, SHIFT = 0xFFE3, 0xFFE1
#: The colour of a display without windows: no program of ours paints in it. Red, green, blue.
EMPTY = (255, 0, 255)

_ALL_PLANES = 0xFFFFFFFF
_Z_PIXMAP = 2
_VIEWABLE = 2
_REVERT_TO_PARENT = 2
_POINTER_ROOT = 1
_SMALL = 200  # px; what is narrower or lower is no window to write in


class _Image(ctypes.Structure):
    _fields_ = (
        ("width", ctypes.c_int), ("height", ctypes.c_int), ("xoffset", ctypes.c_int), ("format", ctypes.c_int),
        ("data", ctypes.POINTER(ctypes.c_char)), ("byte_order", ctypes.c_int), ("bitmap_unit", ctypes.c_int),
        ("bitmap_bit_order", ctypes.c_int), ("bitmap_pad", ctypes.c_int), ("depth", ctypes.c_int),
        ("bytes_per_line", ctypes.c_int), ("bits_per_pixel", ctypes.c_int),
    )  # fmt: skip


class _Attributes(ctypes.Structure):
    _fields_ = (
        ("x", ctypes.c_int), ("y", ctypes.c_int), ("width", ctypes.c_int), ("height", ctypes.c_int),
        ("border_width", ctypes.c_int), ("depth", ctypes.c_int), ("visual", ctypes.c_void_p),
        ("root", ctypes.c_ulong), ("window_class", ctypes.c_int), ("bit_gravity", ctypes.c_int),
        ("win_gravity", ctypes.c_int), ("backing_store", ctypes.c_int), ("backing_planes", ctypes.c_ulong),
        ("backing_pixel", ctypes.c_ulong), ("save_under", ctypes.c_int), ("colormap", ctypes.c_ulong),
        ("map_installed", ctypes.c_int), ("map_state", ctypes.c_int), ("all_event_masks", ctypes.c_long),
        ("your_event_mask", ctypes.c_long), ("do_not_propagate_mask", ctypes.c_long),
        ("override_redirect", ctypes.c_int), ("screen", ctypes.c_void_p),
    )  # fmt: skip


# A window may go between being listed and being asked; Xlib's own handler would end the bench.
_no_matter = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p)(lambda _display, _event: 0)


class Screen:
    """The display `name`. Raises OSError when it cannot be opened."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._x = ctypes.CDLL(ctypes.util.find_library("X11") or "libX11.so.6")
        self._test = ctypes.CDLL(ctypes.util.find_library("Xtst") or "libXtst.so.6")
        for function, result in (
            ("XOpenDisplay", ctypes.c_void_p), ("XDefaultRootWindow", ctypes.c_ulong),
            ("XGetImage", ctypes.POINTER(_Image)), ("XKeysymToKeycode", ctypes.c_ubyte),
        ):  # fmt: skip
            getattr(self._x, function).restype = result
        self._x.XSetErrorHandler(_no_matter)
        display = self._x.XOpenDisplay(name.encode())
        if not display:
            raise OSError(f"the display {name} cannot be opened")
        self._display = ctypes.c_void_p(display)
        self._root = ctypes.c_ulong(self._x.XDefaultRootWindow(self._display))
        self.size = Area(
            0, 0, self._x.XDisplayWidth(self._display, 0), self._x.XDisplayHeight(self._display, 0)
        )
        red, green, blue = EMPTY
        self._x.XSetWindowBackground(self._display, self._root, ctypes.c_ulong(red << 16 | green << 8 | blue))
        self._x.XClearWindow(self._display, self._root)
        self._sync()

    def close(self) -> None:
        """Leave the display."""
        self._x.XCloseDisplay(self._display)

    # --- looking ---

    def look(self, area: Area) -> Picture:
        """The area's pixels. Takes about 0.1 ms for a line of text, 10 ms for the whole display."""
        image = self._x.XGetImage(
            self._display, self._root, area.x, area.y, area.width, area.height, ctypes.c_ulong(_ALL_PLANES), _Z_PIXMAP
        )  # fmt: skip
        made = image.contents
        pixels = ctypes.string_at(made.data, made.bytes_per_line * made.height)
        self._x.XFree(made.data)
        self._x.XFree(image)
        return Picture(area, pixels)

    def window(self) -> Area | None:
        """Where the largest window is, as far as it is on the display; None while there is none."""
        found = self._windows()
        return found[0][1] if found else None

    def until(self, true: Callable[[], bool], seconds: float) -> float:
        """Look again and again; returns when it became true (`time.perf_counter`). Raises TimeoutError."""
        end = time.perf_counter() + seconds
        while not true():
            if time.perf_counter() > end:
                raise TimeoutError(f"what the bench waited for did not come within {seconds:.0f} s")
            time.sleep(0.002)
        return time.perf_counter()

    # --- acting ---

    def focus(self) -> None:
        """Give the keyboard to the largest window if nothing has it: no window manager is there to do it."""
        holder, revert = ctypes.c_ulong(), ctypes.c_int()
        self._x.XGetInputFocus(self._display, ctypes.byref(holder), ctypes.byref(revert))
        found = self._windows()
        if found and holder.value in (0, _POINTER_ROOT, self._root.value):
            window = ctypes.c_ulong(found[0][0])
            self._x.XSetInputFocus(self._display, window, _REVERT_TO_PARENT, ctypes.c_ulong(0))
            self._sync()

    def press(self, key: int, *held: int) -> None:
        """Press and release a key (an X keysym; a letter's is its code) while others are held."""
        codes = [self._x.XKeysymToKeycode(self._display, ctypes.c_ulong(k)) for k in (*held, key)]
        for code in codes:
            self._test.XTestFakeKeyEvent(self._display, code, True, ctypes.c_ulong(0))
        for code in reversed(codes):
            self._test.XTestFakeKeyEvent(self._display, code, False, ctypes.c_ulong(0))
        self._sync()

    def type(self, letters: str, pause: float = 0.03) -> None:
        """Small letters, `pause` seconds after each."""
        for letter in letters:
            self.press(ord(letter))
            time.sleep(pause)

    def click(self, x: int, y: int) -> None:
        """Click with the first button."""
        self._move(x, y)
        for down in (True, False):
            self._test.XTestFakeButtonEvent(self._display, 1, down, ctypes.c_ulong(0))
        self._sync()

    def park(self) -> None:
        """Put the pointer where nothing is under it."""
        self._move(self.size.width - 1, self.size.height - 1)
        self._sync()

    def _move(self, x: int, y: int) -> None:
        self._test.XTestFakeMotionEvent(self._display, 0, x, y, ctypes.c_ulong(0))

    def _sync(self) -> None:
        self._x.XSync(self._display, False)

    def _windows(self) -> list[tuple[int, Area]]:
        """The windows that can be seen and written in, largest first."""
        root, parent = ctypes.c_ulong(), ctypes.c_ulong()
        children, count = ctypes.POINTER(ctypes.c_ulong)(), ctypes.c_uint()
        if not self._x.XQueryTree(
            self._display, self._root, ctypes.byref(root), ctypes.byref(parent),
            ctypes.byref(children), ctypes.byref(count),
        ):  # fmt: skip
            return []
        found = []
        for window in children[: count.value]:
            of = _Attributes()
            if not self._x.XGetWindowAttributes(self._display, ctypes.c_ulong(window), ctypes.byref(of)):
                continue
            area = Area(of.x, of.y, of.width, of.height).within(self.size)
            if (
                of.map_state == _VIEWABLE
                and not of.override_redirect
                and min(area.width, area.height) >= _SMALL
            ):
                found.append((window, area))
        if count.value:
            self._x.XFree(children)
        return sorted(found, key=lambda one: -one[1].width * one[1].height)


@contextmanager
def virtual_screen() -> Generator[Screen]:
    """A display of its own, 1920 x 1080, for as long as it is needed."""
    read, write = os.pipe()
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(write), "-screen", "0", "1920x1080x24", "-nolisten", "tcp"],
        pass_fds=[write], stderr=subprocess.DEVNULL,
    )  # fmt: skip
    os.close(write)
    try:
        name = os.read(read, 16).decode().strip()
        if not name:
            raise OSError("the virtual display (Xvfb) did not start")
        screen = Screen(f":{name}")
        yield screen
        screen.close()
    finally:
        os.close(read)
        server.terminate()
        server.wait()
