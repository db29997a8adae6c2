"""What a person can ask about their own data: consents, readers, the log, a copy, how long, and erasure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from zoneinfo import ZoneInfo

from bot.commands import Intent
from bot.consenting import set_consent
from bot.model.people import Platform
from bot.model.rights import Prepared, WishKind
from bot.model.sent import Lane
from bot.prompts import open_prompt, rows_of
from bot.rights import access, keeping, purposes
from bot.turn import Draft
from flows.wording import Words

UNDO_FOR = timedelta(hours=24)
Ask = Callable[[Draft, str, Sequence[Intent], Sequence[str]], None]


class RightsTalk:
    """Serves every intent about one's own data; `ask` sends a text with one button an intent."""

    def __init__(self, words: Words, ask: Ask, *, workplace: bool = False) -> None:
        self._words = words
        self._ask = ask
        self._workplace = workplace
        self.handlers: dict[str, Callable[[Draft, str], None]] = {
            "privacy": lambda draft, _: self.privacy(draft),
            "withdraw": self._withdraw,
            "allow_more": lambda draft, _: self._allow_more(draft),
            "my_data": lambda draft, _: self._my_data(draft),
            "agree": self._agree,
            "export": self._export,
            "access_log": lambda draft, _: self._access_log(draft),
            "keep": self._keep,
            "delete": lambda draft, _: self._delete(draft),
            "delete_yes": lambda draft, _: self._delete_for_good(draft),
            "delete_no": lambda draft, _: self._say(draft, "rights.delete_no"),
            "undo": lambda draft, _: self._undo(draft),
        }

    # --- reading ------------------------------------------------------------------------------------------------------

    def privacy(self, draft: Draft) -> None:
        """Say who can read what, and offer each purpose and each right."""
        language = draft.person.language
        given = [name for name in purposes.NAMES if name in draft.person.consents]
        labels = [self._words.say(f"consents.{name}", language) for name in given]
        named = ", ".join(labels) or self._words.say("privacy_none", language)
        text = f"{self.readers(draft)}\n\n{self._words.say('privacy', language, consents=named)}"
        intents = [*(Intent("withdraw", name) for name in given), Intent("allow_more"), Intent("my_data")]
        labels += [self._words.say(f"rights.offers.{name}", language) for name in ("allow_more", "my_data")]
        self._ask(draft, text, intents, labels)

    def _allow_more(self, draft: Draft) -> None:
        """Offer the purposes that were not agreed to, each by itself."""
        language = draft.person.language
        names = [name for name in purposes.offered(workplace=self._workplace) if name not in draft.person.consents]
        if not names:
            self._say(draft, "rights.allowed_all")
            return
        labels = [self._words.say(f"consents.{name}", language) for name in names]
        self._ask(
            draft, self._words.say("rights.allow_which", language), [Intent("agree", name) for name in names], labels
        )

    def _my_data(self, draft: Draft) -> None:
        """Offer what can be done with one's own data."""
        language = draft.person.language
        names = ("access_log", "export", "keep", "undo" if draft.person.erase_at else "delete")
        labels = [self._words.say(f"rights.offers.{name}", language) for name in names]
        self._ask(draft, self._words.say("rights.my_data", language), [Intent(name) for name in names], labels)

    def readers(self, draft: Draft) -> str:
        """Answer "Who can read this?", one line a reader, from the rules that decide it."""
        language = draft.person.language
        lines = [self._words.say(f"readers.{reader}", language) for reader in access.readers_of(draft.person)]
        return "\n".join([self._words.say("rights.readers", language), *(f"- {line}" for line in lines)])

    def _access_log(self, draft: Draft) -> None:
        draft.wish(WishKind.LOG, draft.now)

    # --- consents -----------------------------------------------------------------------------------------------------

    def _withdraw(self, draft: Draft, purpose: str) -> None:
        set_consent(draft, purpose, agreed=False)
        self._say(draft, "privacy_off")

    def _agree(self, draft: Draft, argument: str) -> None:
        """Ask for one purpose in its own words, and take the yes that follows."""
        purpose, _, answer = argument.partition(" ")
        if purpose not in purposes.offered(workplace=self._workplace):
            self.privacy(draft)
            return
        if answer == "yes":
            set_consent(draft, purpose, agreed=True)
            self._say(draft, "rights.agreed", purpose=self._words.say(f"consents.{purpose}", draft.person.language))
            return
        language = draft.person.language
        labels = [self._words.say(key, language) for key in ("consent_yes", "consent_no")]
        text = self._words.say(f"purposes.{purpose}", language)
        self._ask(draft, text, [Intent("agree", f"{purpose} yes"), Intent("decline")], labels)

    def lapse(self, draft: Draft) -> None:
        """Take back each yes that was given to words which have changed since; its feature asks anew."""
        for purpose in purposes.lapsed(draft.person):
            set_consent(draft, purpose, agreed=False)

    # --- a copy -------------------------------------------------------------------------------------------------------

    def _export(self, draft: Draft, confirmed: str) -> None:
        """Ask the store for a copy; where others may read the chat, only after saying so."""
        if draft.person.address.platform is Platform.SLACK and confirmed != "here":
            language = draft.person.language
            labels = [self._words.say(f"rights.export_{way}", language) for way in ("here", "not")]
            text = self._words.say("rights.export_slack", language)
            self._ask(draft, text, [Intent("export", "here"), Intent("decline_export")], labels)
            return
        draft.wish(WishKind.EXPORT, draft.now)
        draft.audit("the person", "asked for a copy")
        self._say(draft, "rights.export_soon")

    def prepared(self, draft: Draft, what: Prepared) -> None:
        """Send what the store has brought, and take the wish off the list."""
        draft.wish(what.kind, None)
        for text in what.texts:
            draft.send(text, lane=Lane.REPLY, protected=what.kind is WishKind.EXPORT)

    # --- how long, and the end ----------------------------------------------------------------------------------------

    def _keep(self, draft: Draft, wanted: str) -> None:
        days = keeping.days_in(wanted)
        if days is None:
            self._say(draft, "rights.keep_how", days=draft.person.keeps_days)
            return
        draft.change_person(keeps_days=days)
        draft.audit("the person", f"keeps answers for {days} days")
        self._say(draft, "rights.keeps" if days else "rights.keeps_nothing", days=days)

    def _delete(self, draft: Draft) -> None:
        language = draft.person.language
        labels = [self._words.say(f"rights.{key}", language) for key in ("delete_yes_label", "delete_no_label")]
        text = self._words.say("rights.delete_sure", language)
        prompt = open_prompt(draft, [Intent(name).value for name in ("delete_yes", "delete_no")], labels)
        draft.send(text, buttons=rows_of(prompt, labels))

    def _delete_for_good(self, draft: Draft) -> None:
        at = draft.now + UNDO_FOR
        draft.change_person(erase_at=at)
        draft.wish(WishKind.ERASE, at)
        draft.audit("the person", "asked for erasure")
        local = at.astimezone(ZoneInfo(draft.person.zone))
        self._say(draft, "rights.delete_set", at=f"{local:%Y-%m-%d %H:%M}")

    def _undo(self, draft: Draft) -> None:
        if draft.person.erase_at is None:
            self._say(draft, "rights.nothing_to_undo")
            return
        draft.change_person(erase_at=None)
        draft.wish(WishKind.ERASE, None)
        draft.audit("the person", "took back the wish for erasure")
        self._say(draft, "rights.undone")

    def _say(self, draft: Draft, key: str, **values: object) -> None:
        draft.send(self._words.say(key, draft.person.language, **values))
