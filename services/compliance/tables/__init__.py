"""Compliance's tables, an area a module. Instants are UTC; ids are pseudonyms; no contact data is here."""

from services.compliance.tables.base import metadata
from services.compliance.tables.gate import attempt, complaint, decision, hold, opt_out, party, person
from services.compliance.tables.log import checkpoint, log_entry, log_head, log_tile, payload
from shared.stream.tables import add_runtime_tables
from shared.web.idempotency import idempotency_table

IDEMPOTENCY_KEY = idempotency_table(metadata)

add_runtime_tables(metadata)

__all__ = [
    "IDEMPOTENCY_KEY",
    "attempt",
    "checkpoint",
    "complaint",
    "decision",
    "hold",
    "log_entry",
    "log_head",
    "log_tile",
    "metadata",
    "opt_out",
    "party",
    "payload",
    "person",
]
