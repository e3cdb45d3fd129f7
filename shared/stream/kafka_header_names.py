"""Reads a batch again that aiokafka 0.14 cannot read, because the name of a header is not UTF-8.

Its parser raises at such a record, each time, and tells nothing of those behind it. This one is slow, and
needed for such a batch only. Source: Kafka's record batch, format 2 (kafka.apache.org, message format).
"""

import struct
from collections.abc import Iterator
from typing import NamedTuple

from aiokafka.errors import CorruptRecordException
from aiokafka.record.default_records import _DefaultRecordBatchPy
from aiokafka.record.util import decode_varint

from shared.stream.broker import NAMELESS

_HEAD = struct.Struct(">qi")
"""A batch begins with its first offset and the number of bytes that follow."""


class Parsed(NamedTuple):
    """A record of a batch."""

    offset: int
    key: bytes | None
    value: bytes | None
    headers: list[tuple[str, bytes | None]]


def read_batch(raw: bytes, base_offset: int) -> Iterator[Parsed]:
    """The records of the batch that begins with `base_offset`, one of those in `raw`.

    A header whose name is not UTF-8 is called NAMELESS. Raises CorruptRecordException when there is no such
    batch or it is none.
    """
    batch = iter(_DefaultRecordBatchPy(_slice(raw, base_offset)))  # uncompressed by that
    cursor = _Cursor(batch._buffer, batch._pos)
    try:
        for _ in range(batch._num_records):
            yield _record(cursor, base_offset)
    except IndexError as error:
        raise CorruptRecordException(f"the batch at {base_offset} ends too early") from error


def _slice(raw: bytes, wanted: int) -> bytes:
    position = 0
    while position + _HEAD.size <= len(raw):
        base_offset, length = _HEAD.unpack_from(raw, position)
        end = position + _HEAD.size + length
        if base_offset == wanted:
            return bytes(raw[position:end])
        position = end
    raise CorruptRecordException(f"no batch begins with {wanted}")


class _Cursor:
    """Walks through the bytes of a batch."""

    def __init__(self, data: bytearray, position: int) -> None:
        self._data = data
        self._position = position

    def number(self) -> int:
        value: int
        value, self._position = decode_varint(self._data, self._position)
        return value

    def take(self, length: int) -> bytes:
        start, self._position = self._position, self._position + length
        return bytes(self._data[start : self._position])

    def nullable(self) -> bytes | None:
        length = self.number()
        return None if length < 0 else self.take(length)


def _record(cursor: _Cursor, base_offset: int) -> Parsed:
    cursor.number()  # its length
    cursor.take(1)  # attributes, which nobody uses
    cursor.number()  # time
    offset = base_offset + cursor.number()
    key, value = cursor.nullable(), cursor.nullable()
    return Parsed(offset, key, value, [_header(cursor) for _ in range(cursor.number())])


def _header(cursor: _Cursor) -> tuple[str, bytes | None]:
    name, value = cursor.take(cursor.number()), cursor.nullable()
    try:
        return name.decode(), value
    except UnicodeDecodeError:
        return NAMELESS, value or b""
