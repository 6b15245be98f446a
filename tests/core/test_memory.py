"""A text that was long for a moment does not stay in memory."""

from __future__ import annotations

import subprocess
import sys

SOURCE = """
import sys
from pathlib import Path
from postdesk.core import memory

def resident():
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096

if sys.argv[1] == "asked":
    assert memory.give_back()
texts = ["x" * (1_000_000 + n) for n in range(40)]
small = [bytes(200) for n in range(1000)]
texts = ["y" * (1_000_000 + n) for n in range(40)]
del texts[::2]
more = bytes(100)
del texts
print(resident() // 1_000_000)
"""


def test_what_a_long_text_took_is_given_back() -> None:
    taken = {
        how: int(
            subprocess.run(
                [sys.executable, "-c", SOURCE, how], capture_output=True, text=True, check=True
            ).stdout
        )
        for how in ("asked", "as it is")
    }
    assert taken["asked"] < 40
    assert taken["asked"] <= taken["as it is"]
