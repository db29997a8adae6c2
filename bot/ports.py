"""What the core needs from the outside, as small protocols; adapters fill them, bootstrap joins them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from msgspec import Struct

from bot.checkins.due import Decide
from bot.model.cases import Escalation
from bot.model.people import Address, Platform
from bot.model.received import Due
from bot.model.schedules import CheckIn, Entry
from bot.model.sent import Delivery, Lane
from bot.model.turns import Turn, View
from bot.model.worry import Level


class Channel(Protocol):
    """A platform that delivers messages to people."""

    platform: Platform

    async def send(self, delivery: Delivery) -> str:
        """Deliver and return the platform's id of the message (its receipt, needed to edit it later).

        With `delivery.edits` the message of that receipt is replaced in place where the platform can.
        A refused rich message is sent again as plain text at once. Raises DeliveryError, and nothing else.
        """


class Lookup(Struct, frozen=True):
    """How to find whom a received thing is about: exactly one of the four is set.

    `person_id` (something fell due) · `card` (the token of a case's button; falls back to `staff_chat`'s fallback, when
    that is set too) · `staff_chat` (the private conversation that an owner bound to open cases; falls back to the
    person who chats there) · `address` (a person's own conversation).
    With `open_cases` (a word from the on-call conversation itself) every open case is a subject: the worst first, then
    the oldest, at most 50.
    """

    key: str
    person_id: str = ""
    card: str = ""
    staff_chat: Address | None = None
    address: Address | None = None
    open_cases: bool = False


class Loaded(Struct, frozen=True):
    """What the store knows about a batch. A key missing in `subjects` is about nobody known yet.

    `subjects`: key → person ids (several when a staff chat is bound to several open cases) · `views`: by person id ·
    `duplicates`: keys that were taken before · `as_staff`: keys that were resolved through `card` or `staff_chat` ·
    `damaged`: keys about someone whose sealed rows do not open; they are no subjects, and nothing can be committed.
    """

    subjects: Mapping[str, tuple[str, ...]]
    views: Mapping[str, View]
    duplicates: frozenset[str]
    as_staff: frozenset[str] = frozenset()
    damaged: frozenset[str] = frozenset()


class Wanted(Struct, frozen=True):
    """How many messages of a platform a sender can take now, in the lanes from `first` to `last`."""

    platform: Platform
    limit: int
    first: Lane = Lane.PAGE
    last: Lane = Lane.NUDGE


class Settled(Struct, frozen=True):
    """How one delivery ended, to be written by the sender.

    Exactly one of: `receipt` (sent), `retry_at` (try again then; `attempt` stays counted), `failed` (given up: why).
    `hold_scope_until` makes every outbound to the same address wait (a Retry-After), without counting an attempt;
    `hold_platform_until` does so for everything that goes through the same bot. `unsent` puts a message back that was
    not tried.
    """

    delivery: Delivery
    receipt: str = ""
    retry_at: datetime | None = None
    failed: str = ""
    hold_scope_until: datetime | None = None
    hold_platform_until: datetime | None = None
    unsent: bool = False


class Fence(Struct, frozen=True):
    """Proof of holding a lease: its name and the number it had when it was taken."""

    name: str
    number: int


class Notes(Protocol):
    """Small facts that outlive the process; they are nobody's words."""

    async def keep_note(self, name: str, value: str) -> None:
        """Keep a note, in place of an earlier one of that name."""

    async def notes(self, prefix: str) -> dict[str, str]:
        """Return the notes whose names begin so."""


class Leases(Protocol):
    """Lets one process at a time do what only one may do. The database's own clock decides."""

    async def take_lease(self, name: str, holder: str, span: timedelta) -> Fence | None:
        """Take or renew a lease; None while another holder has it."""

    async def drop_lease(self, name: str, holder: str) -> None:
        """Let another holder have it at once."""


class Waiting(Struct, frozen=True):
    """What waits in the store: by lane, how many outbounds and since when; unclaimed cases and since when."""

    outbox: Mapping[Lane, tuple[int, datetime]]
    unclaimed: int = 0
    unclaimed_since: datetime | None = None


class Examined(Struct, frozen=True):
    """What a database says of itself: schema version, conversations, `ok` or what is damaged, and its own clock."""

    version: str
    people: int
    sound: str
    now: datetime


class Gauges(Protocol):
    """Tells how much waits and how sound the database is, for metrics, health and the doctor."""

    async def waiting(self) -> Waiting:
        """Return the depth and age of every queue."""

    async def examine(self) -> Examined:
        """Return version, size, integrity and clock."""


class History(Protocol):
    """Tells what a person has rated."""

    async def entries(self, person_id: str, since: datetime) -> list[Entry]:
        """Return a loaded person's ratings since then, oldest first."""


class Cases(Protocol):
    """Tells what became of cases, for follow-ups, precision and response times."""

    async def closed_cases(self, since: datetime, until: datetime) -> list[Escalation]:
        """Return the cases closed in a stretch of time, oldest first."""

    async def people_at(self, level: Level, since: datetime) -> int:
        """Return how many people who wrote since then stand at a level."""


class Installation(Struct, frozen=True):
    """Leave to act in a workspace of a platform, or in all of an organisation's; `token` is the bot's there."""

    platform: Platform
    workspace: str
    token: str

    def __repr__(self) -> str:
        """Return it without the token."""
        return f"Installation({self.platform}, {self.workspace})"


class Installations(Protocol):
    """Keeps which workspaces installed the app."""

    async def keep_installation(self, installation: Installation, now: datetime) -> None:
        """Keep a workspace's token; it replaces an earlier one."""

    async def drop_installation(self, platform: Platform, workspace: str) -> None:
        """Forget a workspace."""

    async def installations(self, platform: Platform) -> list[Installation]:
        """Return all that are kept."""


class StaleSession(Exception):  # noqa: N818  it is an answer, not a fault
    """Another process moved a session first: nothing was written; load and decide again."""


class Store(Protocol):
    """Everything durable. Each method is one transaction; each raises StoreError when the disk or server fails."""

    async def load_many(self, lookups: Sequence[Lookup], now: datetime) -> Loaded:
        """Return all that the batch needs, in a few set-based statements."""

    async def commit_many(self, turns: Sequence[Turn]) -> None:
        """Write all turns or none. Raises StaleSession when a session moved or a key was taken meanwhile."""

    async def claim_due(self, now: datetime, limit: int) -> list[Due]:
        """Return what has fallen due: escalations first, then waiting steps, then nudges as far as the outbox has room.

        Nothing is marked: the turn that a Due leads to moves its due time in its own transaction, and the unique key
        makes a second one a duplicate.
        """

    async def plan_check_ins(self, now: datetime, limit: int, decide: Decide) -> int:
        """Take check-ins that are due: write what `decide` makes of each, and queue its nudge. Return how many.

        One transaction for all; any number of processes share the work, and none plans the same due time twice.
        `decide` is pure and may be asked again.
        """

    async def claim_outbox(
        self, now: datetime, wanted: Sequence[Wanted], busy: frozenset[Address], fence: Fence | None = None
    ) -> list[Delivery]:
        """Mark and return what can be sent now: by lane, then oldest first, without `busy` or held addresses.

        At most one for each address, its next one; but all pages that wait for it come together. With a `fence`,
        nothing unless its lease still stands.

        A row that was being sent when a process died comes back after its lease, marked ambiguous.
        """

    async def settle(self, outcomes: Sequence[Settled], now: datetime) -> None:
        """Write how deliveries ended."""

    async def open_cases(self) -> list[Escalation]:
        """Return every open escalation, oldest first."""

    async def next_event_at(self) -> datetime | None:
        """Return when the earliest waiting thing falls due (outbox, check-in, wait, case), or None."""

    async def quarantine(self, channel: Platform, raw: bytes, at: datetime) -> None:
        """Keep, sealed, an update that could not be read."""

    async def close(self) -> None:
        """Finish what is being written and release everything."""


class SentimentScorer(Protocol):
    """Scores the mood of a text, -1 (bad) to 1 (good)."""

    def __call__(self, text: str) -> float:
        """Return VADER's compound score of at most 500 characters."""


class Numbers(Protocol):
    """Tells whom a person can call (flows/crisis_lines.py)."""

    def __call__(self, country: str, language: str) -> str:
        """Return the emergency number and crisis lines of a country, or the international directory."""


class NextCheckIn(Protocol):
    """Tells when a schedule is due next (scheduler/timing.py)."""

    def __call__(self, plan: CheckIn, after: datetime) -> datetime:
        """Return the first due moment of `plan` strictly after `after`, in UTC."""


class Clock(Protocol):
    """Tells the time; tests and the terminal inject their own."""

    def __call__(self) -> datetime:
        """Return the aware current time in UTC."""


class Mint(Protocol):
    """Makes ids; tests inject their own."""

    def number(self) -> int:
        """Return a unique 63-bit number that grows with time."""

    def token(self) -> str:
        """Return at least 64 unguessable bits as URL-safe text of at most 16 characters."""

    def case_id(self) -> str:
        """Return a short name that staff can say aloud, e.g. `K7Q2M`."""
