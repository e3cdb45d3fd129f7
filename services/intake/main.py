"""What runs: intake's API process and its worker process."""

from importlib.metadata import version

from fastapi import FastAPI

from services.intake import handlers
from services.intake.api import access_router, router
from services.intake.maintenance import partition_keeper
from services.intake.settings import IntakeSettings
from shared.runtime import Runtime
from shared.stream.worker import Worker
from shared.web.app import create_app
from shared.web.health import database_check


def settings() -> IntakeSettings:
    """The configuration, from the environment."""
    return IntakeSettings()  # type: ignore[call-arg]  # from the environment


def api(runtime: Runtime[IntakeSettings]) -> FastAPI:
    """The status API."""
    return create_app(
        title="Recoup intake",
        service="intake",
        version=version("recoup"),
        settings=runtime.settings,
        routers=[
            router(runtime.engine, runtime.clock, runtime.settings.rules),
            access_router(runtime.engine),
        ],
        health_checks=[database_check(runtime.engine)],
        description="Delinquency of accounts and customers, as of now.",
    )


def worker(runtime: Runtime[IntakeSettings]) -> Worker:
    """The consumer of core banking's events."""
    keeper = partition_keeper(runtime.engine, runtime.clock, runtime.settings.source_event_days)
    return Worker(runtime, handlers.consumer(runtime.settings.rules, runtime.cipher.seal), [keeper])
