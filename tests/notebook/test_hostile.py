"""Values that break whoever looks at them: every display is still drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

import igniter_nb as ig
from igniter_nb.notebook.page.render import render

if TYPE_CHECKING:
    from collections.abc import Callable


class Exits:
    """Exits whenever it is looked at."""

    def _exit(self, *_: object) -> Any:
        raise SystemExit

    __repr__ = __str__ = __len__ = _exit
    shape = property(_exit)


class Mask(type):
    """Hides all that a class is asked for."""

    def __getattribute__(cls, name: str) -> Any:
        raise AttributeError(name)


class Masked(metaclass=Mask):
    """Has a class without a name."""

    def __repr__(self) -> str:
        raise ValueError


class Pretends:
    """Says that it is a text, and is none."""

    @property
    def __class__(self) -> Any:
        return str


class Refuses:
    """Does not say what it is."""

    @property
    def __class__(self) -> Any:
        raise SystemExit


class NoText:
    """Writes itself as a number."""

    def __repr__(self) -> Any:
        return 7


class ExitsError(Exception):
    """An error that exits when it is written."""

    def __str__(self) -> str:
        raise SystemExit


HOSTILE: list[Callable[[], object]] = [Exits, Masked, lambda: Masked, Pretends, Refuses, NoText]
DECLARED: list[Callable[[], object]] = [Exits, Masked, Pretends, NoText]
"""Those that can be declared: what is called or asked for its kind then is none of them."""


def contract(declared: object = 0) -> type[ig.Contract]:
    """Return a contract with a value wherever one can be."""
    builder = ig.ContractBuilder("Shown").input("given").input("usual", default=declared)
    builder.const("held", declared).guard("known", "given", one_of=[declared])
    builder.compute("passed", lambda given: given).expose("passed", "held", "usual")
    builder.output("fails", fails, depends_on=["given"]).output(
        "stopped", lambda: 1, depends_on="known"
    )
    return builder.build()


def fails(given: object) -> None:
    """Fail with an error that cannot be written."""
    raise ExitsError(given)


def looked_at(made: Any, again: object) -> list[str]:
    """Return everything that can be seen of an execution."""
    kind = type(made)
    report = made.resolve_incrementally()
    later = made.resolve_incrementally(given=[again])
    shown = [made, made.result, report, later, made.plan(), kind, kind.compiled_graph]
    texts = [form for each in shown for form in render(each).values()]
    texts += [written for each in shown for written in (str(each), repr(each))]
    texts += [kind.compiled_graph.to_text(), kind.compiled_graph.to_mermaid()]
    texts += [str(error) for error in made.result.errors.values()]
    return texts


@pytest.mark.parametrize("make", HOSTILE)
def test_every_display_is_drawn(make: Callable[[], object]) -> None:
    """A value that exits, hides its class or lies about it breaks no picture, table or text."""
    hostile = make()

    texts = looked_at(contract()(given=hostile), hostile)

    assert all(type(text) is str for text in texts)


@pytest.mark.parametrize("make", DECLARED)
def test_every_declaration_is_drawn(make: Callable[[], object]) -> None:
    """The same holds where it is a constant, a default, or what a guard compares with."""
    hostile = make()

    texts = looked_at(contract(hostile)(given=hostile), hostile)

    assert all(type(text) is str for text in texts)


@pytest.mark.parametrize("make", [Exits, Masked, NoText])
def test_every_refusal_is_written(make: Callable[[], object]) -> None:
    """Where such a value is given instead of what was expected, the error says so."""
    hostile: Any = make()
    builder = ig.ContractBuilder("Wrong").input("number", int).expose("number")

    wrong: list[Callable[[], object]] = [
        lambda: builder.build()(number=hostile),
        lambda: builder.build()(hostile),
        lambda: builder.compute("x", len, depends_on=[hostile]),
        lambda: builder.compose("x", hostile),
        lambda: builder.project("x", hostile, key="a"),
        lambda: builder.project("x", "number", path=[hostile]),
        lambda: builder.guard("x", "number", between=hostile),
        lambda: builder.guard("x", "number", matches=hostile),
        lambda: builder.compute("x", lambda: 1, capabilities=[hostile]),
        lambda: ig.set_policy(hostile),
        lambda: ig.Policy(on_unknown=hostile),
    ]

    for refuse in wrong:
        with pytest.raises((TypeError, ValueError, ig.InputError)) as caught:
            refuse()
        assert str(caught.value)
