"""Compliance's composition: its API process and its worker process."""

from datetime import timedelta

from fastapi import FastAPI

from services.compliance.api.decisions import decisions_router
from services.compliance.api.erasures import erasures_router
from services.compliance.api.holds import holds_router
from services.compliance.api.log import log_router
from services.compliance.api.permits import permits_router
from services.compliance.gate import Gate
from services.compliance.handlers import consumer
from services.compliance.settings import ComplianceSettings
from services.compliance.signer import CheckpointSigner
from shared.runtime import Runtime
from shared.stream.worker import Worker
from shared.web.app import create_app
from shared.web.health import database_check


def settings() -> ComplianceSettings:
    """The configuration, from the environment."""
    return ComplianceSettings()  # type: ignore[call-arg]  # the rest comes from the environment


def api(runtime: Runtime[ComplianceSettings]) -> FastAPI:
    """The HTTP application."""
    return create_app(
        title="Recoup compliance",
        service="compliance",
        version="1",
        settings=runtime.settings,
        routers=(
            permits_router(runtime, gate_of(runtime.settings)),
            decisions_router(runtime),
            holds_router(runtime),
            erasures_router(runtime),
            log_router(runtime),
        ),
        health_checks=(database_check(runtime.engine),),
        description="Permits, holds, decisions and the audit log.",
    )


def worker(runtime: Runtime[ComplianceSettings]) -> Worker:
    """The consumer, and the signer of checkpoints."""
    configured = runtime.settings
    signer = CheckpointSigner(runtime.transactions, configured.signer, configured.checkpoint_seconds)
    consumed = consumer(gate_of(configured), configured.pseudonyms, timedelta(days=configured.complaint_days))
    return Worker(runtime, consumed, background=(signer.run,))


def gate_of(configured: ComplianceSettings) -> Gate:
    """The gate as configured."""
    return Gate(configured.rules, timedelta(seconds=configured.permit_grace_seconds))
