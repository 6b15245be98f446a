"""The posts that a blog has are in the list, written here or not, and stay without a connection."""

from __future__ import annotations

from postdesk.ui.sidebar import Row
from tests.end_to_end.blog import Blog
from tests.end_to_end.writer import Writer
from tests.servers.wordpress import WordPress

TITLE = "Tides & tariffs; <b>who</b> pays"


def row_of(writer: Writer, title: str) -> Row | None:
    """The list's row with this title, on whatever tab it is."""
    listing = writer.window.sidebar.posts.listing
    return next((row for row in map(listing.row, listing.order) if row.title == title), None)


def test_a_colleagues_post_is_listed_shown_and_stays_offline(
    writer: Writer, wordpress_newest: WordPress
) -> None:
    wordpress_newest.reset_posts()
    colleague = Blog(wordpress_newest)
    wordpress_newest.php(
        f"wp_insert_post(wp_slash(['post_title' => {TITLE!r}, 'post_status' => 'publish', 'post_author' => 1,"
        " 'post_content' => '<p>Written in the browser.</p>']));"
    )
    writer.add_blog(wordpress_newest.base_url, wordpress_newest.user, wordpress_newest.app_password)
    writer.choose("refresh")
    writer.until(lambda: row_of(writer, TITLE), "the colleague's post to be listed")
    row = row_of(writer, TITLE)
    assert row is not None
    assert row.tab == "published"
    wordpress_newest.go_down()
    try:
        writer.choose("refresh")
        connection = writer.window.status.connection
        writer.until(lambda: connection.text() == "No connection", "the window to say that it is alone")
        assert row_of(writer, TITLE) is not None
        writer.window.sidebar.row_chosen.emit(row.key)
        writer.until(lambda: writer.window.windowTitle().startswith(TITLE), "the post to be shown")
        preview = writer.desk._preview
        assert preview._head[0] == TITLE
        assert "Written in the browser." in (preview.rendering._html or "")
        writer.until(lambda: preview.rendering.is_settled, "the preview to show it")
        assert "no file here" in writer.banner
        assert writer.desk.editor.text.isReadOnly()
        assert not writer.desk.actions.action("publish").isEnabled()
    finally:
        wordpress_newest.come_back()
        colleague.close()
