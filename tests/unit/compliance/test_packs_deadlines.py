"""When something is due, and how long something is kept."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.compliance.domain.gate.facts import Place
from services.compliance.domain.packs.calendar import Calendar
from services.compliance.domain.packs.choosing import PackSet
from services.compliance.domain.packs.deadlines import Due, deadline_of, end_of
from services.compliance.domain.packs.durations import Step, add_months, parse_period
from services.compliance.domain.packs.retention import keeping_of
from services.compliance.pack_files import load_library
from shared.contracts.vocabulary import Product

NOON = time(12)
LIBRARY = load_library()
SHANGHAI, NEW_YORK = ZoneInfo("Asia/Shanghai"), ZoneInfo("America/New_York")


def packs(country: str) -> PackSet:
    (found,) = LIBRARY.in_force((Place(country=country),), datetime(2026, 7, 1, tzinfo=UTC)).sets
    return found


CN, US, GB = packs("CN"), packs("US"), packs("GB")


def noon(day: str, zone: ZoneInfo = SHANGHAI) -> datetime:
    return datetime.combine(date.fromisoformat(day), NOON, zone).astimezone(UTC)


def due(found: Due | None) -> str:
    assert found is not None
    return found.end.last_day.isoformat()


def test_s11_a_limitation_that_ends_on_a_holiday_ends_after_the_days_off() -> None:
    found = deadline_of(CN, "limitation_started", noon("2023-10-02"))
    assert found is not None
    assert found.end.counted == date(2026, 10, 2)
    assert found.end.last_day == date(2026, 10, 8)
    assert found.end.at == datetime(2026, 10, 8, 16, tzinfo=UTC)  # 24:00 in Shanghai
    assert found.end.certain


def test_s12_a_demand_starts_a_new_limitation_and_an_uncovered_year_is_marked() -> None:
    found = deadline_of(CN, "limitation_interrupted", noon("2025-05-06"))
    assert due(found) == "2028-05-06"
    assert found is not None
    assert not found.end.certain  # the holidays of 2028 are not announced


def test_a_limitation_that_ends_on_a_working_saturday_stays() -> None:
    assert due(deadline_of(CN, "limitation_started", noon("2023-10-10"))) == "2026-10-10"


def test_a_limitation_that_ends_on_a_weekend_ends_after_it() -> None:
    assert due(deadline_of(CN, "limitation_started", noon("2023-10-17"))) == "2026-10-19"


@pytest.mark.parametrize("day", ["2023-10-01", "2023-10-02", "2023-10-06", "2023-10-07", "2023-10-08"])
def test_any_day_of_the_days_off_leads_to_the_day_after_them(day: str) -> None:
    assert due(deadline_of(CN, "limitation_started", noon(day))) == "2026-10-08"


def test_a_limitation_from_the_last_of_february_ends_with_february() -> None:
    assert due(deadline_of(CN, "limitation_started", noon("2024-02-29"))) == "2027-02-28"


def test_s14_a_complaint_is_due_in_fifteen_thirty_and_sixty_days_whatever_the_calendar() -> None:
    found = deadline_of(CN, "complaint_received", noon("2026-03-02"))
    assert found is not None
    assert due(found) == "2026-03-17"
    assert [end.last_day.isoformat() for end in found.extensions] == ["2026-04-01", "2026-05-01"]
    assert found.pack == "cn-mainland@2026.11.0"


def test_s16_ten_business_days_leave_out_the_observed_holiday() -> None:
    found = deadline_of(US, "consent_revoked", noon("2026-07-02", NEW_YORK))
    assert due(found) == "2026-07-17"
    assert found is not None
    assert found.end.at == datetime(2026, 7, 18, 4, tzinfo=UTC)
    assert found.end.certain


def test_a_validation_period_is_five_business_days_and_then_thirty_days() -> None:
    assert due(deadline_of(US, "validation_sent", noon("2026-07-02", NEW_YORK))) == "2026-08-09"


def test_eight_weeks_and_three_business_days_in_england() -> None:
    received = noon("2026-03-31", ZoneInfo("Europe/London"))  # before Good Friday
    assert due(deadline_of(GB, "complaint_received", received)) == "2026-05-26"
    assert due(deadline_of(GB, "complaint_summary", received)) == "2026-04-07"


def test_minutes_run_from_the_event() -> None:
    at = datetime(2026, 7, 2, 12, 0, 30, tzinfo=UTC)
    found = deadline_of(US, "opt_out_received", at)
    assert found is not None
    assert found.end.at == at + timedelta(minutes=5)


def test_business_days_beyond_the_calendar_are_counted_short_and_marked() -> None:
    found = deadline_of(US, "consent_revoked", noon("2027-12-28", NEW_YORK))
    assert found is not None
    assert (due(found), found.end.certain) == ("2028-01-12", False)


def test_an_event_that_no_pack_knows_has_no_deadline() -> None:
    assert deadline_of(US, "limitation_started", noon("2026-01-01")) is None


def test_the_local_date_of_the_event_counts() -> None:
    before_midnight = datetime(2026, 3, 2, 15, 59, tzinfo=UTC)
    assert due(deadline_of(CN, "complaint_received", before_midnight)) == "2026-03-17"
    assert due(deadline_of(CN, "complaint_received", before_midnight + timedelta(minutes=1))) == "2026-03-18"


def test_a_year_of_the_calendar_that_is_not_covered_has_no_kinds_of_days() -> None:
    assert CN.calendar is not None
    assert CN.calendar.kind_of(date(2027, 1, 1)) is None
    assert CN.calendar.works(date(2023, 12, 29)) is None
    assert CN.calendar.add_business_days(date(2026, 12, 31), 1) is None
    assert CN.calendar.after_days_off(date(2026, 12, 31)) == date(2026, 12, 31)


@pytest.mark.parametrize(
    ("text", "steps"),
    [
        ("P3Y", (Step(months=36),)),
        ("P1Y6M", (Step(months=18),)),
        ("P8W", (Step(days=56),)),
        ("P15D", (Step(days=15),)),
        ("PT1H30M", (Step(minutes=90),)),
        ("P5BD+P30D", (Step(business_days=5), Step(days=30))),
    ],
)
def test_periods_are_read(text: str, steps: tuple[Step, ...]) -> None:
    assert parse_period(text) == steps


@pytest.mark.parametrize(
    "text",
    [
        "",
        "P",
        "PT",
        "P1",
        "1D",
        "P1.5D",
        "P-1D",
        "P0D",
        "P1DT",
        "P1DT1H",
        "PT1H+P1D",
        "P5BD+",
        "P1BD2D",
        "p1d",
        "P1D ",
        "P999999D",
        "P9999Y",
        "PT9999999H",
        "P١D",
    ],
)
def test_what_is_no_period_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"no ISO|empty|stand|longer"):
        parse_period(text)


@given(st.dates(date(1990, 1, 1), date(2090, 1, 1)), st.integers(0, 1200))
def test_months_end_on_the_corresponding_date_or_the_months_end(day: date, months: int) -> None:
    end = add_months(day, months)
    assert (end.year - day.year) * 12 + end.month - day.month == months
    assert end.day == day.day or (end.day < day.day and (end + timedelta(days=1)).day == 1)


@given(st.dates(date(2024, 1, 1), date(2026, 11, 1)), st.integers(1, 30))
def test_so_many_business_days_lie_after_the_day_and_the_last_is_one(day: date, count: int) -> None:
    calendar = CN.calendar
    assert calendar is not None
    end = calendar.add_business_days(day, count)
    assert end is not None
    between = [day + timedelta(days=n) for n in range(1, (end - day).days + 1)]
    assert calendar.works(end)
    assert sum(bool(calendar.works(each)) for each in between) == count


@given(
    st.integers(0, 4 * 365 * 24 * 60).map(lambda minutes: noon("2024-01-02") + timedelta(minutes=minutes)),
    st.sampled_from(["P15D", "P3Y", "P10BD", "P5BD+P30D", "P1M"]),
    st.booleans(),
    st.sampled_from([SHANGHAI, NEW_YORK]),
)
def test_an_end_is_the_midnight_after_its_last_day(
    start: datetime, period: str, moved: bool, zone: ZoneInfo
) -> None:
    calendar = CN.calendar
    end = end_of(period, start, zone, calendar, moved=moved)
    assert end.at > start
    assert end.last_day >= end.counted
    local = end.at.astimezone(zone)
    assert (local.date(), local.time()) == (end.last_day + timedelta(days=1), time(0))
    if moved and end.certain:
        assert calendar is not None
        assert calendar.works(end.last_day)


def test_without_a_calendar_weekdays_are_counted_and_marked() -> None:
    end = end_of("P3BD", noon("2026-07-03"), SHANGHAI, None, moved=False)
    assert (end.last_day, end.certain) == (date(2026, 7, 8), False)


def test_without_holidays_a_calendar_still_has_weekends() -> None:
    plain = Calendar("x", "1.0.0", frozenset({5, 6}), frozenset({2026}), {}, {2026: "a notice"})
    assert plain.add_business_days(date(2026, 7, 2), 1) == date(2026, 7, 5)


CREATED = {"created": noon("2026-01-31")}


def test_the_longest_duty_to_keep_wins() -> None:
    kept = keeping_of(CN, "call_recording", CREATED, Product.CREDIT_CARD)
    assert kept is not None
    assert kept.until == datetime(2028, 1, 31, 16, tzinfo=UTC)


def test_what_is_kept_until_settlement_has_no_end_before_it() -> None:
    kept = keeping_of(CN, "oral_instalment_audio", CREATED)
    assert kept is not None
    assert kept.until is None
    settled = noon("2026-05-01")
    after = keeping_of(CN, "oral_instalment_audio", {**CREATED, "settled": settled})
    assert after is not None
    assert after.until == settled


def test_a_period_whose_event_has_not_happened_has_no_end() -> None:
    kept = keeping_of(US, "evidence_of_compliance", CREATED)
    assert kept is not None
    assert kept.until is None


def test_what_no_pack_speaks_of_need_not_be_kept() -> None:
    assert keeping_of(CN, "evidence_of_compliance", CREATED) is None
