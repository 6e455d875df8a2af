"""Clusters: the handles of a cluster and of its nodes, shards, drivers, and when clusters end."""
