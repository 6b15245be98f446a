"""A job asks a busy blog again when the blog wants to be asked, and gives up where its patience ends."""

from __future__ import annotations

import pytest

from postdesk.core.cancel import Cancel
from postdesk.core.errors import Busy, Cancelled, Refused
from postdesk.publishing.patience import Patience

PATIENCE = Patience((5.0, 15.0), most=3, longest=120.0)


class Blog:
    """One that is busy as often as there is something in `waits`: for so many seconds, or it does not say."""

    def __init__(self, *waits: float | None) -> None:
        self.waits = list(waits)
        self.asked = 0

    def answer(self) -> str:
        self.asked += 1
        if self.waits:
            raise Busy("Busy.", "Nothing was done.", "Wait.", wait=self.waits.pop(0))
        return "the post"


@pytest.mark.parametrize(
    ("said", "waited"),
    [
        ((), []),
        ((7.0, 120.0, 9.5), [7.0, 120.0, 9.5]),
        ((0.0,), [1.0]),  # "at once" is no pause
        ((None, None), [5.0, 15.0]),
        ((7.0, None), [7.0, 15.0]),
    ],
)
def test_a_busy_blog_is_asked_again_after_the_pause_that_it_wants(
    said: tuple[float | None, ...], waited: list[float]
) -> None:
    pauses: list[float] = []
    assert PATIENCE.ask(Blog(*said).answer, Cancel(), pauses.append) == "the post"
    assert pauses == waited


@pytest.mark.parametrize(
    ("said", "asked"),
    [((1.0,) * 9, 4), ((None,) * 9, 3), ((1.0, 1.0, None), 3), ((121.0,), 1)],
)
def test_a_blog_that_stays_busy_or_wants_too_much_is_left_alone(
    said: tuple[float | None, ...], asked: int
) -> None:
    blog = Blog(*said)
    with pytest.raises(Busy):
        PATIENCE.ask(blog.answer, Cancel(), lambda _s: None)
    assert blog.asked == asked


def test_who_stops_while_a_blog_is_waited_for_is_not_kept() -> None:
    cancel, blog = Cancel(), Blog(3000.0)
    with pytest.raises(Cancelled):
        Patience((), most=3).ask(blog.answer, cancel, lambda _s: cancel.set())
    assert blog.asked == 1


def test_a_blog_that_refuses_is_asked_once() -> None:
    def refuse() -> str:
        raise Refused("No.", "Nothing was done.", "Ask.")

    with pytest.raises(Refused):
        PATIENCE.ask(refuse, Cancel(), lambda _s: pytest.fail("it waits"))
