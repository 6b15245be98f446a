"""The rows of two versions side by side, made from a merge: what each has, what became of it, and what is to decide."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from postdesk.core.language import _
from postdesk.markup.differing import Span, differing
from postdesk.publishing.merge_files import KeyConflict, MergedFiles, Piece

CONTEXT = 1  # alike paragraphs that are shown before and after what differs


@dataclass(frozen=True, slots=True)
class Row:
    """One paragraph in both versions, None where a version has it not. `note` says what became of it; of a `conflict`
    it is what happened, and she decides. `both`: both may be kept. `mine_level` and `theirs_level` are "", "added",
    "removed" or "out" (of the text). `mine_marks` and `theirs_marks`: the words that changed, as places (from, to)."""

    mine: str | None
    theirs: str | None
    note: str = ""
    conflict: bool = False
    both: bool = True
    mine_level: str = ""
    theirs_level: str = ""
    mine_marks: tuple[Span, ...] = ()
    theirs_marks: tuple[Span, ...] = ()

    @property
    def is_alike(self) -> bool:
        """Whether there is nothing to see here."""
        return not self.note


@dataclass(frozen=True, slots=True)
class Notes:
    """What the notes call the other version: what became of a paragraph, in the writer's words."""

    mine_removed: str = _("Removed here, changed there")
    theirs_removed: str = _("Changed here, removed there")
    added: str = _("Added there · kept")
    removed: str = _("Removed there · stays out")
    changed: str = _("Changed there · kept")


OF_BLOG = Notes(
    _("Removed here, changed on the blog"),
    _("Changed here, removed on the blog"),
    _("Added on the blog · kept"),
    _("Removed on the blog · stays out"),
    _("Changed on the blog · kept"),
)


def rows_of(merged: MergedFiles, notes: Notes | None = None) -> tuple[Row, ...]:
    """All rows of a merge: the conflicts are in the order in which `MergedFiles.resolve` takes choices. For a task."""
    said = notes or Notes()
    return tuple(_key(one) for one in merged.keys) + tuple(_row(p, said) for p in merged.body.pieces)


def folded(rows: Sequence[Row], most: int) -> Iterator[Row | int]:
    """The rows to show, and in place of runs of alike ones how many there are. After `most` rows only what is to be
    decided is shown."""
    near = {
        place + step
        for place, row in enumerate(rows)
        if not row.is_alike
        for step in range(-CONTEXT, CONTEXT + 1)
    }
    shown = left_out = 0
    for place, row in enumerate(rows):
        if row.conflict or (place in near and shown < most):
            if left_out:
                yield left_out
            yield row
            shown, left_out = shown + 1, 0
        else:
            left_out += 1
    if left_out:
        yield left_out


def _key(conflict: KeyConflict) -> Row:
    note = (
        _("Both changed “{key}”").format(key=conflict.key)
        if conflict.key
        else _("Both changed the front matter")
    )
    mine, theirs = conflict.mine.rstrip() or None, conflict.theirs.rstrip() or None
    marks = differing(mine or "", theirs or "")
    return Row(mine, theirs, note, True, False, "added", "removed", *marks)


def _row(piece: Piece, notes: Notes) -> Row:
    mine, theirs = piece.mine, piece.theirs
    if piece.conflict:
        if mine is None:
            note = notes.mine_removed
        elif theirs is None:
            note = notes.theirs_removed
        elif piece.base is None:
            note = _("The two differ here")
        else:
            note = _("Both changed this paragraph")
        levels = ("added" if mine is not None else "out", "removed" if theirs is not None else "out")
        if mine is None or theirs is None:
            marks = tuple(differing(piece.base or "", text or "")[1] for text in (mine, theirs))
        else:
            marks = differing(mine, theirs)
        return Row(mine, theirs, note, True, None not in (mine, theirs), *levels, *marks)
    if mine == theirs:
        return Row(mine, theirs)
    if piece.base is None:
        if theirs is None:
            return Row(mine, None, _("Added here · kept"), mine_level="added", theirs_level="out")
        return Row(None, theirs, notes.added, mine_level="out", theirs_level="added")
    if piece.result is None:
        if mine is None:
            return Row(None, theirs, _("Removed here · stays out"), mine_level="out", theirs_level="removed")
        return Row(mine, None, notes.removed, mine_level="removed", theirs_level="out")
    here, there = (differing(piece.base, text or "")[1] for text in (mine, theirs))
    if piece.result == mine:
        return Row(mine, theirs, _("Changed here · kept"), mine_level="added", mine_marks=here)
    if piece.result == theirs:
        return Row(mine, theirs, notes.changed, theirs_level="added", theirs_marks=there)
    return Row(
        mine,
        theirs,
        _("Changed by both in different places · both kept"),
        mine_level="added",
        theirs_level="added",
        mine_marks=here,
        theirs_marks=there,
    )
