"""Draws a laid-out graph as SVG, for web pages and documents."""

from __future__ import annotations

from html import escape
from itertools import pairwise
from textwrap import wrap

from flows.graph import Graph, Kind, Node
from flows.graph_layout import HEIGHT, WIDTH, Drawn, Layout, Point, laid_out

# Kinds differ in shape and border too, so that nothing rests on colour alone.
FILLS = {
    Kind.ASK: "#ffffff",
    Kind.SAY: "#eef3f8",
    Kind.CALL: "#fdf3dc",
    Kind.HUMAN: "#fbe3e0",
    Kind.GATE: "#f2f2f2",
    Kind.END: "#e3f1e3",
}
LINE, INK, FADED = "#5b6b7a", "#1d2733", "#46586a"
LETTERS, MOST_LINES = 32, 3
ROUND = {Kind.SAY: 14, Kind.END: 34}


def svg(graph: Graph) -> str:
    """Return the graph as an SVG picture with a title for screen readers."""
    layout = laid_out(graph)
    size = (
        f'width="{layout.width:.0f}" height="{layout.height:.0f}" viewBox="0 0 {layout.width:.0f} {layout.height:.0f}"'
    )
    head = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} font-family="Helvetica, Arial, sans-serif" role="img">',
        f"<title>{escape(graph.title)}</title>",
        '<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">'
        f'<path d="M0 0 L8 4 L0 8 z" fill="{LINE}"/></marker></defs>',
        f'<rect width="{layout.width:.0f}" height="{layout.height:.0f}" fill="#ffffff"/>',
    ]
    lines = [_way(way) for way in layout.ways]
    boxes = [_box(node, layout) for node in graph.nodes]
    labels = [_label(way) for way in layout.ways if way.when]
    return "\n".join([*head, *lines, *boxes, *labels, "</svg>"]) + "\n"


def _way(way: Drawn) -> str:
    dashes = ' stroke-dasharray="5 4"' if way.back else ""
    path = _straight(way.points) if way.back else _curved(way.points)
    return f'<path d="{path}" fill="none" stroke="{LINE}" stroke-width="1.4"{dashes} marker-end="url(#tip)"/>'


def _straight(points: tuple[Point, ...]) -> str:
    return "M" + " L".join(f"{x:.0f},{y:.0f}" for x, y in points)


def _curved(points: tuple[Point, ...]) -> str:
    """Return a path that leaves and arrives upright; between a row's threads it is straight anyway."""
    parts = [f"M{points[0][0]:.0f},{points[0][1]:.0f}"]
    for (x, y), (to_x, to_y) in pairwise(points):
        half = (y + to_y) / 2
        parts.append(f"C{x:.0f},{half:.0f} {to_x:.0f},{half:.0f} {to_x:.0f},{to_y:.0f}")
    return " ".join(parts)


def _box(node: Node, layout: Layout) -> str:
    x, y = layout.boxes[node.name]
    border = ' stroke-dasharray="3 3"' if node.kind is Kind.GATE else ""
    width = 2.6 if node.kind in (Kind.CALL, Kind.HUMAN) else 1.2
    parts = [
        f'<rect x="{x:.0f}" y="{y:.0f}" width="{WIDTH}" height="{HEIGHT}" rx="{ROUND.get(node.kind, 4)}" '
        f'fill="{FILLS[node.kind]}" stroke="{INK}" stroke-width="{width}"{border}/>',
        f'<text x="{x + WIDTH / 2:.0f}" y="{y + 16:.0f}" text-anchor="middle" font-size="12" font-weight="bold" '
        f'fill="{INK}">{escape(node.name)}</text>',
    ]
    for number, line in enumerate(lines_of(node.text)):
        parts.append(
            f'<text x="{x + WIDTH / 2:.0f}" y="{y + 32 + number * 14:.0f}" text-anchor="middle" font-size="11" '
            f'fill="{FADED}">{escape(line)}</text>'
        )
    return "".join(parts)


def lines_of(text: str) -> list[str]:
    """Return the words of a step in as many lines as a box holds."""
    lines = wrap(text, LETTERS)
    return lines if len(lines) <= MOST_LINES else [*lines[: MOST_LINES - 1], lines[MOST_LINES - 1] + " …"]


def label_place(way: Drawn) -> Point:
    """Return where the answer of a way is written: where the ways of its step have just parted."""
    if way.back:
        (x, y), (to_x, _) = way.points[0], way.points[1]
        return ((x + to_x) / 2, y - 4)
    (x, y), (to_x, to_y) = way.points[0], way.points[1]
    return (x + (to_x - x) * 0.75, y + (to_y - y) * 0.72)


def _label(way: Drawn) -> str:
    x, y = label_place(way)
    lines = wrap(way.when, 26)[:3]
    parts = []
    for number, line in enumerate(lines):
        parts.append(
            f'<text x="{x:.0f}" y="{y + number * 12 - (len(lines) - 1) * 8:.0f}" text-anchor="middle" font-size="10" '
            f'fill="{INK}" stroke="#ffffff" stroke-width="3" paint-order="stroke">{escape(line)}</text>'
        )
    return "".join(parts)
