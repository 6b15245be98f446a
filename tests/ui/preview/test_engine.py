"""The engine starts after the first paint, comes back when it dies, and has a stand-in where it cannot be."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Generator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from postdesk.ui.preview import preview as pane
from postdesk.ui.preview import probe, web
from postdesk.ui.preview.preview import Preview
from postdesk.ui.preview.rendering import Rendering
from postdesk.ui.preview.simple import SimpleSurface
from postdesk.ui.theme import load_theme
from tests.ui.preview.stage import OURS, PATIENCE, Reader

pytestmark = pytest.mark.qt_log_ignore(
    "vulkan", "Vulkan", "GPU vendor", "Sandboxing disabled", "GPUInfo", extend=True
)


@pytest.fixture
def shown(qtbot: QtBot) -> Generator[Preview, None, None]:
    """A preview that is not on the screen yet."""
    found = Preview(load_theme(False))
    qtbot.addWidget(found)
    found.resize(500, 500)
    yield found
    found.shut()


def _kill(reader: Reader, qtbot: QtBot) -> None:
    pid = reader.surface.page.renderProcessPid()
    assert pid > 1
    with qtbot.waitSignal(reader.surface.page.renderProcessTerminated, timeout=PATIENCE):
        os.kill(pid, signal.SIGKILL)


def test_nothing_is_started_for_a_pane_that_nobody_sees(shown: Preview, qtbot: QtBot) -> None:
    shown.set_post("T", "b", "Text.")
    shown.start_engine()
    assert shown.surface is None
    assert shown.rendering.pid == 0
    with qtbot.waitSignal(shown.shown, timeout=PATIENCE):
        shown.show()
    assert not shown.is_simple


def test_the_page_comes_back_with_the_text_and_the_place_after_its_process_was_killed(
    reader: Reader, qtbot: QtBot
) -> None:
    text = "\n\n".join(f"Paragraph {n}." for n in range(150))
    reader.show(text)
    reader.preview.show_line(200, 0.5)
    reader.wait("window.scrollY > 500")
    reader.settle()  # with the fonts the place is put right once more
    place = reader.ask("window.scrollY")
    qtbot.waitUntil(lambda: abs(reader.surface.page.scrollPosition().y() - place) < 2, timeout=PATIENCE)
    with qtbot.waitSignal(reader.preview.shown, timeout=PATIENCE):
        _kill(reader, qtbot)
    assert "Paragraph 149." in reader.text
    reader.settle()
    assert abs(reader.ask("window.scrollY") - place) < 2
    reader.type(text + "\n\nAnd on.")
    assert "And on." in reader.text


def test_what_is_typed_while_the_process_is_dead_is_there_afterwards(reader: Reader, qtbot: QtBot) -> None:
    reader.show("One.")
    _kill(reader, qtbot)
    with qtbot.waitSignal(reader.preview.shown, timeout=PATIENCE):
        reader.preview.update_body("Two.")
    assert "Two." in reader.text


def test_a_page_that_does_not_answer_is_loaded_again(reader: Reader, qtbot: QtBot) -> None:
    reader.show("One.")
    address = reader.surface.page.address
    reader.ask("(delete globalThis.postdesk, globalThis.postdesk = undefined, 1)")
    reader.preview.update_body("Two.")
    qtbot.waitUntil(lambda: reader.surface.page.address != address, timeout=PATIENCE)
    qtbot.waitUntil(lambda: "Two." in reader.text, timeout=PATIENCE)


def test_a_page_that_hangs_is_replaced_in_place(
    reader: Reader, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = [f"Paragraph {n}." for n in range(150)]
    reader.show("\n\n".join(text))
    reader.preview.show_line(200.0, 0.5)
    reader.wait("window.scrollY > 500")
    reader.settle()
    place = reader.ask("window.scrollY")
    qtbot.waitUntil(lambda: abs(reader.surface.page.scrollPosition().y() - place) < 2, timeout=PATIENCE)
    monkeypatch.setattr(web, "PATIENCE", 300)
    reader.surface.page.runJavaScript("for (;;);", OURS)
    text[0] += " Typed."
    with qtbot.waitSignal(reader.surface.lost, timeout=PATIENCE):
        reader.preview.update_body("\n\n".join(text))
    monkeypatch.undo()
    with qtbot.waitSignal(reader.preview.shown, timeout=PATIENCE):
        pass
    assert not reader.preview.is_simple
    assert "Paragraph 0. Typed." in reader.text
    reader.wait(f"Math.abs(window.scrollY - {place}) < 3")


def test_after_the_fourth_death_within_a_minute_the_simpler_preview_takes_over(
    reader: Reader, qtbot: QtBot
) -> None:
    reader.show("The text.")
    for _turn in range(3):
        with qtbot.waitSignal(reader.preview.shown, timeout=PATIENCE):
            _kill(reader, qtbot)
    with qtbot.waitSignal(reader.preview.engine_failed, timeout=PATIENCE) as told:
        os.kill(reader.surface.page.renderProcessPid(), signal.SIGKILL)
    assert "four times within a minute" in told.args[0]
    assert "Your post is not affected" in told.args[0]
    simple = reader.preview.surface
    assert isinstance(simple, SimpleSurface)
    qtbot.waitUntil(lambda: "The text." in simple.toPlainText(), timeout=PATIENCE)
    reader.preview.update_body("Typed on.")
    qtbot.waitUntil(lambda: "Typed on." in simple.toPlainText(), timeout=PATIENCE)


def test_as_root_with_the_sandbox_on_the_engine_is_never_made(
    shown: Preview, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("QTWEBENGINE_DISABLE_SANDBOX", raising=False)
    monkeypatch.delenv("QTWEBENGINE_CHROMIUM_FLAGS", raising=False)
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(pane, "register_scheme", lambda: pytest.fail("the engine was imported"))
    shown.set_post("T", "b", "Text.")
    with qtbot.waitSignal(shown.engine_failed, timeout=PATIENCE) as told:
        shown.start_engine()
        shown.show()
    assert "root" in told.args[0]
    assert told.args[0] == shown.failure
    assert shown.is_simple


def test_where_the_probe_fails_the_simpler_preview_is_shown_and_says_why(
    shown: Preview, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pane, "is_root", lambda: False)
    monkeypatch.setattr(pane, "needed", lambda: True)
    monkeypatch.setattr(Rendering, "start", lambda _self: None)
    monkeypatch.setattr(probe, "MODULE", "postdesk.nothing")
    with qtbot.waitSignal(shown.engine_failed, timeout=PATIENCE) as told:
        shown.start_engine()
        shown.show()
    assert "sandbox" in told.args[0]
    assert shown.is_simple


def test_where_the_engine_is_not_installed_the_simpler_preview_is_shown_and_says_why(
    shown: Preview, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "postdesk.ui.preview.web", None)
    with qtbot.waitSignal(shown.engine_failed, timeout=PATIENCE) as told:
        shown.start_engine()
        shown.show()
    assert "could not be loaded" in told.args[0]
    assert shown.is_simple


def test_the_probe_says_yes_where_the_engine_starts_and_remembers_it(
    qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = probe.Probe(tmp_path)
    with qtbot.waitSignal(first.answered, timeout=60_000) as told:
        first.start()
    assert told.args == [True]
    # The second time nothing is started for it.
    monkeypatch.setattr(probe, "MODULE", "postdesk.nothing")
    second = probe.Probe(tmp_path)
    with qtbot.waitSignal(second.answered, timeout=PATIENCE) as told:
        second.start()
    assert told.args == [True]


def test_the_flags_that_keep_the_engine_offline_are_not_inherited_by_the_browser(reader: Reader) -> None:
    assert "host-resolver-rules" not in os.environ.get("QTWEBENGINE_CHROMIUM_FLAGS", "")


def test_a_program_that_ends_with_an_open_preview_says_nothing_of_a_profile_in_use(tmp_path: Path) -> None:
    source = """
import sys
from PySide6.QtWidgets import QApplication
from postdesk.ui.preview.scheme import prepare
prepare()
application = QApplication([])
from postdesk.ui.preview.preview import Preview
from postdesk.ui.preview.rendering import Rendering
from postdesk.ui.theme import load_theme
preview = Preview(load_theme(False))
preview.set_post("T", "b", "Text.")
preview.shown.connect(application.quit)
preview.show()
preview.start_engine()
application.exec()
assert not preview.is_simple
print("done")
"""
    ended = subprocess.run(
        [sys.executable, "-c", source],
        capture_output=True,
        text=True,
        timeout=120,
        env=os.environ,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout.strip().endswith("done")
    assert "Release of profile" not in ended.stderr
    assert "Traceback" not in ended.stderr
