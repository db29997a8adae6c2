"""Crisis lines: only what we are sure of, written short, and equal to the table they were made from."""

import csv
import re
from pathlib import Path

import pytest

from flows.crisis_lines import load_crisis_lines
from flows.errors import FlowError

LINES = load_crisis_lines()
# The research table lies beside the working copy, not in it; a checkout alone has nothing to compare with.
TABLE = Path(__file__).parents[3] / "shared" / "data" / "crisis_lines.tsv"


def rows_we_are_sure_of() -> dict[str, tuple[str, ...]]:
    with TABLE.open(encoding="utf-8") as table:
        rows = [row for row in csv.DictReader(table, delimiter="\t") if row["conf"] == "H"]
    fields = ("country", "emergency", "name", "dial", "hours", "text_chat")
    return {row["cc"]: tuple(row[field] for field in fields) for row in rows}


def as_rows() -> dict[str, tuple[str, ...]]:
    fields = ("country", "emergency", "name", "dial", "hours", "text_chat")
    return {code: tuple(getattr(line, field) for field in fields) for code, line in LINES.countries.items()}


def test_the_file_equals_the_sure_rows_of_the_table():
    assert len(as_rows()) == 39
    assert not TABLE.exists() or as_rows() == rows_we_are_sure_of()


def test_nobody_has_verified_a_line_yet():
    assert {line.verified_on for line in LINES.countries.values()} == {""}


def test_every_line_names_its_sources():
    assert all(line.sources and all(line.sources) for line in LINES.countries.values())


def test_the_emergency_number_stands_first_and_the_directory_last():
    for code, line in LINES.countries.items():
        written = LINES.numbers(code, "en").splitlines()
        assert 3 <= len(written) <= 5
        assert written[0] == f"Emergency: {line.emergency}"
        assert line.dial in written[1]
        assert "findahelpline.com" in written[-1]
        assert max(map(len, written)) <= 140


def test_what_the_table_is_unsure_of_is_not_written():
    for code in LINES.countries:
        assert not re.search(r"check|memory", LINES.numbers(code, "en"))


@pytest.mark.parametrize("country", ["", "XX", "TR", "nowhere"])
def test_an_unknown_country_is_never_guessed(country):
    assert LINES.numbers(country, "en") == (
        "Emergency: the emergency number of your country\nMore lines, in every country: findahelpline.com"
    )


def test_the_frame_is_in_the_language_of_the_person():
    assert LINES.numbers("de", "de").startswith("Notruf: ")
    assert LINES.numbers("ES", "es").startswith("Emergencias: ")


def test_a_file_of_another_form_is_refused(tmp_path):
    path = tmp_path / "lines.yaml"
    path.write_text("directory: x\ncountries: {DE: {name: y}}\n")
    with pytest.raises(FlowError, match="give every country the keys"):
        load_crisis_lines(path)
