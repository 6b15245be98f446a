"""Posts come and go from a shell."""

from __future__ import annotations

import zipfile

from tests.cli.conftest import Terminal


def test_a_folder_is_imported_once_and_said_in_numbers(terminal: Terminal) -> None:
    site = terminal.folder / "site"
    site.mkdir()
    for number in range(3):
        (site / f"{number}.md").write_text(f"---\ntitle: Post {number}\n---\n\nWords.\n", "utf-8")
    looked = terminal("import", "site", "--dry-run", "--json")
    assert looked.values == {
        "kind": "markdown", "name": "site", "count": 3, "titles": ["Post 0", "Post 1", "Post 2"]
    }  # fmt: skip
    assert not terminal.library.exists()
    first = terminal("import", "site", "--into", "Old")
    assert (first.code, first.out) == (0, "3 posts imported.\n")
    (terminal.library / "Old/1.md").write_text("mine\n---\n", "utf-8")
    (terminal.library / "Old/2.md").write_text(
        (terminal.library / "Old/2.md").read_text("utf-8") + "More.\n", "utf-8"
    )
    second = terminal("import", "site", "--into", "Old", "--json")
    assert (second.code, second.values["there"], second.values["left"]) == (0, 1, ["Post 2"])
    assert [path.rsplit("/", 1)[-1] for path in second.values["made"]] == ["1 2.md"]


def test_what_is_no_source_is_refused_with_the_librarys_code(terminal: Terminal) -> None:
    answer = terminal("import", "nowhere.xml")
    assert (answer.code, answer.out) == (7, "")
    assert "is not there" in answer.err


def test_posts_are_exported_and_nothing_is_replaced_unasked(terminal: Terminal) -> None:
    post = terminal.draft()
    answer = terminal("export", post, "-o", "out.zip")
    assert (answer.code, answer.out) == (0, f"{terminal.folder / 'out.zip'}\n")
    with zipfile.ZipFile(terminal.folder / "out.zip") as bundle:
        assert bundle.namelist() == [post.name]
    assert terminal("export", post, "-o", "out.zip").code == 2
    assert terminal("export", "--all", "-o", "out.zip", "--force").code == 0
    page = terminal("export", post, "--as", "html", "-o", "page", "--json")
    assert page.values["count"] == 1
    assert "<strong>words</strong>" in (terminal.folder / "page").read_text("utf-8")


def test_a_pdf_needs_the_window_and_the_shell_says_so(terminal: Terminal) -> None:
    answer = terminal("export", terminal.draft(), "-o", "out.pdf")
    assert answer.code == 2
    assert "in the window" in answer.err
    assert terminal("export", "-o", "out.zip").code == 2
