"""The log's entries: appended under the head's lock, so that leaves are in commit order without gaps."""

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.compliance.log.bundles import MAX_ENTRY_SIZE
from services.compliance.log.errors import LeafError
from services.compliance.tables import log_entry, log_head, payload

_TAKE = text(
    "INSERT INTO log_head AS head (year, size) VALUES (:year, :count)"
    " ON CONFLICT (year) DO UPDATE SET size = head.size + excluded.size RETURNING size"
)
_APPEND = text(
    "INSERT INTO log_entry (year, leaf_index, event_id, leaf_hash, entry)"
    " SELECT CAST(:year AS integer), CAST(:first AS bigint) + n - 1, event_id,"
    "  sha256(CAST('\\x00' AS bytea) || entry), entry"
    " FROM unnest(CAST(:event_ids AS text[]), CAST(:entries AS bytea[]))"
    "  WITH ORDINALITY AS new(event_id, entry, n)"
)
_APPEND_PAYLOADS = text(
    "INSERT INTO payload (year, leaf_index, person_id, salt, body)"
    " SELECT CAST(:year AS integer), CAST(:first AS bigint) + place, person_id, salt, body"
    " FROM unnest(CAST(:places AS bigint[]), CAST(:persons AS text[]), CAST(:salts AS bytea[]),"
    "  CAST(:bodies AS bytea[])) AS new(place, person_id, salt, body)"
)
# In the order of the pseudonyms: two batches about the same persons wait and never lock each other out.
_NUMBER = text(
    "INSERT INTO subject_head AS head (year, subject, leaves)"
    " SELECT CAST(:year AS integer), subject, leaves"
    " FROM unnest(CAST(:subjects AS bytea[]), CAST(:counts AS bigint[])) AS new(subject, leaves)"
    " ORDER BY subject"
    " ON CONFLICT (year, subject) DO UPDATE SET leaves = head.leaves + excluded.leaves"
    " RETURNING subject, leaves"
)
_KNOWN = text("SELECT event_id FROM log_entry WHERE event_id = ANY(CAST(:wanted AS text[]))")
_PLACES = text("SELECT event_id, leaf_index FROM log_entry WHERE event_id = ANY(CAST(:wanted AS text[]))")
_ERASE = text("DELETE FROM payload WHERE person_id = :person_id")


class Payload(NamedTuple):
    """What the leaf at `place` of an append keeps outside the log."""

    place: int
    person_id: str
    salt: bytes
    body: bytes


class Entry(NamedTuple):
    """A leaf and where it is."""

    year: int
    leaf_index: int
    entry: bytes


async def take_numbers(connection: AsyncConnection, year: int, counts: Mapping[str, int]) -> dict[str, int]:
    """Take the next numbers of so many leaves about each pseudonym; returns the first of each.

    Holds the pseudonyms' counters until the commit, so that numbers follow commit order without gaps; to be
    called before `append`, which holds the whole log.
    """
    subjects = {bytes.fromhex(subject): subject for subject in counts}
    values = {"year": year, "subjects": list(subjects), "counts": list(counts.values())}
    rows = await connection.execute(_NUMBER, values)
    return {subjects[key]: last - counts[subjects[key]] + 1 for key, last in rows}


async def append(
    connection: AsyncConnection,
    year: int,
    event_ids: Sequence[str],
    entries: Sequence[bytes],
    payloads: Sequence[Payload],
) -> int:
    """Append entries and return the index of the first.

    Holds the head until the commit: to be called when all else is written. LeafError for an entry that is
    too long.
    """
    if max(map(len, entries), default=0) > MAX_ENTRY_SIZE:
        # Such an entry fits no entry bundle: the whole log could not be published any more.
        raise LeafError(f"an entry has at most {MAX_ENTRY_SIZE} bytes")
    taken = await connection.execute(_TAKE, {"year": year, "count": len(entries)})
    first = int(taken.scalar_one()) - len(entries)
    await connection.execute(
        _APPEND, {"year": year, "first": first, "event_ids": event_ids, "entries": entries}
    )
    if payloads:
        places, persons, salts, bodies = (list(column) for column in zip(*payloads, strict=True))
        await connection.execute(
            _APPEND_PAYLOADS,
            {
                "year": year,
                "first": first,
                "places": places,
                "persons": persons,
                "salts": salts,
                "bodies": bodies,
            },
        )
    return first


async def known(connection: AsyncConnection, event_ids: Collection[str]) -> set[str]:
    """Which of these facts have their leaf."""
    if not event_ids:
        return set()
    return set((await connection.execute(_KNOWN, {"wanted": list(event_ids)})).scalars().all())


async def places_of(connection: AsyncConnection, event_ids: Collection[str]) -> dict[str, int]:
    """The leaf index of each of these facts that has a leaf."""
    if not event_ids:
        return {}
    rows = await connection.execute(_PLACES, {"wanted": list(event_ids)})
    return {row[0]: row[1] for row in rows}


async def entry_of(connection: AsyncConnection, event_id: str) -> Entry | None:
    """The leaf of a fact."""
    query = select(log_entry.c.year, log_entry.c.leaf_index, log_entry.c.entry)
    row = (await connection.execute(query.where(log_entry.c.event_id == event_id))).first()
    return None if row is None else Entry(*row)


async def payload_of(connection: AsyncConnection, entry: Entry) -> bytes | None:
    """The payload of a leaf; None where there never was one, or it was erased."""
    same = (payload.c.year == entry.year) & (payload.c.leaf_index == entry.leaf_index)
    found: bytes | None = (await connection.execute(select(payload.c.body).where(same))).scalar_one_or_none()
    return found


async def entries_between(connection: AsyncConnection, year: int, first: int, end: int) -> list[bytes]:
    """The entries with an index in [first, end), in order."""
    query = select(log_entry.c.entry).where(
        log_entry.c.year == year, log_entry.c.leaf_index >= first, log_entry.c.leaf_index < end
    )
    return list((await connection.execute(query.order_by(log_entry.c.leaf_index))).scalars())


async def heads(connection: AsyncConnection) -> dict[int, int]:
    """The size of each year's log."""
    rows = await connection.execute(select(log_head.c.year, log_head.c.size).order_by(log_head.c.year))
    return {row[0]: row[1] for row in rows}


async def erase_payloads(connection: AsyncConnection, person_id: str) -> int:
    """Forget salt and payload of everything about a person; the leaves and all proofs stay valid."""
    return (await connection.execute(_ERASE, {"person_id": person_id})).rowcount
