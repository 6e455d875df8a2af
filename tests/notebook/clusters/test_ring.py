from __future__ import annotations

import math
from itertools import combinations, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from igniter_nb.notebook.clusters.picture.ring import Span, columns, halves, ring
from igniter_nb.notebook.page.geometry import Point

widths = st.lists(st.floats(0, 200), min_size=1, max_size=40)
logs = st.lists(
    st.builds(
        lambda first, count: range(first, first + count), st.integers(1, 300), st.integers(0, 12)
    ),
    max_size=20,
)


@given(widths)
def test_nodes_do_not_touch_and_stay_inside(labels: list[float]) -> None:
    """However many nodes there are, each has its room and all is within the picture."""
    around = ring(labels, radius=20.0, apart=60.0, above=15.0)

    centres = [spot.centre for spot in around.spots]
    assert len(centres) == len(labels)
    assert all(math.dist(*pair) >= 59.9 for pair in combinations(centres, 2))
    for (x, y), spot, wide in zip(centres, around.spots, labels, strict=True):
        end = spot.label.x + (wide if spot.anchor == "start" else -wide)
        assert 19.9 <= x <= around.width - 19.9
        assert 34.9 <= y <= around.height - 19.9
        assert not wide or -0.1 <= end <= around.width + 0.1


def test_nodes_stand_clockwise_from_the_top() -> None:
    """The first node is at the top, the second right of it; texts stand outside the ring."""
    first, second, third, fourth = ring([50.0] * 4, radius=20.0, apart=90.0).spots

    assert first.centre.y < second.centre.y < third.centre.y
    assert fourth.centre.x < first.centre.x < second.centre.x
    assert (second.anchor, fourth.anchor) == ("start", "end")


def test_two_nodes_stand_side_by_side_and_none_needs_no_room() -> None:
    """Two nodes are as high as one; an empty cluster is no error."""
    two = ring([0.0, 0.0], radius=20.0, apart=90.0)
    one = ring([0.0], radius=20.0, apart=90.0)

    assert two.height == pytest.approx(one.height)
    assert two.spots[0].centre.x < two.spots[1].centre.x
    assert ring([], radius=20.0, apart=90.0).width == 0.0


def test_a_line_is_shortened_and_broken_along_its_way() -> None:
    """What is left out at the ends and in the middle is as long as was said."""
    whole = Span(Point(0.0, 0.0), Point(30.0, 40.0))

    inner = whole.between(5.0, 10.0)
    one, other = halves(whole, 10.0)

    assert whole.length == pytest.approx(50.0)
    assert inner.length == pytest.approx(35.0)
    assert math.dist(inner.start, whole.start) == pytest.approx(5.0)
    assert (one.start, other.start) == (whole.start, whole.end)
    assert math.dist(one.end, other.end) == pytest.approx(10.0)


def test_a_line_without_length_has_a_way_all_the_same() -> None:
    """Two nodes in one place, which a ring never has, divide by no zero."""
    assert Span(Point(1.0, 1.0), Point(1.0, 1.0)).direction == Point(0.0, 0.0)


@given(logs)
def test_columns_rise_are_few_and_belong_to_logs(tails: list[range]) -> None:
    """Columns are at most as many as there is room for; gaps stand where indexes are left out."""
    found = columns(tails, 14)

    indexes = [at for at in found if at is not None]
    known = {at for tail in tails for at in tail}
    assert len(found) <= 14
    assert indexes == sorted(set(indexes))
    assert set(indexes) <= known
    assert not known or max(known) in indexes
    for before, after in pairwise(found):
        assert before is not None or after is not None, "two gaps side by side"
        assert before is None or after is None or after == before + 1, "a gap is not shown"


def test_each_log_has_as_many_columns_as_all_can_have() -> None:
    """A log that is far behind is shown beside the others; both have their newest entries."""
    found = columns([range(101, 113), range(33, 45)], 16)

    assert found == (*range(38, 45), None, *range(106, 113))


def test_logs_too_far_apart_leave_the_oldest_out() -> None:
    """Where there is no room for the end of every log, the newest ends are shown."""
    found = columns([[10 * at] for at in range(1, 20)], 6)

    assert found == (170, None, 180, None, 190)
