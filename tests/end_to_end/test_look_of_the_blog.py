"""She lets the preview look like her blog; from then on it does, without a connection too, until she drops it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWebEngineCore import QWebEngineScript

from postdesk.ui.look_dialog import LookDialog
from postdesk.ui.preview.web import WebSurface
from tests.end_to_end.test_posts_of_the_blog import row_of
from tests.end_to_end.writer import Writer
from tests.servers.wordpress import WordPress

pytestmark = pytest.mark.qt_log_ignore(
    "vulkan", "Vulkan", "GPU vendor", "Sandboxing disabled", "GPUInfo", extend=True
)

OURS = QWebEngineScript.ScriptWorldId.ApplicationWorld.value
TITLE = "Ferry strike, day four"
BODY = (
    "<!-- wp:paragraph -->\n<p>The first boat left at 6:10 this morning with eleven people on it, says the"
    ' <a href="https://quay.example/">harbour</a>.</p>\n<!-- /wp:paragraph -->\n\n'
    '<!-- wp:heading -->\n<h2 class="wp-block-heading">What the mayor says</h2>\n<!-- /wp:heading -->\n\n'
    '<!-- wp:quote -->\n<blockquote class="wp-block-quote"><!-- wp:paragraph -->\n<p>There was no table.</p>\n'
    "<!-- /wp:paragraph --></blockquote>\n<!-- /wp:quote -->\n\n"
    "<!-- wp:paragraph -->\n<p>By noon the queue at the north quay was half a mile long.</p>\n<!-- /wp:paragraph -->"
) + "\n\n<!-- wp:paragraph -->\n<p>Nobody knows more.</p>\n<!-- /wp:paragraph -->" * 30
MARKDOWN = (
    "The first boat left at 6:10 this morning with eleven people on it, says the"
    " [harbour](https://quay.example/).\n\n## What the mayor says\n\n> There was no table.\n\n"
    "By noon the queue at the north quay was half a mile long."
) + "\n\nNobody knows more." * 30
STYLED = (
    '<!-- wp:paragraph {"align":"center","fontSize":"large"} -->\n<p class="has-text-align-center has-text-color'
    ' has-large-font-size" style="color:#aa2200;text-transform:uppercase">A paragraph in the middle.</p>\n'
    "<!-- /wp:paragraph -->\n\n"
    '<!-- wp:image {"align":"wide","sizeSlug":"full"} -->\n<figure class="wp-block-image alignwide size-full">'
    '<img src="/wp-includes/images/media/default.png" alt="A file"/></figure>\n<!-- /wp:image -->\n\n'
    '<!-- wp:separator {"className":"is-style-wide"} -->\n<hr class="wp-block-separator has-alpha-channel-opacity'
    ' is-style-wide"/>\n<!-- /wp:separator -->'
)
_KEPT = """(() => {
  const holder = document.querySelector('[data-pd=content], .wp-block-post-content');
  const told = (selector, ...names) => {
    const style = getComputedStyle(holder.querySelector(selector));
    return names.map(name => style[name]);
  };
  return JSON.stringify([
    told(':scope > .has-text-align-center', 'textAlign', 'color', 'fontSize', 'textTransform', 'marginTop', 'width'),
    told(':scope > figure', 'maxWidth', 'marginTop', 'marginLeft', 'width'), told(':scope > hr', 'width', 'height'),
  ]);
})()"""
# Of what is in the post: how the engine shows it.
_LOOKS = """(() => {
  const holder = document.querySelector('[data-pd=content], .wp-block-post-content');
  const told = (selector, above) => {
    const found = (above ?? holder).querySelector(selector), style = getComputedStyle(found);
    return [style.fontFamily, style.fontSize, style.lineHeight, style.color, style.marginTop, style.textDecorationLine,
            style.borderLeftWidth, found.getBoundingClientRect().width];
  };
  return JSON.stringify({
    paragraph: told(':scope > p'), heading: told(':scope > h2'), quote: told(':scope > blockquote'), link: told('a'),
    title: told('h1', document), last: told(':scope > p:last-of-type'), ground:
    getComputedStyle(document.body).backgroundColor, fonts: [...document.fonts].filter(f => f.status === 'loaded')
      .map(f => f.family.replaceAll('"', '')).filter(f => f !== 'Inter').sort(),
  });
})()"""


def test_the_preview_looks_like_the_blog(writer: Writer, wordpress: WordPress) -> None:
    wordpress.reset_posts()
    wordpress.php(
        f"wp_insert_post(wp_slash(['post_title' => '{TITLE}', 'post_status' => 'publish', 'post_author' => 1,"
        f" 'post_content' => '{BODY}']));"
    )
    writer.add_blog(wordpress.base_url, wordpress.user, wordpress.app_password)
    writer.new_post(TITLE, "")
    writer.desk.editor.focus_text()
    writer.desk.editor.text.insertPlainText(MARKDOWN)
    surface = _surface(writer)
    writer.choose("look_like_blog")
    writer.until(lambda: writer.window.findChildren(LookDialog), "the window")
    (dialog,) = writer.window.findChildren(LookDialog)
    writer.until_idle()
    assert not dialog.use.isVisible()
    writer.click(dialog.fetcher)
    writer.hears("looks like")
    assert dialog.use.isChecked()
    assert "Fetched on" in dialog.state.text()
    dialog.close()
    wordpress.go_down()
    try:
        writer.until(lambda: _ask(writer, "!!document.querySelector('[data-pd=content] > h2')"), "the look")
        here = _looks(writer, surface)
    finally:
        wordpress.come_back()
    there = _on_the_blog(wordpress, surface)
    assert here == there
    _an_old_post_has_its_own_looks(writer, wordpress, surface)
    # She goes on writing, and drops it again.
    writer.replace("noon", "midnight")
    writer.until(
        lambda: "midnight" in str(_ask(writer, "document.body.innerText")), "the word in the preview"
    )
    writer.choose("look_like_blog")
    writer.until(lambda: writer.window.findChildren(LookDialog), "the window")
    (dialog,) = writer.window.findChildren(LookDialog)
    writer.until(dialog.dropper.isVisible, "what is kept")
    writer.click(dialog.dropper)
    writer.until(
        lambda: _ask(writer, "!!document.querySelector('main > article > .pd-block')"), "our own look"
    )
    assert not list((writer.folders.data / "appearances").iterdir())
    dialog.close()


def _an_old_post_has_its_own_looks(writer: Writer, wordpress: WordPress, surface: WebSurface) -> None:
    wordpress.php(
        "wp_insert_post(wp_slash(['post_title' => 'An old post', 'post_status' => 'publish', 'post_author' => 1,"
        f" 'post_date' => '2015-11-28 09:00:00', 'post_content' => '{BODY}\n\n{STYLED}']));"
    )
    writer.choose("pull")
    writer.hears("came")
    _open(writer, "An old post")
    middle = "document.querySelector('[data-pd=content] > .has-text-align-center')"
    writer.until(lambda: _ask(writer, f"!!{middle}"), "the look of the paragraph")
    there = _on_the_blog(wordpress, surface, _KEPT, "An old post")
    assert json.loads(_ask(writer, _KEPT)) == there
    assert there[0][:2] == ["center", "rgb(170, 34, 0)"]
    # While she writes in it too.
    writer.replace("in the middle", "in the very middle")
    writer.until(
        lambda: "very" in str(_ask(writer, f"{middle}?.innerText")).lower(), "the word in the preview"
    )
    assert json.loads(_ask(writer, _KEPT)) == there
    # When it has gone out it is known by its new words.
    writer.press_publish()
    writer.until(lambda: "very middle" in writer.desk._preview._kept, "the looks of what the blog has now")
    writer.until_idle()
    assert json.loads(_ask(writer, _KEPT)) == there


def test_cards_are_shown_as_the_blog_renders_them_then_without_a_connection_too(
    writer: Writer, wordpress_newest: WordPress
) -> None:
    wordpress_newest.reset_posts()
    card = '<!-- wp:latest-posts {"postsToShow":1} /-->'
    content = f"{BODY}\n\n{card}"
    for title, inside, year in (("An older one", BODY, 2015), ("With a card", content, 2014)):
        wordpress_newest.php(
            f"wp_insert_post(wp_slash(['post_title' => '{title}', 'post_status' => 'publish', 'post_author' => 1,"
            f" 'post_date' => '{year}-11-28 09:00:00', 'post_content' => '{inside}']));"
        )
    writer.add_blog(wordpress_newest.base_url, wordpress_newest.user, wordpress_newest.app_password)
    writer.choose("pull")
    writer.hears("came")
    shown = "!!document.querySelector('article .wp-block-latest-posts__list a')"
    _open(writer, "With a card")
    assert card in writer.words
    writer.until(lambda: _ask(writer, shown), "the card as the blog shows it")
    assert _ask(writer, "document.querySelector('.wp-block-latest-posts__list').innerText") == "An older one"
    wordpress_newest.go_down()
    try:
        _open(writer, "An older one")
        writer.until(lambda: not _ask(writer, shown), "the other post")
        _open(writer, "With a card")
        writer.until(lambda: _ask(writer, shown), "the card as it was shown before")
        writer.until_idle()
    finally:
        wordpress_newest.come_back()


def _open(writer: Writer, title: str) -> None:
    writer.until(lambda: row_of(writer, title), "the file in the list")
    writer.until(
        lambda: (row := row_of(writer, title)) and row.key.startswith("file"), "the file in the list"
    )
    row = row_of(writer, title)
    assert row is not None
    writer.window.sidebar.row_chosen.emit(row.key)
    writer.until(lambda: writer.window.windowTitle().startswith(title), "the post to be opened")


def _surface(writer: Writer) -> WebSurface:
    preview = writer.desk._preview
    writer.until(lambda: preview.surface is not None, "the preview's engine")
    assert isinstance(preview.surface, WebSurface)
    return preview.surface


def _ask(writer: Writer, source: str) -> Any:
    answers: list[Any] = []
    _surface(writer).page.runJavaScript(f"JSON.stringify({source})", OURS, answers.append)
    writer.until(lambda: answers, "the page's answer")
    return json.loads(answers[0]) if answers[0] else None


def _looks(writer: Writer, surface: WebSurface) -> Any:
    writer.until(lambda: _ask(writer, "document.fonts.status") == "loaded", "the fonts")
    return json.loads(_ask(writer, _LOOKS))


def _on_the_blog(site: WordPress, like: WebSurface, looks: str = _LOOKS, title: str = TITLE) -> Any:
    """The same of the blog's own page, in a browser of the same width that loads everything."""
    address = site.php(f"echo get_permalink(get_posts(['title' => '{title}'])[0]);").strip()
    size = like.view.size()
    done = subprocess.run(
        [sys.executable, "-m", "tests.end_to_end.browser", address, str(size.width()), str(size.height()), looks],
        cwd=Path(__file__).parents[2], capture_output=True, text=True, timeout=90, check=True,
    )  # fmt: skip
    return json.loads(done.stdout)
