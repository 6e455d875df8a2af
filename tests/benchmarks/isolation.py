"""Costs of isolation: that a step cannot change what others see, and of the other ways to it.

A value is looked at once, when it arrives; each reader then gets a copy or a view. Beside it stand
the two other ways, written by hand: to compare with the kept value after each reader, and to freeze
the value once, with subclasses that refuse. Both miss nothing: items are compared by identity,
since ``1 == True``, and keys with their order.
"""

from __future__ import annotations

from functools import partial
from itertools import chain
from operator import is_
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from igniter_nb.incremental import isolation
from tests.benchmarks.table import Row

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.benchmarks.rows import Sizes
    from tests.benchmarks.stopwatch import Stopwatch


class FrozenList(list[Any]):
    """A list that refuses what every frozen list would, written in Python."""

    def append(self, _: Any) -> None:
        """Refuse."""
        raise TypeError


class FrozenDict(dict[Any, Any]):
    """A dict that refuses what every frozen dict would, written in Python."""

    def __setitem__(self, *_: Any) -> None:
        raise TypeError


def isolating(watch: Stopwatch, sizes: Sizes) -> Iterator[Row]:
    """Measure values of each make at two sizes."""
    for items in sizes.items:
        times = max(1, min(sizes.calls, 100_000 // items))
        yield from containers(watch, items, times)
        yield from by_libraries(watch, items, times)


def repeated(work: Callable[[Any], object], value: Any, times: int) -> Callable[[], None]:
    """Return what does something short many times."""

    def done() -> None:
        for _ in range(times):
            work(value)

    return done


def containers(watch: Stopwatch, items: int, times: int) -> Iterator[Row]:
    """Measure plain containers: flat and nested."""
    values: dict[str, tuple[Any, Callable[[Any, Any], bool], Callable[[Any], Any]]] = {
        "list of numbers": (list(range(items)), same_list, FrozenList),
        "dict of numbers": ({at: at for at in range(items)}, same_dict, FrozenDict),
        "set of numbers": (set(range(items)), set.__eq__, frozenset),
        "bytearray": (bytearray(items), bytearray.__eq__, bytes),
        "list of dicts": (
            [{"a": at, "b": at} for at in range(items)],
            same_rows,
            lambda rows: FrozenList(map(FrozenDict, rows)),
        ),
    }
    for name, (value, same, frozen) in values.items():
        how = isolation(value)
        assert how is not None
        kept, reader = how.keep(value), how.lend(value)
        assert kept == reader == value
        assert same(kept, reader)
        assert frozen(value) == value
        what = f"a {name}, {items:,} items"
        taken = watch.compare(
            repeated(partial(same, kept), reader, times), repeated(how.lend, kept, times), per=times
        )
        yield Row(
            f"{what}: a copy for a reader", "µs", taken.ours, taken.floor, "compare", taken.ratio
        )
        looked = watch.alone(repeated(isolation, value, times), per=times)
        yield Row(f"{what}: looked at on arrival", "µs", looked)
        froze = watch.alone(repeated(frozen, value, times), per=times)
        yield Row(f"{what}: frozen once", "µs", froze)


def same_list(kept: list[Any], reader: list[Any]) -> bool:
    """Compare items by identity."""
    return len(kept) == len(reader) and all(map(is_, kept, reader))


def same_dict(kept: dict[Any, Any], reader: dict[Any, Any]) -> bool:
    """Compare keys in their order and items by identity."""
    return same_list([*kept], [*reader]) and same_list([*kept.values()], [*reader.values()])


def same_rows(kept: list[Any], reader: list[Any]) -> bool:
    """Compare rows in one go: all their keys, then all their items."""
    return (
        len(kept) == len(reader)
        and all(map(is_, chain.from_iterable(kept), chain.from_iterable(reader)))
        and all(
            map(
                is_,
                chain.from_iterable(map(dict.values, kept)),
                chain.from_iterable(map(dict.values, reader)),
            )
        )
    )


def by_libraries(watch: Stopwatch, items: int, times: int) -> Iterator[Row]:
    """Measure arrays and frames."""
    values = {
        "array": np.arange(items, dtype=float),
        "frame of three columns": pd.DataFrame({name: np.arange(items) for name in "abc"}),
        "frame with Int64 and text": pd.DataFrame(
            {"a": pd.array(range(items), dtype="Int64"), "b": [str(at) for at in range(items)]}
        ),
        "frame with a column of lists": pd.DataFrame({"a": [[at] for at in range(items)]}),
    }
    for name, value in values.items():
        how = isolation(value)
        assert how is not None
        kept = how.keep(value)
        what = f"{'an' if name == 'array' else 'a'} {name}, {items:,} rows"
        many = times if "lists" in name else max(times, 10)
        lent = watch.alone(repeated(how.lend, kept, many), per=many)
        yield Row(f"{what}: lent to a reader", "µs", lent)
        took = watch.alone(repeated(how.keep, value, times), per=times)
        yield Row(f"{what}: kept, if somebody holds it", "µs", took)
