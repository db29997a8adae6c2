"""The library: what can be started, which versions stay pinned, and the folder that keeps parsed files."""

import msgspec
import pytest

from flows.errors import FlowError
from flows.kept import Keeper
from flows.library import SHIPPED, load_library
from flows.loader import load_flow
from flows.model import Flow
from tests.flows.making import source_of

STEPS = "first: {say: Hello., end: done}"


def write(folder, steps=STEPS, name="small"):
    path = folder / f"{name}.yaml"
    path.write_bytes(source_of(steps, name=name))
    return path


def test_the_first_flows_are_shipped():
    assert load_library().names() >= {"consent", "check_in", "thought_record", "grounding", "breathing", "sos"}


def test_an_unknown_name_is_a_key_error_and_an_unknown_version_is_none(tmp_path):
    library = load_library([write(tmp_path)])
    assert library.latest("small").title == "Small"
    assert library.pinned("small", "0" * 16) is None
    with pytest.raises(KeyError):
        library.latest("large")


def test_tests_beside_flows_are_no_flows(tmp_path):
    write(tmp_path)
    (tmp_path / "small.test.yaml").write_text("flow: small\n")
    assert load_library([tmp_path]).names() == {"small"}


def test_a_second_flow_of_the_same_name_is_refused(tmp_path):
    write(tmp_path)
    (tmp_path / "other.yaml").write_bytes(source_of(STEPS))
    with pytest.raises(FlowError, match="a second flow named 'small'"):
        load_library([tmp_path])


def test_a_file_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(FlowError, match="No such file"):
        load_library([tmp_path / "none.yaml"])


def test_a_kept_flow_equals_a_parsed_one(tmp_path):
    parsed = load_library([SHIPPED])
    load_library([SHIPPED], cache=tmp_path)
    kept = load_library([SHIPPED], cache=tmp_path)
    for name in parsed.names():
        assert kept.latest(name) == parsed.latest(name)
    assert kept.phrases("de") == parsed.phrases("de")


def test_a_kept_flow_is_not_parsed_again(tmp_path):
    path = write(tmp_path)
    keeper = Keeper(tmp_path / "kept")
    flow = keeper.make(path, Flow, load_flow)

    def parse_again(source, file):
        raise AssertionError(file)

    assert keeper.make(path, Flow, parse_again) == flow


def test_an_earlier_version_stays_pinned_after_a_restart(tmp_path):
    path, cache = write(tmp_path), tmp_path / "kept"
    first = load_library([path], cache=cache).latest("small")
    write(tmp_path, STEPS.replace("Hello", "Good day"))
    library = load_library([path], cache=cache)
    assert library.latest("small").hash != first.hash
    assert library.pinned("small", first.hash) == first


def test_a_torn_or_foreign_file_in_the_folder_is_made_anew(tmp_path):
    path, cache = write(tmp_path), tmp_path / "kept"
    flow = load_library([path], cache=cache).latest("small")
    for kept in cache.glob("flow-*.msgpack"):
        kept.write_bytes(kept.read_bytes()[:-5])
    (cache / "flow-0000.msgpack").write_bytes(b"\x93")
    assert load_library([path], cache=cache).latest("small") == flow


def test_what_other_code_made_is_made_again_from_its_source(tmp_path):
    path, cache = write(tmp_path), tmp_path / "kept"
    first = load_library([path], cache=cache).latest("small")
    (kept,) = cache.glob("flow-*.msgpack")
    record = msgspec.msgpack.decode(kept.read_bytes())
    kept.write_bytes(msgspec.msgpack.encode(record | {"code": "other", "made": {"shape": "other"}}))
    write(tmp_path, STEPS.replace("Hello", "Good day"))
    assert load_library([path], cache=cache).pinned("small", first.hash) == first


def test_a_folder_that_cannot_be_written_only_costs_time(tmp_path):
    file = tmp_path / "a file, not a folder"
    file.write_text("")
    assert load_library([write(tmp_path)], cache=file).names() == {"small"}


def test_phrases_fall_back_to_english():
    library = load_library()
    assert library.phrases("de-AT").labels.yes == "Ja"
    assert library.phrases("xx").labels.yes == "Yes"
