"""The kernel: cells and their places, tracebacks, threads, viewers of a page."""
