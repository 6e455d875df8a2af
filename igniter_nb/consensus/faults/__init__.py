"""Faults: everything that can be done to a cluster from outside, each told once."""
