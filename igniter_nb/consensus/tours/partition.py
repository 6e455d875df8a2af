"""Tour of a network in two parts: an old leader, a new one, who may commit (section 5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from igniter_nb.consensus.tours.guide import PAPER, Outline, options

if TYPE_CHECKING:
    from igniter_nb.consensus.tours.guide import Guide
    from igniter_nb.raft import NodeId


def play(guide: Guide) -> None:
    """Play it."""
    old = _whole(guide)
    few = _cut(guide, old)
    index = _written(guide, old, few)
    new = _elected(guide, old)
    _decided(guide, new)
    _stuck(guide, old, index)
    _healed(guide, old, new)
    _replaced(guide, new, index)
    _one(guide, new)


def _whole(guide: Guide) -> NodeId:
    old = guide.elected()
    guide.act("write", "x", 1)
    guide.settled(guide.nodes)
    guide.wait(50)
    guide.tell(
        "One leader, one value",
        f"{guide.see('leader')} leads term {guide.see('term', old)}. x = 1 is committed as entry "
        f"{guide.see('commit', old)}: a majority stores it, so it stays, and "
        f"{guide.said('holding', 'x', 1)} hold it.",
        [old],
    )
    return old


def _cut(guide: Guide, old: NodeId) -> tuple[NodeId, ...]:
    friend, *many = guide.others(old)
    few = tuple(node for node in guide.nodes if node in {old, friend})
    guide.wait(50)
    guide.act("partition", few, tuple(many))
    guide.wait(200)
    guide.tell(
        "The network breaks in two",
        f"{guide.said('reaches', old)} are on one side, {guide.said('reaches', many[0])} on the "
        f"other, and nothing passes between. No node can tell that from a crash or a slow network.",
        few,
    )
    return few


def _written(guide: Guide, old: NodeId, few: tuple[NodeId, ...]) -> int:
    guide.act("write", "x", 2)
    index, term = int(guide.ask("last", old)), guide.ask("term", old)
    guide.until("its side has it", lambda: guide.ask("holders", index, term) == few)
    guide.wait(150)
    guide.check("it is not committed", "committed", index, answer=())
    guide.check("the client waits", "told", "x = 2", answer="")
    guide.tell(
        "A write on the small side",
        f"A client reaches {guide.see('leader')} and writes x = 2, entry {index} of term "
        f"{guide.see('entry_term', old, index)}. Only {guide.said('holders', index, term)} store "
        f"it and {guide.see('quorum_size')} are needed, so it is not committed.",
        few,
    )
    return index


def _elected(guide: Guide, old: NodeId) -> NodeId:
    new = guide.elected(guide.ask("term", old))
    guide.wait(100)
    term = guide.see("term", new)
    guide.check("there are two", "leaders", answer=tuple(sorted((old, new))))
    guide.tell(
        "The large side elects",
        f"{guide.said('votes', new, term)} hear no leader and elect {guide.see('leader')} in term "
        f"{term}. {old} still takes itself for the leader, but only of term "
        f"{guide.see('term', old)}.",
        [old, new],
    )
    return new


def _decided(guide: Guide, new: NodeId) -> None:
    guide.act("write", "x", 3)
    side = guide.ask("reaches", new)
    guide.settled(side)
    index = guide.see("last", new)
    guide.check("the client hears", "told", "x = 3", answer="kept")
    guide.tell(
        "A majority can commit",
        f"Another client writes x = 3 to {new}. {guide.said('committed', index)} are a majority: "
        f"entry {index} of term {guide.see('entry_term', new, index)} is committed, and the "
        f"client hears so.",
        side,
    )


def _stuck(guide: Guide, old: NodeId, index: int) -> None:
    guide.wait(1_000)
    guide.check("its client still waits", "told", "x = 2", answer="")
    guide.check("its entry is there", "last", old, answer=index)
    guide.tell(
        "Two leaders, one can decide",
        f"{old} goes on leading and its client waits, but nothing after entry "
        f"{guide.see('commit', old)} gets committed there. Two majorities would share a node, so "
        f"only one side can have one.",
        [old],
    )


def _healed(guide: Guide, old: NodeId, new: NodeId) -> None:
    guide.act("heal")
    guide.until(f"{old} steps down", lambda: old not in guide.ask("leaders"))
    guide.wait(20)
    guide.check("one leads", "leaders", answer=(new,))
    guide.tell(
        "The old leader steps down",
        f"The network is whole again. {old} hears of term {guide.see('term', old)}, newer than its "
        f"own, and is a {guide.see('role', old)} from now on: {guide.see('leader')} leads.",
        [old, new],
    )


def _replaced(guide: Guide, new: NodeId, index: int) -> None:
    before = min(guide.ask("entry_term", node, index) for node in guide.nodes)
    guide.settled(guide.nodes)
    guide.check("its client hears", "told", "x = 2", answer="lost")
    guide.check("nobody has it", "holders", index, before, answer=())
    term = guide.see("entry_term", new, index)
    guide.tell(
        "An uncommitted entry is replaced",
        f"{new} sends its log, and {guide.said('holders', index, term)} all have its entry {index} "
        f"of term {term} now. x = 2, which stood there in term {before}, is gone, and its client "
        f"hears that it is lost.",
        guide.nodes,
    )


def _one(guide: Guide, new: NodeId) -> None:
    guide.wait(400)
    guide.check("all have the same", "committed", guide.ask("last", new), answer=guide.nodes)
    guide.tell(
        "One history",
        f"{guide.said('holding', 'x', 3)} hold x = 3, and every log is the same up to entry "
        f"{guide.see('last', new)}. What was committed is there; only what nobody was promised is "
        f"gone.",
        guide.nodes,
    )


OUTLINE = Outline("Two sides of a broken network", 7, options(**PAPER), play)
