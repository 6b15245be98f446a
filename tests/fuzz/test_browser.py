"""What the cleaner lets through, read by a browser's own parser: nothing but what is on its list."""

from __future__ import annotations

import json
from collections.abc import Callable, Generator

import pytest
import shiboken6
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtWebEngineCore import QWebEnginePage, QWebEngineProfile
from pytestqt.qtbot import QtBot

from postdesk.markup import clean
from postdesk.markup.render import render_document
from postdesk.ui.preview.scheme import register_scheme
from tests.fuzz.texts import posts, soup
from tests.markup.test_clean import HOSTILE, picture

Found = dict[str, str]

# Each text becomes the content of a block of its own, as in the preview. Told: every attribute of every element with
# one of its values, and which blocks did not stay whole. A parsed document runs and loads nothing.
_READ = """
(function (texts) {
  const found = {};
  for (const [number, text] of texts.entries()) {
    const page = new DOMParser().parseFromString("<main></main>", "text/html");
    const block = page.createElement("div"), main = page.querySelector("main");
    main.append(block, page.createElement("footer"));
    block.innerHTML = text;
    if (main.children.length !== 2 || main.firstChild !== block) found["escaped " + number] = text;
    for (const element of block.querySelectorAll("*")) {
      const name = element.namespaceURI.endsWith("xhtml") ? element.localName : element.namespaceURI;
      found[name] = "";
      for (const { name: attribute, value } of element.attributes) found[name + " " + attribute] = value;
      const href = element.getAttribute("href");
      if (href !== null) found[name + " href:"] = href.startsWith("#") ? "#" : String(element.href).split(":")[0];
      if (element.src) found[name + " src:"] = element.src;
    }
  }
  return JSON.stringify(found);
})(%s)
"""

_ALLOWED = {
    *clean._KEPT, "span",
    *(f"{tag} {name}" for tag in clean._KEPT for name in ("class", "dir", "lang", "title", "id")),
    *(f"{tag} {name}" for tag, names in clean._OWN.items() for name in names),
    "a href:", "img src", "img src:", "td style", "th style", "input type",
}  # fmt: skip


@pytest.fixture
def read(qtbot: QtBot) -> Generator[Callable[[list[str]], Found], None, None]:
    """Reads texts as HTML in the preview's engine."""
    register_scheme()  # while there is no profile: the previews of later tests need it
    profile = QWebEngineProfile()
    page = QWebEnginePage(profile)
    with qtbot.waitSignal(page.loadFinished, timeout=40_000):
        page.setHtml("<p>")

    def read(texts: list[str]) -> Found:
        answers: list[str] = []
        page.runJavaScript(_READ % json.dumps(texts), 1, answers.append)
        qtbot.waitUntil(lambda: bool(answers), timeout=40_000)
        found: Found = json.loads(answers[0])
        return found

    yield read
    shiboken6.delete(page)
    shiboken6.delete(profile)


def test_the_list_of_what_is_found_is_one_that_finds(read: Callable[[list[str]], Found]) -> None:
    found = read(["<p onclick=a>x<svg><script>1</script></svg></p>", "<a href=javascript:1>x</a>"])
    assert {"p onclick", "http://www.w3.org/2000/svg"} <= found.keys()
    assert found["a href:"] == "javascript"


def test_a_browser_finds_nothing_in_a_cleaned_page_that_is_not_on_the_list(
    read: Callable[[list[str]], Found],
) -> None:
    """Law: whatever goes in, a browser reads only listed elements and attributes, and every block stays whole."""

    @given(st.lists(soup | posts.map(render_document) | st.sampled_from(HOSTILE), min_size=10, max_size=20))
    @settings(max_examples=25, suppress_health_check=list(HealthCheck))
    def holds(texts: list[str]) -> None:
        found = read([clean.clean(text, picture, remote_allowed=False) for text in texts])
        assert found.keys() <= _ALLOWED
        assert found.get("a href:", "https") in ("http", "https", "mailto", "#")
        assert found.get("img src", "postdesk:/picture/1") == "postdesk:/picture/1"

    holds()
