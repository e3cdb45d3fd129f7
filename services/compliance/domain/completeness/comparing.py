"""A provider's record held against the log: which rules the contact broke."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import msgspec

from services.compliance.domain.completeness.rules import Rule
from shared.contracts.vocabulary import Channel

REJECTED = "rejected"
"""The state of what a provider refused to send: nobody was contacted."""


class ProviderRecord(msgspec.Struct, frozen=True):
    """A contact as its provider recorded it; the fields are the columns of table `provider_record`.

    `permit_id` is None where the record names nothing of ours; `destination` is a keyed digest.
    """

    provider: str
    message_id: str
    channel: Channel
    permit_id: str | None
    destination: str | None
    state: str
    sent_at: datetime
    received_at: datetime

    @property
    def order(self) -> tuple[datetime, str, str]:
        """Which of several came first."""
        return self.sent_at, self.provider, self.message_id


class LoggedPermit(msgspec.Struct, frozen=True):
    """What the leaves say of a permit: for which channel and until when (exclusive) it was given, None where
    the log holds no decision that gives it; and when it was redeemed.
    """

    permit_id: str
    contact_id: str
    person_id: str
    customer_id: str | None
    channel: Channel | None
    valid_until: datetime | None
    redeemed_at: datetime | None


def broken_rules(
    record: ProviderRecord,
    permits: Mapping[str, LoggedPermit],
    first_uses: Mapping[str, ProviderRecord],
    tolerance: timedelta,
) -> Sequence[Rule]:
    """The rules that the contact broke, none where it was permitted.

    `first_uses` is the earliest contact under each permit, at any provider. Clocks may differ by `tolerance`.
    """
    if record.state == REJECTED:
        return ()
    permit = permits.get(record.permit_id or "")
    if permit is None or permit.valid_until is None:
        return (Rule.WITHOUT_DECISION,)
    if permit.redeemed_at is None:
        return (Rule.NOT_REDEEMED,)
    broken = []
    if permit.channel is not record.channel:
        broken.append(Rule.OTHER_CHANNEL)
    if not permit.redeemed_at - tolerance <= record.sent_at < permit.valid_until + tolerance:
        broken.append(Rule.OUTSIDE_VALIDITY)
    if first_uses.get(permit.permit_id, record).order < record.order:
        broken.append(Rule.USED_TWICE)
    return broken
