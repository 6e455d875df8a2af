from __future__ import annotations

import pytest

from igniter_nb.consensus.simulator.chance import stream
from igniter_nb.consensus.simulator.network import MemoryTransport
from igniter_nb.consensus.transport import PERFECT, Link
from igniter_nb.raft import TimeoutNow


class Arrivals:
    """What a network says will arrive, and what it says is lost."""

    def __init__(self, link: Link = PERFECT, *, seed: int = 1) -> None:
        self.came: list[tuple[int, int]] = []
        self.lost: list[str] = []
        self.chance = stream(seed, "network")
        self.network = MemoryTransport(self._note, self.chance, link)
        self.network.lost = lambda _, why: self.lost.append(why)

    def _note(self, message: TimeoutNow, delay_us: int) -> None:
        self.came.append((message.term, self.network.now_us + delay_us))

    def send(self, count: int = 1, *, sender: str = "a", recipient: str = "b") -> None:
        for number in range(count):
            self.network.send(TimeoutNow(sender, recipient, number))

    @property
    def order(self) -> list[int]:
        return [number for number, at in sorted(self.came, key=lambda each: each[1])]


class TestWithoutFaults:
    def test_a_message_arrives_at_once(self):
        """Without faults a message arrives at the time at which it was sent."""
        arrivals = Arrivals()

        arrivals.send(3)

        assert arrivals.came == [(0, 0), (1, 0), (2, 0)]

    def test_no_chance_is_drawn(self):
        """Without faults the stream of chance is left as it was."""
        arrivals = Arrivals()
        before = arrivals.chance.getstate()

        arrivals.send(100)

        assert arrivals.chance.getstate() == before

    def test_after_healing_everything_is_as_before(self):
        """When the last fault is taken back, messages arrive at once again."""
        arrivals = Arrivals()
        arrivals.network.block("a", "b")
        arrivals.network.set_link("b", "a", link=Link(5, 5))

        arrivals.network.heal()
        arrivals.network.set_link("b", "a", link=None)
        arrivals.send(sender="a", recipient="b")
        arrivals.send(sender="b", recipient="a")

        assert [at for _, at in arrivals.came] == [0, 0]


class TestLinks:
    def test_latency_stays_within_its_bounds_and_reaches_both(self):
        """Times under way are drawn from the shortest to the longest latency."""
        arrivals = Arrivals(Link(10, 12, reordering=1.0))

        arrivals.send(200)

        assert {at for _, at in arrivals.came} == {10, 11, 12}

    def test_a_link_that_does_not_reorder_is_a_pipe(self):
        """However latencies fall, messages on one link arrive in the order of sending."""
        arrivals = Arrivals(Link(0, 1_000))

        arrivals.send(100)

        assert arrivals.order == list(range(100))

    def test_a_link_that_reorders_lets_messages_overtake(self):
        """With reordering some message arrives before one that was sent earlier."""
        arrivals = Arrivals(Link(0, 1_000, reordering=0.5))

        arrivals.send(100)

        assert arrivals.order != list(range(100))

    def test_a_message_that_others_overtake_may_lag(self):
        """A reordered message stays behind for up to the lag on top of the latency."""
        arrivals = Arrivals(Link(1, 1, reordering=1.0, lag_us_max=100))

        arrivals.send(300)

        times = [at for _, at in arrivals.came]
        assert min(times) >= 1
        assert 50 < max(times) <= 101

    def test_the_share_of_losses_is_kept(self):
        """About the given share of messages is lost, and each loss is told with its reason."""
        arrivals = Arrivals(Link(loss=0.3))

        arrivals.send(2_000)

        assert 500 < len(arrivals.lost) < 700
        assert set(arrivals.lost) == {"lost"}
        assert len(arrivals.came) + len(arrivals.lost) == 2_000

    def test_the_share_of_doubles_is_kept(self):
        """About the given share of messages arrives twice, none three times."""
        arrivals = Arrivals(Link(doubling=0.25))

        arrivals.send(2_000)

        counts = [sum(1 for number, _ in arrivals.came if number == n) for n in range(2_000)]
        assert set(counts) == {1, 2}
        assert 400 < counts.count(2) < 600

    def test_a_link_may_have_a_word_of_its_own(self):
        """One slow direction leaves the other, and the other links, as they are."""
        arrivals = Arrivals()
        arrivals.network.set_link("a", "b", link=Link(7, 7))

        arrivals.send(sender="a", recipient="b")
        arrivals.send(sender="b", recipient="a")
        arrivals.send(sender="a", recipient="c")

        assert [at for _, at in arrivals.came] == [7, 0, 0]

    @pytest.mark.parametrize(
        ("link", "told"),
        [
            (Link(loss=1.5), "loss must be a share"),
            (Link(doubling=-0.1), "doubling must be a share"),
            (Link(5, 4), "latencies"),
            (Link(-1, 4), "latencies"),
            (Link(lag_us_max=-1), "lag_us_max"),
        ],
    )
    def test_a_wrong_link_is_refused_with_what_is_wrong(self, link, told):
        """Shares outside 0 to 1 and latencies out of order are refused by name."""
        with pytest.raises(ValueError, match=told):
            Arrivals(link)


class TestPartitions:
    def test_a_cut_is_one_way(self):
        """A cut link carries nothing in its direction and everything in the other."""
        arrivals = Arrivals()
        arrivals.network.block("a", "b")

        arrivals.send(sender="a", recipient="b")
        arrivals.send(sender="b", recipient="a")

        assert len(arrivals.came) == 1
        assert arrivals.lost == ["the link is cut"]

    def test_a_partition_cuts_between_groups_only(self):
        """Nodes of one group still hear one another; nodes of two do not, either way."""
        network = Arrivals().network

        network.partition([("a", "b"), ("c",), ("d", "e")])

        assert network.carries("a", "b")
        assert network.carries("e", "d")
        assert not network.carries("a", "c")
        assert not network.carries("c", "a")
        assert not network.carries("c", "d")

    def test_who_is_in_no_group_hears_everyone(self):
        """A partial partition leaves a bridge between its sides."""
        network = Arrivals().network

        network.partition([("a",), ("c",)])

        assert network.carries("a", "b")
        assert network.carries("b", "c")
        assert not network.carries("a", "c")

    def test_an_isolated_node_neither_hears_nor_is_heard(self):
        """Isolation cuts all links of one node and no others."""
        network = Arrivals().network

        network.isolate("b", ["a", "b", "c"])

        assert network.blocked == {("a", "b"), ("b", "a"), ("b", "c"), ("c", "b")}

    def test_unblocking_mends_one_direction(self):
        """A link is mended alone."""
        network = Arrivals().network
        network.isolate("b", ["a", "b", "c"])

        network.unblock("a", "b")

        assert network.carries("a", "b")
        assert not network.carries("b", "a")


def test_the_same_seed_gives_the_same_arrivals():
    """Two networks with equal chance and equal calls do exactly the same."""
    link = Link(0, 500, loss=0.2, doubling=0.2, reordering=0.3, lag_us_max=1_000)
    one, two, other = Arrivals(link, seed=3), Arrivals(link, seed=3), Arrivals(link, seed=4)

    for arrivals in (one, two, other):
        arrivals.send(300)

    assert one.came == two.came
    assert one.came != other.came
