"""What drives a cluster: what each driver promises, and what only some can do."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import igniter_nb as ig
from igniter_nb.consensus import Cluster, StateMachine, apply
from igniter_nb.consensus.cluster import lifetime
from igniter_nb.errors import ConsensusError, NoLeaderError
from tests.consensus.dict_driver import DictDriver
from tests.consensus.live import LONG, Counter, running

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.mark.usefixtures("every_driver")
def test_a_cluster_is_told_by_its_nodes() -> None:
    """A leader is one of the nodes, a reference says what its node is, the status has them all."""
    with running(3, state_machine=Counter) as cluster:
        cluster.write(type="add", by=4)
        ref, found = cluster.wait_for_leader(LONG), cluster.status()

        assert ref == cluster.leader
        assert ref in cluster.nodes
        assert (ref.alive, ref.role, ref.term, ref.state) == (True, "leader", 1, {"count": 4})
        assert found.leader == ref.node_id
        assert [row.node_id for row in found] == ["n1", "n2", "n3"]
        assert repr(cluster) == f"<Cluster {found.title}: {found.headline}>"
        assert repr(ref) == f"<NodeRef {ref.node_id}: leader, term 1>"
        assert "leads term 1" in str(cluster.events)


@pytest.mark.usefixtures("every_driver")
def test_an_outcome_belongs_to_who_wrote() -> None:
    """A refused command raises for its caller alone; what was written before and after counts."""
    with running(3, state_machine=Counter) as cluster:
        before = cluster.submit(type="add", by=1)
        refused = cluster.submit(type="fail", why="because")
        after = cluster.submit(type="add", by=1)

        assert "raised ArithmeticError: because" in str(refused.exception(LONG))
        assert before.result(LONG).index < after.result(LONG).index
        assert cluster.read("count") == 2


@pytest.mark.usefixtures("every_driver")
def test_members_come_and_go() -> None:
    """A node is added, another removed, and neither name is taken again."""
    with running(3) as cluster:
        added = cluster.add_node("n4", LONG)
        cluster.remove_node("n2", LONG)

        assert added.alive
        assert [row.role for row in cluster.status() if row.node_id == "n2"] == ["removed"]
        assert (cluster.alive_count, cluster.quorum_size) == (3, 2)
        with pytest.raises(ValueError, match="'n4' is a node of this cluster already"):
            cluster.add_node("n4", LONG)
        with pytest.raises(ValueError, match="there is no node 'n9'; known: n1, n2, n3, n4"):
            cluster.remove_node("n9")


@pytest.mark.usefixtures("every_driver")
def test_leadership_is_handed_over() -> None:
    """A named node takes over, then whoever is chosen; of one node nobody can."""
    with running(3) as cluster:
        heir = next(ref for ref in cluster.nodes if ref != cluster.leader)

        assert cluster.transfer_leadership(heir, LONG) == heir
        assert cluster.step_down(LONG) != heir
    with running(1) as alone, pytest.raises(NoLeaderError, match="no voter that could take over"):
        alone.step_down()


@pytest.mark.usefixtures("every_driver")
def test_a_node_of_another_cluster_is_not_taken() -> None:
    """A reference is one cluster's, whatever drives it."""
    with running(2) as cluster, running(2) as other:
        with pytest.raises(ValueError, match="'n1' was given as a node of another cluster"):
            cluster.read("a", node=other.nodes[0])

        assert cluster.nodes[0] != other.nodes[0]


@pytest.mark.parametrize(
    ("wanted", "use"),
    [
        ("kill", lambda cluster: cluster.kill("n1")),
        ("kill", lambda cluster: cluster.nodes[0].kill()),
        ("restart", lambda cluster: cluster.restart("n1")),
        ("partition", lambda cluster: cluster.partition("n1", "n2")),
        ("isolate", lambda cluster: cluster.isolate("n1")),
        ("heal", lambda cluster: cluster.heal()),
        ("slow", lambda cluster: cluster.slow("n1", loss=0.5)),
        ("cut", lambda cluster: cluster.cut("n1", "n2")),
        ("link", lambda cluster: cluster.link("n1", "n2", loss=0.5)),
        ("skip", lambda cluster: cluster.skip(3)),
        ("power_cut", lambda cluster: cluster.act("power_cut", "n1")),
    ],
)
def test_a_driver_that_breaks_nothing_says_so(wanted: str, use: Callable[[Cluster], Any]) -> None:
    """A fault where nodes are not ours names what was wanted, the driver and what can do it."""
    with Cluster(DictDriver(["n1", "n2"])) as cluster:
        with pytest.raises(ig.UnsupportedError, match=f"^{wanted}: .*driven by a dict cannot"):
            use(cluster)

        assert cluster.write(key="a", value=1).read("a") == 1


@pytest.mark.parametrize(
    ("wanted", "use"),
    [
        ("pause", lambda cluster: cluster.pause()),
        ("resume", lambda cluster: cluster.resume()),
        ("step", lambda cluster: cluster.step()),
        ("run_for", lambda cluster: cluster.run_for(1.0)),
        ("speed", lambda cluster: cluster.speed),
        ("paused", lambda cluster: cluster.paused),
        ("span", lambda cluster: cluster.span),
        ("recording", lambda cluster: cluster.recording()),
        ("fork", lambda cluster: cluster.fork()),
        ("status", lambda cluster: cluster.status(at=0.0)),
    ],
)
def test_a_driver_without_time_of_its_own_says_so(
    wanted: str, use: Callable[[Cluster], Any]
) -> None:
    """What needs the cluster's own time names the driver, and the kind that has some."""
    with (
        Cluster(DictDriver(["n1"])) as cluster,
        pytest.raises(ig.UnsupportedError, match=f"^{wanted}.*Cluster.start"),
    ):
        use(cluster)


def test_a_reducer_of_any_driver_cannot_use_its_cluster() -> None:
    """A reducer that reads its own cluster is refused instead of waiting for itself."""
    cluster = Cluster(DictDriver(["n1"]))
    seen: list[BaseException] = []

    class Curious(StateMachine):
        @apply("look")
        def look(state, command):
            try:
                cluster.read("a")
            except ConsensusError as error:
                seen.append(error)
            return state

    cluster = Cluster(DictDriver(["n1"], machine=Curious))
    cluster.write(type="look")

    assert "used from inside its own loop" in str(seen[0])


def test_who_listens_hears_of_changes() -> None:
    """A listener is called when something changes, until it is taken back."""
    driver = DictDriver(["n1", "n2"])
    with Cluster(driver) as cluster:
        heard: list[int] = []
        end = driver.listen(lambda: heard.append(len(heard)))
        cluster.transfer_leadership("n2")
        before = len(heard)
        end()
        cluster.transfer_leadership("n1")

        assert before == len(heard) == 1


def test_nothing_above_a_driver_looks_into_it() -> None:
    """No file of the cluster's room says what only the driver in this process has."""
    folder = Path(lifetime.__file__).parent
    inside = {"world", "hosts", "replica", "core", "loop", "tape"}
    found = [
        f"{path.name}:{node.lineno} .{node.attr}"
        for path in folder.glob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Attribute) and node.attr in inside
    ]

    assert found == []
