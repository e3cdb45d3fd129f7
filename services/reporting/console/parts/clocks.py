"""The clocks of a complaint: what is left of a term, and whether it was kept."""

from datetime import datetime
from typing import Any, NamedTuple

from services.reporting.console.parts.elements import Bar, box, chip, text
from services.reporting.console.texts import Texts
from services.reporting.console.visit import instant

_SOON = 0.25
"""Of a term: what is left is getting little."""


class Clock(NamedTuple):
    """What a clock shows: a sentence, whether it is good, warn or bad, and the share of the term used."""

    told: str
    tone: str
    used: float


def deciding(say: Texts, complaint: dict[str, Any], now: datetime) -> Clock:
    """The clock until the decision."""
    start, due = instant(complaint["opened_at"]), instant(complaint["due_at"])
    if complaint["state"] == "withdrawn":
        return Clock(say("state.withdrawn"), "", 1.0)
    kept = complaint["decided_at"]
    return _clock(say, start, due, now, instant(kept) if kept else None, late=complaint["late_to_decide"])


def acknowledging(say: Texts, complaint: dict[str, Any], now: datetime) -> Clock:
    """The clock until the complainant was told that it is in hand."""
    start, due = instant(complaint["opened_at"]), instant(complaint["acknowledge_by"])
    kept = complaint["acknowledged_at"]
    late = complaint["late_to_acknowledge"]
    if kept is None and complaint["state"] != "received":
        return Clock("–", "", 1.0)
    return _clock(say, start, due, now, instant(kept) if kept else None, late=late)


def show_clock(clock: Clock, name: str, below: str) -> None:
    """A clock with its name, its bar and what stands below it."""
    with box(f"clock {clock.tone}"):
        with box("clock-head"):
            text(name)
            chip(clock.told, clock.tone)
        Bar(clock.tone).show(clock.used)
        text(below, classes="note")


def _clock(
    say: Texts, start: datetime, due: datetime, now: datetime, kept: datetime | None, *, late: bool
) -> Clock:
    if kept is not None:
        return Clock(say("clock.late"), "bad", 1.0) if late else Clock(say("clock.kept"), "good", 1.0)
    left = (due - now).total_seconds()
    if left <= 0:
        return Clock(say("clock.overdue", time=say.span(-left)), "bad", 1.0)
    whole = max((due - start).total_seconds(), 1.0)
    tone = "warn" if left / whole < _SOON else "good"
    return Clock(say("clock.left", time=say.span(left)), tone, 1 - left / whole)
