"""Exports of a compiled graph: text, Mermaid, plain data, networkx."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, assert_never, get_args, get_origin

from igniter_nb.graph.nodes import (
    MISSING,
    Compose,
    Compute,
    Const,
    Graph,
    Guard,
    Input,
    Kind,
    Node,
    Output,
    Project,
)
from igniter_nb.text import abbreviate, class_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    import networkx as nx


def type_name(annotation: Any) -> str:
    """Write a type as a person would."""
    if annotation is Any:
        return "any"
    if isinstance(annotation, type):
        return class_name(annotation, qualified=True)
    if get_origin(annotation) is Annotated:
        kind, *notes = get_args(annotation)
        told = [rule for note in notes for rule in getattr(note, "metadata", None) or [note]]
        return ", ".join([type_name(kind), *(abbreviate(rule, 40) for rule in told)])
    text = annotation if isinstance(annotation, str) else abbreviate(annotation, 200)
    return text.replace("typing.", "")


def details(node: Node) -> dict[str, str]:
    """Return what there is to say about a node besides name, kind and arrows."""
    said = _specifics(node)
    if node.capabilities:
        said["capabilities"] = ", ".join(node.capabilities)
    return said


def _specifics(node: Node) -> dict[str, str]:
    match node:
        case Input():
            return {"type": type_name(node.type), **_default(node)}
        case Const():
            return {"call": node.call.label} if node.call else {"value": abbreviate(node.value)}
        case Guard():
            key = "condition" if node.condition else "call"
            said = {key: node.condition or node.call.label}
            return {**said, "message": node.message} if node.message else said
        case Compute():
            said = {"call": node.call.label}
            return {**said, "equal": node.equal.label} if node.equal else said
        case Project():
            return {"part": " / ".join(str(step) for step in node.steps)}
        case Compose():
            return {"contract": node.graph.name}
        case Output():
            return {"source": node.source if node.item is None else f"{node.source}.{node.item}"}
        case _:
            assert_never(node)


def _default(node: Input) -> dict[str, str]:
    if node.factory:
        return {"default": f"{node.factory.label}()"}
    if node.default is not MISSING:
        return {"default": abbreviate(node.default)}
    return {} if node.required else {"default": "None"}


def to_text(graph: Graph) -> str:
    """Write the graph as lines of text, one per node, then the outputs."""
    lines = [f"contract {_one_line(graph.name)}"]
    for position, node in enumerate(graph.nodes):
        names = [graph.nodes[source].name for source in graph.deps[position]]
        gated = [graph.nodes[source].name for source in graph.gates[position]]
        said = " ".join(f"{key}={value}" for key, value in details(node).items())
        parts = [f"{node.kind} {node.path}"]
        parts += [f"<- {', '.join(names)}"] if names else []
        parts += [f"if {', '.join(gated)}"] if gated else []
        parts += [f"[{said}]"] if said else []
        lines.append(f"  {_one_line(' '.join(parts))}")
    lines.append("outputs")
    for name, source in graph.outputs.items():
        lines.append(f"  {name} = {_one_line(graph.nodes[source].path)}")
    return "\n".join(lines)


def _one_line(text: str) -> str:
    return " ".join(text.split())


def arrows(graph: Graph) -> Iterator[tuple[int, int, str]]:
    """Yield every arrow as source id, target id and parameter; a gate has no parameter."""
    for position, sources in enumerate(graph.deps):
        for source, param in zip(sources, graph.params[position], strict=True):
            yield source, position, param
        for source in graph.gates[position]:
            yield source, position, ""


_MERMAID_SHAPES = {
    Kind.INPUT: ("([", "])"),
    Kind.CONST: ("([", "])"),
    Kind.COMPUTE: ("[", "]"),
    Kind.LOOKUP: ("[(", ")]"),
    Kind.MAP: ("[/", "/]"),
    Kind.PROJECT: ("[\\", "\\]"),
    Kind.GUARD: ("{{", "}}"),
    Kind.COMPOSE: ("[[", "]]"),
    Kind.OUTPUT: ("([", "])"),
}


def to_mermaid(graph: Graph) -> str:
    """Write the graph as a Mermaid flowchart; names are escaped."""
    lines = ["flowchart LR"]
    for position, node in enumerate(graph.nodes):
        left, right = _MERMAID_SHAPES[node.kind]
        lines.append(f'  n{position}{left}"{_mermaid_text(f"{node.kind}: {node.path}")}"{right}')
    for source, target, param in arrows(graph):
        lines.append(f"  n{source} {'-->' if param else '-.->'} n{target}")
    lines += [f"  style n{source} stroke-width:3px" for source in graph.outputs.values()]
    return "\n".join(lines)


def _mermaid_text(text: str) -> str:
    escaped = (f"#{ord(char)};" if char in '"#<>&;`\\{}[]|' else char for char in text)
    return "".join(char if char.isprintable() else " " for char in escaped)


def to_dict(graph: Graph) -> dict[str, Any]:
    """Return the graph as plain data that JSON can hold."""
    nodes = []
    for position, node in enumerate(graph.nodes):
        sources = zip(graph.params[position], graph.deps[position], strict=True)
        entry: dict[str, Any] = {
            "id": position,
            "name": node.name,
            "path": node.path,
            "kind": str(node.kind),
            "doc": node.doc,
            "location": str(node.location),
            "depends_on": {param: graph.nodes[source].name for param, source in sources},
            "gates": [graph.nodes[source].name for source in graph.gates[position]],
            "details": details(node),
        }
        if node.nested:
            (entry["graph"],) = [to_dict(held.graph) for held in node.nested]
        nodes.append(entry)
    outputs = {name: graph.nodes[source].name for name, source in graph.outputs.items()}
    return {"name": graph.name, "nodes": nodes, "outputs": outputs}


def to_networkx(graph: Graph) -> nx.DiGraph[str]:
    """Return the graph as a ``networkx.DiGraph``.

    Nodes carry ``id, kind, path, output``; edges carry ``params``, the parameters that the value is
    passed as, none for a guard that only gates.

    Raises:
        ModuleNotFoundError: networkx is not installed.
    """
    try:
        import networkx as nx  # noqa: PLC0415 -- asked for at the moment of use
    except ModuleNotFoundError as error:
        msg = "to_networkx needs networkx: pip install 'igniter_nb[networkx]'"
        raise ModuleNotFoundError(msg) from error
    result: nx.DiGraph[str] = nx.DiGraph(name=graph.name)
    shown = set(graph.outputs.values())
    for position, node in enumerate(graph.nodes):
        result.add_node(
            node.name, id=position, kind=str(node.kind), path=node.path, output=position in shown
        )
    for source, target, param in arrows(graph):
        ends = graph.nodes[source].name, graph.nodes[target].name
        known = result.get_edge_data(*ends, default={}).get("params", ())
        result.add_edge(*ends, params=(*known, param) if param else known)
    return result
