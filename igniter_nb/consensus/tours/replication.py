"""Tour of replication: how a write becomes an entry on all nodes (paper section 5.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from igniter_nb.consensus.tours.guide import PAPER, Outline, listed, options

if TYPE_CHECKING:
    from igniter_nb.consensus.tours.guide import Guide
    from igniter_nb.raft import NodeId


def play(guide: Guide) -> None:
    """Play it."""
    leader = _leader(guide)
    _sent(guide, leader)
    _stored(guide, leader)
    _committed(guide, leader)
    _applied(guide)
    *_, slow, lame = guide.others(leader)
    _slow(guide, leader, slow)
    _caught_up(guide, leader, slow)
    _missed(guide, leader, lame)
    _refused(guide, leader, lame)
    _brought_up(guide, leader, lame)


def _leader(guide: Guide) -> NodeId:
    leader = guide.elected()
    guide.settled(guide.nodes)
    guide.wait(100)
    guide.tell(
        "A leader takes the writes",
        f"{guide.see('leader')} leads term {guide.see('term', leader)}. It opened its term with a "
        f"blank entry, number {guide.see('last', leader)} of its log, and "
        f"{guide.said('committed', guide.ask('last', leader))} know it committed.",
        [leader],
    )
    return leader


def _sent(guide: Guide, leader: NodeId) -> None:
    guide.wait(80)
    guide.act("write", "x", 1)
    guide.wait(20)
    index, term = guide.see("last", leader), guide.see("last_term", leader)
    guide.check("nobody else has it", "holders", index, term, answer=(leader,))
    guide.tell(
        "A write becomes an entry",
        f"A client writes x = 1. {leader} puts it at the end of its log, as entry {index} of term "
        f"{term}, and sends it to the others: it is not committed yet.",
        [leader],
    )


def _stored(guide: Guide, leader: NodeId) -> None:
    index, term = guide.ask("last", leader), guide.ask("term", leader)
    needed = guide.see("quorum_size")
    guide.until("a majority has it", lambda: len(guide.ask("holders", index, term)) >= needed)
    guide.wait(45)
    holders = guide.see("holders", index, term)
    guide.check("it is not committed", "committed", index, answer=())
    guide.tell(
        "Followers store it",
        f"{listed([node for node in holders if node != leader])} have entry {index} on their disks "
        f"now. Their answers are still under way, so {guide.see('leader')} cannot know.",
        holders,
    )


def _committed(guide: Guide, leader: NodeId) -> None:
    index = guide.ask("last", leader)
    guide.until("it is committed", lambda: guide.ask("commit", leader) == index)
    guide.wait(65)
    guide.check("it is applied", "applied", leader, answer=index)
    guide.check("the client hears", "told", "x = 1", answer="kept")
    guide.check("the others do not know", "committed", index, answer=(leader,))
    guide.tell(
        "A majority commits it",
        f"With itself, {leader} counts {guide.see('quorum_size')} of {guide.see('size')} nodes "
        f"that store entry {guide.see('commit', leader)}: it is committed, which is for ever. "
        f"{leader} applies it, and the client hears that x = 1 is kept.",
        [leader],
    )


def _applied(guide: Guide) -> None:
    guide.settled(guide.nodes)
    guide.wait(90)
    leader = guide.see("leader")
    guide.tell(
        "All apply it",
        f"{leader} tells up to where the log is committed: {guide.see('commit', leader)}. "
        f"{guide.said('holding', 'x', 1)} have applied it: each holds x = 1.",
        guide.nodes,
    )


def _slow(guide: Guide, leader: NodeId, slow: NodeId) -> None:
    guide.act("link", leader, slow, 900_000, 900_000)
    guide.act("write", "x", 2)
    index = guide.ask("last", leader)
    quick = guide.others(slow)
    guide.settled(quick)
    guide.check("the slow one lacks it", "holders", index, guide.ask("term", leader), answer=quick)
    guide.tell(
        "A slow follower holds nobody up",
        f"Messages to {slow} take long now. x = 2, entry {index}, is committed without it: "
        f"{guide.said('committed', index)} know that, and {slow} has entries up to "
        f"{guide.see('last', slow)}.",
        [slow],
    )


def _caught_up(guide: Guide, leader: NodeId, slow: NodeId) -> None:
    guide.settled([slow])
    guide.act("link", leader, slow)
    guide.wait(1)
    guide.check("it holds the value", "value", slow, "x", answer=2)
    guide.tell(
        "It catches up by itself",
        f"What {guide.see('leader')} sent has reached {slow}: it has entry "
        f"{guide.see('last', slow)}, knows that {guide.see('commit', slow)} is committed, and "
        f"holds x = 2 too.",
        [leader, slow],
    )


def _missed(guide: Guide, leader: NodeId, lame: NodeId) -> None:
    guide.wait(100)
    guide.act("kill", lame)
    guide.act("write", "x", 3)
    guide.wait(250)
    guide.act("write", "x", 4)
    up = guide.others(lame)
    guide.settled(up)
    guide.check("it is down", "down", answer=(lame,))
    guide.check("both are kept", "told", "x = 3", answer="kept")
    guide.check("both are kept", "told", "x = 4", answer="kept")
    guide.tell(
        "A follower misses entries",
        f"{lame} crashes, and clients write x = 3 and x = 4. The log of {leader} is committed up "
        f"to {guide.see('commit', leader)}; that of {lame} ends at {guide.see('last', lame)}.",
        [lame],
    )


def _refused(guide: Guide, leader: NodeId, lame: NodeId) -> None:
    guide.wait(50)
    guide.act("restart", lame)
    guide.until(f"{lame} hears {leader}", lambda: lame in guide.ask("followers", leader))
    guide.wait(40)
    guide.check("it is restarted", "down", answer=())
    guide.tell(
        "Where the logs agree",
        f"{lame} restarts and hears {leader}, whose message goes on after entry "
        f"{guide.see('last', leader)}. It has none, so it refuses, and says that its log ends at "
        f"{guide.see('last', lame)}.",
        [leader, lame],
    )


def _brought_up(guide: Guide, leader: NodeId, lame: NodeId) -> None:
    guide.settled([lame])
    guide.wait(40)
    index, term = guide.see("last", lame), guide.see("last_term", lame)
    guide.check("all have all", "holders", index, term, answer=guide.nodes)
    guide.check("all hold it", "holding", "x", 4, answer=guide.nodes)
    guide.tell(
        "The missing entries follow",
        f"{leader} goes back to there and sends what is missing. All {guide.see('size')} logs are "
        f"the same up to entry {index}, and {lame} holds x = 4 like the others.",
        [leader, lame],
    )


OUTLINE = Outline("What becomes of a write", 3, options(**PAPER), play)
