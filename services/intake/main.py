"""What runs: intake's API process and its worker process."""

from importlib.metadata import version

from fastapi import FastAPI

from services.intake import classification_api, handlers
from services.intake.api import access_router, router
from services.intake.doors.events_api import events_router
from services.intake.maintenance import partition_keeper
from services.intake.settings import IntakeSettings
from services.intake.uploads.api import uploads_router
from services.intake.uploads.streaming import StreamedBodies
from services.intake.uploads.working import upload_loop
from shared.runtime import Runtime
from shared.stream.worker import Worker
from shared.web.app import create_app
from shared.web.health import database_check


def settings() -> IntakeSettings:
    """The configuration, from the environment."""
    return IntakeSettings()  # type: ignore[call-arg]  # from the environment


def api(runtime: Runtime[IntakeSettings]) -> FastAPI:
    """The status API, and the doors beside Kafka: events and files by HTTP."""
    app = create_app(
        title="Recoup intake",
        service="intake",
        version=version("recoup"),
        settings=runtime.settings,
        routers=[
            router(runtime.engine, runtime.clock, runtime.settings.rules),
            access_router(runtime.engine),
            classification_api.router(runtime),
            events_router(runtime),
            uploads_router(runtime),
        ],
        health_checks=[database_check(runtime.engine)],
        description="Delinquency of accounts and customers, as of now.",
    )
    app.add_middleware(StreamedBodies, paths=("/uploads",))  # the outermost: it goes past the limit of a body
    return app


def worker(runtime: Runtime[IntakeSettings]) -> Worker:
    """The consumer of core banking's events."""
    keeper = partition_keeper(runtime.engine, runtime.clock, runtime.settings.source_event_days)
    consumed = handlers.consumer(runtime.settings.rules, runtime.cipher.seal)
    return Worker(runtime, consumed, [keeper, upload_loop(runtime)])
