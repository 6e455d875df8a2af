"""Commands of ``%igniter`` that work on contracts, and the names that they take."""
