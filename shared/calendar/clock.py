"""Time as an input: services read a Clock, and which one is configuration.

`system` is the wall clock; `accelerated:START@WALL*RATE` runs RATE times as fast from START, which was
shown at wall-clock instant WALL; `file:PATH` shows what a driver wrote there, for simulations that step
from one moment to the next when all work of the moment is done.
"""

import os
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol


class Clock(Protocol):
    """Tells the present instant, aware and in UTC."""

    def now(self) -> datetime: ...


class SystemClock:
    """The wall clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class FixedClock:
    """Always the same instant; for tests and offline evaluation."""

    instant: datetime

    def now(self) -> datetime:
        return self.instant


@dataclass(frozen=True, slots=True)
class AcceleratedClock:
    """Shows `start` at wall-clock `wall` and runs `rate` times as fast from there."""

    start: datetime
    wall: datetime
    rate: float

    def now(self) -> datetime:
        return self.start + (datetime.now(UTC) - self.wall) * self.rate


class FileClock:
    """Shows the instant that a driver wrote into a file; looks at the file at most 20 times a second."""

    LOOK_EVERY_SECONDS = 0.05

    def __init__(self, path: Path) -> None:
        self._path = path
        self._looked_at = -1.0
        self._instant = datetime.fromisoformat(path.read_text().strip())

    def now(self) -> datetime:
        if time.monotonic() - self._looked_at >= self.LOOK_EVERY_SECONDS:
            self._instant = datetime.fromisoformat(self._path.read_text().strip())
            self._looked_at = time.monotonic()
        return self._instant


def set_file_clock(path: Path, instant: datetime) -> None:
    """Move every FileClock on `path` to `instant`, atomically."""
    written = path.with_suffix(".next")
    written.write_text(instant.astimezone(UTC).isoformat())
    os.replace(written, path)  # noqa: PTH105  # the atomic one


def clock_from(setting: str) -> Clock:
    """The clock that a setting names. Raises ValueError with the accepted forms."""
    kind, _, rest = setting.partition(":")
    if kind == "system":
        return SystemClock()
    if kind == "file" and rest:
        return FileClock(Path(rest))
    if kind == "accelerated" and rest:
        start, _, tail = rest.partition("@")
        wall, _, rate = tail.partition("*")
        return AcceleratedClock(datetime.fromisoformat(start), datetime.fromisoformat(wall), float(rate))
    raise ValueError(f"clock {setting!r}: use system, file:PATH or accelerated:START@WALL*RATE")
