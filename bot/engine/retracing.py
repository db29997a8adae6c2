"""Going back: the last answer is taken back, with all that followed from it, and asked again."""

from __future__ import annotations

from bot.engine.effects import Withdrawn
from bot.engine.events import Back
from bot.engine.place import MANY, Place
from bot.engine.turn import Turn


def back(turn: Turn, event: Back) -> None:
    """Return to the last question of this flow, or from its first one to the flow below."""
    if turn.top is None:
        return None
    if not _anything_behind(turn):
        turn.say(turn.phrases.first_question)
        return turn.ask()
    while turn.top is not None and not _asked_before(turn.top):
        turn.step_down()
        if turn.top is not None and turn.top.at.ask is not None:
            return turn.ask()
    if turn.top is not None:
        _rewind(turn, turn.top)
    return turn.ask()


def _asked_before(place: Place) -> bool:
    return any(place.flow.steps[name].ask is not None for name in place.path)


def _anything_behind(turn: Turn) -> bool:
    """Look first, leap then: nothing may be left before it is known that there is somewhere to stand."""
    if turn.top is not None and _asked_before(turn.top):
        return True
    for frame in reversed(turn.outer):
        below = turn.place_of(frame)
        if below is None:
            return False
        if below.at.ask is not None or _asked_before(below):
            return True
    return False


def _rewind(turn: Turn, place: Place) -> None:
    """Walk the path back to the last question, taking back all that was saved since."""
    place.saved.pop(MANY, None)
    place.tries = 0
    while place.path:
        passed = place.flow.steps[place.path[-1]]
        place.path, place.at = place.path[:-1], passed
        if passed.call is not None:
            place.withdraw_all(f"{passed.call.flow}.")
        if passed.saves:
            place.withdraw(passed.saves)
            turn.effects.append(Withdrawn(place.flow.name, passed.name, passed.saves, passed.measure))
        if passed.ask is not None:
            return
