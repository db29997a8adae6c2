"""Our own errors: each says what happened and whether trying again can help."""

from __future__ import annotations

from datetime import timedelta


class HandrailError(Exception):
    """The base of every error that a person who runs the bot may see; its text names the remedy."""

    exit_code = 1


class SettingError(HandrailError):
    """A setting is missing or wrong. Trying again does not help."""

    exit_code = 2


class StoreError(HandrailError):
    """The database could not do it; `permanent` says that trying again cannot help."""

    exit_code = 3

    def __init__(self, message: str, *, permanent: bool = False) -> None:
        super().__init__(message)
        self.permanent = permanent


class KeyMismatch(HandrailError):  # noqa: N818  a fact about the key
    """The master key does not open this database. Trying again does not help."""

    exit_code = 4


class ChannelRefused(HandrailError):  # noqa: N818  the platform's word
    """A platform refuses the bot itself (revoked token, second instance). The process must end."""

    exit_code = 5


class DeliveryError(HandrailError):
    """One message did not go out.

    `permanent`: do not try again: this address cannot be reached, or with `message_only` the platform refuses this
    message alone. `retry_after`: the platform asks to wait that long
    (for this address only, unless `whole_bot`). `ambiguous`: it may have arrived (the answer was lost). `unwanted`: the
    person wants quiet now; this message alone waits for `retry_after`, or is dropped without one.
    """

    def __init__(
        self,
        message: str,
        *,
        permanent: bool = False,
        ambiguous: bool = False,
        retry_after: timedelta | None = None,
        whole_bot: bool = False,
        unwanted: bool = False,
        message_only: bool = False,
    ) -> None:
        super().__init__(message)
        self.permanent = permanent
        self.ambiguous = ambiguous
        self.retry_after = retry_after
        self.whole_bot = whole_bot
        self.unwanted = unwanted
        self.message_only = message_only
