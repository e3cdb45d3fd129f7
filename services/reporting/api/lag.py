"""How far the projections are: `/lag`."""

from datetime import datetime
from decimal import Decimal

from fastapi import APIRouter
from pydantic import BaseModel, Field
from sqlalchemy.ext.asyncio import AsyncEngine

from services.reporting.handlers import CONSUMED
from services.reporting.store import flow
from shared.calendar.clock import Clock
from shared.web.auth import require


class TopicLag(BaseModel):
    """A topic's projection. Null: nothing of the topic was projected yet."""

    topic: str
    title: str
    events: int = Field(description="Projected so far")
    last_event_at: datetime | None = Field(description="By the clock of the sender")
    projected_at: datetime | None = Field(description="When the last batch was projected, wall clock")
    lag_seconds: Decimal | None = Field(
        description="From the time of the last batch's oldest event to its projection, platform clock"
    )
    idle_seconds: float | None = Field(description="Since the last batch was projected, wall clock")


class LagView(BaseModel):
    """All topics."""

    topics: list[TopicLag]


def router(engine: AsyncEngine, wall: Clock) -> APIRouter:
    """The route of the lag."""
    routes = APIRouter(tags=["lag"], dependencies=[require("reporting:read")])

    @routes.get("/lag")
    async def lag() -> LagView:
        """By topic: events projected, the last one, and how late it was."""
        async with engine.connect() as connection:
            rows = {row.topic: row for row in await flow.progress(connection)}
        now = wall.now()
        topics = []
        for topic in CONSUMED:
            row = rows.get(topic.name)
            topics.append(
                TopicLag(
                    topic=topic.name,
                    title=topic.title,
                    events=row.events if row else 0,
                    last_event_at=row.last_event_at if row else None,
                    projected_at=row.projected_at if row else None,
                    lag_seconds=row.lag_seconds if row else None,
                    idle_seconds=round((now - row.projected_at).total_seconds(), 1) if row else None,
                )
            )
        return LagView(topics=topics)

    return routes
