"""A loan account's ledger: equal monthly instalments, paid from the oldest on. Amounts are whole cents."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from shared.contracts.vocabulary import Product

CURRENCY = "CNY"


@dataclass(slots=True)
class Account:
    """What the bank's ledger knows of an account.

    `billed` instalments are due, `paid` is the sum of payments, `first_due` lies on one of the days 1 to 28.
    """

    account_id: str
    customer: int
    product: Product
    instalment: int
    term: int
    first_due: date
    billed: int = 0
    paid: int = 0
    payments: int = 0
    snapshots: int = 0
    closed: bool = False
    misses_next: bool = False

    def due_date(self, number: int) -> date:
        """When the instalment of this number, from 0, is due."""
        months = self.first_due.year * 12 + self.first_due.month - 1 + number
        return date(months // 12, months % 12 + 1, self.first_due.day)

    @property
    def arrears(self) -> int:
        """What is due and not paid."""
        return max(0, self.billed * self.instalment - self.paid)

    @property
    def outstanding(self) -> int:
        """The whole debt."""
        return max(0, self.term * self.instalment - self.paid)

    @property
    def months_behind(self) -> int:
        """How many instalments are due and not fully paid."""
        return max(0, self.billed - self.paid // self.instalment)

    def unpaid(self) -> list[tuple[date, int]]:
        """Due dates and what is still owed of each, oldest first."""
        first, begun = divmod(self.paid, self.instalment)
        return [
            (self.due_date(number), self.instalment - (begun if number == first else 0))
            for number in range(first, self.billed)
        ]

    def is_overdue(self, day: date) -> bool:
        """Whether a due date before `day` is unpaid."""
        return self.months_behind > 0 and self.due_date(self.paid // self.instalment) < day

    def bill_due(self, day: date) -> bool:
        """Bill the instalment that is due on `day`, if one is."""
        if self.closed or self.billed >= self.term or self.due_date(self.billed) != day:
            return False
        self.billed += 1
        return True


def money(cents: int) -> Decimal:
    """Cents as an exact amount with two decimals."""
    return Decimal(cents).scaleb(-2)
