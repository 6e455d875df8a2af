"""Scenarios as texts that anyone can read: what is done to a cluster, and what it then does.

A transcript is a text file. Lines that begin with ``#`` tell the story; the first one names the
scenario. A line that begins with a word is a command; the indented lines below it are what came of
it, node by node, and are what the test compares. The last command is ``recover``.

========================================  ====================================================
``disk n1 1 1 2 [term=3 commit=1]``       before ``nodes``: n1 has entries of these terms
``nodes n1 n2 n3 [pre_vote=no ...]``      start them, with options of Config
``join n4``                               start a node that knows nothing
``campaign n1 [unasked]``                 let it run for leader; without asking before
``elect n1``                              the same, everything is delivered, and it leads
``propose n1 "x" ["y" ...]``              a client proposes
``write n1 "x"``                          the same, and everything is delivered
``conf n1 add-voter n4 [remove n2 ...]``  also ``add-learner``, ``explicit``; ``conf n1 leave``
``transfer n1 n3``                        n1 hands over to n3
``read n2 [lease]``                       a client reads
``tick n1 10``, ``tick 10``               time passes at one node, or at all
``run 10``                                ten times: a tick at all, everything is delivered;
                                          told is only what changes something
``stabilize [n1 n2]``                     deliver until nothing is on the wire (between these)
``deliver [n1 n2]``                       deliver what is on the wire now (from n1 to n2)
``drop [n1 n2]``                          lose it
``keep n1 n2``, ``late``                  take it off the wire; deliver what was taken, again
                                          and again if it is said again
``cut n1 n2 [one-way]``, ``isolate n3``   cut links; also ``partition n1 n2 / n3``
``heal``                                  join all links
``hold n1``, ``flush n1 [1]``             the disk lets writes wait; they become durable
``hold-applies n1``                       the state machine waits
``crash n2 [lose-unsynced]``              stop it, after its disk wrote all, or before
``restart n2``                            start it from its disk
``compact n1 [5]``                        put a snapshot in place of what is applied
``unreachable n1 n2``                     tell n1 that its messages to n2 are lost
``report-snapshot n1 n2 ok``              tell n1 how sending n2 a snapshot ended; or ``failed``
``forget-leader n2``                      let it vote although it heard a leader
``set-election-timeout n2 3``             of the countdown that runs
``status``, ``log``, ``wire``             of all, or of the nodes that are named
``recover``                               faults off; check that nothing is lost
========================================  ====================================================
"""

from __future__ import annotations

import shlex
from itertools import zip_longest
from typing import TYPE_CHECKING, Any, NamedTuple

from igniter_nb.raft import ChangeAction, ConfChange, ProposalRefusedError, Transition
from tests.raft import words
from tests.raft.disk import restored
from tests.raft.narration import Narrated

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

INDENT = "  "
WORDS = {"yes": True, "no": False}
ACTIONS = {
    "add-voter": ChangeAction.ADD_VOTER,
    "add-learner": ChangeAction.ADD_LEARNER,
    "remove": ChangeAction.REMOVE,
}


class Step(NamedTuple):
    """A command with what came of it.

    Attributes:
        line: its number in the file, from 1.
        command: its text.
        expected: the indented lines below it.
    """

    line: int
    command: str
    expected: tuple[str, ...]


class Mismatch(NamedTuple):
    """A command that did something else than the transcript says."""

    step: Step
    actual: tuple[str, ...]


# ---- the text


def title(text: str) -> str:
    """Return the sentence of a transcript: its first comment, up to the first other line."""
    lines: list[str] = []
    for line in text.splitlines():
        if not line.startswith("# "):
            break
        lines.append(line[2:])
    return " ".join(lines)


def steps(text: str) -> Iterator[Step]:
    """Find the commands of a transcript, with what is expected of them."""
    lines = text.splitlines()
    for position, line in enumerate(lines):
        if line and not line.startswith(("#", " ")):
            below = position + 1
            while below < len(lines) and lines[below].startswith(INDENT):
                below += 1
            expected = tuple(each[len(INDENT) :] for each in lines[position + 1 : below])
            yield Step(position + 1, line, expected)


def rewritten(text: str, actual: dict[int, tuple[str, ...]]) -> str:
    """Write a transcript with what really came of its commands, by their lines."""
    lines = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.startswith(INDENT):
            lines.append(line)
        lines += [f"{INDENT}{each}".rstrip() for each in actual.get(number, ())]
    return "\n".join(lines) + "\n"


def play(text: str, path: Path) -> dict[int, tuple[str, ...]]:
    """Do all that a transcript says; return what came of each command, by its line."""
    stage = Stage()
    actual = {}
    for step in steps(text):
        try:
            actual[step.line] = tuple(stage.do(step.command))
        except Exception as error:
            error.add_note(f"{path.name}:{step.line}: {step.command}\n{title(text)}")
            raise
    return actual


def mismatches(text: str, actual: dict[int, tuple[str, ...]]) -> list[Mismatch]:
    """List the commands that did something else."""
    return [
        Mismatch(step, actual[step.line])
        for step in steps(text)
        if step.expected != actual[step.line]
    ]


def side_by_side(found: list[Mismatch], text: str, path: Path) -> str:
    """Write what the first wrong command was to do, and beside it what it did."""
    first = found[0]
    width = max(len(line) for line in ("the transcript says", *first.step.expected))
    rows = [
        f"{' ' if one == other else '|'} {one or '':{width}}  {other or ''}".rstrip()
        for one, other in zip_longest(first.step.expected, first.actual)
    ]
    more = f" (and so do {len(found) - 1} more)" if len(found) > 1 else ""
    return "\n".join(
        (
            title(text),
            f"{path.name}:{first.step.line}: {first.step.command} did something else{more}",
            "",
            f"  {'the transcript says':{width}}  what happened",
            *rows,
            "",
            "If you understand what caused the change, and want it: pytest --rewrite",
        )
    )


# ---- the commands


class Stage:
    """Carries the commands of one transcript out."""

    def __init__(self) -> None:
        self.disks: dict[str, Any] = {}
        self.kept: list[Any] = []
        self.peers: Narrated

    def do(self, command: str) -> list[str]:
        """Carry a command out; return what came of it, as lines."""
        verb, *words_of = shlex.split(command)
        act = COMMANDS.get(verb)
        assert act is not None, f"expected a command of {', '.join(COMMANDS)}; came {verb!r}"
        delivers = verb in {"run", "stabilize", "deliver", "late", "recover"}
        if hasattr(self, "peers"):
            self.peers.tells_sent = not delivers
            self.peers.tells_all = verb in {"stabilize", "deliver", "late"}
        refusal: list[str] = []
        try:
            shown = act(self, *words_of) or []
        except (ProposalRefusedError, ValueError) as error:
            shown, refusal = [], [f"refused: {error}"]
        told = self.peers.take_told() if hasattr(self, "peers") else []
        return "\n".join([*told, *shown, *refusal]).splitlines()

    # -- set up

    def disk(self, node: str, *values: str) -> None:
        """Give a node a log to start with."""
        terms = [int(each) for each in values if "=" not in each]
        self.disks[node] = (terms, _options(values))

    def nodes(self, *values: str) -> None:
        """Start the voters."""
        voters = [each for each in values if "=" not in each]
        start = {
            node: restored(voters, *terms, **state) for node, (terms, state) in self.disks.items()
        }
        self.peers = Narrated(voters, start=start, **_options(values))

    def join(self, node: str) -> None:
        """Start a node that knows nothing."""
        self.peers.join(node)

    # -- what clients and people do

    def campaign(self, node: str, how: str = "") -> None:
        """Let a node run."""
        self.peers.call(node, "campaign", pre_vote=False if how == "unasked" else None)

    def elect(self, node: str) -> list[str]:
        """Let a node win an election that goes well."""
        self.peers.elect(node)
        self.peers.told.clear()
        return [f"{node} leads term {self.peers.raft(node).term}"]

    def write(self, node: str, *data: str) -> list[str]:
        """Let clients write, and deliver everything."""
        self.propose(node, *data)
        self.peers.settle()
        self.peers.told.clear()
        answers = self.peers.answers()
        return [f'{node} tells the client of "{each}": {answers[each.encode()]}' for each in data]

    def propose(self, node: str, *data: str) -> None:
        """Let clients propose."""
        for each in data:
            self.peers.propose(each.encode(), at=node)

    def conf(self, node: str, *values: str) -> None:
        """Let the membership be changed."""
        pairs = [each for each in values if each not in {"leave", "explicit", "implicit"}]
        changes = [
            ConfChange(ACTIONS[action], of)
            for action, of in zip(pairs[::2], pairs[1::2], strict=True)
        ]
        kinds = [Transition(each) for each in values if each in {"explicit", "implicit"}]
        transition = kinds[0] if kinds else Transition.AUTO
        self.peers.call(node, "propose_conf_change", changes, transition=transition)

    def transfer(self, node: str, to: str) -> None:
        """Let a leader hand over."""
        self.peers.call(node, "transfer_leader", to)

    def read(self, node: str, how: str = "") -> None:
        """Let a client read."""
        self.peers.read(node, lease=how == "lease")

    # -- time and messages

    def tick(self, *values: str) -> None:
        """Let time pass."""
        ticks = int(values[-1])
        self.peers.tick(ticks, at=values[0] if len(values) > 1 else None)

    def run(self, ticks: str) -> None:
        """Let time pass and messages arrive."""
        self.peers.run(int(ticks))

    def stabilize(self, *among: str) -> None:
        """Deliver all, among some nodes."""
        if not among:
            self.peers.settle()
            return

        def inside(message: Any) -> bool:
            return message.sender in among and message.recipient in among

        while self.peers.pending(where=inside):
            self.peers.deliver(where=inside)

    def deliver(self, *ends: str) -> None:
        """Deliver what is on the wire now."""
        self.peers.deliver(**_path(ends))

    def drop(self, *ends: str) -> list[str]:
        """Lose what is on the wire."""
        return [f"lost: {_told(each)}" for each in self.peers.take(**_path(ends))]

    def keep(self, *ends: str) -> list[str]:
        """Take off the wire."""
        self.kept = self.peers.take(**_path(ends))
        return [f"kept: {_told(each)}" for each in self.kept]

    def late(self) -> None:
        """Deliver what was kept."""
        for message in self.kept:
            self.peers.step(message)

    # -- links and lives

    def cut(self, one: str, other: str, how: str = "") -> None:
        """Cut a link."""
        self.peers.cut(one, other, both=how != "one-way")

    def partition(self, *values: str) -> None:
        """Cut the links between groups."""
        self.peers.partition(*(part.split() for part in " ".join(values).split("/")))

    def crash(self, node: str, how: str = "") -> None:
        """Stop a node."""
        if how != "lose-unsynced" and self.peers[node].held is not None:
            self.peers.flush(node)
        self.peers.crash(node)

    def flush(self, node: str, count: str = "") -> None:
        """Let waiting writes become durable."""
        self.peers.flush(node, count=int(count) if count else None)

    def compact(self, node: str, index: str = "") -> None:
        """Take a snapshot."""
        self.peers.compact(node, int(index) if index else None)

    def report_snapshot(self, node: str, about: str, how: str) -> None:
        """Tell how a snapshot went."""
        self.peers.call(node, "report_snapshot", about, ok=how == "ok")

    # -- looking

    def status(self, *nodes: str) -> list[str]:
        """Show what nodes are."""
        return [self._status(node) for node in nodes or self.peers.nodes]

    def _status(self, node: str) -> str:
        if self.peers[node].raft is None:
            return f"{node} is down"
        raft = self.peers.raft(node)
        end = words.place(raft.log.last_index, raft.log.last_term)
        parts = [words.role(raft.role, raft.term, raft.leader_id)]
        parts += [f"voted for {raft.vote}"] if raft.vote else []
        parts += [f"log up to {end}", f"{raft.commit} committed"]
        lines = [f"{node} {', '.join(parts)}"]
        for each in raft.status().progress:
            what = f"{each.node_id}: {each.state}, has {each.match}, next {each.next}"
            lines.append(f"{INDENT}{what}{f', {each.inflight} under way' if each.inflight else ''}")
        return "\n".join(lines)

    def log(self, *nodes: str) -> list[str]:
        """Show logs."""
        found = []
        for node in nodes or self.peers.nodes:
            log = " ".join(f"{e.term}" for e in self.peers.log(node)) or "nothing"
            start = self.peers.raft(node).log.first_index - 1
            found.append(f"{node} terms {log}{f', after {start}' if start else ''}")
        return found

    def wire(self) -> list[str]:
        """Show what is on the wire."""
        return [_told(each) for each in self.peers.in_flight] or ["nothing"]

    def recover(self) -> list[str]:
        """End all faults, and see that nothing is lost."""
        peers = self.peers
        peers.finish()
        peers.told.clear()
        leader = peers.leader
        commands = " ".join(each.decode() for each in peers.commands(leader))
        return [
            f"{leader} leads term {peers.raft(leader).term} of {' '.join(peers.members)}",
            f"all have applied: {commands}",
        ]


def _options(values: tuple[str, ...]) -> dict[str, Any]:
    pairs = [each.split("=") for each in values if "=" in each]
    return {
        name: WORDS[value] if value in WORDS else int(value) if value.isdigit() else value
        for name, value in pairs
    }


def _path(ends: tuple[str, ...]) -> dict[str, str]:
    return dict(zip(("sender", "recipient"), ends, strict=False))


def _told(message: Any) -> str:
    return f"{message.sender} to {message.recipient}: {words.said(message)}"


def _calls(name: str) -> Callable[..., None]:
    """Make a command that calls a core's method with a node's name, or a number."""

    def call(stage: Stage, node: str, *values: str) -> None:
        given = [int(each) if each.isdigit() else each for each in values]
        stage.peers.call(node, name, *given)

    return call


def _tells(name: str) -> Callable[..., None]:
    """Make a command that calls a method of the cluster."""

    def call(stage: Stage, *nodes: str) -> None:
        getattr(stage.peers, name.replace("-", "_"))(*nodes)

    return call


COMMANDS: dict[str, Callable[..., Any]] = {
    **{
        each.__name__.replace("_", "-"): each
        for each in (
            Stage.disk,
            Stage.nodes,
            Stage.join,
            Stage.campaign,
            Stage.elect,
            Stage.write,
            Stage.propose,
            Stage.conf,
            Stage.transfer,
            Stage.read,
            Stage.tick,
            Stage.run,
            Stage.stabilize,
            Stage.deliver,
            Stage.drop,
            Stage.keep,
            Stage.late,
            Stage.cut,
            Stage.partition,
            Stage.crash,
            Stage.flush,
            Stage.compact,
            Stage.report_snapshot,
            Stage.status,
            Stage.log,
            Stage.wire,
            Stage.recover,
        )
    },
    **{name: _tells(name) for name in ("isolate", "heal", "hold", "hold-applies", "restart")},
    "unreachable": _calls("report_unreachable"),
    "forget-leader": _calls("forget_leader"),
    "set-election-timeout": _calls("set_election_timeout"),
}
"""All commands by name."""
