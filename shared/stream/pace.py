"""How many records to fetch at a time, and how often."""

from dataclasses import dataclass

SMALLEST, LARGEST = 400, 2000
AIM_SECONDS = 0.5
FEW = 200
"""Fewer records than this in a batch: its beginning and end cost more than what is between them."""
APART_SECONDS = 0.05
"""How far apart the starts of small batches are. A loop that comes round for each single event spends the
processor on transactions, and every service waits longer for its turn."""


@dataclass(slots=True)
class Pace:
    """Adapts the batch size to the time that full batches take, and gathers small ones."""

    size: int = 1000
    aim_seconds: float = AIM_SECONDS
    _gather_until: float = 0.0

    def started(self, records: int, now: float) -> None:
        """Note that a batch starts at `now`, in seconds of the monotonic clock."""
        self._gather_until = now + APART_SECONDS if records < FEW else now

    def gathers_for(self, now: float) -> float:
        """Seconds to let records gather before the next fetch; none after a large batch or a quiet while."""
        return max(0.0, self._gather_until - now)

    def took(self, records: int, seconds: float) -> None:
        """Note how long a batch took."""
        if seconds > self.aim_seconds:
            self.size = max(SMALLEST, int(self.size * 0.7))
        elif records >= self.size and seconds < self.aim_seconds / 2:
            self.size = min(LARGEST, int(self.size * 1.5))
