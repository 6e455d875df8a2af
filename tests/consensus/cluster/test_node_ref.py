"""References to nodes: whose node each is."""

from __future__ import annotations

from typing import Any

import pytest

from igniter_nb.consensus import Cluster
from tests.consensus.live import running


@pytest.mark.parametrize(
    "use",
    [
        lambda cluster, ref: cluster.kill(ref),
        lambda cluster, ref: cluster.restart(ref),
        lambda cluster, ref: cluster.isolate(ref),
        lambda cluster, ref: cluster.slow(ref),
        lambda cluster, ref: cluster.remove_node(ref),
        lambda cluster, ref: cluster.transfer_leadership(ref),
        lambda cluster, ref: cluster.read("a", node=ref),
        lambda cluster, ref: cluster.read("a", node=ref, consistency="stale"),
        lambda cluster, ref: cluster.partition([ref], ["n2"]),
        lambda cluster, ref: cluster.partition(ref, "n2"),
    ],
)
def test_a_node_of_another_cluster_is_refused(use: Any) -> None:
    """Wherever a node is named, one of another cluster is not taken for the one of its name."""
    with running(2) as cluster, Cluster.start(2) as other:
        ref = other.nodes[0]

        with pytest.raises(ValueError, match="'n1' was given as a node of another cluster"):
            use(cluster, ref)

        assert cluster.alive_count == 2
        assert cluster.status().blocked == ()


def test_a_partition_takes_references() -> None:
    """Groups hold names, references, or are one of them."""
    with running(3) as cluster:
        first, second, third = cluster.nodes

        cluster.partition(first, [second, "n3"])

        assert cluster.status().headline.endswith("n1 is cut off")
        assert third.alive
