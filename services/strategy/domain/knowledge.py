"""What is learned of a customer beside the debt, and that the case is placed anew on it at once."""

from typing import Any

from msgspec.structs import replace

from services.strategy.domain.customer_file import Draft
from services.strategy.domain.inputs import Flag, Profile
from services.strategy.domain.positions import place_again
from shared.contracts.book import CustomerProfiled
from shared.contracts.delinquency import ClassificationChanged
from shared.contracts.vocabulary import RiskClassification

_TIERS = list(RiskClassification)
_NON_PERFORMING = frozenset(
    {RiskClassification.SUBSTANDARD, RiskClassification.DOUBTFUL, RiskClassification.LOSS}
)
_OF_THE_BANK = frozenset({Flag.MULTI_LENDER, Flag.SPECIAL_HANDLING})
"""The flags that the bank's profile says, both ways; others it leaves alone."""


def learn(draft: Draft, **known: Any) -> None:
    """Take these values, fields of Profile, into the customer's profile; None forgets one.

    Where the policy looks at more than the position, the open case is placed anew (register row C14).
    """
    profile = draft.customer.profile or Profile()
    after = replace(profile, **known)
    if after == profile:
        return
    draft.customer = replace(draft.customer, profile=after)
    if draft.policy.looks_beyond:
        place_again(draft)


def learn_flag(draft: Draft, flag: Flag) -> None:
    """Raise a flag."""
    flags = () if draft.customer.profile is None else draft.customer.profile.flags
    learn(draft, flags=tuple(sorted({*flags, flag})))


def customer_profiled(draft: Draft, fact: CustomerProfiled) -> None:
    """The bank says what kind of debtor the customer is (register rows A1, A2, A11, A12)."""
    given = fact.profile
    flags = set(() if draft.customer.profile is None else draft.customer.profile.flags) - _OF_THE_BANK
    if given.multi_lender:
        flags.add(Flag.MULTI_LENDER)
    if given.special_handling:
        flags.add(Flag.SPECIAL_HANDLING)
    learn(
        draft,
        party=given.party_type,
        size=given.size_band,
        industry=None if given.industry is None else given.industry[:1],
        flags=tuple(sorted(flags)),
    )


def learn_tier(draft: Draft, fact: ClassificationChanged) -> None:
    """Take in an account's tier: of the non-performing ones, the worst is the customer's.

    Performing tiers are not kept: they change with every bucket, and no policy treats by them alone.
    """
    known = {} if draft.customer.profile is None else draft.customer.profile.non_performing
    after = {account: tier for account, tier in known.items() if account != fact.account_id}
    if fact.after in _NON_PERFORMING:
        after[fact.account_id] = fact.after
    if after != known:
        learn(draft, non_performing=after, classification=max(after.values(), key=_TIERS.index, default=None))
