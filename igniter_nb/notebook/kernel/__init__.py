"""Kernel of a notebook: cells and their places, tracebacks, threads, viewers of a page."""
