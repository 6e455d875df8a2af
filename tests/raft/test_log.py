"""The log in memory, held against a list."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from igniter_nb.raft import Configuration, Entry, HardState, RaftLog, Restored, Snapshot
from tests.raft.disk import log_of

MEMBERS = Configuration(voters=("n1",))


def log(*terms, commit=0, snapshot=(0, 0)):
    """Make a log with entries of these terms behind a snapshot."""
    index, term = snapshot
    entries = log_of(*terms, after=index)
    state = HardState(term=9, commit=commit)
    return RaftLog(Restored(state, Snapshot(index, term, MEMBERS), entries))


def terms(made):
    """List the terms of what is in a log."""
    return [entry.term for entry in made.entries(made.first_index, made.last_index + 1)]


ascending = st.lists(st.integers(1, 4), max_size=9).map(sorted)


def test_an_empty_log_ends_before_its_first_entry():
    """The first entry has index 1; before it stands index 0 of term 0."""
    made = log()

    assert (made.first_index, made.last_index, made.last_term) == (1, 0, 0)
    assert made.term_at(0) == 0
    assert made.term_at(1) is None
    assert made.entries(1, 1) == ()


def test_a_restored_log_is_durable_and_applied_up_to_its_snapshot():
    """What storage gives back is durable; what comes after the snapshot is applied again."""
    made = log(2, 3, 3, commit=6, snapshot=(4, 2))

    assert (made.first_index, made.last_index, made.last_term) == (5, 7, 3)
    assert (made.handed, made.persisted, made.commit) == (7, 7, 6)
    assert (made.applied, made.applying) == (4, 4)
    assert made.next_to_persist() == ()
    assert [entry.index for entry in made.next_to_apply()] == [5, 6]


@pytest.mark.parametrize(("kept", "commit"), [(0, 4), (5, 5), (9, 6)])
def test_a_kept_commit_index_is_cut_to_what_is_there(kept, commit):
    """A commit index below the snapshot or beyond a lost tail is moved to what the disk has."""
    assert log(2, 3, commit=kept, snapshot=(4, 2)).commit == commit


@given(ascending, st.integers(-1, 14), st.integers(0, 4))
def test_terms_are_known_where_entries_are(drawn, index, before):
    """The term of an index is that of its entry, or of the snapshot, else unknown."""
    made = log(*(term + 3 for term in drawn), snapshot=(before, 3 if before else 0))

    known = {before: 3 if before else 0}
    known |= {entry.index: entry.term for entry in made.entries(before + 1, made.last_index + 1)}
    assert made.term_at(index) == known.get(index)


@given(ascending, st.data())
def test_entries_are_a_slice(drawn, data):
    """Entries from one index to before another are that slice of the list."""
    made = log(*drawn)
    low = data.draw(st.integers(1, len(drawn) + 1))
    high = data.draw(st.integers(low, len(drawn) + 1))

    assert made.entries(low, high) == log_of(*drawn)[low - 1 : high - 1]


@pytest.mark.parametrize(("low", "high"), [(4, 6), (6, 5), (5, 9)])
def test_entries_that_are_not_there_are_not_asked_for(low, high):
    """Asking for a compacted entry, backwards, or beyond the end is a mistake of the caller."""
    made = log(2, 3, 3, snapshot=(4, 2))

    with pytest.raises(AssertionError):
        made.entries(low, high)


def sized(*sizes):
    """Make a log whose entries have data of these sizes."""
    entries = tuple(Entry(i, 1, data=b"." * size) for i, size in enumerate(sizes, 1))
    return RaftLog(Restored(HardState(term=1), Snapshot(configuration=MEMBERS), entries))


@given(st.lists(st.integers(0, 9), min_size=1, max_size=8), st.integers(1, 20), st.data())
def test_a_batch_is_one_entry_and_then_what_fits(sizes, limit, data):
    """A batch has at least one entry, is not larger than allowed unless it is one, and is full."""
    low = data.draw(st.integers(1, len(sizes)))

    entries, size = sized(*sizes).batch(low, limit)

    count = len(entries)
    assert [entry.index for entry in entries] == list(range(low, low + count))
    assert size == sum(len(entry.data) for entry in entries)
    assert count == 1 or (count > 1 and size <= limit)
    rest = sizes[low - 1 + count :]
    assert not rest or size + rest[0] > limit


@given(ascending, ascending)
def test_up_to_date_means_last_term_first_and_length_second(ours, theirs):
    """Of two logs the one with the later last term is newer; in one term the longer one."""
    made, other = log(*ours), log(*theirs)

    found = made.is_up_to_date(other.last_index, other.last_term)

    last = theirs[-1] if theirs else 0, ours[-1] if ours else 0
    assert found == (last[0] > last[1] or (last[0] == last[1] and len(theirs) >= len(ours)))


def test_what_is_appended_is_asked_to_be_written_once():
    """New entries are handed out to be made durable once; only then they may be applied."""
    made = log(1)
    new = log_of(1, 2)[1:]

    made.append(new)

    assert (made.last_index, made.last_term, made.persisted) == (2, 2, 1)
    assert made.next_to_persist() == new
    assert made.next_to_persist() == ()


@pytest.mark.parametrize("entries", [(), log_of(1, 1, 1)[2:], log_of(1)])
def test_only_the_next_entry_is_appended(entries):
    """Appending nothing, with a gap, or over an entry is a mistake of the caller."""
    made = log(1)

    with pytest.raises(AssertionError):
        made.append(entries)


@given(ascending, ascending, st.data())
def test_merging_cuts_only_what_conflicts(ours, theirs, data):
    """A merge keeps everything unless an entry conflicts; then it and all after it go."""
    common = 0
    while ours[common : common + 1] == theirs[common : common + 1] != []:
        common += 1
    start = data.draw(st.integers(0, common))
    end = data.draw(st.integers(start, len(theirs)))
    made = log(*ours)

    new = made.merge(log_of(*theirs)[start:end])

    longer = end > common
    assert terms(made) == (theirs[:end] if longer else ours)
    assert new == (log_of(*theirs)[common:end] if longer else ())
    assert made.persisted == (common if longer else len(ours))
    made.check_invariants()


def test_what_is_cut_is_written_again():
    """After a cut what was handed out no longer counts, so the new entries are handed out."""
    made = log(1, 1)
    made.append(log_of(1, 1, 1, 1)[2:])
    made.next_to_persist()

    made.merge(log_of(1, 1, 2)[2:])

    assert made.next_to_persist() == log_of(1, 1, 2)[2:]


def test_a_committed_entry_is_never_cut():
    """A conflict with a committed entry would be a broken promise; it is refused, not obeyed."""
    made = log(1, 1, commit=2)

    with pytest.raises(AssertionError, match="committed entries stay"):
        made.merge(log_of(1, 2)[1:])


@given(ascending, st.integers(0, 12), st.integers(0, 5))
def test_a_hint_is_the_last_place_that_may_match(drawn, index, term):
    """The hint is the largest index not above the one asked for whose term is not above either."""
    made = log(*drawn)

    found = made.match_hint(index, term)

    places = [(0, 0), *((entry.index, entry.term) for entry in log_of(*drawn))]
    assert found == max(place for place in places if place[0] <= index and place[1] <= term)


def test_a_hint_does_not_go_below_what_is_there():
    """In a compacted log a hint is at least the snapshot's index: what is before it matches."""
    assert log(3, 3, snapshot=(4, 2)).match_hint(6, 1) == (4, 2)


def test_the_commit_index_rises_as_far_as_there_are_entries():
    """The commit index never goes back and never passes the end of the log."""
    made = log(1, 1, 1, commit=1)

    assert made.commit_to(2)
    assert not made.commit_to(2)
    assert not made.commit_to(1)
    assert made.commit_to(9)

    assert made.commit == 3


def test_what_is_applied_is_committed_and_durable_and_once():
    """An entry is handed out to be applied when committed and durable, and never again."""
    made = log(1)
    made.append(log_of(1, 1, 1)[1:])
    made.commit_to(3)

    assert made.next_to_apply() == log_of(1)
    made.next_to_persist()
    made.persisted = 3
    assert made.next_to_apply() == log_of(1, 1, 1)[1:]
    assert made.next_to_apply() == ()


def test_a_restored_snapshot_replaces_everything():
    """A snapshot that is ahead takes the place of the whole log and is committed as it is."""
    made = log(1, 1, 1, commit=2)

    made.restore(Snapshot(5, 3, MEMBERS))

    assert (made.first_index, made.last_index, made.last_term, made.commit) == (6, 5, 3, 5)
    assert made.next_to_apply() == ()
    assert made.next_to_persist() == ()


def test_an_old_snapshot_does_not_replace_anything():
    """A snapshot of what is committed already must not be restored."""
    made = log(1, 1, 1, commit=2)

    with pytest.raises(AssertionError):
        made.restore(Snapshot(2, 1, MEMBERS))


@given(st.integers(1, 4), st.integers(1, 4), st.integers(0, 6))
def test_compacting_keeps_a_few_entries_for_others(first, more, trailing):
    """After compacting, the snapshot stands, and so many entries before it are still there."""
    made = log(1, 1, 1, 2, 2, 2, 2, 3, 3, commit=9)
    made.next_to_apply()
    made.applied = 9

    for index in (first, first + more):
        kept = {i: made.term_at(i) for i in range(made.first_index, 10)}
        made.compact(Snapshot(index, made.term_at(index), MEMBERS), trailing)
        assert made.first_index == max(min(kept), index - trailing + 1)
        assert made.term_at(index) == kept[index]
        assert terms(made) == [kept[i] for i in range(made.first_index, 10)]
        made.check_invariants()


@pytest.mark.parametrize(
    "snapshot", [Snapshot(7, 3), Snapshot(4, 2), Snapshot(3, 2), Snapshot(6, 2)]
)
def test_only_what_is_applied_is_compacted(snapshot):
    """A snapshot beyond what is applied, behind the last one, or of a wrong term is refused."""
    made = log(2, 3, 3, commit=7, snapshot=(4, 2))
    made.next_to_apply()
    made.applied = 6

    with pytest.raises(AssertionError):
        made.compact(snapshot, 0)


def test_a_snapshot_of_a_compacted_log_knows_its_term():
    """The term at the snapshot is known also when nothing before it is kept."""
    made = log(1, 1, 2, commit=3)
    made.next_to_apply()
    made.applied = 3

    made.compact(Snapshot(3, 2, MEMBERS), 0)

    assert (made.term_at(3), made.term_at(2), made.last_term) == (2, None, 2)


@pytest.mark.parametrize(
    ("name", "value", "promise"),
    [
        ("applied", 3, "3"),
        ("applying", 3, "offset, snapshot, applying, commit, last"),
        ("commit", 4, "4"),
        ("persisted", 4, "applying, persisted, handed, last"),
        ("last_index", 4, "indexes have no gaps"),
        ("_offset_term", 5, "terms never go down"),
    ],
)
def test_a_broken_log_is_named(name, value, promise):
    """The check of a log says which promise is broken."""
    made = log(1, 2, 3, commit=2)
    setattr(made, name, value)

    with pytest.raises(AssertionError, match=promise):
        made.check_invariants()


def test_an_entry_in_the_wrong_place_is_named():
    """The check of a log finds an entry whose index is not its place."""
    made = log(1, 2, 3)
    made._entries[0] = made._entries[0]._replace(index=2)

    with pytest.raises(AssertionError):
        made.check_invariants()
