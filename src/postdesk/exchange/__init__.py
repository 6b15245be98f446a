"""Posts that come from another program, and posts that leave for one."""
