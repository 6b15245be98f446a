"""Links between the writer's posts: the picker that makes them, and where they lead."""

from postdesk.ui.links.links import Links

__all__ = ["Links"]
