"""The table of the nodes of a picture."""

from __future__ import annotations

import re
from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from igniter_nb.notebook.graphs.picture.diagram import diagram
from igniter_nb.notebook.graphs.picture.svg import summary
from igniter_nb.notebook.graphs.tables import nodes
from tests.contract.drawn import contracts

STATUSES = "failed|running|stale|pending|succeeded|equal|skipped|blocked"


@settings(max_examples=40)
@given(kind=contracts(), again=st.one_of(st.none(), st.integers(0, 3)))
def test_a_caption_counts_the_rows_of_the_table(kind, again):
    """What a picture's sentence says there is of each status, the table below it has rows of."""
    made = kind(a=1)
    if again is not None:
        made.resolve_incrementally()
        made.resolve_incrementally(a=again)
    shown = diagram(kind.compiled_graph, made)
    table = str(nodes(shown))

    said, _, counts = summary(shown).partition("; ")
    boxes, nested = (
        int(re.search(rf"(\d+) {n}s?\b", said + ", 0 nested contract")[1])
        for n in ("node", "nested contract")
    )
    rows = Counter(re.findall(rf"</span>\u00a0({STATUSES})</td>", table))

    assert table.count('scope="row"') == boxes + nested
    assert {word: int(number) for number, word in re.findall(r"(\d+) (\w+)", counts)} == rows
