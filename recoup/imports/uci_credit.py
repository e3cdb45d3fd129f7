"""Six months of card accounts from the UCI data set "default of credit card clients" (CC BY 4.0).

Yeh and Lien 2009, doi 10.1016/j.eswa.2007.12.020. April to September: PAY_6 ... PAY_2 and PAY_0 (there is no
PAY_1) are the delinquency status of April ... September, k >= 1 meaning k months late; BILL_AMT6 ... 1 the
statements; PAY_AMT6 ... 1 the payments of the same months. Money is New Taiwan dollars.

The months are moved so that the last statement is of the day `until`; a month has 30 days. A status of k
becomes one unpaid amount, the statement's, due 30 x k days before the statement. The file names nobody:
one contact point of a number range that reaches nobody is made up for each customer, for the simulator.
"""

import csv
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import msgspec

from recoup.errors import Mistake
from recoup.imports.opening import opened
from recoup.imports.rows import BankEvent, Item, Progress, Rejected, build, field_of, reason_of
from shared.contracts.corebank import AccountSnapshot, CustomerChanged, PaymentPosted

MONTHS = 6
STATUS = ("PAY_6", "PAY_5", "PAY_4", "PAY_3", "PAY_2", "PAY_0")
BILL = tuple(f"BILL_AMT{number}" for number in range(6, 0, -1))
PAID = tuple(f"PAY_AMT{number}" for number in range(6, 0, -1))
REQUIRED = ("ID", *STATUS, *BILL, *PAID)
SOURCE = "/import/uci-credit"
CURRENCY = "TWD"
PROGRESS_EVERY = 500
DAYS_A_MONTH = 30


class UciCredit:
    """Once through the file for the customers, once for each month: in date order, in little memory."""

    passes = 1 + MONTHS

    def __init__(self, until: date, jurisdiction: str = "CN", limit: int | None = None) -> None:
        self._until = until
        self._jurisdiction = jurisdiction
        self._limit = limit

    def read(self, path: Path) -> Iterator[Item]:
        for turn in range(self.passes):
            yield from self._pass(path, turn)

    def _pass(self, path: Path, turn: int) -> Iterator[Item]:
        size = path.stat().st_size
        with opened(path) as (text, raw):
            rows = csv.DictReader(text)
            missing = [name for name in REQUIRED if name not in (rows.fieldnames or ())]
            if missing:
                raise Mistake(f"{path} is no UCI credit file: it lacks {', '.join(missing)}.")
            for number, row in enumerate(rows, start=2):
                if self._limit is not None and number > self._limit + 1:
                    break
                yield from self._row(path, number, row, turn)
                if number % PROGRESS_EVERY == 0:
                    yield Progress(turn * size + raw.tell())

    def _row(self, path: Path, number: int, row: dict[str, Any], turn: int) -> Iterator[Item]:
        try:
            yield from self._customer(row) if turn == 0 else self._month(row, turn - 1)
        except (msgspec.ValidationError, ValueError, InvalidOperation, TypeError) as error:
            if turn == MONTHS or turn == 0:  # reported once, not for each month
                yield Rejected(path.name, number, _field(row, error), reason_of(error), row)

    def _customer(self, row: dict[str, Any]) -> Iterator[BankEvent]:
        identity = _identity(row)
        for month in range(MONTHS):  # a row with a bad month is rejected whole, before anything is sent
            list(self._month(row, month))
        person = {
            "person_id": f"uci-{identity}",
            "role": "debtor",
            "time_zone": "Asia/Taipei",
            "contact_points": [
                {
                    "contact_point_id": f"uci-{identity}-sms",
                    "kind": "phone",
                    "value": f"+999000{identity:07}",
                },
                {
                    "contact_point_id": f"uci-{identity}-mail",
                    "kind": "email",
                    "value": f"card-{identity}@example.com",
                },
            ],
        }
        values = {
            "customer_id": f"uci-{identity}",
            "version": 1,
            "jurisdiction": self._jurisdiction,
            "persons": [person],
        }
        event = build(CustomerChanged, values)
        yield BankEvent(
            f"customer-{identity}", SOURCE, f"uci-{identity}", self._instant(0).isoformat(), event
        )

    def _month(self, row: dict[str, Any], month: int) -> Iterator[BankEvent]:
        identity = _identity(row)
        account, customer = f"card-{identity}", f"uci-{identity}"
        paid = _money(row, PAID[month])
        statement = self._instant(month)
        if paid > 0:
            when = (statement - timedelta(days=DAYS_A_MONTH // 2)).isoformat()
            values: dict[str, Any] = {
                "payment_id": f"{account}-{month}",
                "account_id": account,
                "customer_id": customer,
                "amount": paid,
                "currency": CURRENCY,
                "effective_at": when,
            }
            yield BankEvent(
                f"payment-{identity}-{month}", SOURCE, account, when, build(PaymentPosted, values)
            )
        bill = max(_money(row, BILL[month]), Decimal(0))
        late = int(float(row[STATUS[month]]))
        due = statement.date() - timedelta(days=DAYS_A_MONTH * late)
        values = {
            "account_id": account,
            "customer_id": customer,
            "product": "credit_card",
            "currency": CURRENCY,
            "as_of": statement.isoformat(),
            "sequence": month,
            "outstanding": bill,
            "unpaid": [{"due_date": due, "amount": bill}] if late >= 1 and bill > 0 else [],
        }
        event = build(AccountSnapshot, values)
        yield BankEvent(f"snapshot-{identity}-{month}", SOURCE, account, statement.isoformat(), event)

    def _instant(self, month: int) -> datetime:
        day = self._until - timedelta(days=DAYS_A_MONTH * (MONTHS - 1 - month))
        return datetime.combine(day, time(0, 0), UTC)


def _identity(row: dict[str, Any]) -> int:
    return int(row["ID"])


def _money(row: dict[str, Any], name: str) -> Decimal:
    return Decimal(row[name]).quantize(Decimal("0.01"))


def _field(row: dict[str, Any], error: Exception) -> str:
    if isinstance(error, msgspec.ValidationError):
        return field_of(error)
    for name in REQUIRED:
        try:
            float(row[name])
        except (TypeError, ValueError):
            return name
    return "ID"
