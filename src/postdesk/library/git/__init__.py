"""Several machines through git: the library's folder as a repository, by the system's own `git`."""
