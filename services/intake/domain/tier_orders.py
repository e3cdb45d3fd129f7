"""What staff may decide of a tier by hand: worse with a reason, better only under control."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum

from services.intake.domain.account import Account
from services.intake.domain.account_facts import Orders
from services.intake.domain.classification import TierReason, by_days, judged, upgrade_refusal
from services.intake.domain.customer import Customer
from services.intake.domain.observation import is_held
from services.intake.domain.rules import Rules
from services.intake.domain.tiers import FIRST_BAD, TierRules, is_bad, worse
from shared.contracts.vocabulary import RiskClassification


class ProposalState(StrEnum):
    """Where a proposal is."""

    PROPOSED = "proposed"
    APPROVED = "approved"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class Proposal:
    """A tier that somebody proposed. `correction`: what showed the account non-performing was an error."""

    proposal_id: str
    account_id: str
    customer_id: str
    tier_before: RiskClassification
    tier: RiskClassification
    correction: bool
    reason: str
    proposed_by: str
    proposed_at: datetime
    state: ProposalState = ProposalState.PROPOSED
    decided_by: str | None = None
    decided_at: datetime | None = None
    decision_reason: str | None = None
    effective_on: date | None = None


def refusal(
    customer: Customer,
    account: Account,
    tier: RiskClassification,
    today: date,
    rules: Rules,
    *,
    correction: bool,
) -> str | None:
    """Why the account cannot be given this tier by hand, in a sentence; None where it can.

    A worse tier always can. A better one cannot be better than what the facts give: the days past due, the
    debtor's other claims, and, out of the non-performing tiers, an observation that is over (article 15).
    """
    if rules.tiers is None or account.snapshot is None or account.closed:
        return "The account is not classified."
    now = judged(customer, today, rules)[account.account_id]
    if tier is now.tier:
        return f"The account is classified as {tier} already."
    if worse(tier, now.tier) is tier:
        return None
    least = by_days(account, today, rules.tiers)
    if worse(least, tier) is not tier:
        return f"By its days past due the account is {least} at least."
    if is_bad(tier):
        return None
    if now.reason in (TierReason.CLAIMS_AT_BANK, TierReason.DEBTS_AT_ALL_BANKS):
        return "The debtor's other claims make the account non-performing."
    if is_held(account, account.standing.bad_on) and not correction:
        return upgrade_refusal(customer, account, today, rules.tiers)
    return None


def order(account: Account, tier: RiskClassification, today: date, tiers: TierRules) -> None:
    """Give the account the tier; `refusal` said that it can be given."""
    held = is_held(account, account.standing.bad_on)
    upgraded_on = today if held and not is_bad(tier) else account.orders.upgraded_on
    without = replace(account, orders=Orders(None, upgraded_on))
    facts = by_days(without, today, tiers)
    if is_held(without, account.standing.bad_on):
        facts = worse(facts, FIRST_BAD)
    account.orders = Orders(None if facts is tier else tier, upgraded_on)
