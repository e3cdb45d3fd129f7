"""The status API: figures, cases, contacts, lag; works while the worker is down."""

from fastapi import APIRouter
from sqlalchemy.ext.asyncio import AsyncEngine

from services.reporting.api import entities, figures, lag
from shared.calendar.clock import Clock, SystemClock


def routers(engine: AsyncEngine, clock: Clock, wall: Clock | None = None) -> list[APIRouter]:
    """The routers. `clock` is the platform's, `wall` the real one, by which idle time is measured."""
    return [
        figures.router(engine, clock),
        entities.router(engine),
        lag.router(engine, wall or SystemClock()),
    ]
