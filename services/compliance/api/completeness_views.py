"""What callers of the comparison with providers' records send and get."""

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from services.compliance.domain.completeness.finding import Finding
from services.compliance.domain.completeness.rules import Rule, Settlement
from services.compliance.domain.completeness.run import Run
from services.compliance.store.completeness import Counts
from shared.contracts.vocabulary import Channel
from shared.web.inputs import Input

ProviderName = Annotated[str, Field(min_length=1, max_length=32)]


class RunState(StrEnum):
    """How it stands with a day."""

    COMPARED = "compared"
    """The whole day was compared."""
    FAILING = "failing"
    """The last try failed; it is tried again."""
    WAITING = "waiting"
    """It is not due, or has just become so; `compared_until` says what was compared by request."""


class NewRun(Input):
    """A day to compare now."""

    provider: ProviderName
    day: date = Field(description="As the provider counts days; not in the future")


class RunView(BaseModel):
    """A provider's day: whether its records were compared with the log, and what was found."""

    provider: str
    channel: Channel
    day: date
    begins_at: datetime
    ends_at: datetime = Field(description="Exclusive")
    due_at: datetime
    state: RunState
    asked: bool = Field(description="It waits to be compared because somebody asked")
    compared_until: datetime | None
    completed_at: datetime | None
    records: int = Field(description="That the provider has of the day, as of the last comparison")
    permitted: int = Field(description="Those among them that name a permit of ours")
    violations: int
    open_violations: int
    discrepancies: int = Field(description="Contacts in the log that no provider knows")
    open_discrepancies: int
    tries: int = Field(description="That failed, since the last one that did not")
    problem: str | None

    @classmethod
    def of(cls, run: Run, counts: Counts) -> "RunView":
        """The view of a run."""
        state = RunState.COMPARED if run.completed_at else RunState.WAITING
        return cls(
            **{
                name: getattr(run, name)
                for name in cls.model_fields
                if name not in ("state", "asked", *Counts._fields)
            },
            **counts._asdict(),
            state=RunState.FAILING if run.problem else state,
            asked=run.asked_at is not None,
        )


class FindingView(BaseModel):
    """A difference between a provider's records and the log; a violation's id is that of the register."""

    finding_id: str
    rule_id: Rule
    is_violation: bool
    provider: str
    day: date
    channel: Channel
    message_id: str | None = Field(description="The provider's name for the contact")
    permit_id: str | None
    contact_id: str | None
    person_id: str | None
    customer_id: str | None
    destination: str | None = Field(description="A keyed digest of the number or address")
    happened_at: datetime
    found_at: datetime
    settled_at: datetime | None
    settlement: Settlement | None
    settled_by: str | None

    @classmethod
    def of(cls, finding: Finding) -> "FindingView":
        """The view of a finding."""
        return cls(**{name: getattr(finding, name) for name in cls.model_fields})


class NewSettlement(Input):
    """How a finding was settled."""

    settlement: Literal["incident_handled", "provider_error", "explained"]


class RowProblem(BaseModel):
    """A line of a file that cannot be taken."""

    line: int
    problem: str = Field(description="Without what the line says")


class TakenView(BaseModel):
    """What was taken of a file."""

    provider: str
    day: date
    taken: int
    rejected: int
    problems: list[RowProblem] = Field(description="The first hundred")
    complete: bool = Field(description="The day's records are all here: it counts as compared when it was")
