"""One folder per kind of blog; `base` says what a backend is."""
