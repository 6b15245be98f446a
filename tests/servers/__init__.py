"""Real servers on loopback for tests: WordPress, a proxy that breaks things, a session with a keyring."""
