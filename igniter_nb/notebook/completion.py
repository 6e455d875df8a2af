"""Completing a line of ``%igniter``: commands, names, inputs, variables, capability names.

What follows ``cluster`` is in :mod:`igniter_nb.notebook.clusters.magic.completion`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from IPython.core.completer import SimpleCompletion

from igniter_nb.capabilities import KNOWN
from igniter_nb.notebook.clusters.magic.completion import following
from igniter_nb.notebook.graphs.magic.commands import COMMANDS, Variables
from igniter_nb.notebook.graphs.magic.names import Sort, known, sort_of
from igniter_nb.notebook.graphs.magic.policies import ACTIONS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from IPython.core.completer import CompletionContext, SimpleMatcherResult

    from igniter_nb.notebook.clusters.magic.variables import Held

# `%igniter`, `x = %igniter`; the sign may be missing before a word (automagic).
_LINE = re.compile(
    r"""\s*(?:(?:[^=%'"#]+=\s*)?%igniter\s+|igniter\s+(?=\w|$))(?P<rest>.*)""", re.DOTALL
)


def complete(context: CompletionContext, held: Held) -> SimpleMatcherResult:
    """Return what may follow on a line of ``%igniter``, and nothing on any other line.

    Args:
        context: the cell and the cursor.
        held: the notebook's variables, and which clusters they hold.
    """
    line = _LINE.fullmatch(context.text_until_cursor)  # of the cell's lines, the cursor's
    if line is None:
        return {"completions": []}
    *words, fragment = re.split(r"\s+", line["rest"])
    if words[:1] == ["cluster"]:
        shown, texts = following(words[1:], fragment, held)
    else:
        shown, texts = _contracts(words, fragment, held.variables)
    # IPython drops its own matches only where there is one of ours: the text as it stands is.
    completions = [SimpleCompletion(text, type="magic") for text in texts or [shown]]
    return {"completions": completions, "matched_fragment": shown, "suppress": True}


def _contracts(words: Sequence[str], fragment: str, variables: Variables) -> tuple[str, list[str]]:
    """Return the part of a fragment that goes on, and everything that it may become."""
    before, equals, written = fragment.partition("=")
    if not equals:
        return fragment, [
            each for each in _following(words, variables) if each.startswith(fragment)
        ]
    sign = written[:1] if written.startswith("$") else ""
    shown = written.removeprefix("$")
    found = _variables(variables) if _takes_inputs(words) and before else []
    return sign + shown, [sign + each for each in found if each.startswith(shown)]


def _takes_inputs(words: Sequence[str]) -> bool:
    return len(words) > 1 and words[0] in COMMANDS and COMMANDS[words[0]].inputs


def _variables(variables: Variables) -> list[str]:
    return sorted(name for name in [*variables] if not name.startswith("_"))


def _following(words: Sequence[str], variables: Variables) -> Iterable[str]:
    """Return what may stand behind some words."""
    if not words:
        return COMMANDS
    if words[0] == "policy":
        return _policy(words[1:], variables)
    command = COMMANDS.get(words[0])
    if command is None:
        return ()
    if len(words) == 1:
        return known(variables, command.sorts)
    return _inputs(words[1], words[2:], variables) if command.inputs else ()


def _inputs(name: str, given: Sequence[str], variables: Variables) -> list[str]:
    """Return ``input=`` for every input of a contract that is not given yet."""
    contract: Any = variables.get(name)
    if sort_of(contract) not in {Sort.CONTRACT, Sort.INSTANCE}:
        return []
    taken = {word.partition("=")[0] for word in given}
    nodes = contract.compiled_graph.nodes
    return [f"{node.name}=" for node in nodes if node.kind == "input" and node.name not in taken]


def _policy(words: Sequence[str], variables: Variables) -> Iterable[str]:
    if not words:
        return ACTIONS
    if words[0] not in {"deny", "allow"}:
        return ()
    return [name for name in _capabilities(variables) if name not in words[1:]]


def _capabilities(variables: Variables) -> Iterable[str]:
    """Return the known capability names and those that contracts of the notebook declare."""
    names = dict.fromkeys(KNOWN)
    for name in known(variables, (Sort.CONTRACT, Sort.INSTANCE)):
        contract: Any = variables[name]
        required = contract.compiled_graph.required_capabilities()
        names.update(dict.fromkeys(used for group in required.values() for used in group))
    return names
