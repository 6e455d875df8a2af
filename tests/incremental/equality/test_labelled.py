"""Arrays and data sets of xarray, with stand-ins and, if installed, for real."""

from __future__ import annotations

import sys
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from igniter_nb.incremental import same


class PandasIndexingAdapter:
    """What holds labels."""

    __module__ = "xarray.core.indexing"

    def __init__(self, labels: Any) -> None:
        self.array = pd.Index(labels)
        self.dtype = self.array.to_numpy().dtype


class Variable:
    """An array with named dimensions."""

    __module__ = "xarray.core.variable"

    def __init__(self, dims: Any, data: Any, attrs: Any = None) -> None:
        self.dims = dims
        self._data = data
        self.attrs = {**(attrs or {})}
        self.encoding: dict[str, Any] = {}


class IndexVariable(Variable):
    """Labels along a dimension."""

    __module__ = "xarray.core.variable"


class PandasIndex:
    """An index over labels."""

    __module__ = "xarray.core.indexes"

    def __init__(self, labels: Any, dim: str) -> None:
        self.index = pd.Index(labels)
        self.dim = dim


class RangeIndex(PandasIndex):
    """An index of somebody else's."""


class DataArray:
    """An array with labels."""

    __module__ = "xarray.core.dataarray"

    def __init__(
        self, data: Any, labels: Any, *, name: str = "n", index: Any = PandasIndex
    ) -> None:
        self.name = name
        self.variable = Variable(("x",), data)
        coordinate = IndexVariable(("x",), PandasIndexingAdapter(labels))
        self.coords = {"x": SimpleNamespace(variable=coordinate)}
        self.xindexes = {"x": index(labels, "x")}
        self._close: Any = None


class Dataset(DataArray):
    """Several arrays with labels."""

    __module__ = "xarray.core.dataset"

    def __init__(self, data: Any, labels: Any, **attrs: Any) -> None:
        super().__init__(data, labels)
        self.variables = {"n": self.variable, "x": self.coords["x"].variable}
        self.attrs = attrs
        self.encoding: dict[str, Any] = {}


class Opened(PandasIndexingAdapter):
    """Data that is still in a file."""


@pytest.fixture
def xarray(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the stand-in be loaded as xarray."""
    found = ModuleType("xarray")
    for kind in (Dataset, DataArray, Variable, IndexVariable):
        setattr(found, kind.__name__, kind)
    monkeypatch.setitem(sys.modules, "xarray", found)


def array(zero: float = 0.0, labels: Any = (1, 2), **options: Any) -> Any:
    """Return an array with labels."""
    return DataArray(np.array([zero, 1.0]), [*labels], **options)


def dataset(zero: float = 0.0, **attrs: Any) -> Any:
    """Return a data set."""
    return Dataset(np.array([zero, 1.0]), [1, 2], **attrs)


def closing(value: Any) -> Any:
    """Return a value with a file behind it."""
    value._close = print
    return value


def test_labelled_arrays_are_compared_by_all_they_hold(xarray):
    """Numbers, signs of zeros, labels, names and attributes count; indexes are those of pandas."""
    whole = array()

    assert same(array(), array())
    assert same(dataset(unit="m"), dataset(unit="m"))
    assert not same(whole, whole)
    assert not same(array(), array(-0.0))
    assert not same(array(), array(labels=(1, 3)))
    assert not same(array(), array(name="m"))
    assert not same(dataset(unit="m"), dataset(unit="km"))
    assert not same(dataset(), dataset(-0.0))
    assert not same(array(index=RangeIndex), array(index=RangeIndex))


def test_what_is_not_in_memory_has_changed(xarray):
    """Nothing is read from a file to be compared."""
    far = Variable(("x",), Opened([1]))

    assert not same(closing(array()), closing(array()))
    assert not same(far, Variable(("x",), Opened([1])))
    assert not same(PandasIndex([1], "x"), PandasIndex([1], "x"))


def test_xarray_itself():
    """Arrays and data sets of the real xarray are recognised."""
    xr = pytest.importorskip("xarray")

    def made(zero=0.0, unit="m"):
        labels = {"x": [1, 2], "m": ("x", ["a", "b"])}
        found = xr.DataArray([zero, 1.0], dims=("x",), coords=labels, name="n")
        return found.assign_attrs(unit=unit)

    whole = made()

    assert same(made(), made())
    assert same(made().to_dataset(), made().to_dataset())
    assert not same(whole, whole.copy(deep=False))
    assert not same(made(), made(-0.0))
    assert not same(made(), made(unit="km"))
    assert not same(made(), made().drop_vars("m"))
    assert not same(made().to_dataset(), made().to_dataset().reset_coords("m"))
