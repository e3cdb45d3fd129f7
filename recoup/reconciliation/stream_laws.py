"""Events: read, applied or set aside; numbered, relayed, received; counted the same at the end."""

import asyncio
from collections.abc import Mapping

from aiokafka import AIOKafkaConsumer, TopicPartition
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from recoup.backlog import Target, received_numbers, sent_numbers
from recoup.broker_log import LogLook, LogReader
from recoup.reconciliation.finding import Finding, none_is
from recoup.services import CONSUMES
from recoup.stores import Stores
from shared.contracts.topics import CONTROL, CORE_BANK

Connections = Mapping[str, AsyncConnection]


async def stream_laws(stores: Stores, connections: Connections) -> list[Finding]:
    """All laws about events."""
    async with LogReader(stores) as reader:
        look = await reader.look()
    if look is None:
        return [Finding("the broker answers", 1, 1, [stores.kafka])]
    findings = [
        await _bank_events(stores, connections["intake"], look),
        await _relayed(connections, look),
        *[await _received(service, connections) for service in CONSUMES],
        *[await _outbox_without_holes(service, connections[service]) for service in CONSUMES],
        await _counted(connections),
        await _timers_and_replays(connections),
    ]
    return [finding for finding in findings if finding.counted or finding.missing]


async def _bank_events(stores: Stores, intake: AsyncConnection, look: LogLook) -> Finding:
    """Every record of the bank's topic was applied, was a repeat of one that was, or is a dead letter."""
    finding = Finding("each bank event is applied, a repeat, or a dead letter")
    places = [TopicPartition(CORE_BANK.name, number) for number in look.bank_ends]
    consumer = AIOKafkaConsumer(bootstrap_servers=stores.kafka, auto_offset_reset="earliest")
    await asyncio.wait_for(consumer.start(), 20)
    try:
        consumer.assign(places)
        left = {place: look.bank_ends[place.partition] for place in places if look.bank_ends[place.partition]}
        while left:
            found = await consumer.getmany(timeout_ms=5000, max_records=5000)
            if not found:
                finding.note([f"{place.topic}/{place.partition} cannot be read to its end" for place in left])
                return finding
            records = [record for batch in found.values() for record in batch]
            finding.counted += len(records)
            finding.note(await _unknown(intake, records))
            for place, batch in found.items():
                if batch[-1].offset + 1 >= left.get(place, 0):
                    left.pop(place, None)
    finally:
        await asyncio.wait_for(consumer.stop(), 5)
    return finding


async def _unknown(intake: AsyncConnection, records: list[object]) -> list[str]:
    named = {_name(record): record for record in records}
    ids = [name[1] for name in named]
    known = await intake.execute(
        text("SELECT source, event_id FROM source_event WHERE event_id = ANY(CAST(:ids AS text[]))"),
        {"ids": ids},
    )
    for source, identity in known:
        named.pop((source, identity), None)
    dead = await intake.execute(
        text("SELECT partition, record_offset FROM dead_letter WHERE topic = :topic"),
        {"topic": CORE_BANK.name},
    )
    places = {(partition, offset) for partition, offset in dead}
    return [
        f"{record.partition}@{record.offset}"  # type: ignore[attr-defined]
        for record in named.values()
        if (record.partition, record.offset) not in places  # type: ignore[attr-defined]
    ]


def _name(record: object) -> tuple[str, str]:
    headers = dict(record.headers)  # type: ignore[attr-defined]
    source, identity = headers.get("ce_source", b""), headers.get("ce_id", b"")
    if not identity:
        return "", f"{record.partition}@{record.offset}"  # type: ignore[attr-defined]
    return source.decode(errors="replace"), identity.decode(errors="replace").replace("\x00", "")


async def _relayed(connections: Connections, look: LogLook) -> Finding:
    finding = Finding("each produced event is acknowledged by the broker")
    for service, connection in connections.items():
        sent, waiting = await sent_numbers(connection, look.log_id)
        finding.counted += sum(sent.values())
        if waiting:
            finding.missing += waiting
            finding.examples.append(f"{service}: {waiting}")
    return finding


async def _received(service: str, connections: Connections) -> Finding:
    """What senders numbered is what the consumer applied, lane by lane: no gap, no lost tail."""
    finding = Finding(f"{service} applied each event of its lanes, without a gap")
    received = await received_numbers(connections[service], service)
    for sender, connection in connections.items():
        sent, _ = await sent_numbers(connection, "")
        for target, last in sent.items():
            if target[0] in CONSUMES[service]:
                finding.counted += last
                _compare(finding, sender, target, last, received.get((sender, target), 0))
    return finding


def _compare(finding: Finding, sender: str, target: Target, last: int, applied: int) -> None:
    if applied != last:
        topic, partition, lane = target
        finding.missing += abs(last - applied)
        finding.examples.append(f"{sender}/{lane} {topic}/{partition}: {applied} of {last}")


async def _outbox_without_holes(service: str, connection: AsyncConnection) -> Finding:
    return await none_is(
        f"{service}'s outbox has no hole in what it keeps",
        connection,
        "SELECT count(*) FROM outbox",
        "SELECT lane || ' ' || topic || '/' || partition || ' before ' || first_sequence FROM ("
        " SELECT lane, topic, partition, first_sequence, lag(last_sequence) OVER"
        "  (PARTITION BY lane, topic, partition ORDER BY last_sequence) AS before FROM outbox) AS kept"
        " WHERE before IS NOT NULL AND first_sequence <> before + 1",
    )


async def _counted(connections: Connections) -> Finding:
    """Reporting counted as many events of each topic as their senders numbered."""
    finding = Finding("reporting counted each event once")
    rows = await connections["reporting"].execute(
        text("SELECT topic, sum(count) FROM event_count GROUP BY topic")
    )
    seen = {topic: int(count) for topic, count in rows}
    numbered: dict[str, int] = {}
    for connection in connections.values():
        sent, _ = await sent_numbers(connection, "")
        for (topic, _, _), last in sent.items():
            numbered[topic] = numbered.get(topic, 0) + last
    dead = await _dead_letters(connections["reporting"])
    for topic, last in numbered.items():
        if topic not in CONSUMES["reporting"] or topic == CONTROL.name:
            continue
        finding.counted += last
        difference = abs(last - seen.get(topic, 0) - dead.get(topic, 0))
        if difference:
            finding.missing += difference
            finding.examples.append(f"{topic}: {seen.get(topic, 0)} of {last}")
    return finding


async def _dead_letters(connection: AsyncConnection) -> dict[str, int]:
    rows = await connection.execute(
        text("SELECT topic, count(*) FROM dead_letter WHERE settled_at IS NULL GROUP BY topic")
    )
    return {topic: int(count) for topic, count in rows}


async def _timers_and_replays(connections: Connections) -> Finding:
    finding = Finding("no replay is under way")
    for service, connection in connections.items():
        rows = await connection.execute(
            text("SELECT count(*), count(*) FILTER (WHERE status = 'replaying') FROM dead_letter")
        )
        total, replaying = rows.one()
        finding.counted += total
        if replaying:
            finding.missing += replaying
            finding.examples.append(f"{service}: {replaying}")
    return finding
