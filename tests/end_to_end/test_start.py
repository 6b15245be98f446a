"""The start: the first thing she sees is her post, and she can type into it before the rest of the program is there."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from postdesk.app import library_folder, open_library, open_window
from postdesk.core.files import ANY, save_file
from postdesk.core.folders import Folders
from postdesk.core.settings import Settings
from postdesk.library.library import Library
from postdesk.library.recovery import Recovery
from postdesk.ui.open_text import bring_back
from postdesk.ui.preview import scheme
from tests.end_to_end.writer import Writer

BODY = "The first boat left at 6:10.\n\n" * 40

#: What no first paint needs; each of them takes longer to load than a window to paint.
LATER = (
    "PIL", "PySide6.QtNetwork", "PySide6.QtWebEngineCore", "asyncio", "concurrent.futures", "email", "html.parser",
    "http.client", "httpx2", "importlib.metadata", "jinja2", "keyring", "logging.handlers", "markdown", "pygments",
    "platformdirs", "postdesk.markup.render", "postdesk.publishing.desk", "postdesk.ui.controller", "ruamel.yaml",
    "sqlite3", "ssl", "tinycss2", "tomllib", "urllib.request",
)  # fmt: skip

_START = """
import json, os, signal, sys
from pathlib import Path
from PySide6.QtCore import Qt, QTimer
from PySide6.QtTest import QTest
from postdesk import app

made = app.open_window

def open_window(*given, **named):
    loaded = []
    opened = made(*given, **named)

    def painted():
        editor = opened.session._editor
        loaded.extend(sys.modules)
        opened.afterwards.stop()  # nothing of it is made any more
        before = editor.body()
        QTest.keyClick(editor.text, Qt.Key.Key_X)
        said = {"before": before, "after": editor.body(), "modules": loaded, "title": editor.title(),
                "cursor": editor.cursor_position(), "controller": opened.controller is not None}
        print(json.dumps(said), flush=True)
        if sys.argv[1] == "kill":
            copies = Path(sys.argv[2])
            watch = QTimer(opened.window, interval=5)
            watch.timeout.connect(lambda: any(copies.glob("*.json")) and os.kill(os.getpid(), signal.SIGKILL))
            watch.start()
        else:
            opened.window.close()

    opened.window.first_painted.connect(painted)
    return opened

app.open_window = open_window
sys.exit(app.run_window([]))
"""


def in_library(folders: Folders) -> Path:
    """A post that was open when the program was closed last, the cursor ten letters into it."""
    post = folders.documents / "Post Desk" / "ferry.md"
    save_file(post, f"---\ntitle: Ferry\n---\n\n{BODY}".encode(), expected=ANY, parents=True)
    library = Library(post.parent, folders)
    library.open()
    library.summaries()
    library.close()
    Recovery(folders.state).save_session({"post": str(post), "cursor": 10})
    return post


def start(home: Path, folders: Folders, what: str) -> dict[str, Any]:
    """Start the program; what it had and did when its window was painted for the first time."""
    environment = {**os.environ, "POSTDESK_HOME": str(home), "QT_QPA_PLATFORM": "offscreen"}
    done = subprocess.run(
        [sys.executable, "-c", _START, what, str(folders.state / "recovery")],
        capture_output=True, text=True, env=environment, cwd=Path(__file__).parents[2], check=False,
    )  # fmt: skip
    assert done.stdout, done.stderr
    said: dict[str, Any] = json.loads(done.stdout)
    return said


def test_her_post_is_there_with_the_first_paint_and_takes_a_letter(home: Path, folders: Folders) -> None:
    post = in_library(folders)
    seen = start(home, folders, "close")
    assert seen["title"] == "Ferry"
    assert seen["before"] == BODY
    assert seen["after"] == BODY[:10] + "x" + BODY[10:]
    assert seen["cursor"] == 11
    assert not seen["controller"]
    assert sorted(set(LATER) & set(seen["modules"])) == []
    assert post.read_text() == f"---\ntitle: Ferry\n---\n\n{seen['after']}", (
        "closed before there was a controller"
    )


def test_a_letter_typed_into_the_first_paint_survives_a_kill(home: Path, folders: Folders) -> None:
    post = in_library(folders)
    typed = start(home, folders, "kill")["after"]
    assert post.read_text() == f"---\ntitle: Ferry\n---\n\n{BODY}"
    library = Library(post.parent, folders)
    library.open()
    bring_back(library, Recovery(folders.state))
    library.close()
    assert post.read_text() == f"---\ntitle: Ferry\n---\n\n{typed}"


def test_the_next_start_after_a_crash_shows_what_was_typed_not_the_older_file(
    closed_window: Writer, folders: Folders
) -> None:
    post = in_library(folders)
    library = Library(post.parent, folders)
    library.open()
    document = library.read(post)
    library.close()
    words = BODY + "Typed and not saved."
    Recovery(folders.state).put(
        document.post.id, replace(document.post, body=words), path=post, base_hash=document.hash
    )
    closed_window.open()
    assert closed_window.words == words
    assert post.read_text().endswith("Typed and not saved.")


def test_what_she_asks_for_before_anybody_can_do_it_is_done_a_moment_later(
    closed_window: Writer, folders: Folders
) -> None:
    post = in_library(folders)
    library = open_library(folders, library_folder(folders, Settings()))
    opened = open_window(closed_window.application, folders, Settings(), library)
    closed_window.take(opened)
    assert opened.controller is None
    QTest.keyClicks(opened.window.focusWidget(), "abc")
    opened.window.actions_table.action("new").trigger()
    closed_window.until(lambda: opened.controller is not None, "the rest of the program")
    closed_window.until(lambda: closed_window.file != post, "the new post")
    closed_window.until(lambda: "abc" in post.read_text(), "the old one to be saved")


def test_typing_goes_on_where_the_first_paint_left_it(closed_window: Writer, folders: Folders) -> None:
    post = in_library(folders)
    library = open_library(folders, library_folder(folders, Settings()))
    opened = open_window(closed_window.application, folders, Settings(), library)
    closed_window.take(opened)
    field = opened.window.focusWidget()
    QTest.keyClicks(field, "abc")
    closed_window.until(lambda: opened.controller is not None, "the rest of the program")
    QTest.keyClick(field, Qt.Key.Key_D)
    assert closed_window.words == BODY[:10] + "abcd" + BODY[10:]
    assert opened.window.focusWidget() is field
    closed_window.until_saved()
    assert post.read_text() == f"---\ntitle: Ferry\n---\n\n{closed_window.words}"


@pytest.mark.parametrize(
    ("given", "card", "then"), [(None, False, "software"), ("", False, ""), (None, True, None)]
)
def test_the_preview_is_painted_where_there_is_no_graphics_card(
    given: str | None, card: bool, then: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scheme, "_GRAPHICS", tmp_path if card else tmp_path / "none")
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.delenv("QT_QUICK_BACKEND", raising=False)
    if given is not None:
        monkeypatch.setenv("QT_QUICK_BACKEND", given)
    scheme.choose_painting()
    assert os.environ.get("QT_QUICK_BACKEND") == then
    monkeypatch.delenv("QT_QUICK_BACKEND", raising=False)
