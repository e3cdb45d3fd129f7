"""Apache Fineract's external business events as events of our contract.

A message is Fineract's envelope (`MessageV1`) with `data` already decoded from Avro to JSON. Sources: the
chapter "Reliable event framework" of Fineract's documentation, and the published Avro schemas
`LoanAccountDataV1`, `LoanTransactionDataV1`, `LoanTransactionAdjustmentDataV1` and
`LoanAccountDelinquencyRangeDataV1` for the names of fields. docs/intake/fineract.md has the whole mapping.

Fineract sends an account's new balance beside each payment. So a payment takes effect at the start of its
day here: it is announced, and the balance of the same day, which has it already, is not reduced once more.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from shared.contracts.base import Event
from shared.contracts.corebank import (
    AccountClosed,
    AccountSnapshot,
    ClosureReason,
    PaymentPosted,
    PaymentReversed,
    UnpaidInstalment,
)
from shared.contracts.vocabulary import Product

SUFFIX = "BusinessEvent"
CENT = Decimal("0.01")


class Message(msgspec.Struct, rename="camel"):
    """Fineract's envelope. `tenant_id`, `source` and `idempotency_key` name the event."""

    id: int
    source: str
    type: str
    created_at: str
    business_date: date
    tenant_id: str
    idempotency_key: str
    data: dict[str, Any]

    @property
    def kind(self) -> str:
        """The type without its common ending."""
        return self.type.removesuffix(SUFFIX)

    @property
    def raised_at(self) -> datetime:
        """When it was raised; Fineract writes UTC without an offset."""
        try:
            at = datetime.fromisoformat(self.created_at)
        except ValueError:
            raise ValueError("createdAt is not a time such as 2026-03-31T10:15:30") from None
        return at if at.tzinfo else at.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Products:
    """Fineract's loan products in our words; `otherwise` for those not listed, None refuses them."""

    by_id: Mapping[int, Product] = field(default_factory=dict)
    otherwise: Product | None = Product.PERSONAL_LOAN

    def of(self, product_id: object) -> Product:
        """Our word for a product. ValueError where there is none."""
        known = self.by_id.get(product_id) if isinstance(product_id, int) else None
        if (found := known or self.otherwise) is None:
            raise ValueError("loanProductId has no product here")
        return found


@dataclass(frozen=True, slots=True)
class KnownLoan:
    """What is on file of a loan: events about payments and delinquency do not say whose it is."""

    customer_id: str
    product: Product | None = None
    outstanding: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class Context:
    """What the mapping needs beside the message."""

    tenant: str
    products: Products
    zone: ZoneInfo
    loans: Mapping[str, KnownLoan]

    def loan(self, account_id: str) -> KnownLoan:
        """The loan on file. ValueError where no event with its client came before."""
        known = self.loans.get(account_id)
        if known is None:
            raise ValueError("loanId is not on file, so whose loan it is cannot be known")
        return known

    def start_of(self, day: date) -> datetime:
        """The first instant of a business date."""
        return datetime.combine(day, time(), self.zone).astimezone(UTC)


def account_of(message: Message) -> str | None:
    """The account that a message is about, None where it names none."""
    data = message.data
    if message.kind == "LoanAdjustTransaction":
        data = data.get("transactionToAdjust") or {}
    number = data.get("loanId") if "loanId" in data else data.get("id")
    return None if number is None else account_id(message.tenant_id, number)


def account_id(tenant: str, loan: object) -> str:
    """Our id of a loan."""
    return f"fineract-{tenant}-{loan}"


def events_of(message: Message, context: Context) -> list[Event]:
    """What the message says of a debt; nothing for types that say nothing.

    ValueError names the field of Fineract's payload that is missing or wrong.
    """
    translate = _MAPPING.get(message.kind)
    return [] if translate is None else translate(message, context)


def _account(message: Message, context: Context) -> list[Event]:
    """LoanAccountDataV1: the balance and arrears of a loan that runs, the end of one that does not."""
    data = message.data
    loan = account_id(context.tenant, _needed(data, "id"))
    customer = f"fineract-{context.tenant}-c{_needed(data, 'clientId')}"
    status = _part(data, "status")
    if status.get("closedWrittenOff"):
        return [_closed(loan, customer, message, ClosureReason.WRITTEN_OFF)]
    if any(status.get(name) for name in ("closedObligationsMet", "closedRescheduled", "closed", "overpaid")):
        return [_closed(loan, customer, message, ClosureReason.SETTLED)]
    if not status.get("active"):
        return []
    delinquent = data.get("delinquent") or {}
    arrears = _money(delinquent, "delinquentAmount") if delinquent.get("delinquentAmount") else Decimal(0)
    unpaid = []
    if arrears:
        since = "pastDueDate" if delinquent.get("pastDueDate") else "delinquentDate"
        unpaid = [UnpaidInstalment(due_date=_day(delinquent, since), amount=arrears)]
    snapshot = AccountSnapshot(
        account_id=loan,
        customer_id=customer,
        product=context.products.of(data.get("loanProductId")),
        currency=_currency(data),
        as_of=message.raised_at,
        sequence=message.id,
        outstanding=_money(_part(data, "summary"), "totalOutstanding"),
        unpaid=unpaid,
    )
    return [snapshot]


def _range(message: Message, context: Context) -> list[Event]:
    """LoanAccountDelinquencyRangeDataV1: new arrears. The balance is that on file, for it is not sent."""
    data = message.data
    loan = account_id(context.tenant, _needed(data, "loanId"))
    known = context.loan(loan)
    if known.product is None:
        raise ValueError("loanId has no balance on file yet")
    arrears = _money(_part(data, "amount"), "totalAmount")
    unpaid = []
    if arrears:
        unpaid = [UnpaidInstalment(due_date=_day(data, "delinquentDate"), amount=arrears)]
    snapshot = AccountSnapshot(
        account_id=loan,
        customer_id=known.customer_id,
        product=known.product,
        currency=_currency(data),
        as_of=message.raised_at,
        sequence=message.id,
        outstanding=max(known.outstanding, arrears),
        unpaid=unpaid,
    )
    return [snapshot]


def _payment(message: Message, context: Context) -> list[Event]:
    """LoanTransactionDataV1 of a repayment."""
    return [_posted(message.data, context)]


def _adjustment(message: Message, context: Context) -> list[Event]:
    """LoanTransactionAdjustmentDataV1: a repayment undone, and the one in its place, if there is one."""
    undone = _part(message.data, "transactionToAdjust")
    if not _is_repayment(undone):
        return []
    loan = account_id(context.tenant, _needed(undone, "loanId"))
    reversal = PaymentReversed(
        payment_id=f"fineract-{context.tenant}-t{_needed(undone, 'id')}",
        account_id=loan,
        customer_id=context.loan(loan).customer_id,
        effective_at=context.start_of(message.business_date),
        reason="adjusted in the core system",
    )
    replacement = message.data.get("newTransactionDetail")
    if not isinstance(replacement, dict) or not replacement.get("amount"):
        return [reversal]
    return [reversal, _posted(replacement, context)]


def _posted(data: dict[str, Any], context: Context) -> PaymentPosted:
    loan = account_id(context.tenant, _needed(data, "loanId"))
    return PaymentPosted(
        payment_id=f"fineract-{context.tenant}-t{_needed(data, 'id')}",
        account_id=loan,
        customer_id=context.loan(loan).customer_id,
        amount=_money(data, "amount"),
        currency=_currency(data),
        effective_at=context.start_of(_day(data, "date")),
    )


def _closed(loan: str, customer: str, message: Message, reason: ClosureReason) -> AccountClosed:
    return AccountClosed(account_id=loan, customer_id=customer, effective_at=message.raised_at, reason=reason)


def _is_repayment(transaction: dict[str, Any]) -> bool:
    kind = transaction.get("type") or {}
    return any(kind.get(name) for name in ("repayment", "downPayment", "recoveryRepayment"))


def _needed(data: dict[str, Any], name: str) -> Any:
    value = data.get(name)
    if value is None or value == "":
        raise ValueError(f"{name} is missing")
    return value


def _part(data: dict[str, Any], name: str) -> dict[str, Any]:
    value = _needed(data, name)
    if not isinstance(value, dict):
        raise ValueError(f"{name} is not an object")
    return value


def _currency(data: dict[str, Any]) -> str:
    return str(_needed(_part(data, "currency"), "code"))


def _day(data: dict[str, Any], name: str) -> date:
    try:
        return date.fromisoformat(str(_needed(data, name)))
    except ValueError as error:
        if "missing" in str(error):
            raise
        raise ValueError(f"{name} is not a date such as 2026-03-31") from None


def _money(data: dict[str, Any], name: str) -> Decimal:
    """Fineract computes with six decimals; here are cents."""
    try:
        return Decimal(str(_needed(data, name))).quantize(CENT)
    except ArithmeticError:
        raise ValueError(f"{name} is not an amount such as 1234.56") from None


_MAPPING: dict[str, Callable[[Message, Context], list[Event]]] = {
    "LoanBalanceChanged": _account,
    "LoanStatusChanged": _account,
    "LoanAccountSnapshot": _account,
    "LoanDisbursal": _account,
    "LoanClose": _account,
    "LoanClosed": _account,
    "LoanCloseAsReschedule": _account,
    "LoanDelinquencyRangeChange": _range,
    "LoanTransactionMakeRepaymentPost": _payment,
    "LoanTransactionMakeRepayment": _payment,
    "LoanTransactionDownPaymentPost": _payment,
    "LoanTransactionRecoveryPaymentPost": _payment,
    "LoanAdjustTransaction": _adjustment,
}
UNDERSTOOD = frozenset(_MAPPING)
