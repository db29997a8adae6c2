"""The prepared form of the shipped files is current, and a start without it still works."""

from __future__ import annotations

import gzip

import msgspec

from flows import shipped
from flows.kept import Keeper, code_of_this_room
from flows.library import SHIPPED, flow_files, load_library, translation_files
from flows.loader import load_flow
from flows.model import Flow


def test_the_prepared_form_is_current():
    """When this fails: python -m flows.shipped"""
    keeper = Keeper(None, shipped.prepared())

    def parse_again(source, file):
        raise AssertionError(f"{file} is not prepared; run: python -m flows.shipped")

    for file in flow_files([SHIPPED]):
        assert keeper.make(file, Flow, parse_again) == load_flow(file.read_bytes(), str(file))
    assert len(shipped.prepared()) == len(flow_files([SHIPPED])) + len(translation_files([SHIPPED])) + 1


def test_a_missing_torn_or_foreign_prepared_form_only_costs_time(tmp_path, monkeypatch):
    whole = shipped.COMPILED.read_bytes()
    foreign = {"flow-0.msgpack": {"code": "other", "file": "x", "source": b"", "made": None}}
    spoilt = [None, whole[:-100], b"", gzip.compress(msgspec.msgpack.encode(foreign))]
    for number, content in enumerate(spoilt):
        file = tmp_path / str(number)
        if content is not None:
            file.write_bytes(content)
        monkeypatch.setattr(shipped, "COMPILED", file)
        shipped.prepared.cache_clear()
        assert shipped.prepared() == {}
    assert load_library([SHIPPED / "grounding.yaml"]).names() == {"grounding"}
    shipped.prepared.cache_clear()


def test_the_code_that_parses_is_known_by_its_hash():
    assert all(kept.code == code_of_this_room() for kept in shipped.prepared().values())


def test_writing_it_anew_gives_the_same_bytes(tmp_path, monkeypatch):
    current = shipped.COMPILED.read_bytes()
    monkeypatch.setattr(shipped, "COMPILED", tmp_path / "compiled.msgpack.gz")
    assert shipped.write() == len(flow_files([SHIPPED])) + len(translation_files([SHIPPED])) + 1
    assert shipped.COMPILED.read_bytes() == current
    shipped.prepared.cache_clear()
