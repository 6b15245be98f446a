"""What a blog has of a post, opened as Markdown and sent back with every byte that she did not touch as it was."""

from postdesk.markup.lossless.converting import Converted, Turned, into_blocks, into_markdown
from postdesk.markup.lossless.cutting import Flavour
from postdesk.markup.lossless.losing import Lost
from postdesk.markup.lossless.opening import Opened, Piece, open_post
from postdesk.markup.lossless.sending import Sent, followed, send_post

__all__ = [
    "Converted", "Flavour", "Lost", "Opened", "Piece", "Sent", "Turned", "followed", "into_blocks", "into_markdown",
    "open_post", "send_post",
]  # fmt: skip
