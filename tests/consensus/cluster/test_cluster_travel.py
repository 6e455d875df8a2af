from __future__ import annotations

import pytest

from igniter_nb.consensus import Cluster, StateMachine, Timing, apply
from igniter_nb.consensus.testing.invariants import Invariants
from igniter_nb.consensus.testing.swarm import simulate
from igniter_nb.errors import ConsensusError
from tests.consensus.live import FAST, LONG, Counter, advance, leader_of, running
from tests.consensus.runs import SEED


def seen(status: object) -> list[tuple[object, ...]]:
    """Return every node of a status."""
    return [tuple(row) for row in status]


@pytest.fixture
def cluster():
    """Give a paused cluster with a past: writes, an election, a partition, a new member."""
    with running(5, latency=0.001, seed=3) as made:
        made.write(key="a", value=1)
        made.kill(leader_of(made))
        made.wait_for_leader(LONG)
        made.write(key="b", value=[1, {"deep": "ä"}])
        made.isolate(made.leader)
        made.wait_for_leader(LONG)
        made.heal()
        made.add_node("n6", LONG)
        made.write(key="c", value=None)
        made.read("a")
        made.pause()
        yield made


class TestStatusAt:
    def test_now_is_what_it_is(self, cluster):
        """The end of the past is the present, in every node and every log."""
        now = cluster.status()

        then = cluster.status(at=now.seconds)

        assert seen(then) == seen(now)
        assert then.tails == now.tails
        assert (then.progress, then.blocked) == (now.progress, now.blocked)

    def test_what_was_seen_can_be_seen_again(self, cluster):
        """A status that was taken earlier is the status of that time later on."""
        earlier = cluster.status()
        advance(cluster, 0.01)
        cluster.kill("n1")
        advance(cluster, 0.5)

        assert seen(cluster.status(at=earlier.seconds)) == seen(earlier)
        assert seen(cluster.status(at=earlier.seconds)) != seen(cluster.status())

    def test_one_can_go_back_to_the_start(self, cluster):
        """The span begins where the cluster began and ends now."""
        assert cluster.span == (0.0, cluster.status().seconds)

    @pytest.mark.parametrize("at", [-1, 1e9, "noon"])
    def test_a_time_that_never_was_is_refused(self, cluster, at):
        """It says from when to when one can go back."""
        with pytest.raises(ValueError, match=r"from 0\.000000 to"):
            cluster.status(at=at)


class TestFork:
    def test_it_has_the_past_and_a_future_of_its_own(self, cluster):
        """What is done in a fork is not done in the cluster, nor the other way round."""
        cluster.resume()
        with cluster.fork() as fork:
            fork.wait_for_leader(LONG)
            fork.write(key="a", value="there")
            cluster.write(key="a", value="here")

            assert fork.read("a") == "there"
            assert cluster.read("a") == "here"
            assert fork.read("b") == [1, {"deep": "ä"}]

    def test_it_begins_at_any_moment(self, cluster):
        """A fork of the beginning knows nothing of what came later."""
        with cluster.fork(at=0.0, paused=True) as fork:
            assert fork.paused
            assert [row.term for row in fork.status()] == [0] * 5
            fork.resume()
            fork.wait_for_leader(LONG)
            assert fork.read("a") is None

    def test_a_fork_can_be_forked_and_gone_back_in(self, cluster):
        """It has its own past, which goes on before the fork."""
        with cluster.fork(paused=True) as fork, fork.fork(at=0.2, paused=True) as second:
            assert fork.span == cluster.span
            assert seen(second.status()) == seen(cluster.status(at=0.2))

    def test_it_tells_what_happened_before(self, cluster):
        """Its events begin with those of the cluster that it came from."""
        with cluster.fork(paused=True) as fork:
            ours = [str(event) for event in cluster.events if event.kind == "role"]
            theirs = [str(event) for event in fork.events if event.kind == "role"]

        assert theirs[-5:] == ours[-5:]
        assert theirs[:3] == ours[:3]

    def test_state_machines_of_a_notebook_travel(self):
        """A class that is defined in a function, as in a cell that ran twice, can be forked."""

        class Lock(StateMachine):
            @apply("take")
            def take(state, command):
                return {**state, "owner": command["by"]}

        with running(3, state_machine=Lock) as cluster:
            cluster.write(type="take", by="a")
            with cluster.fork() as fork:
                fork.write(type="take", by="b")
                assert fork.read("owner") == "b"
            again = Cluster.replay(str(cluster.recording()), state_machine=Lock)
            assert again.status()["n1"].state_machine == {"owner": "a"}
            again.stop()

    def test_what_is_due_and_has_not_happened_has_not_happened_there(self, cluster):
        """A write that waits while time stands still waits in the past of now, and in a fork."""
        cluster.submit(key="late", value=1)
        now = cluster.status()

        assert seen(cluster.status(at=now.seconds)) == seen(now)
        with cluster.fork(paused=True) as fork:
            assert seen(fork.status()) == seen(now)
        with Cluster.replay(str(cluster.recording())) as again:
            assert seen(again.status()) == seen(now)

    def test_removed_nodes_stay_removed(self, cluster):
        """Neither a fork nor a replay lets a node come back under a name that was given up."""
        cluster.resume()
        cluster.remove_node("n6", LONG)
        text = str(cluster.recording())
        with cluster.fork() as fork, Cluster.replay(text) as again:
            for other in (fork, again):
                with pytest.raises(ValueError, match="'n6' was removed"):
                    other.restart("n6")
                with pytest.raises(ValueError, match="'n6' was removed"):
                    other.add_node("n6", LONG)
                assert not other.act("restart", "all").status()["n6"].alive

    def test_going_far_back_loses_no_event(self, cluster):
        """Over checkpoints as well: a fork tells all that happened before it."""
        cluster.run_for(60.0)
        events = [str(event) for event in cluster.events if event.kind in ("role", "stop")]
        with cluster.fork(paused=True) as fork:
            assert [str(event) for event in fork.events if event.kind in ("role", "stop")] == events


class TestReplay:
    def test_a_copied_run_is_the_same_run(self, cluster):
        """Opened from its text it stands at its end, and is what it was in every node."""
        with Cluster.replay(str(cluster.recording())) as again:
            assert again.paused
            assert seen(again.status()) == seen(cluster.status())
            assert again.timing == FAST

    def test_it_plays_on_as_recorded(self, cluster):
        """From an earlier moment it goes on by itself, to the same end."""
        run, end = cluster.recording(), cluster.status()
        with Cluster.replay(run, at=0.05) as again:
            assert len(again.nodes) == 5
            again._driver.play_until(run.until_us)
            advance_until_paused(again)

            assert seen(again.status()) == seen(end)

    def test_whoever_acts_makes_a_new_future(self, cluster):
        """What was recorded after that does not happen."""
        with Cluster.replay(cluster.recording(), at=0.0) as again:
            assert again._driver.ahead_us == cluster.recording().until_us
            again.kill("n5")

            assert again._driver.ahead_us is None
            again.resume()
            again.wait_for_leader(LONG)
            assert again.read("a") is None
            assert not again.status()["n5"].alive

    def test_a_future_that_does_not_come_is_not_there(self, cluster):
        """After something else was done the recording's end is no time that one can go to."""
        run = cluster.recording()
        with Cluster.replay(run, at=run.until_us / 1e6 - 0.001) as again:
            again.run_for(0.0005)
            again.kill("n1")

            assert again._driver.ahead_us is None
            assert again.span[1] == again.status().seconds
            assert again.recording().until_us < run.until_us

    def test_looking_does_not_cost_the_recording(self, cluster):
        """A read that would ask the nodes is refused, says why, and what lies ahead stays."""
        with Cluster.replay(cluster.recording(), at=0.2) as again:
            with pytest.raises(ConsensusError, match="what was recorded would not happen"):
                again.read("a")

            assert again.read("a", consistency="stale") in (None, 1)
            assert again._driver.ahead_us is not None

    def test_a_player_that_was_stopped_goes_on(self, cluster):
        """Standing still before the end of a step and gone beyond it, resume() goes on for good."""
        with Cluster.replay(cluster.recording(), at=0.1) as again:
            again._driver.play_until(150_000)
            again.pause()
            again.run_for(0.2)
            again.speed = 100
            again.resume()
            while again.status().seconds < 0.4:
                assert not again.paused

    def test_any_text_can_be_a_key(self, cluster):
        """A recording is plain ASCII, whatever was written: it can be copied and sent."""
        cluster.resume()
        cluster.write(key="\ud800 ä", value="\udfff")
        text = str(cluster.recording())

        assert text.isascii()
        with Cluster.replay(text) as again:
            assert seen(again.status()) == seen(cluster.status(at=again.status().seconds))

    def test_steps_follow_the_recording(self, cluster):
        """Step by step it is the same run as well."""
        at = cluster.status().seconds - 0.01
        with Cluster.replay(cluster.recording(), at=at) as again:
            while again._driver.ahead_us is not None:
                assert again.step()

            same = cluster.status(at=cluster.status().seconds)
            assert [row[3:5] for row in seen(again.status())] == [row[3:5] for row in seen(same)]

    def test_a_seed_of_the_test_suite_opens_the_same_way(self):
        """So a failing seed can be looked at in a notebook, and goes on there."""
        assert simulate(SEED)
        with Cluster.replay(SEED, at=0.8) as again:
            assert again.status().seconds == pytest.approx(0.8)
            before = again.status()
            assert again.step()
            assert again.status().seconds >= before.seconds
            text = str(again.recording())
        with Cluster.replay(text, at=0.8) as twin:
            assert seen(twin.status()) == seen(before)

    @pytest.mark.parametrize("at", [-1, float("inf"), "noon"])
    def test_a_seed_has_no_such_time(self, at):
        """A run whose end is not known takes any time from its start on."""
        with pytest.raises(ValueError, match="at: expected seconds"):
            Cluster.replay(SEED, at=at)

    def test_where_a_seed_fails_is_told(self, monkeypatch):
        """A run in which something must never be stands there, and its last event says what."""

        def fail(*_: object) -> None:
            raise AssertionError("two leaders in one term")

        monkeypatch.setattr(Invariants, "election_safety", fail)
        with Cluster.replay(SEED) as again:
            assert str(again.events[-1]).endswith("the run ends here: two leaders in one term")

    @pytest.mark.parametrize("run", ["{}", 1.5, None, True])
    def test_anything_else_is_refused(self, run):
        """It says what it takes."""
        with pytest.raises(ValueError, match=r"expected (a|the text of a) recording"):
            Cluster.replay(run)


def advance_until_paused(cluster: Cluster) -> None:
    """Let a replay play as fast as it goes."""
    cluster.speed = 100
    while not cluster.paused:
        cluster._driver.loop.call(int)


class TestFolders:
    def test_a_cluster_in_a_folder_says_that_it_cannot(self, tmp_path):
        """What it began with is not in the recording, so none is made up."""
        with running(3, storage=tmp_path) as cluster:
            for call in (cluster.fork, cluster.recording, lambda: cluster.status(at=0.0)):
                with pytest.raises(ConsensusError, match="keeps its logs in a folder"):
                    call()


class TestBreaking:
    def test_a_link_is_cut_in_one_direction(self, cluster):
        """What one node sends is lost, what it is sent arrives; mended, all is as before."""
        cluster.cut("n2", "n3")
        assert cluster.status().blocked == (("n2", "n3"),)
        cluster.mend("n2", "n3")
        assert not cluster.status().blocked

    def test_a_link_is_made_slow_in_one_direction(self, cluster):
        """Latency and loss are of that direction alone."""
        cluster.link("n2", "n3", latency=0.5, loss=0.25)

        links = cluster._driver.world.network._links
        assert links["n2", "n3"][:3] == (500_000, 500_000, 0.25)
        assert ("n3", "n2") not in links

    @pytest.mark.parametrize("ends", [("n1", "n1"), ("n1", "n9")])
    def test_a_link_has_two_ends(self, cluster, ends):
        """A node that is not there, or the same one twice, is refused."""
        with pytest.raises(ValueError, match=r"expected two nodes|there is no node 'n9'"):
            cluster.cut(*ends)

    def test_a_node_without_its_disk_stays_down(self, cluster):
        """Started again it could vote twice, so it is refused, with what to do instead."""
        node = cluster.nodes[1]
        node.wipe()

        with pytest.raises(ValueError, match=r"could vote twice.* remove_node\(\) it"):
            node.restart()
        assert not node.alive

    def test_no_way_of_starting_brings_it_back(self, cluster):
        """Neither by name nor among all of them."""
        cluster.kill("n3").nodes[1].wipe()

        with pytest.raises(ValueError, match="could vote twice"):
            cluster.act("restart", "n2")
        cluster.act("restart", "all")

        assert [row.node_id for row in cluster.status() if not row.alive] == ["n2"]

    def test_what_was_refused_did_not_happen(self, cluster):
        """An act that cannot be done is not among the events."""
        before = [str(event) for event in cluster.events]

        for name, args in (("kill", ("nope",)), ("kill", ()), ("clock_rate", ("n1", 0))):
            with pytest.raises(ValueError, match=r"expected|missing"):
                cluster.act(name, *args)

        assert [str(event) for event in cluster.events] == before
        assert seen(cluster.status(at=cluster.span[1])) == seen(cluster.status())

    def test_a_node_is_paused_and_goes_on(self, cluster):
        """It runs, and does nothing meanwhile."""
        node = cluster.nodes[1]
        node.pause()
        assert node.role == "paused"
        node.resume()
        assert node.role != "paused"

    def test_a_clock_runs_faster(self, cluster):
        """Its rate is told as a factor."""
        cluster.nodes[1].clock_rate(1.5)
        assert cluster._driver.world.hosts["n2"].rate == 1500
        with pytest.raises(ValueError, match="rate of at least 1 thousandth"):
            cluster.nodes[1].clock_rate(0)

    def test_power_is_cut_and_a_node_cut_off(self, cluster):
        """Both are there for a node as for the cluster."""
        cluster.nodes[1].power_cut()
        assert cluster.status()["n2"].role == "crashed"
        cluster.nodes[2].isolate()
        assert ("n3", "n1") in cluster.status().blocked

    def test_the_leader_steps_down_without_a_pause(self):
        """Whoever has most of the log takes over, and who led follows."""
        with running(3) as cluster:
            before = leader_of(cluster)
            after = cluster.step_down(LONG)
            assert after.node_id != before
            assert cluster.status()[before].role == "follower"

    def test_nobody_to_hand_over_to_is_said(self):
        """A leader that reaches nobody cannot step down in favour of anybody."""
        with running(1) as cluster, pytest.raises(ConsensusError, match="no voter that could"):
            cluster.step_down()

    def test_any_action_can_be_done(self, cluster):
        """The words of the simulator are those of the cluster, nodes by name or as they are."""
        cluster.act("kill", cluster.nodes[1])
        assert not cluster.nodes[1].alive
        with pytest.raises(ValueError, match="expected an action of kill, "):
            cluster.act("explode")


def test_a_counter_counts_the_same_again():
    """Reducers are part of the replay."""
    with running(3, state_machine=Counter) as cluster:
        for by in range(10):
            cluster.write(type="add", by=by)
        with Cluster.replay(cluster.recording(), state_machine=Counter) as again:
            leader = cluster.status().leader
            assert again.status()[leader].state_machine == {"count": 45}
    assert again.timing == Timing.fast()
