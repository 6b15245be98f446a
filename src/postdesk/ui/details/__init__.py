"""The drawer beside the text: address, date, tags, categories, excerpt, featured picture, visibility."""

from postdesk.ui.details.drawer import DetailsDrawer
from postdesk.ui.details.values import Details

__all__ = ["Details", "DetailsDrawer"]
