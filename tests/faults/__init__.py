"""Disks that fill up, break and go, and the saves that meet them."""
