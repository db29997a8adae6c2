"""Draws a laid-out graph as PNG, for chats and papers that take no SVG. Needs Pillow."""

from __future__ import annotations

from io import BytesIO
from itertools import pairwise
from textwrap import wrap

from PIL import Image, ImageDraw, ImageFont

from flows.graph import Graph, Kind, Node
from flows.graph_layout import HEIGHT, WIDTH, Drawn, Layout, Point, laid_out
from flows.graph_svg import FADED, FILLS, INK, LINE, ROUND, label_place, lines_of

SCALE = 2
SMOOTH = 16


def png(graph: Graph) -> bytes:
    """Return the graph as a PNG picture."""
    return _Canvas(laid_out(graph)).draw(graph)


class _Canvas:
    def __init__(self, layout: Layout) -> None:
        self.layout = layout
        self.image = Image.new("RGB", (int(layout.width * SCALE), int(layout.height * SCALE)), "#ffffff")
        self.pen = ImageDraw.Draw(self.image)
        self.name_font = ImageFont.load_default(12 * SCALE)
        self.text_font = ImageFont.load_default(11 * SCALE)
        self.label_font = ImageFont.load_default(10 * SCALE)

    def draw(self, graph: Graph) -> bytes:
        for way in self.layout.ways:
            self._way(way)
        for node in graph.nodes:
            self._box(node)
        for way in self.layout.ways:
            self._label(way)
        out = BytesIO()
        self.image.save(out, "PNG", optimize=True)
        return out.getvalue()

    def _way(self, way: Drawn) -> None:
        points = way.points if way.back else _smoothed(way.points)
        scaled = [(x * SCALE, y * SCALE) for x, y in points]
        self.pen.line(scaled, fill=LINE, width=2 * SCALE if way.back else SCALE + 1, joint="curve")
        x, y = scaled[-1]
        size = 4 * SCALE
        tip = [(x, y), (x + size * 2, y - size), (x + size * 2, y + size)] if way.back else None
        self.pen.polygon(tip or [(x, y), (x - size, y - 2 * size), (x + size, y - 2 * size)], fill=LINE)

    def _box(self, node: Node) -> None:
        x, y = self.layout.boxes[node.name]
        corners = (x * SCALE, y * SCALE, (x + WIDTH) * SCALE, (y + HEIGHT) * SCALE)
        width = 3 * SCALE if node.kind in (Kind.CALL, Kind.HUMAN) else SCALE
        radius = ROUND.get(node.kind, 4) * SCALE
        self.pen.rounded_rectangle(corners, radius, fill=FILLS[node.kind], outline=INK, width=width)
        middle = (x + WIDTH / 2) * SCALE
        self.pen.text((middle, (y + 12) * SCALE), node.name, INK, self.name_font, anchor="mm")
        for number, line in enumerate(lines_of(node.text)):
            self.pen.text((middle, (y + 29 + number * 14) * SCALE), line, FADED, self.text_font, anchor="mm")

    def _label(self, way: Drawn) -> None:
        x, y = label_place(way)
        lines = wrap(way.when, 26)[:3]
        for number, line in enumerate(lines):
            at = (x * SCALE, (y + number * 12 - (len(lines) - 1) * 8 - 3) * SCALE)
            self.pen.text(at, line, INK, self.label_font, anchor="mm", stroke_width=2 * SCALE, stroke_fill="#ffffff")


def _smoothed(points: tuple[Point, ...]) -> list[Point]:
    """Return the curve that the SVG draws, as short straight pieces."""
    found = [points[0]]
    for (x, y), (to_x, to_y) in pairwise(points):
        half = (y + to_y) / 2
        for number in range(1, SMOOTH + 1):
            t = number / SMOOTH
            u = 1 - t
            found.append(
                (
                    u**3 * x + 3 * u * u * t * x + 3 * u * t * t * to_x + t**3 * to_x,
                    u**3 * y + 3 * u * u * t * half + 3 * u * t * t * half + t**3 * to_y,
                )
            )
    return found
