"""How a blog looks is kept whole or not at all, whatever happens to the disk or the program, until she drops it."""

from __future__ import annotations

import errno
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from postdesk.core.errors import LibraryError
from postdesk.core.files import content_hash
from postdesk.publishing.appearances import Appearances
from postdesk.publishing.capture import Appearance, Captured
from tests.faults.system import Failing

FONT = b"wOF2 of the first look"
LOOK = Appearance(
    "https://blog.example/post/", datetime(2037, 1, 1, tzinfo=UTC), ' lang="en"', "<body></body>", "a{b:c}",
    ((content_hash(FONT), "font/woff2"),),
)  # fmt: skip
OLD = Captured(LOOK, {content_hash(FONT): FONT})
OTHER = b"wOF2 of the second look"
NEW = Captured(
    replace(LOOK, css="d{e:f}", fonts=((content_hash(OTHER), "font/woff2"),), missing=2),
    {content_hash(OTHER): OTHER},
)


class _Dead(BaseException):
    """Where the program was killed."""


class _Killing(Failing):
    """From call number `at` on nothing is done any more, cleaning up neither."""

    def _standing_for(self, name: str, real: Any) -> Any:
        def call(*arguments: Any, **named: Any) -> Any:
            if self._concerns(arguments):
                self.calls += 1
                if self.calls >= self._at:
                    self.failed = name
                    raise _Dead
                answer = real(*arguments, **named)
                if name == "open":
                    self._descriptors.add(answer)
                return answer
            return real(*arguments, **named)

        return call


@contextmanager
def _killed_at(folder: Path, call: int) -> Iterator[_Killing]:
    system = _Killing(folder, call, errno.EIO)
    with system.installed():
        try:
            yield system
        except _Dead:
            pass


def test_a_look_is_there_again_after_the_next_start(tmp_path: Path) -> None:
    kept = Appearances(tmp_path).put("a1", OLD)
    again = Appearances(tmp_path)
    assert again.get("a1") == kept
    assert kept.chosen
    assert kept.appearance == LOOK
    assert kept.size == len(FONT) + len(LOOK.css)
    assert again.font("a1", content_hash(FONT)) == FONT
    assert again.get("a2") is None


def test_her_choice_is_kept_and_a_look_can_be_dropped(tmp_path: Path) -> None:
    looks = Appearances(tmp_path)
    looks.put("a1", OLD)
    looks.choose("a1", False)
    kept = Appearances(tmp_path).get("a1")
    assert kept is not None
    assert not kept.chosen
    looks.forget("a1")
    looks.forget("a1")
    assert looks.get("a1") is None
    assert not list((tmp_path / "appearances").iterdir())


def test_killed_at_each_write_the_old_look_is_there_or_the_new_one(tmp_path: Path) -> None:
    """Law: whichever call is the last one, what is read afterwards is whole; and the next look leaves no litter."""
    seen = set()
    for call in range(1, 1000):
        looks = Appearances(tmp_path / str(call))
        looks.put("a1", OLD)
        with _killed_at(tmp_path / str(call), call) as system:
            looks.put("a1", NEW)
        kept = Appearances(tmp_path / str(call)).get("a1")
        assert kept is not None
        assert kept.appearance in (OLD.appearance, NEW.appearance)
        for name, _kind in kept.appearance.fonts:
            assert looks.font("a1", name) in (FONT, OTHER)
        seen.add(kept.appearance.css)
        if not system.failed:
            break
    assert seen == {OLD.appearance.css, NEW.appearance.css}
    assert call > 10
    names = {entry.name for entry in (tmp_path / str(call) / "appearances" / "a1").iterdir()}
    assert names == {"appearance.json", content_hash(OTHER), content_hash(b"d{e:f}")}


def test_whichever_call_fails_she_is_told_or_it_is_kept(tmp_path: Path) -> None:
    told = 0
    for call in range(1, 1000, 4):
        looks = Appearances(tmp_path / str(call))
        looks.put("a1", OLD)
        system = Failing(tmp_path / str(call), call, errno.ENOSPC)
        with system.installed():
            try:
                looks.put("a1", NEW)
            except LibraryError:
                told += 1
        kept = looks.get("a1")
        assert kept is not None
        assert kept.appearance in (OLD.appearance, NEW.appearance)
        if not system.failed:
            break
    assert told


@pytest.mark.parametrize("damage", ["css", "font", "font gone", "index", "cut", "version", "name"])
def test_what_is_damaged_is_said_and_not_half_shown(damage: str, tmp_path: Path) -> None:
    looks = Appearances(tmp_path)
    looks.put("a1", OLD)
    folder = tmp_path / "appearances" / "a1"
    index = folder / "appearance.json"
    values = json.loads(index.read_text("utf-8"))
    if damage in ("css", "font"):
        (folder / (values["css"] if damage == "css" else content_hash(FONT))).write_bytes(b"x")
    elif damage == "font gone":
        (folder / content_hash(FONT)).unlink()
    elif damage == "cut":
        index.write_bytes(index.read_bytes()[:40])
    else:
        values = {
            "index": {"version": 1},
            "version": {**values, "version": 2},
            "name": {**values, "css": "../../../secret"},
        }[damage]
        index.write_text(json.dumps(values), "utf-8")
    with pytest.raises(LibraryError) as told:
        looks.get("a1")
    assert told.value.sentence
    # Fetched again, all is well.
    looks.put("a1", NEW)
    assert looks.get("a1") is not None


def test_no_name_leads_out_of_the_folder(tmp_path: Path) -> None:
    looks = Appearances(tmp_path)
    looks.put("../../a", OLD)
    assert [entry.name for entry in tmp_path.iterdir()] == ["appearances"]
    for name in ("../appearance.json", "appearance.json", "x", ""):
        with pytest.raises(KeyError):
            looks.font("../../a", name)
