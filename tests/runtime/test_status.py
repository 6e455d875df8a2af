"""The statuses of nodes: one vocabulary, which the pictures know too."""

from __future__ import annotations

import typing

from igniter_nb.contract import CellView, PlanRow
from igniter_nb.runtime import Action, NodeStatus, NodeSucceeded, Origin, Outcome, Record, Status
from igniter_nb.runtime import status as words


def said(alias):
    """Return the words of a union of literals."""
    parts = [typing.get_args(part) or (part,) for part in typing.get_args(alias)]
    return {word for part in parts for word in part}


def test_the_vocabulary_is_one():
    """What is said of a node, in a report, a view or a plan, is a word of one set."""
    parts = (Outcome, words.Untouched, words.Idle, Status, Origin, Action)

    assert set().union(*map(said, parts)) == said(NodeStatus)


def test_each_place_takes_its_words_from_there():
    """Events, records, views and plans are annotated with the words, not with any text."""
    assert NodeSucceeded.__annotations__["outcome"] == "Outcome"
    assert Record.__annotations__["outcome"].__forward_arg__ == "Outcome"
    assert CellView.__annotations__["status"] == "Status"
    assert PlanRow.__annotations__["action"] == "Action"
