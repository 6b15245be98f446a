"""Nothing in a post runs, loads, reads, leaves or opens anything: with all walls, and with the engine's walls alone."""

# ruff: noqa: E501  a payload stands on one line, as it would in a post

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent
from PySide6.QtWidgets import QApplication

from tests.ui.preview.stage import Canary, Opener, Reader, resolver, without_cleaner

pytestmark = pytest.mark.qt_log_ignore(
    "vulkan", "Vulkan", "GPU vendor", "Sandboxing disabled", "GPUInfo", extend=True
)

# {C}: an address of the canary. {S}: the path of a secret picture outside the library.
SHOWN = {
    "script": "<script>document.title='PWNED';fetch('{C}')</script>",
    "script of a module": "<script type=module src='{C}'></script>",
    "a picture's error handler": "<img src=x onerror=\"document.title='PWNED';fetch('{C}')\">",
    "a drawing's load handler": "<svg onload=\"document.title='PWNED';fetch('{C}')\"></svg>",
    "a drawing with a script": "<svg><script href='{C}'/><image href='{C}2'/><use href='{C}3#x'/></svg>",
    "an animation": "<svg><animate onbegin=\"document.title='PWNED'\" attributeName=x dur=1s></svg>",
    "details that open": "<details open ontoggle=\"document.title='PWNED';fetch('{C}')\"><summary>s</summary>x</details>",
    "a frame with a script address": "<iframe src=\"javascript:parent.document.title='PWNED'\"></iframe>",
    "a frame with a page in it": "<iframe srcdoc=\"<script>top.document.title='PWNED';fetch('{C}')</script>\"></iframe>",
    "a frame in ruby": "<ruby>x<rt><iframe srcdoc=\"<img src='{C}'>\"></iframe></rt></ruby>",
    "a focused field": "<input autofocus onfocus=\"document.title='PWNED'\">",
    "a video's error handler": "<video src='{C}' poster='{C}p' onerror=\"document.title='PWNED'\"></video><audio src='{C}a' autoplay></audio>",
    "a marquee": "<marquee onstart=\"document.title='PWNED'\">x</marquee>",
    "a style's end of animation": "<style>@keyframes a{}</style><p style='animation:a 1s' onanimationstart=\"document.title='PWNED'\">x</p>",
    "a half-open tag": "<img src='{C}' onerror=\"document.title='PWNED'\"",
    "markup in a template": "<template><img src='{C}'></template><noscript><img src='{C}n'></noscript>",
    "mathematics": "<math><mtext><table><mglyph><style><img src='{C}' onerror=\"document.title='PWNED'\">",
    "a heading with a script": "# <img src=x onerror=\"document.title='PWNED'\"> heading",
    "a language of code": '```"><img src=x onerror="document.title=\'PWNED\'">\ncode\n```',
    "a picture of the web": "![p]({C})",
    "pictures to choose from": "<img srcset='{C} 1x' src='{C}b'><picture><source srcset='{C}c'><img src='{C}d'></picture>",
    "grounds": "<input type=image src='{C}'><table background='{C}t'><tr><td background='{C}d'>x</table>",
    "links that prefetch": "<link rel=stylesheet href='{C}'><link rel=prefetch href='{C}p'><link rel=preconnect href='{C}c'>"
    "<link rel=dns-prefetch href='{C}d'><link rel=icon href='{C}i'><link rel=modulepreload href='{C}m'>",
    "style attributes": "<div style=\"background-image:url('{C}');content:url({C}2);cursor:url({C}3),auto\">x</div>",
    "a style sheet": "<style>@import '{C}'; body{{background:url({C}2)}} @font-face{{font-family:q;src:url({C}3)}} p{{font-family:q}}</style>",
    "an object": "<object data='{C}'></object><embed src='{C}e'><applet code='{C}a'></applet>",
    "a manifest": "<link rel=manifest href='{C}'><meta http-equiv=content-security-policy content=\"default-src *\"><img src='{C}x'>",
    "a ping": "<a ping='{C}' href='#x'>x</a>",
    "a new base": "<base href='{C}/'><img src='relative.png'>",
    "a refresh": "<meta http-equiv=refresh content='0;url={C}'>",
    "a share of another machine": "![u](//attacker.invalid/share/x.png) ![v](file://attacker.invalid/share/x.png)",
    "a file's picture": "![s](file://{S}) <img src='file://{S}'> <img src='{S}'> ![t]({S})",
    "a picture over the fence": "![s](../secret.png) <img src='..%2fsecret.png'> <img src='x/../../secret.png'>",
    "a picture behind a link": "![s](link.png)",
    "frames of files": "<iframe src='file://{S}'></iframe><object data='file://{S}'></object><embed src='file://{S}'>",
    "an address of ours": "<img src='postdesk-preview://page/picture/x/0/'><img src='postdesk-preview://page/../{S}'>"
    "<iframe src='postdesk-preview://page/'></iframe>",
    "the engine's own pages": "<iframe src='chrome://gpu'></iframe><img src='qrc:/x.png'><iframe src='view-source:{C}'></iframe>",
    "a drawing of the library": "![s](evil.svg) <object data='evil.svg' type='image/svg+xml'></object>",
}  # fmt: skip

CLICKED = {
    "the web": ("[click]({C})", "{C}"),
    "the web in a window of its own": ("<a target=_blank href='{C}'>click</a>", "{C}"),
    "a letter": ("[click](mailto:a@example.org?subject=Hi&body=There)", "mailto:a@example.org?subject=Hi&body=There"),
    "a letter with a file": ("<a href='mailto:a@example.org?attach=/etc/passwd&subject=x'>click</a>", "mailto:a@example.org?subject=x"),
    "a script": ("[click](javascript:document.title='PWNED')", ""),
    "a script in disguise": ("<a href=\"java&#x09;script&colon;document.title='PWNED'\">click</a>", ""),
    "a page in an address": ("<a href=\"data:text/html,<script>fetch('{C}')</script>\">click</a>", ""),
    "a file": ("<a href='file:///bin/true'>click</a>", ""),
    "a file with the wrong slashes": ("<a href='file:\\\\\\bin\\true'>click</a>", ""),
    "a file over the fence": ("[click](../../../../../../usr/share/applications/x.desktop)", ""),
    "a share": ("<a href='smb://attacker.invalid/x'>click</a>", ""),
    "a program": ("<a href='ms-msdt:/id PCWDiagnostic'>click</a>", ""),
    "a download": ("<a href='data:application/octet-stream,MZ' download='invoice.pdf.exe'>click</a>", ""),
    "a download of the page": ("<a href='page.css' download='x.css'>click</a>", ""),
    "another page of ours": ("<a href='postdesk-preview://page/other'>click</a>", ""),
    "the page itself": ("<a href=''>click</a>", ""),
    "a form": ("<form action='{C}' method=post><input name=a value=1><button>click</button></form>", ""),
    "a form to nowhere else": ("<form action='' method=get><input name=a value=1><button>click</button></form>", ""),
    "a file to choose": ("<input type=file value=click>", ""),
}  # fmt: skip


_TARGET = (
    "(() => { const e = document.querySelector('article a, article button, article input[type=file]')"
    " || document.querySelector('article p') || document.querySelector('article');"
    " const b = e.getBoundingClientRect(); return [b.left + 8, b.top + Math.min(b.height, 24) / 2]; })()"
)


@pytest.fixture(params=["all walls", "the engine alone"])
def walls(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """With the cleaner, and without it: the engine's settings have to hold alone."""
    if request.param == "the engine alone":
        without_cleaner(monkeypatch)
    return str(request.param)


def _filled(payload: str, canary: Canary, library: Path) -> str:
    return (
        payload.replace("{C}", canary.address)
        .replace("{S}", str(library.parent / "secret.png"))
        .replace("{{", "{")
        .replace("}}", "}")
    )


def _unharmed(reader: Reader, canary: Canary, opener: Opener, address: str) -> None:
    page = reader.surface.page
    assert canary.hits == []
    assert opener.opened == []
    assert page.url().toString().partition("#")[0] == address
    assert page.title() == "Preview"
    assert reader.ask("document.title") == "Preview"
    # The secret picture is 77 wide; nothing of that width was decoded.
    assert reader.ask("[...document.images].filter(i => i.naturalWidth === 77).length") == 0
    assert reader.ask("document.querySelectorAll('main').length") == 1


def test_nothing_that_is_shown_acts(
    reader: Reader, canary: Canary, opener: Opener, library: Path, walls: str
) -> None:
    address = reader.surface.page.address
    for payload in SHOWN.values():
        body = _filled(payload, canary, library)
        # Every payload is shown anew and then patched: both ways into the page.
        reader.show(body, resolve=resolver(library), title=body[:200])
        reader.type(body + "\n\n<b>end</b>")
        reader.settle()
        _unharmed(reader, canary, opener, address)
    assert reader.links == []


def test_a_post_of_a_server_is_shown_and_does_nothing(
    reader: Reader, canary: Canary, opener: Opener, library: Path, walls: str
) -> None:
    address = reader.surface.page.address
    everything = "\n".join(_filled(payload, canary, library) for payload in SHOWN.values())
    reader.preview.show_html("From the server", "yesterday", f"<p>words</p>{everything}")
    reader.wait("document.querySelector('main > header > h1').textContent", "From the server")
    assert "words" in reader.text
    _unharmed(reader, canary, opener, address)


def test_a_click_opens_only_the_web_and_letters(
    reader: Reader, canary: Canary, opener: Opener, library: Path, tmp_path: Path, walls: str
) -> None:
    address = reader.surface.page.address
    before = set(tmp_path.rglob("*"))
    for name, (payload, wanted) in CLICKED.items():
        reader.show(_filled(payload, canary, library))
        reader.links.clear()
        for modifier in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ControlModifier):
            reader.click(_TARGET, modifier)
        expected = wanted.replace("{C}", canary.address)
        # A Ctrl-clicked form asks for a window with its bare address; only the cleaner takes forms away altogether.
        bare = {canary.address} if name == "a form" and walls == "the engine alone" else set()
        assert set(reader.links) <= ({expected} | bare) - {""}, name
        if expected:
            assert expected in reader.links, name
        _unharmed(reader, canary, opener, address)
    assert set(tmp_path.rglob("*")) == before
    assert [w for w in QApplication.topLevelWidgets() if w.isVisible() and w is not reader.preview] == []


def test_a_jump_to_a_footnote_stays_on_the_page_and_typing_goes_on(reader: Reader) -> None:
    filler = "\n\n".join(f"Paragraph {n}." for n in range(80))
    reader.show(f"See[^1].\n\n{filler}\n\n[^1]: The note.")
    reader.click(
        "(() => { const b = document.querySelector('a.footnote-ref').getBoundingClientRect();"
        " return [b.left + b.width / 2, b.top + b.height / 2]; })()"
    )
    reader.wait("location.hash", "#fn:1")
    address = reader.surface.page.address
    reader.type(f"See[^1]!\n\n{filler}\n\n[^1]: The note.")
    assert "See1!" in reader.text.replace("\n", "")
    assert reader.surface.page.address == address


def test_a_file_dropped_on_the_preview_is_not_taken(reader: Reader, tmp_path: Path) -> None:
    (tmp_path / "evil.html").write_text("<title>PWNED</title>")
    dropped = QMimeData()
    dropped.setUrls([QUrl.fromLocalFile(str(tmp_path / "evil.html"))])
    for widget in (reader.surface.view, reader.surface.view.focusProxy()):
        event = QDragEnterEvent(
            QPointF(50, 50).toPoint(),
            Qt.DropAction.CopyAction,
            dropped,
            Qt.MouseButton.LeftButton,
            Qt.KeyboardModifier.NoModifier,
        )
        assert widget is not None
        QApplication.sendEvent(widget, event)
        assert not event.isAccepted()
    assert reader.ask("document.title") == "Preview"


def test_the_page_is_a_secure_context_of_an_origin_of_its_own(reader: Reader) -> None:
    assert reader.ask("[isSecureContext, location.origin]") == [True, "postdesk-preview://page"]


def test_every_answer_carries_the_policy(reader: Reader, library: Path, canary: Canary) -> None:
    reader.show("![a](pic.png)", resolve=resolver(library))
    reader.wait("document.images[0].complete")
    # A picture from elsewhere set by hand beside all cleaning: the policy stops it before it leaves.
    reader.ask(
        f"(() => {{ document.addEventListener('securitypolicyviolation', e => {{ globalThis.stopped = e.effectiveDirective; }});"
        f" const i = document.createElement('img'); i.src = '{canary.address}'; document.body.append(i); return 1; }})()"
    )
    reader.wait("globalThis.stopped", "img-src")
    assert canary.hits == []
