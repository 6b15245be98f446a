"""Tells the preview in which looks the blocks of the open post stand on its blog.

The process that renders finds them in the post's map; here it is only seen whether there can be any.
"""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Callable

from PySide6.QtCore import QObject

from postdesk.core.account import Account
from postdesk.core.errors import PostDeskError
from postdesk.library.document import Document
from postdesk.publishing.desk import Desk
from postdesk.ui.preview.preview import Preview
from postdesk.ui.tasks import Tasks

_log = logging.getLogger(__name__)
_LANE = "kept looks"
_LOOK = re.compile(r"(?:class|style|align|width)=|\[caption", re.IGNORECASE)


class KeptLooks(QObject):
    """One post at a time: the one that is open. They are read of what is kept here, and asked of nobody."""

    def __init__(
        self,
        desk: Desk,
        preview: Preview,
        tasks: Tasks,
        account: Callable[[], Account | None],
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._desk = desk
        self._preview = preview
        self._tasks = tasks
        self._account = account
        self._open = ("", "")  # the post and the blog

    def opened(self, document: Document | None) -> None:
        """Another post is open, None for none; or the blog has another version of it by now."""
        self._open = ("", "")
        account = self._account()
        if document is None or account is None:
            self._preview.set_kept("")
            return
        asked = self._open = (document.post.id, account.id)
        post_id = document.post.id

        def show(kept: str) -> None:
            if self._open == asked:
                self._preview.set_kept(kept)

        def failed(error: Exception) -> None:
            # Nothing that she asked for: the post is shown without them.
            if isinstance(error, PostDeskError):
                _log.info("The looks of a post were not read: %s", error.details or error.happened)
            else:
                _log.error("The looks of a post could not be read", exc_info=error)

        self._tasks.run(lambda: _told(self._desk.kept_map(post_id, account)), show, failed, lane=_LANE)


def _told(kept: str) -> str:
    return json.dumps(kept) if _LOOK.search(kept) else ""
