"""The windows of import and export."""

from postdesk.ui.exchange.exporting import Exporting
from postdesk.ui.exchange.importing import Importing

__all__ = ["Exporting", "Importing"]
