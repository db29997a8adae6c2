"""Questionnaires: quoted exactly, scored, banded, and refused at their place when a part does not fit."""

import pytest

from flows.errors import FlowError
from flows.library import SHIPPED, load_library
from flows.loader import load_flow

PHQ9 = (SHIPPED / "phq9.yaml").read_text(encoding="utf-8")
STEM = "Over the last 2 weeks, how often have you been bothered by any of the following problems?"


def asked(name):
    flow = load_library().latest(name)
    return [step.ask.source for key, step in flow.steps.items() if key.startswith("item_")]


def test_the_phq9_is_quoted_exactly_with_its_stem_at_every_item():
    items = asked("phq9")
    assert len(items) == 9
    assert items[0] == "Little interest or pleasure in doing things"
    assert items[8] == f"{STEM}\n\nThoughts that you would be better off dead or of hurting yourself in some way"
    labels = [choice.label for choice in load_library().latest("phq9").steps["item_1"].answer.choices]
    assert labels == ["0 Not at all", "1 Several days", "2 More than half the days", "3 Nearly every day"]


def test_the_gad7_has_seven_items():
    assert len(asked("gad7")) == 7
    assert asked("gad7")[6].endswith("Feeling afraid as if something awful might happen")


@pytest.mark.parametrize("name", ["phq9", "gad7"])
def test_source_and_terms_stand_beside_them_and_a_rota_is_needed(name):
    flow = load_library().latest(name)
    assert "No permission required to reproduce, translate, display or distribute." in flow.licence
    assert flow.needs == ("consent.exercises", "rota.staffed")
    assert "source:" in (SHIPPED / f"{name}.yaml").read_text()


def test_item_nine_above_nothing_leads_to_sos():
    steps = load_library().latest("phq9").steps
    assert [branch.go for branch in steps["item_9"].branches] == ["alarm_9", "score"]
    assert steps["help_9"].call.flow == "sos"


def test_an_operators_own_scale_is_a_file_in_their_folder(tmp_path):
    own = PHQ9.replace("instrument: phq9", "instrument: own_scale")
    (tmp_path / "own_scale.yaml").write_text(own)
    flow = load_library([tmp_path]).latest("own_scale")
    assert flow.steps["score"].score.measure == "own_scale"


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ('"0": Not at all', '"1": Not at all', "the key '1' stands twice"),
        ('"3": Nearly every day', '"4": Nearly every day', "do not count 0, 1, 2"),
        ("{up_to: 27,", "{up_to: 26,", "the bands end at 26"),
        ("{up_to: 9,", "{up_to: 3,", "a band below the one before"),
        ("{up_to: 27,", "{up_to: 28,", "'up_to' should be a whole number"),
        ("alarm: {item: 9,", "alarm: {item: 10,", "'item' should be a whole number"),
        ("reliable_change: 6", "reliable_change: 0", "'reliable_change' should be a whole number"),
        ("terms:", "conditions:", "'conditions' is not a key of 'instrument'"),
        ("  steady: ", "  stable: ", "'stable' is not a key of 'words'"),
        ("  close: ", "  close: ''\n  #", "'close' should be text"),
    ],
)
def test_a_part_that_does_not_fit_is_refused_with_its_place(old, new, what):
    assert old in PHQ9
    with pytest.raises(FlowError) as refused:
        load_flow(PHQ9.replace(old, new, 1).encode(), "phq9.yaml")
    assert what in refused.value.what
    assert refused.value.line > 1
    assert refused.value.remedy
