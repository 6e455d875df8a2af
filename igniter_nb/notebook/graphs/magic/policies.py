"""Command ``%igniter policy``: what the steps of this process may touch, and changing it."""

from __future__ import annotations

from contextvars import Context
from typing import TYPE_CHECKING, Any, Final

from IPython.core.error import UsageError

from igniter_nb.capabilities import KNOWN, Policy, combined, get_policy, set_policy
from igniter_nb.notebook.graphs.magic.names import Sort, known
from igniter_nb.notebook.kernel.command import Command, Completed, Line, beginning
from igniter_nb.notebook.page.listing import Listing
from igniter_nb.text import nearest

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

ACTIONS = ("deny", "allow", "clear", "show")


def change(words: Sequence[str]) -> Listing:
    """Do what the words behind ``policy`` say.

    Args:
        words: ``deny`` or ``allow`` with names, ``clear``, ``show``; none is ``show``.

    Returns:
        The policy that is in force afterwards.

    Raises:
        UsageError: the words say nothing that can be done.
    """
    action, *names = words or ("show",)
    if action not in ACTIONS:
        advice = nearest(action, ACTIONS)
        msg = f"policy expects {', '.join(ACTIONS)}, got {action!r}; {advice}".rstrip("; ")
        raise UsageError(msg)
    names = [name for word in names for name in word.split(",") if name]
    if action in {"clear", "show"}:
        if names:
            msg = f"policy {action} takes no names, got {', '.join(names)}"
            raise UsageError(msg)
        if action == "clear":
            set_policy(None)
        return report()
    if not names:
        msg = f"policy {action} expects capability names; known: {', '.join(KNOWN)}"
        raise UsageError(msg)
    added = Policy(denied=names) if action == "deny" else Policy(allowed=names)
    set_policy(combined(_of_the_process(), added))
    return report(names, permitted=action == "allow")


def _of_the_process() -> Policy | None:
    """Return the policy of the process without that of a surrounding ``with ig.policy(…)``."""
    return Context().run(get_policy)


def report(names: Sequence[str] = (), *, permitted: bool = False) -> Listing:
    """Return the policy in force as a table of verdicts.

    Args:
        names: names that were just given; the headline says what is odd about them.
        permitted: whether they were given as allowed.
    """
    policy = get_policy()
    if policy is None:
        headline = "no policy is in force, everything is permitted"
        policy = Policy()
    else:
        headline = "; ".join([str(policy), *_odd(names, policy, permitted=permitted)])
    listed = dict.fromkeys([*KNOWN, *sorted(policy.denied | (policy.allowed or frozenset()))])
    rows = tuple((name, _verdict(name, policy), KNOWN.get(name, "")) for name in listed)
    return Listing("policy in force", headline, ("capability", "verdict", "meaning"), rows)


def _verdict(name: str, policy: Policy) -> str:
    return "denied" if policy.denies([name]) else "allowed"


def _odd(names: Sequence[str], policy: Policy, *, permitted: bool) -> list[str]:
    said = [
        f"{name!r} is a name of your own, {advice}"
        for name in names
        if name not in KNOWN and (advice := nearest(name, KNOWN))
    ]
    still = policy.denies(names) if permitted else ()
    if still:
        said.append(
            f"still denied: {', '.join(still)}, since policies only take away;"
            " %igniter policy clear lifts them"
        )
    return said


def _complete(line: Line, fragment: str) -> Completed:
    """Complete an action, then names of capabilities."""
    if not line.words:
        return beginning(ACTIONS, fragment)
    action, *names = line.words
    found = _names(line.variables) if action in {"deny", "allow"} else ()
    return beginning([name for name in found if name not in names], fragment)


def _names(variables: Mapping[str, object]) -> Iterable[str]:
    """Return the known capability names and those that contracts of the notebook declare."""
    names = dict.fromkeys(KNOWN)
    for name in known(variables, (Sort.CONTRACT, Sort.INSTANCE)):
        contract: Any = variables[name]
        required = contract.compiled_graph.required_capabilities()
        names.update(dict.fromkeys(used for group in required.values() for used in group))
    return names


COMMAND: Final = Command(
    "policy deny NAME … | allow NAME … | clear | show",
    "denies capabilities in this process, allows only those named, permits all, or shows",
    lambda line: change(line.words),
    _complete,
)
