"""Markdown and HTML: blocks, rendering, patches, block markup."""
