"""What WordPress' blocks are called in a page, by what they are in a post that was rendered here: theme sheets go by
these names. `gutenberg.py` has how they are written; tests/markup/appearance holds the two together."""

from __future__ import annotations

CLASSES: tuple[tuple[str, str], ...] = (
    ("h1, h2, h3, h4, h5, h6", "wp-block-heading"),
    ("p:not(li p)", "wp-block-paragraph"),
    ("ul, ol", "wp-block-list"),
    # The last two are the server's (WordPress 6.6).
    ("blockquote", "wp-block-quote is-layout-flow wp-block-quote-is-layout-flow"),
    ("figure:has(> img, > a > img)", "wp-block-image size-large"),
    ("figcaption", "wp-element-caption"),
    ("pre", "wp-block-code"),
    ("figure:has(> table)", "wp-block-table"),
    ("figure > table", "has-fixed-layout"),
    ("hr", "wp-block-separator has-alpha-channel-opacity"),
)
"""Selectors, and the classes that are added to what they find. Code stands in a `pre` and tables in a `figure` by
then."""
