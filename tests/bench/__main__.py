"""Prints start-up, key-to-editor and key-to-preview times of a 42 KB post and the memory it takes.

    python -m tests.bench [--keys N] [--starts N] [--write FILE]

Needs Linux, Xvfb and XTest. Figures are those of the machine that it runs on, while it does nothing else.
"""

from __future__ import annotations

import argparse
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from tests.bench.program import BARE, MARK, Program, long_post
from tests.bench.screen import Area, Screen, rows, shows_letter

ESCAPE, HOME, END, CONTROL, BACKSPACE = 0xFF1B, 0xFF50, 0xFF57, 0xFFE3, 0xFF08
_PAUSE = 0.3  # s between two keys: less than a caret stays visible after a key
_LIMIT = 30.0  # s for anything
_TEXT = Area(
    290, 105, 425, 110
)  # the title and the first line; small, as looking takes a share of the machine
_EDITOR, _PREVIEW = (
    (290, 715),
    (760, 1180),
)  # the columns of both panes' texts in the window at its first size, in px


@dataclass(slots=True)
class Figures:
    """All in ms, but memory in MB."""

    bare: list[float] = field(default_factory=list)
    bare_letter: list[float] = field(default_factory=list)
    first: float = 0.0
    painted: list[float] = field(default_factory=list)
    shown: list[float] = field(default_factory=list)
    letter: list[float] = field(default_factory=list)
    editor: list[float] = field(default_factory=list)
    preview: list[float] = field(default_factory=list)
    memory: float = 0.0
    memory_after: float = 0.0


def main() -> int:
    """Run the bench; returns the exit code."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--keys", type=int, default=30)
    parser.add_argument("--starts", type=int, default=5)
    parser.add_argument("--write", default="", metavar="FILE", help="write the figures as a page, too")
    arguments = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="postdesk-bench-"))
    read, write = os.pipe()
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(write), "-screen", "0", "1920x1080x24", "-nolisten", "tcp"],
        pass_fds=[write], stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        os.close(write)
        display = f":{os.read(read, 16).decode().strip()}"
        figures = Bench(display, folder, arguments.keys, arguments.starts).run()
    finally:
        server.terminate()
        server.wait()
        os.close(read)
        shutil.rmtree(folder, ignore_errors=True)
    page = "\n".join(report(figures))
    print(page)
    if arguments.write:
        command = "make bench" + (f' ARGS="{" ".join(sys.argv[1:])}"' if sys.argv[1:] else "")
        Path(arguments.write).write_text(
            _PAGE.format(command=command, when=_when(), machine=_machine(), figures=page)
        )
    return 0


class Bench:
    """One run on a display of its own."""

    def __init__(self, display: str, folder: Path, keys: int, starts: int) -> None:
        self._display = display
        self._screen = Screen(display)
        self._home = folder
        self._post = folder / "documents" / "Post Desk" / "bench.md"
        self._post.parent.mkdir(parents=True)
        self._post.write_text(long_post(), "utf-8")
        self._keys = keys
        self._starts = starts
        self._f = Figures()

    def run(self) -> Figures:
        """Everything, in the order that each part needs of the one before."""
        for _again in range(self._starts):
            self._bare()
        program = self._open(str(self._post))
        self._f.first = 1000 * (self._painted() - program.started)
        time.sleep(6)
        self._quit(program)
        program = self._open()  # from now on the window comes up where it was, as it does for her
        self._painted()
        time.sleep(8)
        self._go_to_mark()
        editor, preview = self._find_lines(_EDITOR, _PREVIEW)
        self._f.memory = program.memory()
        self._type(editor, preview)
        self._f.memory_after = program.memory()
        self._screen.press(HOME, CONTROL)
        time.sleep(3)
        self._quit(program)
        program = self._open()
        self._painted()
        time.sleep(8)
        settled = self._screen.pixels(_TEXT)
        self._quit(program)
        for _again in range(self._starts):
            self._start(settled)
        return self._f

    # --- the start ---

    def _bare(self) -> None:
        bare = Program(["-c", BARE], self._display, self._home)
        try:
            self._f.bare.append(1000 * (self._painted() - bare.started))
            line = Area(2, 2, 600, 20)
            empty = self._screen.pixels(line)

            def letter() -> bool:
                self._screen.press(ord("x"))
                return shows_letter(empty, self._screen.pixels(line), line.width)

            self._f.bare_letter.append(1000 * (self._screen.until(letter, _LIMIT) - bare.started))
        finally:
            bare.end()
            self._dark()

    def _start(self, settled: bytes) -> None:
        """One warm start: the window, the text, and a letter typed there."""
        program = self._open()
        self._f.painted.append(1000 * (self._painted() - program.started))

        def shown() -> bool:
            return not shows_letter(settled, self._screen.pixels(_TEXT), _TEXT.width)

        self._f.shown.append(1000 * (self._screen.until(shown, _LIMIT) - program.started))
        pressed = 0

        def letter() -> bool:
            nonlocal pressed
            self._screen.press(ord("x"))
            pressed += 1
            end = time.perf_counter() + 0.02
            while time.perf_counter() < end:
                if not shown():
                    return True
                time.sleep(0.003)
            return False

        self._f.letter.append(1000 * (self._screen.until(letter, _LIMIT) - program.started))
        time.sleep(6)  # the preview's engine and all that comes later
        for _letter in range(pressed):
            self._screen.press(BACKSPACE)
        time.sleep(3)
        self._quit(program)

    def _open(self, *arguments: str) -> Program:
        self._screen.park()
        return Program(["-m", "postdesk", *arguments], self._display, self._home)

    def _quit(self, program: Program) -> None:
        self._screen.press(ord("q"), CONTROL)
        try:
            program.wait()
        finally:
            program.end()
        self._dark()

    def _painted(self) -> float:
        """When a window's own colour stands in the middle of where it comes up."""
        probe = Area(560, 300, 40, 300)
        return self._screen.until(lambda: self._screen.pixels(probe).count(b"\0\0\0") < 2000, _LIMIT)

    def _dark(self) -> None:
        self._screen.until(lambda: not any(self._screen.pixels(self._screen.size)), _LIMIT)

    # --- keys ---

    def _go_to_mark(self) -> None:
        self._screen.press(ord("f"), CONTROL)
        time.sleep(0.6)
        for letter in MARK.lower().rstrip(":"):
            self._screen.press(ord(letter))
            time.sleep(0.03)
        time.sleep(0.6)
        self._screen.press(ESCAPE)
        time.sleep(0.4)
        self._screen.press(END)
        time.sleep(0.4)
        for letter in " x":
            self._screen.press(ord(letter))
        time.sleep(2)

    def _find_lines(self, *panes: tuple[int, int]) -> list[Area]:
        """The line in each of these panes where a typed letter shows."""
        whole = Area(0, 105, 1200, 715)
        before = self._screen.pixels(whole)
        for _letter in range(4):
            self._screen.press(ord("x"))
            time.sleep(_PAUSE)
        time.sleep(2)
        after = self._screen.pixels(whole)
        stride = whole.width * 4
        lines = []
        for left, right in panes:
            cut = [
                b"".join(picture[y * stride + 4 * left : y * stride + 4 * right] for y in range(whole.height))
                for picture in (before, after)
            ]
            changed = rows(cut[0], cut[1], right - left)
            if not changed or changed[-1] - changed[0] > 40:
                raise RuntimeError(
                    f"the typed letters were not found between x={left} and {right}: {changed}"
                )
            lines.append(Area(left, whole.y + changed[0], right - left, changed[-1] - changed[0] + 1))
        return lines

    def _type(self, editor: Area, preview: Area) -> None:
        """Letters, one after the other; each is waited for in both panes."""
        for number in range(self._keys):
            key = BACKSPACE if number % 20 >= 10 else ord("x")
            at = self._screen.pixels(editor), self._screen.pixels(preview)
            pressed = time.perf_counter()
            self._screen.press(key)
            in_editor = in_preview = 0.0
            while not (in_editor and in_preview):
                if not in_editor and shows_letter(at[0], self._screen.pixels(editor), editor.width):
                    in_editor = time.perf_counter()
                if not in_preview and shows_letter(at[1], self._screen.pixels(preview), preview.width):
                    in_preview = time.perf_counter()
                time.sleep(0.001)
                if time.perf_counter() - pressed > _LIMIT:
                    raise TimeoutError("a typed letter did not show in both panes")
            self._f.editor.append(1000 * (in_editor - pressed))
            self._f.preview.append(1000 * (in_preview - pressed))
            time.sleep(_PAUSE)


def report(f: Figures) -> list[str]:
    """The figures as a Markdown table and the ratios between them."""
    key, shown = statistics.median(f.editor), statistics.median(f.letter)
    return [
        "| Figure | median | p95 | n |",
        "|---|--:|--:|--:|",
        _row("bare Qt window: start to painted", f.bare),
        _row("bare Qt window: start to typed letter", f.bare_letter),
        f"| Post Desk, first start of all: start to painted | {f.first:.0f} ms | | 1 |",
        _row("Post Desk: start to window painted", f.painted),
        _row("Post Desk: start to the text shown", f.shown),
        _row("Post Desk: start to typed letter visible", f.letter),
        _row("key to editor, 42 KB", f.editor),
        _row("key to preview, 42 KB", f.preview),
        f"| memory (PSS of all processes), 42 KB open | {f.memory:.0f} MB | | |",
        f"| memory after {len(f.editor)} keys | {f.memory_after:.0f} MB | | |",
        "",
        f"- key to preview : key to editor = {statistics.median(f.preview) / key:.1f}",
        f"- start to letter : bare Qt window to letter = {shown / statistics.median(f.bare_letter):.1f}",
        f"- start to painted : bare Qt window painted = "
        f"{statistics.median(f.painted) / statistics.median(f.bare):.1f}",
    ]


def _row(name: str, values: list[float]) -> str:
    p95 = sorted(values)[min(len(values) - 1, round(0.95 * len(values)))]
    return f"| {name} | {statistics.median(values):.0f} ms | {p95:.0f} ms | {len(values)} |"


def _when() -> str:
    return datetime.now(UTC).strftime("%d %B %Y").lstrip("0")


def _machine() -> str:
    cpu = next(
        (line.partition(":")[2].strip() for line in _lines("/proc/cpuinfo") if line.startswith("model name")),
        platform.machine(),
    )
    memory = next(
        (int(line.split()[1]) for line in _lines("/proc/meminfo") if line.startswith("MemTotal")), 0
    )
    import PySide6

    return (
        f"{os.cpu_count()} cores of {cpu}, {memory / 2**20:.0f} GB, Xvfb without a graphics card, "
        f"Python {platform.python_version()}, PySide6 {PySide6.__version__}; "
        f"load of the machine at the end {os.getloadavg()[0]:.1f}"
    )


def _lines(name: str) -> list[str]:
    return Path(name).read_text().splitlines()


_PAGE = """# Performance

`{command}` on {when}; {machine}.

{figures}

## How it is measured

The real window on a virtual display, from outside. Keys are sent by XTest, pixels are read by XGetImage in a loop, a
few milliseconds apart. A letter counts when more columns of its line have changed than a caret is wide. Every key is
waited for in both panes before the next one. The post is 42 KB, the letters are typed in its middle. A start is
measured from before the process is made; all but the first one named are warm (files in the system's cache, the same
post open, the caret at its beginning). The bare window is a `QPlainTextEdit` alone in a window, started by the same
Python in the same run: what no Qt program in Python can go below. Memory is the proportional share (PSS) of the
program and all its child processes.

Run it while the machine does nothing else: other work shows in every figure. Run as root it starts the preview's
engine without its sandbox, which the program itself never does.
"""


if __name__ == "__main__":
    sys.exit(main())
