"""PySyncObj, the Raft library for Python that has users: five nodes in one process, in memory."""

from __future__ import annotations

import socket
import threading
import time
from typing import Any

NAME = "pysyncobj"


class SyncObjCluster:
    """Five nodes that replicate a dict, tuned: no batching delay, a tick every 10 ms."""

    def __init__(self, nodes: int = 5) -> None:
        from pysyncobj import SyncObj, SyncObjConf, replicated

        class Dict(SyncObj):
            def __init__(self, own: str, others: list[str]) -> None:
                tuned = SyncObjConf(appendEntriesUseBatch=False, autoTickPeriod=0.01)
                super().__init__(own, others, tuned)
                self.held: dict[str, Any] = {}

            @replicated
            def put(self, key: str, value: Any) -> None:
                self.held[key] = value

        addresses = [f"127.0.0.1:{port}" for port in free_ports(nodes)]
        self.nodes = [
            Dict(own, [other for other in addresses if other != own]) for own in addresses
        ]
        while not all(node.isReady() for node in self.nodes):
            time.sleep(0.02)
        self.leader = next(node for node in self.nodes if node._isLeader())

    def write(self, count: int) -> None:
        """Write, and wait for each."""
        for number in range(count):
            self.leader.put("k", number, sync=True)
        assert self.leader.held["k"] == count - 1

    def write_at_once(self, count: int, window: int) -> None:
        """Write, with some in flight."""
        room = threading.Semaphore(window)
        for number in range(count):
            room.acquire()
            self.leader.put("k", number, callback=lambda *_: room.release())
        for _ in range(window):
            room.acquire()
        assert self.leader.held["k"] == count - 1

    def stop(self) -> None:
        """End all nodes."""
        for node in self.nodes:
            node.destroy()


def free_ports(count: int) -> list[int]:
    """Find ports that nobody listens on."""
    sockets = [socket.socket() for _ in range(count)]
    for each in sockets:
        each.bind(("127.0.0.1", 0))
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports
