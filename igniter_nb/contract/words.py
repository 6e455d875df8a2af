"""Words of a class body: ``ig.input``, ``ig.compute``, ``ig.output`` and the others.

A word makes a :class:`Declaration`; the name comes from the attribute it is assigned to, or from
the decorated function. ``expose``, ``export`` and ``scope`` are statements: they act on the body
they stand in. Everything else is said by the methods of the builder, which have the same names.
"""

from __future__ import annotations

import functools
import sys
from contextlib import contextmanager
from itertools import islice
from types import FunctionType
from typing import TYPE_CHECKING, Any, NamedTuple

from igniter_nb.capabilities import capabilities_of, checked_names
from igniter_nb.contract.builder import DraftBuilder, here
from igniter_nb.contract.decorators import doubled, needless
from igniter_nb.contract.defaults import CALLABLES, brought, defaults_of
from igniter_nb.graph import MISSING, CompiledGraph, Node, Output
from igniter_nb.text import abbreviate

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from igniter_nb.errors import Location


_NAMED = frozenset({"depends_on", "gates", "inputs", "over", "source"})
"""Options that take names of nodes; the others take values."""

_NAMED_FIRST = frozenset({"guard", "project"})
"""Words whose first argument is the name of a node."""

_WORKING = frozenset({"compute", "lookup", "map", "guard", "output"})
"""Words whose first argument is a function that is given values of nodes."""

_LOOKED_AT = 1_000
"""Items of a value among which a node is looked for."""


class Declaration:
    """A node that has no name yet.

    Args:
        word: name of the builder's method that will declare it.
        args: its positional arguments behind the name.
        options: its keyword arguments.
        location: where the word stands.

    Attributes:
        name: the name, once the body is done.
        function: the decorated function, which stays callable on the class.
        used: whether it has become part of another declaration.
    """

    def __init__(
        self, word: str, args: tuple[Any, ...], options: dict[str, Any], *, location: Location
    ) -> None:
        self.word = word
        self.args = args
        self.options = options
        self.location = location
        self.name: str | None = None
        self.function: FunctionType | None = None
        self.used = False

    def __repr__(self) -> str:
        """Write word and name."""
        return f"<ig.{self.word} {self.name or '(no name yet)'}>"

    def declare(self, builder: DraftBuilder) -> None:
        """Declare the node; declarations among the arguments are replaced by their names."""
        self._check_decorators()
        if self.word in _WORKING and self.args and not isinstance(self.args[0], str):
            args = (self._work(builder, self.args[0]), *self.args[1:])
        else:
            first = self.word in _NAMED_FIRST
            args = tuple(_name_of(value) if first else self._value(value) for value in self.args)
        options = {
            key: _name_of(value) if key in _NAMED else self._value(value, f"{key}=")
            for key, value in self.options.items()
        }
        if written := capabilities_of(self):  # by @ig.requires above the word
            own = checked_names(options.get("capabilities", ()), where="capabilities=")
            options["capabilities"] = (*own, *written)
        getattr(builder, self.word)(self.name, *args, at=self.location, **options)

    def _check_decorators(self) -> None:
        """Refuse what another decorator below has made of the function.

        Raises:
            TypeError: it is a node already, or a property, or a method.
        """
        below: Any = self.args[0] if self.args else self.options.get("source")
        if _is_decorated(below):
            raise TypeError(doubled(self.word, below.word, below.function.__name__))
        callable_below = type(below) is staticmethod and self.word != "const"
        if not callable_below and (advice := needless(below, self.word)):
            raise TypeError(advice)

    def _work(self, builder: DraftBuilder, function: Any) -> Any:
        """Return the function of a node; nodes among its defaults are left to the compiler."""
        if type(function) is FunctionType and not any(brought(function)):
            return function
        if is_declaration(function):
            return _name_of(function) if self.word in _NAMED_FIRST else self._value(function)
        if isinstance(function, functools.partial):
            self._value([function.args, function.keywords])
        if self.name is not None and (held := _held_defaults(function)):
            builder.draft.held[self.name] = held
            return function
        return self._value(function)

    def _value(self, value: Any, where: str = "") -> Any:
        """Return an argument that is a value; a node has none before it has run.

        Raises:
            TypeError: it is a node, or holds one.
        """
        node = _node_in(value)
        if node is None:
            return value
        told = f"the node {node.name!r}" if node.name else "a node without a name"
        msg = (
            f"{where or f'ig.{self.word}'} expects what is known beforehand, got {told}: what"
            " depends on nodes is a function with them as parameters"
        )
        if self.word == "guard" and node.name:
            subject = _name_of(self.args[0])
            example = f"def {self.name}({subject}, {node.name}): return {subject} == {node.name}"
            msg += f", as in @ig.guard {example}"
        raise TypeError(msg)

    def refuse(self, builder: DraftBuilder, hidden: str, by: Any = None) -> None:
        """Report that it was assigned to no name.

        Args:
            builder: who is told.
            hidden: name of the attribute that hides it, empty if there is none.
            by: that attribute.
        """
        with builder.noting(hidden, self.location):
            msg = f"ig.{self.word}(…) declares nothing: assign it to a name"
            if hidden:
                msg = needless(by, self.word) or (
                    f"the decorator above @ig.{self.word} made something else of the node"
                    f" {hidden!r}: put @ig.{self.word} above all other decorators"
                )
            raise TypeError(msg)

    def __call__(self, *_: Any, **__: Any) -> Any:
        """Refuse: a node is no function; it can be called so that decorators do take it.

        Raises:
            TypeError: always.
        """
        msg = (
            f"{self!r} is a node, not a function: nodes read one another through parameters, and"
            f" @ig.{self.word} stands above all other decorators"
        )
        raise TypeError(msg)


def is_declaration(value: object) -> bool:
    """Tell whether a value is a declaration, without asking it."""
    return issubclass(type(value), Declaration)


def _is_decorated(value: object) -> bool:
    """Tell whether a value is what a word has made of the function below it."""
    return is_declaration(value) and value.name is None and value.function is not None  # type: ignore[attr-defined]


def _node_in(value: Any) -> Declaration | None:
    """Return a declaration that a value is or holds, among its first items."""
    pending, looked_at = [value], 0
    while pending and looked_at < _LOOKED_AT:
        each = pending.pop()
        looked_at += 1
        if issubclass(type(each), Declaration):
            return each  # type: ignore[no-any-return]  # checked above
        if type(each) in (list, tuple, set, frozenset):
            pending += islice(each, _LOOKED_AT)
        elif type(each) is dict:
            pending += [part for pair in islice(each.items(), _LOOKED_AT) for part in pair]
        elif type(each) in CALLABLES:
            pending += brought(each)
    return None


def _held_defaults(function: Any) -> dict[str, str]:
    """Return the parameters whose default is a node or holds one, with the name of that node."""
    nodes = {name: _node_in(value) for name, value in defaults_of(function).items()}
    return {name: node.name or "" for name, node in nodes.items() if node is not None}


def _name_of(value: Any) -> Any:
    """Replace declarations by their names, inside lists and mappings too."""
    if is_declaration(value):
        if value.name is None:
            msg = f"{value!r} at {value.location} is used before it has a name: assign it first"
            raise TypeError(msg)
        return value.name
    if type(value) in (list, tuple):
        return type(value)(_name_of(item) for item in value)
    if type(value) is dict:
        return {key: _name_of(item) for key, item in value.items()}
    return value


class Statement(NamedTuple):
    """Something that a body says.

    Attributes:
        name: the node it declares, None for ``expose`` and ``export``.
        act: says it to a builder.
    """

    name: str | None
    act: Callable[[DraftBuilder], object]


class Body(dict[str, Any]):
    """The namespace of a contract's class body: remembers what is declared, in order.

    Attributes:
        declared: name to declaration; the last of two equal names.
        statements: everything the body says.
        made: the declarations made in the body, whether or not they got a name.
        scope: scope that surrounds the current line.
        location: where the class is declared.
    """

    def __init__(self, location: Location) -> None:
        super().__init__()
        self.declared: dict[str, Declaration] = {}
        self.statements: list[Statement] = []
        self.made: list[Declaration] = []
        self.scope = ""
        self.location = location

    @classmethod
    def of(cls, namespace: Mapping[str, Any], location: Location) -> Body:
        """Return a body that says what a plain namespace holds."""
        body = cls(location)
        for name, value in namespace.items():
            body[name] = value
        return body

    def said(self) -> tuple[Statement, ...]:
        """Return all statements; a declaration without a name says that it has none."""
        lost = [made for made in self.made if made.name is None and not made.used]
        return (*self.statements, *(self._refusing(made) for made in lost))

    def _refusing(self, made: Declaration) -> Statement:
        """Return the statement that a declaration is lost; of a decorator it is known to which."""
        name = made.function.__name__ if made.function else ""
        hidden = name if name in self and self[name] is not made.function else ""
        return Statement(None, functools.partial(made.refuse, hidden=hidden, by=self.get(hidden)))

    def __setitem__(self, name: str, value: Any) -> None:
        """Note a declaration with its name and scope; leave everything else alone."""
        if is_declaration(value):
            if value.name is None:
                value.name = name
            self.declared[name] = value
            self.statements.append(_declaring(name, value, self.scope))
        super().__setitem__(name, value)


def said_again(graph: CompiledGraph) -> tuple[Statement, ...]:
    """Return the statements that declare what a graph holds."""
    declared = [node for node in graph.nodes if not node.implied]
    shown = [graph.nodes[position] for position in graph.outputs.values()]
    return (
        *(Statement(node.name, functools.partial(_take, node=node)) for node in declared),
        *(
            Statement(None, functools.partial(_expose, node=node))
            for node in shown
            if not isinstance(node, Output)
        ),
    )


def _take(builder: DraftBuilder, node: Node) -> None:
    builder.take(node)


def _expose(builder: DraftBuilder, node: Node) -> None:
    builder.expose(node.name, at=node.location)


def _declaring(name: str, value: Declaration, scope: str) -> Statement:
    def act(builder: DraftBuilder) -> None:
        with builder.scope(scope), builder.noting(name, value.location):
            if value.name == name:
                value.declare(builder)
            else:
                builder.output(name, source=value.name, at=value.location)

    return Statement(name, act)


class Undecorated(Declaration):
    """A declaration whose function is still to come: ``@ig.compute(depends_on=…)``."""

    def __call__(self, function: Any) -> Declaration:
        """Decorate the function."""
        self.used = True
        made = _working(Declaration(self.word, (function,), self.options, location=self.location))
        return _noted(made, 2)

    def declare(self, builder: DraftBuilder) -> None:  # noqa: ARG002 -- the signature it overrides
        """Refuse: nothing was decorated.

        Raises:
            TypeError: always.
        """
        msg = f"ig.{self.word}(…) has no function: decorate one with it, or pass one to it first"
        raise TypeError(msg)


def _word(word: str, function: Any, options: dict[str, Any]) -> Any:
    """Return a declaration, or a decorator that makes one when the function is still to come."""
    if function is None:
        return _noted(Undecorated(word, (), options, location=here(3)), 3)
    return _noted(_working(Declaration(word, (function,), options, location=here(3))), 3)


def _working(made: Declaration) -> Declaration:
    """Keep a function that was written in the body, for the class."""
    (function,) = made.args
    if _is_decorated(function):
        function.used = True  # one problem is enough
    if type(function) is FunctionType and function.__name__ != "<lambda>":
        made.function = function
    return made


def _noted(made: Declaration, depth: int) -> Declaration:
    """Tell the body around the word, so that it can say what got no name."""
    namespace = sys._getframe(depth).f_locals  # noqa: SLF001 -- the body is where the word stands
    if isinstance(namespace, Body):
        namespace.made.append(made)
    return made


def input(  # noqa: A001, PLR0913 -- the word of the design, its options
    type: Any = MISSING,  # noqa: A002
    *,
    default: Any = MISSING,
    required: bool | None = None,
    strict: bool = True,
    borrow: bool = False,
    doc: str = "",
    **unknown: Any,
) -> Any:
    """Declare an input: ``rate = ig.input(float, default=0.2)`` or ``rate: float = ig.input()``.

    Args:
        type: any annotation that pydantic understands, or any class; by default the annotation.
        default: value used when none is given; a function without parameters is called for each
            execution.
        required: whether leaving it out is an error; by default it is if there is no default.
        strict: whether validation refuses to convert.
        borrow: whether a value that can be changed in place is kept without a copy.
        doc: what it means.
        unknown: refused with all that is wrong when the body is done.

    Examples:
        >>> class Price(ig.Contract):
        ...     amount = ig.input(float)
        ...     rate = ig.input(float, default=0.2)
        ...
        ...     @ig.output
        ...     def total(amount, rate):
        ...         return amount * (1 + rate)
        >>> Price(amount=100.0).inputs
        mappingproxy({'amount': 100.0, 'rate': 0.2})
    """
    options = {"default": default, "required": required, "strict": strict}
    options |= {"borrow": borrow, "doc": doc, **unknown}
    args = () if type is MISSING else (type,)
    return _noted(Declaration("input", args, options, location=here(2)), 2)


def const(value: Any = MISSING, **options: Any) -> Any:
    """Declare a constant: ``rate = ig.const(0.2)``, or decorate a function without parameters.

    Such a function is called once per execution. Options: ``capabilities``, ``pure``, ``borrow``,
    ``doc``.

    Examples:
        >>> class Price(ig.Contract):
        ...     amount = ig.input(float)
        ...     rate = ig.const(0.2)
        ...     total = ig.output(lambda amount, rate: amount * (1 + rate))
        >>> Price(amount=100.0).result.total
        120.0
    """
    if value is MISSING:
        return _word("const", None, options)
    return _noted(_working(Declaration("const", (value,), options, location=here(2))), 2)


def compute(function: Any = None, /, **options: Any) -> Any:
    """Declare a computed value; its parameters name its dependencies.

    Used as ``@ig.compute``, ``@ig.compute(…)`` or ``name = ig.compute(function, …)``.

    Of its arguments the function gets copies where they can be changed in place, so that nobody
    else sees what it does to them. Shared by all readers as they are, since a copy would be another
    one, are objects of classes of your own (dataclasses, named tuples and models, which stand for
    what they hold, are copied), functions with what their closures hold, ``functools.partial``
    objects, and what looks into a value of a library, such as a ``GroupBy`` of pandas: change none
    of them, and return the values they are made of where others are to change those.

    Args:
        function: function, lambda, partial, method, callable object, executor, coroutine function.
        options: ``depends_on``, ``capabilities``, ``pure``, ``borrow``, ``equal``, ``doc``; see
            :meth:`DraftBuilder.compute`.

    Examples:
        >>> class Price(ig.Contract):
        ...     amount = ig.input(float)
        ...
        ...     @ig.compute
        ...     def tax(amount):
        ...         return amount / 5
        ...
        ...     @ig.output
        ...     def total(amount, tax):
        ...         return amount + tax
        >>> Price(amount=100.0).result.total
        120.0
    """
    return _word("compute", function, options)


def lookup(function: Any = None, /, **options: Any) -> Any:
    """Declare a value that is looked up: :func:`compute` with its own kind in pictures.

    Examples:
        >>> class Price(ig.Contract):
        ...     country = ig.input(str)
        ...
        ...     @ig.lookup
        ...     def rate(country):
        ...         return {"UA": 0.2, "PL": 0.25}[country]
        ...
        ...     ig.expose("rate")
        >>> Price(country="PL").result.rate
        0.25
    """
    return _word("lookup", function, options)


def map(function: Any = None, /, **options: Any) -> Any:  # noqa: A001 -- the word of the design
    """Declare one node's value turned into another: :func:`compute` of the one node ``over``.

    Examples:
        >>> class Price(ig.Contract):
        ...     country = ig.input(str)
        ...
        ...     @ig.map(over="country")
        ...     def code(value):
        ...         return value.upper()
        ...
        ...     ig.expose("code")
        >>> Price(country="ua").result.code
        'UA'
    """
    return _word("map", function, options)


def project(source: Any, **options: Any) -> Any:
    """Declare a part of another node's value: ``key="status"`` or ``path=["a", 0]``.

    Options: ``key`` or ``path``, ``default``, ``doc``. Items and fields only, nothing is called.

    Examples:
        >>> class Order(ig.Contract):
        ...     answer = ig.input(dict)
        ...     status = ig.project("answer", key="status")
        ...     city = ig.project("answer", path=["address", "city"], default="nowhere")
        ...     ig.expose("status", "city")
        >>> Order(answer={"status": "paid"}).result.to_dict()
        {'status': 'paid', 'city': 'nowhere'}
    """
    return _noted(Declaration("project", (source,), options, location=here(2)), 2)


def guard(what: Any = None, /, **options: Any) -> Any:
    """Declare a condition that gates the nodes that depend on it.

    Used as ``ok = ig.guard("country", equals="UA", message=…)`` or as ``@ig.guard(message=…)``.

    Args:
        what: name of a node to match, or the decorated function.
        options: one of ``equals``, ``one_of``, ``matches``, ``between``; ``message``; ``gates``
            (names, or ``"all"``); see :meth:`DraftBuilder.guard`.

    Examples:
        >>> class Order(ig.Contract):
        ...     amount = ig.input(float)
        ...
        ...     @ig.guard(message="an order has an amount")
        ...     def ordered(amount):
        ...         return amount > 0
        ...
        ...     @ig.output
        ...     def total(amount, ordered):
        ...         return amount
        >>> Order(amount=10.0).result.total
        10.0
    """
    return _word("guard", what, options)


def compose(contract: Any, **options: Any) -> Any:
    """Declare a nested contract: ``ig.compose(Price, inputs={nested input: our node})``.

    Options: ``inputs``, ``doc``.

    Examples:
        >>> class Price(ig.Contract):
        ...     amount = ig.input(float)
        ...     rate = ig.input(float, default=0.2)
        ...
        ...     @ig.output
        ...     def total(amount, rate):
        ...         return amount * (1 + rate)
        >>> class Order(ig.Contract):
        ...     amount = ig.input(float)
        ...     price = ig.compose(Price, inputs=["amount"])
        ...     total = ig.output("price.total")
        >>> Order(amount=100.0).result.total
        120.0
    """
    return _noted(Declaration("compose", (contract,), options, location=here(2)), 2)


def output(what: Any = None, /, **options: Any) -> Any:
    """Declare an output.

    Used as ``@ig.output`` (a computed value that is an output), ``total = ig.output("node")``
    (another name for a node), ``price = ig.output("child.price")`` (of a nested contract) or
    ``x = ig.output(Executor, depends_on=…)``.

    Examples:
        >>> class Price(ig.Contract):
        ...     amount = ig.input(float)
        ...     rate = ig.input(float, default=0.2)
        ...
        ...     @ig.output
        ...     def total(amount, rate):
        ...         return amount * (1 + rate)
        >>> Price(amount=100.0).result.total
        120.0
    """
    if isinstance(what, str) or is_declaration(what):
        options = {"source": what, **options}
        if _is_decorated(what):
            what.used = True  # one problem is enough
        return _noted(Declaration("output", (), options, location=here(2)), 2)
    return _word("output", what, options)


def _body(word: str) -> Body:
    namespace = sys._getframe(2).f_locals  # noqa: SLF001 -- a statement acts on the body around it
    if isinstance(namespace, Body):
        return namespace
    msg = f"ig.{word}(…) is a statement for the body of a class derived from ig.Contract"
    raise TypeError(msg)


def expose(*names: Any) -> None:
    """Declare that nodes are outputs under their own names; a statement of the body.

    Examples:
        >>> class Price(ig.Contract):
        ...     amount = ig.input(float)
        ...     tax = ig.compute(lambda amount: amount / 5)
        ...     ig.expose("amount", "tax")
        >>> Price(amount=100.0).result.to_dict()
        {'amount': 100.0, 'tax': 20.0}
    """
    body, location = _body("expose"), here(2)
    exposed = [_name_of(name) for name in names]
    body.statements.append(Statement(None, lambda b: b.expose(*exposed, at=location)))


def export(*names: str, source: Any) -> None:
    """Declare outputs of a nested contract as our own; a statement of the body.

    Examples:
        >>> class Price(ig.Contract):
        ...     amount = ig.input(float)
        ...     rate = ig.input(float, default=0.2)
        ...
        ...     @ig.output
        ...     def total(amount, rate):
        ...         return amount * (1 + rate)
        >>> class Order(ig.Contract):
        ...     amount = ig.input(float)
        ...     price = ig.compose(Price, inputs=["amount"])
        ...     ig.export("total", source="price")
        >>> Order(amount=100.0).result.total
        120.0
    """
    body, location = _body("export"), here(2)
    child = _name_of(source)
    if not all(isinstance(name, str) for name in names):
        msg = f"ig.export expects names of nested outputs, got {abbreviate(names)}"
        raise TypeError(msg)
    body.statements.append(Statement(None, lambda b: b.export(*names, source=child, at=location)))


def scope(name: str) -> Any:
    """Put the nodes declared in the block on paths behind a name: ``with ig.scope("pricing"):``.

    Examples:
        >>> class Price(ig.Contract):
        ...     amount = ig.input(float)
        ...     with ig.scope("tax"):
        ...         vat = ig.compute(lambda amount: amount / 5)
        ...     total = ig.output(lambda amount, vat: amount + vat)
        >>> Price.compiled_graph.node("vat").path
        'tax.vat'
    """
    return _scoped(_body("scope"), name)


@contextmanager
def _scoped(body: Body, name: Any) -> Iterator[None]:
    if not isinstance(name, str):
        msg = f"ig.scope expects a name, got {abbreviate(name)}"
        raise TypeError(msg)
    outer = body.scope
    body.scope = f"{outer}.{name}" if outer else name
    try:
        yield
    finally:
        body.scope = outer
