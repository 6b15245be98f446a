"""The writer's blogs, kept in one small file without any secret."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from postdesk.core.account import Account
from postdesk.core.errors import SettingsError
from postdesk.core.folders import under
from postdesk.publishing.accounts import Accounts, is_on, same_place
from tests.conftest import ExpectLog

ONE = Account(
    "a1",
    "wordpress",
    "Diary",
    "https://www.diary.example/",
    "anna",
    {"api": "https://diary.example/wp-json/"},
)
TWO = Account("a2", "local-site", "My site", "/home/anna/site")


def test_blogs_are_kept_and_found_by_what_the_writer_calls_them(tmp_path: Path) -> None:
    accounts = Accounts(under(tmp_path))
    accounts.add(ONE)
    accounts.add(TWO)
    again = Accounts(under(tmp_path))
    assert again.all() == (ONE, TWO)
    for words in ("a1", "Diary", "diary", "http://diary.example", "https://www.diary.example"):
        assert again.find(words) == ONE
    assert again.find("/home/anna/site/") == TWO
    assert again.find("nothing") is None


def test_one_blog_is_not_added_twice(tmp_path: Path) -> None:
    accounts = Accounts(under(tmp_path))
    accounts.add(ONE)
    with pytest.raises(SettingsError, match="already"):
        accounts.add(replace(ONE, id="a9", address="http://diary.example"))
    accounts.add(replace(ONE, id="a8", user="editor"))


def test_a_library_goes_to_the_blog_chosen_for_it_else_to_the_first(tmp_path: Path) -> None:
    accounts = Accounts(under(tmp_path))
    assert accounts.default(tmp_path) is None
    accounts.add(ONE)
    accounts.add(TWO)
    assert accounts.default(tmp_path) == ONE
    accounts.set_default(tmp_path, TWO.id)
    assert accounts.default(tmp_path) == TWO
    accounts.replace(replace(TWO, name="Other"))
    assert accounts.default(tmp_path) == replace(TWO, name="Other")
    accounts.remove(TWO.id)
    assert accounts.default(tmp_path) == ONE
    with pytest.raises(SettingsError):
        accounts.replace(TWO)


def test_what_another_program_changed_is_seen_and_a_file_that_stays_is_not_read_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours, others = Accounts(under(tmp_path)), Accounts(under(tmp_path))
    first, second = (Account(f"a{n}", "wordpress", f"Blog {n}", f"https://{n}.example", "u") for n in (1, 2))
    others.add(first)
    assert ours.all() == (first,)
    others.add(second)
    assert ours.all() == (first, second), "in the same moment"
    monkeypatch.setattr("postdesk.library.columns._YOUNG_S", 0.0)  # as if some seconds had gone by
    assert ours.all() == (first, second)
    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(
            "postdesk.publishing.accounts.load_json", lambda *_: pytest.fail("it was read again")
        )
        assert ours.default(tmp_path) == first
        assert ours.all() == (first, second)
    others.remove(first.id)
    assert ours.all() == (second,)
    ours.set_default(tmp_path, second.id)
    assert others.default(tmp_path) == second


def test_a_broken_file_is_set_aside(tmp_path: Path, expect_log: ExpectLog) -> None:
    expect_log("broken state file")
    file = under(tmp_path).config / "accounts.json"
    file.parent.mkdir(parents=True)
    file.write_text("{")
    assert Accounts(under(tmp_path)).all() == ()
    file.write_text('{"accounts": [{"id": "x"}, 3]}')
    assert Accounts(under(tmp_path)).all() == ()


def test_places() -> None:
    assert same_place("https://a.example/blog/", "http://www.a.example/blog")
    assert not same_place("https://a.example/blog", "https://a.example/Blog")
    assert is_on("https://a.example/blog/2026/x", "https://www.a.example/blog/")
    assert is_on("https://a.example/?p=7", "https://a.example")
    assert not is_on("https://a.example/blog2/x", "https://a.example/blog")
    assert not is_on("", "https://a.example")
