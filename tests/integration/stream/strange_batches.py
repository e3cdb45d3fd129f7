"""Batches that no client of ours would write, but that a broker takes."""

import struct

from aiokafka import AIOKafkaProducer
from aiokafka.record.util import calc_crc32c

from shared.stream.broker import Place
from tests.integration.stream.ports import Harness

_CRC, _CHECKED_FROM = slice(17, 21), 21
"""Of a record batch of format 2: where its checksum is, and what it covers."""


async def write_with_a_broken_header_name(harness: Harness, place: Place) -> None:
    """Write one record with a header whose name is not UTF-8."""
    producer = AIOKafkaProducer(bootstrap_servers=harness.port.servers)
    await producer.start()
    try:
        batch = producer.create_batch()
        batch.append(key=b"key", value=b"broken", timestamp=None, headers=[("name", b"")])
        batch.close()
        raw = bytearray(bytes(batch._builder.build()).replace(b"name", b"\xff\xfe\xff\xfe"))
        raw[_CRC] = struct.pack(">I", calc_crc32c(bytes(raw[_CHECKED_FROM:])))
        batch._buffer = raw
        await (await producer.send_batch(batch, place.topic, partition=place.partition))
    finally:
        await producer.stop()
