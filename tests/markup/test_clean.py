"""Nothing in a post can run, load, send or lead away in the preview: the second wall, without the engine's."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from postdesk.markup.clean import clean, safe_link
from postdesk.markup.render import render_document
from tests.fuzz.texts import posts, soup

WEB = "http://canary.example/x"


def picture(reference: str) -> str | None:
    return "postdesk:/picture/1" if reference == "mine.png" else None


# Written as Markdown; what a hostile or careless post may hold.
HOSTILE = [
    "<script>document.title='X'</script>",
    "<SCRIPT SRC=//canary.example/x></SCRIPT>",
    "<script\n>alert(1)</script\n>",
    "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "<img src=mine.png onerror=alert(1)>",
    "<img src=mine.png onerror\n=\nalert(1)>",
    "<img/src=mine.png/onload=alert(1)>",
    '<img """><script>alert(1)</script>">',
    "<svg onload=alert(1)></svg>",
    "<svg><script>alert(1)</script></svg>",
    "<svg><style><img src=x onerror=alert(1)></style></svg>",
    '<math><mtext><table><mglyph><style><img src=x onerror="alert(1)">',
    '<noscript><p title="</noscript><img src=x onerror=alert(1)>">',
    "<textarea><img src=x onerror=alert(1)></textarea>",
    "<template><img src=x onerror=alert(1)></template>",
    "<details open ontoggle=alert(1)><summary>s</summary>x</details>",
    "<iframe src='javascript:alert(1)'></iframe>",
    '<iframe srcdoc="<script>alert(1)</script>"></iframe>',
    "<ruby>x<rt><iframe srcdoc='<script>1</script>'></iframe></rt></ruby>",
    "<object data='file:///etc/hostname'></object><embed src='file:///etc/hostname'>",
    "<applet code=x></applet><portal src=x></portal><frameset><frame src=x></frameset>",
    f"<link rel=stylesheet href={WEB}><link rel=prefetch href={WEB}>",
    f"<meta http-equiv=refresh content='0;url={WEB}'><base href={WEB}>",
    f"<form action={WEB}><input name=a><input type=image src={WEB}><button formaction={WEB}>go</button></form>",
    f"<style>@import '{WEB}'; p {{ background: url({WEB}) }}</style>",
    f'<div style="background:url({WEB})">x</div>',
    f"<p style='text-align:left;background:url({WEB})'>x</p>",
    f"<td background={WEB}>x</td><table background={WEB}><tr><td background={WEB}>x</table><body background={WEB}>",
    f"<img srcset='{WEB} 1x' src='{WEB}'><picture><source srcset='{WEB}'><img src='{WEB}'></picture>",
    f"<video src={WEB} poster={WEB}></video><audio src={WEB} autoplay></audio><track src={WEB}>",
    f"![p]({WEB})",
    "![s](file:///etc/hostname) ![s](/etc/hostname) <img src='file:///etc/hostname'>",
    "![u](//canary.example/x.png) ![u](\\\\\\\\canary.example\\\\x.png) <img src='\\\\canary.example\\x'>",
    "<img src='data:image/svg+xml,<svg onload=alert(1)>'>",
    "[a](javascript:alert(1)) [b](JaVaScRiPt:alert(1)) [c](vbscript:x) [d](data:text/html,<script>1</script>)",
    '<a href="java&#x09;script&colon;alert(1)">a</a><a href=" &#1; javascript:alert(1)">b</a>',
    "<a href='file:///bin/true'>x</a><a href='smb://h/s'>x</a><a href='ms-msdt:x'>x</a>[y](../../x.desktop)",
    "<a href='https://x.example' target=_blank download=x.exe ping=http://canary.example>x</a>",
    "<img src=mine.png usemap='#m'><map name=m><area href='file:///bin/true'></map>",
    '```"><img src=x onerror=alert(1)>\ncode\n```',
    "# <img src=x onerror=alert(1)> heading",
    "</div></body></html><script>alert(1)</script>",
    "<p data-line=1 data-key=x id=body contenteditable autofocus tabindex=1 accesskey=x slot=x is=x>own</p>",
    "<!--><img src=x onerror=alert(1)>-->",
    "<!-- --!><img src=x onerror=alert(1)> -->",
    "<![CDATA[><img src=x onerror=alert(1)>]]>",
    "<?xml-stylesheet href='http://canary.example'?><!DOCTYPE x [<!ENTITY a 'b'>]>",
    "<xmp><script>alert(1)</script></xmp><plaintext><script>alert(1)",
    '<a href="javascript&NewLine;:alert(1)">x</a>',
    "\u2028\u2029</script> ${alert(1)} `${1}`",
    "<marquee onstart=alert(1)>x</marquee><dialog open>x</dialog><select onfocus=alert(1)>",
    "<b title='\"><script>alert(1)</script>'>x</b>",
    "[x](mailto:a@b.example?attach=/etc/passwd&subject=hi&body=a%0AX)",
    "text {: onclick=alert(1) style=background:url(http://canary.example) }\n{: onclick=alert(1) }",
    "![x](mine.png){: onerror=alert(1) srcset=http://canary.example }",
]

_ELEMENTS = set(
    "a abbr b blockquote br code dd del details div dl dt em figcaption figure h1 h2 h3 h4 h5 h6 hr i img input kbd li "
    "ol p pre q rp rt ruby s span strong sub summary sup table tbody td th thead tr u ul".split()
)
_ATTRIBUTES = {
    "class",
    "title",
    "href",
    "src",
    "alt",
    "type",
    "checked",
    "disabled",
    "open",
    "style",
    "start",
    "id",
    "align",
}


class _Strict(HTMLParser):
    """Reads what came out as a browser would, and notes whatever is not on a short list."""

    def __init__(self) -> None:
        super().__init__()
        self.bad: list[str] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in _ELEMENTS:
            self.bad.append(f"<{tag}>")
        if tag not in ("br", "hr", "img", "input"):
            self.open.append(tag)
        for name, value in attrs:
            text = value or ""
            if name not in _ATTRIBUTES:
                self.bad.append(f"<{tag} {name}>")
            if name == "src" and text != "postdesk:/picture/1":
                self.bad.append(f"src={text}")
            if name == "href" and not text.lower().startswith(("http://", "https://", "mailto:", "#")):
                self.bad.append(f"href={text}")
            if name == "style" and text not in (
                "text-align: left;",
                "text-align: right;",
                "text-align: center;",
            ):
                self.bad.append(f"style={text}")
            if name == "type" and text != "checkbox":
                self.bad.append(f"type={text}")

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.bad.append(f"</{tag}>")

    def handle_comment(self, data: str) -> None:
        self.bad.append("comment")

    def handle_decl(self, decl: str) -> None:
        self.bad.append("declaration")

    def handle_pi(self, data: str) -> None:
        self.bad.append("instruction")


def troubles(page: str) -> list[str]:
    reader = _Strict()
    reader.feed(page)
    reader.close()
    return reader.bad + reader.open


@pytest.mark.parametrize("post", HOSTILE)
def test_a_hostile_post_is_harmless(post: str) -> None:
    assert troubles(clean(render_document(post), picture, remote_allowed=False)) == []
    assert troubles(clean(post, picture, remote_allowed=False)) == []


@given(
    st.lists(st.sampled_from(HOSTILE), max_size=4),
    st.integers(0, 200),
    st.text(alphabet="<>\"'/=&;- \n`", max_size=5),
)
def test_pieces_of_hostile_posts_are_harmless(posts: list[str], place: int, noise: str) -> None:
    """Law: whatever goes in, only listed elements, attributes and addresses come out, and they are balanced."""
    joined = "".join(posts)
    assert troubles(clean(joined[:place] + noise + joined[place:], picture, remote_allowed=False)) == []


def test_what_a_writer_makes_stays() -> None:
    page = render_document(
        "# Title\n\nText *em* [link](https://x.example/?a=1&b=2) `<b>`[^1]\n\n> quote\n\n- [x] done\n\n"
        "| a |\n|--:|\n| 1 |\n\n"
        '![alt](mine.png "Caption")\n\n```python\nx = "<"\n```\n\n[^1]: note'
    )
    cleaned = clean(page, picture, remote_allowed=False)
    assert troubles(cleaned) == []
    for piece in (
        "<h1>Title</h1>",
        '<a href="https://x.example/?a=1&amp;b=2">link</a>',
        "<code>&lt;b&gt;</code>",
        '<input type="checkbox" disabled checked>',
        'style="text-align: right;"',
        '<figure><img src="postdesk:/picture/1" alt="alt"><figcaption>Caption</figcaption></figure>',
        '<div class="language-python highlight">',
        '<sup id="fnref:1"><a class="footnote-ref" href="#fn:1">1</a></sup>',
    ):
        assert piece in cleaned


def test_a_picture_that_is_not_shown_says_why() -> None:
    assert "not in the library" in clean("<img src='/etc/x.png' alt='A view'>", picture, remote_allowed=False)
    assert "A view" in clean("<img src='/etc/x.png' alt='A view'>", picture, remote_allowed=False)
    assert "not loaded" in clean(f"<img src='{WEB}'>", picture, remote_allowed=False)


def test_pictures_of_the_web_are_shown_when_allowed_and_encrypted() -> None:
    def everything(reference: str) -> str:
        return "postdesk:/remote/" + reference

    assert "postdesk:/remote/https://x.example/a.png" in clean(
        "<img src='https://x.example/a.png'>", everything, remote_allowed=True
    )
    assert "<img" not in clean("<img src='http://x.example/a.png'>", lambda ref: ref, remote_allowed=True)
    assert "<img" not in clean("<img src='//x.example/a.png'>", lambda ref: ref, remote_allowed=True)
    assert "postdesk:/copy" in clean(
        "<img src='http://x.example/a.png'>", lambda _ref: "postdesk:/copy", remote_allowed=True
    )


@pytest.mark.parametrize(
    ("address", "safe"),
    [
        ("https://x.example/", "https://x.example/"),
        ("#fn:1", "#fn:1"),
        ("mailto:a@b.example?subject=hi&attach=/etc/passwd", "mailto:a@b.example?subject=hi"),
        ("mailto:a@b.example%0ABcc:c@d.example", None),
        ("java\tscript:alert(1)", None),
        ("file:///etc/passwd", None),
        ("../x.desktop", None),
        ("", None),
    ],
)
def test_links_lead_to_the_web_or_to_a_mail(address: str, safe: str | None) -> None:
    assert safe_link(address) == safe


def _as_it_is(reference: str) -> str | None:
    return reference if reference == "mine.png" else None


@given(soup | posts.map(render_document))
@settings(max_examples=300)
@example("<svg>" * 300 + "</math>" * 300 + "<p>a")
@example("<a href='https://x.example/&quot;&amp;lt;'>&amp;lt;b&gt;</a>")
@example("<img src=mine.png alt='&quot;>'><img alt=' &amp;lt;'>")
def test_whatever_goes_in_comes_out_harmless_and_stays_as_it_is(page: str) -> None:
    """Law: only listed elements, attributes and addresses come out, balanced; and to clean it again changes nothing."""
    assert troubles(clean(page, picture, remote_allowed=False)) == []
    once = clean(page, _as_it_is, remote_allowed=False)
    assert clean(once, _as_it_is, remote_allowed=False) == once
