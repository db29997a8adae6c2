"""A flow as a graph of its steps, and the graph as Mermaid text for documents."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from flows.model import HUMAN_HANDOFF, AnswerKind, Flow, Step

LONGEST = 70


class Kind(StrEnum):
    """What a step is in the picture."""

    ASK = "ask"
    SAY = "say"
    CALL = "call"
    HUMAN = "human"
    GATE = "gate"
    END = "end"


class Node(NamedTuple):
    """A step: its name, what it is, and its words."""

    name: str
    kind: Kind
    text: str


class Edge(NamedTuple):
    """A way from one step to another, and when it is taken (nothing: always)."""

    start: str
    end: str
    when: str = ""


class Graph(NamedTuple):
    """All steps of a flow in the order written, and all ways between them."""

    title: str
    start: str
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]


def graph_of(flow: Flow) -> Graph:
    """Return the graph of a flow; several ways between the same two steps are joined."""
    nodes = tuple(Node(name, _kind(step), _text(step)) for name, step in flow.steps.items())
    joined: dict[tuple[str, str], list[str]] = {}
    for name, step in flow.steps.items():
        for edge in _ways(name, step):
            whens = joined.setdefault((edge.start, edge.end), [])
            if edge.when not in whens:
                whens.append(edge.when)
    edges = tuple(Edge(start, end, " / ".join(filter(None, whens))) for (start, end), whens in joined.items())
    return Graph(flow.title, flow.start, nodes, edges)


def mermaid(graph: Graph) -> str:
    """Return the graph as a Mermaid flowchart."""
    lines = ["flowchart TD"]
    for node in graph.nodes:
        before, after = _BRACKETS[node.kind]
        label = _escaped(f"{node.name}: {node.text}" if node.text else node.name)
        lines.append(f'  {_id(node.name)}{before}"{label}"{after}')
    for edge in graph.edges:
        when = f'|"{_escaped(edge.when)}"|' if edge.when else ""
        lines.append(f"  {_id(edge.start)} -->{when} {_id(edge.end)}")
    return "\n".join(lines) + "\n"


_BRACKETS = {
    Kind.ASK: ("[", "]"),
    Kind.SAY: ("(", ")"),
    Kind.CALL: ("[[", "]]"),
    Kind.HUMAN: ("[[", "]]"),
    Kind.GATE: ("{", "}"),
    Kind.END: ("([", "])"),
}


def _kind(step: Step) -> Kind:
    if step.ask is not None:
        return Kind.ASK
    if step.call is not None:
        return Kind.HUMAN if step.call.flow == HUMAN_HANDOFF else Kind.CALL
    if step.end:
        return Kind.END
    return Kind.SAY if step.say else Kind.GATE


def _text(step: Step) -> str:
    said = step.ask.source if step.ask else (step.say[0].source if step.say else "")
    if step.call is not None:
        said = "a person is asked" if step.call.flow == HUMAN_HANDOFF else step.call.flow
    return said if len(said) <= LONGEST else said[: LONGEST - 1].rsplit(" ", 1)[0] + " …"


def _ways(name: str, step: Step) -> list[Edge]:
    """Return the ways of a step with the answers or conditions that take them."""
    labels = {choice.value: choice.label for choice in step.answer.choices} if step.answer else {}
    if step.answer is not None and step.answer.kind is AnswerKind.YES_NO:
        labels = {"yes": "Yes", "no": "No"}
    edges = [Edge(name, go, labels.get(value, value)) for value, go in step.choose.items()]
    several = len(step.branches) > 1 or bool(step.choose)
    for branch in step.branches:
        edges.append(Edge(name, branch.go, branch.when.source if branch.when else ("else" if several else "")))
    waited = f"at {step.wait.until}" if step.wait.until else "no answer"
    named = [(step.skip_to, "skip"), (step.retry.then, "not understood"), (step.wait.then, waited)]
    edges += [Edge(name, go, when) for go, when in named if go in step.ways and step.answer is not None]
    return edges


def _id(name: str) -> str:
    # "end" is a word of Mermaid's own.
    return f"s_{name}"


def _escaped(text: str) -> str:
    return text.replace('"', "#quot;").replace("\n", " ")
