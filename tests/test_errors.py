"""The tree of errors: what each says, carries, and keeps on its way through processes."""

from __future__ import annotations

import copy
import pickle
import re
import traceback

import pytest

import igniter_nb as ig
from igniter_nb import errors
from igniter_nb.errors import Location, Problem

PROBLEM = Problem(
    rule="unknown-dependency",
    message="there is no node 'rte'",
    node="total",
    path="pricing.total",
    place="price.py:7",
    expected="the name of a node",
    came="'rte'",
    known=("rate", "country"),
    hint="did you mean 'rate'?",
)
CONTEXT = {"graph": "Price", "node": "total", "path": "pricing.total", "execution": "Price#1"}

ERRORS = [
    ig.IgniterError("it broke", CONTEXT),
    ig.CompileError("contract Price has 1 problem", CONTEXT, [PROBLEM]),
    ig.CycleError("contract Price has 1 problem", CONTEXT, [PROBLEM]),
    ig.InputError("Price was given wrong inputs", CONTEXT, [PROBLEM]),
    ig.ResolutionError("node 'total' failed", CONTEXT),
    ig.GuardError("only UA", CONTEXT),
    ig.MapError("row 3 failed", CONTEXT, (3, "c", "vat")),
    ig.CapabilityViolationError("denied", CONTEXT, ["network", "cache"]),
    ig.ConsensusError("the cluster is stopped", CONTEXT),
    ig.NoLeaderError("nobody leads", CONTEXT),
    ig.QuorumLostError("too few run", CONTEXT),
    ig.OutcomeUnknownError("sent, and not confirmed", CONTEXT),
    ig.UnsupportedError("kill: its nodes are not ours", CONTEXT),
    ig.CommandError("refused", CONTEXT),
    ig.LogCorruptedError("damaged", CONTEXT),
]
each_error = pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)


def test_one_root_catches_everything():
    """Everything that the library raises on purpose is an IgniterError, as the tree is drawn."""
    assert all(isinstance(error, ig.IgniterError) for error in ERRORS)
    assert issubclass(ig.CycleError, ig.CompileError)
    assert issubclass(ig.GuardError, ig.ResolutionError)
    assert not issubclass(ig.CapabilityViolationError, ig.ResolutionError)


def test_the_tree_in_the_docstring_is_the_tree():
    """The drawing at the top of errors.py has every class under its parent."""
    drawn, above = {}, {}
    for branch, name in re.findall(
        r"^    ([│├└─ ]*)([A-Z]\w+)", errors.__doc__ or "", re.MULTILINE
    ):
        depth = len(branch) // 4
        above[depth] = name
        drawn[name] = above.get(depth - 1, "Exception")

    assert drawn == {
        type(error).__name__: next(
            cls.__name__ for cls in type(error).__mro__[1:] if not cls.__name__.startswith("_")
        )
        for error in ERRORS
    }


def test_text_ends_with_the_known_context():
    """The text is the message followed by what is known, in a fixed order."""
    error = ig.IgniterError("it broke", {"execution": "Price#1", "graph": "Price", "node": ""})

    assert str(error) == "it broke [graph=Price, execution=Price#1]"


def test_text_without_context_is_the_message():
    """Nothing is appended where nothing is known."""
    assert str(ig.IgniterError("it broke")) == "it broke"


def test_context_is_read_only():
    """The context cannot be changed by whoever catches the error."""
    given = {"graph": "Price"}
    error = ig.IgniterError("it broke", given)

    given["graph"] = "Other"

    assert error.context == {"graph": "Price"}
    with pytest.raises(TypeError):
        error.context["graph"] = "Other"


@each_error
def test_errors_travel_between_processes(error):
    """A pickled error comes back with class, text, context and what its class adds."""
    for back in (pickle.loads(pickle.dumps(error)), copy.copy(error)):  # noqa: S301 -- our own bytes
        assert type(back) is type(error)
        assert str(back) == str(error)
        assert back.context == error.context
        assert back.extra() == error.extra()


@each_error
def test_the_same_error_from_the_contract_outside(error):
    """Seen from outside, an error keeps class and findings, and its path starts with the nest."""
    outer = error.inside("Order", "price", "checkout.price")

    assert type(outer) is type(error)
    assert outer.extra() == error.extra()
    assert outer.context["graph"] == "Order"
    assert outer.context["node"] == "price"
    assert outer.context["path"] == "checkout.price.pricing.total"
    assert outer.context["execution"] == "Price#1"
    assert outer.__cause__ is error.__cause__


def test_an_error_of_no_node_has_the_path_of_the_nest():
    """A nested error that names no node is found at the node that nests."""
    outer = ig.InputError("wrong inputs", {"graph": "Price"}).inside("Order", "price", "price")

    assert outer.context["path"] == "price"


def test_a_class_takes_back_only_what_it_knows():
    """Reviving an error with parts that its class does not have is a programming error."""
    with pytest.raises(AssertionError):
        ig.IgniterError.revived("it broke", {}, ("more",))


def test_findings_are_numbered():
    """An error with problems writes all of them, numbered, under its message."""
    error = ig.CompileError("contract Price has 2 problems", {}, [PROBLEM, PROBLEM])

    lines = str(error).splitlines()

    assert lines[0] == "contract Price has 2 problems"
    assert lines[1] == "  1. pricing.total (price.py:7): there is no node 'rte'"
    assert lines[6] == "  2. pricing.total (price.py:7): there is no node 'rte'"


def test_a_problem_says_everything_that_is_known():
    """A problem says where, what is wrong, expected, came and known, and what to do."""
    assert str(PROBLEM).splitlines() == [
        "pricing.total (price.py:7): there is no node 'rte'",
        "    expected: the name of a node",
        "    came: 'rte'",
        "    known: rate, country",
        "    do: did you mean 'rate'?",
    ]


def test_a_problem_is_silent_about_what_is_unknown():
    """A problem without a node is about the contract, and empty parts leave no empty lines."""
    assert str(Problem("no-output", "contract Price has no output")) == (
        "contract: contract Price has no output"
    )
    assert str(Problem("rule", "is wrong", node="total")) == "total: is wrong"


def test_a_problem_lists_twenty_known_names():
    """Of many known names twenty are listed and the rest is counted."""
    text = str(Problem("rule", "is wrong", known=tuple(f"n{number}" for number in range(23))))

    assert text.endswith("n18, n19 and 3 more")


def test_a_location_reads_as_file_and_line():
    """A place is written in the form that editors and terminals make a link of."""
    assert str(Location("price.py", 7)) == "price.py:7"


def test_a_notebook_may_write_tracebacks(monkeypatch: pytest.MonkeyPatch):
    """IPython asks an error for its traceback: the plain one, until a notebook room writes it."""
    monkeypatch.setattr(errors._shown, "lines", traceback.format_exception)
    error = ig.IgniterError("it broke")
    assert error._render_traceback_() == ["igniter_nb.errors.IgniterError: it broke\n"]

    errors.write_tracebacks(lambda error: [f"short: {error}"])

    assert error._render_traceback_() == ["short: it broke"]


def test_warnings_have_classes_of_their_own():
    """Warnings can be filtered by what they are about."""
    assert issubclass(ig.ContractWarning, UserWarning)
    assert issubclass(ig.CapabilityWarning, UserWarning)
    assert not issubclass(ig.CapabilityWarning, ig.ContractWarning)
