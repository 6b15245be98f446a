"""What she is told in the real window before she publishes, while a real WordPress and its pages are asked."""

from __future__ import annotations

from dataclasses import replace

import httpx2
import pytest
from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QCheckBox, QPushButton

from postdesk.core.account import Account
from postdesk.core.folders import Folders
from postdesk.core.settings import load_settings
from postdesk.library.recovery import Recovery
from postdesk.publishing.accounts import Accounts
from postdesk.ui.accounts import AccountDialog
from tests.end_to_end.blog import Blog
from tests.end_to_end.test_what_goes_wrong import _account
from tests.end_to_end.writer import Writer
from tests.servers.faults import FaultProxy
from tests.servers.wordpress import WordPress

TITLE = "Ferry strike, day four"


@pytest.fixture
def account(folders: Folders, blog: Blog, wordpress_newest: WordPress, proxy: FaultProxy) -> Account:
    """Her blog, from before; and she had sent the preview away."""
    Recovery(folders.state).save_session({"panes": ["sidebar"]})
    made = _account(wordpress_newest, proxy.base_url)
    Accounts(folders).add(made)
    return made


def sits_down(writer: Writer, password: str, account: Account, text: str, **fields: object) -> None:
    """She opens the window and types a post, with a slug or categories in its details."""
    writer.open()
    writer.desk.desk.passwords.set(account.id, password)
    writer.new_post(TITLE, text)
    details = writer.desk._details.fields
    if "slug" in fields or "categories" in fields:
        writer.window.show_pane("details", True)
        details.slug.setFocus()
        writer.type(str(fields.get("slug", "")), details.slug)
        for name in fields.get("categories", ()):  # type: ignore[attr-defined]
            details.categories.setFocus()
            field = writer.window.focusWidget()
            writer.type(name + "\n", field)
    writer.until_saved()


def looks(writer: Writer) -> list[str]:
    """She presses Publish and reads what there is when all is told."""
    writer.press_publish()
    writer.until_idle()
    return [words for words in writer.remarks if len(words) > 1]


def way_out(writer: Writer, label: str) -> QPushButton:
    links = writer.desk.popover.findChildren(QPushButton)
    return next(b for b in links if b.text() == label and b.isVisible())


def test_a_dead_link_a_taken_address_and_a_misspelt_category_are_said_and_nothing_is_held_up(
    closed_window: Writer, account: Account, wordpress_newest: WordPress, blog: Blog, proxy: FaultProxy
) -> None:
    her, home = closed_window, proxy.base_url
    who = httpx2.BasicAuth(wordpress_newest.user, wordpress_newest.app_password)
    with httpx2.Client(trust_env=False, timeout=60) as colleague:
        api = f"{wordpress_newest.base_url}/wp-json/wp/v2"
        old = {"title": "Day three", "slug": "ferry-strike", "status": "publish", "content": "x"}
        colleague.post(f"{api}/posts", json=old, auth=who).raise_for_status()
        colleague.post(f"{api}/categories", json={"name": "Harbour"}, auth=who)
    text = f"[Home]({home}/) and [the full article]({home}/no-such-page/) and [below](#nowhere).\n"
    sits_down(her, wordpress_newest.app_password, account, text, slug="ferry-strike", categories=("Harbor",))
    proxy.forget()
    assert looks(her) == [
        "Publish to Her blog",
        "Nothing goes out before you press the button.",
        "Create the post, set it live, look it up again",
        "The link “the full article” leads to a page that is not there (404)",
        "One link leads nowhere within the post",
        "“Day three” is at “ferry-strike”: this post would get “ferry-strike-2”",
        "“Harbor” is a new category on this blog, which has “Harbour”",
    ]
    assert [r for r in proxy.requests if r.method not in ("GET", "HEAD")] == []
    asked = [r for r in proxy.requests if not r.path.startswith("/wp-json/")]
    assert all("authorization" not in {name.lower() for name in r.headers} for r in asked)

    her.click(way_out(her, "Show"))
    assert not her.desk.popover.isVisible()
    assert her.desk.editor.text.textCursor().selectedText() == f"{home}/no-such-page/"
    her.hears("the full article", "404")
    proxy.forget()
    looks(her)
    assert [r.path for r in proxy.requests if not r.path.startswith("/wp-json/")] == []  # it is known by now
    her.click(her.desk.popover._confirm)
    her.hears("Published on")
    (one,) = [p for p in blog.posts() if p["title"]["raw"] == TITLE]
    assert one["slug"] == "ferry-strike-2"


def test_an_author_who_may_not_make_categories_is_led_to_them(
    closed_window: Writer, account: Account, wordpress_newest: WordPress, folders: Folders
) -> None:
    her = closed_window
    author = wordpress_newest.users["writer"]
    Accounts(folders).replace(replace(account, user=author.name))
    sits_down(her, author.app_password, account, "Words.\n", categories=("Whales",))
    said = looks(her)
    assert any("You may not make new categories on this blog" in words for words in said)
    assert "This has to be mended first. Nothing was sent." in said
    assert not her.desk.popover.is_ready
    her.click(way_out(her, "Change"))
    categories = her.desk._details.fields.categories
    assert categories.isAncestorOf(her.window.focusWidget())


def test_without_an_answer_of_the_blog_nothing_is_said_against_the_links(
    closed_window: Writer, account: Account, wordpress_newest: WordPress, proxy: FaultProxy
) -> None:
    her = closed_window
    sits_down(
        her,
        wordpress_newest.app_password,
        account,
        "[a](https://harbour.example/a) and [b](https://b.example/).\n",
    )
    proxy.drop_request(".*")
    said = looks(her)
    assert "The links were not asked: no connection" in said
    assert "“Her blog” does not answer now; the post goes out by itself when it does" in said
    assert her.desk.popover.is_ready
    proxy.clear()


def test_a_password_that_is_not_known_is_asked_for_from_there(
    closed_window: Writer, account: Account, wordpress_newest: WordPress
) -> None:
    her = closed_window
    sits_down(her, wordpress_newest.app_password, account, "Words.\n")
    her.desk.desk.passwords.forget(account.id)
    assert any("waits in the outbox until you sign in" in words for words in looks(her))
    her.click(way_out(her, "Sign in"))
    (dialog,) = [d for d in her.window.findChildren(AccountDialog) if d.isVisible()]
    dialog.close()


def test_whoever_does_not_want_links_to_be_asked_is_not_told_of_them(
    closed_window: Writer, account: Account, wordpress_newest: WordPress, folders: Folders, proxy: FaultProxy
) -> None:
    her = closed_window
    sits_down(her, wordpress_newest.app_password, account, f"[a]({proxy.base_url}/no-such-page/)\n")
    her.choose("preferences")
    (box,) = [b for b in her.window.findChildren(QCheckBox) if "link" in b.text()]
    her.click(box)
    assert not load_settings(folders).ask_links
    proxy.forget()
    assert not [words for words in looks(her) if "link" in words]
    assert [r.path for r in proxy.requests if not r.path.startswith("/wp-json/")] == []


def test_the_button_can_be_pressed_at_once_and_stays_where_it_is(
    closed_window: Writer, account: Account, wordpress_newest: WordPress, proxy: FaultProxy, blog: Blog
) -> None:
    her = closed_window
    sits_down(
        her,
        wordpress_newest.app_password,
        account,
        f"[a]({proxy.base_url}/slow/) and [b]({proxy.base_url}/gone/)\n",
    )
    held = proxy.hold("(HEAD|GET) /slow/.*")
    her.press_publish()
    popover = her.desk.popover
    assert popover.is_ready
    her.until(lambda: "Asking 2 links…" in her.remarks, "the links to be asked")
    place = popover._confirm.mapToGlobal(QPoint(0, 0))
    held.release()
    her.until(lambda: any("not there" in w or "no answer" in w for w in her.remarks), "the answer")
    assert popover._confirm.mapToGlobal(QPoint(0, 0)) == place
    popover.close_popover()
    her.until_idle()
    her.press_publish()
    her.click(popover._confirm)  # before anything was looked at
    her.hears("Published on")
    assert blog.only_post()["status"] == "publish"


def test_what_was_sent_unseen_comes_back_when_it_has_to_be_mended_first(writer: Writer) -> None:
    writer.new_post(TITLE, "![The quay](gone.jpg)\n")
    writer.until_saved()
    popover = writer.desk.popover
    writer.window.header.publish.main.click()
    popover._confirm.click()  # in the same turn of the window: before the file was looked for
    writer.until(lambda: popover.isVisible() and not popover.is_ready, "the popover with what is missing")
    writer.until(lambda: any("gone.jpg" in words for words in writer.remarks), "the picture's name")
    assert writer.desk.desk.jobs(unfinished=False) == ()
    writer.click(way_out(writer, "Show"))
    assert writer.desk.editor.text.textCursor().selectedText() == "gone.jpg"


def test_several_pictures_are_gone_through_one_after_the_other(writer: Writer) -> None:
    writer.new_post(TITLE, "![](https://a.example/1.jpg) and ![](https://a.example/2.jpg)\n")
    writer.until_saved()
    said = looks(writer)
    assert "2 pictures have no description" in said
    assert "The links were not asked: no connection" in said
    writer.click(way_out(writer, "Describe"))
    text = writer.desk.editor.text
    for number in (1, 2, 1):
        writer.hears(f"{number} of 2")
        assert not text.textCursor().hasSelection()
        assert text.body()[: text.textCursor().position()].count("![") == number
        assert text.body()[: text.textCursor().position()].endswith("![")
        writer.press_in_toast("Next")
    writer.type("The quay", into=text)
    assert text.body() == "![](https://a.example/1.jpg) and ![The quay](https://a.example/2.jpg)\n"


def test_a_popover_that_was_closed_before_it_looked_asks_nobody(
    closed_window: Writer, account: Account, wordpress_newest: WordPress, proxy: FaultProxy
) -> None:
    her = closed_window
    sits_down(her, wordpress_newest.app_password, account, f"[a]({proxy.base_url}/no-such-page/)\n")
    her.until_idle()
    proxy.forget()
    her.type(" More.", into=her.desk.editor.text)  # which has to be saved first
    her.press_publish()
    her.desk.popover.close_popover()
    her.until_idle()
    assert not her.desk.popover.isVisible()
    assert [r for r in proxy.requests if "no-such-page" in r.path or "slug=" in r.path] == []
