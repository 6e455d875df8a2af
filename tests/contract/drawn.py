"""Contracts drawn by chance: aliases, nesting, guards, failures; for what must hold of any."""

from __future__ import annotations

import warnings

from hypothesis import strategies as st

import igniter_nb as ig

ODD = ValueError("odd")


class Inner(ig.Contract):
    p = ig.input(int)

    @ig.compute(capabilities=["network"])
    def doubled(p):
        return p * 2

    @ig.output
    def checked(doubled):
        if doubled % 3 == 1:
            raise ODD
        return doubled

    again = ig.output("doubled")


def _sum(*values):
    return sum(values)


def _parity(*values):
    return sum(values) % 2


def _failing(*values):
    if sum(values) % 2:
        raise ODD
    return sum(values)


def _even(*values):
    return sum(values) % 2 == 0


WORK = {"sum": _sum, "parity": _parity, "failing": _failing}


@st.composite
def contracts(draw):
    """Draw a contract with the inputs ``a`` and ``b``."""
    builder = ig.ContractBuilder("Drawn")
    builder.input("a", int)
    builder.input("b", int, default=0)
    known, outputs = ["a", "b"], []
    for number in range(draw(st.integers(1, 7))):
        kind = draw(st.sampled_from([*WORK, "sum", "guard", "nested"]))
        name, reads = f"n{number}", draw(st.lists(st.sampled_from(known), min_size=1, max_size=2))
        reads = [*dict.fromkeys(reads)]
        if kind == "nested":
            builder.compose(name, Inner, inputs={"p": reads[0]})
            outputs.append(f"{name}.{draw(st.sampled_from(['checked', 'again']))}")
        elif kind == "guard":
            builder.guard(name, _even, depends_on=reads, message="no")
        else:
            denied = ["database"] if draw(st.booleans()) else []
            builder.compute(name, WORK[kind], depends_on=reads, capabilities=denied)
            known.append(name)
    for number, source in enumerate([*outputs, *known[2:]]):
        if draw(st.booleans()):
            builder.output(f"o{number}", source=source)
    builder.output("total", _sum, depends_on=[draw(st.sampled_from(known))])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ig.errors.ContractWarning)  # nothing reads some nodes
        return builder.build()
