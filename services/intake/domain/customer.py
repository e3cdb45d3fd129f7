"""A customer: all accounts together, and who is tied to the debts."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from services.intake.domain.account import Account
from services.intake.domain.account_facts import Profile
from services.intake.domain.rules import Moment, Rules
from shared.contracts.base import Money
from shared.contracts.delinquency import CustomerPosition
from shared.contracts.lending import CustomerProfile
from shared.contracts.vocabulary import PartyRole


@dataclass(frozen=True, slots=True)
class Exposure:
    """A customer's overdue accounts together; `arrears` by currency."""

    overdue_accounts: int = 0
    oldest_unpaid: date | None = None
    arrears: tuple[tuple[str, Decimal], ...] = ()


NO_EXPOSURE = Exposure()


@dataclass(slots=True)
class Customer:
    """A customer on file. `exposure` is that of `accounts`; `parties_version` is −1 before the first."""

    customer_id: str
    parties_version: int = -1
    exposure: Exposure = NO_EXPOSURE
    accounts: dict[str, Account] = field(default_factory=dict)
    persons: dict[str, PartyRole] = field(default_factory=dict)
    profile: Profile | None = None

    def take_profile(self, version: int, event_id: str, profile: CustomerProfile) -> bool:
        """Keep the profile if it is the latest; whether it was."""
        known = self.profile
        if known is not None and (version, event_id) <= (known.version, known.event_id):
            return False
        self.profile = Profile(version, event_id, profile)
        return True


def exposure_of(accounts: Iterable[Account]) -> Exposure:
    """The overdue ones of these accounts together."""
    count, oldest = 0, None
    arrears: dict[str, Decimal] = {}
    for account in accounts:
        standing = account.standing
        if not standing.overdue or account.snapshot is None or standing.oldest_unpaid is None:
            continue
        count += 1
        if oldest is None or standing.oldest_unpaid < oldest:
            oldest = standing.oldest_unpaid
        currency = account.snapshot.currency
        known = arrears.get(currency)
        arrears[currency] = standing.arrears if known is None else known + standing.arrears
    return Exposure(count, oldest, tuple(sorted(arrears.items()))) if count else NO_EXPOSURE


def position_of(exposure: Exposure, moment: Moment, rules: Rules) -> CustomerPosition:
    """The exposure as of now: customer-level days past due (CPD) are those of the oldest overdue account."""
    oldest = exposure.oldest_unpaid
    days = max(0, (moment.today - oldest).days) if oldest else 0
    return CustomerPosition(
        days_past_due=days,
        bucket=rules.buckets.of(days),
        overdue_accounts=exposure.overdue_accounts,
        arrears=[Money(amount=amount, currency=currency) for currency, amount in exposure.arrears],
    )
