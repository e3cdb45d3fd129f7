"""How long a member of staff has been with a person without a break."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import NamedTuple

from services.compliance.domain.staff.rules import RotationRules
from shared.contracts.staff import StaffRole

DAY = timedelta(days=1)


class Stretch(NamedTuple):
    """Contacts of one member with one person without a break between them: the first and the last."""

    since: datetime
    last_at: datetime


class Tenure(NamedTuple):
    """A stretch that goes on, in days of 24 hours; what is overdue is denied from `bars_from` on."""

    since: datetime
    days: int
    limit_days: int
    due_at: datetime
    bars_from: datetime

    def is_due(self, at: datetime) -> bool:
        """Whether somebody else has to take over."""
        return at >= self.due_at

    def is_barred(self, at: datetime) -> bool:
        """Whether the time to hand over has run out as well."""
        return at >= self.bars_from


def latest(contacts: Collection[datetime], break_days: int) -> Stretch | None:
    """The last stretch of these contacts: a pause of `break_days` or more ends one."""
    stretch: Stretch | None = None
    for at in sorted(contacts):
        begins = stretch is None or at - stretch.last_at >= break_days * DAY
        stretch = Stretch(at if begins or stretch is None else stretch.since, at)
    return stretch


def tenure_of(
    stretch: Stretch | None, role: StaffRole | None, rules: RotationRules, at: datetime
) -> Tenure | None:
    """The tenure at an instant; None where there is no stretch, or it was broken by then."""
    if stretch is None or at - stretch.last_at >= rules.break_days * DAY:
        return None
    limit = rules.limit_of(role)
    due_at = stretch.since + limit * DAY
    return Tenure(stretch.since, (at - stretch.since) // DAY, limit, due_at, due_at + rules.grace_days * DAY)
