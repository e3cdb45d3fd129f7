"""Counts of complaints and the points of collectors: what scorecards are made of."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query

from services.compliance.api.complaint_desk import ComplaintDesk
from services.compliance.api.complaint_views import MonthCountView, ScoreView
from services.compliance.store import complaint_figures as store
from services.compliance.store.complaint_figures import By, Role
from shared.web.auth import require
from shared.web.paging import Page, Paging, paging
from shared.web.problems import Unprocessable

_MONTH = r"^20[0-9]{2}-(0[1-9]|1[0-2])$"
_ORDER = "The first month is not after the last."

Month = Annotated[str, Query(pattern=_MONTH, examples=["2026-03"])]


def figures_router(desk: ComplaintDesk) -> APIRouter:
    """GET /complaint-statistics and /conduct-scores."""
    router = APIRouter(tags=["complaints"], dependencies=[require("complaint:read")])
    engine = desk.runtime.engine

    @router.get("/complaint-statistics")
    async def statistics(
        page: Annotated[Paging, paging()], first: Month, last: Month, by: By = "branch"
    ) -> Page[MonthCountView]:
        """Complaints by the month of receipt and branch (agency …): numerators of rates per contact."""
        if last < first:
            raise Unprocessable(_ORDER, slug="months-reversed")
        async with engine.connect() as connection:
            rows = await store.by_month(
                connection, by, _start(first), _end(last), page.after(str, str), page.fetch
            )
        return page.of(rows, key=lambda row: (row.month, row.key), item=MonthCountView.of)

    @router.get("/conduct-scores")
    async def scores(
        page: Annotated[Paging, paging()], month: Month, role: Role = "collector"
    ) -> Page[ScoreView]:
        """Points of a month's sanctions by collector or agency, and whether compliance vetoes incentives."""
        after = page.after(str)
        async with engine.connect() as connection:
            rows = await store.scores(
                connection, role, _start(month), _end(month), after[0] if after else None, page.fetch
            )
        return page.of(rows, key=lambda row: (row.subject,), item=ScoreView.of)

    return router


def _start(month: str) -> date:
    return date.fromisoformat(f"{month}-01")


def _end(month: str) -> date:
    year, number = int(month[:4]), int(month[5:])
    return date(year + number // 12, number % 12 + 1, 1)
