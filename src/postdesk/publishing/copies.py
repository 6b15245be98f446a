"""The outbox's own copies of pictures, so that the writer's files may change or go before they are sent; and, beside
them, what is made of them for a blog.

A picture is prepared when it is about to be sent, not when the plan is written down: what is on the blog already is
never encoded, the click is answered at once, and what a blog refuses can be made into something else. What was made
is kept until the job is over, so that a try after a crash sends the same bytes.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from postdesk.backends.base import MediaFile
from postdesk.core.cancel import Cancel
from postdesk.core.errors import FileGone, PictureRefused
from postdesk.core.files import ANY, content_hash, save_file
from postdesk.core.language import _
from postdesk.publishing.content import KINDS, Picture, media_file
from postdesk.publishing.job import Job


class Copies:
    """The copies in `folder`, named by their content. `clock` gives seconds since the epoch."""

    def __init__(self, folder: Path, clock: Callable[[], float]) -> None:
        self._folder = folder
        self._clock = clock

    def keep(self, picture: Picture) -> Picture:
        """The picture's bytes, kept by their content in the outbox's own folder until they are not needed."""
        ending = picture.name.rpartition(".")[2]
        target = self._folder / f"{picture.source}.{ending}"
        if picture.path == target and target.exists():
            return picture
        try:
            data = picture.path.read_bytes()
        except OSError as error:
            raise FileGone(
                _("The picture “{name}” cannot be read: {reason}.").format(
                    name=picture.ref, reason=error.strerror
                ),
                _("Nothing was sent."),
                _("Put it back beside the post, then publish again."),
            ) from error
        if content_hash(data) != picture.source:
            raise PictureRefused(
                _("The picture “{name}” changed just now.").format(name=picture.ref),
                _("Nothing was sent."),
                _("Publish again, and the new one goes out."),
            )
        if target.exists():
            os.utime(target)  # young again: the tidying of a run in another process leaves it
        else:
            save_file(target, data, expected=ANY, parents=True)
        return replace(picture, path=target)

    def tidy(self, jobs: tuple[Job, ...]) -> None:
        """Remove the copies that none of the unfinished `jobs` needs. An hour's grace: a submission copies before it is
        journalled."""
        try:
            files = tuple(self._folder.iterdir())
        except OSError:
            return  # there is none yet, or the disk is in trouble: the next run tidies
        needed: set[str] = set()
        for job in jobs:
            for text in (job.snapshot, job.later):
                for picture in json.loads(text)["pictures"] if text else ():
                    needed |= {Path(picture["path"]).stem, picture["content_hash"]}
        for file in files:
            try:
                if file.name.partition(".")[0] not in needed and file.stat().st_mtime < self._clock() - 3600:
                    file.unlink()
            except OSError:
                continue  # gone already, or in use: the next run tidies


def prepared(picture: Picture, cancel: Cancel, into: str = "") -> MediaFile:
    """A kept picture as it is sent; `into` is the kind to make of it, "" for its own. Takes up to some seconds, the
    second time none. Raises `PictureRefused`, `Cancelled`, and what saving a file raises."""
    if picture.treatment.is_none and into in ("", picture.kind):
        return media_file(picture, picture.path, picture.kind, picture.size)
    step = into.removeprefix("image/") or "same"
    try:
        for _start, kind, ending in KINDS:
            there = picture.path.with_name(f"{picture.content_hash}.{step}.{ending}")
            if there.is_file():
                return media_file(picture, there, kind, there.stat().st_size)
        source = picture.path.read_bytes()
    except OSError as error:
        raise _not_kept(picture, error) from error
    # With it comes all that decodes pictures.
    from postdesk.publishing.prepare import ENDINGS, make

    data, kind = make(source, picture.kind, picture.treatment, picture.ref, into=into, cancel=cancel)
    made = picture.path.with_name(f"{picture.content_hash}.{step}.{ENDINGS[kind]}")
    save_file(made, data, expected=ANY)
    return media_file(picture, made, kind, len(data))


def _not_kept(picture: Picture, error: OSError) -> FileGone:
    return FileGone(
        _("The copy of “{name}” that was kept for sending cannot be read: {reason}.").format(
            name=picture.ref, reason=error.strerror or error
        ),
        _("The post did not go out."),
        _("Publish it again: the picture is then copied anew."),
    )
