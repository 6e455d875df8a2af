"""Tree of errors, drawn here, and the parts that errors are made of.

::

    IgniterError
    ├── CompileError              a declaration is wrong; carries every problem found
    │   └── CycleError            the only problems are cycles
    ├── InputError                an execution was given wrong inputs; carries every problem found
    ├── ResolutionError           a node could not be resolved
    │   ├── GuardError            a guard said no
    │   └── MapError              a row of a table failed
    ├── CapabilityViolationError  a policy stopped a node before its executor was entered
    └── ConsensusError            a cluster could not do what it was asked for
        ├── NoLeaderError         nobody leads; nothing was written
        ├── QuorumLostError       too few nodes are alive to decide; nothing was written
        ├── OutcomeUnknownError   a write was sent, and whether it took effect is not known
        ├── CommandError          a command is no plain data, or its reducer refused it
        ├── UnsupportedError      a cluster of this kind cannot do that, another kind can
        └── LogCorruptedError     what a storage kept is damaged where that must not be

Every error has a ``message`` and a ``context``: a read-only mapping with what is known of
``graph``, ``node``, ``path``, ``execution`` and ``location``. The text ends with what is present.
A :class:`Problem` is one finding; it says what was expected, what came, where, and what to do.
"""

from __future__ import annotations

import pickle
import traceback
from dataclasses import dataclass
from types import MappingProxyType, TracebackType
from typing import TYPE_CHECKING, Any, NamedTuple, Self

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from types import FrameType

__all__ = [
    "CONTEXT_KEYS",
    "NOWHERE",
    "CapabilityViolationError",
    "CapabilityWarning",
    "CommandError",
    "CompileError",
    "ConsensusError",
    "ContractWarning",
    "CycleError",
    "GuardError",
    "IgniterError",
    "InputError",
    "Location",
    "LogCorruptedError",
    "MapError",
    "NoLeaderError",
    "OutcomeUnknownError",
    "Problem",
    "QuorumLostError",
    "ResolutionError",
    "UnsupportedError",
    "chain",
    "drop_ours",
    "others",
    "write_tracebacks",
]

CONTEXT_KEYS = ("graph", "node", "path", "execution", "location")


class Location(NamedTuple):
    """A place in the user's source.

    Attributes:
        file: file name as the interpreter knows it; a notebook cell has a made-up one.
        line: line number, 1 is the first.
    """

    file: str
    line: int

    def __str__(self) -> str:
        """Write the place as ``file:line``."""
        return f"{self.file}:{self.line}"


NOWHERE = Location("", 0)
"""The place of what was not written by a person."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One finding about a declaration or about given inputs.

    Attributes:
        rule: short name of the rule that found it, for example ``"unknown-dependency"``.
        message: one sentence that says what is wrong.
        node: name of the node, empty when the whole contract is meant.
        path: path of the node, ``scope.name``.
        place: where it was declared, written for a person (``cell 3, line 5`` in a notebook).
        expected: what would have been right.
        came: what was found instead.
        known: names that would have been known here.
        hint: what to do.

    Examples:
        >>> print(ig.Problem("unknown", "no node 'amuont'", node="total", hint="write 'amount'"))
        total: no node 'amuont'
            do: write 'amount'
    """

    rule: str
    message: str
    node: str = ""
    path: str = ""
    place: str = ""
    expected: str = ""
    came: str = ""
    known: tuple[str, ...] = ()
    hint: str = ""

    def __str__(self) -> str:
        """Write the finding over a few lines."""
        where = f" ({self.place})" if self.place else ""
        lines = [f"{self.path or self.node or 'contract'}{where}: {self.message}"]
        if self.expected:
            lines.append(f"    expected: {self.expected}")
        if self.came:
            lines.append(f"    came: {self.came}")
        if self.known:
            lines.append(f"    known: {_shortened(self.known)}")
        if self.hint:
            lines.append(f"    do: {self.hint}")
        return "\n".join(lines)


def _shortened(names: Sequence[str], limit: int = 20) -> str:
    shown = ", ".join(names[:limit])
    return shown if len(names) <= limit else f"{shown} and {len(names) - limit} more"


class _Shown:
    """What writes tracebacks in a notebook; the plain form until a notebook room is installed.

    Attributes:
        lines: writes the traceback of an error of ours.
        asked: tells whether somebody asks for that: only a shell of IPython does.
    """

    def __init__(self) -> None:
        self.lines: Callable[[IgniterError], list[str]] = traceback.format_exception
        self.asked: Callable[[], bool] = bool


_shown = _Shown()


def write_tracebacks(
    lines: Callable[[IgniterError], list[str]], asked: Callable[[], bool] | None = None
) -> None:
    """Name what writes an error's traceback in a notebook, and what tells whether one asks."""
    _shown.lines = lines
    _shown.asked = asked or _shown.asked


class IgniterError(Exception):
    """Root of everything that this library raises on purpose.

    Args:
        message: what happened, without the context.
        context: what is known of ``graph``, ``node``, ``path``, ``execution``, ``location``.

    Examples:
        >>> class Price(ig.Contract):
        ...     amount = ig.input(float)
        ...     rate = ig.input(float, default=0.2)
        ...
        ...     @ig.output
        ...     def total(amount, rate):
        ...         return amount * (1 + rate)
        >>> try:
        ...     Price(amount="much")
        ... except ig.IgniterError as error:
        ...     print(type(error).__name__)
        InputError
    """

    def __init__(self, message: str, context: Mapping[str, object] | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.context: Mapping[str, object] = MappingProxyType(dict(context or {}))

    def __str__(self) -> str:
        """Write the message followed by what is known of the context."""
        present = {key: self.context[key] for key in CONTEXT_KEYS if self.context.get(key)}
        if present.get("path") == present.get("node"):
            present.pop("path", None)
        known = [f"{key}={value}" for key, value in present.items()]
        return f"{self.message} [{', '.join(known)}]" if known else self.message

    def _render_traceback_(self) -> list[str]:
        """Write the traceback for IPython, which asks; a notebook leaves our frames out."""
        return _shown.lines(self)

    def __reduce__(self) -> tuple[object, ...]:
        """Travel between processes with the context, the notes and what caused it."""
        parts = (type(self), self.message, dict(self.context), self.extra())
        return _arrived, (*parts, _notes(self), _links(self))

    def extra(self) -> tuple[object, ...]:
        """Return what a class knows besides message and context."""
        return ()

    @classmethod
    def revived(
        cls, message: str, context: Mapping[str, object], extra: tuple[object, ...]
    ) -> Self:
        """Make an error of its parts, whatever arguments the class takes."""
        error = cls.__new__(cls)
        IgniterError.__init__(error, message, context)
        error.restore(*extra)
        return error

    def restore(self, *extra: object) -> None:
        """Take back what :meth:`extra` returned."""
        assert not extra, extra

    def inside(self, graph: str, node: str, path: str) -> Self:
        """Return the same error as seen from a contract that nests the failing one.

        Args:
            graph: name of the outer contract.
            node: name of the outer node that nests.
            path: path of that node; the inner path is put behind it.

        Returns:
            A new error of the same class with the same cause.
        """
        inner = self.context.get("path") or self.context.get("node")
        context = {**self.context, "graph": graph, "node": node}
        context["path"] = f"{path}.{inner}" if inner else path
        outer = self.revived(self.message, context, self.extra())
        outer.__cause__ = self.__cause__  # the same error is not told twice
        return outer


class _Link(NamedTuple):
    """An error behind another one, ready to travel.

    Attributes:
        pickled: the error, None if it cannot be pickled.
        told: its class and text, for where it cannot be unpickled.
        cause: whether it is the cause of the one before, not only its context.
        notes: what was noted on it.
    """

    pickled: bytes | None
    told: str
    cause: bool
    notes: tuple[str, ...]


def _links(error: BaseException) -> tuple[_Link, ...]:
    """Return what is behind an error, nearest first, as far as a traceback would tell it."""
    found: list[_Link] = []
    met = {id(error)}
    while True:
        cause = error.__cause__
        hidden = error.__suppress_context__ or cause is not None
        inner = cause if hidden else error.__context__
        if inner is None or id(inner) in met:
            return tuple(found)
        met.add(id(inner))
        found.append(_Link(_pickled(inner), _told(inner), cause is not None, _notes(inner)))
        error = inner


def _told(error: BaseException) -> str:
    """Write class and text of an error without its notes, whatever it does when it is written."""
    written = traceback.TracebackException(type(error), error, None)
    written.__notes__ = None
    return "".join(written.format_exception_only()).strip()


def _notes(error: BaseException) -> tuple[str, ...]:
    notes = getattr(error, "__notes__", None)
    return tuple(note for note in notes if type(note) is str) if type(notes) is list else ()


def _pickled(error: BaseException) -> bytes | None:
    """Return an error without those behind it as bytes; None if its values cannot travel."""
    try:
        if isinstance(error, IgniterError):
            parts: tuple[Any, ...] = (error.message, dict(error.context), error.extra())
            return pickle.dumps((type(error).revived, parts))
        return pickle.dumps(error)
    except Exception:  # noqa: BLE001 -- whatever a person's error holds, ours still travels
        return None


def _unpickled(link: _Link) -> BaseException:
    """Return an error as it was; where that cannot be, one that tells what it was."""
    found: object = None
    if link.pickled is not None:
        try:
            found = pickle.loads(link.pickled)  # noqa: S301 -- it is part of a pickle itself
            found = found[0](*found[1]) if isinstance(found, tuple) else found
        except Exception:  # noqa: BLE001 -- its class may be unknown here, or ask for more
            found = None
    error = found if isinstance(found, BaseException) else Exception(link.told)
    if link.notes:
        error.__notes__ = [*link.notes]
    return error


def _arrived(  # noqa: PLR0913, PLR0917 -- the parts of an error, in their order
    kind: type[IgniterError],
    message: str,
    context: Mapping[str, object],
    extra: tuple[object, ...],
    notes: tuple[str, ...],
    links: tuple[_Link, ...],
) -> IgniterError:
    """Make an error of what has travelled, with those behind it."""
    error = kind.revived(message, context, extra)
    if notes:
        error.__notes__ = [*notes]
    outer: BaseException = error
    for link in links:
        inner = _unpickled(link)
        if link.cause:
            outer.__cause__ = inner
        else:
            outer.__context__ = inner
        outer = inner
    return error


_PACKAGE = __name__.partition(".")[0]

_MACHINERY = frozenset({"asyncio", "concurrent", "threading"})
"""What of the standard library runs a person's functions for us."""


def drop_ours(error: BaseException, *meant: type[Exception]) -> None:
    """Take our frames out of the tracebacks of an error that leaves us, and of those behind it.

    Called where a person called us, before a bare ``raise``, which adds no frame again: what is
    left is the person's line, then whatever of theirs we called. An error that we did not mean,
    raised by a line of ours, keeps all of its frames, and so does an error of ours in a notebook,
    which shows it without them and keeps it for its debugger.

    Args:
        error: the error that leaves.
        meant: classes of errors, besides our own, that a line of ours raises on purpose.
    """
    if isinstance(error, IgniterError) and _shown.asked():
        return
    for each in chain(error):
        trace, inner = each.__traceback__, each.__context__
        if inner is not None and each.__cause__ is None and _between_us(inner):
            each.__context__ = None  # caught by us on the way: no part of the story
        if _leaves(each, meant) or not _raised_by_us(trace):
            each.__traceback__ = others(trace)


def _leaves(error: BaseException, meant: tuple[type[Exception], ...]) -> bool:
    """Tell whether an error is one that is meant to be seen, or stopped us from outside."""
    return isinstance(error, (IgniterError, *meant)) or not isinstance(error, Exception)


def _between_us(error: BaseException) -> bool:
    trace = error.__traceback__
    own = isinstance(error, IgniterError) or not isinstance(error, Exception)
    return trace is not None and not own and others(trace) is None


def _raised_by_us(trace: TracebackType | None) -> bool:
    """Tell whether the innermost frame is ours."""
    innermost = None
    for each in _walk(trace):
        innermost = each
    return innermost is not None and _room(innermost.tb_frame) == _PACKAGE


def others(trace: TracebackType | None) -> TracebackType | None:
    """Return a copy of a traceback without our frames and those that run functions for us."""
    kept: list[TracebackType] = []
    behind_us, whole = False, [*_walk(trace)]
    for each in whole:
        room = _room(each.tb_frame)
        behind_us = room == _PACKAGE or (behind_us and room in _MACHINERY)
        if not behind_us:
            kept.append(each)
    if len(kept) == len(whole):
        return trace
    found: TracebackType | None = None
    for each in reversed(kept):
        found = TracebackType(found, each.tb_frame, each.tb_lasti, each.tb_lineno)
    return found


def chain(error: BaseException | None) -> Iterator[BaseException]:
    """Yield an error, what caused it, and so on; each once, even if they go round in a circle."""
    met: set[int] = set()
    while error is not None and id(error) not in met:
        met.add(id(error))
        yield error
        error = error.__cause__ or error.__context__


def _walk(trace: TracebackType | None) -> Iterator[TracebackType]:
    while trace is not None:
        yield trace
        trace = trace.tb_next


def _room(frame: FrameType) -> str:
    return str(frame.f_globals.get("__name__", "")).partition(".")[0]


class _FindingsError(IgniterError):
    """An error that is a list of problems."""

    def __init__(
        self,
        message: str,
        context: Mapping[str, object] | None = None,
        problems: Sequence[Problem] = (),
    ) -> None:
        super().__init__(message, context)
        self.problems = tuple(problems)

    def __str__(self) -> str:
        """Write the message and then every problem, numbered."""
        listed = [f"  {number}. {problem}" for number, problem in enumerate(self.problems, 1)]
        return "\n".join([super().__str__(), *listed])

    def extra(self) -> tuple[object, ...]:
        return (self.problems,)

    def restore(self, *extra: object) -> None:
        (problems,) = extra
        assert isinstance(problems, tuple)
        self.problems = problems


class CompileError(_FindingsError):
    """A declaration is wrong; :attr:`problems` has every finding, not the first.

    Examples:
        >>> try:
        ...     class Wrong(ig.Contract):
        ...         amount = ig.input(float)
        ...
        ...         @ig.output
        ...         def total(amuont):
        ...             return amuont
        ... except ig.CompileError as error:
        ...     print(error.problems[0].message)
        parameter 'amuont' of Wrong.total has no source
    """


class CycleError(CompileError):
    """Nodes depend on one another in a circle; the problems name the paths.

    Examples:
        >>> try:
        ...     class Circle(ig.Contract):
        ...         one = ig.compute(lambda other: other)
        ...         other = ig.compute(lambda one: one)
        ...         ig.expose("one")
        ... except ig.CycleError as error:
        ...     print(error.problems[0].message)
        nodes depend on one another in a circle: one → other → one
    """


class InputError(_FindingsError):
    """Inputs are unknown, missing or of the wrong type; :attr:`problems` has all of them.

    Examples:
        >>> class Price(ig.Contract):
        ...     amount = ig.input(float)
        ...     rate = ig.input(float, default=0.2)
        ...
        ...     @ig.output
        ...     def total(amount, rate):
        ...         return amount * (1 + rate)
        >>> try:
        ...     Price(amount="much")
        ... except ig.InputError as error:
        ...     print(error.problems[0].message)
        Input should be a valid number
    """


class ResolutionError(IgniterError):
    """A node could not be resolved; ``__cause__`` is what its function raised.

    Examples:
        >>> class Share(ig.Contract):
        ...     total = ig.input(float)
        ...     people = ig.input(int)
        ...     each = ig.output(lambda total, people: total / people)
        >>> try:
        ...     Share(total=10.0, people=0).result.each
        ... except ig.ResolutionError as error:
        ...     print(repr(error.__cause__))
        ZeroDivisionError('float division by zero')
    """


class GuardError(ResolutionError):
    """A guard said no; the nodes that it gates did not run.

    Examples:
        >>> class Order(ig.Contract):
        ...     country = ig.input(str)
        ...     shipped = ig.guard("country", one_of=["UA", "PL"], message="we do not ship there")
        ...
        ...     @ig.output
        ...     def fee(country, shipped):
        ...         return 5.0
        >>> try:
        ...     Order(country="FR").result.fee
        ... except ig.GuardError as error:
        ...     print(error.message)
        we do not ship there (got country='FR', expected one of 'UA', 'PL')
    """


class MapError(ResolutionError):
    """A row of a table could not be computed; the rows behind it were not tried.

    Attributes:
        position: number of the row, the first is 0.
        label: what the row is called in the index of the table; its position where there is none.
        node: path of the node that failed, or name of the input that does not fit.

    Examples:
        >>> class Share(ig.Contract):
        ...     amount = ig.input(float)
        ...     people = ig.input(int)
        ...
        ...     @ig.output
        ...     def each(amount, people):
        ...         return amount / people
        >>> try:
        ...     Share.map([{"amount": 9.0, "people": 3}, {"amount": 5.0, "people": 0}])
        ... except ig.MapError as error:
        ...     print(error.position, error.node, error.__cause__)
        1 each float division by zero
    """

    def __init__(
        self,
        message: str,
        context: Mapping[str, object] | None = None,
        where: tuple[int, object, str] = (0, 0, ""),
    ) -> None:
        super().__init__(message, context)
        self.position, self.label, self.node = where

    def extra(self) -> tuple[object, ...]:
        """Return where it happened."""
        return (self.position, self.label, self.node)

    def restore(self, *extra: object) -> None:
        """Take back where it happened."""
        position, self.label, node = extra
        self.position, self.node = int(str(position)), str(node)


class CapabilityViolationError(IgniterError):
    """A policy denied what a node declares; its executor was not entered.

    Attributes:
        capabilities: the denied capability names.

    Examples:
        >>> class Rates(ig.Contract):
        ...     currency = ig.input(str)
        ...
        ...     @ig.output
        ...     @ig.requires("network")
        ...     def rate(currency):
        ...         return 41.5
        >>> with ig.policy(denied=["network"]):
        ...     try:
        ...         Rates(currency="EUR").result.rate
        ...     except ig.CapabilityViolationError as error:
        ...         print(error.capabilities)
        ('network',)
    """

    def __init__(
        self,
        message: str,
        context: Mapping[str, object] | None = None,
        capabilities: Sequence[str] = (),
    ) -> None:
        super().__init__(message, context)
        self.capabilities = tuple(capabilities)

    def extra(self) -> tuple[object, ...]:
        """Return the denied names."""
        return self.capabilities

    def restore(self, *extra: object) -> None:
        """Take back the denied names."""
        self.capabilities = tuple(str(name) for name in extra)


class ConsensusError(IgniterError):
    """A cluster could not do what it was asked for.

    Examples:
        >>> from igniter_nb.consensus import Cluster
        >>> cluster = Cluster.start(1)
        >>> cluster.stop()
        >>> try:
        ...     cluster.write(key="price", value=99)
        ... except ig.ConsensusError as error:
        ...     print(error.message)
        the cluster is stopped; start another one
    """


class NoLeaderError(ConsensusError):
    """Nobody leads the cluster within the time allowed; what was asked for was not written.

    Examples:
        >>> from igniter_nb.consensus import Cluster
        >>> with Cluster.start(3) as cluster:
        ...     leader = cluster.wait_for_leader(10)
        ...     killed = [cluster.kill(node) for node in ("n1", "n2", "n3")]
        ...     try:
        ...         cluster.wait_for_leader(0.1)
        ...     except ig.NoLeaderError:
        ...         print("nobody leads")
        nobody leads
    """


class QuorumLostError(ConsensusError):
    """Fewer nodes are alive than it takes to decide; what was asked for was not written.

    Examples:
        >>> from igniter_nb.consensus import Cluster
        >>> with Cluster.start(3, timeout=0.5) as cluster:
        ...     leader = cluster.wait_for_leader(10).node_id
        ...     killed = [cluster.kill(node) for node in {"n1", "n2", "n3"} - {leader}]
        ...     try:
        ...         cluster.write(key="price", value=99)
        ...     except (ig.QuorumLostError, ig.NoLeaderError):  # it may step down first
        ...         print("nothing was written")
        nothing was written
    """


class OutcomeUnknownError(ConsensusError):
    """A write was sent and not confirmed in time: it may take effect, have done so, or never.

    Examples:
        >>> from igniter_nb.consensus import Cluster
        >>> with Cluster.start(3) as cluster:
        ...     written = cluster.write(key="price", value=99)
        ...     paused = cluster.pause()
        ...     cluster.timeout = 0.05
        ...     try:
        ...         cluster.write(key="price", value=100)
        ...     except ig.OutcomeUnknownError:
        ...         cluster.timeout = 10
        ...         print(cluster.resume().read("price") in {99, 100})  # ask, or write it again
        True
    """


class CommandError(ConsensusError):
    """A command is no plain data, or the state machine refused it; the state is unchanged.

    Examples:
        >>> from igniter_nb.consensus import encode
        >>> try:
        ...     encode({"key": {1, 2}})
        ... except ig.CommandError as error:
        ...     print(error.message)
        a command is plain data; 2 places are not:
          1. key: expected plain data, came {1, 2} (set); use a sorted list: sorted(x)
          2. key: expected a str, came {1, 2} (set)
    """


class UnsupportedError(ConsensusError):
    """A cluster is of a kind that cannot do what was asked; another kind can.

    Examples:
        >>> raise ig.UnsupportedError("kill: its nodes are not ours to break")
        Traceback (most recent call last):
        igniter_nb.errors.UnsupportedError: kill: its nodes are not ours to break
    """


class LogCorruptedError(ConsensusError):
    """What a storage kept is damaged before its end, where a crash cannot have torn it.

    Examples:
        >>> from pathlib import Path
        >>> from tempfile import TemporaryDirectory
        >>> from igniter_nb.consensus import Cluster
        >>> with TemporaryDirectory() as folder:
        ...     with Cluster.start(1, storage=folder) as cluster:
        ...         written = cluster.write(key="price", value=99)
        ...     (kept,) = Path(folder, "n1").glob("snapshot-*")
        ...     size = kept.write_bytes(b"?" * kept.stat().st_size)
        ...     try:
        ...         Cluster.start(1, storage=folder)
        ...     except ig.LogCorruptedError as error:
        ...         print("snapshot" in error.message)
        True
    """


class ContractWarning(UserWarning):
    """A contract compiles but holds something its author hardly meant.

    Examples:
        >>> import warnings
        >>> with warnings.catch_warnings(record=True) as told:
        ...     warnings.simplefilter("always")
        ...     class Price(ig.Contract):
        ...         amount = ig.input(float)
        ...         unused = ig.input(float)
        ...         total = ig.output(lambda amount: amount)
        >>> [each.category.__name__ for each in told]
        ['ContractWarning']
    """


class CapabilityWarning(UserWarning):
    """A policy met a capability name that it does not know.

    Examples:
        >>> import warnings
        >>> @ig.requires("netwrok")
        ... class Rate(ig.Executor):
        ...     def call(self, currency):
        ...         return 41.5
        >>> class Rates(ig.Contract):
        ...     currency = ig.input(str)
        ...     rate = ig.output(Rate)
        >>> with warnings.catch_warnings(record=True) as told, ig.policy(on_unknown="warn"):
        ...     warnings.simplefilter("always")
        ...     Rates(currency="EUR").result.rate
        41.5
        >>> [each.category.__name__ for each in told]
        ['CapabilityWarning']
    """
