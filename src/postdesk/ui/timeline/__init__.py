"""The history of publishing: what happened to a post on its way to its blogs, with each request and answer."""

from postdesk.ui.timeline.at_work import Timelines
from postdesk.ui.timeline.window import TimelineWindow

__all__ = ["TimelineWindow", "Timelines"]
