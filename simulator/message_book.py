"""What the providers took: once a permit, or it shows."""

from collections import Counter
from datetime import datetime
from pathlib import Path

import msgspec

_encoder = msgspec.json.Encoder()
REJECTED = -1


class MessageBook:
    """Permits with the segments of their message; a file with a line for each, without addresses and text.

    Memory grows by some 200 bytes a message: a permit is refused a second message however late it comes.
    """

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = path.open("wb")
        self._taken: dict[str, int] = {}
        self._copies: Counter[str] = Counter()
        self.by_channel: Counter[str] = Counter()
        self.rejected = 0

    def known(self, permit_id: str) -> int | None:
        """The segments of the permit's message, REJECTED for a refused one, None for none."""
        return self._taken.get(permit_id)

    def take(self, permit_id: str, reference: str, channel: str, segments: int, at: datetime) -> None:
        """Note a message that goes out."""
        if permit_id in self._taken:
            self._copies[permit_id] += 1
        self._taken[permit_id] = segments
        self.by_channel[channel] += 1
        line = {"permit_id": permit_id, "reference": reference, "channel": channel, "at": at}
        self._file.write(_encoder.encode(line) + b"\n")

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
