"""The outbox's own copies of pictures, so that the writer's files may change or go before they are sent."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from postdesk.core.errors import FileGone, PictureRefused
from postdesk.core.files import ANY, save_file
from postdesk.core.language import _
from postdesk.publishing.content import Picture
from postdesk.publishing.job import Job


class Copies:
    """The copies in `folder`, named by their content. `clock` gives seconds since the epoch."""

    def __init__(self, folder: Path, clock: Callable[[], float]) -> None:
        self._folder = folder
        self._clock = clock

    def keep(self, picture: Picture) -> Picture:
        """The picture's bytes, kept by their content in the outbox's own folder until they are not needed."""
        ending = picture.name.rpartition(".")[2]
        target = self._folder / f"{picture.content_hash}.{ending}"
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
        if hashlib.sha256(data).hexdigest() != picture.content_hash:
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
        if not self._folder.is_dir():
            return
        needed: set[str] = set()
        for job in jobs:
            for text in (job.snapshot, job.later):
                if text:
                    needed |= {Path(p["path"]).name for p in json.loads(text)["pictures"]}
        for file in self._folder.iterdir():
            try:
                if file.name not in needed and file.stat().st_mtime < self._clock() - 3600:
                    file.unlink()
            except OSError:
                continue  # gone already, or in use: the next run tidies
