"""Completion of outputs and inputs behind an instance: ``price.result.``, ``price.result["``.

IPython completes the attributes of a variable by itself, and of what a variable's attribute gives
only where it may read that attribute, which may run anything. Here nothing is read or run: the
names are those that the contract declares.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from IPython.core.completer import (
    CompletionContext,
    SimpleCompletion,
    SimpleMatcherResult,
    context_matcher,
)

from igniter_nb.contract import Contract, Result

if TYPE_CHECKING:
    from collections.abc import Iterable

    from IPython.core.interactiveshell import InteractiveShell

_BEHIND: Final = re.compile(
    r"""(?<![\w.])(?P<name>[^\W\d]\w*)\.(?:
        result\.(?P<attribute>\w*)
      | (?P<held>result|inputs)\[\s*(?P<quote>["'])(?P<key>[^"']*)
    )$""",
    re.VERBOSE,
)
_OWN: Final = tuple(name for name in vars(Result) if not name.startswith("_"))
_NAME: Final = "igniter_nb.outputs"


def _names(contract: Contract, held: str) -> Iterable[str]:
    graph = type(contract).compiled_graph
    if held == "inputs":
        return (node.name for node in graph.nodes if node.kind == "input")
    return graph.outputs


class _Outputs:
    """What may follow behind an instance in a shell's variables.

    Args:
        shell: whose variables.
    """

    def __init__(self, shell: InteractiveShell) -> None:
        self._shell = shell

    @context_matcher(identifier=_NAME, priority=1)  # type: ignore[untyped-decorator]  # it has no types
    def complete(self, context: CompletionContext) -> SimpleMatcherResult:
        """Return the names that fit, and nothing for any other line."""
        line = _BEHIND.search(context.text_until_cursor)
        found: Any = self._shell.user_ns.get(line["name"]) if line else None
        if line is None or not issubclass(type(found), Contract):
            return {"completions": []}
        if line["quote"]:
            fragment, names = line["key"], [*_names(found, line["held"])]
        else:
            fragment, names = line["attribute"], [*_names(found, "result"), *_OWN]
        fit = [
            SimpleCompletion(name, type="property") for name in names if name.startswith(fragment)
        ]
        # Of IPython's own matches some are not of this object: none is shown beside ours.
        return {"completions": fit, "matched_fragment": fragment, "suppress": bool(fit)}


def offer(shell: InteractiveShell) -> None:
    """Complete in a shell from now on; doing it again changes nothing."""
    completer = getattr(shell, "Completer", None)
    if completer is not None and not _offered(completer):
        completer.custom_matchers.append(_Outputs(shell).complete)


def withdraw(shell: InteractiveShell) -> None:
    """Complete no more; doing it again changes nothing."""
    for matcher in _offered(shell.Completer):
        shell.Completer.custom_matchers.remove(matcher)


def _offered(completer: Any) -> list[Any]:
    matchers = completer.custom_matchers
    return [each for each in matchers if getattr(each, "matcher_identifier", "") == _NAME]
