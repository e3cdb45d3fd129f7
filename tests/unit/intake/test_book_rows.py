"""Rows A22, A23 and B5 of the register, and what users asked of ageing, decided without a database."""

from dataclasses import replace
from decimal import Decimal

import msgspec
import pytest

from services.intake.domain.allocation import Allocation
from services.intake.domain.assessment import balance
from services.intake.domain.delinquency import age, trigger
from shared.contracts.corebank import (
    AccountSnapshot,
    ClosureReason,
    CovenantBreached,
    RiskSignalled,
    UnpaidInstalment,
)
from shared.contracts.lending import BalanceComponent, BreachKind
from shared.contracts.vocabulary import Product
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

PR, IN, FE, PE = (BalanceComponent(name) for name in ("principal", "interest", "fee", "penalty"))


def with_charges(*unpaid: UnpaidInstalment) -> AccountSnapshot:
    return AccountSnapshot(
        account_id="A1", customer_id="C1", product=Product.PERSONAL_LOAN, currency="CNY", as_of=at(24),
        outstanding=Decimal(1000), unpaid=list(unpaid),
    )  # fmt: skip


def two_instalments() -> AccountSnapshot:
    return with_charges(
        UnpaidInstalment(due_date=day(40), amount=Decimal(100), interest=Decimal(10), penalty=Decimal(5)),
        UnpaidInstalment(due_date=day(10), amount=Decimal(100), interest=Decimal(8), fee=Decimal(2)),
    )


def test_a23_principal_interest_fee_and_penalty_are_cleared_due_date_by_due_date_in_the_banks_order():
    ledger = Ledger()
    ledger.tell(two_instalments(), payment("12"))
    [first, second] = balance(ledger.account, RULES).owed()
    assert first.charges.by_component(first.amount) == {PR: 85, IN: 3, FE: 0, PE: 0}
    assert second.charges.by_component(second.amount) == {PR: 90, IN: 8, FE: 2, PE: 0}


def test_a23_a_bank_may_clear_a_component_on_all_due_dates_before_the_next():
    rules = replace(RULES, allocation=Allocation(oldest_first=False, order=(PR, IN, FE, PE)))
    ledger = Ledger(rules)
    ledger.tell(two_instalments(), payment("150"))
    [first, second] = balance(ledger.account, rules).owed()
    assert first.charges.by_component(first.amount) == {PR: 0, IN: 10, FE: 0, PE: 5}
    assert second.charges.by_component(second.amount) == {PR: 25, IN: 8, FE: 2, PE: 0}
    assert ledger.account.standing.oldest_unpaid == day(40)


def test_a23_charges_above_the_amount_are_refused():
    with pytest.raises(ValueError, match="must not be less than its interest, fee and penalty"):
        UnpaidInstalment(due_date=day(1), amount=Decimal(1), interest=Decimal(2))


def test_a23_an_instalment_that_falls_due_soon_is_announced_once_with_its_components():
    ledger = Ledger(replace(RULES, reminder_days=3))
    assert ledger.tell(snapshot((-5, "100"))) == []
    assert ledger.account.standing.ages_on == day(-2)
    moment = ledger.rules.moment(RULES.start_of(day(-2)))
    [told] = age(ledger.customer, ledger.account, moment, ledger.rules).events
    assert (told.type_, told.due_date, told.amount) == ("payment.falling_due.v1", day(-5), Decimal(100))
    assert age(ledger.customer, ledger.account, moment, ledger.rules).events == []
    charged = Ledger(replace(RULES, reminder_days=3))
    [told] = charged.tell(
        with_charges(UnpaidInstalment(due_date=day(-1), amount=Decimal(9), interest=Decimal(4)))
    )
    assert [(part.component, part.amount) for part in told.components] == [(PR, 5), (IN, 4)]


def test_a23_an_account_that_is_overdue_gets_no_reminder_of_the_next_instalment():
    ledger = Ledger(replace(RULES, reminder_days=3))
    assert kinds(ledger.tell(snapshot((4, "10"), (-2, "10")))) == ["overdue.detected"]


@pytest.mark.parametrize("kind", list(BreachKind))
def test_a22_a_breach_without_days_past_due_is_a_trigger(kind):
    breach = CovenantBreached(breach_id="B", account_id="A1", customer_id="C1", kind=kind, effective_at=at(1))
    assert (trigger(breach).trigger, trigger(breach).kind) == ("covenant_breach", kind)
    warning = RiskSignalled(signal_id="S", customer_id="C1", kind="cash_flow", effective_at=at(1))
    assert trigger(warning).trigger == "early_warning"


def test_b5_more_than_ten_days_past_due_call_for_a_cause_analysis_once():
    rules = replace(RULES, analysis_days=10, analysed=frozenset({Product.CREDIT_CARD}))
    ledger = Ledger(rules)
    assert kinds(ledger.tell(snapshot((10, "100")))) == ["overdue.detected"]
    assert ledger.account.standing.ages_on == day(-1)
    moment = rules.moment(rules.start_of(day(-1)))
    events = age(ledger.customer, ledger.account, moment, rules).events
    assert kinds(events) == ["overdue.updated", "cause_analysis.due"]
    assert (events[1].days_past_due, events[1].oldest_unpaid) == (11, day(10))
    assert age(ledger.customer, ledger.account, moment, rules).events == []
    other = replace(rules, analysed=frozenset({Product.PERSONAL_LOAN}))
    assert kinds(Ledger(other).tell(snapshot((40, "1")))) == ["overdue.detected"]


def test_b4_the_threshold_is_that_of_the_accounts_currency():
    rules = replace(RULES, thresholds={"CNY": Decimal(50)})
    assert Ledger(rules).tell(snapshot((40, "50"))) == []
    assert kinds(Ledger(rules).tell(snapshot((40, "50.01")))) == ["overdue.detected"]
    assert kinds(Ledger(rules).tell(snapshot((40, "50"), currency="USD"))) == ["overdue.detected"]


def test_users_a_partial_payment_re_anchors_to_the_next_unpaid_date_and_skips_no_state():
    ledger = Ledger()
    ledger.tell(snapshot((95, "100"), (65, "100"), (35, "100"), (5, "100")))
    for number, bucket in enumerate(["M3", "M2", "M1"]):
        told = ledger.tell(payment("100", f"P{number}"))
        assert told[-1].after == bucket
    assert ledger.account.standing.oldest_unpaid == day(5)
    assert ledger.account.standing.ages_on == day(5 - 31)


def test_users_a_balance_of_zero_by_any_path_clears():
    for last in (payment("100"), snapshot(as_of=at(1), outstanding="0"), closure(ClosureReason.SETTLED)):
        ledger = Ledger()
        ledger.tell(snapshot((40, "100"), outstanding="100"))
        assert kinds(ledger.tell(last))[-1] == "overdue.cured"


def test_users_late_and_back_dated_payments_end_where_timely_ones_do():
    facts = [snapshot((95, "100"), (65, "100"), as_of=at(24 * 9)), payment("100", effective=at(24 * 8))]
    timely, late = Ledger(), Ledger()
    timely.tell(*facts, snapshot((65, "100"), as_of=at(24)), ids=["a", "b", "c"])
    late.tell(snapshot((65, "100"), as_of=at(24)), *facts, ids=["c", "a", "b"])
    assert late.account == timely.account


def test_users_now_is_the_clock_and_not_the_time_the_timer_was_set_for():
    ledger = Ledger()
    ledger.tell(snapshot((25, "100")))
    late = RULES.moment(RULES.start_of(day(-40)))
    events = age(ledger.customer, ledger.account, late, RULES).events
    assert (events[0].days_past_due, events[1].before, events[1].after) == (65, "M1", "M3")


def test_users_a_worker_paused_across_a_bucket_boundary_tells_one_move_from_the_bucket_told_last():
    ledger = Ledger()
    ledger.tell(snapshot((20, "100")))
    moment = RULES.moment(RULES.start_of(day(-100)))
    outcome = age(ledger.customer, ledger.account, moment, RULES)
    assert (outcome.move.bucket_before, outcome.move.bucket_after) == ("M1", "M4")


def test_users_a_reversal_after_everything_was_paid_makes_the_debt_as_old_as_it_was():
    ledger = Ledger()
    ledger.tell(snapshot((40, "100")), payment("100"))
    [_, detected] = ledger.tell(reversal())
    assert (detected.days_past_due, detected.bucket, detected.as_of) == (40, "M2", NOW)


def test_a3_a_guarantors_payment_says_who_paid_and_reposting_it_with_another_payer_is_refused():
    ledger = Ledger()
    ledger.tell(snapshot((40, "100")))
    paid = msgspec.structs.replace(payment("40"), paid_by="G1")
    [received, _] = ledger.tell(paid)
    assert received.paid_by == "G1"
    assert ledger.tell(paid) == []
    with pytest.raises(ValueError, match="time or payer"):
        ledger.tell(payment("40"))
