"""What is known of the words of a message when the gate is asked."""

from collections.abc import Callable
from typing import NamedTuple

from services.outreach.domain.contact import Contact
from services.outreach.domain.party import Party


class Words(NamedTuple):
    """The tags that the linter of this name gives to a message; None where no words are known yet."""

    tags: tuple[str, ...] | None = None
    linter: str = ""


NO_WORDS = Words()
WordsOf = Callable[[Contact, Party | None], Words]
"""What a contact with this party would say."""


def no_words(_contact: Contact, _party: Party | None) -> Words:
    """Nothing is known of any words."""
    return NO_WORDS
