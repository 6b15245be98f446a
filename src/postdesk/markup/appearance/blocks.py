"""What WordPress' blocks are called in a page, by what they are in a post that was rendered here: theme sheets go by
these names. `gutenberg.py` has how they are written; tests/markup/appearance holds the two together."""

from __future__ import annotations

# What has its look from the blog (`markup.looks`) has what an editor saved there, but not what the server adds to it.
_NEW = ":not([data-pd])"

CLASSES: tuple[tuple[str, str], ...] = (
    ("h1, h2, h3, h4, h5, h6", "wp-block-heading"),
    ("p:not(li p)", "wp-block-paragraph"),
    ("ul, ol", "wp-block-list"),
    (f"blockquote{_NEW}", "wp-block-quote"),
    # The server's (WordPress 6.6).
    ("blockquote.wp-block-quote", "is-layout-flow wp-block-quote-is-layout-flow"),
    (f"figure{_NEW}:has(> img{_NEW}, > a > img{_NEW})", "wp-block-image size-large"),
    ("figcaption", "wp-element-caption"),
    (f"pre{_NEW}", "wp-block-code"),
    (f"figure{_NEW}:has(> table)", "wp-block-table"),
    (f"figure > table{_NEW}", "has-fixed-layout"),
    (f"hr{_NEW}", "wp-block-separator has-alpha-channel-opacity"),
)
"""Selectors, and the classes that are added to what they find. Code stands in a `pre` and tables in a `figure` by
then."""
