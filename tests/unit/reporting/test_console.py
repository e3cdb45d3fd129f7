"""The console's pure parts: texts, the flow."""

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from services.reporting.console.snapshot import DETAILS, SHOWN_TICKS, flow
from services.reporting.console.texts import Language, Texts, percent
from services.reporting.console.words import TEXTS
from services.reporting.domain.counting import TICK, tick_of
from services.reporting.domain.figures import summary
from services.reporting.domain.funnel import funnel
from services.reporting.domain.totals import Totals
from shared.contracts.complaints import (
    ComplaintCategory,
    ComplaintClock,
    ComplaintFinding,
    ComplaintSource,
    RootCause,
    SanctionMeasure,
    Severity,
)
from shared.contracts.decisions import Effect, Force
from shared.contracts.topics import EVENT_TYPES
from shared.contracts.treatments import CaseOutcome, SuspensionReason
from shared.contracts.vocabulary import CaseStage, Channel, HoldKind, OutcomeCode, Purpose

NOW = datetime(2026, 5, 1, 12, 0, 7, tzinfo=UTC)
CHINESE, ENGLISH = (Texts(language, ZoneInfo("Asia/Shanghai")) for language in Language)


def test_everything_is_said_in_both_languages_with_the_same_blanks() -> None:
    for name, (chinese, english) in TEXTS.items():
        assert chinese and english, name
        assert sorted(re.findall(r"{\w+}", chinese)) == sorted(re.findall(r"{\w+}", english)), name
    for stage in funnel(summary(Totals())):
        for way in stage.exits:
            assert CHINESE(way.metric.id) != ENGLISH(way.metric.id)


def test_every_service_and_its_telling_events_have_names_and_exist() -> None:
    for service, types in DETAILS.items():
        assert CHINESE(service) != ENGLISH(service)
        for type_ in types:
            assert type_ in EVENT_TYPES
            assert CHINESE(type_)


CLOSED_LISTS: dict[str, Iterable[str]] = {
    "category": ComplaintCategory,
    "source": ComplaintSource,
    "severity": Severity,
    "finding": ComplaintFinding,
    "cause": RootCause,
    "measure": SanctionMeasure,
    "waits": ComplaintClock,
    "effect": Effect,
    "force": Force,
    "hold": HoldKind,
    "channel": Channel,
    "purpose": Purpose,
    "outcome": OutcomeCode,
    "stage": CaseStage,
    "suspension": SuspensionReason,
    "case-outcome": CaseOutcome,
}


def test_every_word_of_the_closed_lists_is_said_in_both_languages() -> None:
    missing = [f"{area}.{word}" for area, words in CLOSED_LISTS.items() for word in words]
    assert [name for name in missing if name not in TEXTS] == []


def test_money_is_shortened_in_the_units_of_the_language() -> None:
    amount = Decimal("123456789.00")
    assert CHINESE.money(amount, "CNY") == "¥1.23亿"
    assert ENGLISH.money(amount, "CNY") == "¥123.46 M"
    assert CHINESE.money(Decimal("9999.50"), "USD") == "$9,999.50"
    assert ENGLISH.money(Decimal("9.50"), "CHF") == "CHF 9.50"


def test_spans_come_in_their_largest_unit_and_unknown_ratios_as_a_dash() -> None:
    assert [CHINESE.span(seconds) for seconds in (0.42, 42, 120, 7200, 172_800)] == [
        "0.4秒",
        "42秒",
        "2分钟",
        "2小时",
        "2天",
    ]
    assert (percent(None), percent(Decimal("0.1234"))) == ("–", "12.3%")


def test_the_clock_is_that_of_the_zone() -> None:
    assert CHINESE.clock(NOW) == "20:00:07"


def test_the_flow_counts_the_last_minute_by_service_and_leaves_the_running_tick_out_of_rates() -> None:
    running = tick_of(NOW)
    ticks = [
        (running, "overdue.detected.v1", 7),
        (running - TICK, "case.opened.v1", 10),
        (running - TICK * 12, "case.opened.v1", 100),
    ]
    totals = {"overdue.detected.v1": 7, "case.opened.v1": 500, "gone.v9": 2}
    found = flow(ticks, totals, NOW)
    counted = {service.name: (service.last_minute, service.total) for service in found.services}
    assert counted["intake"] == (7, 7)
    assert counted["strategy"] == (10, 500)
    assert counted["reporting"] == (17, 509)
    assert len(found.rates) == SHOWN_TICKS
    assert found.rates[-1] == (running - TICK, 2.0)
    assert found.rates[-12] == (running - TICK * 12, 20.0)
