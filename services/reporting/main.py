"""What runs: reporting's API process, its worker process, and the console."""

from importlib.metadata import version

from fastapi import FastAPI

from services.reporting import handlers
from services.reporting.api import routers
from services.reporting.maintenance import tick_keeper
from services.reporting.settings import ReportingSettings
from shared.calendar.clock import SystemClock
from shared.runtime import Runtime
from shared.stream.worker import Worker
from shared.web.app import create_app
from shared.web.health import database_check


def settings() -> ReportingSettings:
    """The configuration, from the environment."""
    return ReportingSettings()  # type: ignore[call-arg]  # from the environment


def api(runtime: Runtime[ReportingSettings]) -> FastAPI:
    """The status API."""
    return create_app(
        title="Recoup reporting",
        service="reporting",
        version=version("recoup"),
        settings=runtime.settings,
        routers=routers(runtime.engine, runtime.clock),
        health_checks=[database_check(runtime.engine)],
        description="Figures, cases, contacts and lag, as far as events are projected.",
    )


def worker(runtime: Runtime[ReportingSettings]) -> Worker:
    """The consumer of every topic."""
    wall = SystemClock()
    return Worker(runtime, handlers.consumer(wall), [tick_keeper(runtime.engine, wall)])


def console(runtime: Runtime[ReportingSettings]) -> None:
    """Serve the console until SIGTERM."""
    # Here, because the console's toolkit takes memory that the other processes do not need.
    from services.reporting.console.main import run

    run(runtime)
