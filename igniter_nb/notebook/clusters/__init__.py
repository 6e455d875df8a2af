"""Clusters in a notebook: their pictures, widget, words and magic."""
