"""Which files are conflict copies: what a cloud folder puts beside a post that two machines changed at once.

A table of the names that each service gives. Some of these names anybody may give to a file of his own; for them the
copy must hold the same id as the post beside it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from postdesk.core.language import _


@dataclass(frozen=True, slots=True)
class Naming:
    """How one service names a copy: `ending` follows what the post is called. `certain`: nobody else gives such
    names."""

    service: str
    ending: re.Pattern[str]
    certain: bool


def _naming(service: str, ending: str, *, certain: bool) -> Naming:
    return Naming(service, re.compile(ending, re.IGNORECASE), certain)


# As the services name them in their manuals: Syncthing under "Conflicting changes", Dropbox and Nextcloud in their help
# on conflicted copies. The last three leave a name that says nothing.
NAMINGS = (
    _naming("Syncthing", r"\.sync-conflict-\d{8}-\d{6}(?:-[A-Z0-9]{7})?", certain=True),
    _naming("Nextcloud", r" \(conflicted copy \d{4}-\d\d-\d\d \d{6}\)", certain=True),
    _naming("ownCloud", r"_conflict-\d{8}-\d{6}", certain=True),
    _naming("Dropbox", r" \([^()]*conflicted copy \d{4}-\d\d-\d\d(?: \d+)?\)", certain=True),
    _naming("Dropbox", r" \([^()]*conflicted copy\)", certain=True),
    _naming("Post Desk", r" \(conflict \d{4}-\d\d-\d\d \d{4}\)(?: \d+)?", certain=True),
    _naming("Google Drive", r" \(\d{1,2}\)", certain=False),
    _naming("iCloud", r" \d{1,2}", certain=False),
    _naming("OneDrive", r"-[\w-]{1,63}", certain=False),
)
_IN_CERTAIN = "onflict"  # stands in every certain name; 100,000 names are asked at every change


def may_be_copy(name: str) -> bool:
    """Whether a name may be one of those that are enough for a conflict copy; quick."""
    return _IN_CERTAIN in name or _IN_CERTAIN.upper() in name


def originals(name: str) -> Iterator[str]:
    """The names of which a file is a conflict copy by its name alone (with slashes), where there is one of them."""
    if not may_be_copy(name):
        return
    path = PurePosixPath(name)
    for naming in NAMINGS:
        if naming.certain:
            for found in naming.ending.finditer(path.stem):
                if found.start() > 0 and found.end() == len(path.stem):
                    yield str(path.with_name(path.stem[: found.start()] + path.suffix))


def original_of(name: str, there: Collection[str]) -> str | None:
    """The post that a file is a conflict copy of by its name alone (with slashes), when that is in `there` too."""
    return next((original for original in originals(name) if original in there), None)


def is_copy_of(name: str, original: str) -> bool:
    """Whether a file that holds the same id as another one has the name of a conflict copy of it."""
    copy, post = PurePosixPath(name), PurePosixPath(original)
    if (copy.parent, copy.suffix) != (post.parent, post.suffix) or not copy.stem.startswith(post.stem):
        return False
    ending = copy.stem[len(post.stem) :]
    return any(naming.ending.fullmatch(ending) for naming in NAMINGS)


def conflict_copies(names: Collection[str], same_id: Iterable[tuple[str, str]]) -> dict[str, str]:
    """The conflict copies among `names`, and of what: by the name alone, or by a name that may mean it where the copy
    also holds the post's id (`same_id`: pairs of such a copy and the post)."""
    found = {name: owner for name, owner in same_id if is_copy_of(name, owner)}
    for name in names:
        original = original_of(name, names)
        if original is not None:
            found[name] = original
    return found


def problems_of(same_id: Iterable[tuple[str, str]], conflicts: Mapping[str, str]) -> dict[str, str]:
    """For each copy the sentence that the list has for it."""
    same = _("This is a copy of “{name}”: both have the same id. It gets its own when it is saved.")
    conflict = _("This is a conflict copy of “{name}”. Open that post to merge the two.")
    found = {name: same.format(name=owner) for name, owner in same_id}
    return found | {name: conflict.format(name=original) for name, original in conflicts.items()}
