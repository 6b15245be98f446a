"""From the blog's old posts to the public page: brought here, changed by one word, compared, sent back."""

from __future__ import annotations

import json

from postdesk.ui.change import ChangeWindow
from tests.end_to_end.blog import Blog
from tests.end_to_end.test_posts_of_the_blog import row_of
from tests.end_to_end.writer import Writer
from tests.servers.faults import FaultProxy
from tests.servers.wordpress import WordPress

TITLE = "Ferries, ten years ago"
CONTENT = (
    '<!-- wp:paragraph {"align":"right","fontSize":"large"} -->\n'
    '<p class="has-text-align-right has-large-font-size">The first boat&nbsp;left at six, it&#8217;s said.</p>\n'
    "<!-- /wp:paragraph -->\n\n"
    "<!-- wp:shortcode -->\n[timetable id=7]\n<!-- /wp:shortcode -->\n\n"
    '<!-- wp:group {"layout":{"type":"constrained"}} -->\n<div class="wp-block-group"><!-- wp:paragraph -->\n'
    '<p>By noon the <a href="https://quay.example/" target="_blank" rel="noreferrer noopener">queue</a> was long.</p>\n'
    "<!-- /wp:paragraph --></div>\n<!-- /wp:group -->"
)


def test_a_post_of_ten_years_ago_is_changed_by_one_word(writer: Writer, wordpress_newest: WordPress) -> None:
    wordpress_newest.reset_posts()
    colleague = Blog(wordpress_newest)
    wordpress_newest.php(
        f"wp_insert_post(wp_slash(['post_title' => {json.dumps(TITLE)}, 'post_status' => 'publish',"
        f" 'post_author' => 1, 'post_date' => '2016-11-28 09:00:00', 'post_content' => {_php(CONTENT)}]));"
    )
    try:
        before = colleague.only_post()
        assert before["content"]["raw"] == CONTENT
        writer.add_blog(wordpress_newest.base_url, wordpress_newest.user, wordpress_newest.app_password)
        writer.choose("pull")
        assert "1 post came" in writer.hears("came")
        writer.until(lambda: _is_here(writer), "the file to be in the list")
        row = row_of(writer, TITLE)
        assert row is not None
        writer.window.sidebar.row_chosen.emit(row.key)
        writer.until(lambda: writer.window.windowTitle().startswith(TITLE), "the post to be opened")
        assert writer.file.parent.name == "2016"
        assert "The first boat" in writer.words
        assert not writer.desk.editor.text.isReadOnly()
        assert writer.state.startswith("Published")
        text = writer.desk.editor.text
        cards = list(text.cards.all())
        assert [text.cards.hidden_at(card.last) for card in cards] == [True] * 3
        text.folding.put_on(cards[0], after=False)
        assert writer.window.status.card.text() == "Shortcode [timetable]: Enter shows its source"
        for shows in (True, False):
            writer.choose("show_source")
            assert text.cards.hidden_at(cards[0].last) is not shows
        writer.replace("noon", "midnight")
        writer.choose("show_change")
        writer.until(lambda: writer.window.findChildren(ChangeWindow), "the change to be shown")
        (shown,) = writer.window.findChildren(ChangeWindow)
        lines = [shown.lines.item(n).text() for n in range(shown.lines.count())]
        assert [line[0] for line in lines if "By " in line] == ["−", "+"]
        assert shown.words.text() == "Everything else stays as it is, byte for byte."
        shown.close()
        writer.until(lambda: not writer.window.findChildren(ChangeWindow), "it to be closed")
        # It is one click away from the button, too.
        writer.choose("publish_options")
        writer.until(lambda: "goes back as it came" in " ".join(writer.remarks), "the popover to say so")
        writer.press_in_popover("Show…")
        writer.until(lambda: writer.window.findChildren(ChangeWindow), "the change to be shown")
        writer.window.findChildren(ChangeWindow)[0].close()
        writer.press_publish()
        writer.hears("Updated on")
        after = colleague.only_post()
        assert after["content"]["raw"] == CONTENT.replace("noon", "midnight")
        same = ("id", "slug", "date", "title", "tags", "categories", "link")
        assert {name: after[name] for name in same} == {name: before[name] for name in same}
        assert "By midnight the" in colleague.page(after["link"])
        # A block that would lose its look is seen first, and goes out at the second click.
        writer.replace("The first boat", "## The first boat")
        writer.press_publish()
        writer.until(lambda: "and loses a look" in " ".join(writer.remarks), "the popover to say which")
        assert colleague.only_post()["content"] == after["content"]
        writer.press_in_popover("Update now")
        writer.hears("Updated on")
        assert "<h2" in colleague.only_post()["content"]["raw"]
        writer.choose("pull")
        writer.hears("nothing new")
        assert writer.state.startswith("Published")
    finally:
        colleague.close()


def test_a_busy_blog_is_waited_for_and_the_status_bar_says_so(
    writer: Writer, wordpress_newest: WordPress
) -> None:
    wordpress_newest.reset_posts()
    wordpress_newest.php(
        "wp_insert_post(['post_title' => 'Ferries', 'post_status' => 'publish', 'post_author' => 1,"
        " 'post_content' => 'Words of old.']);"
    )
    proxy = FaultProxy(wordpress_newest.base_url)
    try:
        writer.add_blog(proxy.base_url, wordpress_newest.user, wordpress_newest.app_password)
        proxy.answer("GET .*orderby=id", 503, b"{}", {"Retry-After": "3000"})
        writer.choose("pull")
        work = writer.window.status.work
        writer.until(
            lambda: work.text() == "The blog is busy; going on in 50 minutes · stop", "the pause to be told"
        )
        writer.choose("pull")  # stops it, there and then
        writer.hears("Stopped; the next time goes on.")
        proxy.clear()
        proxy.answer("GET .*orderby=id", 429, b"{}", {"Retry-After": "1"}, times=1)
        writer.choose("pull")
        assert "1 post came" in writer.hears("came")
        assert work.text() == ""
    finally:
        proxy.close()


def _is_here(writer: Writer) -> bool:
    row = row_of(writer, TITLE)
    return row is not None and row.key.startswith("file") and row.tab == "published"


def _php(text: str) -> str:
    """A string of PHP."""
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"
