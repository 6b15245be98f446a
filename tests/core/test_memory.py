"""A text that was long for a moment does not stay in memory."""

from __future__ import annotations

import subprocess
import sys

SOURCE = """
import sys
from pathlib import Path
from threading import Barrier, Thread
from postdesk.core import memory

if sys.argv[1] == "asked":
    assert memory.give_back_early()
kept = []
together = Barrier(8)  # a thread that ends before the next begins would leave its heap to it

def write():
    texts = []
    for number in range(40):  # as with a key: a few long strings, and something small that stays
        together.wait()
        texts.append("x" * (1_000_000 + number))
        kept.append(bytes(2000))
        if len(texts) > 3:
            texts.pop(0)

threads = [Thread(target=write) for _ in range(8)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(int(Path("/proc/self/statm").read_text().split()[1]) * 4 // 1024)
"""


def test_what_long_texts_took_on_many_threads_is_given_back() -> None:
    taken = {
        how: int(
            subprocess.run(
                [sys.executable, "-c", SOURCE, how], capture_output=True, text=True, check=True
            ).stdout
        )
        for how in ("asked", "as it is")
    }
    assert taken["asked"] < taken["as it is"] - 5, taken  # MB


AFTER_WORK = """
from pathlib import Path
from postdesk.core import memory

def taken():
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4 // 1024

pieces = [bytearray(20_000) for _ in range(4000)]
kept = pieces[::50]  # no piece of the heap is free up to its end
del pieces
before = taken()
assert memory.give_back_now()
print(before - taken())
"""


def test_what_is_free_between_what_is_kept_is_given_back_when_long_work_is_over() -> None:
    done = subprocess.run([sys.executable, "-c", AFTER_WORK], capture_output=True, text=True, check=True)
    assert int(done.stdout) > 40  # MB, of 80
