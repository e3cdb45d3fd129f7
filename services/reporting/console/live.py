"""Reads what the pages show: once for all open pages, and not at all while none is open."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from time import monotonic

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from services.reporting.console.snapshot import (
    Aggregates,
    CaseLine,
    Snapshot,
    TopicLine,
    flow,
    since,
)
from services.reporting.domain.cases import stage_of
from services.reporting.domain.figures import summary
from services.reporting.domain.funnel import funnel
from services.reporting.domain.groups import Dimension, account_groups, rule_groups
from services.reporting.handlers import CONSUMED
from services.reporting.store import entities
from services.reporting.store import figures as figure_store
from services.reporting.store import flow as flow_store
from shared.calendar.clock import Clock
from shared.telemetry.logs import get_logger

_log = get_logger(__name__)
_LATEST_CASES = 8
_FRESH_SECONDS = 0.9
_READ_SECONDS = 10.0
_SHARE = 20
"""Figures that take long to read are read less often: at most a twentieth of the time."""


@dataclass(slots=True)
class Live:
    """The newest snapshot. `away_since` is set while the database does not answer."""

    engine: AsyncEngine
    clock: Clock
    wall: Clock
    seconds: Callable[[], float] = monotonic
    snapshot: Snapshot | None = None
    away_since: datetime | None = None
    _aggregates: Aggregates | None = None
    _read_at: float = float("-inf")
    _aggregates_due: float = float("-inf")
    _reading: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def refresh(self) -> None:
        """Read anew unless that was done less than a second ago, or is being done."""
        if self._reading.locked() or self.seconds() - self._read_at < _FRESH_SECONDS:
            return
        async with self._reading:
            try:
                async with asyncio.timeout(_READ_SECONDS):
                    self.snapshot = await self._read()
                self.away_since = None
            except Exception as error:  # whatever it is, the page says so and tries again
                self.away_since = self.away_since or self.wall.now()
                _log.warning("console_read_failed", error=type(error).__name__)
            self._read_at = self.seconds()

    async def _read(self) -> Snapshot:
        wall = self.wall.now()
        async with self.engine.connect() as connection:
            await connection.execution_options(isolation_level="REPEATABLE READ")
            ticks = await flow_store.ticks(connection, since(wall))
            totals = await flow_store.event_totals(connection)
            return Snapshot(
                read_at=wall,
                flow=flow([(row.tick, row.type, row.events) for row in ticks], totals, wall),
                aggregates=await self._figures(connection),
                cases=await _latest(connection),
                topics=await _progress(connection, wall),
            )

    async def _figures(self, connection: AsyncConnection) -> Aggregates:
        started = self.seconds()
        if self._aggregates is None or started >= self._aggregates_due:
            totals = await figure_store.totals(connection, self.clock.now())
            figures = summary(totals)
            self._aggregates = Aggregates(
                figures=figures,
                funnel=funnel(figures),
                buckets=account_groups(totals.accounts, Dimension.BUCKET),
                rules=rule_groups(totals.rules, figures["contacts_requested"].count),
            )
            ended = self.seconds()
            self._aggregates_due = ended + (ended - started) * _SHARE
        return self._aggregates


async def _latest(connection: AsyncConnection) -> list[CaseLine]:
    rows = await entities.newest_cases(connection, limit=_LATEST_CASES)
    amounts = await entities.amounts(connection, [row.case_id for row in rows])
    return [
        CaseLine(
            case_id=row.case_id,
            segment=row.segment,
            bucket=row.bucket,
            stage=stage_of(row.opened_stage, row.legal_step, row.agency_id, row.closed_at),
            opened_at=row.opened_at,
            contacts=row.contacts,
            arrears=tuple((a.arrears, a.currency) for a in amounts if a.case_id == row.case_id),
        )
        for row in rows
    ]


async def _progress(connection: AsyncConnection, wall: datetime) -> list[TopicLine]:
    rows = {row.topic: row for row in await flow_store.progress(connection)}
    lines: list[TopicLine] = []
    for topic in CONSUMED:
        row = rows.get(topic.name)
        if row is None:
            lines.append(TopicLine(topic.name, 0, None, None))
            continue
        idle = max(0.0, (wall - row.projected_at).total_seconds())
        lines.append(TopicLine(topic.name, row.events, row.lag_seconds, idle))
    return lines
