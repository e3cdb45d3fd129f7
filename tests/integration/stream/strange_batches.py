"""Writes batches that no client of ours would write, but that a broker takes."""

from aiokafka import AIOKafkaProducer

from shared.stream.broker import Outbound, Place
from tests.unit.stream.batches import broken_batch


async def write_with_broken_names(servers: str, place: Place, *records: Outbound) -> None:
    """Write the records as one batch, with each header name `TO_BREAK` broken."""
    producer = AIOKafkaProducer(bootstrap_servers=servers)
    await producer.start()
    try:
        batch = producer.create_batch()
        for key, value, headers in records:
            batch.append(key=key, value=value, timestamp=None, headers=headers)
        batch.close()
        batch._buffer = bytearray(broken_batch(records))
        await (await producer.send_batch(batch, place.topic, partition=place.partition))
    finally:
        await producer.stop()
