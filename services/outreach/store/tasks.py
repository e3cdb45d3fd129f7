"""Tasks: recorded with the dispatch, done with the first outcome."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.outreach.channels.tasks import task_id_of
from services.outreach.domain.contact import Contact
from services.outreach.tables import outreach_task
from shared.contracts.vocabulary import OutcomeCode
from shared.database import sets

_DONE = text(
    "UPDATE outreach_task SET done_at = :at, outcome = :outcome"
    " WHERE contact_id = :contact_id AND done_at IS NULL"
)
_LIST = text(
    "SELECT task_id, contact_id, person_id, customer_id, case_id, channel, contact_point_id, template,"
    " created_at, done_at, outcome FROM outreach_task"
    " WHERE (CAST(:channel AS text) IS NULL OR channel = :channel)"
    " AND (CAST(:open AS boolean) IS NULL OR (done_at IS NULL) = :open)"
    " AND task_id > :after ORDER BY task_id LIMIT :limit"
)


class _Task(NamedTuple):
    task_id: str
    contact_id: str
    person_id: str
    customer_id: str
    case_id: str
    channel: str
    contact_point_id: str | None
    template: str
    created_at: datetime
    done_at: datetime | None = None
    outcome: str | None = None


async def add(connection: AsyncConnection, contacts: Sequence[Contact], now: datetime) -> None:
    """A task for each contact that was just dispatched."""
    tasks = [
        _Task(
            task_id_of(contact.contact_id, contact.permit_id or ""),
            contact.contact_id,
            contact.person_id,
            contact.customer_id,
            contact.case_id,
            contact.channel,
            contact.contact_point_id,
            contact.template,
            now,
        )
        for contact in contacts
    ]
    await sets.insert(connection, outreach_task, tasks)


async def done(connection: AsyncConnection, contact_id: str, outcome: OutcomeCode, at: datetime) -> None:
    """The contact's task, if it has one, is done."""
    await connection.execute(_DONE, {"contact_id": contact_id, "outcome": outcome, "at": at})


async def listed(
    connection: AsyncConnection, *, channel: str | None, is_open: bool | None, after: str, limit: int
) -> Sequence[Row[Any]]:
    """Tasks in order of their id, from after `after`."""
    values = {"channel": channel, "open": is_open, "after": after, "limit": limit}
    return (await connection.execute(_LIST, values)).all()
