"""How the providers misbehave, by order of a test."""

from random import Random
from typing import Annotated

import msgspec

_Share = Annotated[float, msgspec.Meta(ge=0, le=1)]


class Faults(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Shares of requests that meet each fault; all zero: none. A time-out takes `hold_seconds`."""

    accept_then_time_out: _Share = 0.0
    server_error: _Share = 0.0
    too_many_requests: _Share = 0.0
    mail_busy: _Share = 0.0
    hold_seconds: Annotated[float, msgspec.Meta(ge=0, le=600)] = 30.0
    seed: int = 0


class FaultSource:
    """Draws the fault of each request."""

    def __init__(self) -> None:
        self.set(Faults())

    def set(self, faults: Faults) -> None:
        """From now on, these."""
        self.faults = faults
        self._chance = Random(faults.seed)

    def of_request(self) -> str | None:
        """The name of the gateway fault that the next request meets."""
        fate = self._chance.random()
        for name in ("accept_then_time_out", "server_error", "too_many_requests"):
            share: float = getattr(self.faults, name)
            if fate < share:
                return name
            fate -= share
        return None

    def mail_is_busy(self) -> bool:
        """Whether the next e-mail is put off."""
        return self._chance.random() < self.faults.mail_busy
