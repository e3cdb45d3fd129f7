"""What inspectors and recorders send. Texts are sealed before anything else is done with them."""

from datetime import date
from decimal import Decimal
from typing import Annotated

import msgspec
from pydantic import AwareDatetime, Field

from services.compliance.domain.inspection.completing import Breach
from services.compliance.domain.inspection.forms import Form
from services.compliance.domain.inspection.plans import Plan
from services.compliance.domain.inspection.transcript import Turn
from services.compliance.domain.inspection.words import Mark, Span, Speaker
from shared.contracts.complaints import Severity
from shared.contracts.vocabulary import Channel
from shared.web.inputs import Count, Input

Id = Annotated[str, Field(min_length=1, max_length=64)]
FullText = Annotated[str, Field(min_length=1, max_length=4000)]
Weight = Annotated[Decimal, Field(gt=0, le=1000, max_digits=9, decimal_places=4)]
Seconds = Annotated[float, Field(ge=0, le=86_400, allow_inf_nan=False)]
_DAY = 86_400


class TurnInput(Input):
    """What one speaker says; times are seconds from the beginning of the recording."""

    speaker: Speaker
    text: str = Field(max_length=10_000)
    starts: Seconds = 0.0
    ends: Seconds = 0.0


class NewTranscript(Input):
    """What was said or written in a contact, and by whom for the bank."""

    contact_id: Id
    collector_id: Id = Field(description="The subject of who spoke for the bank")
    agency_id: Id | None = None
    branch_id: Id | None = None
    language: Annotated[str, Field(pattern=r"^[A-Za-z]{2,8}([-_][A-Za-z0-9]{1,8})*$", max_length=35)]
    started_at: AwareDatetime
    recogniser: Annotated[str, Field(min_length=1, max_length=100, description="Who or what wrote it down")]
    turns: list[TurnInput] = Field(min_length=1, max_length=2000)

    def heard(self) -> list[Turn]:
        """The turns for the domain."""
        return [Turn(**turn.model_dump()) for turn in self.turns]


class WeightsInput(Input):
    """By how much likelier a contact is drawn; weights that apply are multiplied."""

    channel: dict[Channel, Weight] = Field(default={})
    finding: dict[Severity, Weight] = Field(default={})
    complaint: Weight = Decimal(1)
    new_collector: Weight = Decimal(1)
    third_party: Weight = Decimal(1)
    long_contact: Weight = Decimal(1)


class NewPlan(Input):
    """The next version of a sampling plan: either a rate or a number for each period."""

    title: Annotated[str, Field(min_length=1, max_length=200)]
    active: bool = True
    channels: list[Channel] = Field(default=[], max_length=len(Channel), description="None: all")
    span: Span = Span.DAY
    zone: Annotated[str, Field(min_length=1, max_length=64)] = "Asia/Shanghai"
    valid_from: date = Field(ge=date(2000, 1, 1), le=date(2100, 1, 1), description="Local date")
    seed: Annotated[str, Field(min_length=1, max_length=200)] | None = Field(
        default=None, description="None: that of the version before, or a new one"
    )
    rate: Annotated[Decimal, Field(ge=0, le=1, max_digits=9, decimal_places=8)] | None = None
    number: Annotated[int, Field(ge=1, le=1_000_000)] | None = None
    each_collector: Annotated[int, Field(ge=0, le=1000)] = 0
    weights: WeightsInput = Field(default_factory=WeightsInput)
    new_collector_days: Annotated[int, Field(ge=0, le=4000)] = 90
    long_seconds: Annotated[int, Field(ge=1, le=_DAY)] = 600

    def plan(self, plan_id: str, version: int, seed: str) -> Plan:
        """The version for the domain."""
        values = self.model_dump(mode="json") | {"plan_id": plan_id, "version": version, "seed": seed}
        return msgspec.convert(values, Plan)


class NewDraw(Input):
    """Which period's sample to draw."""

    day: date = Field(ge=date(2000, 1, 1), le=date(2100, 1, 1), description="A local date in the period")


class ItemInput(Input):
    """Something that the collector has to do."""

    item_id: Id
    title: Annotated[str, Field(min_length=1, max_length=500)]
    weight: Annotated[int, Field(ge=1, le=1000)] = 1
    critical: bool = False
    rule_id: Id | None = None


class NewForm(Input):
    """The next version of a scoring form."""

    title: Annotated[str, Field(min_length=1, max_length=200)]
    items: list[ItemInput] = Field(min_length=1, max_length=100)
    pass_mark: Annotated[int, Field(ge=1, le=100)] = 80
    channels: list[Channel] = Field(default=[], max_length=len(Channel), description="None: all")

    def form(self, form_id: str, version: int) -> Form:
        """The version for the domain."""
        values = self.model_dump(mode="json") | {"form_id": form_id, "version": version}
        return msgspec.convert(values, Form)


class Note(Input):
    """Why it is done, or what is said of it; kept sealed."""

    note: FullText


class NewInspection(Note):
    """A contact to inspect, whatever the samples say."""

    contact_id: Id


class ClaimNext(Input):
    """Which queue to take from."""

    channel: Channel | None = None


class BreachInput(Input):
    """A violation: an automatic finding, or a rule with how grave it was."""

    finding_id: Id | None = None
    rule_id: Id | None = None
    citation: Annotated[str, Field(max_length=500)] = ""
    severity: Severity | None = None
    turn: Count | None = None
    item_id: Id | None = Field(default=None, description="The item that was not met because of it")

    def breach(self) -> Breach:
        """The same for the domain."""
        return Breach(**self.model_dump())


class NewResult(Note):
    """What the inspection came to; `cleared` are automatic findings that are none in truth."""

    form_id: Id
    form_version: Annotated[int, Field(ge=1, le=1_000_000)]
    marks: dict[Id, Mark] = Field(max_length=100)
    violations: list[BreachInput] = Field(default=[], max_length=100)
    cleared: list[Id] = Field(default=[], max_length=2000)


class NewRectification(Note):
    """What has to be put right (the note), by whom and until when."""

    owner_id: Id
    due_at: AwareDatetime


class AppealDecision(Note):
    """What became of the appeal."""

    upheld: bool
