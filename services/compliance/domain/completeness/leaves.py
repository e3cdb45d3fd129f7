"""Leaves as they are stored: believed only where they are what was appended."""

from datetime import datetime

import msgspec

from services.compliance.domain.completeness.comparing import LoggedPermit
from services.compliance.log.merkle import leaf_hash
from shared.contracts.vocabulary import Channel


class StoredLeaf(msgspec.Struct, frozen=True):
    """A leaf as it lies in the store; `signed` where a checkpoint covers its place."""

    event_id: str
    hash: bytes
    entry: bytes
    signed: bool


class PermitRow(msgspec.Struct, frozen=True):
    """What the tables say of a permit, and where its leaves are; `subject` is the person's pseudonym."""

    permit_id: str
    contact_id: str
    person_id: str
    customer_id: str
    decision_id: str
    subject: str

    @property
    def redemption(self) -> str:
        """The event id of the leaf of its redemption."""
        return f"redeemed:{self.permit_id}"


class _Said(msgspec.Struct):
    kind: str
    at: datetime
    subject: str
    channel: Channel | None = None
    contact: str | None = None
    effect: str | None = None
    permit: str | None = None
    until: datetime | None = None


_decode = msgspec.json.Decoder(_Said).decode


def logged_permit(row: PermitRow, decision: StoredLeaf | None, redeemed: StoredLeaf | None) -> LoggedPermit:
    """What the log holds of the permit: the tables' word is taken for nothing that a leaf says."""
    decided, used = _said(decision, row, "decision"), _said(redeemed, row, "redeemed")
    about = (row.permit_id, row.contact_id, row.person_id, row.customer_id)
    if decided is None or decided.effect != "allow":
        return LoggedPermit(*about, None, None, None)
    return LoggedPermit(*about, decided.channel, decided.until, used.at if used else None)


def _said(leaf: StoredLeaf | None, row: PermitRow, kind: str) -> _Said | None:
    """What the leaf says of this permit; None where it is not what was hashed, or is about something else."""
    if leaf is None or leaf_hash(leaf.entry) != leaf.hash:
        return None
    try:
        said = _decode(leaf.entry)
    except msgspec.MsgspecError:
        return None
    about = (said.kind, said.permit, said.contact, said.subject)
    return said if about == (kind, row.permit_id, row.contact_id, row.subject) else None
