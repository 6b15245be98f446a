"""What a blog has of a post, opened as Markdown and sent back with every byte that she did not touch as it was."""

from postdesk.markup.lossless.cutting import Flavour
from postdesk.markup.lossless.opening import Opened, Piece, open_post
from postdesk.markup.lossless.sending import Sent, followed, send_post

__all__ = ["Flavour", "Opened", "Piece", "Sent", "followed", "open_post", "send_post"]
