"""Simulator: nodes, network and clock in one thread, and time travel through them."""
