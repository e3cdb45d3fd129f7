"""`compliance.decisions.v1`, keyed by person: the gate's answer, with every reason."""

from enum import StrEnum

from shared.contracts.base import Event, Id, Instant, Part


class Effect(StrEnum):
    """What a rule asks for, mildest first; the worst of all rules wins."""

    ALLOW = "allow"
    DEFER = "defer"
    REVIEW = "review"
    DENY = "deny"


class Force(StrEnum):
    """What stands behind a rule."""

    LAW = "law"
    PRESUMPTION = "presumption"
    STANDARD = "standard"
    SELF_REGULATORY = "self_regulatory"
    POLICY = "policy"


class Reason(Part, frozen=True, kw_only=True):
    """One rule that applied, and the numbers it used (`{"count": "3", "max": "3"}`).

    `confidence` is how well the rule's numbers are sourced: A the text was read, B told, C from memory.
    """

    rule_id: str
    effect: Effect
    force: Force
    citation: str
    numbers: dict[str, str] = {}
    confidence: str | None = None


class ContactAllowed(Event, frozen=True, kw_only=True):
    """A permit: one contact, this channel and contact point, before `valid_until`, once.

    `leaf_index` is the decision's place in the audit log. `obligations` are what the contact has to hold or
    do, as the rule packs name it (`include:institution_name`).
    """

    type_ = "contact.allowed.v1"
    decision_id: Id
    permit_id: Id
    contact_id: Id
    ask: int
    person_id: Id
    customer_id: Id
    decided_at: Instant
    valid_until: Instant
    leaf_index: int
    reasons: list[Reason] = []
    obligations: list[str] = []


class ContactDeferred(Event, frozen=True, kw_only=True):
    """Not now: ask again at `until`."""

    type_ = "contact.deferred.v1"
    decision_id: Id
    contact_id: Id
    ask: int
    person_id: Id
    customer_id: Id
    decided_at: Instant
    until: Instant
    leaf_index: int
    reasons: list[Reason]


class ContactDenied(Event, frozen=True, kw_only=True):
    """Not at all."""

    type_ = "contact.denied.v1"
    decision_id: Id
    contact_id: Id
    ask: int
    person_id: Id
    customer_id: Id
    decided_at: Instant
    leaf_index: int
    reasons: list[Reason]


class ContactReferred(Event, frozen=True, kw_only=True):
    """A human has to look: a fact that a rule needs is missing or in doubt."""

    type_ = "contact.referred.v1"
    decision_id: Id
    contact_id: Id
    ask: int
    person_id: Id
    customer_id: Id
    decided_at: Instant
    leaf_index: int
    reasons: list[Reason]


EVENTS: tuple[type[Event], ...] = (ContactAllowed, ContactDeferred, ContactDenied, ContactReferred)
