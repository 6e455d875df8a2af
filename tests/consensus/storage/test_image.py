"""What a step means, and that it can be taken back."""

from __future__ import annotations

from hypothesis import given

from igniter_nb.consensus.storage.image import Image
from tests.consensus.storage.model import log, replay, snapshot, step
from tests.consensus.storage.test_contract import SCRIPT, made


@given(script=SCRIPT)
def test_taking_steps_back_gives_what_was_before(script):
    """Steps taken back, newest first, leave at each point exactly what was there before."""
    image = Image()
    steps, undone = [], []
    for number, action in enumerate(script, 1):
        if action[0] in {"entries", "snapshot"}:
            steps.append(made(action, image.restored(), number))
            undone.append(image.apply(steps[-1]))

    while steps:
        assert image.restored() == replay(steps)
        steps.pop()
        image.revert(undone.pop())

    assert image.blank


def test_appending_does_not_copy_the_log():
    """A step costs its own entries: the list of the others stays the same object."""
    image = Image()
    image.apply(step(*log(1, 1000)))
    before = image.entries

    undo = image.apply(step(*log(1001, 1001)))

    assert image.entries is before
    assert list(undo.removed) == []


def test_a_snapshot_lets_go_of_what_it_covers():
    """After a snapshot only the entries after it are held."""
    image = Image()
    image.apply(step(*log(1, 1000)))

    image.apply(step(snapshot=snapshot(990)))

    assert image.entries == log(991, 1000)
