"""Plan, journal, outbox and engine; no Qt, no HTTP."""
