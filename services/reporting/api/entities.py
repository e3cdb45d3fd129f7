"""Single cases and contacts: `/cases`, `/contacts/{contact_id}`."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Path, Query
from sqlalchemy.ext.asyncio import AsyncEngine

from services.reporting.api.entity_views import CaseSummary, CaseView, ContactView
from services.reporting.store import entities as store
from shared.web.auth import require
from shared.web.paging import Page, Paging, paging
from shared.web.problems import BadRequest, NotFound, problem_responses

AnId = Annotated[str, Path(min_length=1, max_length=64)]
IsOpen = Annotated[bool | None, Query(alias="open", description="Only open cases, or only closed ones")]
Segment = Annotated[str | None, Query(min_length=1, max_length=64, description="Only cases of this segment")]


def _in_utc(after: tuple[datetime, str] | None) -> tuple[datetime, str] | None:
    """The sort key with its instant in UTC; BadRequest where that lies beyond the calendar."""
    try:
        return after and (after[0].astimezone(UTC), after[1])
    except OverflowError:
        raise BadRequest("The cursor is not one of this list.", slug="bad-cursor") from None


def router(engine: AsyncEngine) -> APIRouter:
    """The routes of cases and contacts."""
    routes = APIRouter(dependencies=[require("reporting:read")])

    @routes.get("/cases", tags=["cases"])
    async def cases(
        page: Annotated[Paging, paging()], is_open: IsOpen = None, segment: Segment = None
    ) -> Page[CaseSummary]:
        """Cases, the newest first."""
        after = _in_utc(page.after(datetime, str))
        async with engine.connect() as connection:
            rows = await store.newest_cases(
                connection, limit=page.fetch, after=after, is_open=is_open, segment=segment
            )
        return page.of(rows, key=lambda row: (row.opened_at, row.case_id), item=CaseSummary.of)

    @routes.get("/cases/{case_id}", tags=["cases"], responses=problem_responses(404))
    async def case(case_id: AnId) -> CaseView:
        """A case with its counts, its arrears at entry and its promises."""
        async with engine.connect() as connection:
            found = await store.case(connection, case_id)
            if found is None:
                raise NotFound("No event named this case.")
            amounts = await store.amounts(connection, [case_id])
            promises = await store.promises(connection, case_id)
        return CaseView.with_details(found, amounts, promises)

    @routes.get("/contacts/{contact_id}", tags=["contacts"], responses=problem_responses(404))
    async def contact(contact_id: AnId) -> ContactView:
        """A contact and the states that it reached."""
        async with engine.connect() as connection:
            found = await store.contact(connection, contact_id)
        if found is None:
            raise NotFound("No event named this contact.")
        return ContactView.of(found)

    return routes
