"""A permit's life: reserved, redeemed once, gone out or free again."""

from datetime import datetime
from enum import StrEnum

import msgspec

from services.compliance.domain.checks import standing_reasons
from services.compliance.domain.facts import AttemptState, Hold, OptOut
from shared.contracts.vocabulary import Channel, Purpose


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
    """A permit and the attempt that it reserved; the fields are the columns of table `attempt`."""

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

    def dispatched(self, at: datetime) -> str | None:
        """It left the bank at `at`; the violation that this is, if any."""
        if self.state is AttemptState.LEFT:
            return None
        violation = NOT_REDEEMED if self.state in (AttemptState.RESERVED, AttemptState.FREE) else None
        self.state = AttemptState.LEFT
        self.left_at = at
        return violation

    def not_sent(self) -> bool:
        """It provably did not leave and will not; whether that frees the reservation."""
        if self.state not in (AttemptState.RESERVED, AttemptState.REDEEMED):
            return False
        self.state = AttemptState.FREE
        return True


def refusal(
    permit: Permit | None,
    contact_id: str,
    dispatch_id: str,
    holds: list[Hold],
    opt_outs: list[OptOut],
    now: datetime,
) -> str | None:
    """Why the permit may not be used for this dispatch at `now`: a rule's id, or None where it may.

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
    if now >= permit.valid_until:
        return Refusal.EXPIRED
    if not holds and not opt_outs:
        return None
    standing = standing_reasons(holds, opt_outs, permit.purpose, permit.channel, permit.contact_point_id, now)
    return standing[0].rule_id if standing else None
