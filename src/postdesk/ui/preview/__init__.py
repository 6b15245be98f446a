"""The post as the blog will show it, while it is typed."""
