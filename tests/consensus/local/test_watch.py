"""Watching a cluster: messages that are lost."""

from __future__ import annotations

import pickle

from igniter_nb.consensus.local.watch import Losses


def test_losses_are_no_part_of_a_world_that_is_put_away():
    """A world with a listener for lost messages can be pickled; the copy has heard of none."""
    losses = Losses()
    losses(("a", "b"), "lost")

    revived = pickle.loads(pickle.dumps(losses))  # noqa: S301 -- we wrote it

    assert isinstance(revived, Losses)
    assert revived.take() == []
    assert losses.take() == [("a", "b")]
