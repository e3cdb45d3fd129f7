"""The action plan of a case (register row C13): what its segment's ladder plans, and what was done of it."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from services.strategy.domain.policy import Owner, Policy
from services.strategy.domain.records import Case, CaseStatus
from shared.contracts.vocabulary import Channel, Purpose


class PlannedStep(NamedTuple):
    """A step of the plan. `planned_at`: by the ladder from segment entry; `taken_at`: when it was, if it was.

    `due_by`: by when it should be carried out where the policy limits it.
    """

    step: int
    channel: Channel
    purpose: Purpose
    template: str
    owner: Owner
    planned_at: datetime
    due_by: datetime | None
    taken_at: datetime | None


def plan_of(case: Case, policy: Policy, taken: Iterable[tuple[int, datetime]]) -> list[PlannedStep]:
    """The plan of an open case; `taken` are steps and instants since it entered its segment.

    Nothing for a closed case, or one whose segment the policy does not have.
    """
    segment = policy.segments.get(case.segment)
    if case.status is not CaseStatus.OPEN or segment is None:
        return []
    first: dict[int, datetime] = {}
    for number, instant in taken:
        first.setdefault(number, instant)
    planned, plan = case.segment_since, []
    for step in segment.ladder.steps:
        planned = policy.due(planned, step.interval)
        taken_at = first.get(step.number)
        begun = taken_at or planned
        plan.append(
            PlannedStep(
                step.number,
                step.channel,
                step.purpose,
                step.template,
                step.owner or segment.owner,
                planned,
                None if step.within is None else begun + step.within,
                taken_at,
            )
        )
    return plan
