"""What the Slack adapter needs of the house: its few words, and a person's home."""

from __future__ import annotations

from adapters.slack.views import ModalWords
from flows.wording import Words


def modal_words(words: Words) -> ModalWords:
    """Return what stands on the frames of modals."""
    return ModalWords(**{name: words.say(f"slack.{name}") for name in ModalWords.__struct_fields__})
