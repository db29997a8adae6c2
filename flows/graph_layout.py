"""Places the steps of a graph in rows, so that ways run downwards and cross little; pure arithmetic."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import NamedTuple

from flows.graph import Graph

WIDTH, HEIGHT = 200, 70
ACROSS, DOWN, MARGIN = 28, 64, 30
THREAD = 16  # the room that a way needs when it passes a row
SWEEPS = 12

Point = tuple[float, float]


class Drawn(NamedTuple):
    """A way as the points that it passes, and the answer beside it."""

    points: tuple[Point, ...]
    when: str
    back: bool


class Layout(NamedTuple):
    """Where each step stands (its upper left corner), and how each way runs."""

    width: float
    height: float
    boxes: Mapping[str, Point]
    ways: tuple[Drawn, ...]


def laid_out(graph: Graph) -> Layout:
    """Return the places of a graph's steps and ways."""
    back = _back_edges(graph)
    depth = _depths(graph, back)
    rows, chains = _rows(graph, back, depth)
    order = _ordered(rows, chains)
    middles = _middles(order)
    boxes = {name: (middles[name] - WIDTH / 2, _top(depth[name])) for name in depth}
    width = max(x + WIDTH for x, _ in boxes.values()) + MARGIN
    width = max(width, *(middles[one] + MARGIN for row in order for one in row))
    ways, widest = _ways(graph, back, chains, boxes, middles, width)
    return Layout(widest + MARGIN, _top(max(depth.values())) + HEIGHT + MARGIN, boxes, ways)


def _top(row: int) -> float:
    return MARGIN + row * (HEIGHT + DOWN)


def _next(graph: Graph) -> dict[str, list[str]]:
    following: dict[str, list[str]] = {node.name: [] for node in graph.nodes}
    for edge in graph.edges:
        following[edge.start].append(edge.end)
    return following


def _back_edges(graph: Graph) -> set[tuple[str, str]]:
    """Return the ways that lead back to a step from which they come, found depth first."""
    following, back = _next(graph), set()
    state: dict[str, int] = {}
    for first in [graph.start, *following]:
        if first in state:
            continue
        state[first] = 1
        waiting = [(first, iter(following[first]))]
        while waiting:
            name, ahead = waiting[-1]
            way = next(ahead, None)
            if way is None:
                state[name] = 2
                waiting.pop()
            elif state.get(way) == 1:
                back.add((name, way))
            elif way not in state:
                state[way] = 1
                waiting.append((way, iter(following[way])))
    return back


def _depths(graph: Graph, back: set[tuple[str, str]]) -> dict[str, int]:
    """Return for each step the length of the longest way to it."""
    depth = {node.name: 0 for node in graph.nodes}
    for _ in graph.nodes:
        changed = False
        for edge in graph.edges:
            if (edge.start, edge.end) not in back and depth[edge.end] <= depth[edge.start]:
                depth[edge.end] = depth[edge.start] + 1
                changed = True
        if not changed:
            break
    return depth


def _rows(
    graph: Graph, back: set[tuple[str, str]], depth: Mapping[str, int]
) -> tuple[list[list[str]], dict[tuple[str, str], list[str]]]:
    """Return the rows, and each way as a chain of what it passes; a long way leaves a thread in every row between."""
    rows: list[list[str]] = [[] for _ in range(max(depth.values()) + 1)]
    for node in graph.nodes:
        rows[depth[node.name]].append(node.name)
    chains = {}
    for edge in graph.edges:
        if (edge.start, edge.end) in back:
            continue
        threads = [f"{edge.start}>{edge.end}>{row}" for row in range(depth[edge.start] + 1, depth[edge.end])]
        for row, thread in enumerate(threads, depth[edge.start] + 1):
            rows[row].append(thread)
        chains[edge.start, edge.end] = [edge.start, *threads, edge.end]
    return rows, chains


def _ordered(rows: list[list[str]], chains: Mapping[tuple[str, str], list[str]]) -> list[list[str]]:
    """Return the rows with each entry near the middle of its neighbours, above and below in turn."""
    above: dict[str, list[str]] = {}
    below: dict[str, list[str]] = {}
    for chain in chains.values():
        for upper, lower in pairwise(chain):
            below.setdefault(upper, []).append(lower)
            above.setdefault(lower, []).append(upper)
    rows = [list(row) for row in rows]
    for sweep in range(SWEEPS):
        neighbours, numbers = (above, range(1, len(rows))) if sweep % 2 == 0 else (below, range(len(rows) - 2, -1, -1))
        for number in numbers:
            other = rows[number - 1] if sweep % 2 == 0 else rows[number + 1]
            place = {name: (index + 0.5) / len(other) for index, name in enumerate(other)}
            own = {name: (index + 0.5) / len(rows[number]) for index, name in enumerate(rows[number])}
            rows[number].sort(key=lambda name: _mean([place[one] for one in neighbours.get(name, [])], own[name]))
    return rows


def _mean(values: list[float], default: float) -> float:
    return sum(values) / len(values) if values else default


def _is_thread(name: str) -> bool:
    return ">" in name


def _middles(rows: list[list[str]]) -> dict[str, float]:
    """Return where the middle of each entry stands; every row is centred on the widest."""
    spans = [sum(_span(name) for name in row) for row in rows]
    middles = {}
    for row, span in zip(rows, spans, strict=True):
        at = MARGIN + (max(spans) - span) / 2
        for name in row:
            middles[name] = at + _span(name) / 2
            at += _span(name)
    return middles


def _span(name: str) -> float:
    return (THREAD if _is_thread(name) else WIDTH) + ACROSS


def _ways(
    graph: Graph,
    back: set[tuple[str, str]],
    chains: Mapping[tuple[str, str], list[str]],
    boxes: Mapping[str, Point],
    middles: Mapping[str, float],
    width: float,
) -> tuple[tuple[Drawn, ...], float]:
    drawn, right = [], width
    for edge in graph.edges:
        if (edge.start, edge.end) in back:
            right += THREAD
            drawn.append(Drawn(_around(boxes[edge.start], boxes[edge.end], right), edge.when, back=True))
            continue
        chain = chains[edge.start, edge.end]
        points: list[Point] = [(middles[edge.start], boxes[edge.start][1] + HEIGHT)]
        for number, thread in enumerate(chain[1:-1], 1):
            top = boxes[edge.start][1] + number * (HEIGHT + DOWN)
            points += [(middles[thread], top), (middles[thread], top + HEIGHT)]
        points.append((middles[edge.end], boxes[edge.end][1]))
        drawn.append(Drawn(tuple(points), edge.when, back=False))
    return tuple(drawn), right


def _around(start: Point, end: Point, right: float) -> tuple[Point, ...]:
    """Return a way back to an earlier step, around the right side."""
    low, high = start[1] + HEIGHT / 2, end[1] + HEIGHT / 2
    return ((start[0] + WIDTH, low), (right, low), (right, high), (end[0] + WIDTH, high))
