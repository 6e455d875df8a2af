"""Built-in types whose values never change, in three sets."""

from __future__ import annotations

import datetime as dt
import decimal
import fractions
import re
import types
import uuid
from pathlib import PosixPath, PurePosixPath, PureWindowsPath, WindowsPath

QUICK = frozenset({int, str, bool, bytes, types.NoneType})
"""Types whose own ``==`` is the answer once the types are equal."""

PLAIN = frozenset(
    {*QUICK, dt.date, dt.timedelta, re.Pattern, types.EllipsisType, types.NotImplementedType}
)
"""Types of which that is true as well, but whose values are rare."""

PATHS = frozenset({PurePosixPath, PureWindowsPath, PosixPath, WindowsPath})

CONSTANT = PLAIN | PATHS | {float, complex, decimal.Decimal, fractions.Fraction, range, uuid.UUID}
"""Types whose values neither change nor hold what does."""
