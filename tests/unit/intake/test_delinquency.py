"""What is said of an account when it changes."""

from datetime import timedelta
from decimal import Decimal
from itertools import permutations

import pytest

from services.intake.domain.delinquency import Cause, age, trigger
from shared.contracts.base import Money
from shared.contracts.corebank import ClosureReason, CovenantBreached, RiskSignalled
from shared.contracts.delinquency import CureCause, Trigger
from tests.unit.intake.builders import (
    NOW,
    RULES,
    Ledger,
    at,
    closure,
    day,
    kinds,
    payment,
    reversal,
    snapshot,
)


def test_a_first_snapshot_with_old_debt_is_detected_with_its_bucket_and_the_customers_position():
    [detected] = Ledger().tell(snapshot((40, "100"), (10, "50")))
    assert kinds([detected]) == ["overdue.detected"]
    assert (detected.days_past_due, detected.bucket, detected.arrears) == (40, "M2", Decimal(150))
    assert (detected.oldest_unpaid, detected.as_of) == (day(40), NOW)
    assert detected.position.overdue_accounts == 1
    assert detected.position.arrears == [Money(amount=Decimal(150), currency="CNY")]


def test_nothing_is_said_of_an_account_that_is_not_overdue():
    assert Ledger().tell(snapshot((0, "100")), snapshot(as_of=at(1))) == []


def test_the_same_position_again_says_nothing():
    ledger = Ledger()
    ledger.tell(snapshot((40, "100")))
    assert ledger.tell(snapshot((40, "100"), as_of=at(2)), snapshot((40, "100"), as_of=at(1))) == []


def test_an_older_snapshot_that_arrives_late_changes_nothing():
    ledger = Ledger()
    ledger.tell(snapshot((40, "100")))
    assert ledger.tell(snapshot((200, "900"), as_of=at(48)), ids=["late"]) == []


def test_the_sequence_orders_snapshots_of_the_same_instant():
    ledger = Ledger()
    ledger.tell(snapshot((40, "100"), sequence=2), snapshot((200, "900"), sequence=1), ids=["a", "b"])
    assert ledger.account.standing.arrears == Decimal(100)


def test_a_partial_payment_that_rolls_back_a_bucket_says_payment_update_and_bucket():
    ledger = Ledger()
    ledger.tell(snapshot((40, "100"), (10, "50")))
    received, updated, moved = ledger.tell(payment("100"))
    assert kinds([received, updated, moved]) == ["payment.received", "overdue.updated", "bucket.changed"]
    assert (moved.before, moved.after, updated.days_past_due) == ("M2", "M1", 10)
    assert received.position == updated.position
    assert received.position.days_past_due == 10
    assert ledger.outcomes[-1].move.cause is Cause.PAYMENT


def test_a_payment_of_everything_due_cures():
    ledger = Ledger()
    ledger.tell(snapshot((40, "100")))
    events = ledger.tell(payment("100"))
    assert kinds(events) == ["payment.received", "overdue.cured"]
    assert events[1].cause is CureCause.PAYMENT
    assert (events[1].position.overdue_accounts, events[1].position.bucket) == (0, "M0")


def test_a_payment_on_a_current_account_is_said_too():
    ledger = Ledger()
    ledger.tell(snapshot())
    assert kinds(ledger.tell(payment("100"))) == ["payment.received"]


def test_a_reversal_makes_the_account_overdue_again():
    ledger = Ledger()
    ledger.tell(snapshot((40, "100")), payment("100"))
    undone, detected = ledger.tell(reversal())
    assert kinds([undone, detected]) == ["payment.reversed", "overdue.detected"]
    assert (undone.paid.amount, undone.effective_at) == (Decimal(100), at(0.5))
    assert detected.bucket == "M2"


def test_a_reversal_before_its_payment_says_both_when_the_payment_arrives():
    ledger = Ledger()
    ledger.tell(snapshot((40, "100")))
    assert ledger.tell(reversal()) == []
    assert kinds(ledger.tell(payment("100"))) == ["payment.received", "payment.reversed"]
    assert ledger.account.standing.arrears == Decimal(100)


@pytest.mark.parametrize("hours", [(0.2, 0.4), (0.4, 0.2)])
def test_of_two_reversals_the_earliest_counts_and_one_is_said(hours):
    ledger = Ledger()
    ledger.tell(snapshot((40, "100")), payment("100"))
    events = ledger.tell(*(reversal(effective=at(ago)) for ago in hours))
    assert kinds(events) == ["payment.reversed", "overdue.detected"]
    assert ledger.account.payments["P1"].reversed_at == at(0.4)


def test_a_payment_waits_for_its_account():
    ledger = Ledger()
    assert kinds(ledger.tell(payment("60"))) == ["payment.received"]
    [detected] = ledger.tell(snapshot((40, "100")))
    assert detected.arrears == Decimal(40)


@pytest.mark.parametrize("reason", list(ClosureReason))
def test_a_closed_account_is_cured_by_closure(reason):
    ledger = Ledger()
    ledger.tell(snapshot((40, "100")))
    [cured] = ledger.tell(closure(reason))
    assert (cured.cause, ledger.account.standing.outstanding) == (CureCause.CLOSURE, Decimal(0))


def test_a_settled_account_is_back_when_a_later_snapshot_shows_it():
    ledger = Ledger()
    ledger.tell(snapshot((40, "100")), closure(effective=at(3)))
    assert kinds(ledger.tell(snapshot((40, "100"), as_of=at(2)))) == ["overdue.detected"]


@pytest.mark.parametrize("reason", [ClosureReason.SOLD, ClosureReason.WRITTEN_OFF])
def test_an_account_that_was_sold_or_written_off_does_not_come_back(reason):
    ledger = Ledger()
    ledger.tell(snapshot((40, "100")), closure(reason, effective=at(3)))
    assert ledger.tell(snapshot((40, "100"), as_of=at(2))) == []


def test_a_sale_outweighs_a_later_settlement():
    for closures in permutations([closure(ClosureReason.SOLD, effective=at(9)), closure(effective=at(3))]):
        ledger = Ledger()
        ledger.tell(snapshot((40, "100")), *closures)
        assert ledger.account.closure.reason is ClosureReason.SOLD


def test_a_snapshot_that_owes_less_by_the_arrears_was_paid_and_another_is_a_correction():
    paid, corrected = Ledger(), Ledger()
    for ledger in (paid, corrected):
        ledger.tell(snapshot((40, "100"), outstanding="1000"))
    assert paid.tell(snapshot(as_of=at(1), outstanding="900"))[0].cause is CureCause.PAYMENT
    assert corrected.tell(snapshot(as_of=at(1), outstanding="1000"))[0].cause is CureCause.CORRECTION


def test_the_position_counts_all_overdue_accounts_by_currency_and_the_oldest_of_them():
    ledger = Ledger()
    events = ledger.tell(
        snapshot((10, "100"), account="A1"),
        snapshot((95, "20"), account="A2", currency="USD"),
        snapshot((3, "1"), account="A3"),
        snapshot((0, "7"), account="A4"),
    )
    position = events[-1].position
    assert (position.overdue_accounts, position.days_past_due, position.bucket) == (3, 95, "M4")
    assert [(owed.currency, owed.amount) for owed in position.arrears] == [("CNY", 101), ("USD", 20)]


def test_another_currency_of_the_same_debt_moves_in_the_position():
    ledger = Ledger()
    ledger.tell(snapshot((10, "100")))
    ledger.tell(snapshot((10, "100"), currency="USD", as_of=at(1)))
    assert ledger.customer.exposure.arrears == (("USD", Decimal(100)),)


def test_time_alone_makes_an_account_overdue_and_moves_it_on():
    ledger = Ledger()
    ledger.tell(snapshot((-3, "100"), (-33, "100")))
    assert ledger.account.standing.ages_on == day(-4)
    due = RULES.start_of(day(-4))
    assert due.isoformat() == "2025-03-14T16:00:00+00:00"
    first = age(ledger.customer, ledger.account, RULES.moment(due), RULES)
    assert kinds(first.events) == ["overdue.detected"]
    assert first.move.cause is Cause.AGEING
    assert ledger.account.standing.ages_on == day(-33)
    second = age(ledger.customer, ledger.account, RULES.moment(RULES.start_of(day(-33))), RULES)
    assert kinds(second.events) == ["overdue.updated"]
    assert second.events[0].arrears == Decimal(200)
    third = age(ledger.customer, ledger.account, RULES.moment(RULES.start_of(day(-34))), RULES)
    assert kinds(third.events) == ["overdue.updated", "bucket.changed"]


def test_an_account_is_not_reassessed_to_the_past_by_a_clock_that_stands_still():
    ledger = Ledger()
    ledger.tell(snapshot((40, "100")))
    assert age(ledger.customer, ledger.account, RULES.moment(NOW + timedelta(hours=1)), RULES).events == []


@pytest.mark.parametrize(
    ("second", "message"),
    [
        (payment("99"), "posted before with another amount"),
        (payment("100", effective=at(2)), "posted before with another amount"),
        (payment("100", "P2", currency="USD"), "is in USD, account A1 in CNY"),
    ],
)
def test_a_payment_that_contradicts_what_is_known_is_refused(second, message):
    ledger = Ledger()
    ledger.tell(snapshot((40, "100")), payment("100"))
    with pytest.raises(ValueError, match=message):
        ledger.tell(second)


def test_breaches_and_warnings_become_triggers():
    breach = CovenantBreached(
        breach_id="B1", account_id="A1", customer_id="C1", kind="ratio", effective_at=at(1)
    )
    warning = RiskSignalled(signal_id="S1", customer_id="C1", kind="downgrade", effective_at=at(1))
    assert trigger(breach).trigger is Trigger.COVENANT_BREACH
    assert (trigger(breach).account_id, trigger(breach).kind) == ("A1", "ratio")
    assert trigger(warning).trigger is Trigger.EARLY_WARNING
    assert trigger(warning).account_id is None
