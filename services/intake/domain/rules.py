"""The numbers that the decisions depend on, and the moment at which they are made."""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from services.intake.domain.allocation import OLDEST_FIRST, Allocation
from services.intake.domain.tiers import TierRules
from shared.contracts.vocabulary import Product

CURRENT_BUCKET = "M0"


@dataclass(frozen=True, slots=True)
class Buckets:
    """Delinquency buckets (逾期阶段) by the days past due at which each starts; M0 is not overdue."""

    starts: tuple[int, ...]
    names: tuple[str, ...]

    @classmethod
    def from_bounds(cls, bounds: Sequence[int]) -> "Buckets":
        """Buckets M1, M2 … with these upper bounds in days, and an open one above the last.

        ValueError where the bounds are not positive and increasing.
        """
        if not bounds or any(later <= earlier for earlier, later in zip((0, *bounds), bounds, strict=False)):
            raise ValueError("bucket bounds must be positive numbers of days, each above the last")
        starts = (1, *(bound + 1 for bound in bounds))
        closed = (f"M{number}" for number in range(1, len(starts)))
        return cls(starts, (CURRENT_BUCKET, *closed, f"M{len(starts)}+"))

    def of(self, days_past_due: int) -> str:
        """The bucket of an account that is so many days past due."""
        return self.names[bisect_right(self.starts, days_past_due)]

    def next_start(self, days: int) -> int | None:
        """The days past due at which the bucket after that of `days` starts; None in the last."""
        place = bisect_right(self.starts, days)
        return self.starts[place] if place < len(self.starts) else None

    def days_of(self, bucket: str) -> tuple[int, int | None]:
        """First and last days past due of an overdue bucket, None for no end; KeyError if unknown."""
        place = self.names.index(bucket) - 1 if bucket in self.names else -1
        if place < 0:
            raise KeyError(bucket)
        following = self.starts[place + 1] - 1 if place + 1 < len(self.starts) else None
        return self.starts[place], following


@dataclass(frozen=True, slots=True)
class Moment:
    """An instant, and the business date that it falls on."""

    now: datetime
    today: date


@dataclass(frozen=True, slots=True)
class Rules:
    """What a bank configures. `threshold`: arrears up to this amount do not count as overdue; `thresholds`
    are those of single currencies.

    `reminder_days`: how long before its due date an instalment is announced; 0 for never.
    `analysis_days`: an account of `analysed` products that is more days past due needs its cause analysed;
    None for never. Without `tiers` nothing is classified.
    """

    zone: ZoneInfo
    buckets: Buckets
    threshold: Decimal = Decimal(0)
    thresholds: Mapping[str, Decimal] = field(default_factory=dict)
    allocation: Allocation = OLDEST_FIRST
    reminder_days: int = 0
    analysis_days: int | None = None
    analysed: frozenset[Product] = frozenset()
    tiers: TierRules | None = None
    future_tolerance: timedelta = timedelta(days=2)
    time_zones: frozenset[str] = field(default=frozenset(), repr=False)

    def moment(self, now: datetime) -> Moment:
        """`now` with its business date."""
        return Moment(now, self.business_date(now))

    def threshold_of(self, currency: str) -> Decimal:
        """Arrears of this currency up to this amount do not count as overdue."""
        return self.thresholds.get(currency, self.threshold)

    def business_date(self, instant: datetime) -> date:
        """The date of an instant where the bank keeps its books."""
        return instant.astimezone(self.zone).date()

    def start_of(self, day: date) -> datetime:
        """The first instant of a business date, in UTC."""
        return datetime.combine(day, time(), self.zone).astimezone(UTC)
