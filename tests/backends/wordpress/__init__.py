"""WordPress as a kind of blog."""
