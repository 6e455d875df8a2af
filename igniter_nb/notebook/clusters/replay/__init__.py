"""Recordings of what a widget showed, for a page that has no kernel."""
