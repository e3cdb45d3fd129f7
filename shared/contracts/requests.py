"""`outreach.requests.v1`, keyed by person: may we contact this person?"""

from shared.contracts.base import Event, Id, Instant
from shared.contracts.vocabulary import Channel, PartyRole, Product, Purpose


class ContactRequested(Event, frozen=True, kw_only=True):
    """Outreach asks compliance for a permit.

    A contact that was deferred asks again under the same `contact_id` with the next `ask`; a pair
    (`contact_id`, `ask`) is decided once. `time_zone` and `jurisdiction` are what outreach knows of the
    person; the gate takes the stricter of these and its own facts. A jurisdiction is a country,
    country-state or country-state-city (`CN`, `US-NY`, `US-NY-New York`).

    `debts` are what the creditor counts as one debt each; without any the customer's debts are one.
    `collector_id` is who makes the contact, the bank's own desk where it is None; `staff_id` is which of its
    people, where that is settled. `content_tags` is what the linter of version `linter` found in the words;
    None where no words are known yet. `template_version` is the approved version of `template` that will be
    sent, `template_digest` what it says; None where people find the words.
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
    debts: list[Id] = []
    product: Product | None = None
    collector_id: Id | None = None
    staff_id: Id | None = None
    content_tags: list[str] | None = None
    linter: str = ""
    template_version: int | None = None
    template_digest: str | None = None


EVENTS: tuple[type[Event], ...] = (ContactRequested,)
