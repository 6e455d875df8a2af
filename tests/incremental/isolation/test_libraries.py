"""Tests of arrays and frames kept apart, above pandas' surface and below it."""

from __future__ import annotations

import gc
import sys
import types
from typing import Any

import numpy as np
import pandas as pd
import pytest

from igniter_nb.incremental import isolation, kept, lent, same

READ_ONLY = "read-only"

on_write = pytest.mark.skipif(
    pd.__version__.startswith("2."), reason="pandas 2 does not copy on write"
)


def frame() -> pd.DataFrame:
    """Return a frame with a column of every make."""
    made = pd.DataFrame(
        {
            "float": [1.0, 2.0, 3.0],
            "int": [1, 2, 3],
            "masked": pd.array([1, None, 3], dtype="Int64"),
            "text": ["a", "b", "c"],
            "category": pd.Categorical(["x", "y", "x"]),
            "zone": pd.date_range("2026-01-01", periods=3, tz="UTC"),
            "period": pd.period_range("2026", periods=3, freq="D"),
            "interval": pd.interval_range(0, 3),
            "sparse": pd.arrays.SparseArray([0, 0, 1]),
            "lists": [[1], [2], [3]],
        },
        index=pd.Index([10, 20, 30], name="key"),
    )
    made.attrs["source"] = ["file"]
    return made


def text(value: Any) -> str:
    """Write all that a frame holds."""
    return f"{value.to_dict()}{value.index.names}{value.attrs}{value.dtypes.to_dict()}"


@on_write
def test_a_reader_changes_its_frame_as_it_likes():
    """Above the surface everything goes, in the reader's own frame alone."""
    mine = kept(frame())
    before = text(mine)
    reader, other = lent(mine), lent(mine)

    reader["float"] *= 2
    reader.loc[10, "int"] = 9
    reader.iloc[0, 2] = 9
    reader["new"] = 1
    reader["lists"].iloc[0].append(2)
    reader.index.name = "other"
    reader.attrs["source"].append("more")
    reader.pop("int")

    assert reader["float"].tolist() == [2.0, 4.0, 6.0]
    assert reader["lists"].iloc[0] == [1, 2]
    assert text(mine) == text(other) == before


@on_write
@pytest.mark.parametrize("column", ["float", "int", "masked", "text", "category", "zone", "period"])
def test_a_reader_cannot_write_below_a_frame(column):
    """The array under a column is closed, and an error says so."""
    mine = kept(frame())
    below: Any = lent(mine)[column].array

    with pytest.raises(ValueError, match=READ_ONLY):
        below[0] = below[2]
    assert text(mine) == text(kept(frame()))


@pytest.mark.parametrize("column", ["masked", "text", "category", "zone", "period"])
def test_the_giver_cannot_write_below_what_is_kept(column):
    """Extension arrays are not shared with the frame that was given."""
    given = frame()
    mine = kept(given)
    below: Any = given[column].array
    below[0] = below[1]

    assert text(mine) == text(frame())


def test_what_the_giver_changes_in_its_frame_reaches_nobody():
    """Above the surface the giver's frame is the giver's."""
    given = frame()
    mine = kept(given)
    given["float"] *= 2
    given.loc[10, "int"] = 9
    given["lists"].iloc[0].append(2)
    given.attrs["source"].append("more")
    given.index.name = "other"

    assert text(mine) == text(frame())


@on_write
def test_a_reader_keeps_a_frame_that_can_be_written_to_when_the_kept_one_is_gone():
    """A frame outlives the contract it came from, as one like any other."""
    mine = kept(frame())
    reader, column = lent(mine), lent(kept(frame()["float"]))
    del mine
    gc.collect()

    reader.loc[10, "float"] = 9.0
    reader.iloc[1, 2] = 9
    column.iloc[0] = 9.0

    assert reader["float"].tolist() == [9.0, 2.0, 3.0]
    assert column.tolist() == [9.0, 2.0, 3.0]


def test_a_frame_is_equal_to_itself_kept_and_lent():
    """Values, types, labels and order are those that were given."""
    pd.testing.assert_frame_equal(lent(kept(frame())), frame())
    assert same(frame(), kept(frame()))
    for name, column in frame().items():
        pd.testing.assert_series_equal(lent(kept(column)), column)
        assert name == column.name


def test_labels_have_names_of_their_own():
    """An index that is lent can be named without the others hearing of it."""
    mine = kept(pd.Index([1, 2], name="key"))
    reader = lent(mine)
    reader.name = "other"

    assert mine.name == "key"


def test_an_extension_array_by_itself_is_copied():
    """An array without a frame around it is a value like a list."""
    mine = kept(pd.array([1, None], dtype="Int64"))
    reader = lent(mine)
    reader[0] = 9

    assert (mine[0], reader[0]) == (1, 9)


ARRAYS = [
    np.arange(6),
    np.arange(6).reshape(2, 3),
    np.asfortranarray(np.arange(6).reshape(2, 3)),
    np.arange(12)[::2],
    np.array("2026-01-01", dtype="M8[D]"),
    np.zeros(3, dtype=[("a", "i4"), ("b", "f8")]),
    np.arange(4).view(np.recarray),
]


@pytest.mark.parametrize("value", ARRAYS, ids=lambda value: f"{type(value).__name__}{value.shape}")
def test_an_array_is_lent_as_a_view_that_cannot_be_written_to(value):
    """Nobody writes into what is kept: neither who gave it nor a reader."""
    given = value.copy(order="K") if type(value) is np.ndarray else value.copy()
    mine = kept(given)
    reader = lent(mine)

    assert type(reader) is type(value)
    assert reader.dtype == value.dtype
    assert np.shares_memory(reader, mine)
    with pytest.raises(ValueError, match=READ_ONLY):
        reader[...] = reader
    with pytest.raises(ValueError, match="WRITEABLE"):
        reader.flags.writeable = True
    given[...] = given.ravel()[-1]
    assert mine.tobytes() == value.tobytes()
    assert kept(reader) is reader


def test_an_array_that_nobody_else_holds_is_claimed_as_it_is():
    """A fresh array is closed in its place; a view of another one is copied."""
    fresh = np.arange(3)
    how = isolation(fresh)
    assert how is not None
    assert how.claim is not None
    assert how.claim(fresh) is fresh
    assert not fresh.flags.writeable

    whole = np.arange(3)
    assert how.claim(whole[:2]).base is None
    assert whole.flags.writeable


def test_objects_in_arrays_are_copied_for_each_reader():
    """Lists in an array are kept apart, in structured rows too."""
    plain = np.array([[1], "text"], dtype=object)
    rows = np.array([(1, [2])], dtype=[("a", "i4"), ("b", "O")])
    for value, at in ((plain, 0), (rows["b"], 0)):
        mine = kept(value)
        reader = lent(mine)
        reader[at].append(3)
        value[at].append(4)
        assert len(mine[at]) == 1
    mine = kept(rows)
    lent(mine)["b"][0].append(3)
    assert mine["b"][0] == [2, 4]
    texts = np.array(["a", None], dtype=object)
    assert np.shares_memory(lent(kept(texts)), kept(texts)) is False
    with pytest.raises(ValueError, match=READ_ONLY):
        lent(kept(texts))[0] = "b"


def test_rows_and_masked_arrays_are_copied():
    """A row of a structured array is a view, and a mask is a second array."""
    rows = np.zeros(2, dtype=[("a", "i4")])
    row = rows[0]
    mine = kept(row)
    row["a"] = 5
    assert mine["a"] == 0

    masked = np.ma.array([1, 2], mask=[False, True])
    mine = kept(masked)
    reader = lent(mine)
    reader[1] = 9
    masked[0] = 9
    assert mine.tolist() == [1, None]


@on_write
def test_arrays_and_frames_inside_containers_are_kept_apart():
    """What nests does not matter."""
    given = {"arrays": [np.arange(2), np.arange(3)], "frame": pd.DataFrame({"a": [1]}), "n": 1}
    mine = kept(given)
    given["arrays"][0][0] = 9
    reader = lent(mine)
    reader["frame"].loc[0, "a"] = 9
    reader["arrays"].append(1)
    with pytest.raises(ValueError, match=READ_ONLY):
        reader["arrays"][0][0] = 9

    assert mine["arrays"][0].tolist() == [0, 1]
    assert len(mine["arrays"]) == 2
    assert mine["frame"]["a"].tolist() == [1]
    how = isolation([np.arange(2), 1])
    assert how is not None
    assert how.claim is None


@pytest.mark.parametrize(
    ("module", "name"), [("polars", "DataFrame"), ("xarray", "Dataset"), ("scipy", "csr_array")]
)
def test_frames_and_arrays_of_other_libraries_are_copied_by_their_own_means(module, name):
    """Each is asked for a copy in its own way."""

    class Fake:
        def __init__(self) -> None:
            self.copies = 0

        def copy(self, *, deep: bool = True) -> Fake:
            assert deep
            return Fake()

        clone = copy

    Fake.__module__, Fake.__name__ = f"{module}.core", name
    value = Fake()

    assert kept(value) is not value
    assert type(lent(value)) is Fake


def test_where_pandas_does_not_copy_on_write_a_write_is_refused(monkeypatch):
    """With pandas 2 a shallow copy shares its data, so what is kept is closed and copied."""
    old = types.SimpleNamespace(
        **{name: getattr(pd, name) for name in dir(pd) if not name.startswith("_")},
        __version__="2.2.3",
    )
    old.get_option = {"mode.copy_on_write": False}.get
    given = frame()[["float", "masked", "lists"]]
    monkeypatch.setitem(sys.modules, "pandas", old)
    mine, labels = kept(given), kept(pd.Index([1, 2], name="key"))
    reader = lent(mine)
    monkeypatch.undo()

    below: Any = given["masked"].array
    below[0] = 9
    assert mine["masked"].tolist()[0] == 1
    assert not reader["float"].to_numpy().flags.writeable
    assert not np.shares_memory(given["float"].to_numpy(), mine["float"].to_numpy())
    assert not labels.to_numpy().flags.writeable
    assert (labels.name, reader.index.name) == ("key", "key")


def test_a_column_of_arrow_memory_is_an_array_of_its_own_for_each_reader():
    """Such a column is changed by giving it other memory; a reader has an array of its own."""

    class Arrow:
        _pa_array = object()

        def __init__(self) -> None:
            self._left = types.SimpleNamespace(_ndarray=np.arange(2))

        def copy(self) -> Arrow:
            return Arrow()

    from igniter_nb.incremental.isolation.libraries import _lent_frame

    block = types.SimpleNamespace(values=Arrow())
    axis = pd.Index([1])

    class Frame:
        def __init__(self) -> None:
            self._mgr = types.SimpleNamespace(blocks=[block], axes=[axis])
            self.index = axis

        def copy(self, *, deep: bool) -> Frame:
            assert not deep
            return Frame()

    before = block.values
    made = _lent_frame(Frame(), None)

    assert block.values is not before
    assert not block.values._left._ndarray.flags.writeable
    assert made._mgr.axes[0] is not axis


def test_labels_of_several_levels_are_closed_too():
    """Levels and codes are copied once and then shared, so that frames with them can be equal."""
    frame = pd.DataFrame(
        {"a": [1.0, 2.0]}, index=pd.MultiIndex.from_tuples([("x", 1), ("y", 2)], names=["k", "n"])
    )
    first, second = kept(frame), kept(frame.copy())

    assert same(first, second)
    assert same(kept(lent(first)), first)
    pd.testing.assert_frame_equal(lent(first), frame)


def test_memory_of_bytes_is_closed():
    """An array over bytes, also by way of a memory view, can be written to by nobody."""
    array = np.frombuffer(memoryview(b"\0" * 16), dtype="f8")

    assert kept(array) is array


def test_reading_a_kept_frame_gives_what_reading_any_frame_gives():
    """What pandas computes on memory of its own goes on as before."""
    made = pd.DataFrame({"n": pd.array([1, None, 2], dtype="Int64"), "b": [True, False, True]})
    reader = lent(kept(made))

    pd.testing.assert_series_equal(reader["n"].cumsum(), made["n"].cumsum())
    pd.testing.assert_series_equal(reader["n"].cummax(), made["n"].cummax())
    pd.testing.assert_frame_equal(reader.describe(), made.describe())


@on_write
def test_memory_of_somebody_else_is_never_taken_for_a_frames_own():
    """A frame over a buffer is copied, also when nobody else holds the frame."""
    buffer = bytearray(16)
    how = isolation(pd.DataFrame({"a": np.frombuffer(buffer, dtype="f8")}, copy=False))
    assert how is not None
    assert how.claim is not None
    mine = how.claim(pd.DataFrame({"a": np.frombuffer(buffer, dtype="f8")}, copy=False))
    buffer[:] = np.array([5.0, 6.0]).tobytes()

    assert mine["a"].tolist() == [0.0, 0.0]


def test_labels_of_times_have_a_frequency_of_their_own():
    """A reader that sets a frequency sets its own."""
    mine = kept(
        pd.Series([1, 2, 3], index=pd.DatetimeIndex(["2026-01-01", "2026-01-02", "2026-01-03"]))
    )
    lent(mine).index.freq = "D"

    assert lent(mine).index.freq is None


def test_categories_have_a_name_of_their_own():
    """A reader that names the categories of a column names its own; the column stays equal."""
    mine = kept(pd.DataFrame({"c": pd.Categorical(["x", "y", "x"], ordered=True)}))
    reader = lent(mine)
    reader["c"].cat.categories.name = "mine"

    assert mine["c"].cat.categories.name is None
    assert lent(mine)["c"].cat.categories.name is None
    pd.testing.assert_frame_equal(lent(mine), mine)
    assert same(mine, kept(lent(mine)))


def test_labels_keep_what_they_are():
    """Frequency, name, categories and type of labels are those that were given."""
    for index in (
        pd.date_range("2026-01-01", periods=3, name="day"),
        pd.period_range("2026", periods=3, freq="D"),
        pd.timedelta_range("1D", periods=3),
        pd.CategoricalIndex(["a", "b", "a"]),
        pd.interval_range(0, 3),
        pd.Index(["a", "b"], name="n"),
        pd.Index([1.5, 2.0]),
        pd.RangeIndex(3),
    ):
        reader: Any = lent(kept(index))
        pd.testing.assert_index_equal(reader, index, exact=True)
        assert getattr(reader, "freq", None) == getattr(index, "freq", None)
        frame = kept(pd.DataFrame({"v": range(len(index))}, index=index))
        pd.testing.assert_index_equal(lent(frame).index, index, exact=True)
        assert getattr(lent(frame).index, "freq", None) == getattr(index, "freq", None)


def test_a_frequency_that_stands_below_the_labels_is_not_shared():
    """With pandas 2 an array below an index has the frequency; each reader gets one of its own."""
    from igniter_nb.incremental.isolation.libraries import _viewed

    class Below:
        _freq = None

        def __getitem__(self, _: slice) -> Below:
            return Below()

    class Labels:
        name = "day"

        def __init__(self, data: Below) -> None:
            self._data = data

        @classmethod
        def _simple_new(cls, data: Below, *, name: str) -> Labels:
            assert name == cls.name
            return cls(data)

    labels = Labels(Below())

    assert _viewed(labels)._data is not labels._data


def test_rows_with_objects_and_rows_of_masked_arrays_can_be_kept():
    """Whatever a row holds, a reader changes its own; one that cannot be copied is handed on."""
    row = np.array([(1, [2])], dtype=[("a", "i4"), ("b", "O")])[0]
    mine = kept(row)
    lent(mine)["b"].append(3)
    masked = np.ma.array([(1, 2)], mask=[(0, 1)], dtype="i4,i4")[0]

    assert mine["b"] == [2]
    assert kept(masked) is masked


def test_a_readers_extension_array_is_its_own_where_pandas_changes_it_in_place():
    """With pandas 2 an array gets other memory in place, or its own code writes into it."""
    from igniter_nb.incremental.isolation.libraries import _own_in_pandas_2

    masked, times = pd.array([1, None], dtype="Int64"), pd.array(["2026-01-01"], dtype="M8[ns]")
    for value in (masked, times):
        mine: Any = _own_in_pandas_2(value)
        assert mine is not value
        assert mine.dtype == value.dtype
