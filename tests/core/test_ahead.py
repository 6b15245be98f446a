"""A call that is made ahead gives what it would have given, and its error to whoever asks for it."""

from __future__ import annotations

from contextvars import ContextVar
from threading import Event, current_thread

import pytest

from postdesk.core.ahead import Ahead

WHO: ContextVar[str] = ContextVar("WHO", default="nobody")


def test_it_goes_on_while_something_else_is_done() -> None:
    may = Event()
    ahead = Ahead(lambda: may.wait(30))
    may.set()
    assert ahead.result() is True


def test_it_knows_what_is_known_where_it_was_begun() -> None:
    token = WHO.set("she")
    try:
        ahead = Ahead(lambda: (WHO.get(), current_thread().name))
    finally:
        WHO.reset(token)
    assert ahead.result() == ("she", "ahead")


def test_its_error_is_told_when_its_result_is_asked_for() -> None:
    def work() -> None:
        raise KeyError("no")

    ahead = Ahead(work)
    with pytest.raises(KeyError):
        ahead.result()
    Ahead(work).leave()  # nobody wants to know
