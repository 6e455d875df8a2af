"""``%igniter cluster``: a cluster, started, broken and looked at by typing a line.

Only ``start`` loads :mod:`igniter_nb.consensus`: a notebook without clusters does without it.
"""
