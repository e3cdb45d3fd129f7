"""How many records to fetch at a time: as many as a batch handles in the time aimed at."""

from dataclasses import dataclass

SMALLEST, LARGEST = 400, 2000
AIM_SECONDS = 0.5


@dataclass(slots=True)
class Pace:
    """Adapts the batch size to the time that full batches take."""

    size: int = 1000
    aim_seconds: float = AIM_SECONDS

    def took(self, records: int, seconds: float) -> None:
        """Note how long a batch took."""
        if seconds > self.aim_seconds:
            self.size = max(SMALLEST, int(self.size * 0.7))
        elif records >= self.size and seconds < self.aim_seconds / 2:
            self.size = min(LARGEST, int(self.size * 1.5))
