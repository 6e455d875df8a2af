"""Tour of a lost quorum: what can fail, what stops then, and what brings it back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from igniter_nb.consensus.tours.guide import Outline, options

if TYPE_CHECKING:
    from igniter_nb.consensus.tours.guide import Guide
    from igniter_nb.raft import NodeId


def play(guide: Guide) -> None:
    """Play it."""
    leader = _whole(guide)
    one, two, three, _ = guide.others(leader)
    _two_down(guide, leader, (one, two))
    _three_down(guide, three)
    index = _written(guide, leader)
    _down(guide, leader)
    _refused(guide)
    _asked(guide)
    new = _back(guide, leader, one)
    _decided(guide, new, index)
    _goes_on(guide, new)


def _whole(guide: Guide) -> NodeId:
    leader = guide.elected()
    guide.settled(guide.nodes)
    guide.wait(100)
    guide.tell(
        "Five nodes, three decide",
        f"{guide.see('leader')} leads term {guide.see('term', leader)}. Of {guide.see('size')} "
        f"nodes {guide.see('quorum_size')} are a majority, a quorum: so many must agree to elect "
        f"a leader or to commit a write.",
        [leader],
    )
    return leader


def _two_down(guide: Guide, leader: NodeId, gone: tuple[NodeId, NodeId]) -> None:
    guide.wait(50)
    for node in gone:
        guide.act("kill", node)
    guide.act("write", "x", 1)
    guide.settled(guide.others(*gone))
    guide.wait(50)
    guide.check("the client hears", "told", "x = 1", answer="kept")
    guide.tell(
        "Two crash: all is well",
        f"{guide.said('down')} crash. {guide.said('running')} are left, which is a majority, so "
        f"x = 1 is committed as entry {guide.see('commit', leader)}.",
        gone,
    )


def _three_down(guide: Guide, node: NodeId) -> None:
    guide.wait(50)
    guide.act("kill", node)
    guide.wait(150)
    gone = guide.see("down")
    guide.tell(
        "A third crashes: quorum lost",
        f"{node} crashes too: {guide.said('running')} are left, and "
        f"{guide.see('quorum_size')} must agree. The quorum is lost, and "
        f"{guide.see('leader')} does not know that yet.",
        gone,
    )


def _written(guide: Guide, leader: NodeId) -> int:
    guide.act("write", "x", 2)
    index, term = int(guide.ask("last", leader)), guide.ask("term", leader)
    left = guide.ask("running")
    guide.until("all that run have it", lambda: guide.ask("holders", index, term) == left)
    guide.wait(130)
    guide.check("it is not committed", "committed", index, answer=())
    guide.check("the client waits", "told", "x = 2", answer="")
    guide.tell(
        "A write that waits",
        f"{guide.see('leader')} takes x = 2 as entry {index}, and "
        f"{guide.said('holders', index, term)} store it. That is no majority, so it is not "
        f"committed, and its client waits.",
        left,
    )
    return index


def _down(guide: Guide, leader: NodeId) -> None:
    guide.until("nobody leads", lambda: not guide.ask("leader"))
    guide.wait(1)
    guide.check("nobody leads", "leader", answer="")
    guide.tell(
        "The leader steps down",
        f"{leader} has heard no majority for an election timeout, so it steps down to a "
        f"{guide.see('role', leader)}: it cannot know whether it was replaced. The rule is called "
        f"CheckQuorum.",
        [leader],
    )


def _refused(guide: Guide) -> None:
    guide.wait(100)
    guide.act("write", "x", 3)
    guide.wait(100)
    guide.check("it is refused", "told", "x = 3", answer="refused")
    guide.check("nobody leads", "leader", answer="")
    guide.tell(
        "Refused, not promised",
        f"A client wants to write x = 3. {guide.said('running')} run, nobody leads, and the write "
        f"is refused at once: nothing is promised that could be lost.",
        guide.ask("running"),
    )


def _asked(guide: Guide) -> None:
    def asks() -> tuple[NodeId, ...]:
        return tuple(
            node for node in guide.ask("running") if guide.ask("role", node) == "pre-candidate"
        )

    guide.until("somebody asks who would vote", asks)
    guide.wait(300)
    (node, *_) = asks()
    guide.check("it asks", "role", node, answer="pre-candidate")
    guide.check("nobody leads", "leader", answer="")
    guide.tell(
        "An election that cannot be won",
        f"{node} times out and asks first who would vote for it, a pre-vote. "
        f"{guide.said('running')} are too few, so it begins no election, and no term after "
        f"{guide.see('term', node)}.",
        [node],
    )


def _back(guide: Guide, old: NodeId, node: NodeId) -> NodeId:
    term = guide.ask("term", old)
    guide.act("restart", node)
    new = guide.elected(term)
    now = guide.see("term", new)
    guide.tell(
        "One comes back",
        f"{node} restarts with the log from its disk. {guide.said('running')} are "
        f"{guide.see('quorum_size')} of {guide.see('size')}: a majority again, and "
        f"{guide.see('leader')} is elected in term {now}.",
        [node, new],
    )
    return new


def _decided(guide: Guide, new: NodeId, index: int) -> None:
    guide.until("the client hears", lambda: guide.ask("told", "x = 2") == "kept")
    guide.settled(guide.ask("running"))
    guide.check("the client hears", "told", "x = 2", answer="kept")
    guide.tell(
        "The write was not lost",
        f"{new} had x = 2 in its log, entry {index} of term "
        f"{guide.see('entry_term', new, index)}. It is committed now, together with entry "
        f"{guide.see('commit', new)} that opens the new term, and its client hears so at last.",
        [new],
    )


def _goes_on(guide: Guide, new: NodeId) -> None:
    guide.wait(50)
    guide.act("write", "x", 4)
    guide.settled(guide.ask("running"))
    guide.wait(50)
    guide.check("the client hears", "told", "x = 4", answer="kept")
    guide.tell(
        "It goes on",
        f"{guide.said('holding', 'x', 4)} hold x = 4, entry {guide.see('commit', new)}. "
        f"{guide.said('down')} may come back at any time: {guide.see('leader')} will send them "
        f"what they missed.",
        guide.ask("running"),
    )


OUTLINE = Outline("When too many nodes are gone", 2, options(), play)
