"""The comparison of one provider's day, as it is kept."""

from datetime import UTC, date, datetime

import msgspec

from services.compliance.domain.completeness.days import Day
from shared.contracts.vocabulary import Channel

AT_ONCE = datetime(1970, 1, 1, tzinfo=UTC)
"""Before any wall clock: nobody is at it and nothing failed."""


class Run(msgspec.Struct, frozen=True):
    """The comparison of a day; the fields are the columns of table `completeness_run`."""

    provider: str
    day: date
    channel: Channel
    begins_at: datetime
    ends_at: datetime
    due_at: datetime
    asked_at: datetime | None = None
    delivered_at: datetime | None = None
    leased_until: datetime = AT_ONCE
    retry_at: datetime = AT_ONCE
    compared_until: datetime | None = None
    completed_at: datetime | None = None
    records: int = 0
    permitted: int = 0
    tries: int = 0
    tried_at: datetime | None = None
    problem: str | None = None

    @property
    def of(self) -> Day:
        """The day itself."""
        return Day(self.day, self.begins_at, self.ends_at)
