"""Tour of elections: one leader, its end, a split vote, the next leader (paper section 5.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from igniter_nb.consensus.tours.guide import PAPER, Outline, options

if TYPE_CHECKING:
    from igniter_nb.consensus.tours.guide import Guide
    from igniter_nb.raft import NodeId


def play(guide: Guide) -> None:
    """Play it."""
    leader = _first(guide)
    _heartbeats(guide, leader)
    _crash(guide, leader)
    term = _split(guide)
    _next(guide, term)
    _back(guide, leader)


def _first(guide: Guide) -> NodeId:
    guide.wait(600)
    count, term = guide.see("size"), guide.see("term", guide.nodes[0])
    guide.check("nobody leads yet", "leader", answer="")
    guide.tell(
        "Everybody waits",
        f"All {count} nodes are followers in term {term} (terms number the elections), and nobody "
        f"leads. Each counts down an election timeout, whose length is drawn by chance.",
    )
    guide.until("a countdown ends", lambda: guide.ask("candidates"))
    guide.wait(50)
    first = guide.only("candidates")
    guide.tell(
        "One times out first",
        f"The countdown of {first} ends first. It becomes a candidate: it begins "
        f"term {guide.see('term', first)}, votes for itself and asks all others for their vote.",
        [first],
    )
    leader = guide.elected()
    term, needed = guide.see("term", leader), guide.see("quorum_size")
    guide.tell(
        "A majority makes a leader",
        f"{guide.said('votes', leader, term)} vote for {guide.see('leader')}: "
        f"{needed} of {guide.see('size')} are a majority, so it leads term {term}. Nobody votes "
        f"twice in a term, so no other can.",
        [leader],
    )
    return leader


def _heartbeats(guide: Guide, leader: NodeId) -> None:
    others = [node for node in guide.world.hosts if node != leader]
    guide.until("all follow", lambda: guide.ask("followers", leader) == tuple(others))
    guide.wait(450)
    guide.tell(
        "Heartbeats hold elections off",
        f"{guide.see('leader')} keeps sending heartbeats, messages that only say that it leads. "
        f"Each one starts the countdowns of {guide.said('followers', leader)} anew, so none ends.",
        [leader],
    )


def _crash(guide: Guide, leader: NodeId) -> None:
    guide.wait(100)
    guide.act("kill", leader)
    guide.wait(500)
    guide.check("nobody leads", "leader", answer="")
    gone = guide.only("down")
    guide.tell(
        "The leader crashes",
        f"{gone} crashes, and nobody is told. {guide.said('running')} only stop hearing "
        f"heartbeats, and their countdowns go on.",
        [leader],
    )


def _split(guide: Guide) -> int:
    guide.until("a countdown ends", lambda: guide.ask("candidates"))
    one = guide.ask("candidates")[0]
    rest = sorted((node for node in guide.ask("running") if node != one), key=guide.soonest)
    other, near, far = rest
    guide.act("link", other, near, 30_000, 30_000)
    guide.act("link", other, far, 300_000, 300_000)
    guide.act("campaign", other)
    guide.wait(450)
    guide.act("link", other, near)
    guide.act("link", other, far)
    guide.wait(1)
    term = int(guide.see("term", one))
    guide.check("nobody leads", "leader", answer="")
    guide.check("both ask for votes", "candidates", answer=tuple(sorted((one, other))))
    first, second = (guide.see("votes", each, term) for each in (one, other))
    guide.check("the votes are split", "quorum_size", answer=len(first) + 1)
    guide.tell(
        "A split vote",
        f"{one} times out, and we let {other} do so at the same moment. In term {term} each gets "
        f"{len(first)} votes, {guide.see('quorum_size')} are needed: the vote is split.",
        [*first, *second],
    )
    return term


def _next(guide: Guide, split: int) -> None:
    leader = guide.elected(split)
    guide.until(
        "all follow", lambda: len(guide.ask("followers", leader)) + 1 == len(guide.ask("running"))
    )
    term = guide.see("term", leader)
    guide.tell(
        "Chance ends it",
        f"The candidates wait again, each for a new time drawn by chance. So one is first: "
        f"{guide.see('leader')} leads term {term}, with the votes of "
        f"{guide.said('votes', leader, term)}.",
        [leader],
    )


def _back(guide: Guide, old: NodeId) -> None:
    leader = guide.see("leader")
    guide.wait(100)
    guide.act("restart", old)
    guide.until(f"{old} follows {leader}", lambda: old in guide.ask("followers", leader))
    guide.wait(100)
    guide.tell(
        "The old leader follows",
        f"{old} restarts in term {guide.see('started', old)}, which it had kept on disk. A "
        f"heartbeat of {leader} tells it of term {guide.see('term', old)}, which is newer: it "
        f"follows.",
        [old, leader],
    )


OUTLINE = Outline("Electing a leader, and the next one", 5, options(**PAPER), play)
