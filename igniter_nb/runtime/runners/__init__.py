"""How nodes are run: one after the other, or side by side on threads."""
