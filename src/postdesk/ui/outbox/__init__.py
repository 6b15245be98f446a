"""The outbox window: what waits to go out, why, and what can be done about it."""

from postdesk.ui.outbox.panel import OutboxPanel
from postdesk.ui.outbox.rows import WaitingPost, row_of

__all__ = ["OutboxPanel", "WaitingPost", "row_of"]
