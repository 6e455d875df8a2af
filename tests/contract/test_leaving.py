"""Errors that leave us: the person's frames, and none of ours."""

from __future__ import annotations

import asyncio
import traceback
from typing import TYPE_CHECKING, Any

import pytest

import igniter_nb as ig
from igniter_nb import errors
from igniter_nb.errors import drop_ours, others

if TYPE_CHECKING:
    from collections.abc import Callable


def fail(a):
    """Fail, as a person's function does."""
    return 1 / a


def interrupted(a):
    """Be interrupted."""
    raise KeyboardInterrupt(a)


def exits(a):
    """Leave the process."""
    raise SystemExit(a)


async def later(a):
    """Fail after waiting."""
    await asyncio.sleep(0)
    return 1 / a


def chained(a):
    """Fail because something else did."""
    try:
        return {}[a]
    except KeyError as error:
        msg = "not found"
        raise ValueError(msg) from error


class Inner(ig.Contract):
    a = ig.input(int)
    b = ig.output(fail)


def uses(a):
    """Use another contract inside of a step."""
    return Inner(a=a).result.b


def contract(function: Callable[..., Any], **options: Any) -> type[ig.Contract]:
    """Return a contract whose only step is a function."""
    builder = ig.ContractBuilder("Steps", **options).input("a", int)
    return builder.output("b", function).build()


class Nests(ig.Contract):
    a = ig.input(int)
    inner = ig.compose(Inner, inputs=["a"])
    b = ig.output("inner.b")


def assign(made: Any) -> None:
    """Give an input a wrong value."""
    made.a = "text"


WAYS: dict[str, Callable[[Any], object]] = {
    "attribute": lambda made: made.result.b,
    "item": lambda made: made.result["b"],
    "dict": lambda made: made.result.to_dict(),
    "mapping": lambda made: dict(made.result),
    "resolve": lambda made: made.resolve("b"),
    "resolve_all": lambda made: made.resolve_all(),
}


def frames(error: BaseException) -> list[str]:
    """Return the names of the files in everything that a traceback would show."""
    shown = traceback.TracebackException.from_exception(error)
    files: list[str] = []
    pending: list[traceback.TracebackException | None] = [shown]
    while pending:
        each = pending.pop()
        if each is not None:
            files += [frame.filename for frame in each.stack]
            pending += [each.__cause__, None if each.__suppress_context__ else each.__context__]
    return files


def raised(act: Callable[[], object]) -> BaseException:
    """Return what an act raises."""
    try:
        act()
    except BaseException as error:  # noqa: BLE001 -- interrupts are looked at as well
        return error
    pytest.fail("nothing was raised")


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("runner", ["inline", "threads"])
@pytest.mark.parametrize("function", [fail, interrupted, exits, later, chained, uses])
def test_a_failing_step_shows_no_frame_of_ours(function, runner, way):
    """What leaves a run shows who asked and the step that raised, and nothing between."""
    made = contract(function, runner=runner)(a=0)

    error = raised(lambda: WAYS[way](made))

    assert {*frames(error)} == {__file__}
    names = {frame.name for frame in walked(error)}
    assert ("fail" if function is uses else function.__name__) in names


def walked(error: BaseException | None) -> list[traceback.FrameSummary]:
    """Return the frames of an error and of its causes."""
    found: list[traceback.FrameSummary] = []
    while error is not None:
        found += traceback.extract_tb(error.__traceback__)
        error = error.__cause__
    return found


@pytest.mark.parametrize("way", WAYS)
def test_a_nested_failure_shows_no_frame_of_ours(way):
    """The same holds through a nested contract."""
    error = raised(lambda: WAYS[way](Nests(a=0)))

    assert {*frames(error)} == {__file__}


@pytest.mark.parametrize(
    "act",
    [
        Inner,
        lambda: Inner(a="text"),
        lambda: Inner(3),
        lambda: Inner.configured(runner="threads")(b=3),
        lambda: Inner(a=1).update_inputs(b=3),
        lambda: Inner(a=1).resolve_incrementally(b=3),
        lambda: assign(Inner(a=1)),
        lambda: Inner(a=1).resolve("c"),
        lambda: Inner(a=1).plan("c"),
        lambda: ig.ContractBuilder("Empty").build(),
        lambda: type(ig.Contract)("Empty", (ig.Contract,), {"a": ig.const(1)}),
        lambda: type(ig.Contract)("Wrong", (ig.Contract,), {"a": ig.const(1)}, runer="inline"),
        lambda: contract(interrupted)(a=1).resolve_incrementally(),
    ],
)
def test_a_refusal_shows_no_frame_of_ours(act):
    """What is refused shows the line that asked for it."""
    assert {*frames(raised(act))} == {__file__}


def test_the_same_error_twice():
    """A kept error that leaves again shows the line that asks this time."""
    made = contract(fail)(a=0)

    first, second = raised(lambda: made.result.b), raised(lambda: made.result["b"])

    assert {*frames(first)} == {*frames(second)} == {__file__}
    assert [each.name for each in walked(second)] == ["raised", "<lambda>", "fail"]


def test_our_own_mistakes_keep_their_frames(monkeypatch):
    """An error that we did not mean, raised by a line of ours, is not shortened."""
    made = Inner(a=1)
    monkeypatch.setattr(made.execution, "program", None)

    error = raised(lambda: made.update_inputs(a=2))

    assert isinstance(error, AttributeError)
    assert any("igniter_nb" in name for name in frames(error))


@pytest.mark.parametrize("shown", [True, False])
def test_a_notebook_keeps_them_for_its_debugger(monkeypatch, shown):
    """Where somebody asks how to show our errors, they keep their frames; an interrupt does not."""
    monkeypatch.setattr(errors._shown, "asked", lambda: shown)

    error = raised(lambda: Inner(a=0).result.b)
    interrupt = raised(lambda: contract(interrupted)(a=0).result.b)

    assert ({*frames(error)} == {__file__}) is not shown
    assert {*frames(interrupt)} == {__file__}


def test_what_was_caught_on_the_way_is_no_part_of_the_story():
    """An error that a line of ours raised and caught is not told as the context of another."""
    inner = KeyError()
    inner.__traceback__ = innermost(raised(lambda: Inner.compiled_graph.node("zzz")))
    theirs = ValueError()
    theirs.__context__ = inner

    drop_ours(theirs)

    assert theirs.__context__ is None


def innermost(error: BaseException) -> Any:
    """Return the traceback of the innermost frame alone."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return trace


def test_what_a_person_caught_stays():
    """The context of an error that is the person's own is kept."""
    error = raised(lambda: contract(chained)(a=1).result.b)

    assert isinstance(error.__cause__, ValueError)
    assert isinstance(error.__cause__.__cause__, KeyError)
    assert isinstance(error.__cause__.__context__, KeyError)


def test_nothing_to_leave_out():
    """A traceback without a frame of ours is the same one; of none there is none."""
    error = raised(lambda: fail(0))

    assert others(error.__traceback__) is error.__traceback__
    assert others(None) is None
    drop_ours(KeyError())


def test_a_run_that_is_awaited_shows_no_frame_of_ours():
    """``await x.aresolve_all()`` fails without frames of the engine."""

    async def main():
        await Inner(a=0).aresolve_all()

    with pytest.raises(ig.ResolutionError) as caught:
        asyncio.run(main())

    names = [frame.name for frame in traceback.extract_tb(caught.value.__traceback__)]
    assert not {"resolve_outputs", "raise_first", "_in_a_thread"} & set(names)
