"""The policy as it is written: the fields of the YAML document, with their types and bounds."""

import re
from datetime import timedelta
from decimal import Decimal
from typing import Annotated, Literal

import msgspec

from services.strategy.domain.inputs import BEST_SCORE, Cause, Flag, Level
from services.strategy.domain.policy import ORDINARY_PRIORITY, Owner
from shared.contracts.base import Currency, Instant
from shared.contracts.lending import PartyType, SizeBand
from shared.contracts.vocabulary import CaseStage, Channel, PartyRole, Product, Purpose, RiskClassification

Name = Annotated[str, msgspec.Meta(pattern="^[a-z][a-z0-9_]{0,39}$")]
Duration = Annotated[str, msgspec.Meta(pattern="^[0-9]{1,4}[dh]$")]
"""A whole number and `d` (days) or `h` (hours)."""

Dpd = Annotated[int, msgspec.Meta(ge=0, le=100_000)]
Count = Annotated[int, msgspec.Meta(ge=1, le=1000)]
Times = Annotated[int, msgspec.Meta(ge=0, le=1000)]
Score = Annotated[int, msgspec.Meta(ge=0, le=BEST_SCORE)]
Industry = Annotated[str, msgspec.Meta(pattern="^[A-T]$")]
"""A section letter of GB/T 4754."""

_DURATION = re.compile(r"([0-9]+)([dh])")


def duration(text: str) -> timedelta:
    """The time that a Duration says."""
    found = _DURATION.fullmatch(text)
    if found is None:
        raise ValueError("a duration is a whole number and d or h")
    number = int(found[1])
    return timedelta(days=number) if found[2] == "d" else timedelta(hours=number)


class _Text(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A part of the document; a name that it does not know is an error."""


class EntryText(_Text, frozen=True, kw_only=True):
    minimum_dpd: Dpd
    minimum_arrears: dict[Currency, Decimal] = {}


class PromiseText(_Text, frozen=True, kw_only=True):
    grace_days: Annotated[int, msgspec.Meta(ge=0, le=60)]
    tolerance_percent: Decimal
    longest_days: Annotated[int, msgspec.Meta(ge=1, le=366)]


Input = Literal[
    "product",
    "party",
    "role",
    "industry",
    "size",
    "cause",
    "willingness",
    "ability",
    "classification",
    "score",
    "times_overdue",
]
"""What may be unknown; flags never are."""


class ConditionText(_Text, frozen=True, kw_only=True):
    minimum_dpd: Dpd | None = None
    maximum_dpd: Dpd | None = None
    minimum_accounts: Count | None = None
    minimum_arrears: dict[Currency, Decimal] = {}
    below_arrears: dict[Currency, Decimal] = {}
    product: list[Product] = []
    party: list[PartyType] = []
    role: list[PartyRole] = []
    industry: list[Industry] = []
    size: list[SizeBand] = []
    cause: list[Cause] = []
    willingness: list[Level] = []
    ability: list[Level] = []
    classification: list[RiskClassification] = []
    minimum_score: Score | None = None
    maximum_score: Score | None = None
    minimum_times_overdue: Times | None = None
    maximum_times_overdue: Times | None = None
    flags: list[Flag] = []
    without_flags: list[Flag] = []
    or_unknown: list[Input] = []


class StepText(_Text, frozen=True, kw_only=True):
    step: Count
    after: Duration
    channel: Channel
    purpose: Purpose
    template: Name
    owner: Owner | None = None
    within: Duration | None = None


class LadderText(_Text, frozen=True, kw_only=True):
    steps: list[StepText]
    repeat_every: Duration | None = None
    ladder_end: Literal["hold_at_last", "stop"] | None = None


class SlaText(_Text, frozen=True, kw_only=True):
    first_contact: Duration | None = None
    review_every: Duration | None = None
    longest: Duration | None = None


class SegmentText(_Text, frozen=True, kw_only=True):
    name: Name
    stage: CaseStage
    owner: Owner = Owner.AUTOMATIC
    priority: Annotated[int, msgspec.Meta(ge=0, le=100)] = ORDINARY_PRIORITY
    sla: SlaText = SlaText()
    when: list[ConditionText] = []
    ladder: LadderText


class EasingText(_Text, frozen=True, kw_only=True):
    calendar: str
    holiday: Decimal = Decimal(1)
    weekend: Decimal = Decimal(1)


class PolicyText(_Text, frozen=True, kw_only=True):
    name: Name
    version: Count
    description: str = ""
    effective_from: Instant | None = None
    time_zone: str
    entry: EntryText
    pause_after_payment: Duration
    promise: PromiseText
    easing: EasingText | None = None
    matching: Literal["only", "first"] = "only"
    scope: ConditionText = ConditionText()
    parts: list[Name] = []
    segments: list[SegmentText]
