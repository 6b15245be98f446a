"""Post Desk: write posts in Markdown, watch them in a live preview, publish them exactly once."""

__version__ = "0.1.0"
