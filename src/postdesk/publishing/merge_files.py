"""Merges two versions of a post's file that were made from one base: the front matter by key, the text by block.

Nothing is written here, and nothing is decided for the writer: what both changed is a conflict, with three texts.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TypeVar

from postdesk.core.errors import BrokenFrontMatter
from postdesk.library import encoding, frontmatter, yaml_edit, yaml_tree
from postdesk.library.frontmatter import Parts
from postdesk.markup.merge import Choice, Merged, Piece, merge

T = TypeVar("T")
_REMARK = re.compile(r"(?:^|(?<=\s))#([^\r\n]*)", re.MULTILINE)

__all__ = ["Choice", "KeyConflict", "MergedFiles", "Piece", "merge_files"]


@dataclass(frozen=True, slots=True)
class KeyConflict:
    """A key of the front matter that both changed, with its lines in each version; "" where it is not. `key` is "" when
    the front matter is to be taken as a whole, e.g. because one of them cannot be read."""

    key: str
    base: str
    mine: str
    theirs: str


@dataclass(frozen=True, slots=True)
class MergedFiles:
    """The merge of a file. First the conflicts of the front matter are to be decided, then those of the text.

    `shown_only`: a version is no text that could be merged, so that it is the one file or the other.
    """

    keys: tuple[KeyConflict, ...]
    body: Merged
    shown_only: bool = False
    _front: tuple[str | KeyConflict, ...] | None = None
    _frame: Parts = field(default_factory=lambda: Parts("", "", "", "", ""), repr=False)
    _framed: bool = False
    _bom: bool = False
    _stand_ins: bool = False
    _files: tuple[bytes, bytes] = field(default=(b"", b""), repr=False)
    _whole: bytes | None = field(default=None, repr=False)

    @property
    def is_clean(self) -> bool:
        """Whether there is nothing to decide."""
        return self._whole is not None or not (self.shown_only or self.keys or self.body.conflicts)

    @property
    def data(self) -> bytes | None:
        """The merged file; None while there is a conflict."""
        return self.resolve(()) if self.is_clean else None

    def resolve(self, choices: Iterable[Choice]) -> bytes:
        """The file with each conflict decided: `keys` first, then `body.conflicts`; those without a choice keep
        mine. Of a key only one can be kept: both is mine."""
        if self._whole is not None:
            return self._whole
        decided = iter(choices)
        if self.shown_only:
            return self._files[next(decided, Choice.MINE) is Choice.THEIRS]
        front = ""
        for chunk in self._front or ():
            if isinstance(chunk, KeyConflict):
                chunk = chunk.theirs if next(decided, Choice.MINE) is Choice.THEIRS else chunk.mine
            front += chunk
        body = self.body.resolve(decided)
        text = body
        if front or (self._front is not None and self._framed):
            f = self._frame
            closing = f.closing if f.closing.endswith("\n") or not body else f.closing + self.body.eol
            text = "".join((f.opening, front, closing, f.gap, body))
        return encoding.encode(text, bom=self._bom, stand_ins=self._stand_ins)

    def all_as(self, choice: Choice) -> bytes:
        """The file with every conflict decided in one way."""
        count = len(self.keys) + len(self.body.conflicts) + self.shown_only
        return self.resolve([choice] * count)


def merge_files(base: bytes, mine: bytes, theirs: bytes) -> MergedFiles:
    """The merge of two versions of a post's file, given as its bytes; `base` is b"" when it is not known. Any bytes are
    taken; nothing is raised."""
    if mine == theirs or base == theirs:
        whole: bytes | None = mine
    else:
        whole = theirs if base == mine else None
    b, m, t = (encoding.decode(data) for data in (base, mine, theirs))
    if b.readonly or m.readonly or t.readonly:
        return MergedFiles((), merge("", "", ""), shown_only=True, _files=(mine, theirs), _whole=whole)
    parts = [frontmatter.cut(d.text) for d in (b, m, t)]
    body = merge(*(p.body if p else d.text for p, d in zip(parts, (b, m, t))))
    front: tuple[str | KeyConflict, ...] | None = None
    frame = parts[1] or parts[2]
    if frame is not None:
        front = _merge_front(*(p.front if p else "" for p in parts))
        if None not in parts:
            frame = _frame(*(p for p in parts if p is not None))
    return MergedFiles(
        tuple(chunk for chunk in front or () if isinstance(chunk, KeyConflict)),
        body,
        False,
        front,
        frame or Parts("", "", "", "", ""),
        parts[1] is not None and parts[2] is not None,
        _either(b.bom, m.bom, t.bom),
        b.stand_ins or m.stand_ins or t.stand_ins,
        (mine, theirs),
        whole,
    )


def _frame(base: Parts, mine: Parts, theirs: Parts) -> Parts:
    return Parts(
        _either(base.opening, mine.opening, theirs.opening),
        "",
        _either(base.closing, mine.closing, theirs.closing),
        _either(base.gap, mine.gap, theirs.gap),
        "",
    )


def _either(base: T, mine: T, theirs: T) -> T:
    return theirs if mine == base else mine


def _merge_front(base: str, mine: str, theirs: str) -> tuple[str | KeyConflict, ...]:
    if mine == theirs or base == theirs:
        return (mine,)
    if base == mine:
        return (theirs,)
    whole = KeyConflict("", base, mine, theirs)
    try:
        merged = _by_key(*(_Keys(front) for front in (base, mine, theirs)))
        for choice in ("mine", "theirs"):  # together the lines have to say what each of them said
            yaml_tree.read_tree("".join(c if isinstance(c, str) else getattr(c, choice) for c in merged))
    except BrokenFrontMatter:
        return (whole,)
    return tuple(merged)


class _Keys:
    """A front matter in the lines of its keys. Raises BrokenFrontMatter."""

    def __init__(self, front: str) -> None:
        tree = yaml_tree.read_tree(front)
        self.chunks: dict[str, str] = {}
        self.values: dict[str, yaml_tree.Node] = {}
        starts = []
        for key, value in tree.pairs:
            if not isinstance(key, yaml_tree.Scalar):
                raise yaml_tree.broken("")
            starts.append(front.rfind("\n", 0, key.start) + 1)
            self.values[key.value] = value
        ends = [*starts[1:], len(front)]
        for name, start, end in zip(self.values, starts, ends):
            chunk = front[start:end]
            self.chunks[name] = chunk if chunk.endswith("\n") else chunk + "\n"
        self.head = front[: starts[0]] if starts else front

    def meaning(self, name: str) -> object:
        """What a key says, None when it is not there."""
        return yaml_tree.meaning(self.values[name]) if name in self.values else None

    def texts(self, name: str) -> tuple[str, ...] | None:
        """The texts of a list, () when the key is not there; None for what is no list."""
        value = self.values.get(name)
        if value is None or (isinstance(value, yaml_tree.Scalar) and value.empty):
            return ()
        if not isinstance(value, yaml_tree.Sequence):
            return None
        items = [item.value for item in value.items if isinstance(item, yaml_tree.Scalar)]
        return tuple(items) if len(items) == len(value.items) else None


def _by_key(base: _Keys, mine: _Keys, theirs: _Keys) -> list[str | KeyConflict]:
    heads = base.head, mine.head, theirs.head
    lost = base.head != mine.head and _new_remarks(base.head, theirs.head) - _remarks(mine.head)
    merged: list[str | KeyConflict] = [KeyConflict("", *heads) if lost else _either(*heads)]
    for name in dict.fromkeys((*_order(base, mine, theirs), *mine.chunks, *theirs.chunks)):
        b, m, t = (keys.chunks.get(name, "") for keys in (base, mine, theirs))
        said = [keys.meaning(name) for keys in (base, mine, theirs)]
        if m == t or t == b:
            chunk: str | KeyConflict = m
        elif m == b:
            chunk = t
        elif (said[1] == said[2] or said[2] == said[0]) and not _new_remarks(b, t) - _remarks(m):
            chunk = m  # theirs is only spelled otherwise
        elif said[1] == said[0] and not _new_remarks(b, m) - _remarks(t):
            chunk = t
        elif name == "id" and m:
            chunk = m  # the post stays the one it is here
        else:
            chunk = _list(name, base, mine, theirs) or KeyConflict(name, b, m, t)
        merged.append(chunk)
    return merged


def _remarks(chunk: str) -> frozenset[str]:
    """The comments in a key's lines; in a text of several lines a few words more, which does no harm."""
    return frozenset(found[1].strip() for found in _REMARK.finditer(chunk))


def _new_remarks(base: str, chunk: str) -> frozenset[str]:
    return _remarks(chunk) - _remarks(base)


def _order(base: _Keys, mine: _Keys, theirs: _Keys) -> list[str]:
    """The order of the keys: mine, unless only theirs put them into another."""
    return list(theirs.chunks if list(base.chunks) == list(mine.chunks) else mine.chunks)


def _list(name: str, base: _Keys, mine: _Keys, theirs: _Keys) -> str:
    """The key's lines when all three are lists (tags): what either added is in, what either removed is out."""
    b, m, t = (keys.texts(name) for keys in (base, mine, theirs))
    chunk = mine.chunks.get(name) or theirs.chunks.get(name, "")
    if b is None or m is None or t is None or not m or not t:
        return ""
    gone = (set(b) - set(m)) | (set(b) - set(t))
    value = tuple(dict.fromkeys(text for text in (*m, *t) if text not in gone))
    eol = "\r\n" if chunk.endswith("\r\n") else "\n"
    return yaml_edit.put(chunk, yaml_tree.read_tree(chunk), name, value or None, eol)
