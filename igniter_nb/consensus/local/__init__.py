"""Driver of a cluster whose nodes live in this process: its loop, its client, its folder."""
