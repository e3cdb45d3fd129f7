"""Compliance's tables, an area a module. Instants are UTC; ids are pseudonyms; no contact data is here."""

from services.compliance.tables.base import metadata
from services.compliance.tables.complaints import (
    complaint,
    complaint_act,
    complaint_evidence,
    rectification,
    sanction,
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
from services.compliance.tables.log import (
    checkpoint,
    cosignature,
    log_entry,
    log_head,
    log_tile,
    payload,
    witness_standing,
)
from services.compliance.tables.standing import (
    consent,
    milestone,
    person_fact,
    person_link,
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
    "case_contact",
    "catalogue_head",
    "checkpoint",
    "complaint",
    "complaint_act",
    "complaint_evidence",
    "consent",
    "cosignature",
    "decision",
    "document",
    "hold",
    "log_entry",
    "log_head",
    "log_tile",
    "metadata",
    "milestone",
    "opt_out",
    "party",
    "payload",
    "person",
    "person_fact",
    "person_link",
    "preference",
    "rectification",
    "residence",
    "ruleset",
    "sanction",
    "subject_leaf",
    "template",
    "template_version",
    "witness_standing",
    "zone_evidence",
]
