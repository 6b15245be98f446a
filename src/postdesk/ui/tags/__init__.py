"""Renaming tags and categories across the library: the window that shows what it would do, and who does it."""

from postdesk.ui.tags.renaming import Renaming

__all__ = ["Renaming"]
