"""What is kept of a cluster's frames for a page without a kernel."""

from __future__ import annotations

from typing import Any

from igniter_nb.consensus import Flight
from igniter_nb.notebook.clusters.replay.recorder import MOST_FLIGHTS, MOST_SCENES, Recorder


def node(name: str, role: str = "follower", **other: Any) -> dict[str, Any]:
    """Make a node of a frame, as a page is sent it."""
    facts = {"term": 1, "vote": "", "leader": "", "commit": 0, "last": 0, "log": [], "state": "{}"}
    return {"id": name, "role": role, **facts, **other}


def frame(at_us: int, *nodes: dict[str, Any], **other: Any) -> dict[str, Any]:
    """Make a frame."""
    return {"at": at_us, "nodes": nodes, "cuts": [], "headline": "", **other}


def sent(sequence: int, kind: str, ends: str = "ab", took_us: int = 10) -> Flight:
    """Make a message."""
    return Flight(sequence, *ends, kind, sequence * 100, sequence * 100 + took_us, 1)


def test_a_scene_is_kept_when_something_has_changed() -> None:
    """A hundred frames in which only time passes are one scene; a role, a cut, an entry are new."""
    recorder = Recorder()
    for at in range(100):
        recorder.see(frame(at, node("a")))

    recorder.see(frame(100, node("a", "leader", log=[[1, 1, 0]], last=1)))
    recorder.see(frame(200, node("a", "leader", log=[[1, 1, 0]], last=1), cuts=[["a", "b"]]))

    scenes = recorder.recording().scenes
    assert [scene.at_us for scene in scenes] == [0, 100, 200]
    assert scenes[1].nodes["a"].role == "leader"
    assert (scenes[1].nodes["a"].first, scenes[1].nodes["a"].terms) == (1, (1,))
    assert scenes[2].cuts == (("a", "b"),)
    assert recorder.recording().roles == {"follower", "leader"}
    assert recorder.recording().entries == 1


def test_the_signs_are_those_that_are_seen() -> None:
    """What the legend of the play explains was there at some moment of it, and all that was is."""
    recorder = Recorder()
    log = {"log": [[1, 1, 1], [2, 1, 0]], "last": 2, "commit": 1}
    assert recorder.recording().signs == frozenset()

    recorder.see(frame(0, node("a", "leader"), node("b", leader="a")))
    recorder.hear([sent(0, "append"), sent(1, "append-reply", "ba")])
    assert recorder.recording().signs == {"follows", "append", "answer"}

    recorder.see(frame(1, node("a", "leader", **log), cuts=[["a", "b"]]))
    recorder.see(frame(2, node("a", "leader"), cuts=[["a", "b"], ["b", "a"]]))
    recorder.hear([sent(2, "vote")])
    more = {"full", "hollow", "cut", "one-way", "vote"}
    assert recorder.recording().signs == {"follows", "append", "answer"} | more


def test_messages_are_kept_once_and_heartbeats_not_at_all() -> None:
    """Of answers those to a question that is kept are told, and nothing that took no time."""
    recorder = Recorder()
    heard = [
        sent(0, "heartbeat"),
        sent(1, "append-reply", "ba"),
        sent(2, "append"),
        sent(3, "append-reply", "ba"),
        sent(4, "append-reply", "ba"),
        sent(5, "vote", took_us=0),
        sent(6, "timeout-now"),
    ]

    recorder.hear(heard[:4])
    recorder.hear(heard)

    assert [each.sequence for each in recorder.recording().flights] == [2, 3, 6]


def test_a_recording_is_bounded() -> None:
    """However long it goes on, the latest is kept and no more."""
    recorder = Recorder()
    for at in range(MOST_SCENES + 50):
        recorder.see(frame(at, node("a", commit=at)))
    recorder.hear(sent(at, "append") for at in range(MOST_FLIGHTS + 50))

    kept = recorder.recording()
    assert len(kept.scenes) == MOST_SCENES
    assert kept.scenes[-1].at_us == MOST_SCENES + 49
    assert len(kept.flights) == MOST_FLIGHTS


def test_a_state_is_told_in_short() -> None:
    """A short form that a frame has is taken; of a long state the middle goes."""
    recorder = Recorder()
    recorder.see(frame(0, node("a", short="price=99"), node("b", state="x" * 500)))

    nodes = recorder.recording().scenes[0].nodes
    assert nodes["a"].state == "price=99"
    assert len(nodes["b"].state) <= 24
