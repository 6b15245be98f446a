"""The popover under the one button: what will happen, in words, before it happens."""

from postdesk.ui.publish.popover import Look, PublishPopover, Remark

__all__ = ["Look", "PublishPopover", "Remark"]
