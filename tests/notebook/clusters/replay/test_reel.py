"""A recording as the text that a script plays."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from igniter_nb.consensus import Flight
from igniter_nb.notebook.clusters.replay.recorder import NodeScene, Recording, Scene
from igniter_nb.notebook.clusters.replay.reel import LONGEST_MS, play_times, reel


def node(role: str = "follower", term: int = 1, **other: Any) -> NodeScene:
    """Make a node."""
    facts = {"vote": "", "follows": "", "commit": 0, "first": 1, "terms": (), "state": ""}
    return NodeScene(role, term, **{**facts, **other})


def scene(at_us: int, headline: str = "", cuts: Any = (), **nodes: NodeScene) -> Scene:
    """Make a scene."""
    return Scene(at_us, nodes, cuts, headline)


ELECTION = Recording(
    (
        scene(0, "Nobody leads", a=node(term=0), b=node(term=0)),
        scene(200_000, "Nobody leads", a=node("candidate", vote="a"), b=node(term=0)),
        scene(210_000, "Nobody leads", a=node("candidate", vote="a"), b=node(vote="a")),
        scene(220_000, "a leads", a=node("leader", vote="a", terms=(1,)), b=node(vote="a")),
        scene(900_000, "a leads", (("a", "b"),), a=node("leader", vote="a", terms=(1,))),
    ),
    (
        Flight(3, "a", "b", "vote", 200_000, 210_000, 1),
        Flight(4, "b", "a", "vote-reply", 210_000, 220_000, 1),
        Flight(5, "a", "gone", "append", 220_000, 230_000, 1),
    ),
)


def played(recording: Recording, **more: Any) -> dict[str, Any]:
    """Read a reel."""
    return json.loads(reel(recording, {}, **more))  # type: ignore[no-any-return]


def test_of_each_scene_what_has_changed_is_written() -> None:
    """Names, sentences and kinds stand once; a node that is gone stands as its number alone."""
    told = played(ELECTION)

    changed = [[each[0] for each in frame[2]] for frame in told["frames"]]
    assert told["names"] == ["a", "b"]
    assert changed == [[0, 1], [0], [1], [0], [1]]
    assert told["frames"][4][2] == [[1]]
    assert told["headlines"] == ["Nobody leads", "a leads"]
    assert [frame[3] for frame in told["frames"]] == [0, 0, 0, 1, 1]
    assert told["frames"][3][2] == [[0, "leader", 1, 0, -1, 0, 1, [1], ""]]
    assert told["frames"][4][4] == [[0, 1]]
    assert told["kinds"] == ["vote", "vote-reply"]
    assert told["whole"]


def test_a_message_is_seen_and_a_pause_is_short() -> None:
    """A message of ten milliseconds plays for most of a second; half a second of nothing too."""
    told = played(ELECTION)

    (first, second) = told["flights"]
    waits = told["frames"][4][0] - told["frames"][3][0]
    assert 600 <= first[1] - first[0] <= 900
    assert first[1] == second[0] == told["frames"][2][0]
    assert waits <= 2_000


def test_too_much_loses_what_came_first() -> None:
    """However long a recording is its text has a limit, and says that its beginning is missing."""
    scenes = tuple(scene(at * 1_000, f"sentence {at}", a=node(term=at)) for at in range(400))
    flights = tuple(Flight(at, "a", "a", "append", at, at + 9, 1) for at in range(1_200))

    text = reel(Recording(scenes, flights), {"stage": {}}, limit=8_000)

    told = json.loads(text)
    assert len(text) <= 8_000
    assert told["frames"][-1][1] == 399_000
    assert not told["whole"]
    assert told["frames"][0][2][0][0] == 0  # the first scene that is left is told whole


def test_many_messages_between_two_scenes_lose_their_first() -> None:
    """What has changed is more telling than how: of the messages the latest are kept."""
    flights = tuple(Flight(at, "a", "b", "append", at, at + 9, 1) for at in range(1_200))
    scenes = (scene(0, a=node(), b=node()), scene(5_000, a=node("leader"), b=node()))

    told = played(Recording(scenes, flights), limit=4_000)

    assert len(told["frames"]) == 2
    assert 0 < len(told["flights"]) < 1_200


def test_nothing_that_happened_is_nothing_to_play() -> None:
    """One scene needs no player, nor does what fits into no limit."""
    assert not reel(Recording(), {})
    assert not reel(Recording(ELECTION.scenes[:1]), {})
    assert not reel(ELECTION, {}, limit=10)


def test_sentences_are_told_from_their_time_on() -> None:
    """The steps of a tour stand beside the picture; one from before the first scene does not."""
    late = Recording(ELECTION.scenes[1:], ELECTION.flights)

    told = played(late, notes=[(100_000, "waits"), (220_000, "leads")])

    assert told["notes"] == [[told["frames"][2][0], "leads"]]


@given(
    st.lists(st.integers(0, 10**9), min_size=2, max_size=60, unique=True),
    st.lists(st.tuples(st.integers(0, 10**9), st.integers(1, 10**6)), max_size=60),
)
def test_the_play_goes_forward_and_ends(times: list[int], sent: list[tuple[int, int]]) -> None:
    """Whatever happened when, the play keeps the order and is over in a minute and a half."""
    scenes = [scene(at) for at in sorted(times)]
    flights = [
        Flight(0, "a", "b", "append", at, at + took, 1) for at, took in sent if at >= min(times)
    ]

    known = play_times(scenes, flights)

    ordered = sorted(known.items())
    assert [ms for _, ms in ordered] == sorted(known.values())
    assert 0 <= ordered[-1][1] <= LONGEST_MS
