"""The full-text index: every post is found by what it says, and a broken index costs a rescan and nothing else."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from postdesk.core.files import read_file
from postdesk.core.folders import Folders, under
from postdesk.library import columns, fulltext
from postdesk.library.library import Library
from postdesk.library.query import read_query
from postdesk.library.texts import Ready, insert
from tests.kills import kills


@pytest.fixture
def folders(tmp_path: Path) -> Folders:
    return under(tmp_path / "home")


@pytest.fixture
def root(folders: Folders) -> Path:
    root = folders.documents / "Post Desk"
    (root / ".postdesk").mkdir(parents=True)  # not the first start: no tour
    return root


@pytest.fixture
def library(root: Path, folders: Folders) -> Iterator[Library]:
    library = Library(root, folders)
    library.open()
    yield library
    library.close()


def write(root: Path, name: str, body: str, front: str = "") -> Path:
    """A post that was written long enough ago that its marks are trusted."""
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"---\ntitle: {path.stem}\n{front}---\n\n{body}\n", "utf-8")
    os.utime(path, (time.time() - 100, time.time() - 100))
    return path


def learn(library: Library) -> None:
    library.look()
    while library.index_more():
        pass


def found(library: Library, typed: str) -> set[str]:
    """The names of the files that a search finds."""
    paths = library.search(read_query(typed))
    assert paths is not None
    return {path.relative_to(library.root).as_posix() for path in paths}


def is_complete(library: Library) -> bool:
    return library.is_complete


def index_file(folders: Folders) -> Path:
    (path,) = folders.cache.rglob("index.sqlite")
    return path


def test_a_post_is_found_by_the_beginning_of_its_words(library: Library, root: Path) -> None:
    write(root, "boats.md", "The first ferry left the harbour at 6:10.", "tags: [Sea, Übersee]\n")
    write(root, "trains.md", "No ferry here, but a railway — Ein Café in Köln.")
    learn(library)
    assert found(library, "harb") == {"boats.md"}
    assert found(library, "ferry") == {"boats.md", "trains.md"}
    assert found(library, "ferry rail") == {"trains.md"}
    assert found(library, "ferry -harbour") == {"trains.md"}
    assert found(library, "-harbour") == {"trains.md"}
    assert found(library, '"first ferry left"') == {"boats.md"}
    assert found(library, '"ferry first"') == set()
    assert found(library, "cafe koln") == {"trains.md"}
    assert found(library, "CAFÉ") == {"trains.md"}
    assert found(library, "ubersee") == {"boats.md"}
    assert found(library, "boats") == {"boats.md"}
    assert found(library, "6:10") == {"boats.md"}


def test_a_word_of_a_title_is_not_one_of_a_text(library: Library, root: Path) -> None:
    write(root, "Köln by night.md", "harbour")
    write(root, "harbour.md", "koln")
    learn(library)
    listed = library.listed()
    for word, names in (("koln", ["Köln by night.md"]), ("harbour", ["harbour.md"]), ("har", [])):
        assert [listed.names[slot] for slot in library.titled_slots(word)] == names


def test_what_looks_like_the_databases_own_language_is_words(library: Library, root: Path) -> None:
    write(root, "a.md", "This OR that AND NEAR(those) * ^column title: yes")
    learn(library)
    for typed in ("OR", "this OR", "NEAR(those)", "title:", "a*", "^column", 'x" OR "this', "(", "NOT this"):
        assert library.search(read_query(typed)) is None or found(library, typed) <= {"a.md"}
    assert found(library, "NEAR(those)") == {"a.md"}


def test_links_and_pictures_are_found(library: Library, root: Path) -> None:
    write(root, "a.md", "[b](post:00000000000000b0) and https://Example.org/One")
    write(root, "b.md", "![a boat](boat.jpg)", "id: 00000000000000b0\n")
    learn(library)
    assert found(library, "has:picture") == {"b.md"}
    assert found(library, "-has:picture") == {"a.md"}
    assert found(library, "links:example.org/one") == {"a.md"}
    assert library.linking_to("00000000000000b0") == {root / "a.md"}
    assert library.linking_to("00000000000000b", ["https://Example.org/One"]) == {root / "a.md"}
    assert library.linking_to("00000000000000b") == set()


def test_the_index_follows_saves_renames_copies_and_deletions(library: Library, root: Path) -> None:
    document = library.new("Harbour", body="The quay at dawn.")
    learn(library)
    assert found(library, "dawn") == {"Harbour.md"}
    document = library.save(document, replace(document.post, body="The quay at dusk."))
    learn(library)
    assert found(library, "dawn") == set()
    assert found(library, "dusk") == {"Harbour.md"}
    document = library.rename(document, "Quay")
    learn(library)
    assert found(library, "dusk") == {"Quay.md"}
    trashed = library.trash(document.path)
    learn(library)
    assert found(library, "dusk") == set()
    library.restore(trashed)
    learn(library)
    assert found(library, "dusk") == {"Quay.md"}
    (root / "Quay.md").rename(root / "Pier.md")
    write(root, "Other.md", "By another program at dusk.")
    learn(library)
    assert found(library, "dusk") == {"Pier.md", "Other.md"}
    (root / "Other.md").unlink()
    learn(library)
    assert found(library, "dusk") == {"Pier.md"}


def test_the_next_start_reads_only_what_has_changed(
    root: Path, folders: Folders, library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(columns, "_YOUNG_S", 0.0)  # as if it had been some seconds ago
    for number in range(20):
        write(root, f"{number}.md", f"Boat {number}.", f"id: {number:016x}\ntags: [a, b]\ndate: 2024-05-06\n")
    learn(library)
    before = library.summaries()
    library.close()
    write(root, "7.md", "Boat seven.", "id: 0000000000000007\n")
    os.utime(root / "7.md", (time.time() - 50, time.time() - 50))
    (root / "8.md").unlink()
    read: list[str] = []

    def noted(path: str) -> tuple[bytes, str]:
        read.append(Path(path).name)
        return read_file(path)

    monkeypatch.setattr("postdesk.library.entries.read_file", noted)
    again = Library(root, folders)
    again.open()
    try:
        rows = {row.path.name: row for row in again.summaries()}
        assert read == ["7.md"]
        assert rows.keys() == {f"{n}.md" for n in range(20)} - {"8.md"}
        assert all(rows[row.path.name] == row for row in before if row.path.name not in ("7.md", "8.md"))
        learn(again)
        assert found(again, "boat") == rows.keys()
        assert found(again, "seven") == {"7.md"}
    finally:
        again.close()


def test_a_large_library_is_there_part_by_part(root: Path, folders: Folders, library: Library) -> None:
    for number in range(30):
        path = write(root, f"{number:02}.md", "Boat.", f"id: {number:016x}\n")
        os.utime(path, (1_700_000_000 + number, 1_700_000_000 + number))
    library.look(budget=0)
    assert not is_complete(library)
    assert library.listed().names == ["29.md"], "the newest first"
    seen = 0
    while not is_complete(library):
        seen += library.look(budget=0).added
    assert len(library.summaries()) == 30
    assert seen == 29


def test_what_changed_last_is_listed_before_anything_is_looked_at(
    root: Path, folders: Folders, library: Library
) -> None:
    for number in range(10):
        path = write(root, f"{number}.md", "Boat.", f"id: {number:016x}\n")
        os.utime(path, (1_700_000_000 + number, 1_700_000_000 + number))
    assert library.first_listed(3) is None, "nothing is remembered"
    learn(library)
    library.close()
    again = Library(root, folders)
    again.open()
    page = again.first_listed(3)
    assert page is not None
    assert (page.names, page.titles) == (["9.md", "8.md", "7.md"], ["9", "8", "7"])
    assert page.slot_of("8.md") == page.slot_of_post(f"{8:016x}") == 1
    assert not again.listed().names, "and that is all that was asked"
    again.close()
    _spoil(index_file(folders))
    again.open()
    assert again.first_listed(3) is None
    again.close()


def test_the_ids_of_what_was_not_looked_at_yet_are_not_forgotten(
    root: Path, folders: Folders, library: Library
) -> None:
    for number in range(5):
        write(root, f"{number}.md", "Boat.")
    ids = {row.path: row.id for row in library.summaries()}
    library.close()
    for _turn in range(2):
        again = Library(root, folders)
        again.open()
        again.look(budget=0)
        again.close()
    again = Library(root, folders)
    again.open()
    assert {row.path: row.id for row in again.summaries()} == ids
    again.close()


def _spoil(path: Path) -> None:
    path.write_bytes(b"no database at all" * 500)


def _cut(path: Path) -> None:
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2])


def _scramble(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[2000:] = bytes(len(data) - 2000)
    path.write_bytes(data)


def _of_the_future(path: Path) -> None:
    with sqlite3.connect(path) as database:
        database.execute("PRAGMA user_version = 999")
    database.close()


def _strange_row(path: Path) -> None:
    with sqlite3.connect(path) as database:
        database.execute('UPDATE posts SET details = \'{"date": "never"}\'')
    database.close()


def _huge_number(path: Path) -> None:
    with sqlite3.connect(path) as database:
        database.execute("UPDATE posts SET number = ? WHERE number = 3", (1 << 50,))
    database.close()


def _no_name(path: Path) -> None:
    with sqlite3.connect(path) as database:
        database.execute("UPDATE posts SET name = '/no hex' WHERE number = 3")
        database.execute("UPDATE posts SET title = x'ff00' WHERE number = 4")
    database.close()


@pytest.mark.parametrize(
    "harm",
    [_spoil, _cut, _scramble, _of_the_future, _strange_row, _huge_number, _no_name, Path.unlink],
)
def test_a_broken_index_is_made_anew(root: Path, folders: Folders, library: Library, harm: object) -> None:
    for number in range(50):
        write(root, f"{number}.md", f"Boat {'word ' * 200}{number}.")
    learn(library)
    library.close()
    assert callable(harm)
    harm(index_file(folders))
    again = Library(root, folders)
    again.open()
    try:
        learn(again)
        learn(again)
        assert len(again.summaries()) == 50
        assert len(found(again, "boat")) == 50
    finally:
        again.close()


def test_tags_are_found_quickly(root: Path, folders: Folders, library: Library) -> None:
    write(root, "a.md", "A boat.", "tags: [Sea]\n")
    learn(library)
    assert found(library, "tag:sea") == {"a.md"}
    with sqlite3.connect(index_file(folders)) as database:
        (plan,) = database.execute("EXPLAIN QUERY PLAN SELECT number FROM posts WHERE instr(labels, 't:sea')")
    database.close()
    assert "COVERING INDEX labelled" in plan[-1]


def pieces(folders: Folders) -> int:
    """In how many pieces the words lie."""
    database = sqlite3.connect(index_file(folders))
    (count,) = database.execute("SELECT count(DISTINCT segid) FROM words_idx").fetchone()
    database.close()
    return int(count)


def test_what_was_learnt_in_pieces_is_merged_afterwards(
    root: Path, folders: Folders, library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(80):
        write(root, f"{number}.md", f"Boat {number}. " + " ".join(f"word{number}x{n}" for n in range(200)))
    library.look()
    while library.index_more(4):
        pass
    assert pieces(folders) == 20  # one for each commit, and none of these took the time to merge
    monkeypatch.setattr(fulltext, "_MERGED", 2)
    parts = 0
    while library.merge_index():
        parts += 1
        assert len(found(library, "boat")) == 80
        if parts < 4:
            write(root, "0.md", f"Boat 0, ferry {parts}.")
            learn(library)
            assert found(library, f'"ferry {parts}"') == {"0.md"}
    assert parts > 5
    assert pieces(folders) < 16
    assert len(found(library, "boat")) == 80
    assert found(library, "word79x199") == {"79.md"}
    assert found(library, "word0x1") == set()
    assert not library.merge_index()
    assert index_file(folders).with_name("index.sqlite-wal").stat().st_size == 0, (
        "nothing for a next start to read"
    )


def test_a_crash_after_much_was_learnt_costs_the_next_start_no_time(
    root: Path, folders: Folders, library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fulltext, "_MANY", 5)
    for number in range(12):
        write(root, f"{number}.md", f"Boat {number}.")
    learn(library)
    log = index_file(folders).with_name("index.sqlite-wal")
    assert (little := log.stat().st_size) < 20_000
    write(root, "0.md", "Ferry.")
    learn(library)
    assert log.stat().st_size > little  # for one post nothing waits for the disk


def test_when_much_was_learnt_memory_is_given_back(
    root: Path, library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: list[bool] = []
    monkeypatch.setattr(fulltext, "_MANY", 3)
    monkeypatch.setattr("postdesk.library.fulltext.give_back_now", lambda: given.append(True))
    write(root, "0.md", "gull")
    learn(library)
    assert not given
    for number in range(1, 4):
        write(root, f"{number}.md", "gull")
    learn(library)
    assert given


def test_an_index_that_is_deleted_in_use_is_made_anew(root: Path, folders: Folders, library: Library) -> None:
    write(root, "a.md", "A boat.")
    learn(library)
    for path in folders.cache.rglob("index.sqlite*"):
        path.unlink()
    assert found(library, "boat") <= {"a.md"}
    learn(library)
    assert found(library, "boat") == {"a.md"}


def test_an_index_that_is_deleted_while_it_is_written_is_made_anew(
    root: Path, folders: Folders, library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(4):
        write(root, f"{number}.md", f"gull{number}")
    library.look()
    cache = library.cache
    assert cache is not None

    def robbed(database: sqlite3.Connection, texts: Sequence[Ready]) -> list[int]:
        for file in cache.glob("*.sqlite*"):
            file.unlink()
        return insert(database, texts)

    with monkeypatch.context() as once:
        once.setattr("postdesk.library.fulltext.insert", robbed)
        library.index_more(2)
    learn(library)
    assert found(library, "gull") == {f"{number}.md" for number in range(4)}


def test_without_a_place_for_the_index_the_library_works(root: Path, folders: Folders) -> None:
    folders.cache.parent.mkdir(parents=True, exist_ok=True)
    folders.cache.write_text("a file where the folder should be")
    library = Library(root, folders)
    library.open()
    write(root, "a.md", "A boat.")
    learn(library)
    assert [row.path.name for row in library.summaries()] == ["a.md"]
    assert found(library, "boat") == set()
    library.close()


def test_the_index_is_made_anew_when_most_of_it_is_dead(
    root: Path, folders: Folders, library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("postdesk.library.index_file._MOST_DEAD", 5)
    for turn in range(8):
        write(root, "a.md", f"Boat {turn}.")
        learn(library)
    library.close()
    again = Library(root, folders)
    again.open()
    learn(again)
    learn(again)
    with sqlite3.connect(index_file(folders)) as database:
        assert database.execute("SELECT seq FROM sqlite_sequence").fetchone()[0] <= 2
    database.close()
    assert found(again, "boat") == {"a.md"}
    again.close()


_INDEXING = """
import sys
from pathlib import Path
from postdesk.core.folders import under
from postdesk.library.library import Library
from postdesk.library import fulltext
fulltext._MERGED = 1
library = Library(Path(sys.argv[2]), under(Path(sys.argv[1])))
library.open()
print("open", flush=True)
while True:
    library.look()
    while library.index_more(1):
        pass
    while library.merge_index():
        pass
    library._index.lessons.begin_anew()
"""


def test_an_index_that_is_killed_while_it_is_written_is_whole_or_made_anew(
    tmp_path: Path, root: Path, folders: Folders
) -> None:
    for number in range(40):
        write(root, f"{number}.md", f"Boat {number}. {'word ' * 300}")
    for turn in range(kills(12)):
        process = subprocess.Popen(
            [sys.executable, "-c", _INDEXING, str(tmp_path / "home"), str(root)],
            stdout=subprocess.PIPE, cwd=Path(__file__).parents[2],
        )  # fmt: skip
        assert process.stdout is not None
        process.stdout.readline()
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(0.02 * (turn % 12))
        process.send_signal(signal.SIGKILL)
        process.communicate()
    library = Library(root, folders)
    library.open()
    learn(library)
    assert len(found(library, "boat")) == 40
    assert len(library.summaries()) == 40
    library.close()
