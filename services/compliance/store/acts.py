"""Which tables record acts, and what the leaf of each is called: so that an act without its leaf is found.

A new area adds a line for its table: to `ACTS` where the leaf's name follows from a row, else to `NAMED` with
a function, else to `WITHOUT` with the reason. A test fails for a table that is in none of them.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.ids import derive_id

_CHUNK = 5000
_MISSING = text(
    "SELECT count(*) FROM unnest(CAST(:names AS text[])) AS name"
    " WHERE NOT EXISTS (SELECT 1 FROM log_entry WHERE event_id = name)"
)


class Acts(NamedTuple):
    """Rows of a table, `row`, that have a leaf each: what they are called in reports, which, and its name."""

    kind: str
    table: str
    leaf: str
    which: str = "true"

    @property
    def missing(self) -> str:
        """The query for how many have no leaf. All its parts are constants of this module."""
        return (
            f'SELECT count(*) FROM "{self.table}" AS "row" WHERE ({self.which}) AND NOT EXISTS'  # noqa: S608
            f" (SELECT 1 FROM log_entry WHERE event_id = {self.leaf})"
        )


class Named(NamedTuple):
    """Rows of a table whose leaves have names that SQL cannot make."""

    kind: str
    table: str
    leaves: Callable[[Row[Any]], Iterator[str]]


_NUMBERED = "CASE WHEN number = 1 THEN {0} ELSE {0} || ':' || number END"

ACTS: Sequence[Acts] = (
    Acts("decisions", "decision", "decision_id"),
    Acts("redemptions", "attempt", "'redeemed:' || permit_id", "dispatch_id IS NOT NULL"),
    Acts("holds placed", "hold", "'placed:' || hold_id"),
    Acts("holds released", "hold", "'released:' || hold_id", "released_at IS NOT NULL"),
    Acts("consents", "consent", "'consent:' || consent_id"),
    Acts("consents withdrawn", "consent", "'consent_withdrawn:' || consent_id", "withdrawn_at IS NOT NULL"),
    Acts("preferences", "preference", "'preference:' || preference_id"),
    Acts(
        "preferences withdrawn",
        "preference",
        "'preference_withdrawn:' || preference_id",
        "withdrawn_at IS NOT NULL",
    ),
    Acts("acts on complaints", "complaint_act", _NUMBERED.format("complaint_id")),
    Acts("documents", "document", "'registered:' || document_id"),
    Acts("transcripts", "transcript", "transcript_id"),
    Acts("acts of inspection", "inspection_act", _NUMBERED.format("about")),
    Acts("discrepancies", "completeness_finding", "'found:' || finding_id"),
    Acts(
        "discrepancies settled", "completeness_finding", "'settled:' || finding_id", "settled_at IS NOT NULL"
    ),
    Acts("courses", "training_course", "'course:' || course_id"),
    Acts("certificates", "staff_certificate", "certificate_id"),
    Acts(
        "certificates revoked",
        "staff_certificate",
        "'revoked:' || certificate_id",
        "revoked_at IS NOT NULL",
    ),
    Acts("suspensions", "staff_suspension", "suspension_id"),
    Acts("suspensions lifted", "staff_suspension", "'lifted:' || suspension_id", "lifted_at IS NOT NULL"),
    Acts("conflicts", "staff_conflict", "conflict_id"),
    Acts("conflicts ended", "staff_conflict", "'ended:' || conflict_id", "ended_at IS NOT NULL"),
    Acts("exceptions asked", "rotation_exception", "exception_id || ':asked'"),
    Acts(
        "exceptions decided",
        "rotation_exception",
        "exception_id || ':' || state",
        "state IN ('approved', 'refused', 'ended')",
    ),
    Acts("legal holds", "legal_hold", "'legal_hold_placed:' || legal_hold_id"),
    Acts(
        "legal holds released",
        "legal_hold",
        "'legal_hold_released:' || legal_hold_id",
        "released_at IS NOT NULL",
    ),
    Acts("retention runs", "retention_run", "'retention:' || run_id", "finished_at IS NOT NULL"),
)


def _of_template(row: Row[Any]) -> Iterator[str]:
    happened = {
        "template_drafted": row.created_at,
        "template_submitted": row.submitted_at,
        "template_rejected": row.decided_at if row.state == "rejected" else None,
        "template_approved": None if row.state == "rejected" else row.decided_at,
        "template_retired": row.retired_at,
    }
    return (derive_id(kind, row.template_id, row.version) for kind, at in happened.items() if at is not None)


def _of_document(row: Row[Any]) -> Iterator[str]:
    yield derive_id(f"inspection_{row.kind}", row.document_id, row.version)


def _of_draw(row: Row[Any]) -> Iterator[str]:
    yield derive_id("draw", row.plan_id, row.first.isoformat())


def _of_rotation(row: Row[Any]) -> Iterator[str]:
    yield derive_id("rotation", row.staff_id, row.person_id, row.since.isoformat())


def _of_renewed_consent(row: Row[Any]) -> Iterator[str]:
    yield derive_id("opt_out_taken_back", row.person_id, row.channel, row.opted_out_at.isoformat())


NAMED: Sequence[Named] = (
    Named("acts on templates", "template_version", _of_template),
    Named("plans and forms", "inspection_document", _of_document),
    Named("samples drawn", "inspection_draw", _of_draw),
    Named("stretches told", "rotation_told", _of_rotation),
    Named("opt-outs taken back", "opt_out_end", _of_renewed_consent),
)

_LOG = "the log itself, or made from it"
_EVENT = "its leaf bears the name of the event that told it"
_ACT = "what an act left behind; the leaf bears the name of the act"
_PART = "its leaf is that of an act on what it belongs to"
_COURSE = "how far work has come"
_RUNTIME = "of the runtime"

WITHOUT: Mapping[str, str] = {
    **dict.fromkeys(("log_entry", "log_head", "subject_head", "log_tile", "checkpoint", "payload"), _LOG),
    **dict.fromkeys(("cosignature", "witness_standing"), "what witnesses signed of the log"),
    **dict.fromkeys(("subject_leaf", "case_contact", "catalogue_head"), _LOG),
    "ruleset": "checked by its digest, which the leaves of decisions name",
    "opt_out": _EVENT,
    **dict.fromkeys(("person", "party", "template"), "not an act: who or what there is"),
    **dict.fromkeys(("person_fact", "zone_evidence", "residence", "milestone", "person_link"), _ACT),
    **dict.fromkeys(("person_unlink", "debt_end", "staff_member"), _ACT),
    **dict.fromkeys(("complaint", "complaint_evidence", "rectification", "sanction"), _PART),
    **dict.fromkeys(("inspection", "inspection_finding", "violation", "retention_order"), _PART),
    "staff_contact": _PART,
    **dict.fromkeys(("audit_pass", "completeness_run", "rotation_sweep"), _COURSE),
    "provider_record": "what others recorded; compared with the log",
    "personal_access": "kept apart from the log: who saw what is no act on a debtor's case",
    **dict.fromkeys(
        (
            "consumer_position",
            "dead_letter",
            "idempotency_key",
            "lane_counter",
            "lane_received",
            "outbox",
            "relay_position",
            "timer",
        ),
        _RUNTIME,
    ),
}


async def unlogged(connection: AsyncConnection) -> dict[str, int]:
    """Acts that have no leaf in any year's log, by kind; none unless somebody tampered."""
    found = {acts.kind: int((await connection.exec_driver_sql(acts.missing)).scalar_one()) for acts in ACTS}
    for named in NAMED:
        found[named.kind] = await _unlogged(connection, named)
    return {kind: count for kind, count in found.items() if count}


async def _unlogged(connection: AsyncConnection, named: Named) -> int:
    missing = 0
    query = text(f'SELECT * FROM "{named.table}"')  # noqa: S608  # a constant
    async with connection.stream(query) as rows:
        async for chunk in rows.partitions(_CHUNK):
            names = [name for row in chunk for name in named.leaves(row)]
            missing += int((await connection.execute(_MISSING, {"names": names})).scalar_one())
    return missing
