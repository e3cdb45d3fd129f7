"""What strategy remembers: the records behind its tables, field by field in the columns' order."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

import msgspec

from services.strategy.domain.inputs import Profile
from shared.contracts.base import Money
from shared.contracts.treatments import CaseOutcome
from shared.contracts.vocabulary import CaseStage, Channel, HoldKind, OutcomeCode, Product
from shared.ids import derive_id

FOREVER = datetime.max.replace(tzinfo=UTC)
"""Until further notice."""


class CaseStatus(StrEnum):
    OPEN = "open"
    CLOSED = "closed"


class PromiseStatus(StrEnum):
    """`kept`, `broken` and `partial` follow from the payments in the window and change with them.

    `partial`: the deadline passed with something paid, but too little. `cancelled`: the case was cured
    before, by something else than the promised payment.
    """

    PENDING = "pending"
    KEPT = "kept"
    BROKEN = "broken"
    PARTIAL = "partial"
    CANCELLED = "cancelled"


class Customer(msgspec.Struct, frozen=True, gc=False):
    """One row a customer: the lock under which all that concerns the customer is decided.

    `cases` numbers the cases so far. `holds` and `promises` count those on record, so that a customer
    without any costs no look-up. `profile` is what is known beside; None: nothing.
    """

    customer_id: str
    cases: int = 0
    holds: int = 0
    promises: int = 0
    opted_out: tuple[Channel, ...] = ()
    profile: Profile | None = None

    @property
    def latest_case_id(self) -> str | None:
        """The id of the customer's latest case, open or closed."""
        return case_id_of(self.customer_id, self.cases) if self.cases else None


class Case(msgspec.Struct, frozen=True, gc=False):
    """A collection case (催收案件): all of a customer's accounts from collection entry to exit.

    `round` counts the passes through a ladder, `step` is the last step taken in this pass, `next_due_at`
    when the ladder wants the next (None: it ended). `paused_by` is the payment behind `paused_until`.
    `entries` counts the timeline. `products` are those of the overdue accounts, by account.
    """

    case_id: str
    customer_id: str
    number: int
    status: CaseStatus
    stage: CaseStage
    segment: str
    policy: str
    reasons: tuple[str, ...]
    segment_since: datetime
    round: int
    step: int
    next_due_at: datetime | None
    paused_until: datetime | None
    paused_by: str | None
    opened_at: datetime
    closed_at: datetime | None
    outcome: CaseOutcome | None
    days_past_due: int
    bucket: str
    overdue_accounts: int
    arrears: list[Money]
    contacts: int = 0
    last_contact_at: datetime | None = None
    last_outcome: OutcomeCode | None = None
    entries: int = 0
    products: Mapping[str, Product] = {}


class Promise(msgspec.Struct, frozen=True, gc=False):
    """A promise to pay. `needed` is the amount less the tolerance; grace ends at `deadline`.

    `received` is what payments since `first_day` up to the deadline came to, at most `amount`.
    """

    promise_id: str
    case_id: str
    customer_id: str
    amount: Decimal
    currency: str
    needed: Decimal
    due_date: date
    first_day: date
    deadline: datetime
    made_at: datetime
    status: PromiseStatus
    received: Decimal
    settled_at: datetime | None = None


class Hold(msgspec.Struct, frozen=True, gc=False):
    """A reason not to contact, from `placed_at` until `until` (None: until released)."""

    hold_id: str
    customer_id: str
    person_id: str
    kind: HoldKind
    placed_at: datetime
    until: datetime | None
    released_at: datetime | None = None


class Payment(msgspec.Struct, frozen=True, gc=False):
    """Money received while there was a case or a promise; a reversed one counts for nothing."""

    account_id: str
    payment_id: str
    customer_id: str
    amount: Decimal
    currency: str
    effective_at: datetime
    reversed: bool = False


class Entry(msgspec.Struct, frozen=True, gc=False):
    """An entry of a case's timeline: a fact that came, what was decided on it, and why."""

    case_id: str
    sequence: int
    at: datetime
    type: str
    summary: dict[str, Any]


def case_id_of(customer_id: str, number: int) -> str:
    """The id of a customer's case number `number`, counted from 1."""
    return derive_id("case", customer_id, number)
