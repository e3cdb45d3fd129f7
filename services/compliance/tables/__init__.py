"""Compliance's tables, an area a module. Instants are UTC; ids are pseudonyms; no contact data is here."""

from services.compliance.tables.access_log import personal_access
from services.compliance.tables.base import metadata
from services.compliance.tables.complaints import (
    complaint,
    complaint_act,
    complaint_evidence,
    rectification,
    sanction,
)
from services.compliance.tables.completeness import (
    completeness_finding,
    completeness_run,
    provider_record,
)
from services.compliance.tables.evidence import case_contact, catalogue_head, document, subject_leaf
from services.compliance.tables.gate import (
    attempt,
    decision,
    hold,
    opt_out,
    party,
    person,
    ruleset,
)
from services.compliance.tables.inspection import (
    inspection,
    inspection_act,
    inspection_document,
    inspection_draw,
    inspection_finding,
    transcript,
    violation,
)
from services.compliance.tables.log import (
    checkpoint,
    cosignature,
    log_entry,
    log_head,
    log_tile,
    payload,
    subject_head,
    witness_standing,
)
from services.compliance.tables.passes import audit_pass
from services.compliance.tables.retention import debt_end, legal_hold, retention_order, retention_run
from services.compliance.tables.staff import (
    rotation_exception,
    rotation_sweep,
    rotation_told,
    staff_certificate,
    staff_conflict,
    staff_contact,
    staff_member,
    staff_suspension,
    training_course,
)
from services.compliance.tables.standing import (
    consent,
    milestone,
    opt_out_end,
    person_fact,
    person_link,
    person_unlink,
    preference,
    residence,
    zone_evidence,
)
from services.compliance.tables.templates import template, template_version
from shared.stream.tables import add_runtime_tables
from shared.web.idempotency import idempotency_table

IDEMPOTENCY_KEY = idempotency_table(metadata)

add_runtime_tables(metadata)

__all__ = [
    "IDEMPOTENCY_KEY",
    "attempt",
    "audit_pass",
    "case_contact",
    "catalogue_head",
    "checkpoint",
    "complaint",
    "complaint_act",
    "complaint_evidence",
    "completeness_finding",
    "completeness_run",
    "consent",
    "cosignature",
    "debt_end",
    "decision",
    "document",
    "hold",
    "inspection",
    "inspection_act",
    "inspection_document",
    "inspection_draw",
    "inspection_finding",
    "legal_hold",
    "log_entry",
    "log_head",
    "log_tile",
    "metadata",
    "milestone",
    "opt_out",
    "opt_out_end",
    "party",
    "payload",
    "person",
    "person_fact",
    "person_link",
    "person_unlink",
    "personal_access",
    "preference",
    "provider_record",
    "rectification",
    "residence",
    "retention_order",
    "retention_run",
    "rotation_exception",
    "rotation_sweep",
    "rotation_told",
    "ruleset",
    "sanction",
    "staff_certificate",
    "staff_conflict",
    "staff_contact",
    "staff_member",
    "staff_suspension",
    "subject_head",
    "subject_leaf",
    "template",
    "template_version",
    "training_course",
    "transcript",
    "violation",
    "witness_standing",
    "zone_evidence",
]
