"""What the bank settles for itself about inspection."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from types import MappingProxyType

from shared.contracts.complaints import Severity
from shared.lint.tags import Tag

RANK: Mapping[Severity, int] = MappingProxyType({one: rank for rank, one in enumerate(Severity, start=1)})
"""1 for the least grave to 4."""

_SEVERITIES: Mapping[Tag, Severity] = MappingProxyType(
    {
        Tag.THREAT: Severity.CRITICAL,
        Tag.JUDICIAL_IMPERSONATION: Severity.CRITICAL,
        Tag.INSULT: Severity.HIGH,
        Tag.FAKE_BLACKLIST: Severity.HIGH,
        Tag.FALSE_LEGAL_CONSEQUENCE: Severity.HIGH,
        Tag.BORROW_TO_REPAY: Severity.HIGH,
        Tag.PUBLIC_POSTING: Severity.HIGH,
        Tag.PUBLIC_SOCIAL_MEDIA: Severity.HIGH,
        Tag.THIRD_PARTY_DEBT_DISCLOSURE: Severity.HIGH,
        Tag.EXTRA_FEE: Severity.HIGH,
        Tag.FALSE_PROMISE: Severity.MEDIUM,
        Tag.UNDUE_PRESSURE: Severity.MEDIUM,
        Tag.MISLEADING_INDUCEMENT: Severity.MEDIUM,
        Tag.PRIVATE_NUMBER: Severity.MEDIUM,
        Tag.SUE_THREAT: Severity.MEDIUM,
    }
)


def is_grave(severity: Severity) -> bool:
    """Whether a finding is inspected whatever the sample says, and a violation fails the inspection."""
    return RANK[severity] >= RANK[Severity.HIGH]


@dataclass(frozen=True, slots=True, kw_only=True)
class InspectionPolicy:
    """`lease`: for how long who claims an inspection has it to themselves. `appeal_days`: for how long a
    collector may appeal once a violation is confirmed. `settling`: how long after the end of a period its
    sample is drawn, so that what became of its contacts is known. `back`: how far periods that nobody drew
    are made up for.
    """

    lease: timedelta = timedelta(minutes=45)
    appeal_days: int = 10
    settling: timedelta = timedelta(hours=2)
    back: timedelta = timedelta(days=62)
    severities: Mapping[Tag, Severity] = field(default_factory=lambda: _SEVERITIES)

    def severity_of(self, tag: Tag) -> Severity:
        """How grave it is to say such a thing; low where the list says nothing."""
        return self.severities.get(tag, Severity.LOW)
