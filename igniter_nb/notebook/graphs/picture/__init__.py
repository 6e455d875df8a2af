"""Picture of a graph: measuring, layout engines behind one interface, one writer of SVG."""
