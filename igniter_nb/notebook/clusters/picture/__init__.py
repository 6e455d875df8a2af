"""Picture of a cluster: nodes on a ring, links between them, logs beside them."""
