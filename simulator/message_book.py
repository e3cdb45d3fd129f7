"""What the providers took: once a permit, or it shows."""

from collections import Counter
from datetime import UTC, date, datetime
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

import msgspec

_encoder = msgspec.json.Encoder()
REJECTED = -1


class Taken(NamedTuple):
    """A message that goes out. `key` is the sender's name for it, its permit where the sender is ours."""

    key: str
    reference: str
    channel: str
    provider_id: str
    to: str
    state: str
    at: datetime


class Line(msgspec.Struct, frozen=True):
    """What the file keeps of a message: no address and no text."""

    permit_id: str
    reference: str
    channel: str
    provider_id: str
    to_sha256: str
    state: str
    at: datetime


class MessageBook:
    """Permits with the segments of their message; a file with a line for each, without addresses and text.

    Memory grows by some 200 bytes a message: a permit is refused a second message however late it comes.
    """

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path = path
        self._file = path.open("wb")
        self._days: dict[date, tuple[int, int]] = {}
        self._taken: dict[str, int] = {}
        self._copies: Counter[str] = Counter()
        self.by_channel: Counter[str] = Counter()
        self.rejected = 0

    def known(self, permit_id: str) -> int | None:
        """The segments of the permit's message, REJECTED for a refused one, None for none."""
        return self._taken.get(permit_id)

    def take(self, taken: Taken, segments: int) -> None:
        """Note a message that goes out."""
        if taken.key in self._taken:
            self._copies[taken.key] += 1
        self._taken[taken.key] = segments
        self.by_channel[taken.channel] += 1
        at = taken.at.astimezone(UTC)
        to = sha256(taken.to.encode()).hexdigest()
        line = Line(taken.key, taken.reference, taken.channel, taken.provider_id, to, taken.state, at)
        begin = self._file.tell()
        self._file.write(_encoder.encode(line) + b"\n")
        first, _ = self._days.get(at.date(), (begin, begin))
        self._days[at.date()] = (first, self._file.tell())

    def extent(self, first: date, last: date) -> tuple[int, int]:
        """Where in the file the lines of these days (UTC) are, others between them included."""
        found = [place for day, place in self._days.items() if first <= day <= last]
        return min((begin for begin, _ in found), default=0), max((end for _, end in found), default=0)

    def reject(self, permit_id: str) -> None:
        """Note a message that does not go out."""
        self._taken[permit_id] = REJECTED
        self.rejected += 1

    def flush(self) -> None:
        """Have what was noted in the file, before anybody is told."""
        self._file.flush()

    @property
    def permits_used_twice(self) -> int:
        """Permits with more than one message: must be none."""
        return len(self._copies)

    def close(self) -> None:
        """Let go of the file; it stays."""
        self._file.close()
