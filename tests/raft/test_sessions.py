"""Client sessions against a dumb model that never forgets (thesis 6.3)."""

from __future__ import annotations

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from igniter_nb.raft import Recall, Sessions, Ticket


def carried_out(sessions, ticket, answer=b"done"):
    """Do what a state machine does with a new command."""
    assert sessions.recall(ticket) is Recall.NEW
    sessions.remember(ticket, answer)


def test_a_command_sent_again_gets_the_answer_of_the_first_time():
    """A ticket that was carried out gives its kept answer, however often it comes."""
    sessions = Sessions()
    client = sessions.register(7)

    carried_out(sessions, Ticket(client, 1, 1), b"first")

    assert client == 7
    assert sessions.recall(Ticket(client, 1, 1)) == b"first"
    assert sessions.recall(Ticket(client, 1, 1)) == b"first"


def test_an_empty_answer_is_an_answer():
    """A command whose answer has no bytes is not carried out again."""
    sessions = Sessions()
    client = sessions.register(1)

    carried_out(sessions, Ticket(client, 1, 1), b"")

    assert sessions.recall(Ticket(client, 1, 1)) == b""


def test_serials_may_arrive_in_any_order():
    """A serial below one that was carried out is new as long as the client waits for it."""
    sessions = Sessions()
    client = sessions.register(1)

    for serial in (64, 1, 33, 2):
        carried_out(sessions, Ticket(client, serial, 1), b"%d" % serial)

    assert [sessions.recall(Ticket(client, n, 1)) for n in (1, 2, 33, 64)] == [
        b"1",
        b"2",
        b"33",
        b"64",
    ]
    assert sessions.recall(Ticket(client, 3, 1)) is Recall.NEW


def test_an_answer_that_was_given_up_is_never_worked_out_again():
    """Below the client's oldest serial everything is stale, whether it was carried out or not."""
    sessions = Sessions()
    client = sessions.register(1)
    carried_out(sessions, Ticket(client, 1, 1))
    carried_out(sessions, Ticket(client, 3, 1))

    carried_out(sessions, Ticket(client, 4, 3))

    assert sessions.recall(Ticket(client, 1, 1)) is Recall.STALE
    assert sessions.recall(Ticket(client, 2, 1)) is Recall.STALE
    assert sessions.recall(Ticket(client, 3, 1)) == b"done"


def test_an_older_ticket_does_not_take_back_what_was_given_up():
    """A command that comes late with a smaller oldest serial leaves the window where it is."""
    sessions = Sessions()
    client = sessions.register(1)
    carried_out(sessions, Ticket(client, 9, 8))

    carried_out(sessions, Ticket(client, 8, 2))

    assert sessions.recall(Ticket(client, 7, 2)) is Recall.STALE


def test_a_serial_below_its_own_oldest_is_carried_out_once():
    """A client that contradicts itself loses the answer, not the promise."""
    sessions = Sessions()
    client = sessions.register(1)

    carried_out(sessions, Ticket(client, 2, 900))

    assert sessions.recall(Ticket(client, 2, 900)) is Recall.STALE
    sessions.check_invariants()


def test_a_command_of_an_unknown_session_is_refused():
    """A client that never registered is expired, not new."""
    assert Sessions().recall(Ticket(1, 1, 1)) is Recall.EXPIRED


def test_the_session_used_least_recently_makes_room():
    """Use is counted in log order, also by a command that was sent twice."""
    sessions = Sessions(limit=2)
    sessions.register(1)
    sessions.register(2)
    carried_out(sessions, Ticket(1, 1, 1))
    carried_out(sessions, Ticket(2, 1, 1))
    sessions.recall(Ticket(1, 1, 1))

    sessions.register(9)

    assert (1 in sessions, 2 in sessions, 9 in sessions) == (True, False, True)
    assert len(sessions) == sessions.limit == 2
    assert sessions.recall(Ticket(2, 1, 1)) is Recall.EXPIRED


def test_sessions_that_were_written_and_read_go_on_alike():
    """Answers, windows and the order of use survive; equal sessions are equal bytes."""
    sessions = Sessions(limit=2)
    sessions.register(1)
    sessions.register(2)
    carried_out(sessions, Ticket(1, 5, 4), bytes(range(256)))

    again = Sessions.decode(sessions.encode())

    assert again == sessions
    assert again.encode() == sessions.encode()
    assert again.recall(Ticket(1, 5, 4)) == bytes(range(256))
    assert again.recall(Ticket(1, 3, 1)) is Recall.STALE
    again.register(3)
    assert 2 not in again


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{}",
        b"[]",
        b"[2, 8, 0, []]",
        b"[1, 0, 0, []]",
        b"[1, 8, 0, [[5, 1, []]]]",
        b'[1, 8, 9, [[5, 3, [[1, "x"]]]]]',
        b"[1, 8, 9, [[5, 0, []]]]",
        b"[1, 1, 9, [[5, 1, []], [6, 1, []]]]",
        b"[1, 8, 9, [[5, 1, [[1, 7]]]]]",
        b"\xff",
    ],
)
def test_other_bytes_are_no_sessions(data):
    """Damaged bytes are refused with what was expected and what to do."""
    with pytest.raises(ValueError, match=r"expected what Sessions\.encode wrote .* this one is"):
        Sessions.decode(data)


def test_a_cluster_has_room_for_a_session():
    """A limit of no sessions is refused."""
    with pytest.raises(ValueError, match="at least 1, came 0"):
        Sessions(0)


def test_sessions_are_compared_by_content():
    """Something else is not equal, and what changes has no hash."""
    assert Sessions() != 3

    with pytest.raises(TypeError, match="unhashable"):
        hash(Sessions())


class AgainstModel(RuleBasedStateMachine):
    """Sessions beside a model: a list in order of use, and everything that was ever done."""

    LIMIT = 3

    def __init__(self):
        super().__init__()
        self.sessions = Sessions(self.LIMIT)
        self.index = 0
        self.used = []  # clients, least recently used first
        self.floor = {}
        self.done = {}

    @rule(gap=st.integers(1, 3))
    def register(self, gap):
        self.index += gap
        if len(self.used) == self.LIMIT:
            self.used.pop(0)
        self.used.append(self.sessions.register(self.index))
        self.floor[self.index] = 1

    @precondition(lambda self: self.index)
    @rule(data=st.data(), serial=st.integers(1, 12), oldest=st.integers(1, 12))
    def command(self, data, serial, oldest):
        client = data.draw(st.integers(1, self.index))
        ticket = Ticket(client, serial, oldest)

        found = self.sessions.recall(ticket)

        assert found == self.expected(ticket)
        if client in self.used:
            self.used.remove(client)
            self.used.append(client)
        if found is Recall.NEW:
            assert (client, serial) not in self.done, f"{ticket} was carried out twice"
            self.done[client, serial] = answer = repr(ticket).encode()
            self.floor[client] = max(self.floor[client], oldest)
            self.sessions.remember(ticket, answer)

    def expected(self, ticket):
        if ticket.client not in self.used:
            return Recall.EXPIRED
        if ticket.serial < self.floor[ticket.client]:
            return Recall.STALE
        return self.done.get((ticket.client, ticket.serial), Recall.NEW)

    @rule()
    def move_to_another_node(self):
        self.sessions = Sessions.decode(self.sessions.encode())

    @invariant()
    def agrees(self):
        self.sessions.check_invariants()
        assert [client for client in range(self.index + 1) if client in self.sessions] == sorted(
            self.used
        )


TestAgainstModel = AgainstModel.TestCase
