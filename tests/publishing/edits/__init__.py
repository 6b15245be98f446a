"""Random edits of a blog's posts: made in their Markdown, published, and looked at on the blog byte by byte."""
