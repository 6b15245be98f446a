"""What the sentences say when a file could not be read or saved."""

from __future__ import annotations

import errno
from pathlib import Path

from postdesk.core.errors import DiskFull, FileChanged, FileGone, LibraryError, NameTaken, NotWritable
from postdesk.core.language import _

FULL = frozenset(getattr(errno, name) for name in ("ENOSPC", "EDQUOT", "EFBIG") if hasattr(errno, name))


def explain(error: OSError, path: Path | str, *, reading: bool = False) -> LibraryError:
    """The error of the tree, with its sentence, for a failed call on `path`."""
    name = Path(path).name
    details = f"{type(error).__name__} {error.errno}: {error.strerror} ({path})"
    keep = _("The text is safe in Post Desk.")
    if error.errno in FULL:
        return DiskFull(
            _("“{name}” could not be saved: the disk is full or the quota is used up.").format(name=name),
            _("The file is as it was; the text is safe in Post Desk as long as it is open."),
            _("Make room, or save it to another folder."),
            details=details,
        )
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        if reading:
            return NotWritable(
                _("“{name}” may not be read.").format(name=name),
                "",
                _("Change the permissions of the file or its folder."),
                details=details,
            )
        return read_only(name, details)
    if error.errno in (errno.ENOENT, errno.ENOTDIR, getattr(errno, "ESTALE", errno.ENOENT)):
        return gone(name, details)
    if error.errno == errno.ENAMETOOLONG:
        return LibraryError(
            _("The name “{name}” is too long for this disk.").format(name=name[:60] + "…"),
            keep,
            _("Choose a shorter name."),
            details=details,
        )
    if error.errno == errno.EIO:
        return LibraryError(
            _("The disk reported a fault at “{name}”.").format(name=name),
            ""
            if reading
            else _("The file may not have been saved; the text is safe in Post Desk as long as it is open."),
            _("Save it to another disk and have this one checked."),
            details=details,
        )
    happened = _("“{name}” could not be read.") if reading else _("“{name}” could not be saved.")
    return LibraryError(
        happened.format(name=name), "" if reading else keep, error.strerror or "", details=details
    )


def read_only(name: str, details: str) -> NotWritable:
    """The error for a file or folder that may not be written."""
    return NotWritable(
        _("“{name}” may not be written: the file or its folder is read-only.").format(name=name),
        _("The file is as it was; the text is safe in Post Desk as long as it is open."),
        _("Change the permissions, or save it to another folder."),
        details=details,
    )


def gone(name: str, details: str = "") -> FileGone:
    """The error for a file that is not there any more."""
    return FileGone(
        _("“{name}” is not there any more: it was deleted or moved by another program.").format(name=name),
        _("Nothing was written; the text is safe in Post Desk as long as it is open."),
        _("Save it again under a new name, or bring the file back."),
        details=details,
    )


def changed(name: str) -> FileChanged:
    """The error for a file that holds neither what was read nor what is to be saved."""
    return FileChanged(
        _("“{name}” was changed by another program.").format(name=name),
        _("Nothing was written over it; both versions are there."),
        _("Compare the two and choose, or keep both."),
    )


def taken(name: str) -> NameTaken:
    """The error for a name that another file has."""
    return NameTaken(
        _("There is already a file called “{name}”.").format(name=name),
        _("It was not touched."),
        _("Choose another name."),
    )
