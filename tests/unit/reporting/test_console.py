"""The console's pure parts: sessions, texts, the flow."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.reporting.console.sessions import Session, Sessions
from services.reporting.console.snapshot import DETAILS, SHOWN_TICKS, flow
from services.reporting.console.texts import _TEXTS, Language, Texts, percent
from services.reporting.domain.counting import TICK, tick_of
from services.reporting.domain.figures import summary
from services.reporting.domain.funnel import funnel
from services.reporting.domain.totals import Totals
from shared.contracts.topics import EVENT_TYPES
from shared.security.api_keys import ApiKeys, api_keys_json
from shared.security.principals import Principal

NOW = datetime(2026, 5, 1, 12, 0, 7, tzinfo=UTC)
SETTING = api_keys_json(
    {
        "rk_reader": Principal("an officer", frozenset({"reporting:read"})),
        "rk_stranger": Principal("stranger", frozenset({"intake:read"})),
        "rk_operator": Principal("operator", frozenset({"*"})),
    }
)
CHINESE, ENGLISH = (Texts(language, ZoneInfo("Asia/Shanghai")) for language in Language)


def sessions(secret: str = "a secret of some length", setting: str = SETTING) -> Sessions:
    return Sessions(secret, setting, ApiKeys.from_json(setting), timedelta(hours=12))


def test_a_session_says_who_and_until_when() -> None:
    cookie = sessions().open("rk_reader", NOW)
    expires = int((NOW + timedelta(hours=12)).timestamp())
    assert sessions().read(cookie, NOW) == Session("an officer", expires)
    assert sessions().open("rk_operator", NOW) is not None


@pytest.mark.parametrize("key", ["rk_stranger", "rk_nobody", ""])
def test_only_a_key_that_may_read_figures_opens_a_session(key: str) -> None:
    assert sessions().open(key, NOW) is None


def test_a_session_ends_with_its_time_its_secret_and_the_keys() -> None:
    cookie = sessions().open("rk_reader", NOW)
    assert sessions().read(cookie, NOW + timedelta(hours=12)) is None
    assert sessions("another secret, also long").read(cookie, NOW) is None
    fewer = api_keys_json({"rk_operator": Principal("operator", frozenset({"*"}))})
    assert sessions(setting=fewer).read(cookie, NOW) is None


@given(st.text(max_size=80) | st.just("a" * 2000))
def test_whatever_a_browser_sends_is_no_session(cookie: str) -> None:
    assert sessions().read(cookie, NOW) is None


def test_a_changed_cookie_is_no_session() -> None:
    cookie = sessions().open("rk_reader", NOW) or ""
    for place in range(len(cookie)):
        other = "A" if cookie[place] != "A" else "B"
        assert sessions().read(cookie[:place] + other + cookie[place + 1 :], NOW) is None


def test_everything_is_said_in_both_languages_with_the_same_blanks() -> None:
    for name, (chinese, english) in _TEXTS.items():
        assert chinese and english, name
        assert chinese.count("{") == english.count("{"), name
    for stage in funnel(summary(Totals())):
        for way in stage.exits:
            assert CHINESE(way.metric.id) != ENGLISH(way.metric.id)


def test_every_service_and_its_telling_events_have_names_and_exist() -> None:
    for service, types in DETAILS.items():
        assert CHINESE(service) != ENGLISH(service)
        for type_ in types:
            assert type_ in EVENT_TYPES
            assert CHINESE(type_)


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
