"""HEIC is read in a process of its own: whatever that does, the program stays and says what is wrong."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator

import pytest

from postdesk.core.cancel import Cancel
from postdesk.core.errors import Cancelled, PictureRefused
from postdesk.core.messages import send
from postdesk.core.processes import end
from postdesk.publishing import heic, prepare
from postdesk.publishing.recipe import Recipe, Treatment
from tests.publishing.test_prepare import _WHOLE

HEIC = _WHOLE["HEIF"]
_ENDS = "platform"  # a module that says something and ends,
_WAITS = "json.tool"  # and one that reads for ever


@pytest.fixture
def decoder(monkeypatch: pytest.MonkeyPatch) -> Iterator[heic.Decoder]:
    made = heic.Decoder()
    monkeypatch.setattr(heic, "_ONE", made)
    yield made
    made.close()


def test_it_is_what_is_made_here(decoder: heic.Decoder) -> None:
    recipe, called = Recipe(100), "boat.heic"
    treatment = prepare.examine(HEIC, heic.KIND, recipe, called)
    assert treatment == prepare.examine_here(HEIC, heic.KIND, recipe, called)
    made = prepare.make(HEIC, heic.KIND, treatment, called)
    assert made == prepare.make_here(HEIC, heic.KIND, treatment, called, "", Cancel())
    shown = prepare.for_screen(HEIC, heic.KIND, 50, called)
    assert shown == prepare.for_screen_here(HEIC, heic.KIND, 50, called)
    assert shown[1] == "image/jpeg"


def test_one_process_answers_all(decoder: heic.Decoder) -> None:
    pids = set()
    for _time in range(2):
        prepare.examine(HEIC, heic.KIND, Recipe(100), "boat.heic")
        pids.add(decoder.pid)
    assert len(pids) == 1
    assert 0 not in pids


def test_a_process_that_had_nothing_to_do_ends_and_another_one_answers(decoder: heic.Decoder) -> None:
    prepare.examine(HEIC, heic.KIND, Recipe(100), "boat.heic")
    process = decoder._process
    assert process is not None
    assert process.stdin is not None
    process.stdin.close()  # as when nothing came for a while
    assert process.wait(20) == 0
    prepare.examine(HEIC, heic.KIND, Recipe(100), "boat.heic")
    assert decoder.pid not in (0, process.pid)


@pytest.mark.parametrize(("rest", "longest", "code"), [(0.01, 60.0, 0), (60.0, 0.001, -signal.SIGALRM)])
def test_the_process_ends_by_itself(rest: float, longest: float, code: int) -> None:
    begin = f"from postdesk.publishing import heic; heic.REST, heic.LONGEST = {rest}, {longest}; heic.main()"
    process = subprocess.Popen([sys.executable, "-c", begin], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert process.stdin is not None
    if code:
        send(
            process.stdin, ("examine", (HEIC, (100, False), "boat.heic"))
        )  # loading the decoder takes longer
    assert process.wait(20) == code
    end(process)


@pytest.mark.parametrize("module", [_ENDS, "no such module"])
def test_a_picture_that_ends_the_decoder_is_refused_and_the_next_one_is_read(
    decoder: heic.Decoder, monkeypatch: pytest.MonkeyPatch, module: str
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(heic, "MODULE", module)
        for ask in (
            lambda: prepare.examine(HEIC, heic.KIND, Recipe(100), "boat.heic"),
            lambda: prepare.make(HEIC, heic.KIND, Treatment(anew=True), "boat.heic"),
            lambda: prepare.for_screen(HEIC, heic.KIND, 50, "boat.heic"),
        ):
            with pytest.raises(PictureRefused, match="broken or not complete") as caught:
                ask()
            assert caught.value.means == "Nothing of it was sent."
            assert "Died" in caught.value.details
            assert decoder.pid == 0
    assert prepare.examine(HEIC, heic.KIND, Recipe(100), "boat.heic").anew


def test_she_can_stop_what_takes_long(decoder: heic.Decoder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(heic, "MODULE", _WAITS)
    cancel = Cancel()
    cancel.set()
    with pytest.raises(Cancelled):
        prepare.make(HEIC, heic.KIND, Treatment(anew=True), "boat.heic", cancel=cancel)
    assert decoder.pid == 0


def test_what_is_no_heic_is_refused_in_words(decoder: heic.Decoder) -> None:
    with pytest.raises(PictureRefused, match="is broken"):
        prepare.examine(HEIC[:60], heic.KIND, Recipe(100), "boat.heic")
    assert decoder.pid != 0, "it said so itself"
