"""A contact as inspection sees it."""

from datetime import datetime

import msgspec

from shared.contracts.vocabulary import Channel, PartyRole


class Contact(msgspec.Struct, frozen=True, kw_only=True):
    """A contact that was permitted, with whoever made it as far as that is known.

    `collector_id` is the human or machine that spoke where a transcript names it, and the desk otherwise.
    """

    contact_id: str
    person_id: str
    customer_id: str
    channel: Channel
    party: PartyRole
    jurisdiction: str
    collector_id: str
    agency_id: str | None = None
    branch_id: str | None = None
    contacted_at: datetime

    @property
    def country(self) -> str:
        """ISO 3166-1, empty where it is not known."""
        return self.jurisdiction.partition("-")[0]
