"""Widget of a contract that runs."""
