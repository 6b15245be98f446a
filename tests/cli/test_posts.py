"""`new`, `list` and `render`: what a writer's scripts may rely on."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from postdesk import __version__
from postdesk.core.folders import under
from postdesk.library.library import Library
from tests.cli.conftest import Terminal


def test_a_new_post_is_a_file_whose_path_is_printed_and_nothing_else(terminal: Terminal) -> None:
    answer = terminal("new", "Übermut; und mehr")
    assert (answer.code, answer.err) == (0, "")
    path = Path(answer.out.removesuffix("\n"))
    assert path.parent == terminal.library
    assert "title: Übermut; und mehr" in path.read_text("utf-8")


def test_the_text_may_come_from_a_pipe(terminal: Terminal) -> None:
    answer = terminal("new", "Piped", "--stdin", "--json", typed="Smart “quotes”\r\nand a second line\n")
    text = Path(answer.values["path"]).read_text("utf-8")
    assert "Smart “quotes”" in text
    assert answer.values["id"] in text


def test_a_pipe_that_is_no_text_makes_no_post(terminal: Terminal) -> None:
    answer = terminal("new", "Broken", "--stdin", typed=b"\xff\xfe\x00")
    assert (answer.code, answer.out) == (2, "")
    assert "not UTF-8" in answer.err
    assert not list(terminal.library.glob("Broken*"))


def test_two_posts_of_one_title_are_two_files(terminal: Terminal) -> None:
    assert terminal.draft("Twice") != terminal.draft("Twice")


def test_the_list_shows_every_post_newest_first(terminal: Terminal) -> None:
    terminal.draft("One")
    terminal.draft("Two")
    lines = terminal("list").out.splitlines()
    assert lines[0].startswith("draft")
    assert [line.split("  ")[-1] for line in lines] == ["Two", "One", "Welcome to Post Desk"]
    rows = terminal("list", "--json").values
    assert rows[0] | {"changed": "", "id": "", "path": ""} == {
        "title": "Two", "state": "draft", "path": "", "id": "", "changed": "", "words": 2, "problem": "",
    }  # fmt: skip


def test_the_list_knows_what_is_published_and_what_is_not(terminal: Terminal) -> None:
    out = terminal.draft("Out")
    terminal.draft("In")
    assert terminal("publish", out).code == 0
    assert [r["title"] for r in terminal("list", "--state", "published", "--json").values] == ["Out"]
    assert "Out" not in terminal("list", "--state", "drafts").out
    assert [r["title"] for r in terminal("list", "--blog", "My Site", "--json").values] == ["Out"]


def test_a_foreign_title_does_not_steer_the_terminal(terminal: Terminal) -> None:
    post = terminal.library / "hostile.md"
    terminal.draft()
    post.write_text('---\ntitle: "red \\e[31m \\x9b1m \\u202e backwards"\n---\ntext\n', "utf-8")
    for answer in (terminal("list"), terminal("list", "--json"), terminal("publish", post, "--dry-run")):
        shown = answer.out + answer.err
        assert answer.code == 0
        assert "red" in shown or "Create" in shown
        assert not set(shown) & set("\x1b\x9b\u202e")
    assert "\u202e" in terminal("list", "--json").values[0]["title"]


def test_a_post_that_was_broken_by_hand_is_listed_with_what_is_wrong(terminal: Terminal) -> None:
    terminal.draft()
    (terminal.library / "broken.md").write_text("---\ntitle: [unclosed\n---\ntext\n", "utf-8")
    row = next(r for r in terminal("list", "--json").values if r["path"].endswith("broken.md"))
    assert row["problem"]


def test_render_prints_the_html_that_goes_out(terminal: Terminal, tmp_path: Path) -> None:
    (tmp_path / "post.md").write_text("---\ntitle: T\n---\n> one\n>\n> > two\n", "utf-8")
    answer = terminal("render", "post.md")
    assert (answer.code, answer.err) == (0, "")
    assert answer.out.count("<blockquote>") == 2
    assert terminal("render", "post.md", "--json").values == {"title": "T", "html": answer.out.rstrip("\n")}
    assert terminal("render", "post.md", "--blocks").out.startswith("<!-- wp:quote")


def test_rendering_and_trying_out_leave_a_folder_as_it_was(terminal: Terminal, tmp_path: Path) -> None:
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    (folder / "post.md").write_text("# Hello\n", "utf-8")
    assert terminal("render", folder / "post.md").code == 0
    assert terminal("publish", folder / "post.md", "--dry-run").code == 0
    assert [p.name for p in folder.iterdir()] == ["post.md"]
    assert (folder / "post.md").read_text("utf-8") == "# Hello\n"


def test_a_reader_that_has_enough_is_no_error_to_shout_about(terminal: Terminal, tmp_path: Path) -> None:
    (tmp_path / "long.md").write_text("word " * 200_000, "utf-8")
    with subprocess.Popen(
        [sys.executable, "-m", "postdesk", "--home", terminal.home, "render", tmp_path / "long.md"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as running:
        assert running.stdout is not None
        assert running.stderr is not None
        running.stdout.read(10)
        running.stdout.close()
        assert running.stderr.read() == b""
        assert running.wait(60) == 1


# --- where things are kept, and wrong usage ----------------------------------------------------------------------


def test_home_on_the_command_line_comes_before_the_environment(terminal: Terminal, tmp_path: Path) -> None:
    other = tmp_path / "stick"
    for arguments in (("--home", other, "new", "A"), ("new", "B", "--home", other)):
        answer = terminal(*arguments)
        assert Path(answer.out.strip()).is_relative_to(other)
    assert not terminal.home.exists()


def test_everything_that_is_kept_is_under_the_home(terminal: Terminal, tmp_path: Path) -> None:
    assert terminal("publish", terminal.draft()).code == 0
    assert [p.name for p in tmp_path.iterdir()] == ["home"]


def test_a_window_that_has_the_library_open_is_in_nobodys_way(terminal: Terminal) -> None:
    first = terminal.draft("First")
    window = Library(terminal.library, under(terminal.home))
    window.open()
    try:
        assert terminal("new", "Second").code == 0
        assert "Second" in terminal("list").out
        assert terminal("publish", first).code == 0
        assert window.look().added
        assert "Second.md" in window.listed().names
    finally:
        window.close()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("pubilsh",), "invalid choice"),
        (("publish",), "FILE"),
        (("list", "--state", "odd"), "invalid choice"),
        (("publish", "no such file.md"), "There is no file “no such file.md”"),
        (("render", "no such file.md"), "There is no file"),
        (("list", "--blog", "Nobody's"), "No blog is called “Nobody's”"),
        (("accounts", "remove", "./typo"), "No blog is called “./typo”"),
        (("outbox", "--take-back", "nothing"), "Nothing in the outbox has the id “nothing”"),
    ],
)  # fmt: skip
def test_wrong_usage_is_said_on_standard_error(
    terminal: Terminal, arguments: tuple[str, ...], said: str
) -> None:
    answer = terminal(*arguments)
    assert (answer.code, answer.out) == (2, "")
    assert said in answer.err


def test_a_slip_in_a_folders_name_makes_no_blog(terminal: Terminal) -> None:
    terminal("list", "--blog", "./typo")
    terminal("accounts", "test", "./typo")
    assert [r["name"] for r in terminal("accounts", "list", "--json").values] == ["My Site"]


def test_an_error_is_also_json_where_that_was_asked_for(terminal: Terminal) -> None:
    answer = terminal("publish", "missing.md", "--json")
    assert answer.code == 2
    assert answer.values["error"].startswith("There is no file “missing.md”.")
    assert answer.values["sent"] == "nothing"


def test_help_and_version_need_no_window(terminal: Terminal) -> None:
    assert terminal("--version").out == f"postdesk {__version__}\n"
    for command in ("new", "list", "render", "publish", "accounts", "outbox", "demo"):
        assert command in terminal("--help").out
        assert terminal(command, "--help").code == 0


def test_without_a_display_the_window_says_so(terminal: Terminal) -> None:
    nothing = {"DISPLAY": "", "WAYLAND_DISPLAY": "", "QT_QPA_PLATFORM": ""}
    for arguments in ((), ("demo",), ("post.md",)):
        answer = terminal(*arguments, env=nothing)
        assert (answer.code, answer.out) == (1, "")
        assert answer.err == "postdesk: There is no display to open the window on.\n"


def test_a_settings_file_that_nobody_can_read_is_set_aside(terminal: Terminal) -> None:
    settings = terminal.home / "config/settings.json"
    settings.parent.mkdir(parents=True)
    settings.write_text("{broken", "utf-8")
    assert terminal("list").code == 0


def test_a_library_that_is_not_connected_is_exit_code_7(terminal: Terminal) -> None:
    settings = terminal.home / "config/settings.json"
    settings.parent.mkdir(parents=True)
    settings.write_text('{"library": "/nowhere/at all/Posts"}', "utf-8")
    answer = terminal("new", "Lost")
    assert (answer.code, answer.out) == (7, "")
    assert "is not there" in answer.err
