"""Magic ``%igniter``: its table of commands, its registration in a shell and its removal."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from IPython.core.completer import CompletionContext, SimpleMatcherResult, context_matcher
from IPython.core.error import UsageError
from IPython.core.magic import Magics, line_magic, magics_class, no_var_expand
from IPython.core.magic_arguments import argument, magic_arguments

from igniter_nb.errors import (
    CapabilityViolationError,
    CompileError,
    ConsensusError,
    GuardError,
    InputError,
)
from igniter_nb.notebook.clusters.magic import table as clusters
from igniter_nb.notebook.completion import complete
from igniter_nb.notebook.doctor import doctor
from igniter_nb.notebook.graphs.magic import commands as contracts
from igniter_nb.notebook.graphs.magic import policies
from igniter_nb.notebook.kernel.arguments import split
from igniter_nb.notebook.kernel.command import Command, Line, find, listed

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from IPython.core.interactiveshell import InteractiveShell

    from igniter_nb.notebook.page.listing import Listing

_PLAIN = (InputError, CompileError, CapabilityViolationError, GuardError, ConsensusError)
"""Errors that are the caller's to mend."""


VALUES = (
    "A value is a literal (1.5, 'text', [1, 2]), $name or name for a variable, or else text;"
    " nothing is evaluated. Results are returned: x = %igniter run Price total=100.0"
)


def _helped(_: Line) -> Listing:
    """Return the table of all commands."""
    return listed("%igniter", COMMANDS, VALUES)


COMMANDS: Final[Mapping[str, Command]] = {
    **contracts.COMMANDS,
    "policy": policies.COMMAND,
    "cluster": clusters.COMMAND,
    "doctor": Command(
        "doctor",
        "looks at this installation and says what to do about it",
        lambda line: doctor(line.shell),
    ),
    "help": Command("help", "shows this table", _helped),
}
"""Commands by name: the help, the completion and the errors read them here."""


@magics_class
class IgniterMagics(Magics):
    """The ``%igniter`` magic and its completion."""

    @magic_arguments()  # type: ignore[no-untyped-call,untyped-decorator]  # IPython's have no types
    @argument(  # type: ignore[no-untyped-call,untyped-decorator]  # the same
        "-h", "--help", action="store_true", help="Show the table of commands."
    )
    @argument(  # type: ignore[no-untyped-call,untyped-decorator]  # the same
        "command", nargs="?", default="help", help=", ".join(COMMANDS)
    )
    @argument(  # type: ignore[no-untyped-call,untyped-decorator]  # the same
        "arguments",
        nargs="*",
        help="NAME is a variable that holds a contract, an instance or a graph; then input=value.",
    )
    @no_var_expand
    @line_magic
    def igniter(self, line: str) -> object:
        """See a contract, run it, change an input, decide what its steps may touch; try a cluster.

        Commands::

            %igniter graph NAME                  the diagram; of an instance with its states
            %igniter run NAME input=value …      a new instance of a contract with every output
                                                 resolved; an instance is updated and resolved
            %igniter update NAME input=value …   the report of what ran again in an instance
            %igniter capabilities NAME           what each step touches, what the policy says
            %igniter policy deny NAME …          no step may use these, besides those denied before
            %igniter policy allow NAME …         steps may use only these, of those still allowed
            %igniter policy clear                everything is permitted again
            %igniter policy show                 the policy in force
            %igniter cluster COMMAND …           a cluster, see below
            %igniter doctor                      whether this installation is in order
            %igniter help                        this as a table

        NAME is the name of a variable and is never evaluated. How a value is read, in this order:
        ``$name`` is a variable; a literal of Python is itself (``1.5``, ``"7"``, ``[1, 2]``,
        ``None``); ``name`` is a variable if there is one; everything else is text. No blanks
        around ``=``; a text with blanks stands in quotes.

        What a command returns is shown, and can be kept: ``price = %igniter run Price total=9.5``.

        A cluster is started, broken and looked at by::

            %igniter cluster start 5 seed=3      a cluster of five nodes, or start a b c; options
                                                 are those of Cluster.start, timing=fast|classic too
            %igniter cluster status              every node as it is now
            %igniter cluster kill NODE …         crashes nodes; restart NODE … starts them again
            %igniter cluster partition a b | c   cuts the links between groups, or between one
                                                 group and all others; heal mends all links
            %igniter cluster isolate NODE …      cuts nodes off from all others
            %igniter cluster write KEY=VALUE …   writes keys, or a command of your state machine:
                                                 write type=acquire owner=a
            %igniter cluster read KEY            what a key holds; consistency=stale node=NODE too
            %igniter cluster add NODE            changes the members; so does remove NODE …
            %igniter cluster transfer NODE       lets a node take over the lead
            %igniter cluster pause               time stands still; resume, step and speed 0.1 too
            %igniter cluster events              what happened; trace has messages too
            %igniter cluster stop                ends it

        NODE is a name, ``leader`` or ``all``. The variable that holds the cluster may stand behind
        the command, ``kill other n3``; without it, it is the only cluster here, or the variable
        ``cluster``, or the one started last. A cluster that is started and not assigned is put into
        the variable ``cluster``, or another one: ``start 5 as other``; the one that the variable
        held is stopped. What changes something returns the status after it.
        """
        __tracebackhide__ = True  # a failing node is not our doing
        given = self.igniter.parser.parse_args(split(line))
        with _said_plainly():
            return self._do("help" if given.help else given.command, given.arguments)

    def _do(self, name: str, words: Sequence[str]) -> object:
        __tracebackhide__ = True
        return find(name, COMMANDS, "command").run(Line(name, words, self._shell))

    @property
    def _shell(self) -> InteractiveShell:
        assert self.shell is not None, "load() gives a shell"
        return self.shell

    @context_matcher(identifier="igniter_nb.complete")  # type: ignore[untyped-decorator]  # the same
    def complete(self, context: CompletionContext) -> SimpleMatcherResult:
        """Return what may follow on a line of ``%igniter``."""
        return complete(context, COMMANDS, self._shell)


@contextmanager
def _said_plainly() -> Iterator[None]:
    """Say what is the caller's to mend without a traceback, which would show only our own code.

    A failure of a node's own function goes through as it is: its traceback leads to the line.
    """
    try:
        yield
    except _PLAIN as error:
        raise UsageError(str(error)) from error


def load(shell: InteractiveShell) -> None:
    """Add ``%igniter`` and its completion to a shell; doing it again changes nothing."""
    if IgniterMagics.__name__ in shell.magics_manager.registry:
        return
    magics = IgniterMagics(shell)
    shell.register_magics(magics)
    shell.Completer.custom_matchers.append(magics.complete)


def unload(shell: InteractiveShell) -> None:
    """Take ``%igniter`` and its completion out of a shell; doing it again changes nothing."""
    magics = shell.magics_manager.registry.pop(IgniterMagics.__name__, None)
    if magics is None:
        return
    shell.magics_manager.magics["line"].pop("igniter", None)
    shell.Completer.custom_matchers.remove(magics.complete)
