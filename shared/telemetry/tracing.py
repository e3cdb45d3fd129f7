"""W3C trace context: read, make and pass on `traceparent`.

https://www.w3.org/TR/trace-context/ (level 1, version 00). No exporter: an id that goes from the HTTP request
through the outbox to the last consumer is what a person looking for one case needs.
"""

from __future__ import annotations

import re
import secrets
from contextvars import ContextVar
from dataclasses import dataclass

_HEADER = re.compile(r"([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?")


@dataclass(frozen=True, slots=True)
class Traceparent:
    """A position in a trace; `str()` is the header's text."""

    trace_id: str
    span_id: str
    flags: int = 1

    def __str__(self) -> str:
        return f"00-{self.trace_id}-{self.span_id}-{self.flags:02x}"

    def child(self) -> Traceparent:
        """The same trace with a new span below this one."""
        return Traceparent(self.trace_id, _random_hex(8), self.flags)


current_trace: ContextVar[Traceparent | None] = ContextVar("current_trace", default=None)


def new_trace() -> Traceparent:
    """The root of a new sampled trace."""
    return Traceparent(_random_hex(16), _random_hex(8))


def parse_traceparent(header: str | None) -> Traceparent | None:
    """The trace that a header names; None where it is absent or invalid, as the standard asks."""
    found = _HEADER.fullmatch(header.strip()) if header else None
    if found is None:
        return None
    version, trace_id, span_id, flags, extra = found.groups()
    if version == "ff" or (version == "00" and extra) or not int(trace_id, 16) or not int(span_id, 16):
        return None
    return Traceparent(trace_id, span_id, int(flags, 16) & 1)


def continue_trace(header: str | None) -> Traceparent:
    """A child of the caller's trace, or a new trace where the caller sent none."""
    parent = parse_traceparent(header)
    return parent.child() if parent else new_trace()


def current_traceparent() -> str | None:
    """The header text of the trace this task works in, for an event or an outgoing request."""
    trace = current_trace.get()
    return str(trace) if trace else None


def _random_hex(size: int) -> str:
    while not any(value := secrets.token_bytes(size)):
        continue
    return value.hex()
