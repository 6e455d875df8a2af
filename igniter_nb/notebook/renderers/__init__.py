"""Drawing diagrams: measuring, layout engines behind one interface, one writer of SVG."""

from igniter_nb.notebook.renderers.chain import Engine, engines
from igniter_nb.notebook.renderers.dot import source as dot_source
from igniter_nb.notebook.renderers.drawing import Picture, picture

__all__ = ["Engine", "Picture", "dot_source", "engines", "picture"]
