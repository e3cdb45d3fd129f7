"""Intake's configuration."""

from datetime import timedelta
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import Self
from zoneinfo import ZoneInfo, available_timezones

from pydantic import Field, model_validator

from services.intake.classification_file import SHIPPED, tier_rules
from services.intake.domain.allocation import OLDEST_FIRST, Allocation
from services.intake.domain.rules import Buckets, Rules
from shared.contracts.lending import BalanceComponent
from shared.contracts.vocabulary import Product
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
    arrears_thresholds: dict[str, Decimal] = Field(
        default={}, description="The same for single currencies, in place of arrears_threshold"
    )
    allocation_oldest_first: bool = Field(
        default=True, description="A payment clears a due date whole before the next; else by component"
    )
    allocation_order: tuple[BalanceComponent, ...] = Field(
        default=OLDEST_FIRST.order, description="The order in which a payment clears components"
    )
    reminder_days: int = Field(
        default=0, ge=0, le=60, description="Days before its due date an instalment is announced; 0: never"
    )
    cause_analysis_days: int | None = Field(
        default=10, ge=0, description="More days past due call for a cause analysis; none: never"
    )
    cause_analysis_products: frozenset[Product] = Field(
        default=frozenset(Product) - {Product.CREDIT_CARD}, description="Products whose causes are analysed"
    )
    classify: bool = Field(default=True, description="Whether accounts are classified in five tiers")
    classification_file: Path = Field(default=SHIPPED, description="The tables of classification, YAML")
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
        wrong = [name for name, least in self.arrears_thresholds.items() if not least >= 0]
        if wrong:
            raise ValueError(f"arrears_thresholds of {', '.join(wrong)} must not be negative")
        _ = self.rules
        return self

    @cached_property
    def rules(self) -> Rules:
        """The numbers for the decisions."""
        return Rules(
            zone=ZoneInfo(self.business_zone),
            buckets=Buckets.from_bounds(self.bucket_bounds),
            threshold=self.arrears_threshold,
            thresholds=self.arrears_thresholds,
            allocation=Allocation(self.allocation_oldest_first, self.allocation_order),
            reminder_days=self.reminder_days,
            analysis_days=self.cause_analysis_days,
            analysed=self.cause_analysis_products,
            tiers=tier_rules(self.classification_file) if self.classify else None,
            future_tolerance=timedelta(days=self.future_tolerance_days),
            time_zones=frozenset(available_timezones()),
        )
