"""Widget of a cluster: frames for the page, requests from it."""
