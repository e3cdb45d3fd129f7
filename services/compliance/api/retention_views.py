"""What callers of retention send and get: counts and ids."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field

from services.compliance.domain.retention.run import HoldReason, HowEnded, Mode, RunState
from services.compliance.domain.retention.words import DataClass, Verdict
from shared.web.inputs import Identifier, Input


class _View(BaseModel):
    model_config = ConfigDict(from_attributes=True)


class NewRun(Input):
    """What the run does: count, or delete."""

    mode: Mode


class RunView(_View):
    """A run of the job."""

    run_id: str
    mode: Mode
    state: RunState
    started_by: str
    started_at: datetime = Field(description="Everything is judged as of this instant")
    finished_at: datetime | None
    counts: dict[DataClass, dict[Verdict, int]] = Field(description="Pieces of data by class and verdict")
    erased: dict[DataClass, int] = Field(description="What was really deleted, or ordered deleted")


class OrderView(_View):
    """A recording that its keeper has to delete; only its digest stays."""

    document_id: str
    contact_id: str
    run_id: str
    ordered_at: datetime


class NewLegalHold(Input):
    """Whose data stays, and why."""

    person_id: Identifier
    reason: HoldReason


class LegalHoldView(_View):
    """What stops deletion, not contact."""

    legal_hold_id: str
    person_id: str
    reason: HoldReason
    placed_by: str
    placed_at: datetime
    released_by: str | None
    released_at: datetime | None


class NewDebtEnd(Input):
    """The last debt of a customer ended."""

    customer_id: Identifier
    ended_at: datetime = Field(description="With its offset; not in the future")
    how: HowEnded


class DebtEndView(_View):
    """When the last debt of a customer ended."""

    customer_id: str
    ended_at: datetime
    how: HowEnded
    recorded_by: str
    recorded_at: datetime
