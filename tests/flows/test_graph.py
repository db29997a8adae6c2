"""Graphs: every step and way is drawn once, boxes do not overlap, and each form is what it says."""

from __future__ import annotations

from io import BytesIO
from itertools import combinations
from pathlib import Path
from xml.etree import ElementTree

import pytest
from PIL import Image

from flows.graph import Edge, Kind, graph_of, mermaid
from flows.graph_layout import HEIGHT, WIDTH, laid_out
from flows.graph_png import png
from flows.graph_svg import svg
from flows.library import load_library
from tests.flows.making import flow_of

LIBRARY = load_library()
GUIDE = Path(__file__).parents[2] / "docs"
STEPS = """
first:
  ask: "How \\"are\\" you?"
  answer: {choice: {good: Good, bad: Bad}}
  skippable: last
  next: {good: last, bad: why}
why: {say: Then once more., next: first}
last: {end: done}
"""


def test_answers_skips_and_loops_are_ways():
    graph = graph_of(flow_of(STEPS))
    assert set(graph.edges) == {
        Edge("first", "last", "Good / skip"),
        Edge("first", "why", "Bad"),
        Edge("why", "first"),
    }
    assert [node.kind for node in graph.nodes] == [Kind.ASK, Kind.SAY, Kind.END]


def test_mermaid_names_every_step_and_escapes_quotes():
    text = mermaid(graph_of(flow_of(STEPS)))
    assert text.startswith("flowchart TD\n")
    assert 's_first["first: How #quot;are#quot; you?"]' in text
    assert 's_first -->|"Bad"| s_why' in text


@pytest.mark.parametrize("name", sorted(LIBRARY.names()))
def test_every_flow_of_the_library_can_be_drawn_without_boxes_on_each_other(name):
    graph = graph_of(LIBRARY.latest(name))
    layout = laid_out(graph)
    assert len(layout.ways) == len(graph.edges)
    for (_, (x, y)), (_, (to_x, to_y)) in combinations(layout.boxes.items(), 2):
        assert abs(x - to_x) >= WIDTH or abs(y - to_y) >= HEIGHT
    for way in layout.ways:
        assert all(0 <= x <= layout.width and 0 <= y <= layout.height for x, y in way.points)


def test_svg_is_well_formed_has_a_title_and_every_step():
    graph = graph_of(LIBRARY.latest("check_in"))
    root = ElementTree.fromstring(svg(graph))
    assert root.find("{http://www.w3.org/2000/svg}title").text == "Check-in"
    texts = {text.text for text in root.iter("{http://www.w3.org/2000/svg}text")}
    assert {node.name for node in graph.nodes} <= texts


@pytest.mark.parametrize("name", ["safety_check", "grounding", "worry_tree"])
def test_the_pictures_of_the_guide_are_current(name):
    """When this fails: handrail flows graph NAME --format svg --out docs/graphs/NAME.svg"""
    assert (GUIDE / "graphs" / f"{name}.svg").read_text() == svg(graph_of(LIBRARY.latest(name)))


def test_png_is_a_picture_of_the_same_size():
    graph = graph_of(LIBRARY.latest("grounding"))
    layout = laid_out(graph)
    with Image.open(BytesIO(png(graph))) as picture:
        assert picture.format == "PNG"
        assert picture.size == (int(layout.width * 2), int(layout.height * 2))
