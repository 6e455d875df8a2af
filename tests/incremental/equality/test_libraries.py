"""``same`` for values of numpy, pandas and pydantic, looked up among the loaded modules."""

from __future__ import annotations

import sys
from typing import Any

import numpy as np
import pandas as pd
import pydantic
import pytest

from igniter_nb.incremental import same

NAN = float("nan")


def array(*items: Any, dtype: Any = float) -> Any:
    """Return an array of numbers."""
    return np.array(items, dtype=dtype)


def series(*items: Any, dtype: Any = None, name: Any = None) -> Any:
    """Return a column."""
    return pd.Series([*items], dtype=dtype, name=name)


def frame(**columns: Any) -> Any:
    """Return a frame."""
    return pd.DataFrame(columns)


def marked(value: Any, **attrs: Any) -> Any:
    """Return a frame with attributes set on it."""
    value.attrs.update(attrs)
    return value


def pairs(*tuples: Any, names: Any = None) -> Any:
    """Return an index of two levels."""
    return pd.MultiIndex.from_tuples(tuples, names=names)


RECORD = [("a", "f8"), ("b", "i4")]

EQUAL = {
    "numbers": lambda: array(1, 2),
    "nan": lambda: array(NAN, 0.0),
    "empty": array,
    "objects": lambda: array(1, "a", None, dtype=object),
    "complex nan": lambda: array(complex(NAN, 1), dtype=complex),
    "texts": lambda: np.array(["a", "b"]),
    "moments": lambda: np.array(["2024-01-01", "NaT"], dtype="M8[s]"),
    "records": lambda: np.array([(1.0, 2)], dtype=RECORD),
    "numpy scalar": lambda: np.float64(NAN),
    "series": lambda: series(1, 2, name="a"),
    "texts in a series": lambda: series("a", None),
    "objects in a series": lambda: series((1,), "a", None, dtype=object),
    "missing in objects": lambda: series(pd.NA, pd.NaT, pd.Timestamp("2024"), dtype=object),
    "masked numbers": lambda: series(1, None, dtype="Int64"),
    "masked floats": lambda: series(1.5, 2.0, dtype="Float64"),
    "zoned moments": lambda: series(pd.Timestamp("2024", tz="Europe/Kyiv")),
    "categories": lambda: series("a", dtype=pd.CategoricalDtype(["a", "b"])),
    "index": lambda: pd.Index([1, 2], name="a"),
    "index of dates": lambda: pd.date_range("2024", periods=2),
    "two levels": lambda: pairs((1, "a"), (1, "b"), names=["x", "y"]),
    "range": lambda: pd.RangeIndex(3),
    "frame": lambda: frame(a=[1, 2], b=["x", "y"], c=[NAN, 1.0]),
    "empty frame": frame,
    "frame with attributes": lambda: marked(frame(a=[1]), unit="m"),
    "timestamp": lambda: pd.Timestamp("2024", tz="UTC"),
    "timedelta": lambda: pd.Timedelta("1h"),
}

DIFFERENT = {
    "dtype": (array(1), array(1, dtype="f4")),
    "byte order": (array(1, dtype="<i4"), array(1, dtype=">i4")),
    "shape": (np.zeros((2, 3)), np.zeros((3, 2))),
    "items": (array(1), array(2)),
    "sign of zero": (array(0.0), array(-0.0)),
    "sign of an imaginary zero": (array(0j, dtype=complex), array(complex(0, -0.0), dtype=complex)),
    "objects": (array(1, dtype=object), array(True, dtype=object)),
    "records by bytes": (np.array([(0.0, 2)], RECORD), np.array([(-0.0, 2)], RECORD)),
    "masked array": (np.ma.array([1], mask=[True]), np.ma.array([1], mask=[True])),
    "numpy and Python": (np.int64(1), 1),
    "kinds of numpy scalars": (np.int64(1), np.int32(1)),
    "numpy scalars": (np.float64(0.0), np.float64(-0.0)),
    "numbers of a series": (series(1), series(2)),
    "length": (series(1), series(1, 2)),
    "types of a series": (series(1), series(1.0)),
    "name": (series(1, name="a"), series(1, name="b")),
    "type of a name": (series(1, name=1), series(1, name=True)),
    "zero in a series": (series(0.0), series(-0.0)),
    "zero in masked floats": (series(0.0, dtype="Float64"), series(-0.0, dtype="Float64")),
    "objects of equal value": (series(1, dtype=object), series(True, dtype=object)),
    "what is missing": (series(None, dtype=object), series(NAN, dtype=object)),
    "order of categories": (
        series("a", dtype=pd.CategoricalDtype(["a", "b"])),
        series("a", dtype=pd.CategoricalDtype(["b", "a"])),
    ),
    "type of categories": (series(1, dtype="category"), series(1.0, dtype="category")),
    "category and text": (series("a", dtype="category"), series("a")),
    "zones": (
        series(pd.Timestamp("2024", tz="UTC")),
        series(pd.Timestamp("2024", tz="Europe/London")),
    ),
    "unit of moments": (pd.Timestamp("2024").as_unit("s"), pd.Timestamp("2024").as_unit("ns")),
    "timestamps": (pd.Timestamp("2024"), pd.Timestamp("2025")),
    "labels": (series(1), pd.Series([1], index=[1])),
    "type of labels": (pd.Series([1], index=[0]), pd.Series([1], index=[0.0])),
    "range and numbers": (pd.RangeIndex(2), pd.Index([0, 1])),
    "ranges": (pd.RangeIndex(2), pd.RangeIndex(3)),
    "name of an index": (pd.Index([1], name="a"), pd.Index([1], name="b")),
    "frequency": (
        pd.date_range("2024", periods=3),
        pd.DatetimeIndex([*pd.date_range("2024", periods=3)]),
    ),
    "type of a level": (pairs((1, "a")), pairs((1.0, "a"))),
    "values of levels": (pairs((1, "a")), pairs((1, "b"))),
    "columns": (frame(a=[1]), frame(b=[1])),
    "order of columns": (frame(a=[1], b=[1]), frame(b=[1], a=[1])),
    "a cell": (frame(a=[1, 2]), frame(a=[1, 3])),
    "attributes": (marked(frame(a=[1]), unit="m"), marked(frame(a=[1]), unit="km")),
    "frame and series": (frame(a=[1]), series(1, name="a")),
    "unknown in pandas": (pd.Interval(0, 1), pd.Interval(0, 1)),
    "not a time, missing": (pd.NaT, pd.NA),
}


@pytest.mark.parametrize("make", EQUAL.values(), ids=EQUAL)
def test_what_was_made_twice_is_the_same(make):
    """Two values that no reader could tell apart are the same."""
    assert same(make(), make())


@pytest.mark.parametrize(("old", "new"), DIFFERENT.values(), ids=DIFFERENT)
def test_what_a_reader_could_tell_apart_has_changed(old, new):
    """Dtypes, shapes, signs, names, labels, categories and hidden types count."""
    assert not same(old, new)
    assert not same(new, old)


@pytest.mark.parametrize("make", [lambda: array(1), lambda: series(1), lambda: frame(a=[1])])
def test_an_array_or_frame_changed_in_place_has_changed(make):
    """The same array or frame again may hold something else by now."""
    value = make()

    assert not same(value, value)


def test_a_view_of_a_changed_array_has_changed():
    """A new view of memory that was written to is not the value it was."""
    kept = np.zeros(3)
    before = kept[:]
    kept[0] = 1

    assert not same(before, kept[:])


def test_a_column_that_shares_memory_has_changed():
    """Two columns over one array may both show what was written later."""
    kept = np.zeros(3)

    assert not same(pd.Series(kept, copy=False), pd.Series(kept, copy=False))


def test_a_mutable_object_inside_a_column_is_found():
    """A list in a cell that was changed in place is seen, though a copied frame shares it."""
    cell = [1]
    before = frame(a=pd.Series([cell], dtype=object))
    after = before.copy()
    cell.append(2)

    assert not same(before, after)


@pytest.mark.parametrize("value", [pd.NA, pd.NaT, pd.Timestamp("2024")])
def test_what_pandas_never_changes_in_place_is_itself(value):
    """Missing values and timestamps are immutable: the same object is the same."""
    assert same(value, value)


class Order(pydantic.BaseModel):
    model_config = {"extra": "allow"}
    amount: float
    note: str | None = None
    _secret: int = 0


class Sealed(pydantic.BaseModel):
    model_config = {"frozen": True}
    amount: float


def test_models_are_compared_by_all_they_hold():
    """Fields, extra fields, private attributes and which fields were set make a model."""
    order = Order(amount=1.0, more=1)
    hidden = Order(amount=1.0, more=1)
    hidden._secret = 1

    assert same(order, Order(amount=1.0, more=1))
    assert not same(order, Order(amount=2.0, more=1))
    assert not same(order, Order(amount=1.0, more=True))
    assert not same(order, Order(amount=1.0, more=1, note=None))
    assert not same(order, hidden)


def test_only_a_frozen_model_is_the_same_object():
    """A model may be changed in place unless it is frozen."""
    order, sealed = Order(amount=1.0), Sealed(amount=1.0)

    assert not same(order, order)
    assert same(sealed, sealed)


def test_nothing_is_imported_to_compare(monkeypatch):
    """Where no library is loaded, a foreign value has changed and nothing gets imported."""
    foreign = type("Foreign", (), {})()
    for name in ("numpy", "pandas", "pydantic"):
        monkeypatch.delitem(sys.modules, name)

    assert not same(foreign, foreign)
    assert not {"numpy", "pandas", "pydantic"} & sys.modules.keys()
