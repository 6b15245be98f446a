"""The editors that Post Desk is measured beside, each with its live preview beside the text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tests.bench.machine import package_version
from tests.bench.post import long_post
from tests.bench.screen import Screen
from tests.bench.subjects import sandbox


@dataclass(frozen=True, slots=True)
class Peer:
    """A program that takes the file as its argument; `settings` are files below its home."""

    name: str
    program: Path
    environment: Mapping[str, str]
    settings: Mapping[str, str] = field(default_factory=dict)

    def prepare(self, home: Path, size: int) -> None:
        """Its settings, and the post beside them."""
        for name, text in self.settings.items():
            path = home / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")
        (home / "post.md").write_text(long_post(size), "utf-8")

    def command(self, home: Path, size: int, *, first: bool) -> list[str]:
        """Always with the file."""
        return [str(self.program), str(home / "post.md")]

    def quit(self, screen: Screen) -> bool:
        """Asked to, each of them would ask back about the letters typed."""
        return False


def peers(retext: Path) -> list[Peer]:
    """Those that are installed; `retext` is the environment that ReText was installed in."""
    qt = {"QT_QPA_PLATFORM": "xcb", **sandbox()}
    all_of_them = [
        Peer("ReText 8.1, plain", retext / "bin" / "retext", qt, {_RETEXT: _LIVE}),
        Peer(
            "ReText 8.1, WebEngine", retext / "bin" / "retext", qt,
            {_RETEXT: _LIVE + "useWebEngine=true\n"},
        ),
        # Shows its preview unless told otherwise.
        Peer(f"ghostwriter {package_version('ghostwriter')}", Path("/usr/bin/ghostwriter"), qt),
        Peer(
            f"Apostrophe {package_version('apostrophe')}", Path("/usr/bin/apostrophe"),
            # Settings in a file instead of a service: no session bus is needed.
            {"GDK_BACKEND": "x11", "GSETTINGS_BACKEND": "keyfile", "NO_AT_BRIDGE": "1"},
            {".config/glib-2.0/settings/keyfile": _APOSTROPHE},
        ),
    ]  # fmt: skip
    return [peer for peer in all_of_them if peer.program.exists()]


#: Shown, but not the one to be better than: its plain preview stays where it was, so that what she types is seen in
#: it only near the top of the text. The one with WebEngine follows, and costs more.
WITHOUT_FOLLOWING = frozenset({"ReText 8.1, plain"})

_RETEXT = ".config/ReText project/ReText.conf"
_LIVE = "[General]\ndefaultPreviewState=live-preview\n"
_APOSTROPHE = "[org/gnome/gitlab/somas/Apostrophe]\npreview-active=true\npreview-mode='half-width'\n"
