"""The way from an overdue account to a cured one, as a funnel."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from services.reporting.domain.figures import Figure, ratio
from services.reporting.domain.metrics import Metric

_STAGES: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("accounts_ever_overdue", ()),
    ("cases_opened", ()),
    ("treatments_assigned", ()),
    ("contacts_requested", ("contacts_deferred", "contacts_denied", "contacts_referred")),
    ("contacts_allowed", ("contacts_withdrawn",)),
    ("contacts_dispatched", ("contacts_failed",)),
    ("contacts_delivered", ()),
    ("contacts_answered", ()),
    ("promises_made", ("promises_broken",)),
    ("cases_paid", ()),
    ("cases_cured", ()),
)
"""The stages in order, each with the ways out of it."""


@dataclass(frozen=True, slots=True)
class Exit:
    """A way out of the funnel."""

    metric: Metric
    count: int


@dataclass(frozen=True, slots=True)
class Stage:
    """A stage; `of_previous` is its count by that of the stage before, which may have another unit."""

    metric: Metric
    count: int
    of_previous: Decimal | None
    exits: list[Exit]


def funnel(figures: Mapping[str, Figure]) -> list[Stage]:
    """The stages in order."""
    stages: list[Stage] = []
    for name, ways_out in _STAGES:
        figure = figures[name]
        before = stages[-1].count if stages else 0
        exits = [Exit(figures[way].metric, figures[way].count) for way in ways_out]
        stages.append(Stage(figure.metric, figure.count, ratio(figure.count, before), exits))
    return stages
