"""`GET /access-log`: who saw whose personal data; the same in every service that shows any."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import AwareDatetime, BaseModel, Field
from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncEngine

from shared.web.access_log import AccessFilter, AccessLog, AccessPurpose, DataKind
from shared.web.auth import require
from shared.web.inputs import Identifier
from shared.web.paging import Page, Paging, paging
from shared.web.problems import Unprocessable


class AccessView(BaseModel):
    """A person's data in an answer."""

    access_id: int
    at: datetime
    by: str = Field(description="Who saw it")
    person_id: str
    kind: DataKind
    in_clear: bool = Field(description="Not masked, free text not withheld")
    purpose: AccessPurpose | None = Field(description="As the caller stated it")
    endpoint: str
    request_id: str

    @classmethod
    def of(cls, row: Row[Any]) -> AccessView:
        """The view of a record."""
        return cls(by=row.principal, **{name: value for name, value in row._mapping.items()})


def access_log_router(engine: AsyncEngine, log: AccessLog) -> APIRouter:
    """The route; scope `access-log:read`."""
    router = APIRouter(tags=["access log"])

    @router.get("/access-log", dependencies=[require("access-log:read")])
    async def access_log(
        page: Annotated[Paging, paging()],
        person_id: Identifier | None = None,
        by: Annotated[Identifier | None, Query(description="Who saw it")] = None,
        first: Annotated[AwareDatetime | None, Query(alias="from", description="With its offset")] = None,
        last: Annotated[AwareDatetime | None, Query(alias="to", description="Exclusive")] = None,
    ) -> Page[AccessView]:
        """Who saw which personal data, oldest first."""
        wanted = AccessFilter(person_id, by, _utc(first), _utc(last))
        async with engine.connect() as connection:
            rows = await log.listed(connection, wanted, page.after(datetime, int), page.fetch)
        return page.of(rows, key=lambda row: (row.at, row.access_id), item=AccessView.of)

    return router


def _utc(at: datetime | None) -> datetime | None:
    try:
        return None if at is None else at.astimezone(UTC)
    except OverflowError:  # the first or last hours of the calendar, seen from another zone
        raise Unprocessable(
            "from and to are instants that a clock can show.", slug="instant-unusable"
        ) from None
