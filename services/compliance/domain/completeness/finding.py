"""What a comparison found, as it is kept and told."""

from datetime import date, datetime

import msgspec

from services.compliance.domain.completeness.comparing import LoggedPermit, ProviderRecord
from services.compliance.domain.completeness.rules import Rule, Settlement
from shared.contracts.vocabulary import Channel
from shared.ids import derive_id


class Finding(msgspec.Struct, frozen=True):
    """A difference; the fields are the columns of table `completeness_finding`."""

    finding_id: str
    rule_id: Rule
    is_violation: bool
    provider: str
    day: date
    channel: Channel
    message_id: str | None
    permit_id: str | None
    contact_id: str | None
    person_id: str | None
    customer_id: str | None
    destination: str | None
    happened_at: datetime
    found_at: datetime
    settled_at: datetime | None = None
    settlement: Settlement | None = None
    settled_by: str | None = None

    @property
    def leaf_id(self) -> str:
        """The event id of its leaf; that of a violation's own leaf is the register's."""
        return f"found:{self.finding_id}"

    @property
    def about(self) -> str:
        """Whom its leaf is about: the person, or whoever has the number, or nobody but the message."""
        message = f"message:{self.provider}:{self.message_id}"
        destination = f"destination:{self.destination}" if self.destination else None
        return self.person_id or destination or message


class Dispatch(msgspec.Struct, frozen=True):
    """A contact that left, as the log's facts say."""

    permit_id: str
    contact_id: str
    person_id: str
    customer_id: str | None
    channel: Channel
    left_at: datetime


def violation(
    rule: Rule, record: ProviderRecord, permit: LoggedPermit | None, day: date, now: datetime
) -> Finding:
    """A provider's record that broke a rule; a message breaks each once."""
    return Finding(
        derive_id("violation", rule, record.provider, record.message_id),
        rule,
        rule.is_violation,
        record.provider,
        day,
        record.channel,
        record.message_id,
        permit.permit_id if permit else None,
        permit.contact_id if permit else None,
        permit.person_id if permit else None,
        permit.customer_id if permit else None,
        record.destination,
        record.sent_at,
        now,
    )


def not_at_provider(dispatch: Dispatch, provider: str, day: date, now: datetime) -> Finding:
    """A contact that is said to have left, and that no provider knows."""
    rule = Rule.NOT_AT_PROVIDER
    return Finding(
        derive_id("discrepancy", rule, dispatch.permit_id),
        rule,
        rule.is_violation,
        provider,
        day,
        dispatch.channel,
        None,
        dispatch.permit_id,
        dispatch.contact_id,
        dispatch.person_id,
        dispatch.customer_id,
        None,
        dispatch.left_at,
        now,
    )
