"""W3C trace context, and the metrics' shape."""

import asyncio
import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import REGISTRY, Counter, Gauge, Histogram

from shared.telemetry import metrics
from shared.telemetry.loop_lag import watch_event_loop
from shared.telemetry.tracing import (
    Traceparent,
    continue_trace,
    current_trace,
    current_traceparent,
    new_trace,
    parse_traceparent,
)

_VALID = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


def test_a_traceparent_is_read_and_written_alike():
    assert str(parse_traceparent(_VALID)) == _VALID
    made = new_trace()
    assert parse_traceparent(str(made)) == made


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "nonsense",
        _VALID.upper(),
        _VALID + "-extra",
        _VALID.replace("00-4", "ff-4"),
        f"00-{'0' * 32}-00f067aa0ba902b7-01",
        f"00-4bf92f3577b34da6a3ce929d0e0e4736-{'0' * 16}-01",
    ],
)
def test_an_invalid_traceparent_starts_a_new_trace(header):
    assert parse_traceparent(header) is None
    assert continue_trace(header).trace_id != "4bf92f3577b34da6a3ce929d0e0e4736"


def test_a_later_version_may_have_more_parts():
    assert parse_traceparent("01" + _VALID[2:] + "-more") is not None


def test_a_child_stays_in_the_trace_with_a_new_span():
    parent = parse_traceparent(_VALID)
    child = continue_trace(_VALID)
    assert child.trace_id == parent.trace_id
    assert child.span_id != parent.span_id


def test_the_current_traceparent_is_the_tasks_own():
    assert current_traceparent() is None
    token = current_trace.set(Traceparent("a" * 32, "b" * 16))
    assert current_traceparent() == f"00-{'a' * 32}-{'b' * 16}-01"
    current_trace.reset(token)


@given(st.text())
def test_no_header_makes_the_parser_fail(header):
    parse_traceparent(header)


def test_no_metric_is_labelled_with_an_identifier():
    allowed = {"consumer", "topic", "service", "reason", "type", "method", "route", "status", "loss"}
    declared = [item for item in vars(metrics).values() if isinstance(item, Counter | Gauge | Histogram)]
    assert len(declared) >= 20
    assert all(set(item._labelnames) <= allowed for item in declared)


async def test_a_blocked_loop_is_seen_as_lag():
    task = asyncio.create_task(watch_event_loop("lag-test", interval=0.01))
    await asyncio.sleep(0.05)
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task
    assert REGISTRY.get_sample_value("event_loop_lag_seconds_count", {"service": "lag-test"}) >= 1
