"""Everything Qt; one folder per part of the window."""
