"""The ``%igniter`` commands that work on contracts."""
