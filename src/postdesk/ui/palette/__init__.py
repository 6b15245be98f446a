"""Every command and every post, a few letters away."""

from postdesk.ui.palette.palette import Palette

__all__ = ["Palette"]
