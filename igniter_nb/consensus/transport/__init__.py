"""How messages get from node to node; one protocol, so that others can be written."""

from igniter_nb.consensus.transport.memory import PERFECT, Link, MemoryTransport
from igniter_nb.consensus.transport.protocol import Transport

__all__ = ["PERFECT", "Link", "MemoryTransport", "Transport"]
