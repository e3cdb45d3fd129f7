"""A run of the retention job, what stops deletion, and when debts ended; fields are columns of tables."""

from datetime import datetime, timedelta
from enum import StrEnum

import msgspec

from services.compliance.domain.retention.ledger import Counts
from shared.contracts.vocabulary import HoldKind

STOPPING = frozenset({HoldKind.DISPUTE, HoldKind.COMPLAINT, HoldKind.ATTORNEY, HoldKind.BANKRUPTCY})
"""Holds on contact that also stop deletion: what is on file may become evidence."""

FRESH = timedelta(days=7)
"""How old the dry run may be that somebody looked at before executing."""

DAILY = timedelta(days=1)


class Mode(StrEnum):
    """Whether a run deletes or only counts."""

    DRY_RUN = "dry_run"
    EXECUTE = "execute"


class RunState(StrEnum):
    """Where a run stands."""

    RUNNING = "running"
    DONE = "done"


class Run(msgspec.Struct, kw_only=True):
    """A run. Everything is judged as of `started_at`; `last_person` is how far it is, by id."""

    run_id: str
    mode: Mode
    state: RunState = RunState.RUNNING
    started_by: str
    started_at: datetime
    finished_at: datetime | None = None
    last_person: str = ""
    counts: Counts = msgspec.field(default_factory=dict)
    erased: dict[str, int] = msgspec.field(default_factory=dict)


class HoldReason(StrEnum):
    """Why nothing about a person is deleted."""

    LITIGATION = "litigation"
    INVESTIGATION = "investigation"
    AUDIT = "audit"


class LegalHold(msgspec.Struct, frozen=True, kw_only=True):
    """Stops deletion, not contact."""

    legal_hold_id: str
    person_id: str
    reason: HoldReason
    placed_by: str
    placed_at: datetime
    released_by: str | None = None
    released_at: datetime | None = None


class HowEnded(StrEnum):
    """How a debt ended."""

    SETTLED = "settled"
    WRITTEN_OFF = "written_off"
    SOLD = "sold"


class DebtEnd(msgspec.Struct, frozen=True, kw_only=True):
    """The last debt of a customer ended."""

    customer_id: str
    ended_at: datetime
    how: HowEnded
    recorded_by: str
    recorded_at: datetime


class Order(msgspec.Struct, frozen=True):
    """A recording that its keeper has to delete."""

    document_id: str
    contact_id: str
    run_id: str
    ordered_at: datetime
