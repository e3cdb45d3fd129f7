"""Record batches as bytes, some of which no client of ours would write."""

import struct
from collections.abc import Sequence
from typing import Any

from aiokafka.record.default_records import DefaultRecordBatch, DefaultRecordBatchBuilder
from aiokafka.record.util import calc_crc32c

from shared.stream.broker import Outbound

TO_BREAK = "to-break"
"""A header of this name gets one that is not UTF-8."""
_CRC, _CHECKED_FROM = slice(17, 21), 21
"""Of a record batch of format 2: where its checksum is, and what it covers."""
_NONE = -1


def packed(records: Sequence[tuple[Any, Any, Any]], codec: int = DefaultRecordBatch.CODEC_NONE) -> bytes:
    """A batch of (key, value, headers)."""
    builder = DefaultRecordBatchBuilder(
        magic=2,
        compression_type=codec,
        is_transactional=0,
        producer_id=_NONE,
        producer_epoch=_NONE,
        base_sequence=_NONE,
        batch_size=1_000_000,
    )
    for number, (key, value, headers) in enumerate(records):
        builder.append(number, timestamp=number, key=key, value=value, headers=headers)
    return bytes(builder.build())


def broken_batch(records: Sequence[Outbound], first_offset: int = 0) -> bytes:
    """A batch of the records, with each header name `TO_BREAK` replaced by bytes that are no text."""
    raw = bytearray(packed(records).replace(TO_BREAK.encode(), b"\xff\xfe" * (len(TO_BREAK) // 2)))
    raw[:8] = struct.pack(">q", first_offset)  # the checksum does not cover it: brokers set it
    raw[_CRC] = struct.pack(">I", calc_crc32c(bytes(raw[_CHECKED_FROM:])))
    return bytes(raw)
