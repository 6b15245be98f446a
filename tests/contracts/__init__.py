"""One suite, run over every kind of blog."""
