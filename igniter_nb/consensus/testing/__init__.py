"""Tests of clusters by simulation: faults, invariants, linearizability, seeds."""
