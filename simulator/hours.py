"""At which moment of a day people pay."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from simulator.draws import choose
from simulator.rates import REPAYMENT_HOURS

HOME = ZoneInfo("Asia/Shanghai")
"""Where the bank keeps its books, and where people live whose zone nobody knows."""

NIGHT_RUN = time(2, 0)


def zone_of(name: str | None) -> ZoneInfo:
    """The zone that a person lives by."""
    return HOME if name is None else ZoneInfo(name)


def business_day(instant: datetime) -> date:
    """The bank's date of an instant."""
    return instant.astimezone(HOME).date()


def night_run_of(day: date) -> datetime:
    """When the bank's night run of a business day takes place, in UTC."""
    return datetime.combine(day, NIGHT_RUN, HOME).astimezone(UTC)


def paying_time(day: date, zone: ZoneInfo, chance: float, first_hour: int = 0) -> datetime:
    """A moment of a local day, in UTC, spread as repayments are; none before `first_hour`."""
    hours = [(hour, share) for hour, share in enumerate(REPAYMENT_HOURS) if hour >= first_hour]
    hour = choose(chance, hours)
    second = int(chance * 1_000_003 % 1 * 3600)
    local = datetime.combine(day, time(hour), zone) + timedelta(seconds=second)
    return local.astimezone(UTC)
