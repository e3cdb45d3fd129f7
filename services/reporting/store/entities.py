"""Reads single cases and contacts."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

_CASE_COLUMNS = (
    "case_id, customer_id, opened_at, closed_at, outcome, segment, policy, opened_stage, legal_step,"
    " agency_id, bucket, days_past_due, treatments, contacts, first_contact_at"
)
_CASE = text(f"SELECT {_CASE_COLUMNS} FROM case_figure WHERE case_id = :case_id")  # noqa: S608
_AMOUNTS = text(
    "SELECT case_id, currency, arrears FROM case_amount"
    " WHERE case_id = ANY(CAST(:case_ids AS text[])) ORDER BY case_id, currency"
)
_PROMISES = text(
    "SELECT promise_id, promised, paid, currency, due_date, made_at, kept_at, broken_at"
    " FROM promise_figure WHERE case_id = :case_id ORDER BY made_at, promise_id LIMIT 200"
)
_NEWEST = text(
    f"SELECT {_CASE_COLUMNS} FROM case_figure WHERE opened_at IS NOT NULL"  # noqa: S608
    " AND (CAST(:before AS timestamptz) IS NULL"
    "  OR (opened_at, case_id) < (CAST(:before AS timestamptz), CAST(:before_id AS text)))"
    " AND (CAST(:open AS boolean) IS NULL OR (closed_at IS NULL) = CAST(:open AS boolean))"
    " AND (CAST(:segment AS text) IS NULL OR segment = CAST(:segment AS text))"
    " ORDER BY opened_at DESC, case_id DESC LIMIT :limit"
)
_CONTACT = text("SELECT * FROM contact_figure WHERE contact_id = :contact_id")


async def case(connection: AsyncConnection, case_id: str) -> Row[Any] | None:
    """The case, or None."""
    return (await connection.execute(_CASE, {"case_id": case_id})).one_or_none()


async def newest_cases(
    connection: AsyncConnection,
    *,
    limit: int,
    after: tuple[datetime, str] | None = None,
    is_open: bool | None = None,
    segment: str | None = None,
) -> Sequence[Row[Any]]:
    """Cases by opening, newest first, after the one with this opening and id."""
    before, before_id = after or (None, None)
    parameters = {"before": before, "before_id": before_id, "open": is_open, "segment": segment}
    return (await connection.execute(_NEWEST, {**parameters, "limit": limit})).all()


async def amounts(connection: AsyncConnection, case_ids: Sequence[str]) -> Sequence[Row[Any]]:
    """What was in arrears when the cases were opened: case_id, currency, arrears."""
    return (await connection.execute(_AMOUNTS, {"case_ids": list(case_ids)})).all()


async def promises(connection: AsyncConnection, case_id: str) -> Sequence[Row[Any]]:
    """The case's promises, oldest first, 200 at most."""
    return (await connection.execute(_PROMISES, {"case_id": case_id})).all()


async def contact(connection: AsyncConnection, contact_id: str) -> Row[Any] | None:
    """The contact, or None."""
    return (await connection.execute(_CONTACT, {"contact_id": contact_id})).one_or_none()
