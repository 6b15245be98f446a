"""The drawer beside the text: address, date, tags, categories, excerpt, featured picture, visibility."""

from postdesk.ui.details.drawer import Details, DetailsDrawer

__all__ = ["Details", "DetailsDrawer"]
