"""`outreach.requests.v1`, keyed by person: may we contact this person?"""

from shared.contracts.base import Event, Id, Instant
from shared.contracts.vocabulary import Channel, PartyRole, Purpose


class ContactRequested(Event, frozen=True, kw_only=True):
    """Outreach asks compliance for a permit.

    A contact that was deferred asks again under the same `contact_id` with the next `ask`; a pair
    (`contact_id`, `ask`) is decided once. `time_zone` and `jurisdiction` are what outreach knows of the
    person; the gate takes the stricter of these and its own facts.
    """

    type_ = "contact.requested.v1"
    contact_id: Id
    ask: int
    person_id: Id
    customer_id: Id
    case_id: Id
    treatment_id: Id
    role: PartyRole
    channel: Channel
    purpose: Purpose
    contact_point_id: Id
    template: str
    language: str
    jurisdiction: str
    time_zone: str | None
    requested_at: Instant


EVENTS: tuple[type[Event], ...] = (ContactRequested,)
