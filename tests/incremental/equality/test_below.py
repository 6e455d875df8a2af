"""Arrays and frames whose memory is written to from below: the old value shows it too."""

from __future__ import annotations

import types
from typing import Any

import numpy as np
import pandas as pd
import pytest

from igniter_nb.incremental import same
from igniter_nb.incremental.equality.arrays import arrays

KYIV = "Europe/Kyiv"


def written(array: Any, value: Any) -> Any:
    """Return what writes a value into an array."""
    return lambda: array.__setitem__(0, value)


def cases() -> dict[str, tuple[Any, Any]]:
    """Return arrays of each kind that pandas has, and what writes into them."""
    days = pd.to_datetime(["2024", "2025"])
    arrays = {
        "numbers": (np.array([1.0, 2.0]), 9),
        "texts": (np.array(["a", None], dtype=object), "z"),
        "Int64": (pd.array([1, None], dtype="Int64"), 9),
        "Float64": (pd.array([1.5, None], dtype="Float64"), 9),
        "boolean": (pd.array([True, None], dtype="boolean"), False),
        "string": (pd.array(["a", None], dtype=pd.StringDtype("python")), "z"),
        "category": (pd.Categorical(["a", "b"]), "b"),
        "zoned": (pd.array(days.tz_localize(KYIV)), pd.Timestamp("2000", tz=KYIV)),
        "moments": (pd.array(days), pd.Timestamp("2000")),
        "durations": (pd.array(pd.to_timedelta(["1h", "2h"])), pd.Timedelta("9h")),
        "periods": (
            pd.array(pd.period_range("2024", periods=2, freq="D")),
            pd.Period("2000-01-01"),
        ),
        "intervals": (pd.array(pd.interval_range(0, 2)), pd.Interval(5, 6)),
    }
    sparse = pd.arrays.SparseArray([0, 1, 0, 2])
    found = {name: (array, written(array, value)) for name, (array, value) in arrays.items()}
    return {**found, "sparse": (sparse, written(sparse.sp_values, 9))}


NAMES = cases().keys()


def column(array: Any) -> Any:
    """Return a column over an array."""
    return pd.Series(array, copy=False)


def frame(array: Any) -> Any:
    """Return a frame over an array."""
    return pd.DataFrame({"a": column(array)}, copy=False)


def labels(array: Any) -> Any:
    """Return a frame whose labels are an array."""
    return pd.DataFrame({"a": [1] * len(array)}, index=array)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("wrap", [column, frame, labels, pd.Index])
def test_each_kind_of_column_is_recognised(name, wrap):
    """Columns and labels made twice are the same, whatever holds them."""
    assert same(wrap(cases()[name][0]), wrap(cases()[name][0]))


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("wrap", [column, frame, labels])
def test_what_was_written_below_a_frame_has_changed(name, wrap):
    """Two frames over one array both show what was written to it, so neither is the old one."""
    array, write = cases()[name]
    before, after = wrap(array), wrap(array)
    shown = repr(before)
    write()

    assert not same(before, after) or repr(before) == shown  # pandas may have copied


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("wrap", [column, frame])
def test_a_shallow_copy_has_changed(name, wrap):
    """A frame that shares its columns with another may be written to through that."""
    whole = wrap(cases()[name][0])

    assert not same(whole, whole.copy(deep=False))


@pytest.mark.parametrize("name", NAMES)
def test_one_item_that_differs_is_found(name):
    """A column in which one item is another has changed."""
    array, write = cases()[name]
    write()

    assert not same(column(cases()[name][0]), column(array))
    assert not same(column(array), column(cases()[name][0]))


def renamed(index: Any, name: str) -> Any:
    """Return an index with another name, set in place."""
    index.name = name
    return index


def test_the_name_of_an_index_may_be_set_in_place():
    """An index that is the same object may have had another name, on its own and in a frame."""
    index = pd.Index([1, 2], name="a")
    span = pd.RangeIndex(2, name="a")

    assert not same(index, renamed(index, "b"))
    assert not same(span, renamed(span, "b"))
    assert not same(pd.Series([1, 2], index=index), pd.Series([1, 2], index=index))


def several() -> Any:
    """Return an index of two levels."""
    return pd.MultiIndex.from_tuples([(1, "a"), (2, "b")], names=["x", "y"])


def test_levels_that_are_shared_have_changed():
    """An index of several levels is compared by levels and codes, unless these are shared."""
    index = several()

    assert same(several(), several())
    assert not same(index, index.view())
    assert not same(several(), several().set_names(["x", "z"]))


def test_attributes_and_flags_of_a_frame_count():
    """What is set on a frame besides its columns is a part of it."""
    plain, strict, marked = frame([1]), frame([1]), frame([1])
    strict.flags.allows_duplicate_labels = False
    object.__setattr__(marked, "unit", "m")

    assert not same(plain, strict)
    assert not same(plain, marked)


def test_places_of_sparse_columns_count():
    """The same numbers at other places are another column."""
    make = pd.arrays.SparseArray

    assert not same(column(make([0, 1, 2])), column(make([1, 0, 2])))
    assert not same(column(make([0, 1, 2], kind="block")), column(make([1, 0, 2], kind="block")))
    assert same(column(make([0, 1], kind="block")), column(make([0, 1], kind="block")))
    assert not same(column(make([0, 1], kind="block")), column(make([0, 1])))


def test_missing_values_among_objects_are_compared_apart():
    """What is missing counts by its kind and place, many of a kind at once."""
    numbers = [1.5, float("nan"), None, pd.NaT, pd.NA, "a"]

    def made(*items):
        return pd.Series([*items], dtype=object)

    assert same(made(*numbers), made(*numbers))
    assert same(made("a", pd.NA), made("a", pd.NA))
    assert same(made("a", float("nan")), made("a", float("nan")))
    assert not same(made("a", float("nan")), made("a", None))
    assert not same(made("a", float("nan")), made(float("nan"), "a"))
    assert not same(made("a", pd.NA), made(pd.NA, "a"))
    assert not same(made(1, pd.NA), made(True, pd.NA))


def test_an_array_of_somebody_elses_has_changed():
    """A column over an array that is unknown is not looked into."""

    class Foreign(pd.arrays.IntegerArray):
        """Derived from one that is known."""

    def made():
        return column(Foreign(np.array([1]), np.array([False])))

    assert not same(made(), made())


class Unit(np.float64):
    """A number of somebody else's."""


ROW = [("a", "f8"), ("b", "i4")]
NOTED = np.dtype("f8", metadata={"unit": "m"})
TEXT = np.dtypes.StringDType()

EQUAL = {
    "rows": lambda: np.zeros(2, ROW)[0],
    "metadata": lambda: np.zeros(2, np.dtype("f8", metadata={"unit": "m"})),
    "metadata of a field": lambda: np.zeros(
        2, np.dtype([("a", np.dtype("f8", metadata={"u": 1}))])
    ),
    "array in a field": lambda: np.zeros(2, [("a", "f8", (2,))]),
    "column by column": lambda: np.zeros((2, 2), order="F"),
    "every other": lambda: np.arange(9.0)[::2],
    "objects": lambda: np.array([[1, "a"], [None, 2.0]], dtype=object),
    "texts": lambda: np.array(["a" * 99], dtype=TEXT),
    "long floats": lambda: np.array([1, float("nan")], dtype="g"),
    "single": lambda: np.array(1.5),
}

DIFFERENT = {
    "order": (np.zeros((2, 2)), np.zeros((2, 2), order="F")),
    "strides": (np.zeros((4, 4))[::2, ::2], np.zeros((2, 8))[:, ::4]),
    "metadata": (np.zeros(2), np.zeros(2, NOTED)),
    "metadata of a field": (np.zeros(2, [("a", "f8")]), np.zeros(2, [("a", NOTED)])),
    "metadata in an array": (np.zeros(2, [("a", "f8", (2,))]), np.zeros(2, [("a", NOTED, (2,))])),
    "name of a type": (np.zeros(2, "q"), np.zeros(2, "l")),
    "alignment": (
        np.zeros(1, np.dtype([("a", "f8")])),
        np.zeros(1, np.dtype([("a", "f8")], align=True)),
    ),
    "texts": (np.array(["a" * 99], dtype=TEXT), np.array(["b" * 99], dtype=TEXT)),
    "rows with objects": (np.zeros(1, [("a", "O")]), np.zeros(1, [("a", "O")])),
    "rows": (np.zeros(2, ROW)[0], np.ones(2, ROW)[0]),
    "number of somebody else's": (Unit(1), Unit(1)),
    "payload and number": (np.array([float("nan"), 1]), np.array([1, float("nan")])),
    "sign beside nan": (np.array([float("nan"), 0.0]), np.array([float("nan"), -0.0])),
}


@pytest.mark.parametrize("make", EQUAL.values(), ids=EQUAL)
def test_arrays_made_twice_are_the_same(make):
    """Two arrays or rows that no reader could tell apart are the same."""
    assert same(make(), make())


@pytest.mark.parametrize(("old", "new"), DIFFERENT.values(), ids=DIFFERENT)
def test_what_an_array_says_of_itself_counts(old, new):
    """Order, metadata, the names of types and what a number derives from can be told apart."""
    assert not same(old, new)
    assert not same(new, old)


def test_whether_an_array_may_be_written_to_counts():
    """An array that refuses to be written to is another than one that does not."""
    sealed = np.zeros(2)
    sealed.flags.writeable = False

    assert not same(np.zeros(2), sealed)


def test_a_row_shows_what_was_written_to_its_array():
    """A row looks into the array it was taken from, so a row of the same array has changed."""
    table = np.zeros(2, ROW)
    before = table[0]
    table["a"][0] = 1

    assert not same(before, table[0])
    assert not same(before, before)
    assert same(before, table[0].copy())


def test_bit_patterns_of_nan_do_not_count():
    """Two nans are the same, whatever else their bits say."""
    odd = np.array([0x7FF8000000000001], dtype="u8").view("f8")

    assert same(odd, np.array([float("nan")]))


def test_memory_of_bytes_may_be_shared():
    """Bytes never change, nor does an array over them; the memory of all others may."""
    held, lent = bytes(16), bytearray(16)

    assert same(np.frombuffer(held), np.frombuffer(held))
    assert not same(np.frombuffer(lent), np.frombuffer(lent))


class ForeignDtype:
    """A type of items of somebody else's."""


def test_items_of_somebody_elses_type_have_changed():
    """An array whose items numpy does not know is not looked into."""
    strange = types.SimpleNamespace(shape=(1,), dtype=ForeignDtype())

    assert not arrays(strange, strange, same)
