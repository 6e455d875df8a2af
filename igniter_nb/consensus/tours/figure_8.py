"""Tour of the paper's figure 8: why a majority is not always enough (section 5.4.2).

The blank entry that opens a term stands where the figure has a leader's first entry. Nodes are
told when to run, and links are cut so that messages go as far as they go in the figure. Entries
travel one by one here, so that there is a moment between two of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from igniter_nb.consensus.timing import Timing
from igniter_nb.consensus.tours.guide import PAPER, Outline, options

if TYPE_CHECKING:
    from igniter_nb.consensus.tours.guide import Guide
    from igniter_nb.raft import NodeId

ROUND_TRIP_MS = 260
"""A question and its answer, at the longest."""


class Cast(NamedTuple):
    """Who plays which part in the figure.

    Attributes:
        leader: has the entry first, and sends it on when it leads again.
        friend: the one that gets it at once.
        third: the one that makes it a majority.
        fourth: never gets it.
        rival: is elected without it.
    """

    leader: NodeId
    friend: NodeId
    third: NodeId
    fourth: NodeId
    rival: NodeId


def play(guide: Guide) -> None:
    """Play it."""
    cast = Cast(*guide.nodes)
    _leads(guide, cast)
    index = _beginning(guide, cast)
    _rival(guide, cast, index)
    _again(guide, cast)
    _majority(guide, cast, index)
    _overtaken(guide, cast, index)
    _gone(guide, cast, index)
    cast = Cast(*reversed(guide.nodes))
    index = _once_more(guide, cast)
    _own(guide, cast, index)
    _safe(guide, cast, index)


# -- what happens in both rounds


def _run(guide: Guide, node: NodeId) -> None:
    """Let a node run until it is elected; who was away has to learn of newer terms first."""
    for _ in range(3):
        guide.act("campaign", node)
        if guide.within(ROUND_TRIP_MS, lambda: guide.ask("role", node) == "leader"):
            break
    guide.until(f"{node} is elected", lambda: guide.ask("leader") == node)


def _cut(guide: Guide, sender: NodeId, *recipients: NodeId) -> None:
    for recipient in recipients:
        guide.act("cut", sender, recipient)


def _write(guide: Guide, cast: Cast, *, key: str, value: int) -> int:
    """Let the leader take a write that only its friend gets; return its index."""
    _cut(guide, cast.leader, cast.third, cast.fourth, cast.rival)
    guide.act("write", key, value)
    index = int(guide.ask("last", cast.leader))
    guide.until(f"{cast.friend} has it", lambda: guide.ask("last", cast.friend) == index)
    return index


def _interrupt(guide: Guide, cast: Cast) -> None:
    """Let the leader crash and the rival be elected, of whose term nothing but votes is heard."""
    guide.act("kill", cast.leader)
    _run(guide, cast.rival)
    _cut(guide, cast.rival, cast.friend, cast.third, cast.fourth)
    guide.wait(130)


def _return(guide: Guide, cast: Cast) -> None:
    """Let the rival crash and the leader be elected again."""
    guide.act("kill", cast.rival)
    guide.act("restart", cast.leader)
    guide.act("mend", cast.leader, cast.third)
    _run(guide, cast.leader)


# -- the danger


def _leads(guide: Guide, cast: Cast) -> None:
    guide.wait(300)
    _run(guide, cast.leader)
    guide.settled(guide.nodes)
    guide.tell(
        "Before the danger",
        f"{guide.see('leader')} leads term {guide.see('term', cast.leader)}, and the blank entry "
        f"{guide.see('commit', cast.leader)} that opens it is committed on all "
        f"{guide.see('size')} nodes. Countdowns are long here: we say who asks for votes.",
        [cast.leader],
    )


def _beginning(guide: Guide, cast: Cast) -> int:
    index = _write(guide, cast, key="x", value=1)
    guide.wait(40)
    term = guide.see("entry_term", cast.leader, index)
    guide.check("it is not committed", "committed", index, answer=())
    guide.tell(
        "An entry gets half way",
        f"A client writes x = 1, entry {index} of term {term}. Links break, and only "
        f"{guide.said('holders', index, term)} store it: no majority, so it is not committed.",
        guide.ask("holders", index, term),
    )
    return index


def _rival(guide: Guide, cast: Cast, index: int) -> None:
    guide.wait(60)
    _interrupt(guide, cast)
    rival = guide.see("leader")
    term = guide.see("term", rival)
    guide.check("nobody else has it", "holders", index, term, answer=(rival,))
    guide.check("the friend was asked", "term", cast.friend, answer=term)
    guide.tell(
        "Another leader, another entry",
        f"{guide.said('down')} crashes, and {guide.said('votes', rival, term)} elect {rival} in "
        f"term {term}; {cast.friend} has a newer log and refuses. The blank entry {index} of that "
        f"term reaches nobody.",
        [rival],
    )


def _again(guide: Guide, cast: Cast) -> None:
    guide.wait(50)
    _return(guide, cast)
    leader = guide.see("leader")
    term = guide.see("term", leader)
    guide.tell(
        "The first leader is back",
        f"{guide.said('down')} crashes, and {leader} restarts with its log. "
        f"{guide.said('votes', leader, term)} elect it in term {term}, and it goes on sending what "
        f"it has.",
        [leader],
    )


def _majority(guide: Guide, cast: Cast, index: int) -> None:
    leader, third = cast.leader, cast.third
    guide.until(f"{third} has it", lambda: guide.ask("last", third) == index)
    _cut(guide, leader, third)
    guide.until(f"{leader} knows", lambda: guide.ask("match", third) == index)
    guide.wait(20)
    term = guide.see("entry_term", leader, index)
    guide.check("it is not committed", "commit", leader, answer=index - 1)
    guide.check("it knows", "match", third, answer=index)
    guide.tell(
        "A majority, yet not committed",
        f"{guide.said('holders', index, term)} store entry {index}, a majority, and {leader} knows "
        f"it. But the entry is of term {term} and {leader} leads term "
        f"{guide.see('term', leader)}: it is not committed by counting.",
        guide.ask("holders", index, term),
    )


def _overtaken(guide: Guide, cast: Cast, index: int) -> None:
    guide.act("kill", cast.leader)
    guide.act("heal")
    guide.act("restart", cast.rival)
    _run(guide, cast.rival)
    rival, third = guide.see("leader"), cast.third
    term = guide.see("term", rival)
    guide.check("it is the last", "last", third, answer=index)
    guide.tell(
        "Why counting is not enough",
        f"{guide.said('down')} crashes and {rival} is back: {guide.said('votes', rival, term)} "
        f"elect it in term {term}. Its entry {index} is of term "
        f"{guide.see('entry_term', rival, index)}, newer than that of {third}, of term "
        f"{guide.see('entry_term', third, index)}.",
        [rival, third],
    )


def _gone(guide: Guide, cast: Cast, index: int) -> None:
    lost = guide.ask("entry_term", cast.leader, index)
    guide.settled(guide.others(cast.leader))
    term = guide.see("entry_term", cast.rival, index)
    guide.check("it is replaced", "holders", index, lost, answer=(cast.leader,))
    guide.check("it took no effect", "holding", "x", 1, answer=())
    guide.tell(
        "What a majority had is gone",
        f"{guide.said('holders', index, term)} have entry {index} of term {term} now, where a "
        f"majority had x = 1. Had {cast.leader} called it committed, a promise would be broken.",
        guide.ask("holders", index, term),
    )


# -- the same, and what decides


def _once_more(guide: Guide, cast: Cast) -> int:
    guide.act("restart", cast.rival)
    guide.settled(guide.nodes)
    index = _write(guide, cast, key="y", value=2)
    term = guide.ask("term", cast.leader)
    _interrupt(guide, cast)
    _return(guide, cast)
    guide.until(f"{cast.third} has it", lambda: guide.ask("last", cast.third) == index)
    guide.wait(30)
    guide.check("its client is in doubt", "told", "y = 2", answer="unknown")
    guide.check("the leader has more", "last", cast.leader, answer=index + 1)
    guide.check("it is not committed", "committed", index, answer=())
    guide.tell(
        "Once more, with other parts",
        f"The same for y = 2: {guide.said('holders', index, term)} store entry {index} of term "
        f"{term}, {guide.said('down')} led in between and crashed, and {guide.see('leader')} leads "
        f"again, now term {guide.see('term', cast.leader)}.",
        guide.ask("holders", index, term),
    )
    return index


def _own(guide: Guide, cast: Cast, index: int) -> None:
    leader = cast.leader
    guide.until("it is committed", lambda: guide.ask("commit", leader) > index)
    guide.check("it is committed", "value", leader, "y", answer=2)
    own = guide.see("commit", leader)
    term = guide.see("entry_term", leader, own)
    guide.check("it is its own", "term", leader, answer=term)
    guide.tell(
        "An entry of its own decides",
        f"This time the next one gets through: {guide.said('holders', own, term)} store the blank "
        f"entry {own} of {leader}'s own term {term}. That is committed by counting, and with it "
        f"all before it: y = 2.",
        guide.ask("holders", own, term),
    )


def _safe(guide: Guide, cast: Cast, index: int) -> None:
    guide.act("kill", cast.leader)
    guide.act("heal")
    guide.act("restart", cast.rival)
    for _ in range(2):
        guide.act("campaign", cast.rival)
        guide.wait(ROUND_TRIP_MS)
    assert guide.ask("role", cast.rival) != "leader", f"{cast.rival} lacks entry {index} and leads"
    _run(guide, cast.friend)
    new, rival, third = guide.see("leader"), cast.rival, cast.third
    term = guide.see("last_term", third)
    guide.check("it took effect", "value", cast.leader, "y", answer=2)
    guide.check("it has all of it", "entry_term", new, index + 1, answer=term)
    guide.tell(
        "Nobody wins without it now",
        f"{guide.said('down')} crashes, and {rival} asks for votes in vain: its last entry is of "
        f"term {guide.see('last_term', rival)}, that of {third} and {new} of term {term}. {new} is "
        f"elected, and it has y = 2.",
        [rival, third, new],
    )


OUTLINE = Outline(
    "Figure 8: when is an entry committed?",
    8,
    options(
        Timing(heartbeat=0.1, election_min=8.0, election_max=12.0), **PAPER, max_entries_bytes=1
    ),
    play,
)
