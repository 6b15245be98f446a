"""The left side of the window: which blog, which posts."""

from postdesk.ui.sidebar.listing import TABS, Found, Listing, Row
from postdesk.ui.sidebar.sidebar import Sidebar
from postdesk.ui.sidebar.switcher import Blog
from postdesk.ui.sidebar.waiting import waiting_words

__all__ = ["TABS", "Blog", "Found", "Listing", "Row", "Sidebar", "waiting_words"]
