"""Figures: `/figures/...`."""

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated

from fastapi import APIRouter, Query
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from services.reporting.api.figure_views import (
    ChannelView,
    ContactsView,
    FigureView,
    FunnelView,
    GroupsView,
    GroupView,
    MetricsView,
    MetricView,
    RuleView,
    StageView,
    SummaryView,
)
from services.reporting.domain.figures import summary
from services.reporting.domain.funnel import funnel
from services.reporting.domain.groups import Dimension, account_groups, rule_groups
from services.reporting.domain.metrics import METRICS
from services.reporting.store import figures as store
from shared.calendar.clock import Clock
from shared.web.auth import require

_BY_CHANNEL = (
    "contacts_requested",
    "contacts_allowed",
    "contacts_deferred",
    "contacts_denied",
    "contacts_referred",
    "contacts_dispatched",
    "contacts_delivered",
    "contacts_answered",
    "contacts_failed",
    "contacts_withdrawn",
    "contact_cost",
)


class ContactDimension(StrEnum):
    """How contacts are grouped."""

    CHANNEL = "channel"
    RULE = "rule"


@dataclass(frozen=True, slots=True)
class FigureQueries:
    """The queries behind the routes."""

    engine: AsyncEngine
    clock: Clock

    @asynccontextmanager
    async def moment(self) -> AsyncIterator[AsyncConnection]:
        """A connection on which all statements see the same moment."""
        async with self.engine.connect() as connection:
            await connection.execution_options(isolation_level="REPEATABLE READ")
            yield connection

    async def summary(self) -> SummaryView:
        """All figures."""
        now = self.clock.now()
        async with self.moment() as connection:
            figures = summary(await store.totals(connection, now))
        return SummaryView(as_of=now, figures=[FigureView.of(figure) for figure in figures.values()])

    async def funnel(self) -> FunnelView:
        """The funnel."""
        now = self.clock.now()
        async with self.moment() as connection:
            stages = funnel(summary(await store.totals(connection, now)))
        return FunnelView(as_of=now, stages=[StageView.of(stage) for stage in stages])

    async def groups(self, by: Dimension) -> GroupsView:
        """Overdue accounts by group."""
        now = self.clock.now()
        async with self.moment() as connection:
            totals = await store.accounts(connection, by_segment=by is Dimension.SEGMENT)
        groups = [GroupView.of(group) for group in account_groups(totals, by)]
        metrics = _definitions(("accounts_overdue", "arrears", "outstanding"))
        return GroupsView(as_of=now, by=by, metrics=metrics, groups=groups)

    async def contacts(self, by: ContactDimension) -> ContactsView:
        """Contacts by channel or rule."""
        now = self.clock.now()
        async with self.moment() as connection:
            totals = await store.contacts(connection)
            if by is ContactDimension.RULE:
                requested = sum(total.requested for total in totals)
                groups = rule_groups(await store.rules(connection), requested)
                rules = [RuleView.of(group) for group in groups]
                metrics = _definitions(("contacts_denied", "block_rate", "violations"))
                return ContactsView(as_of=now, by=by, metrics=metrics, rules=rules)
            costs = await store.costs(connection)
        channels = [
            ChannelView.of(total, [cost for cost in costs if cost.group == total.channel])
            for total in sorted(totals, key=lambda total: total.channel)
        ]
        return ContactsView(as_of=now, by=by, metrics=_definitions(_BY_CHANNEL), channels=channels)


def _definitions(names: Iterable[str]) -> list[MetricView]:
    return [MetricView.of(METRICS[name]) for name in names]


def router(engine: AsyncEngine, clock: Clock) -> APIRouter:
    """The routes of the figures."""
    queries = FigureQueries(engine, clock)
    routes = APIRouter(prefix="/figures", tags=["figures"], dependencies=[require("reporting:read")])

    @routes.get("/metrics")
    async def metrics() -> MetricsView:
        """The definition of every figure."""
        return MetricsView(metrics=_definitions(METRICS))

    @routes.get("/summary")
    async def all_figures() -> SummaryView:
        """Every figure as of now, with its definition."""
        return await queries.summary()

    @routes.get("/funnel")
    async def the_funnel() -> FunnelView:
        """From overdue accounts to cured cases."""
        return await queries.funnel()

    @routes.get("/buckets")
    async def buckets(
        by: Annotated[Dimension, Query(description="How accounts are grouped")] = Dimension.BUCKET,
    ) -> GroupsView:
        """Overdue accounts and amounts by bucket, product, or segment of the open case."""
        return await queries.groups(by)

    @routes.get("/contacts")
    async def contacts(
        by: Annotated[
            ContactDimension, Query(description="How contacts are grouped")
        ] = ContactDimension.CHANNEL,
    ) -> ContactsView:
        """Contacts by channel and state, or by the rule that stopped them."""
        return await queries.contacts(by)

    return routes
