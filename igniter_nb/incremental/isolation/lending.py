"""Isolation of one family of types: two functions that copy, and the types that need no copy."""

from __future__ import annotations

import datetime as dt
import decimal
import fractions
import re
import types
import uuid
from collections.abc import Callable
from pathlib import PosixPath, PurePosixPath, PureWindowsPath, WindowsPath
from typing import Any, NamedTuple

Copy = Callable[[Any], Any]

ATOMS = frozenset(
    {
        types.NoneType,
        bool,
        int,
        float,
        complex,
        str,
        bytes,
        range,
        dt.date,
        dt.datetime,
        dt.time,
        dt.timedelta,
        dt.timezone,
        decimal.Decimal,
        fractions.Fraction,
        uuid.UUID,
        re.Pattern,
        PurePosixPath,
        PureWindowsPath,
        PosixPath,
        WindowsPath,
        type,
        types.FunctionType,
        types.BuiltinFunctionType,
        types.ModuleType,
        types.EllipsisType,
        types.NotImplementedType,
    }
)
"""Types whose values cannot be changed in place, nor anything in them."""


class Isolation(NamedTuple):
    """How values of one make are kept apart.

    Attributes:
        keep: returns a copy that nobody else holds.
        lend: returns a copy of a kept value for one reader.
        claim: returns a value that nobody else holds as one that is kept, without a copy; None
            if somebody may hold a part of it.
    """

    keep: Copy
    lend: Copy
    claim: Copy | None = None
