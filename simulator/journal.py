"""What the core bank has published, one file a partition; memory holds only where the files end."""

from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO, NamedTuple

import msgspec

from shared.contracts.base import Event
from shared.stream.broker import Outbound
from shared.stream.envelope import CONTENT_TYPE, SPEC_VERSION

SOURCE = "/corebank/main"
_BLOCK = 256 * 1024


class Line(msgspec.Struct, frozen=True):
    """A published event: its name for ever, its key, and its value as it goes out."""

    id: str
    key: str
    type: str
    time: str
    value: msgspec.Raw


_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(Line)


def line_of(event_id: str, key: str, time: str, event: Event) -> Line:
    """The line of an event."""
    return Line(event_id, key, event.type_, time, msgspec.Raw(_encoder.encode(event)))


class Chunk(NamedTuple):
    """Consecutive events of a partition, and where the next one starts."""

    records: list[Outbound]
    end: int


class Journal:
    """Append-only files below `folder`; places in them are byte offsets."""

    def __init__(self, folder: Path, partitions: int) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        # Opened once, closed by `close`; what an earlier process left is of an earlier world.
        paths = [folder / f"corebank-{number}.jsonl" for number in range(partitions)]
        self._writers: list[BinaryIO] = [path.open("wb") for path in paths]
        self._readers: list[BinaryIO] = [path.open("rb") for path in paths]
        self.ends = [0] * partitions
        self.events = [0] * partitions
        self.last_ids: list[str | None] = [None] * partitions

    def append(self, partition: int, line: Line) -> None:
        """Add an event at the end of a partition."""
        self.ends[partition] += self._writers[partition].write(_encoder.encode(line) + b"\n")
        self.events[partition] += 1
        self.last_ids[partition] = line.id

    def read(self, partition: int, start: int) -> Chunk:
        """Some of the events from `start` on; none at the end."""
        block = self._block(partition, start)
        return Chunk([_record(_decoder.decode(text)) for text in block.splitlines()], start + len(block))

    def after(self, partition: int, event_id: str) -> int | None:
        """Where the event after the first one of this id starts; None where there is no such event."""
        wanted = _encoder.encode({"id": event_id})[:-1] + b","
        start = 0
        while block := self._block(partition, start):
            for text in block.splitlines(keepends=True):
                start += len(text)
                if text.startswith(wanted):
                    return start
        return None

    def count(self, partition: int, end: int) -> int:
        """How many events lie before `end`."""
        number = start = 0
        while start < end and (block := self._block(partition, start)):
            number += block[: end - start].count(b"\n")
            start += len(block)
        return number

    def close(self) -> None:
        """Let go of the files; they stay."""
        for file in (*self._writers, *self._readers):
            file.close()

    def _block(self, partition: int, start: int) -> bytes:
        """Whole lines from `start` on."""
        if start >= self.ends[partition]:
            return b""
        self._writers[partition].flush()
        reader = self._readers[partition]
        reader.seek(start)
        block = reader.read(_BLOCK)
        return block[: block.rindex(b"\n") + 1]


def _record(line: Line) -> Outbound:
    headers: Sequence[tuple[str, bytes]] = (
        SPEC_VERSION,
        ("ce_id", line.id.encode()),
        ("ce_source", SOURCE.encode()),
        ("ce_type", line.type.encode()),
        ("ce_time", line.time.encode()),
        CONTENT_TYPE,
    )
    return Outbound(line.key.encode(), bytes(line.value), list(headers))
