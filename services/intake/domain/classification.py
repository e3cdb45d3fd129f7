"""The tier of risk classification (五级分类) of each account, by what is known on a business date.

Source: Measures for the Risk Classification of Financial Assets of Commercial Banks
(商业银行金融资产风险分类办法), in force since 2023-07-01: articles 10 to 13 for the days past due and, in
11, the debts at all banks; article 14 for a debtor's claims at the bank; article 15 for the way back (see
`observation`). Credit cards: article 92 of the credit card measures. The numbers are in the rules' file.
"""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from services.intake.domain.account import ZERO, Account
from services.intake.domain.customer import Customer
from services.intake.domain.observation import is_held, observed_until
from services.intake.domain.rules import Rules
from services.intake.domain.tiers import FIRST_BAD, TierRules, is_bad, worse
from shared.contracts.vocabulary import RiskClassification

NORMAL = RiskClassification.NORMAL


class TierReason(StrEnum):
    """What decided a tier."""

    NOT_OVERDUE = "not_overdue"
    DAYS_PAST_DUE = "days_past_due"
    OBSERVATION = "observation"
    MANUAL = "manual"
    CLAIMS_AT_BANK = "claims_at_bank"
    DEBTS_AT_ALL_BANKS = "debts_at_all_banks"
    CLOSED = "closed"


class Judgement(NamedTuple):
    """A tier and what decided it."""

    tier: RiskClassification
    reason: TierReason


def by_days(account: Account, today: date, tiers: TierRules) -> RiskClassification:
    """The tier that the days past due alone give."""
    standing, snapshot = account.standing, account.snapshot
    if not standing.overdue or snapshot is None or standing.oldest_unpaid is None:
        return NORMAL
    return tiers.table(snapshot.product).of((today - standing.oldest_unpaid).days)


def own(account: Account, today: date, tiers: TierRules) -> Judgement:
    """The tier of the account by itself, whatever becomes of the debtor's others."""
    if account.snapshot is None or account.closed:
        return Judgement(NORMAL, TierReason.CLOSED if account.closed else TierReason.NOT_OVERDUE)
    tier = by_days(account, today, tiers)
    found = Judgement(tier, TierReason.DAYS_PAST_DUE if tier is not NORMAL else TierReason.NOT_OVERDUE)
    if is_held(account, account.standing.bad_on) and not is_bad(tier):
        found = Judgement(FIRST_BAD, TierReason.OBSERVATION)
    floor = account.orders.floor
    if floor is not None and worse(floor, found.tier) is not found.tier:
        found = Judgement(floor, TierReason.MANUAL)
    return found


def judged(customer: Customer, today: date, rules: Rules) -> dict[str, Judgement]:
    """The tiers of all accounts of the customer. Empty where nothing is classified.

    A non-retail debtor's claims are all non-performing where more than 10 % of them at the bank are (article
    14), or where more than 20 % of the debts at all banks are more than 90 days past due (article 11).
    """
    tiers = rules.tiers
    if tiers is None:
        return {}
    found = {name: own(account, today, tiers) for name, account in customer.accounts.items()}
    why = _spreads(customer, found, tiers)
    if why is None:
        return found
    for name, account in customer.accounts.items():
        if account.snapshot is not None and not account.closed and not is_bad(found[name].tier):
            found[name] = Judgement(FIRST_BAD, why)
    return found


def _spreads(customer: Customer, found: Mapping[str, Judgement], tiers: TierRules) -> TierReason | None:
    profile = customer.profile.profile if customer.profile is not None else None
    if profile is None or not tiers.non_retail(profile):
        return None
    share = profile.overdue_at_all_banks
    if share is not None and share > tiers.debts_at_all_banks_percent:
        return TierReason.DEBTS_AT_ALL_BANKS
    claims: dict[str, tuple[Decimal, Decimal]] = {}
    for name, account in customer.accounts.items():
        if account.snapshot is None or account.closed:
            continue
        owed = account.standing.outstanding
        bad, total = claims.get(account.snapshot.currency, (ZERO, ZERO))
        claims[account.snapshot.currency] = bad + (owed if is_bad(found[name].tier) else ZERO), total + owed
    limit = tiers.claims_at_bank_percent
    exceeded = any(bad * 100 > total * limit for bad, total in _comparable(claims, tiers.rates))
    return TierReason.CLAIMS_AT_BANK if exceeded else None


def _comparable(
    claims: Mapping[str, tuple[Decimal, Decimal]], rates: Mapping[str, Decimal]
) -> list[tuple[Decimal, Decimal]]:
    """The claims as one sum where every currency has a rate, else each currency by itself: the stricter."""
    if len(claims) < 2 or not claims.keys() <= rates.keys():
        return list(claims.values())
    bad = sum((rates[currency] * amounts[0] for currency, amounts in claims.items()), ZERO)
    return [(bad, sum((rates[currency] * amounts[1] for currency, amounts in claims.items()), ZERO))]


def upgrade_refusal(customer: Customer, account: Account, today: date, tiers: TierRules) -> str | None:
    """Why the account may not be upgraded to a performing tier yet, in a sentence; None where it may."""
    standing, snapshot = account.standing, account.snapshot
    if snapshot is None or account.closed:
        return "The account is not classified."
    if standing.overdue:
        return "The account is overdue."
    if standing.late_on is not None:
        until = observed_until(tiers.table(snapshot.product), standing.late_on)
        if today < until:
            return f"The observation ends on {until}."
    others = (each for each in customer.accounts.values() if each.account_id != account.account_id)
    if any(_impaired(other, today, tiers) for other in others):
        return "Another account of the customer is non-performing."
    return None


def _impaired(account: Account, today: date, tiers: TierRules) -> bool:
    found, late_on = own(account, today, tiers), account.standing.late_on
    if found.reason is not TierReason.OBSERVATION or account.snapshot is None or late_on is None:
        return is_bad(found.tier)
    # Two accounts whose observations are both over must not wait for each other.
    return account.standing.overdue or today < observed_until(tiers.table(account.snapshot.product), late_on)
