"""What is known beside balances: terms, profile, when an account was seen overdue, what staff decided."""

from dataclasses import dataclass
from datetime import date

from shared.contracts.lending import CustomerProfile, LoanTerms
from shared.contracts.vocabulary import RiskClassification


@dataclass(frozen=True, slots=True)
class Terms:
    """What was agreed of the loan, as the bank said it last; later ones by (`version`, `event_id`) win."""

    version: int
    event_id: str
    terms: LoanTerms


@dataclass(frozen=True, slots=True)
class Profile:
    """What kind of debtor the customer is, as the bank said it last; ordered as terms are."""

    version: int
    event_id: str
    profile: CustomerProfile


@dataclass(frozen=True, slots=True)
class Seen:
    """The last business dates on which any snapshot, whenever it arrived, showed the account overdue and
    non-performing."""

    late_on: date | None = None
    bad_on: date | None = None

    def joined(self, late_on: date | None, bad_on: date | None) -> "Seen":
        """With these dates too; the same object where they say nothing later."""
        late, bad = _later(self.late_on, late_on), _later(self.bad_on, bad_on)
        return self if (late, bad) == (self.late_on, self.bad_on) else Seen(late, bad)


NOTHING_SEEN = Seen()


@dataclass(frozen=True, slots=True)
class Orders:
    """What the bank's staff decided on the classification: not better than `floor`; upgraded on a date,
    so that what was seen until then is over."""

    floor: RiskClassification | None = None
    upgraded_on: date | None = None


NO_ORDERS = Orders()


def _later(one: date | None, other: date | None) -> date | None:
    if one is None or other is None:
        return other if one is None else one
    return max(one, other)
