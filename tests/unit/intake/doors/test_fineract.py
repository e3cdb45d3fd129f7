"""Messages of Apache Fineract in our words; the payloads are ours, after its published schemas."""

import json
from datetime import date
from decimal import Decimal

import msgspec
import pytest

from services.intake.adapters.fineract import Context, KnownLoan, Message, Products, account_of, events_of
from shared.contracts.corebank import AccountClosed, AccountSnapshot, ClosureReason
from shared.contracts.vocabulary import Product
from tests.unit.intake.builders import RULES
from tests.unit.intake.doors.fineract_messages import ADJUSTED, BALANCE, RANGE, REPAYMENT, changed, message

KNOWN = KnownLoan("fineract-default-c7", Product.CREDIT_CARD, Decimal("5000.00"))


def told(kind, data, *, loans=None, products=None, **envelope):
    decoded = msgspec.json.decode(json.dumps(message(kind, data, **envelope)), type=Message)
    loans = {"fineract-default-42": KNOWN} if loans is None else loans
    context = Context(decoded.tenant_id, products or Products(), RULES.zone, loans)
    return events_of(decoded, context)


def test_a_changed_balance_is_a_snapshot_with_the_overdue_amount_and_its_date():
    [event] = told("LoanBalanceChangedBusinessEvent", BALANCE)
    assert isinstance(event, AccountSnapshot)
    assert (event.account_id, event.customer_id) == ("fineract-default-42", "fineract-default-c7")
    assert (event.outstanding, event.currency, event.sequence) == (Decimal("4800.00"), "CNY", 900)
    assert [(item.due_date, item.amount) for item in event.unpaid] == [(date(2025, 2, 1), Decimal("200.00"))]
    assert event.as_of.isoformat() == "2025-03-10T08:00:00.123456+00:00"


def test_a_loan_without_arrears_is_a_snapshot_without_unpaid():
    [event] = told("LoanBalanceChanged", {**BALANCE, "delinquent": None})
    assert event.unpaid == []


def test_the_product_is_that_of_the_list_or_the_one_for_all_others():
    products = Products({3: Product.STUDENT_LOAN}, None)
    [event] = told("LoanBalanceChanged", BALANCE, products=products)
    assert event.product is Product.STUDENT_LOAN
    with pytest.raises(ValueError, match="loanProductId"):
        told("LoanBalanceChanged", {**BALANCE, "loanProductId": 4}, products=products)


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        ({"closedObligationsMet": True, "closed": True}, ClosureReason.SETTLED),
        ({"closedWrittenOff": True, "closed": True}, ClosureReason.WRITTEN_OFF),
        ({"overpaid": True}, ClosureReason.SETTLED),
    ],
)
@pytest.mark.parametrize("kind", ["LoanCloseBusinessEvent", "LoanStatusChangedBusinessEvent"])
def test_a_loan_that_ended_is_closed_with_its_reason(kind, status, reason):
    [event] = told(kind, {**BALANCE, "status": {"active": False, **status}})
    assert isinstance(event, AccountClosed)
    assert event.reason is reason


def test_a_new_delinquency_range_is_a_snapshot_with_the_balance_on_file():
    [event] = told("LoanDelinquencyRangeChangeBusinessEvent", RANGE)
    assert (event.customer_id, event.outstanding) == ("fineract-default-c7", Decimal("5000.00"))
    assert [(item.due_date, item.amount) for item in event.unpaid] == [(date(2025, 1, 15), Decimal("310.50"))]


def test_a_repayment_takes_effect_at_the_start_of_its_day_so_the_same_days_balance_has_it():
    [event] = told("LoanTransactionMakeRepaymentPostBusinessEvent", REPAYMENT)
    assert (event.payment_id, event.amount) == ("fineract-default-t77", Decimal("110.50"))
    assert event.effective_at.isoformat() == "2025-03-09T16:00:00+00:00"
    [snapshot] = told("LoanBalanceChanged", BALANCE)
    assert event.effective_at < snapshot.as_of


def test_an_adjusted_repayment_is_undone_and_replaced():
    reversal, payment = told("LoanAdjustTransactionBusinessEvent", ADJUSTED)
    assert (reversal.payment_id, payment.payment_id) == ("fineract-default-t77", "fineract-default-t78")
    assert payment.amount == Decimal("90.00")
    undone = {**ADJUSTED, "newTransactionDetail": None}
    assert len(told("LoanAdjustTransactionBusinessEvent", undone)) == 1
    waiver = changed(ADJUSTED, "transactionToAdjust", type={"waiver": True})
    assert told("LoanAdjustTransactionBusinessEvent", waiver) == []


@pytest.mark.parametrize(
    "kind",
    [
        "ClientCreateBusinessEvent",
        "SavingsDepositBusinessEvent",
        "LoanApprovedBusinessEvent",
        "LoanAccrualTransactionCreatedBusinessEvent",
        "SomethingNewBusinessEvent",
    ],
)
def test_types_that_say_nothing_of_a_debt_are_ignored(kind):
    assert told(kind, {"id": 1}) == []


def test_a_loan_that_is_not_paid_out_yet_says_nothing():
    assert told("LoanStatusChanged", {**BALANCE, "status": {"pendingApproval": True}}) == []


@pytest.mark.parametrize(
    ("kind", "data", "field"),
    [
        ("LoanBalanceChanged", {**BALANCE, "clientId": None}, "clientId is missing"),
        ("LoanBalanceChanged", {**BALANCE, "summary": None}, "summary is missing"),
        ("LoanBalanceChanged", {**BALANCE, "currency": {}}, "code is missing"),
        ("LoanBalanceChanged", {**BALANCE, "status": "active"}, "status is not an object"),
        ("LoanTransactionMakeRepaymentPost", {**REPAYMENT, "amount": None}, "amount is missing"),
        ("LoanTransactionMakeRepaymentPost", {**REPAYMENT, "amount": "much"}, "amount is not an amount"),
        ("LoanTransactionMakeRepaymentPost", {**REPAYMENT, "date": "10.03."}, "date is not a date"),
        ("LoanDelinquencyRangeChange", {**RANGE, "delinquentDate": None}, "delinquentDate is missing"),
    ],
)
def test_a_missing_or_wrong_field_is_named(kind, data, field):
    with pytest.raises(ValueError, match=field):
        told(kind, data)


def test_a_payment_of_a_loan_that_is_not_on_file_is_refused_not_guessed():
    with pytest.raises(ValueError, match="not on file"):
        told("LoanTransactionMakeRepaymentPost", REPAYMENT, loans={})
    with pytest.raises(ValueError, match="no balance on file"):
        told("LoanDelinquencyRangeChange", RANGE, loans={"fineract-default-42": KnownLoan("C")})


def test_a_time_that_is_none_is_named():
    with pytest.raises(ValueError, match="createdAt"):
        told("LoanBalanceChanged", BALANCE, createdAt="today")


def test_tenants_do_not_share_accounts():
    decoded = msgspec.convert(message("LoanBalanceChanged", BALANCE, tenantId="north"), Message, strict=False)
    assert account_of(decoded) == "fineract-north-42"
