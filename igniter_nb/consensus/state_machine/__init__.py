"""State machines: declared, frozen, applied."""
