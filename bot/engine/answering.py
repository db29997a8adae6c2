"""Answers: read, kept and followed; asked again when they do not fit, with a way out after a few times."""

from __future__ import annotations

from typing import Any

from bot.engine.effects import Escalate, Measure, Save
from bot.engine.events import Answered, Skip, Stop
from bot.engine.place import MANY, Place
from bot.engine.reading import Wrong, match_choice, read
from bot.engine.talks import stop
from bot.engine.turn import Turn
from flows.model import STUCK, Answer, AnswerKind, Choice, Step
from flows.normal import plain
from flows.phrases import fill
from flows.values import Saved

_SKIP, _AGAIN, _STOP, _HUMAN = "~skip", "~again", "~stop", "~human"


def answered(turn: Turn, event: Answered) -> None:
    """Read the answer to the open question and go on, or ask again."""
    place = turn.top
    if place is None:
        return None
    waiting, answer = place.at, place.at.answer
    if answer is None:
        return turn.pass_unanswered(waiting, "")
    if place.tries > waiting.retry.times and _escape(turn, place, event):
        return None
    if answer.kind is AnswerKind.MANY:
        return _many(turn, place, answer, event)
    found = read(answer, event.text, event.value, turn.context)
    return _wrong(turn, place, found) if isinstance(found, Wrong) else _accept(turn, place, found)


def _accept(turn: Turn, place: Place, found: Saved) -> None:
    """Keep an answer and go on."""
    waiting = place.at
    place.saved.pop(MANY, None)
    if waiting.save:
        place.keep(waiting.save, found)
        turn.effects.append(Save(place.flow.name, waiting.name, waiting.save, found))
    if waiting.measure and isinstance(found, int | float):
        turn.effects.append(Measure(waiting.name, waiting.measure, float(found)))
    name = turn.way_on(waiting, found)
    place.pass_by()
    turn.walk(name or turn.end("done"))


def _many(turn: Turn, place: Place, answer: Answer, event: Answered) -> None:
    """Collect tapped answers until "done"; answers typed together are complete at once."""
    chosen = turn.chosen()
    least, most = int(answer.minimum or 0), int(answer.maximum or len(answer.choices))
    if _is_done(turn, event):
        return _accept(turn, place, list(chosen)) if len(chosen) >= least else _wrong(turn, place, Wrong("many"))
    found = read(answer, event.text, event.value, turn.context)
    if not isinstance(found, list):
        return _wrong(turn, place, Wrong("many"))
    chosen = [*chosen, *(value for value in found if value not in chosen)][:most]
    if not event.value or len(chosen) == most:
        return _accept(turn, place, chosen)
    place.saved[MANY] = chosen
    labels = ", ".join(answer.by_value[value].label for value in chosen)
    return turn.ask(fill(turn.phrases.chosen, chosen=labels))


def _is_done(turn: Turn, event: Answered) -> bool:
    return event.value == "~done" or plain(event.text) in map(plain, turn.phrases.understood.done)


def _wrong(turn: Turn, place: Place, wrong: Wrong) -> None:
    """Ask again in other words, and after a few times offer a way out."""
    place.tries += 1
    retry = place.at.retry
    if place.tries > retry.times:
        if retry.then == STUCK:
            return turn.offer(turn.phrases.stuck, _ways_out(turn, place.at))
        return turn.pass_unanswered(place.at, retry.then)
    if retry.say:
        return turn.ask(turn.filled(retry.say[min(place.tries, len(retry.say)) - 1]))
    return turn.ask(_why(turn, place.at, wrong))


def _why(turn: Turn, waiting: Step, wrong: Wrong) -> str:
    answer = waiting.answer or Answer(AnswerKind.NONE)
    longest = answer.limit if answer.kind is AnswerKind.TEXT else answer.maximum
    low = "" if answer.minimum is None else f"{answer.minimum:g}"
    high = "" if longest is None else f"{longest:g}"
    phrase: Any = getattr(turn.phrases.retry, wrong.why)
    return fill(phrase, min=low, max=high)


def _ways_out(turn: Turn, waiting: Step) -> tuple[Choice, ...]:
    labels = turn.phrases.labels
    skip = (Choice(_SKIP, labels.skip),) if waiting.skippable else ()
    return (*skip, Choice(_AGAIN, labels.again), Choice(_STOP, labels.stop), Choice(_HUMAN, labels.human))


def _escape(turn: Turn, place: Place, event: Answered) -> bool:
    """Take one of the ways out, if that is what was answered; return whether it was."""
    ways = _ways_out(turn, place.at)
    typed = {plain(way.label): way.value for way in ways}
    chosen = event.value if event.value.startswith("~") else match_choice(ways, typed, event.text)
    if chosen == _SKIP and place.at.skippable:
        skipped(turn, Skip())
    elif chosen == _STOP:
        stop(turn, Stop())
    elif chosen == _AGAIN:
        place.tries = 0
        turn.ask()
    elif chosen == _HUMAN:
        place.tries = 0
        turn.effects.append(Escalate("asked"))
    else:
        return False
    return True


def skipped(turn: Turn, event: Skip) -> None:
    """Go on without an answer, where the question allows it."""
    place = turn.top
    if place is None:
        return None
    if not place.at.skippable:
        turn.say(turn.phrases.cannot_skip)
        return turn.ask()
    return turn.pass_unanswered(place.at, place.at.skip_to)
