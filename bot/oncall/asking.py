"""What staff ask for: a press or a word becomes one value, and the cases that it can mean; nothing is guessed."""

from __future__ import annotations

import re
from collections.abc import Sequence

import msgspec

from bot.model.cases import CaseState, Escalation, Outcome
from bot.model.received import Command, Content, Edited, Filled, Pressed, Text
from bot.model.turns import View
from bot.model.values import Value
from bot.oncall.buttons import Act, StaffAct, parse_button
from bot.rota import Responder

_OUTCOME_WORDS = {
    "right": Outcome.RIGHT_REACHED,
    "right reached": Outcome.RIGHT_REACHED,
    "not reached": Outcome.RIGHT_NOT_REACHED,
    "right not reached": Outcome.RIGHT_NOT_REACHED,
    "emergency": Outcome.EMERGENCY_SERVICES,
    "emergency services": Outcome.EMERGENCY_SERVICES,
    "misread": Outcome.MISREAD,
    "joke": Outcome.JOKE_OR_TEST,
    "test": Outcome.JOKE_OR_TEST,
    "too high": Outcome.TOO_HIGH,
    "too low": Outcome.TOO_LOW,
}
_CASE_ID = re.compile(r"[0-9A-Za-z]{5}")
OPEN_STATES = frozenset(CaseState) - {CaseState.RESOLVED}
_ACT_WORDS = {"claim": StaffAct.CLAIM, "pass": StaffAct.PASS, "read": StaffAct.READ, "wake": StaffAct.WAKE}
# They are taken from a command alone (/note, /oncall note): as plain words they may be meant for the person.
_COMMANDS = {
    "note": StaffAct.NOTE,
    "handover": StaffAct.HAND_OVER,
    "plan": StaffAct.PLAN,
    "reveal": StaffAct.REVEAL,
    "contacted": StaffAct.CONTACTED,
}
# These may come as plain words too, with at most so many words behind them.
_PLAIN_COMMANDS = {"plan": 0, "handover": 2}
# Words that may be for the record or for the person: a note that reached the person could not be taken back.
UNCLEAR = "unclear"
# What concerns no single case.
OF_THE_TEAM = frozenset({"status", "rota", "drill", "help", UNCLEAR})


class Asked(Value, frozen=True):
    """What a staff member asks for: an act or outcome, its words, and the case or button token it names, if any.

    `edits` is the message that the words replace, `reply_to` the one that they answer.
    """

    act: Act | str
    text: str = ""
    names: str = ""
    trigger: str = ""
    edits: str = ""
    reply_to: str = ""


def understand(content: Content) -> Asked | None:
    """Return what a staff press or word asks for; None for plain talk."""
    if isinstance(content, Pressed | Filled):
        parsed = parse_button(content.button)
        if parsed is None:
            return None
        words = content.text if isinstance(content, Filled) else ""
        trigger = content.trigger if isinstance(content, Pressed) else ""
        return Asked(parsed[1], words, names=parsed[0], trigger=trigger)
    if isinstance(content, Command):
        words = content.argument if content.name == "oncall" else f"{content.name} {content.argument}"
        return _from_command(words) or _from_words(words)
    if isinstance(content, Text):
        asked = _from_command(content.text[1:]) if content.text.startswith("/") else None
        asked = asked or _from_words(content.text)
        return msgspec.structs.replace(asked, reply_to=content.reply_to) if asked is not None else None
    return None


def for_the_person(content: Content) -> Asked | None:
    """Return words in a private conversation that are for the person of its case, or their correction."""
    if isinstance(content, Text):
        first = content.text.partition(" ")[0].lower()
        unclear = first in _COMMANDS and first not in _PLAIN_COMMANDS
        return Asked(UNCLEAR if unclear else StaffAct.WRITE, content.text, reply_to=content.reply_to)
    if isinstance(content, Edited):
        return Asked(StaffAct.WRITE, content.text, edits=content.message)
    return None


def _from_command(text: str) -> Asked | None:
    verb, _, rest = text.strip().partition(" ")
    act = _COMMANDS.get(verb.lower())
    return Asked(act, rest.strip()) if act is not None else None


def _from_words(text: str) -> Asked | None:
    verb, _, rest = text.strip().partition(" ")
    verb, rest = verb.lower().lstrip("/"), rest.strip()
    if verb == "say" and rest:
        return Asked(StaffAct.WRITE, rest)
    if verb == "resolve":
        return _closing(rest)
    if verb in OF_THE_TEAM - {UNCLEAR} and not rest:
        return Asked(verb)
    if verb in _PLAIN_COMMANDS and len(rest.split()) <= _PLAIN_COMMANDS[verb]:
        return Asked(_COMMANDS[verb], rest)
    if verb not in _ACT_WORDS or (rest and not _CASE_ID.fullmatch(rest)):
        return None  # "wake up, please" is for the person
    return Asked(_ACT_WORDS[verb], names=rest.upper())


def _closing(rest: str) -> Asked:
    """Return the outcome in `right` or `K7Q2M right`; an unknown one asks how it ended."""
    first, _, after = rest.partition(" ")
    if rest.lower() in _OUTCOME_WORDS or not rest:
        return Asked(_OUTCOME_WORDS.get(rest.lower(), StaffAct.CLOSE))
    if after.lower().strip() in _OUTCOME_WORDS:
        return Asked(_OUTCOME_WORDS[after.lower().strip()], names=first.upper())
    return Asked(StaffAct.CLOSE, names=rest.upper() if _CASE_ID.fullmatch(rest) else "")


def pick(views: Sequence[View], asked: Asked, responder: Responder | None) -> Sequence[View]:
    """Return the cases that words without a button can mean: the named one, else one's own, else all.

    A claim without a name means the worst one that nobody has; a drill never stands before a real case.
    """
    open_ones = [view for view in views if view.escalation and view.escalation.state in OPEN_STATES]
    if asked.names:
        return [view for view in open_ones if view.escalation and view.escalation.case_id == asked.names]
    mine = [view for view in open_ones if responder and view.escalation and view.escalation.owner == responder.id]
    if asked.act is StaffAct.CLAIM:
        waiting = [view for view in open_ones if view.escalation and view.escalation.state is CaseState.PAGING]
        return sorted(waiting, key=_is_drill)[:1] or mine[:1]
    real = [view for view in open_ones if not _is_drill(view)]
    return mine or real or open_ones


def _is_drill(view: View) -> bool:
    return view.escalation is not None and view.escalation.drill


def named(asked: Asked, views: Sequence[View]) -> Asked:
    """Return what is asked with the case that it names: by a stored message, or by its first word (`K7Q2M …`)."""
    if asked.names:
        return asked
    cases = [view.escalation for view in views if view.escalation is not None]
    bound = [case.case_id for case in cases if _knows_message(case, asked)]
    if len(bound) == 1:
        return msgspec.structs.replace(asked, names=bound[0])
    first, _, rest = asked.text.partition(" ")
    if first.upper() not in {case.case_id for case in cases}:
        return asked
    return msgspec.structs.replace(asked, names=first.upper(), text=rest.strip())


def _knows_message(case: Escalation, asked: Asked) -> bool:
    """Say whether the words answer a card or message of this case, or correct one that was relayed."""
    if asked.edits:
        return any(one.message == asked.edits for one in case.relayed)
    receipts = {card.receipt for card in case.cards} | {one.receipt for one in case.relayed}
    return bool(asked.reply_to) and asked.reply_to in receipts


def example_of(asked: Asked, case_id: str) -> str:
    """Return how to ask the same of one case."""
    if asked.act is StaffAct.WRITE:
        return f"say {case_id} your words"
    verb = asked.act.name.lower().replace("_", "") if isinstance(asked.act, StaffAct) else "resolve"
    if verb in _COMMANDS:
        return f"/{verb} {case_id}"
    return f"resolve {case_id} right" if verb in {"resolve", "close"} else f"{verb} {case_id}"
