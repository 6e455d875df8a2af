"""Rules, one file per group; each reads a sketch and returns the problems that it finds."""
