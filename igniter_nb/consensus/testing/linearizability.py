"""Linearizability check: one order of all operations that explains every answer, if there is one.

Each key is searched alone, since linearizability is local (Herlihy and Wing 1990, theorem 1). A
key is a register with read, write, delete and compare-and-set; absent is ``None``. No kept library
does this. The search is in :mod:`igniter_nb.consensus.testing.search`; here it is asked, and what
it found is told to a person.

Always: same operations, same verdict and same text. "linearizable" and "not linearizable" are
proven; "gave up" says nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from igniter_nb.consensus.testing.history import Operation, Outcome
from igniter_nb.consensus.testing.search import Answer, Search, end_of, freeze, short, start_of

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Sequence

__all__ = ["Answer", "Verdict", "check"]

_Pairs = list[tuple[Operation, Operation]]

_EASY_STEPS = 1_000  # of the first round, in which no hard key may starve the others
_CONFLICT_LINES = 20
_PREFIX_LINES = 8
_SHRINKING = 200_000  # operations looked at, besides twenty times all, to find a small conflict


class Verdict(NamedTuple):
    """The answer of a check; true only if it is "linearizable".

    Attributes:
        answer: what was found.
        key: the key that was found not linearizable or was given up; else None.
        explanation: the reason as text for a person; empty if linearizable.
        steps: how many steps were searched, those for the explanation included.
        conflict: a few operations that already contradict one another, by start.
        prefix: the longest prefix of the key's history that is linearizable, in such an order.
    """

    answer: Answer
    key: Hashable = None
    explanation: str = ""
    steps: int = 0
    conflict: tuple[Operation, ...] = ()
    prefix: tuple[Operation, ...] = ()

    def __bool__(self) -> bool:
        """Whether the history is proven linearizable."""
        return self.answer is Answer.LINEARIZABLE


def check(history: Iterable[Operation], *, budget: int = 1_000_000) -> Verdict:
    """Decide whether a history is linearizable.

    Keys are searched one by one. First each gets a few steps, then the hard ones share what is
    left of the budget, so that one hard key hides no fault of another. An explanation may take
    as many steps again, and forty for each operation of its key.

    Args:
        history: the operations, in any order.
        budget: how many steps to search before giving up. A history without much overlap takes at
            most one for each operation; a million takes some seconds and up to 300 MB.

    Returns:
        The verdict about the first key found not linearizable, else about the first given up.

    Raises:
        ValueError: an operation ends before it starts, is of no known kind, or is a mismatch and
            no cas.
        TypeError: a value is neither plain data nor hashable.
    """
    parts: dict[Hashable, list[Operation]] = {}
    for operation in history:
        if operation.outcome != Outcome.FAILED or operation.end is None:
            parts.setdefault(operation.key, []).append(operation)
    steps, hard = 0, list(parts)
    for last_round in (False, True):
        waiting, hard = hard, []
        for place, key in enumerate(waiting):
            part = parts[key]
            allowed = max(0, budget - steps)
            if last_round:
                allowed //= len(waiting) - place
            else:
                allowed = min(allowed, _EASY_STEPS + 2 * len(part))
            search = Search(part)
            found = search.run(allowed)
            steps += search.steps
            if found is Answer.NOT_LINEARIZABLE:
                return _explain(part, steps=steps, budget=budget)
            if found is Answer.GAVE_UP:
                hard.append(key)
    return _give_up(parts[hard[0]], steps) if hard else Verdict(Answer.LINEARIZABLE, steps=steps)


class _Prober:
    """Searches parts of a history that is not linearizable, as long as its steps last.

    Operations are pairs: as recorded, and as they were at some moment, when those that had not
    returned were still of unknown outcome.
    """

    def __init__(self, budget: int) -> None:
        self.budget = budget
        self.steps = 0

    def search(self, pairs: _Pairs) -> tuple[Answer, list[Operation]]:
        """Return the answer, and the order in which the operations were placed."""
        search = Search([seen for _, seen in pairs])
        answer = search.run(self.budget - self.steps)
        self.steps += search.steps
        return answer, search.order()

    def contradicts(self, pairs: _Pairs) -> bool:
        """Tell if there is surely no order of these operations."""
        return self.search(pairs)[0] is Answer.NOT_LINEARIZABLE


def _known(operations: Sequence[Operation], returns: Sequence[Operation], count: int) -> _Pairs:
    """Return what was known when the first ``count`` of the returns had been seen and no more.

    An operation on its way may have taken effect, unless it is known to have none.
    """
    known = {id(operation) for operation in returns[:count]}
    moment = end_of(returns[count - 1])
    pairs = [
        (operation, operation if id(operation) in known else operation._replace(end=None))
        for operation in operations
        if start_of(operation) <= moment
    ]
    return [pair for pair in pairs if pair[1].end is not None or _changes(pair[0])]


def _first_contradiction(
    operations: Sequence[Operation], returns: Sequence[Operation], prober: _Prober
) -> int:
    """Return how many returns it takes until there is no order.

    Every prefix of a linearizable history is linearizable, so it is found by bisection.
    """
    low, high = 1, len(returns)
    while low < high:
        middle = (low + high) // 2
        if prober.contradicts(_known(operations, returns, middle)):
            high = middle
        else:
            low = middle + 1
    return high


def _without(pairs: _Pairs, dropped: _Pairs) -> _Pairs:
    """Return the pairs without the dropped ones, save those that some other one may have seen.

    What is left is linearizable if all are: leaving out what changes nothing, or what nobody saw,
    spoils no order.
    """
    stay = {id(pair) for pair in pairs} - {id(pair) for pair in dropped}
    while True:
        kept = [pair[1] for pair in pairs if id(pair) in stay]
        wanted = {freeze(_sees(s)) for s in kept if s.kind in {"read", "cas"} and _shows(s)}
        unwanted = {freeze(seen.expected) for seen in kept if not _shows(seen)}
        missing = {
            id(pair)
            for pair in dropped
            if _changes(pair[1])
            and ((value := freeze(_gives(pair[1]))) in wanted or unwanted - {value})
        }
        if missing <= stay:
            return [pair for pair in pairs if id(pair) in stay]
        stay |= missing


def _near(pairs: _Pairs, culprit: Operation, prober: _Prober) -> _Pairs:
    """Return the last few operations, and what they have to see, if they contradict already."""
    size = 2
    while size < len(pairs):
        far = [
            pair
            for place, pair in enumerate(pairs, start=size - len(pairs))
            if pair[0] is not culprit and (place < 0 or not _shows(pair[1]))
        ]
        fewer = _without(pairs, far)
        if prober.contradicts(fewer):
            return fewer
        size *= 4
    return pairs


def _shrink(pairs: _Pairs, culprit: Operation, prober: _Prober) -> _Pairs:
    """Leave out what the contradiction does not need, in ever smaller pieces."""
    pairs = _near(pairs, culprit, prober)
    size = len(pairs)
    work = _SHRINKING + 10 * size
    while size:
        for place in range(len(pairs) - size, -size, -size):
            piece = [pair for pair in pairs[max(0, place) : place + size] if pair[0] is not culprit]
            fewer = _without(pairs, piece)
            work -= len(pairs)
            if work < 0:
                return pairs
            if len(fewer) < len(pairs) and prober.contradicts(fewer):
                pairs = fewer
        size //= 2
    return pairs


def _sees(operation: Operation) -> object:
    return operation.expected if operation.kind == "cas" else operation.result


def _shows(operation: Operation) -> bool:
    return operation.kind != "cas" or _changes(operation)


def _gives(operation: Operation) -> object:
    return None if operation.kind == "delete" else operation.argument


def _changes(operation: Operation) -> bool:
    mismatch = operation.outcome == Outcome.MISMATCH and operation.end is not None
    return operation.kind != "read" and not mismatch


def _explain(part: Sequence[Operation], *, steps: int, budget: int) -> Verdict:
    prober = _Prober(budget + 40 * len(part))
    operations = sorted(part, key=start_of)
    returns = sorted((one for one in operations if one.end is not None), key=end_of)
    count = _first_contradiction(operations, returns, prober)
    culprit, pairs = returns[count - 1], _known(operations, returns, count)
    conflict = [operation for operation, _ in _shrink(pairs, culprit, prober)]
    prefix = _fitting(_known(operations, returns, count - 1) if count > 1 else [], prober)
    lines = [
        f"key {short.repr(culprit.key)} is not linearizable: {_accuse(culprit, conflict)}",
        "These operations contradict one another:",
        *map(_line, conflict[:_CONFLICT_LINES]),
    ]
    if len(conflict) > _CONFLICT_LINES:
        lines.append(f"  and {len(conflict) - _CONFLICT_LINES} more")
    if prefix:
        shown = prefix[-_PREFIX_LINES:]
        lines.append(
            f"All before that fits, in this order (the last {len(shown)} of {len(prefix)}):"
        )
        lines.extend(map(_line, shown))
    return Verdict(
        Answer.NOT_LINEARIZABLE,
        culprit.key,
        "\n".join(lines),
        steps + prober.steps,
        tuple(conflict),
        tuple(prefix),
    )


def _fitting(pairs: _Pairs, prober: _Prober) -> list[Operation]:
    """Return the operations as recorded in an order that fits, none if it was not found."""
    recorded = {id(seen): operation for operation, seen in pairs}
    answer, order = prober.search(pairs)
    return [recorded[id(seen)] for seen in order] if answer is Answer.LINEARIZABLE else []


def _accuse(culprit: Operation, conflict: Sequence[Operation]) -> str:
    """Return in one sentence what cannot be placed, and what stands most plainly against it."""
    claim = f"{_name(culprit)} {_answer(culprit)}, but "
    mismatch = culprit.outcome == Outcome.MISMATCH
    wanted = freeze(_sees(culprit))
    others = [operation for operation in conflict if operation is not culprit]
    shown = [
        (operation, freeze(_gives(operation) if _changes(operation) else operation.result))
        for operation in others
        if _shows(operation)
    ]
    if not mismatch and wanted is not None and wanted not in [value for _, value in shown]:
        return f"{claim}nothing had written {short.repr(_sees(culprit))} by then"
    against = [
        operation
        for operation, value in shown
        if (value == wanted) is mismatch and end_of(operation) < start_of(culprit)
    ]
    if not against:
        return f"{claim}it fits in no order of the operations around it"
    last = max(against, key=end_of)
    return f"{claim}{_name(last)} had {_answer(last)} before it started"


def _give_up(part: Sequence[Operation], steps: int) -> Verdict:
    key = part[0].key
    text = (
        f"gave up on key {short.repr(key)} with {len(part)} operations after {steps} steps: "
        "neither an order nor a contradiction was found. Give a larger budget, or record fewer "
        "operations at once on one key, or values that differ"
    )
    return Verdict(Answer.GAVE_UP, key, text, steps)


def _line(operation: Operation) -> str:
    return f"  {_name(operation)} {_answer(operation)}"


def _name(operation: Operation) -> str:
    key, argument = short.repr(operation.key), short.repr(operation.argument)
    what = {
        "read": f"read of {key}",
        "write": f"write of {argument} to {key}",
        "delete": f"delete of {key}",
        "cas": f"cas of {key} from {short.repr(operation.expected)} to {argument}",
    }[operation.kind]
    end = "?" if operation.end is None else operation.end
    return f"{what} by {operation.client} at [{operation.start}, {end}]"


def _answer(operation: Operation) -> str:
    if operation.end is None:
        return "has an unknown outcome"
    if operation.kind == "read":
        return f"returned {short.repr(operation.result)}"
    if operation.kind != "cas":
        return "returned"
    return "found another value" if operation.outcome == Outcome.MISMATCH else "swapped"
