"""Liveness and readiness.

Liveness asks whether a restart would help (a loop that no longer turns); readiness whether the process can
serve (database reachable, partitions assigned). A broker that is down is neither a reason to restart nor in
an API process a reason to stop serving.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from fastapi import APIRouter
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from pydantic import BaseModel
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine
from starlette.responses import Response

from shared.telemetry.logs import get_logger
from shared.web.auth import public
from shared.web.problems import ServiceUnavailable, problem_responses

_log = get_logger(__name__)


class CheckFailedError(Exception):
    """Raised by a probe; the message is shown to the caller of the health endpoint."""


@dataclass(frozen=True, slots=True)
class HealthCheck:
    """A probe returns where all is well and raises where not, within `timeout` seconds."""

    name: str
    probe: Callable[[], Awaitable[None]]
    liveness: bool = False
    timeout: float = 2.0


class CheckView(BaseModel):
    """The outcome of one check."""

    name: str
    ok: bool
    detail: str | None = None


class HealthView(BaseModel):
    """The outcome of all checks."""

    status: str
    checks: list[CheckView]


def database_check(engine: AsyncEngine) -> HealthCheck:
    """Readiness: the database answers."""

    async def probe() -> None:
        async with engine.connect() as connection:
            await connection.execute(select(1))

    return HealthCheck("database", probe)


def health_router(checks: Sequence[HealthCheck]) -> APIRouter:
    """`/health/live`, `/health/ready` (503 naming the failed checks) and `/metrics`, all open."""
    router = APIRouter(tags=["health"], dependencies=[public()])
    live = [check for check in checks if check.liveness]
    ready = [check for check in checks if not check.liveness]

    @router.get("/health/live", responses=problem_responses(503))
    async def liveness() -> HealthView:
        """Whether the process works; a restart helps where it does not."""
        return await _report(live)

    @router.get("/health/ready", responses=problem_responses(503))
    async def readiness() -> HealthView:
        """Whether the process can serve now."""
        return await _report(ready)

    @router.get("/metrics", include_in_schema=False)
    async def metrics() -> Response:
        return Response(generate_latest(), headers={"Content-Type": CONTENT_TYPE_LATEST})

    return router


async def _report(checks: Sequence[HealthCheck]) -> HealthView:
    outcomes = await asyncio.gather(*(_run(check) for check in checks))
    failed = [outcome.name for outcome in outcomes if not outcome.ok]
    if failed:
        shown = [outcome.model_dump(exclude_none=True) for outcome in outcomes]
        raise ServiceUnavailable(f"Failed: {', '.join(failed)}.", checks=shown)
    return HealthView(status="ok", checks=list(outcomes))


async def _run(check: HealthCheck) -> CheckView:
    try:
        async with asyncio.timeout(check.timeout):
            await check.probe()
    except CheckFailedError as error:
        return CheckView(name=check.name, ok=False, detail=str(error))
    except TimeoutError:
        return CheckView(name=check.name, ok=False, detail=f"no answer in {check.timeout:g} s")
    except Exception as error:
        _log.warning("health_check_failed", check=check.name, error=type(error).__name__)
        return CheckView(name=check.name, ok=False, detail=type(error).__name__)
    return CheckView(name=check.name, ok=True)
