"""Holidays ease the ladder (register row C9)."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.strategy.domain.easing import Easing
from services.strategy.domain.facts import TimePassed
from shared.calendar.days import calendar, calendar_ids
from shared.contracts.treatments import TreatmentAssigned
from tests.unit.strategy.builders import Story, detected
from tests.unit.strategy.policies import policy

SHANGHAI = ZoneInfo("Asia/Shanghai")


def easing(holiday: float, weekend: float = 1.0) -> Easing:
    return Easing(calendar("cn-official"), SHANGHAI, {"holiday": holiday, "weekend": weekend})


def local(month: int, day: int, hour: int = 0) -> datetime:
    return datetime(2026, month, day, hour, tzinfo=SHANGHAI)


def test_c9_at_half_the_intensity_an_interval_takes_twice_as_long() -> None:
    # 1 to 7 October 2026 is a holiday.
    assert easing(0.5).after(local(10, 1), timedelta(days=3)) == local(10, 7)
    assert easing(0.5).after(local(9, 30), timedelta(days=3)) == local(10, 5)


def test_c9_without_intensity_nothing_is_due_before_the_first_working_day() -> None:
    assert easing(0).after(local(10, 1, 9), timedelta()) == local(10, 8)
    assert easing(0).after(local(9, 30, 12), timedelta(days=1)) == local(10, 8, 12)


def test_c9_a_makeup_workday_is_not_eased() -> None:
    # 10 October 2026 is a Saturday that is worked.
    assert easing(0, weekend=0).after(local(10, 10), timedelta(hours=5)) == local(10, 10, 5)


def test_c9_a_ladder_makes_no_contact_on_eased_days_and_goes_on_after_them() -> None:
    story = Story(policy(easing={"calendar": "cn-official", "holiday": 0, "weekend": 1}))
    story.now = local(9, 29, 10).astimezone(UTC)
    story.on(detected())
    for _ in range(14):
        story.on(TimePassed(), days=1)
    sent = [event for event in story.said if isinstance(event, TreatmentAssigned)]
    dates = [event.assigned_at.astimezone(SHANGHAI).date().isoformat()[5:] for event in sent]
    assert dates[:3] == ["09-29", "09-30", "10-08"] and len(dates) == 8


@given(
    st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 1)),  # noqa: DTZ001  # made aware below
    st.integers(0, 60 * 24),
    st.sampled_from([0, 0.25, 0.5, 1.0]),
    st.sampled_from([0, 0.75, 1.0]),
)
def test_c9_easing_only_delays_and_more_intensity_never_delays_more(
    naive: datetime, hours: int, holiday: float, weekend: float
) -> None:
    start, interval = naive.replace(tzinfo=UTC), timedelta(hours=hours)
    eased = easing(holiday, weekend).after(start, interval)
    assert eased >= start + interval
    assert easing(1, 1).after(start, interval) == start + interval
    assert easing(min(1, holiday + 0.5), 1).after(start, interval) <= eased
    assert easing(holiday, weekend).after(start, interval + timedelta(hours=1)) >= eased


def test_an_unknown_calendar_is_refused_and_an_uncovered_year_has_weekends_only() -> None:
    with pytest.raises(KeyError):
        calendar("mars")
    assert "cn-official" in calendar_ids()
    known = calendar("cn-official")
    assert 2050 not in known.years
    assert known.kind_of(datetime(2050, 10, 1, tzinfo=UTC).date()) == "weekend"
    assert known.kind_of(datetime(2050, 10, 3, tzinfo=UTC).date()) == "workday"
