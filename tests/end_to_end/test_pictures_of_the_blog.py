"""A post with pictures comes home with them: shown without a connection, changed by a word, sent back as it was."""

from __future__ import annotations

import json

from tests.cli.test_pull import put_picture
from tests.end_to_end.blog import Blog
from tests.end_to_end.page import Page
from tests.end_to_end.test_posts_of_the_blog import row_of
from tests.end_to_end.writer import Writer
from tests.publishing.photos import photo, scene
from tests.servers.wordpress import WordPress

TITLE = "The quay, ten years ago"


def test_an_old_post_is_home_with_its_pictures_and_goes_back_as_it_was(
    writer: Writer, wordpress_newest: WordPress
) -> None:
    wordpress_newest.reset_posts()
    colleague = Blog(wordpress_newest)
    quay, small, boat = (
        put_picture(wordpress_newest, name, photo("PNG", note=False, image=scene(*size)))
        for name, size in (("quay", (600, 400)), ("quay-300x200", (300, 200)), ("boat", (320, 240)))
    )
    content = (
        '<!-- wp:image {"id":7,"sizeSlug":"medium","linkDestination":"media"} -->\n'
        f'<figure class="wp-block-image size-medium"><a href="{quay}"><img src="{small}" srcset="{small} 300w, {quay}'
        ' 600w" alt="The quay" class="wp-image-7"/></a><figcaption class="wp-element-caption">At&nbsp;noon.'
        "</figcaption></figure>\n<!-- /wp:image -->\n\n"
        "<!-- wp:paragraph -->\n<p>By noon the queue was long, it&#8217;s said.</p>\n<!-- /wp:paragraph -->\n\n"
        '<!-- wp:gallery {"linkTo":"none"} -->\n<figure class="wp-block-gallery has-nested-images columns-default '
        f'is-cropped"><!-- wp:image -->\n<figure class="wp-block-image"><img src="{boat}" alt="A boat"/></figure>\n'
        "<!-- /wp:image --></figure>\n<!-- /wp:gallery -->"
    )
    wordpress_newest.php(
        f"$boat = wp_insert_attachment(['guid' => '{boat}', 'post_title' => 'Boat', 'post_mime_type' => 'image/png'],"
        " '2016/03/boat.png'); kses_remove_filters();"
        f" $post = wp_insert_post(wp_slash(['post_title' => {json.dumps(TITLE)}, 'post_author' => 1,"
        f" 'post_status' => 'publish', 'post_date' => '2016-03-28 09:00:00', 'post_content' => {_php(content)}]));"
        " set_post_thumbnail($post, $boat);"
    )
    page = Page(writer)
    try:
        before = colleague.only_post()
        assert before["content"]["raw"] == content
        writer.add_blog(wordpress_newest.base_url, wordpress_newest.user, wordpress_newest.app_password)
        writer.choose("pull")
        writer.hears("1 post came")
        writer.until(
            lambda: (row := row_of(writer, TITLE)) and row.key.startswith("file"), "the file in the list"
        )
        row = row_of(writer, TITLE)
        assert row is not None
        writer.window.sidebar.row_chosen.emit(row.key)
        writer.until(lambda: writer.window.windowTitle().startswith(TITLE), "the post to be opened")
        page.until("document.body.textContent.includes('is not loaded')", "words in the pictures' place")
        text = writer.words
        writer.choose("bring_pictures")
        assert "2 pictures came" in writer.hears("came from")
        shown = "[...document.images].map(i => i.naturalWidth).sort().join() == '300,320'"
        page.until(shown, "the pictures to be shown")
        assert writer.words == text
        writer.until(
            lambda: writer.desk._details._thumbnail[0] is not None, "the featured picture in the drawer"
        )
        on_cards = writer.desk.editor.text._card_look.pictures
        writer.until(lambda: on_cards.get(boat) is not None, "the picture on the gallery's card")
        wordpress_newest.go_down()
        writer.window.preview.refresh_pictures()  # type: ignore[attr-defined]  # the one with the engine
        page.until(shown, "the pictures to be shown without a connection")
        writer.choose("bring_all_pictures")
        assert "All 2 pictures are here" in writer.hears("are here")
        wordpress_newest.come_back()
        writer.replace("queue", "line")
        writer.press_publish()
        writer.hears("Updated on")
        after = colleague.only_post()
        assert after["content"]["raw"] == content.replace("queue", "line")
        assert after["featured_media"] == before["featured_media"] > 0
        assert len(colleague.media()) == 1, "no copy is sent anywhere"
    finally:
        wordpress_newest.come_back()
        colleague.close()


def _php(text: str) -> str:
    """A string of PHP."""
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"
