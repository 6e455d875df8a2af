"""What a leader knows of a follower: the three states, the window, and refusals."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from igniter_nb.raft import Config, Snapshot
from igniter_nb.raft.progress import Progress, ProgressState

PROBE, REPLICATE, SNAPSHOT = ProgressState


def progress(following=11, **options):
    """Make the progress of a follower of whom nothing is known."""
    return Progress(Config(node_id="n1", **options), following)


def replicating(match=10, **options):
    """Make the progress of a follower that matches up to an index."""
    made = progress(match + 1, **options)
    made.acknowledged(match)
    return made


def test_it_starts_as_a_probe_that_knows_nothing():
    """A new progress matches nothing, is active, and may send one message."""
    made = progress(11)

    assert (made.state, made.match, made.next, made.heard) == (PROBE, 0, 11, 0)
    assert made.open
    made.check_invariants()


def test_a_probe_sends_one_message_and_waits():
    """A probe is closed by what it sends, and what it sends stays to be sent."""
    made = progress(11)

    made.sent(12, 100)

    assert not made.open
    assert (made.next, made.inflight) == (11, 0)


def test_a_yes_ends_the_probing():
    """The first acknowledgement turns a probe into replication behind what matches."""
    made = progress(11)
    made.sent(12, 100)

    news = made.acknowledged(12)

    assert news
    assert (made.state, made.match, made.next, made.open) == (REPLICATE, 12, 13, True)


def test_replication_sends_without_waiting():
    """While replicating, each message moves on what is sent next."""
    made = replicating(10)

    made.sent(12, 100)
    made.sent(15, 100)

    assert (made.next, made.inflight, made.open) == (16, 2, True)
    made.check_invariants()


@pytest.mark.parametrize(
    "options",
    [{"max_inflight_messages": 2}, {"max_inflight_bytes": 200}, {"max_inflight_bytes": 101}],
)
def test_the_window_closes_by_messages_and_by_bytes(options):
    """So many messages, or so many bytes, wait for an answer at most; an answer opens again."""
    made = replicating(10, **options)
    made.sent(11, 100)
    assert made.open

    made.sent(12, 100)
    assert not made.open

    made.acknowledged(11)
    assert made.open


def test_nothing_is_sent_past_the_window():
    """Sending while closed is a mistake of the caller."""
    made = progress()
    made.sent(11, 1)

    with pytest.raises(AssertionError, match="nothing is sent past the window"):
        made.sent(11, 1)


def test_an_answer_frees_all_up_to_it():
    """An acknowledgement stands for those before it, and an older one then is no news."""
    made = replicating(10)
    for last in (11, 12, 13):
        made.sent(last, 100)

    assert made.acknowledged(12)
    assert not made.acknowledged(11)

    assert (made.match, made.next, made.inflight) == (12, 14, 1)
    made.check_invariants()


def test_an_answer_beyond_what_was_sent_moves_next():
    """A follower that matches further than was sent is not sent what it has."""
    made = replicating(10)

    made.acknowledged(20)

    assert (made.match, made.next) == (20, 21)


def test_a_refused_probe_goes_back_where_it_is_told():
    """A refusal of the probe that is out makes the next one start where the hint says."""
    made = progress(11)
    made.sent(11, 1)

    news = made.refused(10, 5)

    assert news
    assert (made.state, made.next, made.open) == (PROBE, 5, True)


def test_an_old_refusal_does_not_move_a_probe():
    """A refusal of another index than the probe that is out asked for is an old answer."""
    made = progress(11)
    made.sent(11, 1)

    news = made.refused(7, 3)

    assert not news
    assert (made.next, made.open) == (11, False)


def test_a_refusal_while_replicating_probes_again():
    """A refused message of a stream means that one before it was lost: probe, window empty."""
    made = replicating(10)
    made.sent(11, 100)
    made.sent(12, 100)

    news = made.refused(11, 11)

    assert news
    assert (made.state, made.match, made.next, made.inflight) == (PROBE, 10, 11, 0)


def test_a_follower_that_lost_what_it_acknowledged_is_believed():
    """A refusal below what matched lowers the match: smaller is always safe."""
    made = replicating(10)

    made.refused(10, 4)

    assert (made.match, made.next) == (3, 4)
    made.check_invariants()


def test_an_unreachable_follower_is_probed():
    """When messages are lost the next heartbeat is waited for, and then one at a time is sent."""
    made = replicating(10)
    made.sent(15, 100)

    made.unreachable()
    assert (made.state, made.next, made.inflight, made.open) == (PROBE, 11, 0, False)

    made.refused(10, 11)
    assert made.open


def test_unreachable_changes_no_probe():
    """A probe that is out is not sent again for being told unreachable."""
    made = progress(11)
    made.sent(11, 1)

    made.unreachable()

    assert (made.state, made.next, made.open) == (PROBE, 11, False)


def test_a_snapshot_stands_in_the_way_of_entries():
    """While a snapshot is sent no entry is, and refusals of older messages change nothing."""
    made = replicating(10)

    made.send_snapshot(Snapshot(20, 3))

    assert (made.state, made.open, made.offset, made.chunk_round) == (SNAPSHOT, False, 0, -1)
    assert not made.refused(10, 5)
    assert (made.state, made.next) == (SNAPSHOT, 21)
    made.check_invariants()


@pytest.mark.parametrize(("installed", "following"), [(True, 21), (False, 11)])
def test_after_a_snapshot_a_probe_goes_on(installed, following):
    """An installed snapshot is followed by a probe behind it, a failed one by one behind match."""
    made = replicating(10)
    made.send_snapshot(Snapshot(20, 3))

    made.snapshot_done(installed=installed)

    assert (made.state, made.next, made.snapshot) == (PROBE, following, None)
    assert made.open == installed  # a failed one is tried again with the next heartbeat


def test_a_snapshot_that_is_not_sent_cannot_end():
    """Hearing of a snapshot that is not being sent changes nothing."""
    made = replicating(10)

    made.snapshot_done(installed=True)

    assert (made.state, made.next) == (REPLICATE, 11)


def test_no_snapshot_of_what_the_follower_has():
    """A snapshot of entries that match already is a mistake of the caller."""
    made = replicating(10)

    with pytest.raises(AssertionError):
        made.send_snapshot(Snapshot(10, 3))


class Dumb:
    """The window as a plain list that is filtered."""

    def __init__(self, match, messages, size):
        self.match, self.out, self.messages, self.size = match, [], messages, size

    @property
    def open(self):
        return len(self.out) < self.messages and sum(n for _, n in self.out) < self.size

    def acknowledged(self, index):
        self.out = [(last, n) for last, n in self.out if last > index]
        self.match = max(self.match, index)


steps = st.lists(
    st.tuples(st.just("send"), st.integers(1, 3), st.integers(0, 60))
    | st.tuples(st.just("yes"), st.integers(0, 12), st.none())
)


@given(st.integers(1, 4), st.integers(1, 100), steps)
def test_the_window_is_a_list_of_what_is_unanswered(messages, size, steps):
    """The window is open as long as the list of unanswered messages is short and light."""
    made = replicating(10, max_inflight_messages=messages, max_inflight_bytes=size)
    dumb = Dumb(10, messages, size)

    for step, number, weight in steps:
        if step == "yes":
            index = min(dumb.match + number - 3, made.next - 1)  # some are old
            assert made.acknowledged(index) == (index > dumb.match)
            dumb.acknowledged(index)
        elif made.open:
            last = made.next + number - 1
            made.sent(last, weight)
            dumb.out.append((last, weight))
        made.check_invariants()
        assert (made.open, made.inflight, made.match) == (dumb.open, len(dumb.out), dumb.match)


@pytest.mark.parametrize(
    ("name", "value", "promise"),
    [
        ("match", 11, "match 11 is before next 11"),
        ("snapshot", Snapshot(20, 3), "a snapshot is sent in the state of that name"),
        ("round_acked", 1, "nobody answers a round that was not sent"),
        ("_bytes", 1, "bytes are counted right"),
    ],
)
def test_a_broken_progress_is_named(name, value, promise):
    """The check of a progress says which promise is broken."""
    made = replicating(10)
    setattr(made, name, value)

    with pytest.raises(AssertionError, match=promise):
        made.check_invariants()


@pytest.mark.parametrize(
    ("state", "inflight", "promise"),
    [
        (PROBE, [(11, 0)], "only REPLICATE has messages under way"),
        (REPLICATE, [(12, 0), (11, 0)], "what is under way is in order"),
        (REPLICATE, [(10, 0)], "10"),
    ],
)
def test_a_broken_window_is_named(state, inflight, promise):
    """The check of a progress says what is wrong with its window."""
    made = replicating(10)
    made.next = 20
    made.state = state
    made._inflight.extend(inflight)

    with pytest.raises(AssertionError, match=promise):
        made.check_invariants()
