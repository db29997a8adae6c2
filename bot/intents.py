"""What the bot itself can be asked for: help, tools, settings, privacy, schedules and the way back into a talk."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from bot.checkins.changes import schedule_of
from bot.checkins.schedules import Schedules
from bot.checkins.spoken import spoken_plan
from bot.commands import HUMAN_BUTTON, Intent
from bot.consenting import set_consent
from bot.effects import CONSENT_FLOW, Carrier
from bot.model.sent import Button, Lane
from bot.model.worry import Level, Reason
from bot.prompts import has_menus, laid_out, open_prompt
from bot.rights import purposes
from bot.rights.talk import RightsTalk
from bot.safety import Safety
from bot.tools import Tools
from bot.turn import Draft
from flows.library import Library
from flows.wording import Words

# The wish for messages without emoji, edits and pictures; it stands beside the consents, and is none.
PLAIN = "plain"
PURPOSES = tuple(name for name in purposes.NAMES if name != "org_statistics")
# Flows that are not offered as an exercise: they are entered by what happens.
NOT_OFFERED = frozenset({CONSENT_FLOW, "safety_check", "sos", "check_in", "plan_steps"})


class Intents:
    """Serves every intent that is not a move inside a flow."""

    def __init__(
        self, library: Library, words: Words, safety: Safety, carrier: Carrier, *, workplace: bool = False
    ) -> None:
        self._library = library
        self._words = words
        self._safety = safety
        self._carrier = carrier
        self._handlers: dict[str, Callable[[Draft, str], None]] = {
            "help": lambda draft, _: self._say(draft, "help"),
            "about": lambda draft, _: self._say(draft, "about"),
            "tools": Tools(library, words, self.ask).show,
            "settings": lambda draft, _: self._settings(draft),
            "welcome": lambda draft, _: self._welcome(draft),
            "no_thanks": lambda draft, _: self._say(draft, "welcome_declined"),
            "allow": self._allow,
            "plain": self._plain_mode,
            "decline": lambda draft, _: self._say(draft, "consent_kept"),
            "decline_export": lambda draft, _: self._say(draft, "rights.export_kept"),
            "holdout": lambda draft, _: self.ask_consent(draft, "holdout", Intent("schedule")),
            "decline_schedule": lambda draft, _: self._say(draft, "schedule.dismissed"),
            "human": lambda draft, _: self._human(draft),
        }
        self.schedules = Schedules(library, words, carrier.next_check_in, self.ask)
        self._handlers |= self.schedules.handlers
        self.rights = RightsTalk(words, self.ask, workplace=workplace)
        self._handlers |= self.rights.handlers

    def serve(self, draft: Draft, intent: Intent) -> bool:
        """Serve an intent; return False for one that is not served here."""
        handler = self._handlers.get(intent.name)
        if handler is None:
            return False
        handler(draft, intent.argument)
        return True

    def offer(self, draft: Draft, key: str) -> None:
        """Say a sentence and offer what can be done now."""
        intents = [Intent("check_in"), *(Intent("flow", name) for name in ("thought_record", "grounding", "breathing"))]
        if draft.session.parked:
            intents.insert(0, Intent("resume"))
        intents.append(Intent("human"))
        language = draft.person.language
        offer = self._words.say("offer", language)
        text = self._words.walk(key, language, draft.session.version, name=draft.person.name, offer=offer)
        self.ask(draft, text, intents, [self._label(draft, intent) for intent in intents])

    def ask(
        self, draft: Draft, text: str, intents: Sequence[Intent], labels: Sequence[str], *, lane: Lane = Lane.REPLY
    ) -> None:
        """Send a text with one button an intent."""
        prompt = open_prompt(draft, [intent.value for intent in intents], labels)
        text, rows = laid_out(text, prompt, labels, menu=has_menus(draft))
        draft.send(text, lane=lane, buttons=rows)

    def offer_zone(self, draft: Draft, zone: str) -> None:
        """Offer to go by another time zone from now on."""
        language = draft.person.language
        labels = [self._words.say(f"zone_moved.{answer}", language) for answer in ("yes", "no")]
        text = self._words.say("zone_moved.ask", language, zone=zone)
        self.ask(draft, text, [Intent("zone", zone), Intent("decline_schedule")], labels)

    def offer_human(self, draft: Draft, key: str) -> None:
        """Say a sentence and offer a person; an open question stays open."""
        label = self._label(draft, Intent("human"))
        draft.send(self._words.say(key, draft.person.language), buttons=((Button(HUMAN_BUTTON, label),),))

    def ask_consent(self, draft: Draft, purpose: str, then: Intent) -> None:
        """Ask for a consent that is missing, and go on with `then` on a yes."""
        language = draft.person.language
        labels = [self._words.say("consent_yes", language), self._words.say("consent_no", language)]
        intents = [Intent("grant", f"{purpose} {then.name} {then.argument}".strip()), Intent("decline")]
        self.ask(draft, self._words.say(f"not_consented.{purpose}", language), intents, labels)

    # --- the handlers -------------------------------------------------------------------------------------------------

    def _say(self, draft: Draft, key: str, **values: object) -> None:
        language = draft.person.language
        offer = self._words.say("offer", language)
        draft.send(self._words.say(key, language, offer=offer, **values))

    def _settings(self, draft: Draft) -> None:
        daily, language = schedule_of(draft.view.check_ins), draft.person.language
        none = self._words.say("settings_none", language)
        plan = spoken_plan(self._words, language, daily) if daily and not daily.rules.paused else none
        self._say(draft, "settings", name=draft.person.name or none, check_in=plan, zone=draft.person.zone)

    def _welcome(self, draft: Draft) -> None:
        """Say once, unasked, that the bot is there; whoever is known has heard it."""
        if draft.view.known:
            return
        language = draft.person.language
        labels = [self._words.say(key, language) for key in ("welcome_yes", "welcome_no")]
        intents = [Intent("start"), Intent("no_thanks")]
        self.ask(draft, self._words.say("welcome", language), intents, labels, lane=Lane.NUDGE)

    def _allow(self, draft: Draft, ticked: str) -> None:
        """Give the ticked consents and withdraw the others; where they were ticked, the boxes are answer enough."""
        wanted = {purpose.strip() for purpose in ticked.split(",")}
        for purpose in PURPOSES:
            if (purpose in wanted) is not (purpose in draft.person.consents):
                set_consent(draft, purpose, agreed=purpose in wanted)
        draft.change_person(plain=PLAIN in wanted)
        if not draft.trigger:
            self.rights.privacy(draft)

    def _plain_mode(self, draft: Draft, wanted: str) -> None:
        """Switch plain messages on or off; without a word, the other way round."""
        on = not draft.person.plain if wanted not in {"on", "off"} else wanted == "on"
        draft.change_person(plain=on)
        self._say(draft, "plain_on" if on else "plain_off")

    def _human(self, draft: Draft) -> None:
        draft.level = max(draft.level, Level.ELEVATED)
        reason = Reason("person.asked", "asked for a human", Level.ELEVATED)
        self._safety.raise_case(draft, Level.ELEVATED, (reason,), "")

    def _label(self, draft: Draft, intent: Intent) -> str:
        return self._words.say(f"offers.{intent.argument or intent.name}", draft.person.language)
