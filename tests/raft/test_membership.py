"""Changes of the membership, held against sets."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from igniter_nb.raft import ChangeAction, ConfChange, Configuration, Transition
from igniter_nb.raft.membership import changed, check_invariants, decode, encode, left
from igniter_nb.raft.quorum import VoteResult, counted

ADD, LEARN, REMOVE = ChangeAction.ADD_VOTER, ChangeAction.ADD_LEARNER, ChangeAction.REMOVE
NODES = tuple(f"n{number}" for number in range(1, 7))
THREE = Configuration(voters=("n1", "n2", "n3"), learners=("n4",))
JOINT = Configuration(voters=("n1", "n4"), outgoing=("n1", "n2"), learners_next=("n2",))

some_changes = st.lists(
    st.builds(ConfChange, st.sampled_from(ChangeAction), st.sampled_from(NODES)),
    min_size=1,
    max_size=4,
)
transitions = st.sampled_from(Transition)


@st.composite
def configurations(draw):
    """Draw a configuration that is not joint."""
    roles = draw(st.dictionaries(st.sampled_from(NODES), st.booleans(), min_size=1))
    voters = tuple(sorted(node for node, votes in roles.items() if votes))
    learners = tuple(sorted(node for node, votes in roles.items() if not votes))
    return Configuration(voters=voters or ("n9",), learners=learners)


def dumb(configuration, changes):
    """Say what nodes are in the end, one after the other; None if a change makes no sense."""
    roles = dict.fromkeys(configuration.voters, ADD) | dict.fromkeys(configuration.learners, LEARN)
    if len({node for _, node in changes}) < len(changes):
        return None
    for action, node in changes:
        if roles.get(node, REMOVE) == action:
            return None
        roles[node] = action
    voters = tuple(sorted(node for node, role in roles.items() if role == ADD))
    learners = tuple(sorted(node for node, role in roles.items() if role == LEARN))
    return (voters, learners) if voters else None


@given(configurations(), some_changes, transitions)
def test_a_change_ends_where_doing_its_parts_ends(configuration, changes, transition):
    """After a change, and after leaving the joint step if there is one, roles are as asked for."""
    expected = dumb(configuration, changes)

    if expected is None:
        with pytest.raises(ValueError, match=r"."):
            changed(configuration, changes, transition)
        return
    made = changed(configuration, changes, transition)
    check_invariants(made)
    end = left(made) if made.joint else made
    check_invariants(end)
    assert (end.voters, end.learners) == expected
    assert (end.outgoing, end.learners_next, end.auto_leave) == ((), (), False)


@given(configurations(), some_changes, transitions, st.sets(st.sampled_from(NODES)))
def test_old_and_new_never_decide_apart(configuration, changes, transition, side):
    """Of two sets of nodes without a common one, at most one wins before or after a change.

    This is what makes a change safe (thesis 4.1 and 4.3): in each single step, a majority by the
    old configuration and a majority by the new one share a node.
    """
    if dumb(configuration, changes) is None:
        return

    made = changed(configuration, changes, transition)

    ours = dict.fromkeys(side, True)
    theirs = {node: node not in side for node in (*NODES, "n9")}
    old = counted(configuration.voters, ours)
    new = [counted(voters, theirs) for voters in (made.voters, made.outgoing)]
    assert not (old is VoteResult.WON and set(new) == {VoteResult.WON})


@given(configurations(), some_changes)
def test_one_voter_is_changed_at_once(configuration, changes):
    """AUTO makes a change of at most one voter in one step and any other one jointly."""
    expected = dumb(configuration, changes)
    if expected is None:
        return

    made = changed(configuration, changes)

    assert made.joint == (len(set(expected[0]) ^ set(configuration.voters)) > 1)
    assert made.auto_leave == made.joint


@given(configurations(), some_changes)
def test_a_transition_that_is_asked_for_is_joint(configuration, changes):
    """IMPLICIT and EXPLICIT are joint even for one voter; only IMPLICIT is left by itself."""
    if dumb(configuration, changes) is None:
        return

    implicit = changed(configuration, changes, Transition.IMPLICIT)
    explicit = changed(configuration, changes, Transition.EXPLICIT)

    assert implicit.joint
    assert implicit.auto_leave
    assert explicit == implicit._replace(auto_leave=False)
    assert implicit.outgoing == configuration.voters


def test_a_learner_is_promoted():
    """A learner that is added as a voter is no learner any more."""
    made = changed(THREE, [ConfChange(ADD, "n4")])

    assert made == Configuration(voters=("n1", "n2", "n3", "n4"))


def test_a_demoted_voter_votes_until_the_joint_configuration_is_left():
    """A voter that becomes a learner jointly is an outgoing voter first and a learner after."""
    made = changed(THREE, [ConfChange(LEARN, "n2"), ConfChange(ADD, "n5")])

    assert made.outgoing == ("n1", "n2", "n3")
    assert (made.learners, made.learners_next) == (("n4",), ("n2",))
    assert left(made) == Configuration(voters=("n1", "n3", "n5"), learners=("n2", "n4"))


def test_no_change_leaves_the_joint_configuration():
    """An empty change leaves a joint configuration."""
    assert changed(JOINT, []) == Configuration(voters=("n1", "n4"), learners=("n2",))


@pytest.mark.parametrize(
    ("configuration", "changes", "reason"),
    [
        (THREE, [], "is not joint, so there is nothing to leave"),
        (JOINT, [ConfChange(ADD, "n9")], "the configuration is joint: it must be left before"),
        (THREE, [ConfChange(ADD, "n2")], "'n2' is a voter already"),
        (THREE, [ConfChange(LEARN, "n4")], "'n4' is a learner already"),
        (THREE, [ConfChange(REMOVE, "n9")], "'n9' is no member.* members: n1, n2, n3, n4"),
        (THREE, [ConfChange(ADD, "n5"), ConfChange(LEARN, "n5")], "'n5' is named more than once"),
        (THREE, [ConfChange(REMOVE, n) for n in THREE.voters], "the last voter cannot go"),
    ],
)
def test_nonsense_is_refused_with_its_reason(configuration, changes, reason):
    """A change that makes no sense is refused, and the error says which part and why."""
    with pytest.raises(ValueError, match=reason):
        changed(configuration, changes)


def test_every_reason_is_told_at_once():
    """A change is refused with all that is wrong with it."""
    changes = [ConfChange(ADD, "n1"), ConfChange(LEARN, "n4"), ConfChange(REMOVE, "n9")]

    with pytest.raises(ValueError, match=r"'n1' is a voter.*'n4' is a learner.*'n9' is no member"):
        changed(THREE, changes)


@given(configurations(), some_changes, transitions)
def test_a_configuration_reads_as_it_was_written(configuration, changes, transition):
    """A configuration, joint or not, comes back equal from the bytes of its entry."""
    if dumb(configuration, changes) is None:
        made = configuration
    else:
        made = changed(configuration, changes, transition)

    assert decode(encode(made)) == made


@pytest.mark.parametrize(
    ("broken", "promise"),
    [
        (Configuration(), "there is always a voter"),
        (Configuration(("n1",), learners=("n1",)), "no learner is a voter"),
        (Configuration(("n1",), ("n2",), learners=("n2",)), "no learner is a voter"),
        (Configuration(("n1",), ("n2",), learners_next=("n3",)), "only an outgoing voter"),
        (Configuration(("n1",), ("n1",), learners_next=("n1",)), "an incoming voter"),
        (Configuration(("n1",), auto_leave=True), "only a joint one is left"),
        (Configuration(("n2", "n1")), "nodes are sorted"),
        (Configuration(("n1", "n1")), "nodes are sorted"),
    ],
)
def test_a_broken_configuration_is_named(broken, promise):
    """The check of a configuration says which promise is broken."""
    with pytest.raises(AssertionError, match=promise):
        check_invariants(broken)
