"""Intake's configuration."""

from datetime import timedelta
from decimal import Decimal
from functools import cached_property
from typing import Self
from zoneinfo import ZoneInfo, available_timezones

from pydantic import Field, model_validator

from services.intake.domain.rules import Buckets, Rules
from shared.settings import ServiceSettings


class IntakeSettings(ServiceSettings):
    """What a bank decides about delinquency, and how long the border remembers."""

    business_zone: str = Field(default="Asia/Shanghai", description="Where the bank keeps its books")
    bucket_bounds: tuple[int, ...] = Field(
        default=(30, 60, 90, 120, 150, 180),
        description="The last days past due of M1, M2 …; above them is one more",
    )
    arrears_threshold: Decimal = Field(
        default=Decimal(0),
        ge=0,
        description="Arrears up to this do not count as overdue; practice: 50",
    )
    future_tolerance_days: int = Field(
        default=2, ge=0, le=366, description="How far in the future an event may take effect"
    )
    source_event_days: int = Field(
        default=90, ge=1, le=3650, description="How long ids of applied events are kept to drop repeats"
    )

    @model_validator(mode="after")
    def _usable(self) -> Self:
        if self.business_zone not in available_timezones():
            raise ValueError("business_zone is not the name of an IANA time zone")
        _ = self.rules
        return self

    @cached_property
    def rules(self) -> Rules:
        """The numbers for the decisions."""
        return Rules(
            zone=ZoneInfo(self.business_zone),
            buckets=Buckets.from_bounds(self.bucket_bounds),
            threshold=self.arrears_threshold,
            future_tolerance=timedelta(days=self.future_tolerance_days),
            time_zones=frozenset(available_timezones()),
        )
