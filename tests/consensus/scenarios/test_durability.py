"""Scenarios of crashes, power cuts and broken disks, on a world with real storages."""

from __future__ import annotations

import pytest

from igniter_nb.consensus.storage import FileStorage, MemoryStorage
from igniter_nb.consensus.testing.invariants import InvariantViolationError
from igniter_nb.errors import LogCorruptedError
from igniter_nb.raft import ProposalRefusedError, Role
from tests.consensus.stage import TIMEOUT_MS, Stage, leaders_of, settings

SLOW_DISK = {"disk_us": (200, 900)}


@pytest.fixture(params=["memory", "files"])
def storage(request, tmp_path):
    """Give what makes a node's storage, in memory or in files."""
    if request.param == "memory":
        return None
    return lambda node: FileStorage(tmp_path / node, sync=False)


def led(**options):
    """Let somebody lead a cluster with one write."""
    stage = Stage(**options)
    stage.elected()
    stage.written("k", "before")
    return stage


@pytest.mark.parametrize("events", range(1, 25))
def test_a_leader_may_crash_between_any_two_steps_of_a_write(events):
    """Scenario 27: whichever of the leader's steps is its last, ok is kept, unknown is either."""
    stage = led(seed=events, **SLOW_DISK)
    old = stage.leader
    call = stage.write("k", "during")

    stage.act("kill_after", old, events)
    stage.until(lambda: not stage.replica(old).alive, within_ms=300)
    stage.elected(*[node for node in stage.world.hosts if node != old])

    assert call.status in {"ok", "unknown"}
    found = stage.value("k")
    assert found in ({"during"} if call.status == "ok" else {"before", "during"})
    stage.finish()


@pytest.mark.parametrize("events", range(1, 16))
def test_a_leaders_power_may_fail_between_any_two_steps_of_a_write(events):
    """Scenario 27: the same, and what its disk had not synced is gone."""
    stage = led(seed=events, **SLOW_DISK)
    old = stage.leader
    call = stage.write("k", "during")

    stage.act("cut_after", old, events, 0)
    stage.until(lambda: not stage.replica(old).alive, within_ms=300)
    stage.elected(*[node for node in stage.world.hosts if node != old])

    assert stage.value("k") in ({"during"} if call.status == "ok" else {"before", "during"})
    stage.finish()


@pytest.mark.parametrize("events", range(1, 13))
def test_a_follower_may_crash_between_any_two_steps(events):
    """Scenario 28: it applies again exactly what is behind its snapshot, and is equal."""
    stage = led(seed=events, snapshot_every=3, apply_us=(500, 2_000), **SLOW_DISK)
    one = stage.followers[0]
    stage.act("kill_after", one, events)
    for number in range(4):
        stage.write(f"k{number}", number)
    stage.until(lambda: not stage.replica(one).alive, within_ms=300)
    stage.run(20)

    stage.act("restart", one)
    first = stage.core(one).log.snapshot.index + 1
    noted = len(stage.trace)
    stage.run(50)

    applied = [e.detail.index for e in stage.trace[noted:] if (e.node, e.kind) == (one, "apply")]
    restored = any((e.node, e.kind) == (one, "restore") for e in stage.trace[noted:])
    assert restored or applied == list(range(first, first + len(applied)))
    stage.finish()


def test_a_follower_refuses_a_proposal_and_names_the_leader():
    """Scenario 29: nothing is appended where nobody leads; the refusal says who does."""
    stage = led()

    with pytest.raises(ProposalRefusedError) as refused:
        stage.write("k", "x", at=stage.followers[0])

    assert refused.value.leader == stage.leader
    stage.finish()


def test_who_waits_for_an_index_hears_of_its_own_entry_only():
    """Scenario 30: another entry is committed at the index: the waiter hears lost, never ok."""
    stage = led()
    old = stage.leader
    stage.act("isolate", old)
    stage.write("other", "where the next leader's blank entry will be", at=old)
    mine = stage.write("k", "mine", at=old)
    stage.elected(*stage.followers)
    yours = stage.written("k", "yours")
    assert yours.entry.index == mine.entry.index

    stage.act("heal")
    stage.until(lambda: mine.status != "nothing yet")

    assert mine.status == "lost", f"another entry is at its index, and it hears {mine.status}"
    assert yours.status == "ok"
    assert stage.value("k") == "yours"
    stage.finish()


def test_a_leader_that_lost_its_quorum_gives_up_and_confirms_nothing():
    """Scenario 31: cut off it steps down within an election timeout; no write of it is ok."""
    stage = led()
    old = stage.leader
    stage.act("isolate", old)
    calls = [stage.write(f"k{n}", n, at=old) for n in range(20)]

    took = stage.until(lambda: stage.core(old).role is not Role.LEADER)

    assert took <= 100 + 20 + 1  # the shortest timeout, and it looks with each heartbeat
    assert {call.status for call in calls} == {"nothing yet"}
    stage.elected()
    for number in range(20):
        stage.written("other", number)
    stage.finish()
    assert {call.status for call in calls} == {"lost"}


def test_a_restart_finds_all_as_it_was(storage):
    """Scenario 32: term, vote, log and snapshot are there again after a clean restart."""
    stage = led(storage=storage, snapshot_every=4)
    for number in range(10):
        stage.written("k", number)
    for node in list(stage.world.hosts):
        core = stage.core(node)
        before = (core.term, core.vote, core.log.last_index, core.log.last_term)
        snapshot = core.log.snapshot

        stage.act("kill", node)
        stage.act("restart", node)

        core = stage.core(node)
        assert (core.term, core.vote, core.log.last_index, core.log.last_term) == before
        assert core.log.snapshot == snapshot
        stage.elected()
    stage.finish()


@pytest.mark.parametrize("kept", [0, 1, 2])
def test_a_minority_may_lose_what_it_had_not_synced(kept):
    """Scenario 33: the node comes back with less and gets it again; nothing acked is lost."""
    for seed in range(8):
        stage = led(nodes=5, seed=seed, disk_us=(500, 4_000))
        calls = [stage.write(f"k{n}", n) for n in range(6)]
        stage.run(3)
        for node in stage.followers[:2]:
            stage.act("power_cut", node, kept, 1)
        stage.run(20)
        stage.act("restart", "all")
        stage.run(50)

        assert {call.status for call in calls} == {"ok"}
        stage.finish()


@pytest.mark.parametrize("kept", [0, 1, 2])
@pytest.mark.parametrize("events", range(1, 30, 2))
def test_power_may_fail_anywhere_around_a_snapshot(events, kept):
    """Scenario 58: between the writes of a snapshot and of entries, in any order: all is there."""
    stage = led(seed=events, snapshot_every=2, disk_us=(300, 1_500))
    one = stage.followers[0]
    stage.act("cut_after", one, events, kept)
    for number in range(6):
        stage.write(f"k{number}", number)
        stage.run(1)
    stage.until(lambda: not stage.replica(one).alive, within_ms=300)
    stage.run(20)

    stage.act("restart", one)
    stage.run(50)

    restored = stage.replica(one).restored
    indexes = [entry.index for entry in restored.entries]
    first = restored.snapshot.index + 1
    assert indexes == list(range(first, first + len(indexes)))
    assert restored.snapshot.configuration.voters == ("n1", "n2", "n3")
    stage.finish()


def log_files(folder):
    """List a node's log files, oldest first."""
    return sorted(path for path in folder.iterdir() if path.is_file() and "log" in path.name)


def test_a_torn_last_record_is_cut_off(tmp_path):
    """Scenario 34: what a crash tore at the end of the log is cut off, and said."""
    stage = led(storage=lambda node: FileStorage(tmp_path / node, sync=False))
    one = stage.followers[0]
    stage.act("kill", one)
    last = log_files(tmp_path / one)[-1]
    last.write_bytes(last.read_bytes() + b"half a record")

    stage.act("restart", one)

    assert "cut off" in " ".join(stage.replica(one).storage.notes)
    stage.finish()


def test_a_torn_record_of_a_disk_in_memory_is_cut_off():
    """Scenario 34: the simulated disk tears the record under way, cuts it off and says so."""
    stage = led(disk_us=(5_000, 5_000))
    one = stage.followers[0]
    stage.write("k", "torn")
    stage.run(3)
    assert stage.replica(one).storage.unsynced

    stage.act("power_cut", one, 0, 1)
    stage.act("restart", one)

    assert "torn" in " ".join(stage.replica(one).storage.notes)
    stage.finish()


def test_damage_before_sound_records_is_not_started_from(tmp_path):
    """Scenario 34: no crash can have done that, so the node does not start, and says what to do."""
    stage = led(storage=lambda node: FileStorage(tmp_path / node, sync=False))
    for number in range(10):
        stage.written("k", number)
    one = stage.followers[0]
    stage.act("kill", one)
    last = log_files(tmp_path / one)[-1]
    data = bytearray(last.read_bytes())
    data[len(data) // 2] ^= 0xFF
    last.write_bytes(data)

    with pytest.raises(LogCorruptedError, match="Do not start this node from it"):
        stage.act("restart", one)

    assert not stage.replica(one).alive
    stage.written("k", "without it")


@pytest.mark.parametrize("who", ["leader", "a follower"])
def test_a_sync_that_fails_ends_the_life(who):
    """Scenario 35: after a failed sync nobody knows what is durable: the node stops, at once."""
    stage = led()
    node = stage.leader if who == "leader" else stage.followers[0]
    stage.act("break_disk", node)
    call = stage.write("k", "x")
    said = len(stage.trace)

    stage.run(2 * TIMEOUT_MS)

    replica = stage.replica(node)
    assert not replica.alive
    assert isinstance(replica.failure, OSError)
    stop = next(e for e in stage.trace[said:] if (e.node, e.kind) == (node, "stop"))
    after = [e for e in stage.trace if e.sequence > stop.sequence and e.node == node]
    assert [e for e in after if e.kind in {"send", "write", "durable", "apply"}] == []
    assert call.status == ("unknown" if who == "leader" else "ok")
    stage.elected()
    stage.finish()


@pytest.mark.parametrize("how", ["kill", "power_cut"])
def test_all_nodes_stop_at_once_and_every_acked_write_is_there(how):
    """Scenario 36: all nodes are killed or lose their power in the middle of writes."""
    for seed in range(6):
        stage = led(seed=seed, disk_us=(200, 2_000))
        calls = [stage.write(f"k{n}", n) for n in range(20)]
        stage.run(1 + seed)
        for node in list(stage.world.hosts):
            stage.act(how, node)
        stage.run(10)

        stage.act("restart", "all")
        stage.elected()

        for number, call in enumerate(calls):
            if call.status == "ok":
                assert stage.value(f"k{number}") == number
        stage.finish()


def test_all_nodes_stop_and_start_from_their_files(tmp_path):
    """Scenario 36: the same from files: another process would find every acked write."""
    stage = led(storage=lambda node: FileStorage(tmp_path / node, sync=False), snapshot_every=7)
    for number in range(20):
        stage.written(f"k{number}", number)
    for node in list(stage.world.hosts):
        stage.act("kill", node)

    stage.act("restart", "all")
    stage.elected()

    assert [stage.value(f"k{number}") for number in range(20)] == list(range(20))
    stage.finish()


def test_two_wiped_nodes_under_their_old_names_are_found_out():
    """Scenario 37: the harness shows it: nodes that forgot everything and vote again are caught."""
    stage = led()
    for node in stage.followers:
        stage.act("wipe", node)

    with pytest.raises(InvariantViolationError, match="a node keeps its word"):
        stage.act("restart", "all")


def test_without_that_check_an_acked_write_would_vanish():
    """Scenario 37: two of three under old names outvote the third; the write is gone: found too."""
    stage = led()
    stage.invariants.keeps_its_word = lambda replica: None
    old, wiped = stage.leader, stage.followers
    stage.act("kill", old)
    for node in wiped:
        stage.act("wipe", node)

    for node in wiped:
        stage.act("restart", node)

    with pytest.raises(InvariantViolationError) as found:
        stage.run(3_000)

    assert found.value.invariant in {
        "leader completeness",
        "committed entries are immutable",
        "one vote in a term",
        "election safety",
        "state machine safety",
    }


def test_wiped_nodes_under_new_names_make_no_majority():
    """Scenario 37: two of three are gone for good: the third and two strangers elect nobody."""
    stage = led()
    kept = stage.leader
    for node in stage.followers:
        stage.act("wipe", node)
    for new in ("n4", "n5"):
        stage.world.add_host(new)

    stage.run(3_000)

    assert leaders_of(stage) == []
    assert stage.replica(kept).machine.get("k") == "before"


def test_one_wiped_node_comes_back_under_a_new_name():
    """Scenario 37: with a majority left the lost node is replaced, and nothing is lost."""
    stage = led()
    lost = stage.followers[0]
    stage.act("wipe", lost)

    stage.act("replace", lost, "n4")
    stage.run(200)

    assert "n4" in stage.core(stage.leader).configuration.voters
    assert lost not in stage.core(stage.leader).configuration.members
    assert stage.value("k", at="n4") == "before"


def test_a_leader_that_was_paused_confirms_nothing_old():
    """Scenario 38: after three timeouts of pause its write is unknown or lost, its read refused."""
    stage = led()
    old = stage.leader
    call = stage.write("k", "under way")
    stage.act("pause", old)
    stage.elected(*stage.followers)
    stage.written("k", "newer")
    stage.run(3 * TIMEOUT_MS)

    stage.act("resume", old)
    read = stage.read("k", at=old)
    stage.until(lambda: "nothing yet" not in {call.status, read.status})

    assert call.status in {"lost", "unknown", "ok"}
    assert read.status == "refused" or read.value == "newer"
    assert stage.value("k") == "newer"
    stage.finish()


def test_a_leader_whose_disk_fails_makes_way():
    """Scenario 39: a full disk is an error of the sync: the leader ends, another one leads."""
    stage = led()
    old = stage.leader
    stage.act("break_disk", old)

    stage.write("k", "x")
    stage.elected(*stage.followers)

    assert stage.written("k", "y").status == "ok"
    stage.finish()


def test_a_leader_that_cannot_write_does_not_lead_for_ever():
    """Scenario 39: its heartbeats go out and its disk hangs: leadership moves, or it says so."""
    stage = led(config=settings())
    old = stage.leader
    stage.act("slow_disk", old, 60_000_000, 60_000_000)
    call = stage.write("k", "stuck")

    stage.run(10 * TIMEOUT_MS)

    assert stage.leader != old or call.status != "nothing yet", (
        f"{old} has not written anything for {10 * TIMEOUT_MS} ms, leads on by its heartbeats, and "
        f"its client waits"
    )


def test_a_slow_disk_of_a_follower_delays_nobody():
    """Scenario 39: a majority of quick disks is enough."""
    stage = led()
    one, _ = stage.followers
    stage.act("slow_disk", one, 60_000_000, 60_000_000)

    call = stage.write("k", "quick")

    assert stage.until(lambda: call.status == "ok") < 10


def test_the_storage_in_memory_is_the_default():
    """Scenario 32: a world without a word about storages keeps what it syncs in memory."""
    stage = Stage()

    assert all(isinstance(h.replica.storage, MemoryStorage) for h in stage.world.hosts.values())
