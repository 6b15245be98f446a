"""`postdesk pull` and `postdesk diff` in a shell."""

from __future__ import annotations

import base64
from pathlib import Path

from tests.cli.conftest import Terminal
from tests.publishing.world import png
from tests.servers.wordpress import WordPress


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


def test_pictures_come_with_a_pull_or_for_one_post_and_unused_ones_go(
    terminal: Terminal, wordpress_newest: WordPress
) -> None:
    blog = wordpress_newest
    blog.reset_posts()
    quay, boat = (put_picture(blog, name, png(number)) for number, name in enumerate(("quay", "boat")))
    write_post(blog, "Harbour", f'<p><img src="{quay}" alt=""> <img src="{boat}"> <img src="/no.png"></p>')
    terminal.env = {"POSTDESK_PASSWORD": blog.app_password}
    terminal("accounts", "add", blog.base_url, "--user", blog.user, "--yes", "--name", "Real")
    pulled = terminal("pull", "Real", "--pictures", "--json")
    assert pulled.code == 0, pulled.err
    assert [Path(path).name for path in pulled.values["pictures"]["came"]] == ["quay.png", "boat.png"]
    assert pulled.values["pictures"]["gone"] == [f"{blog.base_url}/no.png"]
    (post,) = (Path(path) for path in pulled.values["made"])
    folder = terminal.library / "Real" / "Pictures" / "2016" / "03"
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == {
        "quay.png": png(0),
        "boat.png": png(1),
    }
    (folder / "boat.png").unlink()
    again = terminal("pictures", post)
    assert (again.code, again.out) == (0, "1 picture came.\n")
    assert f"{blog.base_url}/no.png: not on the blog any more." in again.err
    assert terminal("diff", post).out == ""
    assert terminal("pictures", "--clear", "--json").values == {"removed": 0, "bytes": 0}
    nothing = terminal("pictures")
    assert nothing.code != 0
    assert "No post was named." in nothing.err


def put_picture(blog: WordPress, name: str, data: bytes) -> str:
    """Put a picture among the blog's files; returns its address."""
    bits = base64.b64encode(data).decode()
    return blog.php(
        f"$in = wp_upload_dir('2016/03'); file_put_contents($in['path'] . '/{name}.png', base64_decode('{bits}'));"
        f" echo $in['url'] . '/{name}.png';"
    ).strip()


def write_post(blog: WordPress, title: str, content: str) -> None:
    """Somebody wrote this years ago."""
    blog.php(
        f"wp_insert_post(wp_slash(['post_title' => '{title}', 'post_status' => 'publish', 'post_author' => 1,"
        f" 'post_date' => '2016-03-28 09:00:00', 'post_content' => '{content}']));"
    )


def test_a_post_that_came_is_turned_into_markdown_after_it_was_told_what_is_lost(
    terminal: Terminal, tmp_path: Path
) -> None:
    post = terminal.draft("Old news", 'Some words.\n\n<p style="color:red">Red *words*.</p>\n')
    assert terminal("publish", post, "--to", "./site").code == 0
    other = Terminal(tmp_path / "other")
    other.folder.mkdir()
    other("new", "x")
    other("accounts", "add", tmp_path / "site", "--name", "Site")
    other("pull", "Site")
    (file,) = [p for p in other.library.rglob("*old-news*.md") if ".postdesk" not in p.parts]
    before = file.read_bytes()
    answer = other("convert", file, "--to", "markdown", "--dry-run", "--json")
    assert answer.code == 0, answer.err
    assert (answer.values["done"], file.read_bytes()) == (False, before)
    assert [row["lost"] for row in answer.values["blocks"]] == [['its look: style="color:red"']]
    answer = other("convert", file, "--to", "markdown")
    assert (answer.code, answer.out.splitlines()[1]) == (0, '    - its look: style="color:red"'), answer.err
    assert '-<p style="color:red">Red *words*.</p>' in other("diff", file).out.splitlines()
    answer = other("convert", file, "--to", "blocks")
    assert answer.code == 4
    assert "has no blocks" in answer.err
    assert terminal("convert", post, "--to", "markdown").code == 4
