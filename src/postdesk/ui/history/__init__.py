"""The history of the open post as a window: told versions and what changed, it says which one she wants back."""

from postdesk.ui.history.window import HistoryWindow, Moment, Shown

__all__ = ["HistoryWindow", "Moment", "Shown"]
