"""How a blog looks: its style sheets made harmless, and the frame of the page in which a post stands."""
