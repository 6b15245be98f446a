"""The start: the first thing she sees is her post, and she can type into it before the rest of the program is there."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from postdesk.app import Opened, library_folder, open_library, open_window
from postdesk.core.files import ANY, save_file
from postdesk.core.folders import Folders
from postdesk.core.settings import Settings
from postdesk.library.library import Library
from postdesk.library.recovery import Recovery
from postdesk.ui.afterwards import Afterwards
from postdesk.ui.gathering import gather
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
        document.post.id,
        replace(document.post, body=words),
        path=post,
        base_hash=document.hash,
        cursor=len(BODY),
    )
    Recovery(folders.state).save_session({"post": str(post), "post_id": document.post.id, "cursor": 0})
    closed_window.open()
    assert closed_window.words == words
    assert closed_window.desk.editor.cursor_position() == len(BODY)
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


def learnt(folders: Folders) -> Path:
    """As `in_library`, and the full-text index knows that post and another one; returns the other one."""
    other = in_library(folders).with_name("quay.md")
    save_file(other, b"---\ntitle: Quay\n---\n\nThe quay at dawn.\n", expected=ANY)
    library = Library(other.parent, folders)
    library.open()
    library.look()
    while library.index_more():
        pass
    library.close()
    return other


def opened_for(writer: Writer, folders: Folders) -> Opened:
    """The window, which is not painted yet."""
    opened = open_window(
        writer.application, folders, Settings(), open_library(folders, library_folder(folders, Settings()))
    )
    writer.take(opened)
    return opened


def lists_of(opened: Opened) -> list[tuple[int, bool]]:
    """How many rows the list has each time that it is made anew, and whether there is a controller then."""
    rows, seen = opened.window.sidebar.posts, []
    rows.modelReset.connect(lambda: seen.append((rows.rowCount(), opened.controller is not None)))
    return seen


def test_the_list_begins_before_the_rest_of_the_program_is_there(
    closed_window: Writer, folders: Folders, monkeypatch: pytest.MonkeyPatch
) -> None:
    learnt(folders)
    monkeypatch.setattr("postdesk.app._BEGINNING", 60_000)  # however busy this machine is
    opened = opened_for(closed_window, folders)
    seen = lists_of(opened)
    closed_window.until(lambda: opened.controller is not None, "the rest of the program")
    assert seen == [(2, False)]
    assert opened.window.sidebar.selected.endswith("ferry.md")


def test_a_row_that_is_clicked_before_anybody_can_open_it_is_opened_a_moment_later(
    closed_window: Writer, folders: Folders, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = learnt(folders)
    with monkeypatch.context() as patched:
        patched.setattr("postdesk.app._BEGINNING", 60_000)
        patched.setattr(Afterwards, "go_on", lambda _self: None)
        opened = opened_for(closed_window, folders)
        sidebar = opened.window.sidebar
        closed_window.until(lambda: sidebar.posts.rowCount() == 2, "the list")
        place = sidebar.posts.index(sidebar.shown().index(f"file:{other}"))
        assert opened.controller is None
        QTest.mouseClick(
            sidebar.list.viewport(), Qt.MouseButton.LeftButton, pos=sidebar.list.visualRect(place).center()
        )
    opened.afterwards.go_on()
    closed_window.until(lambda: opened.controller is not None and closed_window.file == other, "the post")


def test_the_list_comes_though_its_beginning_cannot_be_read(
    closed_window: Writer, folders: Folders, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_given: object, **_named: object) -> None:
        raise OSError("no such disk")

    learnt(folders)
    monkeypatch.setattr("postdesk.ui.beginning.gather", fail)
    opened = opened_for(closed_window, folders)
    seen = lists_of(opened)
    closed_window.until(lambda: opened.window.sidebar.posts.rowCount() == 2, "the list")
    assert seen == [(2, True)]


def test_a_beginning_that_comes_too_late_takes_nothing_out_of_the_list(
    closed_window: Writer, folders: Folders, monkeypatch: pytest.MonkeyPatch
) -> None:
    there, over = Event(), Event()
    late = [True]  # the list's own beginning is another call

    def gathering(desk: Any, blog: str, order: str, **named: Any) -> object:
        if late and late.pop():
            there.wait(60)
            over.set()
            named["listed"] = desk.library.first_listed(1)
        return gather(desk, blog, order, **named)

    learnt(folders)
    monkeypatch.setattr("postdesk.ui.beginning.gather", gathering)
    opened = opened_for(closed_window, folders)
    seen = lists_of(opened)
    closed_window.until(lambda: seen and seen[-1] == (2, True), "the list")
    there.set()
    closed_window.until(over.is_set, "the beginning")
    closed_window.until(lambda: not opened.tasks.busy, "everything else")
    assert (1, True) not in seen


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
