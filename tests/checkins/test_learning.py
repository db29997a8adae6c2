"""The time of day that works is found, and what a guess was worth is known."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from random import Random

from msgspec import structs

from bot.checkins import changes, learning
from bot.checkins.reading import EVERY_DAY, Wish
from bot.checkins.receipt import best_part, effect
from bot.checkins.state import Course, Pace, Slot, Tally
from bot.checkins.window import PARTS, middle_of, part_of, rules_for
from bot.model.people import Address, Person, Platform
from bot.model.schedules import CheckIn
from scheduler.timing import next_check_in
from tests.checkins.people import answered, asked

BEGIN = datetime(2026, 1, 5, tzinfo=UTC)
ANA = Person("ana", Address(Platform.TELEGRAM, "4711"), BEGIN)


def adaptive(name: str) -> CheckIn:
    person = structs.replace(ANA, person_id=name)
    plan = changes.wished(person, None, Wish(None, Pace.BEST, EVERY_DAY), BEGIN)
    return changes.promised(changes.at_most(plan, 7), BEGIN, next_check_in)


def parts_tried(name: str, likes: int, days: int) -> list[int]:
    """Which part of the day each check-in came in, for someone who answers at once in one part and late elsewhere."""
    plan, random, tried = adaptive(name), Random(name), []
    for _ in range(days):
        due_at = plan.next_due_at
        assert due_at is not None
        plan = asked(plan, due_at).plan
        tried.append(plan.course.slot)
        in_time = random.random() < (0.9 if plan.course.slot == likes else 0.15)
        plan = answered(plan, due_at + timedelta(minutes=5 if in_time else 300))
    return tried


def test_the_first_fourteen_try_every_part_of_the_day():
    counts = [parts_tried(f"p{n}", 2, 14).count(part) for n in range(60) for part in range(PARTS)]
    assert 2 < sum(counts) / len(counts) < 4
    assert learning.choose("ana", Course(seen=13))[1] == 1 / PARTS


def test_after_three_months_most_check_ins_come_when_they_are_answered():
    for likes in range(PARTS):
        late = [part for n in range(5) for part in parts_tried(f"q{n}", likes, 120)[60:]]
        assert late.count(likes) / len(late) > 0.6, likes


def test_every_part_is_still_tried_now_and_then():
    late = [part for n in range(20) for part in parts_tried(f"r{n}", 1, 120)[60:]]
    assert all(late.count(part) > 0 for part in range(PARTS))


def test_the_stored_chance_is_the_share_of_the_choice():
    slots = (Slot(8, 2), Slot(2, 8), Slot(1, 9), Slot(5, 5), Slot(0, 9))
    drawn = [learning.choose(f"p{n}", Course(seen=20, slots=slots)) for n in range(3000)]
    for part in range(PARTS):
        share = sum(chosen == part for chosen, _ in drawn) / len(drawn)
        # The mean of 1 / chance over the draws of a part is one over its share only when the chances are true.
        weight = sum(1 / chance for chosen, chance in drawn if chosen == part) / len(drawn)
        assert abs(weight - 1) < 0.5 if share > 0.02 else share <= 0.05
        assert all(0.02 <= chance <= 1 for _, chance in drawn)


def test_a_choice_is_the_same_whoever_makes_it():
    course = Course(seen=30, slots=(Slot(3, 1),) * PARTS)
    assert len({learning.choose("ana", course) for _ in range(20)}) == 1


def test_what_was_learnt_fades_by_three_percent_a_day():
    course = Course(slots=(Slot(10, 10),) * PARTS, learnt_on=BEGIN.date())
    faded = learning.tried(course, 0, (BEGIN + timedelta(days=10)).date())
    assert abs(faded.slots[1].hits - 10 * 0.97**10) < 1e-9


def test_a_typed_time_always_wins():
    plan = changes.wished(ANA, adaptive("ana"), Wish(None, Pace.PINNED, EVERY_DAY), BEGIN)
    typed = changes.wished(ANA, plan, Wish(middle_of(plan.rules, 0), Pace.PINNED, EVERY_DAY), BEGIN)
    assert typed.pace is Pace.PINNED
    assert changes.promised(typed, BEGIN, next_check_in).at == middle_of(plan.rules, 0)


def test_the_five_parts_lie_inside_the_window():
    for platform in Platform:
        rules = rules_for(platform)
        middles = [middle_of(rules, part) for part in range(PARTS)]
        assert all(rules.opens < one < rules.closes for one in middles)
        assert [part_of(rules, one) for one in middles] == list(range(PARTS))


def test_the_effect_of_asking_is_told_only_when_enough_was_seen():
    assert effect(Tally(sent=40, answered=30, held=4, held_answered=1)) is None
    told = effect(Tally(sent=40, answered=30, held=8, held_answered=3))
    assert told is not None
    assert abs(told - 2.0) < 0.01


def test_the_best_part_is_told_only_when_it_was_hit_often_enough():
    assert best_part(Course(slots=(Slot(1, 1),) * PARTS)) is None
    assert best_part(Course(slots=(Slot(1, 1), Slot(4, 1), *(Slot(),) * 3))) == 1
