"""Words for a cluster: its summary, its events, its messages."""
