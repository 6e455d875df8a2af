"""One file per group of rules; each reads a sketch and returns the problems it finds."""
