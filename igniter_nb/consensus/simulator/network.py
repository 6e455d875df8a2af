"""Network inside one process, with the latencies, losses and cuts that it is told to have.

The network decides when a message arrives, in virtual microseconds, or that it never does; whoever
made the network delivers the message at that time. What always holds:

1. Without faults and latency a message arrives at once, and no chance is drawn.
2. A link that does not reorder is a pipe: no message overtakes another on it, unless the link
   has been mended or made quicker in between.
3. A blocked link carries nothing; what was under way when it was blocked is lost on arrival.
4. The same calls with the same ``chance`` give the same arrivals.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from igniter_nb.consensus.transport import PERFECT, Link

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from igniter_nb.consensus.simulator.chance import Random
    from igniter_nb.raft import Message, NodeId

__all__ = ["MemoryTransport"]


class MemoryTransport:
    """The simulated network; satisfies :class:`Transport`.

    Args:
        deliver: called for every message that will arrive, with the message and the microseconds
            until then.
        chance: what latencies, losses and doublings are drawn from.
        link: how well links work that have no word of their own.
        may_show: whether messages may be given time to be seen, as nothing was said of any link.

    Attributes:
        may_show: the same; not any more once it is said how well links work.
        blocked: directed links, as (sender, recipient), that carry nothing.
        now_us: the time in microseconds, kept by whoever drives the network; never goes back.
        lost: called for every message that will not arrive, with the reason; None to not be told.

    Examples:
        >>> from random import Random
        >>> from igniter_nb.raft import TimeoutNow
        >>> arrived = []
        >>> network = MemoryTransport(lambda message, delay_us: arrived.append(message), Random(1))
        >>> network.send(TimeoutNow("n1", "n2", 1))
        >>> network.isolate("n2", ["n1", "n2"])
        >>> network.send(TimeoutNow("n1", "n2", 1))
        >>> len(arrived)
        1
    """

    def __init__(
        self,
        deliver: Callable[[Message, int], None],
        chance: Random,
        link: Link = PERFECT,
        *,
        may_show: bool = False,
    ) -> None:
        self.deliver = deliver
        self.may_show = may_show and link == PERFECT
        self.blocked: set[tuple[NodeId, NodeId]] = set()
        self.lost: Callable[[Message, str], None] | None = None
        self._chance = chance
        self._usual = _checked(link)
        self._links: dict[tuple[NodeId, NodeId], Link] = {}
        self._times: dict[tuple[NodeId, NodeId], int] = {}
        self.now_us = 0
        self._clean = link == PERFECT

    @property
    def link(self) -> Link:
        """How well links work that have no word of their own."""
        return self._usual

    @property
    def shown_us(self) -> int:
        """Microseconds that messages take so that they can be seen; 0 if they take none."""
        return self._usual.latency_us_max if self.may_show else 0

    @property
    def links(self) -> Mapping[tuple[NodeId, NodeId], Link]:
        """How well the links work that have a word of their own, by sender and recipient."""
        return self._links

    def send(self, message: Message) -> None:
        """Decide when the message arrives, and hand it on."""
        if self._clean:
            self.deliver(message, 0)
        else:
            self._send(message)

    def _send(self, message: Message) -> None:
        path = message[:2]
        if path in self.blocked:
            if self.lost is not None:
                self.lost(message, "the link is cut")
            return
        link = self._links.get(path, self._usual)
        random = self._chance.random
        if link.loss and random() < link.loss:
            if self.lost is not None:
                self.lost(message, "lost")
            return
        self.deliver(message, self._delay(path, link))
        if link.doubling and random() < link.doubling:
            self.deliver(message, self._delay(path, link))

    def _delay(self, path: tuple[NodeId, NodeId], link: Link) -> int:
        delay, longest = link.latency_us_min, link.latency_us_max
        random = self._chance.random
        if delay != longest:
            delay += int(random() * (longest - delay + 1))
        if link.reordering and random() < link.reordering:
            return delay + int(random() * link.lag_us_max)
        now = self.now_us
        arrival = max(now + delay, self._times.get(path, 0))
        self._times[path] = arrival
        return arrival - now

    def carries(self, sender: NodeId, recipient: NodeId) -> bool:
        """Return whether the link is open, which is asked again when a message arrives."""
        return (sender, recipient) not in self.blocked

    # -- faults

    def set_link(self, sender: NodeId, recipient: NodeId, *, link: Link | None) -> None:
        """Say how well one directed link works; None for as well as the others."""
        if link is None:
            self._links.pop((sender, recipient), None)
        else:
            self._links[sender, recipient] = _checked(link)
        self._changed()

    def set_every_link(self, link: Link) -> None:
        """Say how well all links work, also those that had a word of their own."""
        self._usual = _checked(link)
        self.may_show = False
        self._links.clear()
        self._changed()

    def show(self, latency_us: int) -> None:
        """Let messages take some time, so that they can be seen, unless links were spoken of."""
        if self.may_show:
            self._usual = _checked(Link(latency_us, latency_us))
            self._changed()

    def block(self, sender: NodeId, recipient: NodeId) -> None:
        """Cut one directed link."""
        self.blocked.add((sender, recipient))
        self._changed()

    def unblock(self, sender: NodeId, recipient: NodeId) -> None:
        """Mend one directed link."""
        self.blocked.discard((sender, recipient))
        self._changed()

    def partition(self, groups: Sequence[Iterable[NodeId]]) -> None:
        """Cut every link between nodes of different groups, in both directions."""
        sides = [tuple(group) for group in groups]
        for position, side in enumerate(sides):
            for other in sides[position + 1 :]:
                for one in side:
                    self.blocked.update((one, two) for two in other)
                    self.blocked.update((two, one) for two in other)
        self._changed()

    def isolate(self, node_id: NodeId, others: Iterable[NodeId]) -> None:
        """Cut a node off from the others, in both directions."""
        self.partition([(node_id,), [other for other in others if other != node_id]])

    def heal(self) -> None:
        """Mend every link; latencies and losses stay as they are."""
        self.blocked.clear()
        self._changed()

    def _changed(self) -> None:
        self._clean = not self.blocked and self._usual == PERFECT and not self._links


def _checked(link: Link) -> Link:
    problems = link.problems()
    if problems:
        raise ValueError("; ".join(problems))
    return link
