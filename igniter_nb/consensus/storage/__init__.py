"""Storage of what must survive a crash: one protocol, two implementations."""

from igniter_nb.consensus.storage.disk import Disk, FolderLock
from igniter_nb.consensus.storage.file import FileStorage
from igniter_nb.consensus.storage.manifest import (
    MANIFEST,
    Kind,
    Manifest,
    read_manifest,
    write_manifest,
)
from igniter_nb.consensus.storage.memory import MemoryStorage, in_memory
from igniter_nb.consensus.storage.protocol import REPLACE_IT, Storage, Volatile, volatile

__all__ = [
    "MANIFEST",
    "REPLACE_IT",
    "Disk",
    "FileStorage",
    "FolderLock",
    "Kind",
    "Manifest",
    "MemoryStorage",
    "Storage",
    "Volatile",
    "in_memory",
    "read_manifest",
    "volatile",
    "write_manifest",
]
