"""The engine's promises: answers, back, skip, stop, resume, interrupts, waits, calls and budgets."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import pytest

from bot.engine.effects import Ask, Ended, Escalate, Measure, Picture, Save, Say, Schedule, Started, Withdrawn
from bot.engine.engine import step
from bot.engine.events import (
    Again,
    Answered,
    Back,
    Begin,
    Interrupt,
    Leave,
    Resume,
    Skip,
    StartOver,
    Stop,
    WaitElapsed,
)
from bot.model import Session
from flows.model import Choice
from tests.flows.making import flow_of, library_of

NINE = datetime(2026, 11, 23, 9, tzinfo=UTC)

MAIN = """
first:
  say: "Hello {person.name}."
  ask: How is it, from 0 to 10?
  answer: {number: {min: 0, max: 10}}
  retry: {say: ["Just a number.", "Really just a number, {person.name}."]}
  save: mood
  measure: mood
  next:
    - {when: answer < 3, go: low}
    - go: why
low: {say: That is low., next: why}
why: {ask: "Why {mood}?", answer: text, save: why, skippable: true, next: sure}
sure: {ask: Sure?, answer: yes_no, save: sure, next: {"yes": last, "no": why}}
last: {say: "Bye, {why}.", end: done}
"""
OTHER = """
first: {ask: A word?, answer: {text: {max: 5}}, save: word, next: last}
last: {say: "Thanks, {word}.", end: done}
"""
CALLING = """
first: {ask: Go?, answer: none, next: inner}
inner: {call: other, next: after}
after: {ask: "You said {other.word}. Right?", answer: yes_no, next: last}
last: {end: done}
"""


class Talk:
    """A talk played against the engine; `last` are the effects of the latest event."""

    def __init__(self, *flows, language="en"):
        self.library = library_of(*flows)
        self.session = Session()
        self.now = NINE
        self.last = ()
        self.language = language

    def do(self, *events):
        for event in events:
            self.session, self.last = step(self.library, self.session, event, self.now, language=self.language)
        return self

    def type(self, *texts):
        return self.do(*(Answered(text=text) for text in texts))

    def tap(self, *values):
        return self.do(*(Answered(value=value) for value in values))

    def of(self, kind):
        return [effect for effect in self.last if isinstance(effect, kind)]

    @property
    def words(self):
        return [effect.text for effect in self.last if isinstance(effect, Say | Ask)]

    @property
    def place(self):
        return self.session.stack[-1].step if self.session.stack else ""


@pytest.fixture
def talk():
    flows = flow_of(MAIN, name="main"), flow_of(OTHER, name="other"), flow_of(CALLING, name="calling")
    return Talk(*flows).do(Begin("main", {"person.name": "Ana"}))


def test_a_flow_begins_with_its_first_question(talk):
    assert talk.last == (
        Started("main"),
        Say("Hello Ana."),
        Ask("How is it, from 0 to 10?", (), "number", True, (1, 3), "Main", False),
    )
    assert talk.session.wake_at == NINE + timedelta(hours=4)


def test_an_answer_is_saved_measured_and_followed(talk):
    talk.type("7")
    assert talk.last[:2] == (Save("main", "first", "mood", 7), Measure("first", "mood", 7.0))
    assert talk.words == ["Why 7?"]
    assert talk.of(Ask)[0].private


def test_the_condition_decides_the_way(talk):
    assert talk.type("2").words == ["That is low.", "Why 2?"]


def test_a_whole_talk_ends_with_what_was_saved(talk):
    talk.type("7", "rain", "yes")
    assert talk.words == ["Bye, rain."]
    assert talk.of(Ended) == [Ended("main", "done", {"mood": 7, "why": "rain", "sure": True})]
    assert talk.session == Session(parked_at=None)


def test_what_a_person_writes_is_never_parsed_again(talk):
    talk.type("7", "{mood} {person.name} {", "yes")
    assert talk.words == ["Bye, {mood} {person.name} {."]


def test_the_same_values_give_the_same_turn(talk):
    one = step(talk.library, talk.session, Answered("7"), NINE)
    assert one == step(talk.library, talk.session, Answered("7"), NINE)


# --- wrong answers ---------------------------------------------------------------------------------------------------


def test_a_wrong_answer_is_asked_again_in_other_words(talk):
    assert talk.type("very").words == ["Just a number."]
    assert talk.type("very").words == ["Really just a number, Ana."]
    assert talk.place == "first"


def test_the_third_wrong_answer_offers_a_way_out(talk):
    talk.type("a", "b", "c")
    (ask,) = talk.of(Ask)
    assert ask.text == "I did not understand that. What would you like to do?"
    assert talk.session.prompt.values == ("~again", "~stop", "~human")


def test_in_the_way_out_a_right_answer_still_counts(talk):
    assert talk.type("a", "b", "c", "7").words == ["Why 7?"]


def test_in_the_way_out_another_wrong_answer_offers_it_again(talk):
    assert talk.type("a", "b", "c", "d").words == ["I did not understand that. What would you like to do?"]


def test_the_way_out_asks_again(talk):
    talk.type("a", "b", "c").tap("~again")
    assert talk.words == ["How is it, from 0 to 10?"]
    assert talk.type("x").words == ["Just a number."]


def test_the_way_out_stops(talk):
    talk.type("a", "b", "c", "stop for now")
    assert talk.session.parked
    assert talk.of(Ended)[0].how == "stopped"


def test_the_way_out_calls_a_person_and_leaves_the_question_open(talk):
    talk.type("a", "b", "c").tap("~human")
    assert talk.last == (Escalate("asked"),)
    assert talk.place == "first"


def test_the_way_out_skips_what_may_be_skipped():
    flow = flow_of("""
    first: {ask: Yes?, answer: yes_no, save: a, skippable: true, retry: {times: 0}, next: last}
    last: {end: done}
    """)
    talk = Talk(flow).do(Begin("small")).type("perhaps")
    assert talk.session.prompt.values[0] == "~skip"
    assert talk.tap("~skip").of(Ended) == [Ended("small", "done", {"a": None})]


def test_a_retry_can_lead_to_a_step_instead():
    flow = flow_of("""
    first: {ask: Yes?, answer: yes_no, save: a, retry: {times: 1, then: last}, next: first}
    last: {end: done}
    """)
    talk = Talk(flow).do(Begin("small")).type("perhaps", "perhaps")
    assert talk.of(Ended) == [Ended("small", "done", {"a": None})]


# --- back, skip ------------------------------------------------------------------------------------------------------


def test_back_takes_back_what_was_saved_and_measured(talk):
    before = talk.session
    talk.type("2").do(Back())
    assert talk.last[0] == Withdrawn("main", "first", "mood", "mood")
    assert talk.words == ["How is it, from 0 to 10?"]
    assert talk.session == before


def test_back_and_another_answer_take_the_other_branch(talk):
    assert talk.type("2").do(Back()).type("8").words == ["Why 8?"]


def test_back_in_a_loop_gives_back_the_earlier_value(talk):
    talk.type("7", "rain", "no", "snow")
    assert talk.session.stack[-1].saved["why"] == "snow"
    talk.do(Back(), Back())
    assert talk.place == "sure"
    assert talk.session.stack[-1].saved["why"] == "rain"


def test_back_at_the_first_question_says_so(talk):
    assert talk.do(Back()).words == ["This is the first question.", "How is it, from 0 to 10?"]


def test_a_skip_saves_nothing_and_goes_on(talk):
    talk.type("7").do(Skip())
    assert talk.of(Save) == [Save("main", "why", "why", None)]
    assert talk.words == ["Sure?"]
    assert talk.type("yes").words == ["Bye, (no answer)."]


def test_what_may_not_be_skipped_is_asked_again(talk):
    assert talk.do(Skip()).words == [
        'This one needs an answer. You can also say "stop".',
        "How is it, from 0 to 10?",
    ]


def test_a_skip_is_taken_back_too(talk):
    talk.type("7")
    before = talk.session
    assert talk.do(Skip(), Back()).session == before


# --- stop, resume, leave, start over ---------------------------------------------------------------------------------


def test_stop_parks_and_resume_comes_back_to_the_same_question(talk):
    talk.type("7").do(Stop())
    assert talk.session.stack == ()
    assert talk.session.prompt is None
    assert talk.session.wake_at is None
    assert talk.of(Ended) == [Ended("main", "stopped", {"mood": 7})]
    assert talk.do(Resume()).words == ['We were at step 2 of 3 of "Main".', "Why 7?"]


@pytest.mark.parametrize(
    ("days", "words"),
    [(1, 'We were at step 1 of 3 of "Main", yesterday.'), (3, 'We were at step 1 of 3 of "Main", 3 days ago.')],
)
def test_resume_tells_how_long_ago_it_was(talk, days, words):
    talk.do(Stop())
    talk.now += timedelta(days=days)
    assert talk.do(Resume()).words[0] == words


def test_leave_drops_the_running_talk(talk):
    talk.do(Leave())
    assert talk.of(Ended)[0].how == "left"
    assert talk.session == Session()


def test_leave_drops_the_parked_talk(talk):
    assert talk.do(Stop(), Leave()).session == Session()


def test_start_over_begins_anew_with_what_was_given(talk):
    talk.type("7").do(StartOver())
    assert talk.words == ["Hello Ana.", "How is it, from 0 to 10?"]
    assert talk.session.stack[0].saved == {"person.name": "Ana"}


def test_start_over_works_on_a_parked_talk(talk):
    talk.type("7").do(Stop(), StartOver())
    assert talk.place == "first"
    assert talk.session.parked == ()


def test_another_flow_parks_the_running_one(talk):
    talk.type("7").do(Begin("other"))
    assert [frame.flow for frame in talk.session.stack] == ["other"]
    assert talk.do(Resume()).words[-1] == "Why 7?"
    assert [frame.flow for frame in talk.session.parked] == ["other"]


def test_again_asks_the_open_question_again(talk):
    assert talk.type("7").do(Again()).words == ["Why 7?"]


@pytest.mark.parametrize(
    "event", [Answered("x"), Back(), Skip(), Stop(), Resume(), StartOver(), Leave(), Again(), WaitElapsed()]
)
def test_without_a_talk_nothing_happens(talk, event):
    assert step(talk.library, Session(), event, NINE) == (Session(), ())


def test_an_unknown_flow_is_said_and_changes_nothing(talk):
    before = talk.session
    assert talk.do(Begin("nothing")).words == ["I do not have that exercise."]
    assert talk.session == before


# --- interrupts and calls --------------------------------------------------------------------------------------------


def test_an_interrupt_comes_back_to_the_same_question_with_a_line_of_context(talk):
    talk.type("7").do(Interrupt("other"))
    assert talk.words == ["A word?"]
    talk.type("oh")
    assert talk.of(Ended) == [Ended("other", "done", {"word": "oh"})]
    assert talk.words == ["Thanks, oh.", 'Back to "Main", step 2 of 3.', "Why 7?"]


def test_an_interrupt_knows_the_facts_of_the_talk_below(talk):
    talk.do(Interrupt("other", {"crisis_lines": "numbers"}))
    assert talk.session.stack[-1].saved == {"person.name": "Ana", "crisis_lines": "numbers"}


def test_the_same_interrupt_twice_asks_its_question_again(talk):
    talk.do(Interrupt("other"), Interrupt("other"))
    assert talk.words == ["A word?"]
    assert len(talk.session.stack) == 2


def test_interrupts_in_one_another_stay_bounded_and_open(talk):
    for _ in range(60):
        talk.do(Interrupt("other"), Interrupt("main", {"person.name": "Ana"}))
    assert len(talk.session.stack) <= 20
    assert talk.place == "first"


def test_back_from_the_first_question_of_an_interrupt_returns_to_the_talk_below(talk):
    talk.type("7").do(Interrupt("other"), Back())
    assert talk.words == ["Why 7?"]
    assert talk.of(Ended)[0].how == "left"


def test_a_called_flow_brings_its_answers_back(talk):
    talk.do(Begin("calling")).type("go", "hey")
    assert talk.words == ["Thanks, hey.", "You said hey. Right?"]


def test_back_over_a_called_flow_takes_its_answers_back(talk):
    talk.do(Begin("calling"))
    before = talk.session
    talk.type("go", "hey").do(Back())
    assert talk.session == before


def test_back_inside_a_called_flow_returns_to_the_caller(talk):
    talk.do(Begin("calling")).type("go").do(Back())
    assert talk.words == ["Go?"]
    assert len(talk.session.stack) == 1


def test_back_at_the_first_question_of_a_flow_that_only_calls_stays_there():
    calling = flow_of("first: {call: other, next: last}\nlast: {end: done}", name="calling")
    talk = Talk(calling, flow_of(OTHER, name="other")).do(Begin("calling"), Back())
    assert talk.words == ["This is the first question.", "A word?"]
    assert len(talk.session.stack) == 2


def test_a_called_flow_gets_what_it_is_handed():
    inner = flow_of(
        'first: {ask: "{what} {person.name}?", answer: none, next: last}\nlast: {end: done}',
        name="inner",
        more="given: {what: nothing}\n",
    )
    outer = flow_of("""
    first: {ask: A word?, answer: text, save: word, next: inner}
    inner: {call: inner, with: {what: "{word}"}, next: last}
    last: {end: done}
    """)
    assert Talk(inner, outer).do(Begin("small", {"person.name": "Ana"})).type("hey").words == ["hey Ana?"]


def test_a_hand_off_calls_a_human_and_goes_on():
    flow = flow_of("first: {call: human_handoff, with: {reason: distress}, next: last}\nlast: {say: Bye., end: done}")
    assert Talk(flow).do(Begin("small")).last[1:3] == (Escalate("distress"), Say("Bye."))


def test_a_flow_that_needs_a_permission_does_not_start_without(talk):
    needing = flow_of(OTHER, name="needing", more="needs: [consent.exercises]\n")
    talk = Talk(needing).do(Begin("needing"))
    assert talk.words == ['This needs your permission first. You can give it under "privacy".']
    assert talk.session == Session()
    assert talk.do(Begin("needing", {"consent.exercises": True})).words == ["A word?"]


def test_a_called_flow_without_its_permission_is_passed_by():
    needing = flow_of(OTHER, name="needing", more="needs: [consent.exercises]\n")
    flow = flow_of("first: {call: needing, next: last}\nlast: {say: Bye., end: done}")
    talk = Talk(needing, flow).do(Begin("small"))
    assert talk.words == ['This needs your permission first. You can give it under "privacy".', "Bye."]
    assert Talk(needing, flow).do(Begin("small", {"consent.exercises": True})).words == ["A word?"]


def test_an_interrupt_without_its_permission_asks_the_open_question_again(talk):
    needing = flow_of(OTHER, name="needing", more="needs: [consent.exercises]\n")
    talk = Talk(needing, flow_of(OTHER, name="other")).do(Begin("other"), Interrupt("needing"))
    assert talk.words[-1] == "A word?"
    assert len(talk.session.stack) == 1


def test_the_way_a_called_flow_ended_can_decide():
    inner = flow_of("first: {end: left}", name="inner")
    outer = flow_of(
        "first: {call: inner, next: {left: no}, else: yes}\nyes: {say: Done., end: done}\nno: {say: Left., end: done}"
    )
    assert Talk(inner, outer).do(Begin("small")).words == ["Left."]


# --- waiting ---------------------------------------------------------------------------------------------------------


def test_a_wait_reminds_once_and_then_is_put_away(talk):
    talk.now += timedelta(hours=4)
    assert talk.do(WaitElapsed()).words == [
        "This question is still open. There is no hurry.",
        "How is it, from 0 to 10?",
    ]
    assert talk.session.reminded
    assert talk.session.wake_at == NINE + timedelta(hours=24)
    talk.now = NINE + timedelta(hours=24)
    assert talk.do(WaitElapsed()).words == ['I have put "Main" away for later. Say "resume" when you want to go on.']
    assert talk.of(Ended)[0].how == "expired"
    assert talk.do(Resume()).place == "first"


def test_a_timer_that_comes_too_early_does_nothing(talk):
    before = talk.session
    talk.now += timedelta(hours=3)
    assert talk.do(WaitElapsed()).last == ()
    assert talk.session == before


def test_an_answer_after_the_reminder_waits_anew(talk):
    talk.now += timedelta(hours=5)
    talk.do(WaitElapsed()).type("7")
    assert not talk.session.reminded
    assert talk.session.wake_at == talk.now + timedelta(hours=4)


def test_a_wait_can_lead_to_a_step_instead():
    flow = flow_of("""
    first:
      ask: There?
      answer: yes_no
      save: there
      wait: {remind_after: never, expire_after: 30m, then: last}
      next: first
    last: {say: Later then., end: done}
    """)
    talk = Talk(flow).do(Begin("small"))
    talk.now += timedelta(minutes=30)
    assert talk.do(WaitElapsed()).words == ["Later then."]
    assert talk.of(Ended) == [Ended("small", "done", {"there": None})]


# --- versions and budgets --------------------------------------------------------------------------------------------


def test_a_running_talk_stays_on_its_version(talk):
    old = talk.library.latest("main")
    changed = flow_of(MAIN.replace("Why {mood}", "How come {mood}"), name="main")
    talk.library = library_of(changed, earlier=(old,))
    assert talk.type("7").words == ["Why 7?"]
    assert talk.do(StartOver()).type("7").words == ["How come 7?"]


def test_a_talk_whose_version_is_gone_ends_in_words(talk):
    talk.type("7")
    talk.library = library_of(flow_of(OTHER, name="other"))
    talk.do(Answered("x"))
    assert talk.words == ["This exercise has changed since we began, so I ended it. What you saved is kept."]
    assert talk.of(Ended) == [Ended("main", "expired", {"mood": 7})]
    assert talk.session == Session()


def test_a_parked_talk_whose_version_is_gone_ends_in_words(talk):
    talk.do(Stop())
    talk.library = library_of(flow_of(OTHER, name="other"))
    assert "has changed" in talk.do(Resume()).words[0]
    assert talk.session == Session()


def test_an_interrupt_over_a_talk_whose_version_is_gone_ends_in_words(talk):
    talk.type("7").do(Interrupt("other"))
    talk.library = library_of(flow_of(OTHER, name="other"))
    talk.type("oh")
    assert talk.words == [
        "Thanks, oh.",
        "This exercise has changed since we began, so I ended it. What you saved is kept.",
    ]
    assert [ended.how for ended in talk.of(Ended)] == ["done", "expired"]
    assert talk.session == Session()


def test_back_from_an_interrupt_over_a_lost_talk_stays_where_it_is(talk):
    talk.do(Interrupt("other"))
    talk.library = library_of(flow_of(OTHER, name="other"))
    assert talk.do(Back()).words == ["This is the first question.", "A word?"]


def test_a_flow_that_goes_round_ends_in_words():
    talk = Talk(flow_of("first: {say: Hm., next: second}\nsecond: {next: first}")).do(Begin("small"))
    assert talk.of(Ended)[0].how == "budget"
    assert talk.words[-1].startswith("Something in this exercise went round in circles")
    assert talk.session == Session()


def test_flows_that_call_each_other_for_ever_end_in_words():
    one = flow_of("first: {call: two, next: last}\nlast: {end: done}", name="one")
    two = flow_of("first: {call: one, next: last}\nlast: {end: done}", name="two")
    talk = Talk(one, two).do(Begin("one"))
    assert len(talk.of(Started)) == len(talk.of(Ended)) == 20
    assert {ended.how for ended in talk.of(Ended)} == {"budget"}
    assert talk.session == Session()


# --- other parts -----------------------------------------------------------------------------------------------------


def test_several_answers_are_tapped_one_by_one():
    flow = flow_of("""
    first: {ask: Which?, answer: {many: {choices: {a: Ash, b: Birch, c: Cedar}, max: 2}}, save: trees, next: last}
    last: {say: "{trees}.", end: done}
    """)
    talk = Talk(flow).do(Begin("small"))
    assert talk.session.prompt.values == ("a", "b", "c")
    assert talk.tap("b").words == ['So far: Birch. Tap more, or "Done".']
    assert talk.session.prompt.values == ("a", "c", "~done")
    assert talk.tap("a").words == ["Birch, Ash."]
    assert talk.of(Ended) == [Ended("small", "done", {"trees": ["b", "a"]})]


def test_a_plan_for_a_check_in_is_made_of_what_was_chosen():
    flow = flow_of("""
    first: {ask: When?, answer: time, save: at, next: days}
    days: {ask: Which days?, answer: {many: {choices: {mon: Monday, fri: Friday}}}, save: days, next: plan}
    plan: {schedule: {check_in: daily, at: at, days: days}, end: done}
    """)
    talk = Talk(flow).do(Begin("small")).type("9", "friday, monday")
    assert talk.of(Schedule) == [Schedule("daily", time(9), (0, 4))]


@pytest.mark.parametrize(
    ("at", "days", "planned"),
    [
        ("'09:30'", "workdays", [Schedule("daily", time(9, 30), (0, 1, 2, 3, 4))]),
        ("'09:30'", "sun", [Schedule("daily", time(9, 30), (6,))]),
        ("late", "every_day", []),
        ("'09:30'", "never", []),
    ],
)
def test_a_plan_may_be_written_out_and_a_wrong_one_plans_nothing(at, days, planned):
    flow = flow_of(f"first: {{schedule: {{check_in: daily, at: {at}, days: {days}}}, end: done}}")
    assert Talk(flow).do(Begin("small")).of(Schedule) == planned


def test_a_skipped_time_plans_nothing():
    flow = flow_of("""
    first: {ask: When?, answer: time, save: at, skippable: true, next: plan}
    plan: {schedule: {check_in: daily, at: at, days: every_day}, end: done}
    """)
    assert Talk(flow).do(Begin("small"), Skip()).of(Schedule) == []


def test_values_are_shown_the_way_people_read_them():
    flow = flow_of("""
    first: {ask: Yes?, answer: yes_no, save: sure, next: much}
    much: {ask: How much?, answer: {number: {min: 0, max: 9}}, save: much, next: which}
    which: {ask: Which?, answer: {choice: {a: Ash tree, b: Birch}}, save: which, next: last}
    last: {say: "{sure}, {much}, {which}.", end: done}
    """)
    assert Talk(flow).do(Begin("small")).type("yes", "2.50", "1").words == ["Yes, 2.5, Ash tree."]


def test_a_picture_has_words_beside_it():
    flow = flow_of('first: {picture: {name: hill, text: "A hill, {person.name}."}, end: done}')
    assert Talk(flow).do(Begin("small", {"person.name": "Ana"})).of(Picture) == [Picture("hill", "A hill, Ana.")]


def test_the_engine_speaks_the_language_of_the_person():
    talk = Talk(flow_of(MAIN, name="main"), language="de").do(Begin("main"), Stop())
    assert talk.words == ["Angehalten. Dein Platz ist gemerkt; sag „weitermachen“, wenn du weiter willst."]


def test_yes_and_no_are_buttons_in_the_language_of_the_person(talk):
    talk.language = "es"
    talk.type("7", "x")
    assert talk.of(Ask)[0].choices == (Choice("yes", "Sí"), Choice("no", "No"))
    assert talk.type("claro").of(Ended)[0].saved["sure"] is True


def test_missing_numbers_never_read_as_no_answer():
    talk = Talk(flow_of('first: {say: "{crisis_lines}", end: done}')).do(Begin("small"))
    assert talk.words == ["Emergency: the emergency number of your country"]
