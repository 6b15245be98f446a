"""The outbox that the writer sees: what waits, why, and what she can do about it."""

from postdesk.ui.outbox.panel import OutboxPanel, WaitingPost

__all__ = ["OutboxPanel", "WaitingPost"]
