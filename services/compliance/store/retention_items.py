"""What is on file about persons that retention may delete, each piece with its dates."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Row, TextClause, text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.compliance.domain.retention.judging import Item
from services.compliance.domain.retention.words import DataClass

RECORDINGS = ("recording", "photo")
"""Kinds of documents that hold a person's voice or picture."""

_OF_COMPLAINTS = "complaint_"
_OF_TRANSCRIPTS = "transcript"

_PAYLOADS = text(
    "SELECT p.person_id, p.year, p.leaf_index, e.entry, c.closed_at FROM payload AS p"
    " JOIN log_entry AS e ON e.year = p.year AND e.leaf_index = p.leaf_index"
    " LEFT JOIN complaint AS c ON c.complaint_id = split_part(e.event_id, ':', 1)"
    " WHERE p.person_id = ANY(CAST(:wanted AS text[]))"
)
# Attempts that the gate may still ask for are left alone, whatever the packs say of keeping them.
_ATTEMPTS = text(
    "SELECT person_id, permit_id, reserved_at FROM attempt WHERE person_id = ANY(CAST(:wanted AS text[]))"
    " AND reserved_at <= :since AND purpose <> ALL(CAST(:lasting AS text[]))"
)
_CONSENTS = text(
    "SELECT person_id, consent_id, given_at, CASE WHEN least(until, withdrawn_at) <= :at"
    "  THEN least(until, withdrawn_at) END FROM consent WHERE person_id = ANY(CAST(:wanted AS text[]))"
)
_COMPLAINTS = text(
    "SELECT person_id, complaint_id, opened_at, closed_at FROM complaint AS c"
    " WHERE person_id = ANY(CAST(:wanted AS text[])) AND (sealed_text IS NOT NULL"
    "  OR sealed_findings IS NOT NULL OR sealed_cause IS NOT NULL"
    "  OR EXISTS (SELECT 1 FROM complaint_act AS a"
    "   WHERE a.complaint_id = c.complaint_id AND sealed_reason IS NOT NULL)"
    "  OR EXISTS (SELECT 1 FROM rectification AS r"
    "   WHERE r.complaint_id = c.complaint_id AND sealed_description <> ''))"
)
_RECORDINGS = text(
    "SELECT person_id, document_id, made_at FROM document WHERE person_id = ANY(CAST(:wanted AS text[]))"
    " AND kind = ANY(CAST(:kinds AS text[])) AND NOT EXISTS (SELECT 1 FROM retention_order"
    "  WHERE retention_order.document_id = document.document_id)"
)
_ACCESSES = text(
    "SELECT person_id, access_id, at FROM personal_access WHERE person_id = ANY(CAST(:wanted AS text[]))"
)


class _Told(msgspec.Struct):
    kind: str
    at: datetime


_told = msgspec.json.Decoder(_Told).decode
Reading = tuple[TextClause, Callable[[Row[Any]], Item]]


async def items_of(
    connection: AsyncConnection,
    person_ids: Sequence[str],
    *,
    at: datetime,
    since: datetime,
    lasting: Sequence[str],
) -> list[Item]:
    """Everything on file about these persons as of `at`.

    Attempts after `since`, and those of the `lasting` purposes, are left out: the gate counts them.
    """
    values = {
        "wanted": list(person_ids),
        "at": at,
        "since": since,
        "lasting": list(lasting),
        "kinds": list(RECORDINGS),
    }
    found: list[Item] = []
    for query, item in _READINGS:
        found += [item(row) for row in await connection.execute(query, values)]
    return found


def payload_place(key: str) -> tuple[int, int]:
    """Year and leaf index of a payload by its item's key."""
    year, _, leaf_index = key.partition("/")
    return int(year), int(leaf_index)


def _payload(row: Row[Any]) -> Item:
    person_id, year, leaf_index, entry, closed_at = tuple(row)
    told = _told(entry)
    key = f"{year}/{leaf_index}"
    if told.kind.startswith(_OF_COMPLAINTS):
        return Item(DataClass.COMPLAINT, key, person_id, told.at, closed_at)
    kind = DataClass.COLLECTION_RECORD
    if told.kind.startswith(_OF_TRANSCRIPTS):
        kind = DataClass.TRANSCRIPT
    return Item(kind, key, person_id, told.at)


def _plain(kind: DataClass) -> Callable[[Row[Any]], Item]:
    def item(row: Row[Any]) -> Item:
        person_id, key, *dates = tuple(row)
        return Item(kind, str(key), person_id, *dates)

    return item


_READINGS: tuple[Reading, ...] = (
    (_PAYLOADS, _payload),
    (_ATTEMPTS, _plain(DataClass.ATTEMPT)),
    (_CONSENTS, _plain(DataClass.CONSENT)),
    (_COMPLAINTS, _plain(DataClass.COMPLAINT)),
    (_RECORDINGS, _plain(DataClass.RECORDING)),
    (_ACCESSES, _plain(DataClass.ACCESS_RECORD)),
)
