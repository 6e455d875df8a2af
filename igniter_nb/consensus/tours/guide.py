"""Guide that computes a tour: acts on a real run, waits for what must come, tells what was seen."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from igniter_nb.consensus.simulation import Simulation
from igniter_nb.consensus.simulator.options import Options
from igniter_nb.consensus.simulator.world import World
from igniter_nb.consensus.timing import Timing
from igniter_nb.consensus.tours.facts import Fact, ask
from igniter_nb.consensus.transport import Link
from igniter_nb.display import Live

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from igniter_nb.consensus.simulator.recording import Recording
    from igniter_nb.raft import NodeId

NODES: Final = ("n1", "n2", "n3", "n4", "n5")

WATCHED_SECONDS: Final = 4.0
"""How long watching a step takes, as far as the slowest and the fastest speed allow."""

SLOWEST: Final = 0.05
LONGEST_WAIT_MS: Final = 8_000
LATENCY_US: Final = (80_000, 120_000)
"""Time of a message under way, at the least and at the most, in microseconds: long, to be seen."""

PACE: Final = Timing(heartbeat=0.1, election_min=1.0, election_max=2.0)
"""Slow enough to be watched, with room between two countdowns for a question and its answer."""


class TourStep(NamedTuple):
    """One idea, and the stretch of the run that shows it.

    Attributes:
        heading: the idea in a few words.
        text: one or two sentences, true of the moment at which the step ends.
        until_us: where the step ends and the run stands still, in microseconds of its time.
        speed: seconds of the run in one second of watching, 0.05 to 1.
        focus: nodes worth looking at.
        facts: every name and number in the text, as answers that can be asked for again.

    Examples:
        >>> step = tour("election").steps[0]
        >>> step.until_us > 0
        True
    """

    heading: str
    text: str
    until_us: int
    speed: float
    focus: tuple[NodeId, ...]
    facts: tuple[Fact, ...]


@dataclass(frozen=True, kw_only=True, repr=False)
class Tour(Live):
    """A run of the real engine, with what there is to see in it.

    Attributes:
        name: what it is asked for by.
        title: what it is about, in a few words.
        steps: its steps, in order.
        recording: the run; replayed, it does exactly what the steps say.

    Examples:
        >>> election = tour("election")
        >>> election.title
        'Electing a leader, and the next one'
    """

    name: str
    title: str
    steps: tuple[TourStep, ...]
    recording: Recording

    def __str__(self) -> str:
        """Write the title, and each step with the time at which it ends."""
        lines = [f"{self.title} (tour {self.name!r}, {len(self.steps)} steps)"]
        for number, step in enumerate(self.steps, 1):
            lines.append(f"{number:>2}. {step.until_us / 1e6:.3f} s  {step.heading}")
            lines.append(f"    {step.text}")
        return "\n".join(lines)

    def __repr__(self) -> str:
        """Say which tour it is, in a few words."""
        seconds = self.steps[-1].until_us / 1e6 if self.steps else 0.0
        return f"<Tour {self.name!r}: {self.title}, {len(self.steps)} steps, {seconds:.3f} s>"


class Outline(NamedTuple):
    """What a tour is computed from.

    Attributes:
        title: what it is about.
        seed: of the run.
        options: of the run.
        play: does it all, with a guide.
    """

    title: str
    seed: int
    options: Options
    play: Callable[[Guide], None]


def options(pace: Timing = PACE, **config: Any) -> Options:
    """Make the options of a run that is slow enough to be watched.

    Args:
        pace: how often a leader is heard, and how long its silence is borne.
        config: options of the cores that are not the usual ones.
    """
    return Options(config=replace(pace.config(), **config), link=Link(*LATENCY_US))


PAPER: Final[dict[str, Any]] = {"pre_vote": False, "check_quorum": False}
"""Options of the cores for Raft as the paper has it, without what the thesis added."""


class Guide:
    """Plays a run and takes notes.

    Args:
        name: of the tour.
        outline: what it is computed from.

    Attributes:
        name: of the tour.
        simulation: the run.
        steps: those that have ended.
    """

    def __init__(self, name: str, outline: Outline) -> None:
        self.name = name
        self.outline = outline
        world = World(outline.seed, NODES, options=outline.options, trace=[])
        self.simulation = Simulation(world, checkpoint_every=1_000_000)
        self.steps: list[TourStep] = []
        self._facts: list[Fact] = []

    @property
    def world(self) -> World:
        """The world as it is now."""
        return self.simulation.world

    @property
    def nodes(self) -> tuple[NodeId, ...]:
        """The names of the nodes."""
        return tuple(self.world.hosts)

    def others(self, *nodes: NodeId) -> tuple[NodeId, ...]:
        """Name all nodes but some."""
        return tuple(node for node in self.nodes if node not in nodes)

    # -- what happens

    def act(self, name: str, *args: Any) -> None:
        """Do something now: an action of :mod:`igniter_nb.consensus.simulator.actions`.

        The first one of a step comes a millisecond after the step before has ended, so that
        whoever stands at that end stands before it.
        """
        if self.simulation.now_us == self._began_us:
            self.wait(1)
        self.simulation.act(name, *args)

    def wait(self, milliseconds: int) -> None:
        """Let time pass."""
        self._run_until(self.simulation.now_us + milliseconds * 1_000)

    def until(self, what: str, condition: Callable[[], object]) -> None:
        """Let time pass until something is so, to the end of that moment.

        Args:
            what: what is waited for, as a clause.
            condition: tells whether it is so; asked after each event.

        Raises:
            AssertionError: it is not so in good time.
        """
        if not self.within(LONGEST_WAIT_MS, condition):
            raise AssertionError(self._in_vain(f"{what} within {LONGEST_WAIT_MS // 1_000} s"))

    def within(self, milliseconds: int, condition: Callable[[], object]) -> bool:
        """Let time pass until something is so, or a time is over; say whether it is so."""
        simulation = self.simulation
        latest_us = simulation.now_us + milliseconds * 1_000
        while not condition():
            if simulation.world.next_us > latest_us:
                self._run_until(latest_us)
                return False
            if not simulation.step():
                raise simulation.failure or AssertionError(self._in_vain("anything happens"))
        self._run_until(simulation.now_us)
        return bool(condition())

    def _run_until(self, time_us: int) -> None:
        self.simulation.run_until(time_us)
        if self.simulation.failure is not None:
            raise self.simulation.failure

    def _in_vain(self, what: str) -> str:
        latest = "".join(f"\n  {event}" for event in self.simulation.trace[-12:])
        return (
            f"tour {self.name!r}, step {len(self.steps) + 1}: expected that {what}; at "
            f"{self.simulation.now_us / 1e6:.3f} s it is not so, after{latest}"
        )

    # -- what is seen

    def ask(self, question: str, *about: Any) -> Any:
        """Answer a question that nothing is said about; see :func:`facts.ask`."""
        return ask(self.world, question, *about)

    def see(self, question: str, *about: Any) -> Any:
        """Answer a question for the text of the step, which from here on has to stay true."""
        fact = Fact(question, about, self.ask(question, *about))
        if fact not in self._facts:
            self._facts.append(fact)
        return fact.answer

    def only(self, question: str, *about: Any) -> NodeId:
        """Answer a question with one name.

        Raises:
            AssertionError: there is none, or there are several.
        """
        names = self.see(question, *about)
        if len(names) != 1:
            raise AssertionError(self._in_vain(f"{question} are one node, not {names}"))
        return str(names[0])

    def said(self, question: str, *about: Any) -> str:
        """Answer a question with names, written as a list."""
        return listed(self.see(question, *about))

    def check(self, what: str, question: str, *about: Any, answer: Any) -> None:
        """Make sure of something that the text says in other words.

        Raises:
            AssertionError: it is not so.
        """
        if self.see(question, *about) != answer:
            raise AssertionError(self._in_vain(what))

    def tell(self, heading: str, text: str, focus: Sequence[NodeId] = ()) -> None:
        """End a step here.

        Args:
            heading: the idea in a few words.
            text: one or two sentences, made of what was seen.
            focus: nodes worth looking at.
        """
        lasts = (self.simulation.now_us - self._began_us) / 1e6
        speed = min(1.0, max(SLOWEST, round(lasts / WATCHED_SECONDS, 2)))
        here = self.simulation.now_us
        self.steps.append(TourStep(heading, text, here, speed, tuple(focus), tuple(self._facts)))
        self._facts.clear()

    @property
    def _began_us(self) -> int:
        return self.steps[-1].until_us if self.steps else 0

    def tour(self) -> Tour:
        """Play it all; return what was seen."""
        self.outline.play(self)
        return Tour(
            name=self.name,
            title=self.outline.title,
            steps=tuple(self.steps),
            recording=self.simulation.recording(),
        )

    def soonest(self, node: NodeId) -> int:
        """Tell about how much of a node's countdown is left, in ticks."""
        return self.world.hosts[node].replica.core.ticks_to_deadline()

    # -- what several tours begin with

    def elected(self, term: int = 0) -> NodeId:
        """Wait for a leader of a term after the given one; return its name."""

        def is_so() -> bool:
            leader = self.ask("leader")
            return bool(leader) and self.ask("term", leader) > term

        self.until(f"somebody leads a term after {term}", is_so)
        return str(self.ask("leader"))

    def settled(self, nodes: Iterable[NodeId]) -> None:
        """Wait until some nodes have applied all that the leader has, and know that."""
        wanted = [*nodes]

        def is_so() -> bool:
            last = self.ask("last", self.ask("leader"))
            return all(self.ask("applied", node) == last for node in wanted)

        self.until(f"{listed(wanted)} apply all that the leader has", is_so)


def listed(names: Sequence[object]) -> str:
    """Write names with commas and one "and"."""
    said = [str(name) for name in names]
    return said[0] if len(said) == 1 else f"{', '.join(said[:-1])} and {said[-1]}"
