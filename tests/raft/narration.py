"""Cluster that tells what happens to each of its nodes, line by line, for the transcripts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from igniter_nb.raft import Role
from tests.raft import words
from tests.raft.scenario import Scenario

if TYPE_CHECKING:
    from collections.abc import Iterable

    from igniter_nb.raft import Configuration, Entry


class Look(NamedTuple):
    """What can be seen of a node; what is told are the differences of two."""

    role: Role
    term: int
    vote: str | None
    leader: str | None
    log: tuple[Entry, ...]
    snapshot: int
    configuration: Configuration
    commit: int
    reads: int
    refused: int
    transferee: str | None


class Narrated(Scenario):
    """:class:`Scenario` that writes down what happens.

    Attributes:
        told: what happened since it was last taken, as (node, line).
        tells_sent: whether it is told what a node sends; what arrives always is.
        tells_all: whether a message that changes nothing is told too.
    """

    def __init__(self, count: Any = 3, **options: Any) -> None:
        self.told: list[tuple[str, str]] = []
        self.tells_sent = self.tells_all = False
        self._seen: dict[str, Look] = {}
        self._heard: str | None = None
        self._said: list[str] = []
        self._answered: dict[int, str] = {}
        super().__init__(count, **options)
        self.told.clear()

    def take_told(self) -> list[str]:
        """Take what was told, as lines with the node above what it did."""
        told, self.told = self.told, []
        lines: list[str] = []
        known, repeated = None, 1
        for node, line in told:
            indented = f"  {line}"
            if node != known:
                lines.append(node)
                known = node
            elif lines[-1].removesuffix(f" ({repeated} times)") == indented:
                repeated += 1
                lines[-1] = f"{indented} ({repeated} times)"
                continue
            repeated = 1
            lines.append(indented)
        return lines

    # ---- what is listened to

    def pump(self, node: str) -> None:
        """Do what a node asks for, and tell what changed."""
        super().pump(node)
        heard, self._heard = self._heard, None
        changes = [*self._changes(node), *self._client_hears(node)]
        if heard is not None and (changes or self.tells_all):
            self.told.append((node, heard))
        said, self._said = self._said, []
        self.told += [(node, line) for line in [*changes, *said]]

    def step(self, message: Any) -> None:
        """Hand a message over, and tell it."""
        self._heard = f"hears {message.sender}: {words.said(message)}"
        super().step(message)

    def crash(self, node: str) -> None:
        """Stop a node, and tell what its disk lost."""
        peer = self.nodes[node]
        if peer.raft is not None:
            lost = len(peer.held or []) + len(peer.disk.written)
            self.told.append((node, f"crashes{f' and loses {lost} writes' if lost else ''}"))
        self._seen.pop(node, None)
        super().crash(node)
        self.told += [(node, line) for line in self._client_hears(node)]

    def _send(self, node: str, messages: Iterable[Any]) -> None:
        listed = list(messages)
        if self.tells_sent:
            self._said += [f"to {each.recipient}: {words.said(each)}" for each in listed]
        super()._send(node, listed)

    def _arrive(self, message: Any) -> None:
        before = len(self.told)
        self._heard = None
        super()._arrive(message)
        arrived = self._seen.get(message.recipient) is not None and self._is_carried(message)
        if not arrived and self.tells_all and len(self.told) == before:
            line = f"{message.recipient} does not hear: {words.said(message)}"
            self.told.append((message.sender, line))

    def _is_carried(self, message: Any) -> bool:
        cut = (message.sender, message.recipient) in self._cut
        return not cut and not any(rule(message) for rule in self._rules)

    # ---- what is told

    def _changes(self, node: str) -> list[str]:
        old, new = self._seen.get(node), self._look(node)
        self._seen[node] = new
        if old is None:
            last = new.log[-1].index if new.log else new.snapshot
            start = f"starts in term {new.term} with a log up to {last}"
            return [start, *_progress(new._replace(commit=0), new)]
        return [
            *_standing(old, new),
            *self._log_changes(node, old, new),
            *_progress(old, new),
            *self._reads(node, old, new),
        ]

    def _look(self, node: str) -> Look:
        peer, raft = self.nodes[node], self.raft(node)
        return Look(
            raft.role,
            raft.term,
            raft.vote,
            raft.leader_id,
            self.log(node),
            raft.log.snapshot.index,
            raft.configuration,
            raft.commit,
            len(peer.reads),
            len(peer.refused),
            raft.status().transferee,
        )

    def _log_changes(self, node: str, old: Look, new: Look) -> list[str]:
        lines = []
        if new.snapshot > old.snapshot:
            foreign = any(each.index == new.snapshot for each in self.nodes[node].restores)
            verb = "takes over the snapshot" if foreign else "compacts its log"
            lines.append(f"{verb} up to {new.snapshot}")
        first = new.log[0].index if new.log else self.raft(node).log.last_index + 1
        mine = [one for one in old.log if one.index >= first]
        kept = 0
        while kept < min(len(mine), len(new.log)) and mine[kept] == new.log[kept]:
            kept += 1
        if cut := mine[kept:]:
            lines.append(f"gives up {words.entries(cut)}")
        if added := new.log[kept:]:
            lines.append(f"stores {words.entries(added)}")
        if new.configuration != old.configuration:
            lines.append(f"goes by {words.membership(new.configuration)}")
        return lines

    def _reads(self, node: str, old: Look, new: Look) -> list[str]:
        peer: Any = self.nodes[node]
        state = " ".join(each.decode() for each in peer.machine) or "nothing"
        fresh = list(peer.reads.values())[old.reads :]
        lines = [f"answers {words.read(read.number)}: {state}" for read in fresh]
        return lines + [
            f"refuses {words.read(number)}" for number in peer.refused[old.refused : new.refused]
        ]

    def _client_hears(self, node: str) -> list[str]:
        lines = []
        for number, asked in enumerate(self.asked):
            answer = self.answer(asked)
            if asked.node == node and answer != "nothing yet" and number not in self._answered:
                self._answered[number] = answer
                lines.append(f'tells the client of "{asked.entry.data.decode()}": {answer}')
        return lines


def _standing(old: Look, new: Look) -> list[str]:
    lines = []
    if new[:2] != old[:2] or new.leader != old.leader:
        lines.append(words.role(new.role, new.term, new.leader))
    voted = new.vote is not None and (new.vote, new.term) != (old.vote, old.term)
    if voted and new.role is Role.FOLLOWER:
        lines.append(f"votes for {new.vote}")
    if new.transferee != old.transferee and new.role is Role.LEADER:
        lines.append(
            f"is handing over to {new.transferee}"
            if new.transferee
            else f"gives up handing over to {old.transferee}"
        )
    return lines


def _progress(old: Look, new: Look) -> list[str]:
    lines = []
    if new.commit != old.commit:
        leads = new.role is Role.LEADER
        lines.append(f"commits up to {new.commit}" if leads else f"knows {new.commit} committed")
    return lines
