"""The policy as it is written: the fields of the YAML document, with their types and bounds."""

import re
from datetime import timedelta
from decimal import Decimal
from typing import Annotated, Literal

import msgspec

from shared.contracts.base import Currency
from shared.contracts.vocabulary import CaseStage, Channel, Purpose

Name = Annotated[str, msgspec.Meta(pattern="^[a-z][a-z0-9_]{0,39}$")]
Duration = Annotated[str, msgspec.Meta(pattern="^[0-9]{1,4}[dh]$")]
"""A whole number and `d` (days) or `h` (hours)."""

Dpd = Annotated[int, msgspec.Meta(ge=0, le=100_000)]
Count = Annotated[int, msgspec.Meta(ge=1, le=1000)]
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


class ConditionText(_Text, frozen=True, kw_only=True):
    minimum_dpd: Dpd | None = None
    maximum_dpd: Dpd | None = None
    minimum_accounts: Count | None = None
    minimum_arrears: dict[Currency, Decimal] = {}


class StepText(_Text, frozen=True, kw_only=True):
    step: Count
    after: Duration
    channel: Channel
    purpose: Purpose
    template: Name


class LadderText(_Text, frozen=True, kw_only=True):
    steps: list[StepText]
    repeat_every: Duration | None = None
    ladder_end: Literal["hold_at_last", "stop"] | None = None


class SegmentText(_Text, frozen=True, kw_only=True):
    name: Name
    stage: CaseStage
    when: list[ConditionText] = []
    ladder: LadderText


class PolicyText(_Text, frozen=True, kw_only=True):
    name: Name
    version: Count
    time_zone: str
    entry: EntryText
    pause_after_payment: Duration
    promise: PromiseText
    segments: list[SegmentText]
