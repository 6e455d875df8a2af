"""Where a node keeps what must survive a crash; one protocol, two ways to keep it."""

from igniter_nb.consensus.storage.file import FileStorage
from igniter_nb.consensus.storage.memory import MemoryStorage
from igniter_nb.consensus.storage.protocol import Storage

__all__ = ["FileStorage", "MemoryStorage", "Storage"]
