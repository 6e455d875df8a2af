"""Graphs in a notebook: their pictures, tables, widget and magic."""
