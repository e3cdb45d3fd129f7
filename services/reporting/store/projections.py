"""Saves what a batch adds to the projections."""

from sqlalchemy.ext.asyncio import AsyncConnection

from services.reporting import tables
from services.reporting.domain.counting import Counts
from services.reporting.domain.projection import Projection
from services.reporting.store.merging import merge


async def save(connection: AsyncConnection, projection: Projection, counts: Counts) -> None:
    """Merge the rows of a batch: one statement a kind of row, always in this order."""
    await merge(connection, tables.account_figure, projection.accounts)
    await merge(connection, tables.case_figure, projection.cases)
    await merge(connection, tables.case_figure, projection.courses)
    await merge(connection, tables.case_figure, projection.case_contacts)
    await merge(connection, tables.case_amount, projection.amounts)
    await merge(connection, tables.contact_figure, projection.requests)
    await merge(connection, tables.contact_figure, projection.decisions)
    await merge(connection, tables.contact_figure, projection.dispatches)
    await merge(connection, tables.contact_figure, projection.receipts)
    await merge(connection, tables.contact_figure, projection.endings)
    await merge(connection, tables.payment_figure, projection.payments)
    await merge(connection, tables.promise_figure, projection.promises)
    await merge(connection, tables.hold_figure, projection.holds)
    await merge(connection, tables.complaint_figure, projection.complaints)
    await merge(connection, tables.rule_count, counts.rules)
    await merge(connection, tables.event_count, counts.events)
    await merge(connection, tables.flow_tick, counts.ticks)
    await merge(connection, tables.topic_progress, counts.progress)
