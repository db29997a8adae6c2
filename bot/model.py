"""The domain's words: plain values that every room may hold (docs/glossary.md explains each)."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from enum import IntEnum, StrEnum

from msgspec import Struct

from bot.checkins.state import Course, Pace, Rules


class Value(Struct, frozen=True):
    """A frozen value; equal when its fields are."""


# --- who and where ---------------------------------------------------------------------------------------------------


class Platform(StrEnum):
    """A place where people chat; `STAFF_TELEGRAM` is Telegram through the staff's own bot."""

    CONSOLE = "console"
    TELEGRAM = "telegram"
    STAFF_TELEGRAM = "staff_telegram"
    SLACK = "slack"


class Address(Value, frozen=True, order=True):
    """Where a conversation takes place.

    `chat` is Telegram's chat id, Slack's user id (a direct message) or channel id, or a name on the console.
    """

    platform: Platform
    chat: str


class TalkMode(StrEnum):
    """Who talks with the person: the bot, the bot while a human is awaited, or a human."""

    BOT = "bot"
    HOLD = "hold"
    HUMAN = "human"


class Person(Value, frozen=True):
    """Someone the bot talks with. Everything here is the person's own and is stored sealed.

    `consents` holds each purpose that was agreed to, and when; `welcomed` says that the consent talk has been had.
    `plain` is the wish for messages without emoji, edits and pictures. `kept` is what flows keep for later ones, such
    as the safety plan (bot/remembering.py). `versions` holds which wording of each purpose was agreed to
    (bot/rights/purposes.py), `keeps_days` how long answers of exercises stay, `erase_at` when everything is erased.
    """

    person_id: str
    address: Address
    created_at: datetime
    name: str = ""
    language: str = "en"
    country: str = ""
    zone: str = "UTC"
    consents: dict[str, datetime] = {}
    reachable: bool = True
    welcomed: bool = False
    plain: bool = False
    told_zone: str = ""
    kept: dict[str, Saved] = {}
    versions: dict[str, int] = {}
    keeps_days: int = 30
    erase_at: datetime | None = None


# --- what comes in ---------------------------------------------------------------------------------------------------


class Text(Value, frozen=True, tag="text"):
    """A person's words. `reply_to` is the platform's id of the message they answer, where it says so.

    `exposed`: they were typed where others may read them later, although answers are asked for in a form.
    """

    text: str
    reply_to: str = ""
    exposed: bool = False


class Pressed(Value, frozen=True, tag="pressed"):
    """A button press. `trigger` is Slack's three-second permission to open a modal."""

    button: str
    trigger: str = ""


class Filled(Value, frozen=True, tag="filled"):
    """Words typed into the form that a button opened."""

    button: str
    text: str


class Command(Value, frozen=True, tag="command"):
    """A slash command without its slash, e.g. `checkin` with the argument `09:30`."""

    name: str
    argument: str = ""


class Edited(Value, frozen=True, tag="edited"):
    """A person changed an earlier message; `message` is the platform's id of it."""

    text: str
    message: str


class Blocked(Value, frozen=True, tag="blocked"):
    """The person blocked the bot or left (`back` is True when they came back)."""

    back: bool = False


class Unreadable(Value, frozen=True, tag="unreadable"):
    """Something without words: `kind` is photo, voice, sticker, file or unknown. Its content is never kept."""

    kind: str


Content = Text | Pressed | Filled | Command | Edited | Blocked | Unreadable


class Inbound(Value, frozen=True):
    """One thing that a platform delivered; `key` is unique per platform and bot, so a redelivery is known.

    `sender` is the acting account (Telegram's or Slack's user id); in a direct chat it is the person.
    `message` is the platform's id of the message itself, where it has one (an edit names it later). `trigger` is set
    when the answer can be shown in private at once (Slack's modal). `zone` is the account's time zone, where known.
    """

    key: str
    address: Address
    sender: str
    at: datetime
    content: Content
    message: str = ""
    language: str = ""
    trigger: str = ""
    zone: str = ""


class CheckInDue(Value, frozen=True, tag="check_in"):
    """A nudge for the check-in that was due at `due_at`; `last` asks whether to go on after long silence."""

    check_in_id: str
    due_at: datetime
    nudge_id: int = 0
    last: bool = False


class WaitDue(Value, frozen=True, tag="wait"):
    """A waiting step's reminder or expiry, set in the turn that made session version `version`."""

    version: int


class CaseDue(Value, frozen=True, tag="case"):
    """An escalation whose `next_at` has come."""

    case_id: str
    next_at: datetime


class Undeliverable(Value, frozen=True, tag="undeliverable"):
    """A delivery that was refused for good: `outbound_id` never reached `address`.

    `unreachable`: nothing can reach the address; otherwise it was this message alone. `late`: it was not refused for
    good, but a page that was tried several times needs another way.
    """

    outbound_id: int
    address: Address
    unreachable: bool = True
    late: bool = False


class Accepted(Value, frozen=True, tag="accepted"):
    """A platform took a page or a relayed message; `receipt` is its id there, by which a reply names it."""

    outbound_id: int
    address: Address
    receipt: str


class FollowUpDue(Value, frozen=True, tag="follow_up"):
    """A case of level 3 or more was closed three days ago."""

    case_id: str


class Due(Value, frozen=True):
    """Something of a person's that falls due; it enters the conversation like a message. `key` is unique."""

    key: str
    person_id: str
    at: datetime
    what: CheckInDue | WaitDue | CaseDue | Undeliverable | Accepted | FollowUpDue | Prepared


Received = Inbound | Due


# --- what goes out ---------------------------------------------------------------------------------------------------


class Lane(IntEnum):
    """The order in which the sender serves what waits: a smaller number goes first."""

    PAGE = 0
    SAFETY = 1
    RELAY = 2
    REPLY = 3
    NUDGE = 4


class Button(Value, frozen=True):
    """One choice under a message. `button` is opaque; with `form`, a press asks for words under that label.

    `moves` marks a way through the talk (Back, Skip, Stop) that is no answer.
    """

    button: str
    label: str
    form: str = ""
    moves: bool = False


class Outbound(Value, frozen=True):
    """One message to deliver, at least once. Each tuple in `buttons` is a row.

    `edits` is the `outbound_id` of a delivered message that this one replaces in place; `trigger` lets Slack open it
    as a private modal (elsewhere, or when the trigger has lapsed, it is a direct message).
    `relays` marks words that a human wrote. `plain` asks for a message without emoji, edits and pictures.
    `not_before` is the moment of a message that has to wait for it; after `not_after` it is dropped. `aloud` is what to
    say instead where others may read it later; it is empty when the text may stand anywhere.
    """

    outbound_id: int
    person_id: str
    lane: Lane
    address: Address
    text: str
    buttons: tuple[tuple[Button, ...], ...] = ()
    edits: int = 0
    trigger: str = ""
    picture: str = ""
    silent: bool = False
    protected: bool = False
    relays: bool = False
    plain: bool = False
    aloud: str = ""
    not_before: datetime | None = None
    not_after: datetime | None = None


class Delivery(Value, frozen=True):
    """An outbound claimed for sending. `attempt` counts from 1; `edits` is the receipt of the message it replaces.

    `ambiguous` counts earlier attempts that may have arrived (a crash or a dropped answer in the middle of sending).
    """

    outbound: Outbound
    attempt: int
    edits: str = ""
    ambiguous: int = 0


# --- triage ----------------------------------------------------------------------------------------------------------


class Level(IntEnum):
    """How worrying a reply is (one scale for the whole project, shared/triage.md)."""

    NONE = 0
    LOW = 1
    ELEVATED = 2
    HIGH = 3
    IMMINENT = 4


class Reason(Value, frozen=True):
    """Why a level was given: the rule, its category, and the span of characters it read. Never the words."""

    rule: str
    category: str
    level: Level
    span: tuple[int, int] = (0, 0)


class Assessment(Value, frozen=True):
    """What triage says of one reply. `score` ranks within and across levels; `mood` is VADER's -1 to 1 or None."""

    level: Level = Level.NONE
    score: float = 0.0
    reasons: tuple[Reason, ...] = ()
    language: str = "en"
    unscored: bool = False
    mood: float | None = None


# --- a person's place in a flow --------------------------------------------------------------------------------------

Saved = str | int | float | bool | list[str] | None


class Frame(Value, frozen=True):
    """A place in one flow: its pinned content `hash`, the waiting step, the steps behind it, and what was saved.

    `path` holds the earlier waiting steps in order, so that `back` can replay the branch. `tries` counts wrong answers.
    """

    flow: str
    hash: str
    step: str
    path: tuple[str, ...] = ()
    saved: dict[str, Saved] = {}
    tries: int = 0


class Prompt(Value, frozen=True):
    """The question that is open: its buttons are `token` plus an index into `values`.

    `labels` are the words on them where they may be typed instead (a flow reads its own answers). `shown` is the
    outbound that holds the question, `asks` the question itself where its answer is typed into a form, `said` the words
    of a message whose buttons go when it is answered, `paced` the edits that are still to come.
    """

    token: str
    values: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    shown: int = 0
    asks: str = ""
    said: str = ""
    paced: tuple[int, ...] = ()


class Use(Value, frozen=True):
    """An exercise that was begun."""

    flow: str
    at: datetime


class Session(Value, frozen=True):
    """A person's place in a conversation; the last frame of `stack` is the innermost flow.

    `parked` is a talk that was stopped or interrupted and can be resumed (its stack). `version` grows by one a turn
    and is the fence between processes; `run` is the version at which the running talk began. `wake_at` is when the
    waiting step reminds or expires. `answered` is the platform's id of the message that answered last (or the token of
    the form), so that an edit of it corrects the answer; `settled` is the question it answered, where it can be undone.
    `unshown` is what was said last in full, where the chat holds it without the person's words. `hasty` counts
    messages since `hasty_since`, against floods; `unread_at` is when a person was offered
    last because triage cannot read the language. `heard` is triage's memory of the conversation (bot/triage says what
    it holds). `held` counts the safety texts, so that none is said twice in a row. `used` are the exercises begun last,
    the newest first. `told_at` is when the person was last told that they talk with a program.
    """

    version: int = 0
    run: int = 0
    stack: tuple[Frame, ...] = ()
    parked: tuple[Frame, ...] = ()
    parked_at: datetime | None = None
    prompt: Prompt | None = None
    wake_at: datetime | None = None
    reminded: bool = False
    last_at: datetime | None = None
    answered: str = ""
    settled: Prompt | None = None
    unshown: str = ""
    hasty: int = 0
    hasty_since: datetime | None = None
    unread_at: datetime | None = None
    heard: Heard | None = None
    held: int = 0
    used: tuple[Use, ...] = ()
    told_at: datetime | None = None

    @property
    def in_flow(self) -> bool:
        """Whether a flow waits for an answer."""
        return bool(self.stack)


class Utterance(Value, frozen=True):
    """One earlier reply, kept for five minutes so that split messages are read together."""

    at: datetime
    text: str


class Heard(Value, frozen=True):
    """What triage remembers between replies: the session's latched level, and the replies of the last five minutes."""

    level: Level = Level.NONE
    level_at: datetime | None = None
    categories: tuple[str, ...] = ()
    recent: tuple[Utterance, ...] = ()


# --- check-ins -------------------------------------------------------------------------------------------------------


class CheckIn(Value, frozen=True):
    """A schedule: wall-clock `at` in IANA `zone` on `weekdays` (0 is Monday). The person owns it.

    With `every`, only each so many days from `since` on. `next_due_at` is None while it is paused. `version` is the
    fence between a turn and the bulk of due check-ins: it grows by one with every write.
    """

    check_in_id: str
    person_id: str
    at: time
    zone: str
    weekdays: tuple[int, ...] = (0, 1, 2, 3, 4, 5, 6)
    next_due_at: datetime | None = None
    every: int = 0
    since: date | None = None
    pace: Pace = Pace.PINNED
    rules: Rules = Rules()
    course: Course = Course()
    version: int = 0


class Entry(Value, frozen=True):
    """One self-rating of a person: `measure` names the scale, e.g. `mood`."""

    entry_id: str
    person_id: str
    measure: str
    value: float
    at: datetime


# --- one's own data --------------------------------------------------------------------------------------------------


class WishKind(StrEnum):
    """What a person asks for about their own data."""

    EXPORT = "export"
    LOG = "log"
    ERASE = "erase"


class Wish(Value, frozen=True):
    """Something asked for about one's own data, to be done at a time; None takes it back."""

    kind: WishKind
    at: datetime | None


class Prepared(Value, frozen=True, tag="prepared"):
    """What was asked for about one's own data, as texts ready to be sent."""

    kind: WishKind
    texts: tuple[str, ...]


# --- escalation ------------------------------------------------------------------------------------------------------


class CaseState(StrEnum):
    """Where an escalation stands."""

    PAGING = "paging"
    CLAIMED = "claimed"
    ENGAGED = "engaged"
    RESOLVED = "resolved"


class Outcome(StrEnum):
    """How a responder closed a case; outcomes feed triage's precision."""

    RIGHT_REACHED = "right_reached"
    RIGHT_NOT_REACHED = "right_not_reached"
    EMERGENCY_SERVICES = "emergency_services"
    MISREAD = "misread"
    JOKE_OR_TEST = "joke_or_test"
    TOO_HIGH = "too_high"
    TOO_LOW = "too_low"


class Card(Value, frozen=True):
    """One page: the on-call conversation that has it, the outbound to edit at a change of state, and its receipt."""

    address: Address
    outbound_id: int
    receipt: str = ""


class Relayed(Value, frozen=True):
    """Words that went from one side to the other: the message they were typed in, and what was sent to `to`."""

    message: str
    to: Address
    outbound_id: int
    receipt: str = ""


class Escalation(Value, frozen=True):
    """An open or closed case about one person. It holds rule ids and categories, never words.

    `step` indexes the policy's steps (the last repeats for ever); `passed` are responders who cannot take it now;
    `token` is the opaque stem of its buttons; `staff_chat` is the private conversation bound to the case by its owner.
    `refused` are the places that could not be paged since the policy paged last. `shift_ends_at` is when the owner is
    asked to hand over. `first_claimed_at` and `contacted_at` are for response times; `relayed` are the last messages
    that went between the owner and the person, so that edits and replies find theirs. `revealed` says that the owner
    asked who the person is.
    `next_at` is the earliest of the `…_due_at` and `honest_at`; every open case has one.
    """

    case_id: str
    person_id: str
    token: str
    state: CaseState
    level: Level
    reasons: tuple[Reason, ...]
    opened_at: datetime
    next_at: datetime | None
    claimed_at: datetime | None = None
    page_due_at: datetime | None = None
    honest_at: datetime | None = None
    claim_due_at: datetime | None = None
    idle_due_at: datetime | None = None
    step: int = 0
    pages: int = 0
    owner: str = ""
    passed: tuple[str, ...] = ()
    ping_due_at: datetime | None = None
    pinged_at: datetime | None = None
    watch_due_at: datetime | None = None
    told_nobody: bool = False
    told_unreached: bool = False
    cards: tuple[Card, ...] = ()
    refused: tuple[Address, ...] = ()
    staff_chat: Address | None = None
    person_last: bool = True
    linked_to: str = ""
    outcome: Outcome | None = None
    resolved_at: datetime | None = None
    language: str = "en"
    drill: bool = False
    shift_ends_at: datetime | None = None
    first_claimed_at: datetime | None = None
    contacted_at: datetime | None = None
    accepted_at: datetime | None = None
    alternate_due_at: datetime | None = None
    relayed: tuple[Relayed, ...] = ()
    revealed: bool = False


class CaseText(Value, frozen=True):
    """One message of a case, for private reading by its owner; stored sealed. `author` is `person` or a responder."""

    case_id: str
    person_id: str
    at: datetime
    author: str
    text: str


class Audit(Value, frozen=True):
    """Who did what with a case; text-free. `actor` is a responder id, or `program`."""

    at: datetime
    actor: str
    act: str
    case_id: str = ""
    person_id: str = ""


# --- what one message led to -----------------------------------------------------------------------------------------


class Event(Value, frozen=True):
    """One thing that happened in a turn, for replay and export; stored sealed. `value` is what was said or saved."""

    kind: str
    flow: str = ""
    step: str = ""
    name: str = ""
    value: Saved = None


class View(Value, frozen=True):
    """All that a decision about one person needs: loaded at once, replaced by the turn.

    `escalation` is the open case, `previous` the last one closed within 72 hours; `texts` are the open case's words,
    loaded only when staff act. `known` is False for a conversation that was never stored.
    """

    person: Person
    session: Session
    known: bool = True
    escalation: Escalation | None = None
    previous: Escalation | None = None
    check_ins: tuple[CheckIn, ...] = ()
    texts: tuple[CaseText, ...] = ()

    @property
    def mode(self) -> TalkMode:
        """Who talks with the person now."""
        if self.escalation is None or self.escalation.state is CaseState.RESOLVED:
            return TalkMode.BOT
        return TalkMode.HUMAN if self.escalation.state is CaseState.ENGAGED else TalkMode.HOLD


class Turn(Value, frozen=True):
    """What one received thing led to: the view after it, and what to write. `base` is the session version before it.

    `received` names the inbound, so that it is never taken twice. Lists hold only what is new or changed. `nudge` is
    the queued nudge that led to it. `called_off` are outbounds that shall not be sent any more.
    """

    received: str
    at: datetime
    base: int
    view: View
    person_changed: bool = False
    escalation_changed: bool = False
    events: tuple[Event, ...] = ()
    entries: tuple[Entry, ...] = ()
    dropped_entries: tuple[str, ...] = ()
    check_ins: tuple[CheckIn, ...] = ()
    dropped_check_ins: tuple[str, ...] = ()
    called_off: tuple[int, ...] = ()
    nudge: int = 0
    texts: tuple[CaseText, ...] = ()
    audits: tuple[Audit, ...] = ()
    wishes: tuple[Wish, ...] = ()
    outbounds: tuple[Outbound, ...] = ()
    level: Level = Level.NONE


SPLIT_WINDOW = timedelta(minutes=5)
