"""The story of a cluster in plain words."""

from __future__ import annotations

import pytest

from igniter_nb.consensus import FAULTS, Past, Simulation, TraceEvent, duration, quality
from igniter_nb.notebook.clusters.words.events import (
    LONGEST,
    MOST_ENTRIES,
    Teller,
    command,
    sentence,
)
from igniter_nb.raft import Entry, EntryKind, Role

ACTS = {
    "kill": (("n1",), "n1 is to crash"),
    "power_cut": (("n1", 0, 0), "the power of n1 is to be cut"),
    "kill_after": (("n1", 5), "n1 is to crash 5 steps from now"),
    "cut_after": (("n1", 5, 0), "n1 is to lose power 5 steps from now"),
    "restart": (("all",), "each node is to be started if it is down"),
    "pause": (("leader",), "the leader is paused: it does nothing and notices nothing"),
    "resume": (("n1",), "n1 goes on where it was paused"),
    "wipe": (("n1",), "the disk of n1 is taken away"),
    "partition": (
        (("n1", "n2"), ("n3", "n4", "n5")),
        "the links between n1, n2 and n3, n4, n5 are cut",
    ),
    "isolate": (("n1",), "n1 is cut off from all others"),
    "cut": (("n1", "n2"), "nothing passes from n1 to n2"),
    "mend": (("n1", "n2"), "messages pass from n1 to n2"),
    "heal": ((), "all links that were cut are mended"),
    "link": (
        ("n1", "n2", 20_000, 20_000, 0.25),
        "messages from n1 to n2 take 20 ms and 25 % of them are lost",
    ),
    "links": ((), "messages take no time and none is lost"),
    "show": ((20_000,), "messages take 20 ms, to be seen"),
    "slow": (("n1", 1.5, 0.0), "messages to and from n1 take 1.5 s and none is lost"),
    "clock_rate": (("n1", 1500), "the clock of n1 runs 1.5 times as fast as time"),
    "clock_jump": (("n1", -20_000), "the clock of n1 jumps back by 20 ms"),
    "slow_disk": (("n1", 1000, 2000), "from now on a sync of n1's disk takes 1 ms to 2 ms"),
    "break_disk": (("n1",), "the next sync of n1's disk is to fail"),
    "campaign": (("n1",), "n1 is told to stand for election now"),
    "transfer": (("n1",), "the leader is to hand over to n1"),
    "add_node": (("n6",), "n6 is to join the cluster"),
    "remove_node": (("n1",), "n1 is to leave the cluster"),
    "add_voter": (("n6",), "n6 is to become a voter"),
    "add_learner": (("n6",), "n6 is to get the log without a vote"),
    "remove": (("n1",), "n1 is to leave the membership"),
    "replace": (("n1", "n2", "n6", "n7"), "n6, n7 is to take the place of n1, n2"),
    "set_up": (("n6",), "n6 is set up and waits to be let in"),
    "retire": (("n6",), "n6 is stopped, and its name is not used again"),
    "change": (("n1", "add_learner", "n6"), "n1 proposes to the others: add learner n6"),
    "propose": (("n1", b'{"key":"x"}', 0), 'n1 is given a command: {"key":"x"}'),
    "ask": (("n1", 0), "n1 is asked for what is committed"),
    "skip": ((7,), "entry 7, which could not be applied, is passed over"),
    "forget": (("n1", 5), "n1 is not asked any more"),
    "write": (("x", 1), "the leader is given x = 1"),
    "read": (("n1", "x"), "n1 is asked for x"),
}
"""What each act is told as."""


def event(kind, detail, node="", *, at=0, number=0):
    """Make an event."""
    return TraceEvent(number, at, node, kind, detail)


def act(name, *args, number=0, at=0):
    """Make the event of an act."""
    return event("act", (name, args), number=number, at=at)


def story(*events, run=None):
    """Tell events as one story; return its texts."""
    run = run or Simulation.start(1, ["n1", "n2", "n3"])
    return [told.text for told in Teller().tell(events, Past(run).commands)]


@pytest.mark.parametrize("name", sorted({*FAULTS, "add_node", "remove_node", "slow"}))
def test_each_act_has_a_sentence(name):
    """Whatever can be done to a cluster is told in words of its own."""
    args, told = ACTS[name]

    assert sentence(act(name, *args)) == told


def test_an_act_without_words_of_its_own_is_told_all_the_same():
    """An act that is not known is told by its name."""
    assert sentence(act("turn_around", "n1")) == "turn around: n1"


@pytest.mark.parametrize(
    ("kind", "detail", "told"),
    [
        ("role", (Role.LEADER, 4, "n1"), "n1 leads term 4"),
        ("role", (Role.CANDIDATE, 4, None), "n1 asks for votes in term 4"),
        ("role", (Role.PRE_CANDIDATE, 4, None), "n1 asks who would vote for it in term 5"),
        ("role", (Role.FOLLOWER, 4, None), "n1 waits for a leader in term 4"),
        ("role", (Role.FOLLOWER, 4, "n2"), "n1 follows n2 in term 4"),
        ("start", (1, 0, 0), "n1 starts with an empty log"),
        ("start", (2, 3, 7), "n1 restarts with a log up to 7"),
        ("stop", "it is killed", "n1 crashed"),
        ("stop", "its power is cut", "n1 lost its power, and what it had not synced"),
        (
            "stop",
            "its disk is taken away",
            "n1 lost its disk: it is down and has forgotten everything",
        ),
        ("stop", "it is ended between two steps", "n1 crashed between two steps"),
        ("stop", "its disk failed: no space", "n1 stopped: its disk failed: no space"),
        ("stop", "the machine is gone", "n1 stopped, since the machine is gone"),
        ("stop", "the cluster is stopped", ""),
        ("restore", (40, 3), "n1 takes over the leader's snapshot, which covers all up to 40"),
        ("client", "x = 1 is kept at 3 of term 1", "x = 1 is kept at 3 of term 1"),
        ("send", None, ""),
        ("lost", None, ""),
        ("write", None, ""),
        ("durable", None, ""),
        ("deliver", None, ""),
        ("apply", None, ""),
        ("compact", 7, ""),
        ("commit", 7, ""),
    ],
)
def test_each_kind_of_event_is_told_or_is_not(kind, detail, told):
    """What a person follows has a sentence, the rest has none."""
    assert sentence(event(kind, detail, "n1")) == told


def test_of_an_act_and_its_outcome_the_outcome_is_told():
    """A crash that was asked for is told once, and one that changed nothing as what was asked."""
    stops = event("stop", "it is killed", "n2", number=1)

    assert story(act("kill", "n2"), stops) == ["n2 crashed"]
    assert story(act("kill", "leader"), stops) == ["n2 crashed"]
    assert story(act("kill", "n1"), stops) == ["n1 is to crash", "n2 crashed"]
    assert story(act("kill", "n2")) == ["n2 is to crash"]
    assert story(act("restart", "n2"), event("start", (2, 1, 3), "n2", number=1)) == [
        "n2 restarts with a log up to 3"
    ]


def test_what_a_node_gives_up_depends_on_what_it_was():
    """A leader leads no more, a candidate was not elected, and both may have heard of a term."""

    def after(role, term, then):
        return story(
            event("role", (role, 4, None), "n1"), event("role", (Role.FOLLOWER, then, None), "n1")
        )[1]

    assert after(Role.LEADER, 4, 5) == "n1 leads no more: it heard of term 5"
    assert after(Role.LEADER, 4, 4) == "n1 leads no more, and waits for a leader in term 4"
    assert after(Role.CANDIDATE, 4, 6) == "n1 gives up: it heard of term 6"
    assert after(Role.CANDIDATE, 4, 4) == "n1 was not elected in term 4"
    assert after(Role.PRE_CANDIDATE, 4, 6) == "n1 gives up: it heard of term 6"
    assert after(Role.PRE_CANDIDATE, 4, 4) == "n1 found too few who would vote"
    assert after(Role.FOLLOWER, 4, 5) == "n1 heard of term 5, and waits for its leader"
    assert after(Role.FOLLOWER, 4, 4) == "n1 waits for a leader in term 4"


def test_a_node_that_was_told_to_stand_did_not_miss_a_leader():
    """That no leader was heard is told only where nobody told the node to stand."""
    asks = event("role", (Role.PRE_CANDIDATE, 4, None), "n3", at=7)

    assert story(asks) == ["n3 heard no leader, asks who would vote for it in term 5"]
    assert story(act("campaign", "n3", at=7), asks) == [
        "n3 is told to stand for election now",
        "n3 asks who would vote for it in term 5",
    ]


def test_what_several_nodes_do_one_after_the_other_is_one_line():
    """Nodes that follow, start or hear of a term together are told together."""
    starts = [event("start", (1, 0, 0), f"n{at}") for at in (1, 2, 3)]
    hear = [event("role", (Role.FOLLOWER, 1, None), f"n{at}") for at in (1, 2)]
    follow = [event("role", (Role.FOLLOWER, 1, "n3"), f"n{at}") for at in (1, 2)]
    ask = [event("role", (Role.PRE_CANDIDATE, 1, None), f"n{at}") for at in (1, 2)]

    leave = [event("role", (Role.FOLLOWER, 3, None), f"n{at}") for at in (1, 2)]

    assert story(*starts, *hear, *follow, *ask, *leave) == [
        "n1, n2 and n3 start with an empty log",
        "n1 and n2 heard of term 1, and wait for its leader",
        "n1 and n2 follow n3 in term 1",
        "n1 and n2 heard no leader, ask who would vote for it in term 2",
        "n1 and n2 give up: they heard of term 3",
    ]


def test_a_command_is_told_when_the_first_node_knows_it_committed():
    """Each command is told once, with what it says, its index and its term."""
    run = Simulation.start(1, ["n1", "n2", "n3"])
    run.run_until(3_000_000)
    before = len(run.trace)
    run.act("write", "x", 1)
    run.run_until(run.now_us + 500_000)
    log = run.world.leader().replica.core.log

    told = Teller(log.commit - 1).tell(run.trace[before:], Past(run).commands)

    texts = [each.text for each in told]
    term = run.world.leader().replica.core.term
    assert texts.count(f"x = 1 is committed at index {log.commit} of term {term}") == 1
    assert {each.kind for each in told} == {"act", "client"}


def test_of_many_commands_the_last_ones_are_told():
    """Where many are committed at once, and where the log has them no more, the story is short."""
    run = Simulation.start(1, ["n1", "n2", "n3"])
    run.run_until(3_000_000)
    for at in range(40):
        run.act("write", f"k{at}", at)
    run.run_until(run.now_us + 500_000)
    index = run.world.leader().replica.core.commit

    told = Teller().tell([event("commit", index, "n1")], Past(run).commands)

    assert len(told) == MOST_ENTRIES
    assert told[-1].text.startswith("k39 = 39 is committed at index")
    assert Teller(index).tell([event("commit", index, "n1")], Past(run).commands) == []
    assert Teller().tell([event("commit", index, "gone")], Past(run).commands) == []


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b'{"key":"x","value":[1,2]}', "x = [1, 2]"),
        (b'{"key":"x","op":"delete"}', "the end of x"),
        (b'{"type":"add","by":1}', '{"type":"add","by":1}'),
        (b"no json", "no json"),
        (b"7", "7"),
        (b"[" * 20_000, f"{'[' * 52}…{'[' * 27}"),
    ],
)
def test_commands_are_written_as_a_person_says_them(data, told):
    """A key and a value are an equation; what is something else is told as it is, shortened."""
    assert command(data) == told


def test_a_sentence_is_a_line_and_not_long():
    """Whatever a client says, the page is given a line without what would break it."""
    told = sentence(event("client", f"a\nb\x1b[31m\ud800 {'c' * 1000}"))

    assert told.startswith("a b[31m c")
    assert len(told) == LONGEST


def test_a_story_that_begins_late_is_told_from_there():
    """A narrator that has not heard the beginning says of each event what it says by itself."""
    told = Teller(committed=9).tell(
        [event("role", (Role.FOLLOWER, 4, None), "n1", at=5)],
        Simulation.start(1, ["n1"]).world,
    )

    assert [tuple(each) for each in told] == [(5, "role", "n1 waits for a leader in term 4")]


def test_times_and_links_are_written_for_a_person():
    """A time is said in milliseconds or seconds, a link with all that is wrong with it."""
    assert duration(500) == "0.5 ms"
    assert duration(2_500_000) == "2.5 s"
    assert quality(1000, 2000, 0.0, 0.1) == (
        "take 1 ms to 2 ms and none is lost and others come twice or late"
    )
    assert sentence(act("links", 0, 0, 0.5)) == "messages take no time and 50 % of them are lost"
    assert sentence(act("link", "n1", "n2")) == "the link from n1 to n2 is as the others again"
    assert sentence(act("clock_rate", "n1", 1000)) == "the clock of n1 runs as time does"
    assert sentence(act("clock_jump", "n1", 5000)) == "the clock of n1 jumps ahead by 5 ms"
    assert sentence(act("partition", ("n1",), ("n2",), ("n3",))) == (
        "the network is cut into n1 | n2 | n3"
    )


def test_entries_that_no_client_wrote_are_not_told():
    """A leader's own entry is committed without a word."""
    run = Simulation.start(1, ["n1"])
    run.run_until(3_000_000)
    log = run.world.leader().replica.core.log

    assert log.entries(1, 2)[0].kind is not EntryKind.COMMAND
    assert Teller().tell([event("commit", 1, "n1")], Past(run).commands) == []
    assert isinstance(log.entries(1, 2)[0], Entry)


def test_what_cannot_be_said_in_plain_words_is_told_as_the_trace_does():
    """No act, however it was called, can keep a story from going on."""
    for detail in (("kill", ()), ("clock_rate", ("n1", "fast")), ("link", ("n1",)), ("wink", ())):
        event = TraceEvent(7, 1000, "", "act", detail)

        told = sentence(event)

        assert detail[0] in told
        assert "\n" not in told
