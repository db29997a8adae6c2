"""Bad input of every file kind ends in a clear error, in bounded time and memory."""

from __future__ import annotations

import time
import tracemalloc
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.checks import check
from flows.errors import FlowError
from flows.library import SHIPPED, load_library
from flows.loader import load_flow
from flows.transcripts import read_transcripts
from flows.translation import load_translation
from tests.flows.making import source_of

LAUGHS = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{name}: &{name} [{', '.join([f'*{before}'] * 9)}]\n" for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)
FLOOD = "steps: {" + ", ".join(f"s{number}: {{}}" for number in range(20_000)) + "}"
BAD = {
    "a bomb of aliases": (LAUGHS, "an anchor"),
    "nesting of fifty thousand lists": ("[" * 50_000, "nesting over 32"),
    "nesting of fifty thousand keys": ("{a: " * 50_000, "nesting over 32"),
    "nesting by indentation": ("".join(" " * number + "a:\n" for number in range(900)), "nesting over 32"),
    "a flood of values": (FLOOD, "more than 10000 values"),
    "a key twice": ("flow: a\nflow: b\n", "the key 'flow' stands twice"),
    "a document twice": ("flow: a\n---\nflow: b\n", "a second document"),
    "a tag": ("flow: !!python/object:os.system x\n", "a tag"),
    "a list where keys belong": ("- a\n- b\n", "should hold keys"),
    "a word where keys belong": ("hello", "should hold keys"),
    "nothing": ("", "the file is empty"),
    "a quote that never closes": ('flow: "a', "not YAML"),
}


@pytest.mark.parametrize("name", BAD)
@pytest.mark.parametrize("read", [load_flow, load_translation], ids=["flow", "translation"])
def test_bad_input_is_refused_with_its_place_and_remedy_in_bounded_time_and_memory(name, read):
    text, what = BAD[name]
    tracemalloc.start()
    begun = time.process_time()
    with pytest.raises(FlowError) as refused:
        read(text.encode(), "bad.yaml")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert what in refused.value.what
    assert (refused.value.line, refused.value.column) >= (1, 1)
    assert refused.value.remedy
    assert peak < 200_000_000
    assert time.process_time() - begun < 60


def test_a_hundred_megabytes_are_refused_without_being_read(tmp_path):
    for name in ("huge.yaml", "huge.test.yaml"):
        with (tmp_path / name).open("wb") as file:
            file.truncate(100_000_000)
    tracemalloc.start()
    findings = check([tmp_path])
    with pytest.raises(FlowError, match="over a megabyte"):
        read_transcripts(tmp_path / "huge.test.yaml")
    assert tracemalloc.get_traced_memory()[1] < 10_000_000
    tracemalloc.stop()
    assert [finding.what for finding in findings] == ["the file is over a megabyte"]


def test_flows_that_call_each_other_for_ever_load_and_are_found_by_the_checks(tmp_path):
    for name, other in (("one", "two"), ("two", "one")):
        steps = f"first: {{say: You can stop., call: {other}, next: last}}\nlast: {{end: done}}"
        (tmp_path / f"{name}.yaml").write_bytes(source_of(steps, name=name))
        (tmp_path / f"{name}.test.yaml").touch()
    assert load_library([tmp_path]).names() == {"one", "two"}
    assert all("again and again" in finding.what for finding in check([tmp_path]))


@settings(max_examples=150, deadline=None)
@given(st.text(alphabet="abflowtestsxguage:{}[]-,?!&*|>'\"#%@~\n\t 019", max_size=200))
def test_garbage_in_tests_and_translations_is_refused_and_nothing_else(tmp_path_factory, text):
    file = tmp_path_factory.mktemp("garbage") / "x.test.yaml"
    file.write_text(text)
    with pytest.raises(FlowError):
        load_translation(text.encode(), "x.yaml")
    with pytest.raises(FlowError):
        read_transcripts(file)


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_a_questionnaire_with_one_line_spoilt_loads_or_is_refused(data):
    lines = (SHIPPED / "gad7.yaml").read_text(encoding="utf-8").splitlines()
    number = data.draw(st.integers(0, len(lines) - 1))
    lines[number] = data.draw(
        st.sampled_from(["", "x", "  - {up_to: 3}", '  "9": x', lines[number] * 2, lines[number][:-2]])
    )
    with suppress(FlowError):
        assert load_flow("\n".join(lines).encode(), "gad7.yaml").name
