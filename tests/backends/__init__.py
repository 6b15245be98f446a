"""The kinds of blog, and what they stand on."""
