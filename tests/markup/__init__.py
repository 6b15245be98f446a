"""Markdown in, pages and block markup out."""
