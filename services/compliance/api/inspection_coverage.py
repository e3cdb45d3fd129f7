"""Coverage: which share of what went out was inspected, and what came of it."""

from datetime import date
from decimal import Decimal
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from services.compliance.api.inspection_desk import InspectionDesk
from services.compliance.domain.inspection.periods import midnight
from services.compliance.domain.packs.zones import is_zone
from services.compliance.store import inspection_population as store
from services.compliance.store.inspection_population import By, Coverage
from shared.contracts.vocabulary import Channel
from shared.web.auth import require
from shared.web.paging import Page, Paging, paging
from shared.web.problems import Unprocessable

_ORDER = "The first day is not after the last, and they are at most 400 days apart."
_ZONE = "The zone is the name of an IANA time zone."
_MOST_DAYS = 400
_PLACES = Decimal("0.0001")
_CENT = Decimal("0.01")

Day = Annotated[date, Query(ge=date(2000, 1, 1), le=date(2100, 1, 1))]


class CoverageView(BaseModel):
    """How much of what one collector (branch …) sent out was inspected, and with what result."""

    key: str = Field(description="Empty where it is not known")
    recordings: int = Field(description="Contacts that went out; each has to be on record")
    transcribed: int = Field(description="Of these, with a transcript here")
    inspected: int
    sampled: int = Field(description="Of the inspected, drawn by a sampling plan")
    violated: int = Field(description="Of the inspected, with a violation that was not dismissed")
    passed: int
    coverage: Decimal = Field(description="inspected / recordings")
    violation_rate: Decimal | None = Field(description="violated / inspected")
    mean_score: Decimal | None = Field(description="0 to 100")

    @classmethod
    def of(cls, row: Coverage) -> "CoverageView":
        """The view of a row."""
        return cls(
            key=row.key,
            recordings=row.recordings,
            transcribed=row.transcribed,
            inspected=row.inspected,
            sampled=row.sampled,
            violated=row.violated,
            passed=row.passed,
            coverage=_share(row.inspected, row.recordings),
            violation_rate=_share(row.violated, row.inspected) if row.inspected else None,
            mean_score=None if row.mean_score is None else row.mean_score.quantize(_CENT),
        )


def coverage_router(desk: InspectionDesk) -> APIRouter:
    """GET /inspection-coverage."""
    router = APIRouter(tags=["inspections"])

    @router.get("/inspection-coverage", dependencies=[require("inspections:read")])
    async def coverage(
        page: Annotated[Paging, paging()],
        first: Day,
        last: Day,
        by: By = "all",
        zone: Annotated[str, Query(max_length=64)] = "Asia/Shanghai",
        channel: Annotated[list[Channel] | None, Query(description="None: all")] = None,
    ) -> Page[CoverageView]:
        """Coverage of the contacts that went out on the local dates `first` to `last`, both included."""
        if not 0 <= (last - first).days <= _MOST_DAYS:
            raise Unprocessable(_ORDER, slug="days-unusable")
        if not is_zone(zone):
            raise Unprocessable(_ZONE, slug="zone-unknown")
        start, end = midnight(first, zone), midnight(date.fromordinal(last.toordinal() + 1), zone)
        after = page.after(str)
        async with desk.runtime.engine.connect() as connection:
            rows = await store.coverage(
                connection, by, start, end, channel or (), after[0] if after else None, page.fetch
            )
        return page.of(rows, key=lambda row: (row.key,), item=CoverageView.of)

    return router


def _share(part: int, whole: int) -> Decimal:
    return (Decimal(part) / whole).quantize(_PLACES)
