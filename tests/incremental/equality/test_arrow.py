"""Memory of Arrow below frames of polars and pandas, with stand-ins and, if installed, for real."""

from __future__ import annotations

import sys
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from igniter_nb.incremental import same, same_by
from igniter_nb.incremental.equality.frames import _BY_ARRAY

NAN = float("nan")


class Dtype(str):
    """A type of a column, written as polars writes it."""

    __slots__ = ()

    def is_numeric(self) -> bool:
        """Tell whether it is one of numbers."""
        return "Int" in self or "Float" in self


class Series:
    """A column that stands in for one of polars: it takes over an array without a copy."""

    __module__ = "polars.series"

    def __init__(self, name: str, values: Any, dtype: str = "Int64") -> None:
        self._s = SimpleNamespace(name=name, values=values, dtype=Dtype(dtype))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._s, name)

    @property
    def shape(self) -> tuple[int, ...]:
        """Count rows."""
        return self.values.shape

    @property
    def flags(self) -> dict[str, bool]:
        """Tell nothing of an order."""
        return {}

    def get_chunks(self) -> list[Series]:
        """Return the one chunk."""
        return [self]

    def to_numpy(self) -> Any:
        """Show the memory."""
        return self.values

    def to_physical(self) -> Series:
        """Return itself."""
        return self

    def to_arrow(self, *, compat_level: Any) -> Any:
        """Show the memory to Arrow."""
        return Array(self.values)

    def equals(self, other: Series, *, null_equal: bool) -> bool:
        """Compare loosely, as polars does."""
        return np.array_equal(self.values, other.values, equal_nan=self.dtype == "Float64")

    def rechunk(self) -> Series:
        """Return itself."""
        return self

    def to_frame(self) -> Any:
        """Return what can be stored."""
        stored = SimpleNamespace(getvalue=self.values.tobytes)
        return SimpleNamespace(write_ipc=lambda file: stored)


class DataFrame:
    """A frame that stands in for one of polars."""

    __module__ = "polars.dataframe"

    def __init__(self, *columns: Series) -> None:
        self._df = columns

    @property
    def shape(self) -> tuple[int, ...]:
        """Count rows and columns."""
        return (*self._df[0].shape, len(self._df))

    def get_columns(self) -> list[Series]:
        """Return the columns."""
        return [*self._df]


class LazyFrame:
    """Something else of polars."""

    __module__ = "polars.lazyframe"


class Kind(str):
    """A type of Arrow's."""

    __slots__ = ()

    def equals(self, other: str, *, check_metadata: bool) -> bool:
        """Compare by name."""
        return self == other


class Array:
    """An array that stands in for one of Arrow: it takes over memory without a copy."""

    __module__ = "pyarrow.lib"

    def __init__(self, values: Any, kind: str = "number") -> None:
        self.values = values
        self.type = Kind(kind)

    def buffers(self) -> list[Any]:
        """Return where it stands; there is no mask of what is missing."""
        first = self.values.__array_interface__["data"][0]
        return [None, SimpleNamespace(address=first, size=self.values.nbytes)]

    def to_pylist(self) -> list[Any]:
        """Return the items."""
        return self.values.tolist()

    def equals(self, other: Array) -> bool:
        """Compare loosely, as Arrow does."""
        return np.array_equal(self.values, other.values)


class Chunked(Array):
    """An array in chunks."""

    @property
    def chunks(self) -> list[Array]:
        """Return the one chunk."""
        return [Array(self.values)]


def module(name: str, **attributes: Any) -> ModuleType:
    """Return a module that stands in for one that may not be installed."""
    found = ModuleType(name)
    vars(found).update(attributes)
    return found


@pytest.fixture
def polars(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the stand-in be loaded as polars, alone."""
    level = SimpleNamespace(newest=lambda: None)
    words = {"Series": Series, "DataFrame": DataFrame, "Decimal": "Decimal", "CompatLevel": level}
    monkeypatch.setitem(sys.modules, "polars", module("polars", **words))
    monkeypatch.delitem(sys.modules, "pyarrow", raising=False)


@pytest.fixture
def pyarrow(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the stand-in be loaded as pyarrow."""
    types = SimpleNamespace(
        is_dictionary=lambda kind: kind == "category",
        is_nested=lambda kind: kind == "list",
        is_floating=lambda kind: kind == "float",
    )
    found = module("pyarrow", types=types, BaseExtensionType=SimpleNamespace)
    monkeypatch.setitem(sys.modules, "pyarrow", found)


def column(*items: Any, name: str = "a", dtype: str = "Int64") -> Series:
    """Return a column."""
    return Series(name, np.array(items), dtype)


@pytest.mark.parametrize("loaded", [(), ("pyarrow",)])
def test_frames_of_polars_are_compared_by_all_they_show(polars, loaded, request):
    """Names, types, numbers, signs of zeros and the order of columns count."""
    for name in loaded:
        request.getfixturevalue(name)
    floats = {"dtype": "Float64"}

    assert same(column(1, 2), column(1, 2))
    assert same(
        DataFrame(column(1), column(0.5, **floats)), DataFrame(column(1), column(0.5, **floats))
    )
    assert same(column(NAN, **floats), column(NAN, **floats))
    assert same(column("a", dtype="String"), column("a", dtype="String"))
    assert not same(column(1), column(1, name="b"))
    assert not same(column(1), column(1, dtype="Int32"))
    assert not same(column(1), column(2))
    assert not same(column(0.0, **floats), column(-0.0, **floats))
    assert not same(DataFrame(column(1)), DataFrame(column(1), column(1)))
    assert not same(LazyFrame(), LazyFrame())


@pytest.mark.parametrize("loaded", [(), ("pyarrow",)])
def test_frames_of_polars_that_share_memory_have_changed(polars, loaded, request):
    """An array of numpy below two frames shows in both what was written to it; nobody is asked."""
    for name in loaded:
        request.getfixturevalue(name)
    below = np.zeros(3)
    before, after = (DataFrame(Series("a", below, "Float64")) for _ in range(2))
    below[0] = 1

    assert not same(before, after)
    assert not same(before, before)
    assert not same_by(lambda old, new: True, before, after)
    assert same_by(lambda old, new: True, DataFrame(column(1)), DataFrame(column(2)))


def test_what_else_polars_has_shows_no_memory(polars):
    """A plan shows nothing, so a user may say whether two are equal."""
    assert same_by(lambda old, new: True, LazyFrame(), LazyFrame())


def arrow(values: Any, kind: str = "number") -> Any:
    """Return what stands in for an array of pandas over one of Arrow."""
    return SimpleNamespace(_pa_array=Chunked(np.asarray(values), kind))


def alike(old: Any, new: Any) -> bool:
    """Compare two arrays of pandas over Arrow."""
    return _BY_ARRAY["ArrowExtensionArray"](old, new, same)


def test_columns_over_arrow_are_compared_by_type_and_items(pyarrow):
    """Floats and nested items are compared one by one, so that signs of zeros count."""
    shared = np.zeros(2)

    assert alike(arrow([1]), arrow([1]))
    assert not alike(arrow([1]), arrow([2]))
    assert alike(arrow([0.0, NAN], "float"), arrow([0.0, NAN], "float"))
    assert not alike(arrow([0.0], "float"), arrow([-0.0], "float"))
    assert not alike(arrow([[0.0]], "list"), arrow([[-0.0]], "list"))
    assert not alike(arrow([1]), arrow([1], "float"))
    assert not alike(arrow([1], "category"), arrow([1], "category"))
    assert not alike(arrow(shared), arrow(shared))
    assert alike(arrow([]), arrow([]))


def test_arrays_of_arrow_that_share_memory_are_not_asked_about(pyarrow):
    """Two arrays over one array of numpy may both have been written to."""
    below = np.zeros(2)

    assert not same_by(lambda old, new: True, [Array(below)], [Array(below)])
    assert same_by(lambda old, new: True, [Array(np.zeros(2))], [Array(np.zeros(2))])


def test_polars_itself():
    """Frames of the real polars are recognised, and what was written below them is seen."""
    pl = pytest.importorskip("polars")
    below = np.zeros(3)
    before, after = (pl.DataFrame({"a": pl.Series(below)}) for _ in range(2))
    below[0] = 1

    def made(zero=0.0):
        texts = pl.Series(["x", None], dtype=pl.Categorical)
        return pl.DataFrame({"a": [1, None], "f": [NAN, zero], "c": texts, "l": [[zero], None]})

    assert same(made(), made())
    assert not same(made(), made(-0.0))
    assert not same(before, after)
    assert not same(made(), made().select("f", "a", "c", "l"))


def test_pyarrow_itself():
    """Columns over the real Arrow are recognised, and what was written below them is seen."""
    pa = pytest.importorskip("pyarrow")
    below = np.zeros(3)
    over = pd.arrays.ArrowExtensionArray
    before, after = (pd.Series(over(pa.array(below))) for _ in range(2))
    below[0] = 1

    def made(zero=0.0):
        return pd.Series([zero, None], dtype="float64[pyarrow]")

    assert same(made(), made())
    assert not same(made(), made(-0.0))
    assert not same(before, after)
