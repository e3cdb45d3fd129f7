"""What is known of the words of a message when the gate is asked."""

from collections.abc import Callable
from typing import NamedTuple

from services.outreach.domain.contact import Contact
from services.outreach.domain.party import Party


class Words(NamedTuple):
    """The approved version that will be sent, its digest, and the tags that the linter of this name gives it.

    None where people find the words. `missing` says why there is no text to send.
    """

    tags: tuple[str, ...] | None = None
    linter: str = ""
    version: int | None = None
    digest: str | None = None
    missing: str | None = None


NO_WORDS = Words()
WordsOf = Callable[[Contact, Party | None], Words]
"""What a contact with this party would say."""
