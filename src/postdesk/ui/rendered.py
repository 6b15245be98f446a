"""Shows the cards of a post in the preview as its blog does, as soon as the blog has said how that is."""

from __future__ import annotations

import logging
from collections.abc import Callable

from PySide6.QtCore import QObject

from postdesk.core.account import Account
from postdesk.core.errors import PostDeskError
from postdesk.library.document import Document
from postdesk.markup.clean import clean
from postdesk.publishing.desk import Desk
from postdesk.ui.preview.preview import Preview
from postdesk.ui.tasks import Tasks

_log = logging.getLogger(__name__)
_LANE = "rendered"
_MARK = "{=html}"


class RenderedCards(QObject):
    """One post at a time: the one that is open. What a blog does not answer stays as it was when it did."""

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
        """Another post is open, None for none."""
        self._open = ("", "")
        account = self._account()
        if document is None or account is None or _MARK not in document.post.body:
            self._preview.set_rendered({})
            return
        asked = self._open = (document.post.id, account.id)
        post_id, body = document.post.id, document.post.body

        def show(rendered: dict[str, str]) -> None:
            if self._open == asked:
                self._preview.set_rendered(rendered)

        def ask(rendered: dict[str, str]) -> None:
            show(rendered)
            self._tasks.run(
                lambda: _clean(self._desk.fetch_rendered(post_id, body, account)), came, failed, lane=_LANE
            )

        def came(rendered: dict[str, str]) -> None:
            if rendered:
                show(rendered)

        def failed(error: Exception) -> None:
            # Nothing that she asked for: the cards are shown as they were.
            if isinstance(error, PostDeskError):
                _log.info("The cards of a post were not asked for: %s", error.details or error.happened)
            else:
                _log.error("The cards of a post could not be asked for", exc_info=error)

        self._tasks.run(lambda: _clean(self._desk.kept_rendered(post_id, account)), ask, failed)


def _clean(rendered: dict[str, str]) -> dict[str, str]:
    """Without anything that acts or loads; what leaves nothing to be seen is left out, and the card shown as it is."""
    from postdesk.markup.appearance.sheets import style_in_place
    from postdesk.ui.preview.look import has_content
    from postdesk.ui.preview.pictures import STAND_IN

    made = {
        digest: clean(html, lambda src: STAND_IN + src, True, style_in_place)
        for digest, html in rendered.items()
    }
    return {digest: html for digest, html in made.items() if has_content(html)}
