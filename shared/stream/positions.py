"""How far a consumer is, in PostgreSQL: the fence against zombies and the lock between workers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import TextClause, text
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.stream.broker import Place
from shared.stream.lanes import Lane

_READ = text(
    "SELECT topic, partition, next_offset, log_id, adopt_until FROM consumer_position"
    " WHERE consumer = :consumer AND (topic, partition) IN"
    " (SELECT * FROM unnest(CAST(:topics AS text[]), CAST(:partitions AS integer[])))"
    " ORDER BY topic, partition FOR UPDATE"
)
_PLACE = text(
    "INSERT INTO consumer_position (consumer, topic, partition, next_offset, log_id, adopt_until)"
    " SELECT :consumer, * FROM unnest(CAST(:topics AS text[]), CAST(:partitions AS integer[]),"
    "  CAST(:offsets AS bigint[]), CAST(:logs AS text[]), CAST(:adopt AS bigint[]))"
    " ON CONFLICT (consumer, topic, partition) DO UPDATE"
    " SET next_offset = excluded.next_offset, log_id = excluded.log_id, adopt_until = excluded.adopt_until"
    " WHERE consumer_position.log_id <> excluded.log_id"
)
_ADVANCE = text(
    "WITH move AS (SELECT * FROM unnest(CAST(:topics AS text[]), CAST(:partitions AS integer[]),"
    "  CAST(:expected AS bigint[]), CAST(:next AS bigint[])) AS move(topic, partition, expected, next)),"
    " locked AS (SELECT topic, partition, next_offset, log_id FROM consumer_position"
    "  WHERE consumer = :consumer AND (topic, partition) IN (SELECT topic, partition FROM move)"
    "  ORDER BY topic, partition FOR UPDATE)"
    " UPDATE consumer_position AS position SET next_offset = move.next"
    " FROM move JOIN locked USING (topic, partition)"
    " WHERE position.consumer = :consumer AND position.topic = move.topic"
    "  AND position.partition = move.partition"
    "  AND locked.next_offset = move.expected AND locked.log_id = :log_id"
)
_READ_LANES = text(
    "SELECT topic, partition, sender, lane, last_sequence FROM lane_received"
    " WHERE consumer = :consumer AND (topic, partition) IN"
    " (SELECT * FROM unnest(CAST(:topics AS text[]), CAST(:partitions AS integer[])))"
)
_MOVE_LANES = text(
    "UPDATE lane_received AS known SET last_sequence = new.last FROM unnest(CAST(:topics AS text[]),"
    "  CAST(:partitions AS integer[]), CAST(:senders AS text[]), CAST(:lanes AS integer[]),"
    "  CAST(:lasts AS bigint[]), CAST(:expected AS bigint[]))"
    "  AS new(topic, partition, sender, lane, last, expected)"
    " WHERE known.consumer = :consumer AND known.topic = new.topic AND known.partition = new.partition"
    "  AND known.sender = new.sender AND known.lane = new.lane AND known.last_sequence = new.expected"
)
_ADD_LANES = text(
    "INSERT INTO lane_received (consumer, topic, partition, sender, lane, last_sequence)"
    " SELECT :consumer, * FROM unnest(CAST(:topics AS text[]), CAST(:partitions AS integer[]),"
    "  CAST(:senders AS text[]), CAST(:lanes AS integer[]), CAST(:lasts AS bigint[]))"
    " ON CONFLICT (consumer, topic, partition, sender, lane) DO NOTHING"
)


class Fenced(Exception):
    """Another worker moved a position: it owns the partition now, or the log was replaced."""


@dataclass(slots=True)
class Position:
    """The next offset to apply; records below `adopt_until` may start an unknown lane at any number."""

    next_offset: int
    log_id: str
    adopt_until: int = 0


async def read(connection: AsyncConnection, consumer: str, places: Sequence[Place]) -> dict[Place, Position]:
    """The positions on file, locked until the transaction ends."""
    topics, partitions = _columns(places)
    rows = await connection.execute(_READ, {"consumer": consumer, "topics": topics, "partitions": partitions})
    return {Place(row[0], row[1]): Position(*row[2:]) for row in rows}


async def place(connection: AsyncConnection, consumer: str, found: Mapping[Place, Position]) -> None:
    """Put positions on file: of a new consumer, or of a new log. One on file for this log stays."""
    if not found:
        return
    topics, partitions = _columns(list(found))
    await connection.execute(
        _PLACE,
        {
            "consumer": consumer,
            "topics": topics,
            "partitions": partitions,
            "offsets": [position.next_offset for position in found.values()],
            "logs": [position.log_id for position in found.values()],
            "adopt": [position.adopt_until for position in found.values()],
        },
    )


async def advance(
    connection: AsyncConnection, consumer: str, log_id: str, moves: Mapping[Place, tuple[int, int]]
) -> None:
    """Compare-and-set each position from expected to next. Raises Fenced unless all of them moved."""
    topics, partitions = _columns(list(moves))
    expected, following = (list(column) for column in zip(*moves.values(), strict=True))
    moved = await connection.execute(
        _ADVANCE,
        {
            "consumer": consumer,
            "log_id": log_id,
            "topics": topics,
            "partitions": partitions,
            "expected": expected,
            "next": following,
        },
    )
    if moved.rowcount != len(moves):
        raise Fenced(f"{len(moves) - moved.rowcount} of {len(moves)} positions are another worker's")


async def read_lanes(connection: AsyncConnection, consumer: str, places: Sequence[Place]) -> dict[Lane, int]:
    """The last sequence applied of every lane in these partitions."""
    topics, partitions = _columns(places)
    rows = await connection.execute(
        _READ_LANES, {"consumer": consumer, "topics": topics, "partitions": partitions}
    )
    return {Lane(*row[:4]): row[4] for row in rows}


async def write_lanes(
    connection: AsyncConnection, consumer: str, last: Mapping[Lane, int], known: Mapping[Lane, int]
) -> None:
    """Keep the last sequences that a batch applied: compare-and-set from those `known`. Raises Fenced.

    The position alone is no fence where a lost tail has its offsets given out again.
    """
    added = [lane for lane in last if lane not in known]
    moved = [lane for lane in last if lane in known]
    if moved:
        expected = [known[lane] for lane in moved]
        values = _lane_columns(consumer, moved, last)
        await _all_or_fenced(connection, _MOVE_LANES, {**values, "expected": expected}, len(moved))
    if added:
        await _all_or_fenced(connection, _ADD_LANES, _lane_columns(consumer, added, last), len(added))


async def _all_or_fenced(
    connection: AsyncConnection, statement: TextClause, values: dict[str, object], rows: int
) -> None:
    if (await connection.execute(statement, values)).rowcount != rows:
        raise Fenced("a lane is further than this worker knows")


def _lane_columns(consumer: str, lanes: Sequence[Lane], last: Mapping[Lane, int]) -> dict[str, object]:
    topics, partitions, senders, numbers = (list(column) for column in zip(*lanes, strict=True))
    lasts = [last[lane] for lane in lanes]
    places = {"consumer": consumer, "topics": topics, "partitions": partitions}
    return {**places, "senders": senders, "lanes": numbers, "lasts": lasts}


def _columns(places: Sequence[Place]) -> tuple[list[str], list[int]]:
    return [place.topic for place in places], [place.partition for place in places]
