"""A classic post is turned into blocks and into Markdown at the window, and put back to what the blog has."""

from __future__ import annotations

import json

from postdesk.ui.conversion import ConversionWindow
from tests.end_to_end.blog import Blog
from tests.end_to_end.test_posts_of_the_blog import row_of
from tests.end_to_end.writer import Writer
from tests.servers.wordpress import WordPress

TITLE = "Ferries, in classic text"
CONTENT = (
    "The first boat left at six,\nit was said.\n\n[timetable id=7]\n\n"
    '<p style="color:red">By noon it was red.</p>'
)
BLOCKS = (
    "<!-- wp:paragraph -->\n<p>The first boat left at six,<br>it was said.</p>\n<!-- /wp:paragraph -->\n\n"
    "<!-- wp:shortcode -->\n[timetable id=7]\n<!-- /wp:shortcode -->\n\n"
    '<!-- wp:html -->\n<p style="color:red">By noon it was red.</p>\n<!-- /wp:html -->'
)


def test_a_classic_post_is_converted_shown_undone_and_sent(
    writer: Writer, wordpress_newest: WordPress
) -> None:
    wordpress_newest.reset_posts()
    colleague = Blog(wordpress_newest)
    made = json.dumps(CONTENT).replace("$", "\\$")
    wordpress_newest.php(
        f"wp_insert_post(wp_slash(['post_title' => {json.dumps(TITLE)}, 'post_status' => 'publish',"
        f" 'post_author' => 1, 'post_date' => '2012-11-28 09:00:00', 'post_content' => {made}]));"
    )
    try:
        assert colleague.only_post()["content"]["raw"] == CONTENT
        writer.add_blog(wordpress_newest.base_url, wordpress_newest.user, wordpress_newest.app_password)
        writer.choose("pull")
        writer.hears("1 post came")
        writer.until(lambda: _is_here(writer), "the file to be in the list")
        row = row_of(writer, TITLE)
        assert row is not None
        writer.window.sidebar.row_chosen.emit(row.key)
        writer.until(lambda: writer.window.windowTitle().startswith(TITLE), "the post to be opened")
        came = writer.words

        # Shown and left alone.
        shown = _asked(writer, "convert_markdown")
        assert "something will be lost" in shown.words.text()
        assert [shown.rows.item(n).text() for n in range(shown.rows.count())] == [
            'HTML: By noon it was red.\n    − its look: style="color:red"'
        ]
        writer.click(shown.cancel)
        writer.until(lambda: not writer.window.findChildren(ConversionWindow), "the window to close")
        assert writer.words == came
        assert writer.state.startswith("Published")

        # Into Markdown, and back by the toast.
        writer.click(_asked(writer, "convert_markdown").convert)
        writer.hears("Converted.")
        assert "{=html}" not in writer.words
        writer.until(lambda: writer.state.startswith("Changed"), "the state to say so")
        writer.press_in_toast("Undo")
        writer.hears("taken back")
        assert writer.words == came
        writer.until(lambda: writer.state.startswith("Published"), "nothing to be changed")

        # The same by the undo of the editor, which brings the map back with the text.
        writer.click(_asked(writer, "convert_markdown").convert)
        writer.hears("Converted.")
        writer.desk.editor.focus_text()
        writer.choose("undo")
        assert writer.words == came
        writer.until_saved()
        writer.until(lambda: writer.state.startswith("Published"), "nothing to be changed")

        # Into blocks, and out.
        shown = _asked(writer, "convert_blocks")
        assert "nothing of them is lost" in shown.words.text()
        assert shown.rows.count() == 3
        writer.click(shown.convert)
        writer.hears("Converted.")
        writer.press_publish()
        writer.hears("Updated on")
        assert colleague.only_post()["content"]["raw"].strip() == BLOCKS
        assert not writer.desk.actions.action("undo_conversion").isEnabled()

        # What she wrote since goes, and what a colleague wrote comes.
        sent = writer.words
        writer.replace("said", "sung")
        writer.choose("back_to_blog")
        writer.hears("This is what", "has.")
        assert writer.words == sent
        writer.press_in_toast("Undo")
        writer.until(lambda: "sung" in writer.words, "her own word")
        colleague.edit(colleague.only_post()["id"], content=BLOCKS.replace("noon", "night"))
        writer.choose("back_to_blog")
        writer.hears("a change that was made there")
        assert writer.words == sent.replace("noon", "night")
        writer.until(lambda: writer.state.startswith("Published"), "nothing to be changed")
        writer.replace("said", "written")
        writer.press_publish()
        writer.hears("Updated on")
        after = colleague.only_post()["content"]["raw"].strip()
        assert after == BLOCKS.replace("noon", "night").replace("said", "written")
    finally:
        colleague.close()


def _asked(writer: Writer, name: str) -> ConversionWindow:
    writer.choose(name)
    writer.until(lambda: writer.window.findChildren(ConversionWindow), "the conversion to be shown")
    (shown,) = writer.window.findChildren(ConversionWindow)
    writer.until(shown.isVisible, "the window")
    return shown


def _is_here(writer: Writer) -> bool:
    row = row_of(writer, TITLE)
    return row is not None and row.key.startswith("file") and row.tab == "published"
