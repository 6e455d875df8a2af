"""Reports of a cluster: its status, its events, its trace, the names of its nodes."""
