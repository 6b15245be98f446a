"""`postdesk pull` and `postdesk diff` in a shell."""

from __future__ import annotations

from pathlib import Path

from tests.cli.conftest import Terminal


def test_the_posts_of_a_site_come_once_and_an_edit_is_told(terminal: Terminal, tmp_path: Path) -> None:
    post = terminal.draft("Ferry strike, day four", "Some **words** here.\n\nMore of them.\n")
    assert terminal("publish", post, "--to", "./site").code == 0
    other = Terminal(tmp_path / "other")
    other.folder.mkdir()
    first = other("new", "x")
    assert first.code == 0
    assert other("accounts", "add", tmp_path / "site", "--name", "Site").code == 0
    answer = other("pull", "Site")
    assert (answer.code, answer.out) == (0, "1 post came.\n"), answer.err
    answer = other("pull", "Site", "--json")
    assert (answer.values["made"], answer.values["updated"], answer.values["problems"]) == ([], [], [])
    (file,) = [p for p in other.library.rglob("*ferry*.md") if ".postdesk" not in p.parts]
    text = file.read_text("utf-8")
    assert "Some **words** here.\n\nMore of them.\n" in text
    assert other("diff", file).out == ""
    file.write_text(text.replace("More of", "Less of"), "utf-8")
    answer = other("diff", file)
    assert [
        line for line in answer.out.splitlines() if line.startswith(("-", "+")) and "of them" in line
    ] == [
        "-<p>More of them.</p>",
        "+<p>Less of them.</p>",
    ]


def test_a_post_that_no_blog_has_has_no_difference(terminal: Terminal) -> None:
    post = terminal.draft()
    answer = terminal("diff", post)
    assert answer.code != 0
    assert "No blog has this post." in answer.err
