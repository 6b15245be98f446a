"""Which post a file is, told one by one and all together: the two never disagree."""

from __future__ import annotations

import hashlib
from copy import deepcopy

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from postdesk.library.columns import NO_DATE, Columns, Entry
from postdesk.library.identity import Identity

NAMES = (
    "a.md", "b.md", "c.md", "a (1).md", "a 2.md", "a-desk.md", "a (conflict 2026-11-29 1138).md",
    "a (conflict 2026-11-29 1138) (conflict 2026-11-29 1139).md", "b.sync-conflict-20261129-113800.md",
    "b (Ann's conflicted copy 2026-11-29).md", "conflict.md", "d/a.md", "d/a (conflict 2026-11-29 1138).md",
)  # fmt: skip
# Of its own, none, and what a file without one is given for its name.
IDS = ("x", "y", "", hashlib.sha256(b"0 a.md").hexdigest()[:16], hashlib.sha256(b"0 b.md").hexdigest()[:16])


def _entry(own: str, changed: int) -> Entry:
    return Entry(1, 1, own, "", changed, NO_DATE, 0, "", "")


class Files(RuleBasedStateMachine):
    """Files come and go, and get other names and ids, in a library that has copies."""

    def __init__(self) -> None:
        super().__init__()
        self.columns = Columns()
        self.identity = Identity(self.columns, lambda: {"c.md": "x", "a.md": "stored"})

    def _some(self, data: st.DataObject) -> int:
        return data.draw(st.sampled_from(sorted(self.columns.slots.values())), "slot")

    @rule(
        come=st.dictionaries(
            st.sampled_from(NAMES), st.tuples(st.sampled_from(IDS), st.integers(1, 3)), max_size=4
        )
    )
    def come(self, come: dict[str, tuple[str, int]]) -> None:
        there = self.columns.slots
        added = [self.columns.add(name, _entry(*one)) for name, one in come.items() if name not in there]
        self.identity.name(added)

    @precondition(lambda self: self.columns.slots)
    @rule(data=st.data())
    def go(self, data: st.DataObject) -> None:
        slot = self._some(data)
        self.identity.went(slot)
        self.columns.remove(slot)
        self.identity.name([], anew=True)

    @precondition(lambda self: self.columns.slots)
    @rule(data=st.data(), name=st.sampled_from(NAMES))
    def get_another_name(self, data: st.DataObject, name: str) -> None:
        if name not in self.columns.slots:
            slot = self._some(data)
            self.columns.rename(slot, name)
            self.identity.name([slot], anew=True)

    @precondition(lambda self: self.columns.slots)
    @rule(data=st.data(), own=st.sampled_from(IDS), changed=st.integers(1, 3))
    def hold_another_id(self, data: st.DataObject, own: str, changed: int) -> None:
        slot = self._some(data)
        other = own != self.columns.own_of(slot)
        self.columns.put(slot, _entry(own, changed))
        if other:
            self.identity.name([slot])

    @invariant()
    def every_post_has_an_id_of_its_own(self) -> None:
        ids = [self.columns.ids[slot] for slot in self.columns.slots.values()]
        assert all(ids)
        assert self.columns.paths == dict(zip(ids, self.columns.slots.values(), strict=True))

    @invariant()
    def to_look_at_all_of_them_changes_nothing(self) -> None:
        columns, identity = deepcopy((self.columns, self.identity))
        assert identity.name_all() == set()
        assert columns == self.columns


TestFiles = Files.TestCase
TestFiles.settings = settings(max_examples=300, stateful_step_count=12, deadline=None)


def test_what_has_nothing_to_do_with_a_copy_is_named_without_all_the_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    columns = Columns()
    identity = Identity(columns, dict)
    names = ("a.md", "a (conflict 2026-11-29 1138).md", "b.md", "b 2.md")
    slots = [columns.add(name, _entry(own, 1)) for name, own in zip(names, "pqrr", strict=True)]
    identity.name(slots)
    assert len(columns.troubles) == 2
    monkeypatch.setattr(identity, "name_all", lambda: pytest.fail("all of them were looked at"))
    identity.name([columns.add("c.md", _entry("c", 1)), columns.add("d.md", _entry("", 1))])
    gone = columns.slots["c.md"]
    identity.went(gone)
    columns.remove(gone)
    identity.name([], anew=True)
    columns.rename(columns.slots["d.md"], "e.md")
    identity.name([columns.slots["e.md"]], anew=True)
    assert sorted(columns.paths.values()) == [*slots, columns.slots["e.md"]]


@pytest.mark.parametrize("how", ["goes", "says another"])
def test_an_id_that_becomes_free_while_the_newer_ids_are_looked_up_goes_to_the_post_that_had_it(
    how: str,
) -> None:
    columns = Columns()
    identity = Identity(columns, dict)
    first = columns.add("first.md", _entry("k", 1))
    identity.name([first])
    identity.correct({"first.md": "other", "second.md": "k"})
    second = columns.add("second.md", _entry("", 2))
    identity.name([second])
    if how == "goes":
        identity.went(first)
        columns.remove(first)
        identity.name([], anew=True)
    else:
        columns.put(first, _entry("other", 3))
        identity.name([first])
    assert columns.ids[second] == "k"
