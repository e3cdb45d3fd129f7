"""What cannot be accepted from core banking."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from pydantic import ValidationError

from services.intake.domain.validation import check, check_name
from services.intake.settings import IntakeSettings
from shared.contracts.corebank import RiskSignalled, UnpaidInstalment
from tests.unit.intake.builders import NOW, RULES, closure, payment, reversal, snapshot

AHEAD = NOW + timedelta(days=2, seconds=1)
MOMENT = RULES.moment(NOW)


def unpaid(*items):
    event = snapshot()
    event.unpaid.extend(UnpaidInstalment(due_date=due, amount=Decimal(amount)) for due, amount in items)
    return event


@pytest.mark.parametrize(
    ("event", "message"),
    [
        (snapshot(as_of=AHEAD), "as_of lies more than 2 days in the future"),
        (payment("1", effective=AHEAD), "effective_at lies more than 2 days in the future"),
        (reversal(effective=AHEAD), "effective_at"),
        (closure(effective=AHEAD), "effective_at"),
        (snapshot(as_of=datetime(1, 1, 1, tzinfo=UTC)), "before 1970"),
        (snapshot(sequence=-1), "sequence"),
        (snapshot(sequence=2**63), "sequence"),
        (snapshot(account="a\0"), "account_id contains a NUL"),
        (payment("1", "p\0"), "payment_id contains a NUL"),
        (unpaid((date(9999, 12, 31), "1")), "not a plausible date"),
        (unpaid((date(1, 1, 1), "1")), "not a plausible date"),
        (unpaid(*[(date(2025, 1, 1), "1")] * 1201), "1201 items"),
        (unpaid(*[(date(2025, 1, 1), "999999999999999")] * 2), "adds up"),
        (
            RiskSignalled(signal_id="S", customer_id="C", kind=" ", effective_at=NOW),
            "kind is empty",
        ),
    ],
)
def test_an_event_that_cannot_be_true_or_kept_is_refused_in_a_sentence(event, message):
    with pytest.raises(ValueError, match=message):
        check(event, MOMENT, RULES)


def test_two_days_ahead_is_still_accepted():
    check(payment("1", effective=NOW + timedelta(days=2)), MOMENT, RULES)


@pytest.mark.parametrize("name", ["", "x" * 257, "a\0b"])
def test_an_event_without_a_usable_name_is_refused(name):
    with pytest.raises(ValueError, match="ce_id"):
        check_name("bank", name)
    with pytest.raises(ValueError, match="ce_source"):
        check_name(name, "1")


def configured(**values):
    return IntakeSettings(database_url="postgresql://x", kafka_url="x:1", api_keys="{}", **values)


def test_the_settings_give_the_rules():
    rules = configured(bucket_bounds=[29, 59], arrears_threshold="50", future_tolerance_days=1).rules
    assert rules.buckets.names == ("M0", "M1", "M2", "M3+")
    assert (rules.threshold, rules.future_tolerance) == (Decimal(50), timedelta(days=1))
    assert configured().rules.buckets.names[-1] == "M7+"


@pytest.mark.parametrize("wrong", [{"bucket_bounds": [30, 20]}, {"business_zone": "Mars/Base"}])
def test_settings_that_make_no_sense_stop_the_start(wrong):
    with pytest.raises(ValidationError):
        configured(**wrong)
