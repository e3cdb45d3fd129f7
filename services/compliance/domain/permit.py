"""A permit's life: reserved, redeemed once, gone out or free again."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

import msgspec

from services.compliance.domain.gate.facts import AttemptOutcome
from services.compliance.domain.outcomes import MET, says_more
from shared.contracts.vocabulary import Channel, PartyRole, Purpose


class AttemptState(StrEnum):
    """What became of a reservation; `received` is a contact by the person, which needs none."""

    RESERVED = "reserved"
    REDEEMED = "redeemed"
    LEFT = "left"
    FREE = "free"
    RECEIVED = "received"


COUNTED = frozenset({AttemptState.RESERVED, AttemptState.REDEEMED, AttemptState.LEFT})
"""All but what provably never went out."""


class Refusal(StrEnum):
    """Why a permit is not redeemed, besides the rules of the gate."""

    UNKNOWN = "PERMIT-UNKNOWN"
    OTHER_CONTACT = "PERMIT-OTHER-CONTACT"
    USED = "PERMIT-USED"
    WITHDRAWN = "PERMIT-WITHDRAWN"
    EXPIRED = "PERMIT-EXPIRED"


NOT_REDEEMED = "PERMIT-NOT-REDEEMED"
"""The violation: a contact left the bank without a redeemed permit."""


class Permit(msgspec.Struct):
    """A permit and the attempt that it reserved; the fields are the columns of table `attempt`.

    `doubted`: something that the decision depends on has changed since; it is decided again at redemption.
    """

    permit_id: str
    person_id: str
    contact_id: str
    contact_point_id: str
    channel: Channel
    purpose: Purpose
    state: AttemptState
    reserved_at: datetime
    valid_until: datetime
    dispatch_id: str | None = None
    left_at: datetime | None = None
    outcome: str | None = None
    outcome_at: datetime | None = None
    direction: str = "out"
    collector_id: str = "bank"
    debts: Sequence[str] = ()
    party: PartyRole = PartyRole.DEBTOR
    consented: bool = False
    doubted: bool = False

    def dispatched(self, at: datetime) -> str | None:
        """It left the bank at `at`; the violation that this is, if any."""
        if self.state is AttemptState.LEFT:
            return None
        violation = NOT_REDEEMED if self.state in (AttemptState.RESERVED, AttemptState.FREE) else None
        self.state = AttemptState.LEFT
        self.left_at = at
        return violation

    def reached(self, outcome: AttemptOutcome, at: datetime) -> bool:
        """It came to `outcome` at `at`; whether that says more than what was known.

        A call or a visit was made when it came to something, however long before or after its dispatch.
        """
        if not says_more(outcome, self.outcome):
            return False
        if self.channel in MET:
            # An answered call that turns out to be a conversation began when it was answered.
            answered = self.outcome == AttemptOutcome.ANSWERED and self.outcome_at is not None
            self.outcome_at = min(at, self.outcome_at or at) if answered else at
        self.outcome = outcome
        return True

    def not_sent(self) -> bool:
        """It provably did not leave and will not; whether that frees the reservation."""
        if self.state not in (AttemptState.RESERVED, AttemptState.REDEEMED):
            return False
        self.state = AttemptState.FREE
        return True


def refusal(permit: Permit | None, contact_id: str, dispatch_id: str, now: datetime) -> Refusal | None:
    """Why the permit itself may not be used for this dispatch at `now`; None where it may.

    The dispatch that redeemed a permit may ask again, in case it did not hear the answer.
    """
    if permit is None:
        return Refusal.UNKNOWN
    if permit.contact_id != contact_id:
        return Refusal.OTHER_CONTACT
    if permit.state is AttemptState.FREE:
        return Refusal.WITHDRAWN
    if permit.state is AttemptState.LEFT or permit.dispatch_id not in (None, dispatch_id):
        return Refusal.USED
    return Refusal.EXPIRED if now >= permit.valid_until else None
