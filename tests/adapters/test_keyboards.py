"""How choices lie on buttons, and where they go when there are too many."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot.model.talk import Prompt
from bot.prompts import IN_A_ROW, MOST_ROWS, laid_out, last_row, typed
from flows.library import SHIPPED, load_library
from flows.model import AnswerKind

PROMPT = Prompt("p" + "A" * 11)
MOVES = last_row(PROMPT, 90, ["Back", "Skip", "Stop"])


def labels_on(rows: tuple) -> list[list[str]]:
    return [[button.label for button in row] for row in rows]


def test_a_scale_from_1_to_5_is_one_row_with_words_at_both_ends():
    labels = ["1 very low", "2 low", "3 so-so", "4 good", "5 very good"]
    _, rows = laid_out("How are you?", PROMPT, labels, AnswerKind.SCALE, below=1)
    assert labels_on(rows) == [["1 very low", "2", "3", "4", "5 very good"]]


def test_a_scale_of_whole_sentences_is_one_below_the_other():
    labels = ["0 Not at all", "1 Several days", "2 More than half the days", "3 Nearly every day"]
    _, rows = laid_out("How often?", PROMPT, labels, AnswerKind.SCALE, below=1)
    assert labels_on(rows) == [[label] for label in labels]


def test_too_many_choices_become_a_numbered_list_that_can_be_typed():
    labels = [f"Choice {number}" for number in range(20)]
    text, rows = laid_out("Which?", PROMPT, labels)
    assert rows == ()
    assert text.endswith("19. Choice 18\n20. Choice 19")
    prompt = Prompt("p", tuple(f"v{number}" for number in range(20)), tuple(labels))
    assert typed(prompt, "20") == "v19"


def test_choices_too_long_for_their_buttons_are_written_out_above():
    labels = [f"{number} glasses of water, slowly, one after the other" for number in range(6)]
    text, rows = laid_out("Which?", PROMPT, labels, below=1)
    assert all(label in text for label in labels)
    assert [len(row) for row in rows] == [2, 2, 2]


@given(
    st.lists(st.text(min_size=1, max_size=60), min_size=1, max_size=40), st.integers(0, 2), st.sampled_from(AnswerKind)
)
def test_no_keyboard_is_wider_or_higher_than_it_may_be(labels: list[str], below: int, kind: AnswerKind):
    text, rows = laid_out("Which?", PROMPT, labels, kind, below=below)
    width = max((len(row) for row in rows), default=0)
    assert width <= (7 if kind is AnswerKind.SCALE and len(rows) == 1 else IN_A_ROW)
    assert len(rows) + below <= MOST_ROWS
    assert all(len(button.button.encode()) <= 64 for row in rows for button in row)
    assert rows or all(label in text for label in labels)


def test_every_question_of_the_library_fits_with_back_skip_and_stop():
    library = load_library((SHIPPED,))
    steps = [step for name in library.names() for step in library.latest(name).steps.values()]
    asked = [step.answer for step in steps if step.answer is not None and step.answer.choices]
    for answer in asked:
        labels = [choice.label for choice in answer.choices]
        _, rows = laid_out("?", PROMPT, labels, answer.kind, below=1)
        assert len(rows + MOVES) <= MOST_ROWS
    assert len(asked) > 20
