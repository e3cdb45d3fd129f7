"""Compliance's composition: its API process and its worker process."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

from fastapi import FastAPI

from services.compliance.api.access_log import compliance_access_router
from services.compliance.api.complaints import complaint_routers
from services.compliance.api.completeness import completeness_routers
from services.compliance.api.decisions import decisions_router
from services.compliance.api.erasures import erasures_router
from services.compliance.api.holds import holds_router
from services.compliance.api.inspections import inspection_routers
from services.compliance.api.knowledge import knowledge_router
from services.compliance.api.log import log_router
from services.compliance.api.log_documents import documents_router
from services.compliance.api.log_evidence import evidence_router
from services.compliance.api.packs import packs_router
from services.compliance.api.permits import permits_router
from services.compliance.api.persons import persons_router
from services.compliance.api.retention import retention_facts_router, retention_router
from services.compliance.api.staff import staff_routers
from services.compliance.api.standing import standing_router
from services.compliance.api.templates import templates_router
from services.compliance.completeness_daily import daily_comparison
from services.compliance.enforcing import ruleset_of
from services.compliance.gate import Gate
from services.compliance.handlers import consumer
from services.compliance.inspection_sampling import Sampler
from services.compliance.retention import RetentionJob
from services.compliance.settings import ComplianceSettings
from services.compliance.signer import CheckpointSigner
from services.compliance.staff_gate import StaffedGate
from services.compliance.staff_rotation import RotationSweep
from services.compliance.staff_rules import read_staff_rules
from services.compliance.staff_timers import with_staff
from services.compliance.store.catalogue import Catalogue
from services.compliance.sweeping import Sweeper
from services.compliance.witness.client import WitnessClient
from services.compliance.witness.submitter import Submitter
from shared.lint.phrase_files import shipped
from shared.runtime import Runtime
from shared.stream.worker import Worker
from shared.web.app import create_app
from shared.web.health import database_check

Loop = Callable[[], Awaitable[None]]


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
            packs_router(runtime, runtime.settings.library),
            log_router(runtime),
            documents_router(runtime),
            evidence_router(runtime),
            *complaint_routers(runtime),
            *completeness_routers(runtime),
            *inspection_routers(runtime, shipped()),
            *staff_routers(runtime, gate),
            compliance_access_router(runtime),
            retention_router(runtime),
            retention_facts_router(runtime),
            templates_router(runtime, shipped()),
        ),
        health_checks=(database_check(runtime.engine),),
        description="Permits, holds, decisions and the audit log.",
    )


def worker(runtime: Runtime[ComplianceSettings]) -> Worker:
    """The consumer, and what goes on beside it."""
    configured = runtime.settings
    gate = gate_of(configured)
    consumed = consumer(gate, configured.pseudonyms, configured.complaint_policy)
    consumed = with_staff(consumed, gate, configured.pseudonyms, configured.complaint_policy)
    return Worker(runtime, consumed, background=_background(runtime, gate))


def _background(runtime: Runtime[ComplianceSettings], gate: StaffedGate) -> tuple[Loop, ...]:
    """Checkpoints are signed and cosigned, leaves catalogued; each day contacts are compared with providers'
    records and judged again, and who is with a debtor for too long is found."""
    configured, transactions = runtime.settings, runtime.transactions
    clients = [WitnessClient(witness) for witness in configured.witnesses]
    return (
        CheckpointSigner(transactions, configured.signer, configured.checkpoint_seconds).run,
        Submitter(transactions, clients, configured.witness_seconds).run,
        Catalogue(runtime.engine).run,
        daily_comparison(
            transactions, configured.pseudonyms, configured.comparing, configured.completeness_seconds
        ).run,
        Sweeper(transactions, gate, configured.pseudonyms).run,
        RetentionJob(
            transactions,
            configured.library,
            configured.past,
            configured.pseudonyms,
            configured.retention_daily,
            configured.retention_seconds,
        ).run,
        Sampler(transactions, configured.pseudonyms).run,
        RotationSweep(transactions, configured.pseudonyms, gate.staff_rules).run,
    )


def gate_of(configured: ComplianceSettings) -> StaffedGate:
    """The gate as configured."""
    gate = Gate(
        configured.library,
        ruleset_of(configured.library),
        configured.known_desks,
        configured.past,
        grace=timedelta(seconds=configured.permit_grace_seconds),
        overlap=timedelta(days=configured.overlap_days),
    )
    return StaffedGate.of(gate, read_staff_rules())
