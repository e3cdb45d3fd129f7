"""The catalogue: which leaves are about whom, and which contacts were asked for in which case.

It follows the log by itself, in the background or before it is asked, so that writing the log costs nothing
more. All of it is made from the log and the payloads beside it: what it leads to is proven by the log.
"""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated

import msgspec
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from services.compliance.store import log
from services.compliance.tables import case_contact, catalogue_head
from shared.database import sets

CHUNK = 2000
_SUBJECT_BYTES = 8

_LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended(current_schema() || '/catalogue', 0))")
_BODIES = text(
    "SELECT body FROM payload WHERE year = :year AND leaf_index >= :first AND leaf_index < :end"
    " ORDER BY leaf_index"
)
_ENTRIES = text(
    "SELECT leaf_index, entry FROM log_entry WHERE year = :year AND leaf_index >= :first"
    " AND leaf_index < :end"
)
_KEEP_SUBJECTS = text(
    "INSERT INTO subject_leaf (subject, year, leaf_index) SELECT subject, CAST(:year AS integer), leaf_index"
    " FROM unnest(CAST(:subjects AS bigint[]), CAST(:indexes AS bigint[])) AS new(subject, leaf_index)"
    " ON CONFLICT DO NOTHING"
)
_ADVANCE = text(
    "INSERT INTO catalogue_head (year, size) VALUES (:year, :end)"
    " ON CONFLICT (year) DO UPDATE SET size = excluded.size"
)


class CaseContact(msgspec.Struct, frozen=True):
    """A contact and the case that it was asked for; the fields are the columns of table `case_contact`."""

    contact_id: str
    case_id: str
    person_id: str
    customer_id: str


class _Asked(msgspec.Struct):
    asked: CaseContact


class _Leaf(msgspec.Struct):
    subject: Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$")]


_decode = msgspec.json.Decoder(_Asked).decode
_decode_leaf = msgspec.json.Decoder(_Leaf).decode


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Follows the log, a chunk every `seconds` at most: a burst is caught up with when it is over."""

    engine: AsyncEngine
    seconds: float = 1.0

    async def run(self) -> None:
        """Follow for ever."""
        while True:
            await _take_some(self.engine)
            await asyncio.sleep(self.seconds)


async def catch_up(engine: AsyncEngine, most: int | None = None) -> int:
    """Take in what the log has more by now, a chunk a transaction; returns how many leaves.

    With `most`, it stops after about so many: then, and only then, it returns that many or more.
    """
    taken = 0
    while fresh := await _take_some(engine):
        taken += fresh
        if most is not None and taken >= most:
            break
    return taken


async def _take_some(engine: AsyncEngine) -> int:
    async with engine.begin() as connection:
        await connection.execute(_LOCK)
        known = await _known(connection)
        for year, size in (await log.heads(connection)).items():
            first = known.get(year, 0)
            if first < size:
                end = min(size, first + CHUNK)
                await _take(connection, {"year": year, "first": first, "end": end})
                return end - first
    return 0


async def _take(connection: AsyncConnection, part: Mapping[str, int]) -> None:
    entries = (await connection.execute(_ENTRIES, part)).all()
    subjects, indexes = _subjects_in((row.leaf_index, row.entry) for row in entries)
    kept = {"year": part["year"], "subjects": subjects, "indexes": indexes}
    await connection.execute(_KEEP_SUBJECTS, kept)
    bodies = (await connection.execute(_BODIES, part)).scalars().all()
    await sets.insert(connection, case_contact, _asked_in(bodies), skip_existing=True)
    await connection.execute(_ADVANCE, {"year": part["year"], "end": part["end"]})


def _subjects_in(entries: Iterable[tuple[int, bytes]]) -> tuple[list[int], list[int]]:
    """Subjects as numbers, and places, of these leaves; unreadable ones are passed over."""
    subjects, indexes = [], []
    for index, entry in entries:
        try:
            subject = _decode_leaf(entry).subject
        except (msgspec.DecodeError, UnicodeDecodeError):
            continue
        subjects.append(subject_number(subject))
        indexes.append(index)
    return subjects, indexes


def _asked_in(bodies: Sequence[bytes]) -> list[CaseContact]:
    """The contacts that these payloads are decisions on, each once; other payloads are passed over."""
    found: dict[str, CaseContact] = {}
    for body in bodies:
        try:
            asked = _decode(body).asked
        except (msgspec.DecodeError, UnicodeDecodeError):
            continue
        found.setdefault(asked.contact_id, asked)
    return list(found.values())


async def _known(connection: AsyncConnection) -> dict[int, int]:
    rows = await connection.execute(select(catalogue_head.c.year, catalogue_head.c.size))
    return {row[0]: row[1] for row in rows}


def subject_number(pseudonym: str) -> int:
    """The number under which the catalogue knows a pseudonym: 64 of its 256 bits, signed."""
    return int.from_bytes(bytes.fromhex(pseudonym)[:_SUBJECT_BYTES], "big", signed=True)
