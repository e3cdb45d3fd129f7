"""A provider's record of one contact, as it says it, and what is kept of that."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from hashlib import sha256
from typing import Annotated

import msgspec

from services.compliance.domain.completeness.comparing import ProviderRecord
from services.compliance.leaves import Pseudonyms
from shared.contracts.base import Instant
from shared.contracts.vocabulary import Channel

_NAME = re.compile(r"[!-~]{1,64}")
_MESSAGE_ID = re.compile(r"[A-Za-z0-9._:@/=-]{1,128}")
_STATE = re.compile(r"[A-Za-z0-9_.-]{1,32}")
_TELEPHONE = re.compile(r"[0-9 ()./+-]+")
_PUNCTUATION = re.compile(r"[ ()./-]")
_YEARS = range(2000, 2200)


class StatementRecord(msgspec.Struct, frozen=True):
    """One contact. `to` is a number or address, else `to_sha256` its SHA-256 in hex: neither kept nor logged.

    `idempotency_key` and `reference` are what the sender called it: our permit and contact, if it is ours.
    What senders may have chosen is taken as it is: nobody escapes the comparison by an odd name.
    """

    message_id: Annotated[str, msgspec.Meta(min_length=1)]
    sent_at: Instant
    state: str = "sent"
    idempotency_key: str | None = None
    reference: str | None = None
    to: str | None = None
    to_sha256: Annotated[str, msgspec.Meta(pattern="^([0-9a-f]{64})?$")] | None = None

    def __post_init__(self) -> None:
        if self.sent_at.year not in _YEARS:
            raise ValueError("sent_at is from another century")

    @property
    def names(self) -> list[str]:
        """What may be an id of ours, the surest first."""
        return [name for name in (self.idempotency_key, self.reference) if name and _NAME.fullmatch(name)]

    @property
    def destination(self) -> str | None:
        """The SHA-256 of the number or address, in hex."""
        if self.to and (to := normal(self.to)):
            return sha256(to.encode()).hexdigest()
        return self.to_sha256 or None


class Source(msgspec.Struct, frozen=True):
    """Who gave records, and when they came."""

    provider: str
    channel: Channel
    received_at: datetime
    pseudonyms: Pseudonyms


def kept(record: StatementRecord, source: Source, permits: Mapping[str, str]) -> ProviderRecord:
    """What is kept of a record; `permits` has the permit for each of its names that is ours."""
    permit = next((permits[name] for name in record.names if name in permits), None)
    return ProviderRecord(
        source.provider,
        _message_id(record.message_id, source.pseudonyms),
        source.channel,
        permit,
        destination_pseudonym(record.destination, source.pseudonyms),
        record.state if _STATE.fullmatch(record.state) else "other",
        record.sent_at.astimezone(UTC),
        source.received_at,
    )


def _message_id(given: str, pseudonyms: Pseudonyms) -> str:
    """The provider's name for it; a keyed digest of one that looks like something else."""
    return given if _MESSAGE_ID.fullmatch(given) else f"digest-{pseudonyms.of(f'message:{given}')}"


def destination_pseudonym(digest: str | None, pseudonyms: Pseudonyms) -> str | None:
    """A keyed digest of a number or address whose SHA-256 this is: nobody can try numbers without the key."""
    return None if digest is None else pseudonyms.of(f"destination:{digest}")


def normal(to: str) -> str:
    """A number without punctuation, an address in small letters: so that the same is the same everywhere."""
    to = to.strip().lower()
    return _PUNCTUATION.sub("", to) if _TELEPHONE.fullmatch(to) else to
