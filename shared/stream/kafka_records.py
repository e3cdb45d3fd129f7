"""What a fetch brings, as our records: in place of `PartitionRecords` of aiokafka 0.14 (consumer/fetcher.py).

Theirs makes a dataclass of eleven fields for each record, with two calls around it, and raises for good on a
header name that is not UTF-8. None of our consumers has deserializers or reads committed transactions only,
so neither is looked at.
"""

from collections.abc import Iterable, Iterator
from typing import Any

import msgspec
from aiokafka.consumer.fetcher import PartitionRecords
from aiokafka.errors import CorruptRecordException
from aiokafka.record.memory_records import MemoryRecords

from shared.stream.kafka_header_names import read_batch


class Fetched(msgspec.Struct, frozen=True, gc=False):
    """A record as it was read. Holds nothing that could refer to it, so the collector need not look."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: list[tuple[str, bytes | None]]


class KeptBytes(MemoryRecords):  # type: ignore[misc]  # aiokafka is untyped
    """The batches of a partition's answer, which do not show their bytes, and those bytes."""

    def __init__(self, raw: bytes) -> None:
        super().__init__(raw)
        self.raw = raw


class FetchedRecords(PartitionRecords):  # type: ignore[misc]  # aiokafka is untyped
    """The records of one partition that a fetch brought, one after the other."""

    next_fetch_offset: int
    """The fetcher asks for it next, and checks that no seek came in between."""

    def __iter__(self) -> Iterator[Fetched]:
        iterator: Iterator[Fetched] = self._records_iterator
        return iterator

    def _unpack_records(self) -> Iterator[Fetched]:
        while self._records.has_next():
            batch = self._records.next_batch()
            if self._check_crcs and not batch.validate_crc():
                raise CorruptRecordException(f"Invalid CRC - {self._tp}")
            if not batch.is_control_batch:  # it holds the marks of transactions
                try:
                    yield from self._wanted(batch)
                except UnicodeDecodeError:
                    yield from self._wanted(read_batch(self._records.raw, batch.base_offset))
            self.next_fetch_offset = batch.next_offset

    def _wanted(self, batch: Iterable[Any]) -> Iterator[Fetched]:
        topic, partition = self._tp
        for record in batch:
            offset = record.offset
            # A batch comes whole, also with records in front of what was asked for.
            if offset >= self.next_fetch_offset:
                self.next_fetch_offset = offset + 1
                yield Fetched(topic, partition, offset, record.key, record.value, record.headers)
