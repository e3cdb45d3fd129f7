"""What a batch adds to the projections, by entity."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from services.reporting.domain.rows import (
    AccountRow,
    CaseAmountRow,
    CaseContactsRow,
    CaseCourseRow,
    CaseRow,
    ComplaintRow,
    DecisionRow,
    DispatchRow,
    EndingRow,
    HoldRow,
    PaymentRow,
    PromiseRow,
    ReceiptRow,
    RequestRow,
)
from shared.contracts.base import Event


@dataclass(slots=True)
class Projection:
    """The rows of one batch, by primary key."""

    accounts: dict[str, AccountRow] = field(default_factory=dict)
    cases: dict[str, CaseRow] = field(default_factory=dict)
    courses: dict[str, CaseCourseRow] = field(default_factory=dict)
    case_contacts: dict[str, CaseContactsRow] = field(default_factory=dict)
    amounts: dict[tuple[str, str], CaseAmountRow] = field(default_factory=dict)
    requests: dict[str, RequestRow] = field(default_factory=dict)
    decisions: dict[str, DecisionRow] = field(default_factory=dict)
    dispatches: dict[str, DispatchRow] = field(default_factory=dict)
    receipts: dict[str, ReceiptRow] = field(default_factory=dict)
    endings: dict[str, EndingRow] = field(default_factory=dict)
    payments: dict[str, PaymentRow] = field(default_factory=dict)
    promises: dict[str, PromiseRow] = field(default_factory=dict)
    holds: dict[str, HoldRow] = field(default_factory=dict)
    complaints: dict[str, ComplaintRow] = field(default_factory=dict)
    rules: dict[tuple[str, str, date], int] = field(default_factory=dict)

    def rule(self, rule_id: str, effect: str, day: date) -> None:
        """Count one effect of a rule."""
        key = (rule_id, effect, day)
        self.rules[key] = self.rules.get(key, 0) + 1


Folds = dict[type[Event], Callable[[Projection, Any, datetime], None]]
"""By event: a function of the projection, the event, and the instant at which its sender said it."""


def earliest(known: datetime | None, said: datetime) -> datetime:
    """The earlier of an instant that may be unknown and one that is known."""
    return said if known is None or said < known else known


def utc_day(instant: datetime) -> date:
    """The day in UTC of an aware instant."""
    return instant.date() if instant.tzinfo is UTC else instant.astimezone(UTC).date()
