"""What the library sends to its processes and gets from them, as plain values, which `core.messages` can carry."""

from __future__ import annotations

from typing import Any

from postdesk.library.columns import Entry
from postdesk.library.lessons import Lesson


def of_entry(entry: Entry) -> tuple[object, ...]:
    """Values of which `Entry(*values)` is the same."""
    return (
        entry.marks, entry.hash, entry.own, entry.title, entry.changed, entry.date, entry.words, entry.problem,
        entry.details,
    )  # fmt: skip


def of_lesson(lesson: Lesson) -> tuple[object, ...]:
    """Values of which `lesson_of` makes it again."""
    return lesson.name, lesson.id, of_entry(lesson.entry)


def lesson_of(values: tuple[str, str, tuple[Any, ...]]) -> Lesson:
    """What `of_lesson` made these values of."""
    name, post_id, entry = values
    return Lesson(name, post_id, Entry(*entry))
