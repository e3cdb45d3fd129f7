"""A dry run: what another policy would do with the live book, beside what the running one does."""

from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from services.strategy.domain.customer_file import CustomerFile
from services.strategy.domain.forecast import ahead
from services.strategy.domain.inputs import BEST_SCORE
from services.strategy.domain.policy import Policy
from services.strategy.store.files import read_files
from services.strategy.store.queries import open_customers
from shared.contracts.vocabulary import Channel

_PAGE = 2_000
NO_CASE = "(no case)"
_CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Costs:
    """What a contact costs by channel, in one currency; a channel that is not named costs nothing."""

    currency: str
    by_channel: Mapping[Channel, Decimal]


@dataclass(slots=True)
class DryRun:
    """The book under the running policy and under the candidate."""

    running: Policy
    candidate: Policy
    at: datetime
    days: int
    cases: int = 0
    moves: Counter[tuple[str, str]] = field(default_factory=Counter)
    scored: int = 0
    expected: defaultdict[tuple[str, str], Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    """By segment under the candidate and currency: arrears weighed by the likelihood of repayment."""
    volumes: dict[str, Counter[tuple[Channel, date]]] = field(default_factory=dict)

    def look_at(self, file: CustomerFile) -> None:
        """Take in one customer with an open case."""
        if file.case is None:
            return
        placed = []
        for name, policy in (("running", self.running), ("candidate", self.candidate)):
            coming = ahead(file, policy, self.at, self.days)
            placed.append(coming.segment or NO_CASE)
            self.volumes.setdefault(name, Counter()).update(
                (channel, day) for day, channel in coming.contacts
            )
        self.cases += 1
        # Where the case stands now, not where the running policy would put it: that is what would change.
        self.moves[file.case.segment, placed[1]] += 1
        profile = file.customer.profile
        if profile is not None and profile.score is not None:
            self.scored += 1
            for owed in file.case.arrears:
                share = owed.amount * profile.score / BEST_SCORE
                self.expected[placed[1], owed.currency] += share

    def report(self, costs: Costs | None) -> dict[str, Any]:
        """The result as plain values; amounts as text."""
        first = self.running.business_day(self.at)
        calendar = [first + timedelta(days=day) for day in range(self.days)]
        return {
            "at": self.at.isoformat(),
            "running": self.running.tag,
            "candidate": self.candidate.tag,
            "cases": self.cases,
            "moved": sum(count for (before, after), count in self.moves.items() if before != after),
            "moves": [
                {"from": before, "to": after, "cases": count}
                for (before, after), count in sorted(self.moves.items())
            ],
            "days": [day.isoformat() for day in calendar],
            "contacts": {name: _by_channel(volume, calendar) for name, volume in self.volumes.items()},
            "cost": None if costs is None else self._cost(costs),
            "expected_recovery": self._expected(),
        }

    def _cost(self, costs: Costs) -> dict[str, Any]:
        totals = {
            name: sum(
                (costs.by_channel.get(channel, Decimal(0)) * count for (channel, _), count in volume.items()),
                Decimal(0),
            )
            for name, volume in self.volumes.items()
        }
        return {"currency": costs.currency, **{name: str(total) for name, total in totals.items()}}

    def _expected(self) -> dict[str, Any] | None:
        if not self.scored:
            return None
        return {
            "scored_cases": self.scored,
            "by_segment": [
                {"segment": segment, "currency": currency, "amount": str(amount.quantize(_CENT))}
                for (segment, currency), amount in sorted(self.expected.items())
            ],
        }


async def dry_run(
    connection: AsyncConnection, running: Policy, candidate: Policy, at: datetime, days: int
) -> DryRun:
    """Both policies on every open case, read page by page."""
    run = DryRun(running, candidate, at, days)
    async for files in _book(connection):
        for file in files:
            run.look_at(file)
    return run


async def _book(connection: AsyncConnection) -> AsyncIterator[list[CustomerFile]]:
    after = ""
    while customers := await open_customers(connection, after, _PAGE):
        yield await read_files(connection, customers)
        after = customers[-1]


def _by_channel(
    volume: Mapping[tuple[Channel, date], int], calendar: list[date]
) -> dict[str, dict[str, Any]]:
    channels = sorted({channel for channel, _ in volume})
    by_day = {channel: [volume.get((channel, day), 0) for day in calendar] for channel in channels}
    return {channel: {"total": sum(days), "by_day": days} for channel, days in by_day.items()}
