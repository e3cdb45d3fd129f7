"""Compliance's composition: its API process and its worker process."""

from datetime import timedelta

from fastapi import FastAPI

from services.compliance.api.complaints import complaint_routers
from services.compliance.api.decisions import decisions_router
from services.compliance.api.erasures import erasures_router
from services.compliance.api.holds import holds_router
from services.compliance.api.knowledge import knowledge_router
from services.compliance.api.log import log_router
from services.compliance.api.log_documents import documents_router
from services.compliance.api.log_evidence import evidence_router
from services.compliance.api.permits import permits_router
from services.compliance.api.persons import persons_router
from services.compliance.api.standing import standing_router
from services.compliance.api.templates import templates_router
from services.compliance.enforcing import ruleset_of
from services.compliance.gate import Gate
from services.compliance.handlers import consumer
from services.compliance.settings import ComplianceSettings
from services.compliance.signer import CheckpointSigner
from services.compliance.witness.client import WitnessClient
from services.compliance.witness.submitter import Submitter
from shared.lint.phrase_files import shipped
from shared.runtime import Runtime
from shared.stream.worker import Worker
from shared.web.app import create_app
from shared.web.health import database_check


def settings() -> ComplianceSettings:
    """The configuration, from the environment."""
    return ComplianceSettings()  # type: ignore[call-arg]  # the rest comes from the environment


def api(runtime: Runtime[ComplianceSettings]) -> FastAPI:
    """The HTTP application."""
    gate = gate_of(runtime.settings)
    return create_app(
        title="Recoup compliance",
        service="compliance",
        version="1",
        settings=runtime.settings,
        routers=(
            permits_router(runtime, gate),
            decisions_router(runtime),
            holds_router(runtime, gate),
            persons_router(runtime, gate),
            knowledge_router(runtime, gate),
            standing_router(runtime, gate),
            erasures_router(runtime),
            log_router(runtime),
            documents_router(runtime),
            evidence_router(runtime),
            *complaint_routers(runtime),
            templates_router(runtime, shipped()),
        ),
        health_checks=(database_check(runtime.engine),),
        description="Permits, holds, decisions and the audit log.",
    )


def worker(runtime: Runtime[ComplianceSettings]) -> Worker:
    """The consumer, the signer of checkpoints, and the submitter that has witnesses cosign them."""
    configured = runtime.settings
    signer = CheckpointSigner(runtime.transactions, configured.signer, configured.checkpoint_seconds)
    consumed = consumer(gate_of(configured), configured.pseudonyms, configured.complaint_policy)
    clients = [WitnessClient(witness) for witness in configured.witnesses]
    submitter = Submitter(runtime.transactions, clients, configured.witness_seconds)
    return Worker(runtime, consumed, background=(signer.run, submitter.run))


def gate_of(configured: ComplianceSettings) -> Gate:
    """The gate as configured."""
    return Gate(
        configured.library,
        ruleset_of(configured.library),
        configured.known_desks,
        configured.past,
        grace=timedelta(seconds=configured.permit_grace_seconds),
        overlap=timedelta(days=configured.overlap_days),
    )
