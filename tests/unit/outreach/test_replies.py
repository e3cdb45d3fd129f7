"""What replies mean."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.outreach.domain.replies import understand
from shared.contracts.base import Money
from shared.contracts.vocabulary import OutcomeCode

TODAY = date(2026, 3, 2)


@pytest.mark.parametrize(
    "text", ["STOP", "stop ", "Stop.", "TD", "td", "退订", "我要退订", "UNSUBSCRIBE please"]
)
def test_the_stop_words_opt_out(text: str) -> None:
    meaning = understand(text, TODAY, "CNY")
    assert meaning.opted_out
    assert meaning.outcome is OutcomeCode.OPTED_OUT


@pytest.mark.parametrize("text", ["Please do not stop", "the bus stop", "TDK", "standard"])
def test_a_stop_word_inside_a_sentence_is_none(text: str) -> None:
    assert not understand(text, TODAY, "CNY").opted_out


@pytest.mark.parametrize(
    ("text", "amount", "currency"),
    [
        ("PROMISE 2026-03-09 500", "500", "CNY"),
        ("promise 2026-03-09 1,250.50 usd", "1250.50", "USD"),
        ("承诺 2026-03-09 800", "800", "CNY"),
        ("我承诺2026-3-9 800.00 元", "800.00", "CNY"),
    ],
)
def test_a_promise_has_a_day_and_an_amount(text: str, amount: str, currency: str) -> None:
    meaning = understand(text, TODAY, "CNY")
    assert meaning.outcome is OutcomeCode.PROMISE
    assert meaning.promised == Money(amount=Decimal(amount), currency=currency)
    assert meaning.promise_due == date(2026, 3, 9)


@pytest.mark.parametrize(
    "text",
    [
        "PROMISE 2026-02-30 500",
        "PROMISE 2026-03-01 500",
        "PROMISE 2026-03-09 0",
        "PROMISE 2026-03-09",
        "promise soon",
    ],
)
def test_an_impossible_promise_is_none(text: str) -> None:
    meaning = understand(text, TODAY, "CNY")
    assert meaning.outcome is OutcomeCode.OTHER
    assert meaning.promised is None


@pytest.mark.parametrize(
    ("text", "outcome"),
    [
        ("COMPLAINT: you called at night", OutcomeCode.COMPLAINT),
        ("我要投诉", OutcomeCode.COMPLAINT),
        ("DISPUTE", OutcomeCode.DISPUTE),
        ("对金额有异议", OutcomeCode.DISPUTE),
        ("PAID", OutcomeCode.ALREADY_PAID),
        ("昨天已还", OutcomeCode.ALREADY_PAID),
        ("who is this?", OutcomeCode.OTHER),
        ("", OutcomeCode.OTHER),
    ],
)
def test_keywords_name_the_outcome(text: str, outcome: OutcomeCode) -> None:
    assert understand(text, TODAY, "CNY").outcome is outcome


def test_a_complaint_with_a_stop_word_is_both() -> None:
    meaning = understand("投诉!退订", TODAY, "CNY")
    assert (meaning.outcome, meaning.opted_out) == (OutcomeCode.COMPLAINT, True)


@given(st.text(max_size=200))
@settings(deadline=None)
def test_any_text_has_a_meaning(text: str) -> None:
    assert understand(text, TODAY, "CNY").outcome in OutcomeCode
