"""The way of a case, hop by hop, in the five processes of the platform."""

from dataclasses import dataclass
from enum import StrEnum

PARTITIONS = 12


class Shape(StrEnum):
    """How much travels. `chain`: one event a case and hop. `traffic`: as many as on the platform."""

    CHAIN = "chain"
    TRAFFIC = "traffic"


@dataclass(frozen=True, slots=True)
class Hop:
    """One process takes records of one topic, keeps a row a case, and hands on `copies` records each."""

    process: str
    source: str
    target: str | None
    table: str
    copies: int = 1


FIRST, LAST = "bank", "figure"
"""The topic where a case begins, and the table where it ends."""

_CHAIN = (
    Hop("intake", FIRST, "delinquency", "account"),
    Hop("strategy", "delinquency", "treatments", "treatment"),
    Hop("outreach", "treatments", "requests", "contact"),
    Hop("compliance", "requests", "decisions", "decision"),
    Hop("outreach", "decisions", "contacts", "contact"),
    Hop("reporting", "contacts", None, LAST),
)
"""bank -> intake -> strategy -> outreach -> compliance -> outreach -> reporting."""

_TRAFFIC = (
    Hop("intake", FIRST, "delinquency", "account"),
    Hop("strategy", "delinquency", "treatments", "treatment", copies=3),  # opened, assigned, treated
    Hop("outreach", "treatments", "requests", "contact"),
    Hop("compliance", "requests", "decisions", "decision"),
    Hop("outreach", "decisions", "contacts", "contact", copies=2),  # dispatched, delivered
    Hop("reporting", "contacts", None, LAST),
    Hop("strategy", "contacts", None, "heard_by_strategy"),
    Hop("compliance", "contacts", None, "heard_by_compliance"),
    Hop("reporting", FIRST, None, "heard_bank"),
    Hop("reporting", "delinquency", None, "heard_delinquency"),
    Hop("reporting", "treatments", None, "heard_treatments"),
    Hop("reporting", "requests", None, "heard_requests"),
    Hop("reporting", "decisions", None, "heard_decisions"),
)
"""9 records and 20 deliveries a case, each to whom it goes on the platform."""

HOPS = {Shape.CHAIN: _CHAIN, Shape.TRAFFIC: _TRAFFIC}
PROCESSES = tuple(dict.fromkeys(hop.process for hop in _CHAIN))
TOPICS = {hop.source: PARTITIONS for hop in _CHAIN}


def hops_of(process: str, shape: Shape = Shape.CHAIN) -> dict[str, Hop]:
    """What a process does with the records of each topic that it reads."""
    return {hop.source: hop for hop in HOPS[shape] if hop.process == process}


def tables_of(shape: Shape) -> list[str]:
    """The tables that a shape writes."""
    return sorted({hop.table for hop in HOPS[shape]})
