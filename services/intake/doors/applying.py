"""Events of a door, applied as those of the bank's topic are: by the same handler, in one transaction.

What Kafka's worker would set aside as a dead letter is told to the sender instead.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from services.intake.doors.findings import Finding, finding_of
from services.intake.store import source
from shared.contracts.base import Event
from shared.stream.applying import attempt
from shared.stream.failures import explain
from shared.stream.received import Received
from shared.stream.work import Consumer, Work

HTTP, UPLOAD = "http", "upload"
"""In place of a topic where a source's progress is kept: no broker is asked to replay these."""


@dataclass(slots=True)
class Taken:
    """What became of a batch: how many are applied or were known, and what is wrong with the others."""

    applied: int = 0
    repeats: int = 0
    refused: dict[int, list[Finding]] = field(default_factory=dict)


async def take(consumer: Consumer, events: Sequence[tuple[int, Received[Event]]], work: Work) -> Taken:
    """Apply all events that can be applied; the others, by the numbers given with them, are refused.

    Raises what passes by itself (a connection lost, a deadlock): nothing is applied then.
    """
    known = await source.seen(work.connection, [received.id for _, received in events])
    taken = Taken()
    pending = [(0, len(events))] if events else []
    while pending:
        start, end = pending.pop()
        error = await attempt(consumer, [received for _, received in events[start:end]], work)
        if error is None:
            _count(taken, events[start:end], known)
        elif end - start > 1:
            middle = (start + end) // 2
            pending += [(middle, end), (start, middle)]
        else:
            taken.refused[events[start][0]] = [_refusal(error)]
    return taken


def _count(taken: Taken, events: Sequence[tuple[int, Received[Event]]], known: set[tuple[str, str]]) -> None:
    for _, received in events:
        name = (received.source, received.id)
        taken.repeats += name in known
        taken.applied += name not in known
        known.add(name)


def _refusal(error: Exception) -> Finding:
    if isinstance(error, ValueError):
        return finding_of(error)
    said = explain(error)
    if said.startswith("the database refused it"):
        return finding_of(ValueError(said))
    # A defect of ours: its text may hold anything.
    remedy = "Send it again later; if it stays refused, tell the operators the request's id."
    return Finding("event", f"it could not be applied ({type(error).__name__})", remedy)
