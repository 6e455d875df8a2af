"""Statuses of nodes: the one vocabulary of events, reports, views and plans.

A word means the same wherever it stands. The sets of words answer questions about a node: what a
run did with it, why a run left it alone, how its cell is now, where its value came from, and what
the next run would do.
"""

from __future__ import annotations

from typing import Literal

Outcome = Literal["given", "first run", "changed", "backdated", "failed", "blocked"]
"""What a run did with a node that it touched: an input took a new value; the node ran for the first
time, came out changed, or came out equal; it failed, or could not run because a dependency did."""

Untouched = Literal["cut off", "clean", "not asked"]
"""Why a run did not touch a node: something that it depends on came out equal, nothing that it
depends on changed, or nobody asked for it."""

Idle = Literal["given", "kept", "passed on", "no value", "not asked"]
"""What a report says of a node that does no work: an input was updated or not; an output that is
another name of a node passed on what that has now, has what it had, or has nothing to pass on."""

Status = Literal["pending", "running", "succeeded", "failed", "stale"]
"""How a cell is now: it never ran, runs, has its value, has an error, or has an outdated value."""

Origin = Literal["computed", "backdated", "skipped"]
"""Where the value of a cell came from in the latest run: the node ran and changed, it ran and came
out equal, or it did not run."""

Action = Literal["given", "passes on", "fresh", "run", "may run", "denied", "blocked", "not asked"]
"""What the next run would do with a node: nothing for an input or a fresh one, and an output that
is another name of a node passes on what that has; run it for certain or if something before it
changes, stop at it, stop before it; or nobody asked for it."""

NodeStatus = Outcome | Untouched | Idle | Status | Origin | Action
"""Everything that is ever said of a node."""

RunStatus = Literal["succeeded", "failed", "interrupted"]
"""How a run ended."""
