"""What the YAML reader takes and what it refuses, each refusal with its place."""

import pytest

from flows.errors import FlowError
from flows.yaml_tree import MAX_BYTES, Mark, read_tree


def bare(text: str) -> object:
    return read_tree(text.encode(), "a.yaml").bare()


def test_a_plain_yes_and_a_time_stay_text():
    assert bare("a: yes\nb: 12:30\nc: no\nd: 0x10\ne: 1e3") == {
        "a": "yes",
        "b": "12:30",
        "c": "no",
        "d": "0x10",
        "e": "1e3",
    }


def test_core_scalars_are_resolved_and_quoted_ones_are_not():
    assert bare('a: 1\nb: -2.5\nc: true\nd: null\ne: ~\nf: "1"\ng:') == {
        "a": 1,
        "b": -2.5,
        "c": True,
        "d": None,
        "e": None,
        "f": "1",
        "g": None,
    }


def test_every_value_knows_its_place():
    tree = read_tree(b"a:\n  b: [x, y]\n", "a.yaml")
    assert tree.at("a", "b") == Mark(2, 3)
    assert tree.at("a", "b", 1) == Mark(2, 10)


def test_a_path_that_is_not_there_gives_the_nearest_place_above():
    tree = read_tree(b"a:\n  b: 1\n", "a.yaml")
    assert tree.at("a", "nothing", 3) == Mark(1, 1)


@pytest.mark.parametrize(
    ("text", "place", "what"),
    [
        ("a: 1\na: 2\n", (2, 1), "stands twice"),
        ("a: &x 1\n", (1, 4), "an anchor"),
        ("a: *x\n", (1, 4), "an alias"),
        ("a: !!str 1\n", (1, 4), "a tag"),
        ("a: 1\n---\nb: 2\n", (2, 1), "a second document"),
        ("{a: b}: 1\n", (1, 1), "a key that is not plain text"),
        ("[a]: 1\n", (1, 1), "a key that is not plain text"),
        ("a: 'open\n", (2, 1), "not YAML"),
        ("a:\n\t- b\n", (2, 1), "not YAML"),
        ("", (1, 1), "the file is empty"),
        ("# only a remark\n", (1, 1), "the file is empty"),
        ("a: " + "[" * 40 + "]" * 40, (1, 35), "nesting over 32"),
    ],
)
def test_what_a_reviewed_file_never_needs_is_refused_with_its_place(text, place, what):
    with pytest.raises(FlowError) as refused:
        bare(text)
    assert what in str(refused.value)
    assert (refused.value.line, refused.value.column) == place
    assert refused.value.remedy


@pytest.mark.parametrize("opening", ["[", "{a: ", "- ", "? ", "a: ["])
def test_nesting_fifty_thousand_deep_is_refused_at_once(opening):
    with pytest.raises(FlowError):
        bare(opening * 50_000)


def test_a_file_over_a_megabyte_is_refused_before_it_is_parsed():
    with pytest.raises(FlowError, match="over a megabyte; keep it under"):
        read_tree(b"[" * (MAX_BYTES + 1), "a.yaml")


def test_a_flood_of_values_is_refused():
    with pytest.raises(FlowError, match="more than 10000 values"):
        bare("- a\n" * 60_000)


def test_bytes_that_are_no_text_are_refused():
    with pytest.raises(FlowError, match="not UTF-8"):
        read_tree(b"a: \xff\xfe", "a.yaml")
    with pytest.raises(FlowError, match="not YAML"):
        bare("a: \x00")


def test_the_error_never_quotes_the_file():
    with pytest.raises(FlowError) as refused:
        bare("secret canary: 'canary")
    assert "canary" not in str(refused.value)
