"""`log`: what happened to a post, for a person, for a script, and for a bug report."""

from __future__ import annotations

from pathlib import Path

from postdesk.core.folders import under
from postdesk.publishing.journal import Journal
from tests.cli.conftest import Terminal


def test_the_life_of_a_post_is_printed_oldest_first(terminal: Terminal, tmp_path: Path) -> None:
    post = terminal.draft("Ferry strike", "The first boat left.\n")
    terminal("publish", post, "--to", tmp_path / "site")
    post.write_text(post.read_text("utf-8").replace("boat", "ferry"), "utf-8")
    terminal("publish", post, "--to", tmp_path / "site")
    answer = terminal("log", post)
    assert (answer.code, answer.err) == (0, "")
    lines = [line[18:].partition(": ")[2] or line[18:] for line in answer.out.splitlines()]
    assert lines == ["Given to the outbox", "Published", "Given to the outbox", "Updated"]
    values = terminal("log", post, "--json").values
    assert [v["kind"] for v in values] == ["submitted", "published", "submitted", "updated"]
    assert values[0].keys() == {"when", "kind", "words", "times", "blog", "requests"}


def test_a_post_that_never_went_out_has_nothing_to_tell(terminal: Terminal) -> None:
    answer = terminal("log", terminal.draft())
    assert (answer.code, answer.out, answer.err) == (0, "", "")


def test_a_report_holds_her_words_only_when_she_says_so_and_replaces_no_file_unasked(
    terminal: Terminal, tmp_path: Path
) -> None:
    post = terminal.draft("Ferry strike", "The first boat left.\n")
    terminal("publish", post, "--to", tmp_path / "site")
    target = tmp_path / "report.txt"
    answer = terminal("log", post, "--report", target)
    assert (answer.code, answer.out) == (0, "")
    text = target.read_text("utf-8")
    assert "local-site" in text
    assert "Published" in text
    assert "Ferry" not in text
    assert str(tmp_path) not in text
    again = terminal("log", post, "--report", target, "--with-text", "--with-addresses")
    assert again.code != 0
    assert "is there already" in again.err
    assert target.read_text("utf-8") == text
    terminal("log", post, "--report", target, "--with-text", "--with-addresses", "--force")
    assert "“Ferry strike”" in target.read_text("utf-8")
    assert str(tmp_path) in target.read_text("utf-8")


def test_a_paused_outbox_is_said_and_nothing_is_sent(terminal: Terminal) -> None:
    journal = Journal(under(terminal.home).state / "outbox.db", lambda: 0.0)
    journal.learn("", "paused", "1")
    journal.close()
    answer = terminal("outbox", "--run")
    assert answer.code == 0
    assert "The outbox is paused. Nothing was sent." in answer.err
