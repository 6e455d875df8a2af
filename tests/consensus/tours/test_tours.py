from __future__ import annotations

import re

import pytest

from igniter_nb.consensus import NodeStatus
from igniter_nb.consensus.simulation import Simulation
from igniter_nb.consensus.simulator.observe import world_status
from igniter_nb.consensus.simulator.recording import Recording
from igniter_nb.consensus.testing.invariants import Invariants
from igniter_nb.consensus.tours import OUTLINES, TOURS, figure_8, tour
from igniter_nb.consensus.tours.facts import QUESTIONS, Fact, ask
from igniter_nb.consensus.tours.guide import Guide, Outline, listed, options
from tests.raft.mutations import MUTANTS

EVERY = pytest.mark.parametrize("name", TOURS)
OTHER_SEEDS = (11, 12, 13, 14)


class Witness(Guide):
    """A guide who also keeps what the run was like at the end of each step."""

    def __init__(self, name, outline):
        super().__init__(name, outline)
        self.seen = []

    def tell(self, *args):
        super().tell(*args)
        self.seen.append((self.simulation.trace_text(), self.simulation.status()))


def watched(recording):
    """Begin a recorded run that every invariant watches."""
    run = Simulation.replay(recording)
    return run, Invariants(run.world)


def parts(value):
    """Write everything that a fact is made of, as words."""
    if isinstance(value, tuple | list):
        return {word for each in value for word in parts(each)}
    return set(re.findall(r"\w+", str(value)))


# -- as a story


@EVERY
def test_a_tour_is_told_in_a_few_short_steps(name):
    """Six to ten steps, each one idea: a short heading and one or two plain sentences."""
    steps = tour(name).steps

    assert 6 <= len(steps) <= 10
    assert len({step.text for step in steps}) == len({step.heading for step in steps}) == len(steps)
    for step in steps:
        assert len(step.heading.split()) <= 6
        assert not step.heading.endswith(".")
        assert len(step.text) <= 220
        assert step.text.endswith(".")
        assert 1 <= len(re.findall(r"[.!?](?= |$)", step.text)) <= 2


@EVERY
def test_a_step_takes_as_long_as_it_can_be_watched(name):
    """At its speed each step lasts two to six seconds, one after the other."""
    began = 0

    for step in tour(name).steps:
        seconds = (step.until_us - began) / 1e6 / step.speed
        assert 2 <= round(seconds, 1) <= 6, step
        assert 0.05 <= step.speed <= 1
        began = step.until_us


@EVERY
def test_each_name_and_number_of_a_text_is_a_fact(name):
    """No text says a name, a term, an index or a count that was not read from the run."""
    for step in tour(name).steps:
        known = {word for fact in step.facts for word in parts(fact[1:])}
        said = set(re.findall(r"\bn?\d+\b", step.text))

        assert said <= known, (step.text, said - known)
        assert said, step.text
        assert set(step.focus) <= {"n1", "n2", "n3", "n4", "n5"}


def test_the_story_of_figure_8_is_the_papers():
    """Stored by a majority, not committed, overwritten; then the leader's own term decides."""
    steps = tour("figure 8").steps
    facts = [{fact[:2]: fact.answer for fact in step.facts} for step in steps]

    assert facts[4]["holders", (2, 1)] == ("n1", "n2", "n3")
    assert facts[4]["commit", ("n1",)] == 1
    assert facts[6]["holders", (2, 1)] == ("n1",)
    assert facts[6]["holders", (2, 2)] == ("n2", "n3", "n4", "n5")
    assert facts[8]["commit", ("n5",)] == 5
    assert facts[8]["term", ("n5",)] == facts[8]["entry_term", ("n5", 5)]


# -- as a run


@EVERY
def test_a_tour_is_repeated_exactly(name):
    """Its recording, also as text, stands at each step as the run did: trace and nodes."""
    witness = Witness(name, OUTLINES[name])
    made = witness.tour()
    read = Recording.from_text(str(made.recording))
    assert made == tour(name)
    assert read == made.recording
    assert made.recording.until_us == made.steps[-1].until_us

    for recording in (made.recording, read):
        run = Simulation.replay(recording)
        seen = []
        for step in made.steps:
            run.seek(step.until_us)
            seen.append((run.trace_text(), run.status()))
        assert seen == witness.seen
        for step, before in zip(reversed(made.steps), reversed(seen), strict=True):
            run.seek(step.until_us)
            assert (run.trace_text(), run.status()) == before


@EVERY
def test_what_a_tour_says_is_so_and_nothing_is_violated(name):
    """At the end of each step all that it says holds, and so does every invariant throughout."""
    made = tour(name)
    run, invariants = watched(made.recording)

    for step in made.steps:
        run.run_until(step.until_us)
        assert run.failure is None
        invariants.check_deeply()
        assert step.facts
        assert [fact for fact in step.facts if not fact.holds(run.world)] == []


@EVERY
@pytest.mark.parametrize("seed", OTHER_SEEDS)
def test_a_tour_of_another_seed_is_as_true(name, seed):
    """The texts follow the run: with other chance they name others, and all they say holds."""
    made = Guide(name, OUTLINES[name]._replace(seed=seed)).tour()
    run, invariants = watched(made.recording)

    for step in made.steps:
        run.run_until(step.until_us)
        invariants.check_deeply()
        assert [fact for fact in step.facts if not fact.holds(run.world)] == []
    assert made.steps != tour(name).steps


@EVERY
def test_an_action_never_falls_on_the_end_of_a_step(name):
    """Who stands at the end of a step stands before what the next one does."""
    made = tour(name)

    ends = {step.until_us for step in made.steps}
    assert ends.isdisjoint(line.time_us for line in made.recording.lines)
    assert made.recording.lines or name == "election"


@pytest.mark.parametrize(
    ("mutant", "name", "found"),
    [
        ("old_terms_by_counting", "figure 8", "step 5.*it is not committed"),
        ("any_log_may_lead", "figure 8", "n1 lacks entry 4 and leads"),
        ("conflicts_stay", "partition", "step 8"),
        ("conflicts_stay", "figure 8", "step 7.*it is replaced"),
        ("commit_beyond_the_match", "partition", "step 8"),
        ("vote_twice", "election", "term 1 has one leader"),
    ],
)
def test_a_wrong_engine_cannot_give_the_tour(mutant, name, found):
    """Where a rule is broken the run does not come to what the tour shows, and says where."""
    with MUTANTS[mutant](), pytest.raises(AssertionError, match=found):
        tour(name)


# -- the guide


def guide_of(play):
    """Give a guide who plays something."""
    return Guide("small", Outline("A small one", 1, options(), play))


def test_what_does_not_come_is_named():
    """A tour that does not come to what it waits for says tour, step, what, and what was last."""

    def play(guide):
        guide.wait(100)
        guide.tell("A step", "It ends.")
        guide.until("a sixth node leads", lambda: guide.ask("leader") == "n6")

    expected = r"tour 'small', step 2: expected that a sixth node leads within 8 s; at 8\.1"
    with pytest.raises(AssertionError, match=expected) as raised:
        guide_of(play).tour()
    assert "AppendEntries" in str(raised.value)


def test_what_lasts_for_no_moment_is_not_shown():
    """What is over before its moment ends cannot be stood at, and is not waited for any longer."""
    seen = []

    def play(guide):
        guide.until("it is asked once", lambda: len(seen) < 1 and not seen.append(1))

    with pytest.raises(AssertionError, match="that it is asked once"):
        guide_of(play).tour()


def test_what_is_said_otherwise_is_checked_too():
    """What a text says in other words fails the tour if it is not so."""
    with pytest.raises(AssertionError, match=r"step 1: .* that somebody leads"):
        guide_of(lambda guide: guide.check("somebody leads", "leader", answer="n1")).tour()
    with pytest.raises(AssertionError, match=r"candidates are one node, not \(\)"):
        guide_of(lambda guide: guide.only("candidates")).tour()


def test_who_cannot_be_elected_does_not_run_for_ever():
    """A tour that lets a node run which nobody hears gives up, and says so."""

    def play(guide):
        guide.act("isolate", "n1")
        figure_8._run(guide, "n1")

    with pytest.raises(AssertionError, match="expected that n1 is elected within 8 s"):
        guide_of(play).tour()


def test_a_run_that_fails_fails_the_tour():
    """What must never be and is found in the run is raised, not told."""

    def play(guide):
        guide.world.at(50_000, fail)
        guide.wait(100)

    with pytest.raises(ZeroDivisionError):
        guide_of(play).tour()
    with pytest.raises(ZeroDivisionError):
        guide_of(lambda guide: (guide.world.at(50_000, fail), guide.within(100, list))).tour()


def fail(_):
    """Do what must never be."""
    return 1 // 0


def test_names_are_listed_as_in_a_sentence():
    """Names have commas between them, and one "and"."""
    assert [listed(["n1"]), listed(["n1", "n2"]), listed(["n1", "n2", "n3"])] == [
        "n1",
        "n1 and n2",
        "n1, n2 and n3",
    ]


def test_questions_are_answered_of_a_run_in_which_nothing_happened():
    """Before anything has happened every question has an answer that says so."""
    world = guide_of(None).world
    about = {"votes": ("n1", 1), "value": ("n1", "x"), "entry_term": ("n1", 1)}
    about |= {"holders": (1, 1), "committed": (1,), "holding": ("x", 1), "told": ("x = 1",)}
    about |= dict.fromkeys(
        ["followers", "reaches", "role", "term", "commit", "applied", "last"], ("n1",)
    )
    about |= dict.fromkeys(["last_term", "match", "started"], ("n1",))
    every = ("n1", "n2", "n3", "n4", "n5")

    answers = {each: ask(world, each, *about.get(each, ())) for each in QUESTIONS}

    assert {each: answer for each, answer in answers.items() if answer} == {
        "running": every,
        "reaches": every,
        "size": 5,
        "quorum_size": 3,
        "role": "follower",
    }
    assert Fact("size", (), 5).holds(world)
    assert not Fact("size", (), 3).holds(world)


# -- asked for by name


def test_the_tours_are_listed():
    """The names and titles can be listed, and every tour has the title of the list."""
    assert list(TOURS) == ["election", "replication", "partition", "figure 8", "lost quorum"]
    assert {name: tour(name).title for name in TOURS} == dict(TOURS)
    assert {tour(name).name for name in TOURS} == set(TOURS)


@pytest.mark.parametrize("said", ["Figure 8", "figure-8", "FIGURE8", " figure_8 "])
def test_a_name_may_be_written_in_several_ways(said):
    """Capitals, blanks and hyphens in a tour's name do not matter."""
    assert tour(said).name == "figure 8"


def test_an_unknown_tour_is_answered_with_the_known_ones():
    """Who asks for a tour that is not there hears which there are, and which one is nearest."""
    with pytest.raises(ValueError, match=r"'election', 'replication'.*; came 'elections'; did you"):
        tour("elections")
    with pytest.raises(ValueError, match=r"'lost quorum'; came 7$"):
        tour(7)


# -- shown


@EVERY
def test_a_tour_is_text(name):
    """As text a tour is its title and each step with its number, time, heading and sentence."""
    made = tour(name)

    title, *lines = str(made).split("\n")

    assert title == f"{made.title} (tour {name!r}, {len(made.steps)} steps)"
    assert lines[1::2] == [f"    {step.text}" for step in made.steps]
    assert lines[::2] == [
        f"{number:>2}. {step.until_us / 1e6:.3f} s  {step.heading}"
        for number, step in enumerate(made.steps, 1)
    ]


def test_a_tour_is_one_line_where_it_stands_among_others():
    """Its ``repr`` says which tour it is, and it can be the last line of a cell."""
    made = tour("election")

    assert re.fullmatch(r"<Tour 'election': Electing .*, 8 steps, \d\.\d{3} s>", repr(made))
    assert made._repr_mimebundle_()["text/plain"]


@EVERY
def test_the_status_of_a_run_that_is_replayed_can_be_seen(name):
    """At each step the nodes worth looking at are rows of the cluster's status."""
    made = tour(name)
    run = Simulation.replay(made.recording)

    for step in made.steps:
        run.seek(step.until_us)
        rows = world_status(run.world)
        assert all(isinstance(rows[node], NodeStatus) for node in step.focus)
