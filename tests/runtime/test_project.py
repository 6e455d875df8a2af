"""Parts of frames, series and arrays, and values that have none."""

from __future__ import annotations

import datetime as dt
import decimal
import sys
import types
from typing import Any

import numpy as np
import pandas as pd
import pytest

import igniter_nb as ig


def projected(value: Any, **how: Any) -> Any:
    """Return the part of a value that a projection takes."""
    builder = ig.ContractBuilder("Part").input("value", object)
    builder.project("taken", "value", **how).output("taken")
    return builder.build()(value=value).result.taken


FRAME = pd.DataFrame({"address": ["a", "b"], "size": [1, 2], 3: [5, 6]})
SERIES = pd.Series([7, 8], index=["address", "max"])
RECORDS = np.array([(1, 2.0)], dtype=[("address", int), ("size", float)])


@pytest.mark.parametrize("default", [{}, {"default": "none"}])
def test_columns_labels_and_names_are_parts(default):
    """A frame is read by its columns, a series by its labels, an array of records by its names."""
    assert list(projected(FRAME, key="address", **default)) == ["a", "b"]
    assert list(projected(FRAME, key="size", **default)) == [1, 2]
    assert list(projected(FRAME, key=3, **default)) == [5, 6]
    assert projected(FRAME, path=["address", 1], **default) == "b"
    assert projected(SERIES, key="max", **default) == 8
    assert projected(pd.Series([7, 8], index=[1, 0]), key=1, **default) == 7
    assert projected(RECORDS, path=["size", 0], **default) == 2.0
    assert projected(RECORDS, path=[0, "address"], **default) == 1


@pytest.mark.parametrize(
    ("value", "key"),
    [(FRAME, "shape"), (FRAME, 0), (SERIES, "sum"), (SERIES, 0), (RECORDS, "sum"), (RECORDS, 9)],
)
def test_what_is_no_label_is_missing(value, key):
    """Attributes, methods and positions of what has labels are no parts of it."""
    assert projected(value, key=key, default="none") == "none"
    with pytest.raises(ig.ResolutionError, match=r"there is no part .* with .*address"):
        projected(value, key=key)


@pytest.mark.parametrize("value", [FRAME, SERIES, RECORDS])
def test_a_label_nearly_like_the_key_is_told(value):
    """A misspelt column or label has the one that is most like it."""
    with pytest.raises(ig.ResolutionError, match="did you mean 'address'"):
        projected(value, key="adress")


def test_frames_of_polars_are_read_by_their_columns(monkeypatch):
    """A frame of polars is known by its class, its columns are a list of names."""

    class DataFrame:
        columns = ("address",)

        def __getitem__(self, name: str) -> str:
            return f"the column {name}"

    monkeypatch.setitem(sys.modules, "polars", types.SimpleNamespace(DataFrame=DataFrame))

    assert projected(DataFrame(), key="address") == "the column address"
    assert projected(DataFrame(), key="columns", default=None) is None


WHOLE = [None, "text", b"text", 7, 1.5, np.float64(2), decimal.Decimal(1), dt.date.min, {1}]


@pytest.mark.parametrize("value", WHOLE)
@pytest.mark.parametrize("key", ["a", 0])
def test_what_has_no_parts_says_so(value, key):
    """A value without parts is told as that; no default is advised, though one given is used."""
    assert projected(value, key=key, default="none") == "none"
    with pytest.raises(ig.ResolutionError, match="cannot be taken apart") as caught:
        projected(value, key=key)
    assert "default" not in str(caught.value)


def test_a_default_does_not_stand_for_what_nobody_knows():
    """Of an object that cannot be looked into nobody knows what is missing: an error always."""
    for how in ({}, {"default": "none"}):
        with pytest.raises(ig.ResolutionError, match="cannot be taken apart"):
            projected({"a": object()}, path=["a", "b"], **how)
