"""Clusters: the handle of a cluster and of its nodes, many clusters as one, and when they end."""
