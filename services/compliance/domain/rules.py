"""What the gate is told to enforce: the numbers of each jurisdiction, and what each hold blocks."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from services.compliance.domain.window import Window
from shared.contracts.decisions import Effect, Force
from shared.contracts.vocabulary import HoldKind, PartyRole, Purpose

QUIET_HOURS = "QUIET-HOURS"
DAY_CAP = "DAY-CAP"
JURISDICTION = "JURISDICTION"
HOLD = "HOLD"
OPT_OUT = "OPT-OUT"
PARTY = "PARTY"
WRONG_NUMBER = "WRONG-NUMBER"


@dataclass(frozen=True, slots=True)
class JurisdictionRules:
    """The numbers of one jurisdiction, with what stands behind them."""

    code: str
    window: Window
    window_citation: str
    window_force: Force
    day_cap: int
    cap_citation: str
    cap_force: Force


@dataclass(frozen=True, slots=True, eq=False)
class GateRules:
    """All that a decision depends on besides its request and facts; `digest` names exactly these rules.

    Equal only to itself, so that what follows from it can be remembered.
    """

    jurisdictions: Mapping[str, JurisdictionRules]
    permit_ttl: timedelta
    digest: str


OBLIGORS = frozenset(
    {PartyRole.DEBTOR, PartyRole.GUARANTOR, PartyRole.JOINT_LIABILITY_MEMBER, PartyRole.GUARDIAN}
)
"""Whom the gate lets through; others need facts that the gate does not have yet."""

PARTY_CITATION = "Credit card measures art. 68: collection addresses the debtor and guarantors only"
OPT_OUT_CITATION = "PIPL art. 15: consent may be withdrawn; bank policy: an opt-out is final"
WRONG_NUMBER_CITATION = "Bank policy: a contact point of somebody else is not used again"
HOLD_CITATION = "Credit card measures art. 69, 70; Civil Code 19-22, 1161: holds stop collection"
JURISDICTION_CITATION = "Bank policy: no contact under rules that are not known"

_REPLIES = frozenset({Purpose.SERVICE, Purpose.COMPLAINT_REPLY})
PERMITTED_UNDER: Mapping[HoldKind, frozenset[Purpose]] = {
    HoldKind.INSTALMENT_AGREEMENT: _REPLIES,
    HoldKind.DISPUTE: _REPLIES,
    HoldKind.COMPLAINT: _REPLIES,
    HoldKind.BANKRUPTCY: frozenset({Purpose.LEGAL_NOTICE}),
}
"""The purposes that a hold leaves open; a hold that is not named leaves none."""

_REVIEWED = frozenset({HoldKind.VULNERABLE, HoldKind.HARDSHIP_REVIEW})


def effect_of(kind: HoldKind) -> Effect:
    """What a hold asks for: a human's look at the vulnerable, else a denial."""
    return Effect.REVIEW if kind in _REVIEWED else Effect.DENY
