"""The bench's own parts: it knows a letter from a caret, finds lines that grow, and is right about goals."""

from __future__ import annotations

import math
import sqlite3
import tempfile
from collections.abc import Generator
from contextlib import closing
from pathlib import Path

import pytest
from PIL import Image, ImageDraw

from postdesk.app import build, open_library
from postdesk.core.folders import under
from postdesk.core.settings import Settings
from postdesk.ui.gathering import gather
from tests.bench import archive, fts5, page, pulling
from tests.bench.figures import (
    GOALS,
    KEY_EDITOR,
    KEY_PREVIEW,
    LETTER,
    MEMORY,
    MEMORY_AFTER,
    VISIBLE,
    Figure,
    Goal,
    share_verdict,
    verdict,
)
from tests.bench.homes import Home
from tests.bench.panes import growing, locate, regions
from tests.bench.picture import Area, Picture
from tests.bench.post import LARGE, PLACES, SMALL, long_post
from tests.bench.report import OURS, own_tables, peer_tables
from tests.bench.screen import Screen, virtual_screen
from tests.bench.subjects import BareWindow

EMPTY = Image.new("RGB", (400, 200), "white")


def picture(image: Image.Image) -> Picture:
    return Picture(Area(0, 0, *image.size), image.tobytes("raw", "BGRX"))


def with_boxes(*boxes: tuple[int, int, int, int]) -> Image.Image:
    image = EMPTY.copy()
    for box in boxes:
        ImageDraw.Draw(image).rectangle(box, fill="black")
    return image


# --- looking ---


def test_a_caret_that_blinks_is_no_letter() -> None:
    assert not picture(EMPTY).differs_by_letter(picture(with_boxes((50, 20, 51, 44))))
    assert picture(EMPTY).differs_by_letter(picture(with_boxes((50, 20, 57, 30))))


def test_a_caret_makes_no_difference_to_a_text_but_a_line_does() -> None:
    text = with_boxes((10, 100, 300, 110))
    assert picture(text).alike(picture(with_boxes((10, 100, 300, 110), (50, 20, 51, 44))))
    assert not picture(text).alike(picture(EMPTY))


def test_a_part_of_a_picture_is_what_would_have_been_seen_there() -> None:
    whole = picture(with_boxes((50, 20, 57, 30)))
    part = whole.cut(Area(48, 18, 20, 20))
    assert part.pixels == picture(whole.image.crop((48, 18, 68, 38))).pixels
    assert whole.share_of((255, 255, 255)) > 0.99 > part.share_of((255, 255, 255))


def test_changes_far_from_each_other_are_told_apart() -> None:
    changes = picture(EMPTY).changes(
        picture(with_boxes((10, 10, 40, 20), (10, 60, 40, 70), (200, 10, 240, 20)))
    )
    assert regions(changes) == [Area(10, 10, 31, 11), Area(10, 60, 31, 11), Area(200, 10, 41, 11)]


def test_a_line_is_what_goes_on_where_the_first_letters_ended() -> None:
    """A count of words at the bottom changes too, and a clock; neither grows."""
    first = picture(EMPTY).changes(
        picture(with_boxes((20, 30, 59, 40), (200, 32, 239, 40), (20, 180, 60, 190)))
    )
    second = picture(EMPTY).changes(
        picture(with_boxes((60, 30, 99, 40), (240, 32, 279, 40), (20, 180, 60, 190)))
    )
    found = growing(first, second)
    assert [(line.area.x, line.area.right, line.letter) for line in found] == [
        (20, 100, 10.0),
        (200, 280, 10.0),
    ]


@pytest.mark.parametrize("size", [SMALL, LARGE])
def test_the_post_is_of_its_size_and_has_each_place_once(size: int) -> None:
    text = long_post(size)
    assert 0.99 < len(text.encode()) / size < 1.1
    assert all(text.count(word) == 1 for word in PLACES.values())
    assert 0.45 < text.index(PLACES["middle"]) / len(text) < 0.55
    assert text.startswith(PLACES["start"])
    assert text.endswith(PLACES["end"] + "\n")


# --- figures and goals ---


def test_figures_say_their_middle_their_tail_and_their_worst() -> None:
    figure = Figure(tuple(range(1, 101)))
    assert (figure.median, figure.p95, figure.worst) == (50.5, 95, 100)
    assert Figure((7.0,)).p95 == 7.0
    assert math.isnan(Figure().median)


def test_a_goal_is_reached_or_says_by_how_much_it_is_missed() -> None:
    goal = Goal(limit=20, worst=100)
    assert verdict(goal, Figure((19.0, 20.0, 99.0))) == "reached"
    assert verdict(goal, Figure((30.0,))) == "missed by 10 ms (1.5x)"
    assert verdict(goal, Figure((10.0, 10.0, 130.0))) == "worst missed by 30 ms"
    assert verdict(goal, Figure(note="no answer within 15 s")) == "not measured"
    assert verdict(None, Figure((1.0,))) == ""


def test_memory_may_grow_by_its_share_and_no_more() -> None:
    goal = GOALS[MEMORY_AFTER, SMALL]
    assert verdict(goal, Figure((105.0,), "MB"), Figure((100.0,), "MB")) == "reached"
    assert verdict(goal, Figure((110.0,), "MB"), Figure((100.0,), "MB")) == "missed: +10 %"


def test_each_key_has_to_be_seen() -> None:
    goal = GOALS[VISIBLE["middle"], SMALL]
    assert verdict(goal, Figure((6.0,), "keys", of=6)) == "reached"
    assert verdict(goal, Figure((5.0,), "keys", of=6)) == "missed by 1 keys"


def test_a_share_of_what_a_peer_takes_is_a_goal_too() -> None:
    goal = GOALS[KEY_PREVIEW, LARGE]
    assert share_verdict(goal, 0.12) == "reached"
    assert share_verdict(goal, 0.24) == "missed (2.0x of it)"
    assert share_verdict(goal, math.nan) == "not measured"
    assert share_verdict(GOALS[MEMORY, SMALL], 0.3) == ""


def test_the_table_shows_each_figure_beside_its_goal() -> None:
    bare = {(LETTER.words, 0): Figure((300.0,))}
    ours = {
        (LETTER.words, SMALL): Figure((450.0,)),
        (KEY_EDITOR.words, SMALL): Figure((9.0, 10.0, 14.0)),
        (KEY_PREVIEW.words, LARGE): Figure(note="no answer within 15 s"),
        (MEMORY.words, SMALL): Figure((300.0,), "MB"),
        (MEMORY_AFTER.words, SMALL): Figure((306.0,), "MB", "(1,000 keys)"),
    }
    lines = own_tables(bare, ours)
    assert "| bare Qt window: start to typed letter visible | 300 ms | 300 ms | 300 ms | 1 |  |  |" in lines
    assert (
        "| 42 KB: start to typed letter visible | 450 ms | 450 ms | 450 ms | 1 | <= 400 ms | missed by 50 ms (1.1x) |"
        in lines
    )
    assert "| 42 KB: key to editor pixel | 10 ms | 14 ms | 14 ms | 3 | <= 12 ms | reached |" in lines
    assert "| 1 MB: key to preview pixel | no answer within 15 s | | | | <= 80 ms | not measured |" in lines
    assert "| 42 KB: memory after typing (1,000 keys) | 306 MB | | | | <= +5 % | reached |" in lines
    assert "- 42 KB: start to typed letter : bare Qt window = 1.50" in lines
    assert "- 42 KB: memory after typing : after opening = 1.02" in lines


def test_peers_stand_beside_with_the_ratio_to_the_best_that_counts() -> None:
    key = (KEY_EDITOR.words, SMALL)
    lines = peer_tables(
        {
            OURS: {key: Figure((10.0,))},
            "slow": {key: Figure((40.0,))},
            "quick": {key: Figure((25.0,))},
            "silent": {key: Figure(note="no answer within 15 s")},
            "plain": {key: Figure((3.0,))},
        },
        {"plain"},
    )
    assert lines[-1] == (
        "| 42 KB: key to editor pixel | 10 ms | 40 ms | 25 ms | no answer within 15 s | 3 ms "
        "| 0.40 | <= 12 ms, <= 0.5x the best peer | reached |"
    )


# --- the page ---


def test_what_is_written_by_hand_survives_the_next_run() -> None:
    first = page.put("# Performance\n\nBy hand.\n", "figures", "| 1 |")
    again = page.put(first + "\nBelow, by hand.\n", "figures", "| 2 |")
    assert again.startswith("# Performance\n\nBy hand.\n")
    assert again.endswith("\nBelow, by hand.\n")
    assert "| 2 |" in again
    assert "| 1 |" not in again
    assert page.put(again, "figures", "| 2 |") == again


def test_the_page_has_a_place_for_both_benches() -> None:
    text = page.PAGE.read_text("utf-8")
    for part in ("figures", "peers"):
        assert text.count(f"<!-- {part}: made by the bench -->") == 1
        assert text.count(f"<!-- {part}: end -->") == 1


# --- the real thing, without a look at the clock ---


@pytest.fixture
def screen() -> Generator[Screen]:
    with virtual_screen() as found:
        yield found


def test_a_letter_is_found_in_a_window_that_nobody_described(screen: Screen) -> None:
    with tempfile.TemporaryDirectory() as folder:
        home = Home(screen, BareWindow(), 0, Path(folder))
        program = home.start()
        try:
            home.wait_for_window()
            home.rest()
            panes = locate(screen, home.settle, False)
            assert program.memory() > 10
        finally:
            home.end(program)
    line = panes.editor_line.area
    assert panes.preview is None
    assert panes.window == Area(0, 0, 1200, 800)
    assert line.within(Area(0, 0, 120, 40)) == line
    assert 4 < panes.editor_line.letter < 20
    assert not program.running


def test_a_library_to_measure_with_is_always_the_same(tmp_path: Path) -> None:
    for name in ("one", "two"):
        archive.make_library(tmp_path / name, 25)
    files = sorted(path.relative_to(tmp_path / "one") for path in (tmp_path / "one").rglob("*.md"))
    assert len(files) == 25
    for file in files:
        data = (tmp_path / "one" / file).read_bytes()
        assert data == (tmp_path / "two" / file).read_bytes()
        assert 5_000 < len(data) < 8_000


def test_the_table_of_libraries_names_the_goal_and_whether_it_is_reached() -> None:
    found = {name: goal / 2 for name, (_unit, goal) in archive.GOALS.items()}
    slow = {**found, "first index, whole": 50.0}
    cases = {
        archive.Case(10, False): found, archive.Case(20, False): found, archive.Case(20, True): slow,
    }  # fmt: skip
    lines = archive._table(cases)
    assert "| first index, whole | 12 s | 12 s | 50 s | <= 25 s | reached | missed (2.00x) |" in lines
    assert "| first index : FTS5 alone | 1.17 x | 1.17 x | 1.17 x | <= 2.34 x | reached | reached |" in lines
    assert sum(line.endswith("| reached | reached |") for line in lines) == len(archive.GOALS) - 1


def test_fts5_alone_is_given_every_word_of_every_post(tmp_path: Path) -> None:
    archive.make_library(tmp_path / "posts", 25)
    assert fts5.seconds(tmp_path / "posts", tmp_path / "words.sqlite") > 0
    files = {path: path.read_text().split() for path in (tmp_path / "posts").rglob("*.md")}
    with closing(sqlite3.connect(tmp_path / "words.sqlite")) as words:
        for number, path in enumerate(sorted(files), 1):
            title, last = files[path][files[path].index("title:") + 1], files[path][-1]
            asked = f'title:"{title}" body:"{last}" tags:a{int(path.stem) % 50}'
            found = [row[0] for row in words.execute("SELECT rowid FROM words WHERE words MATCH ?", [asked])]
            assert number in found, path


def test_a_published_library_to_measure_with_is_as_on_its_blog(tmp_path: Path) -> None:
    folders = under(tmp_path)
    root = folders.documents / "Post Desk"
    archive.make_library(root, 25)
    archive.publish_library(tmp_path, 25)
    library = open_library(folders, root)
    desk = build(folders, Settings(), library)
    library.look()
    listing = gather(desk, "").listing
    assert listing.counts() == {"drafts": 0, "scheduled": 0, "published": 25, "all": 25, "outbox": 0}
    assert not any(one.state for one in listing.special.values())
    desk.close()
    library.close()


def test_a_pull_is_held_against_the_time_of_the_server() -> None:
    quick, slow = pulling.Cost(11.0, 10.0, 4.0), pulling.Cost(24.0, 10.0, 20.0)
    said = pulling.report({"all": [quick, slow, slow], "again": [quick]}, 1000, 7000)
    assert "| all | 24.0 s | 10.0 s | 2.40 | <= 1.2 | missed (2.0x) | 20.0 |" in said
    assert "| again | 11.0 s | 10.0 s | 1.10 | <= 1.2 | reached | 4.0 |" in said
