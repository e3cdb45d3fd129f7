"""An inspection: how a contact comes into the queue, and who has it in hand."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal

import msgspec
from msgspec.structs import replace

from services.compliance.domain.inspection.acts import Record, Refused, Step, Why, step
from services.compliance.domain.inspection.contact import Contact
from services.compliance.domain.inspection.policy import InspectionPolicy
from services.compliance.domain.inspection.words import WAITING, ActKind, Cause, Mark, State
from shared.contracts.vocabulary import Channel
from shared.ids import derive_id


class Reason(msgspec.Struct, frozen=True, kw_only=True):
    """Why a contact is inspected: a plan's sample of the period that begins on `period`, or a finding."""

    cause: Cause
    plan_id: str | None = None
    version: int | None = None
    period: date | None = None
    finding_id: str | None = None


class Inspection(Record, frozen=True, kw_only=True):
    """The `round`-th inspection of a contact; table `inspection`.

    `priority` is the rank of the gravest finding, 0 without any: the queue takes the highest first.
    """

    inspection_id: str
    contact_id: str
    round: int
    person_id: str
    customer_id: str
    channel: Channel
    collector_id: str
    agency_id: str | None
    branch_id: str | None
    contacted_at: datetime
    state: State
    reasons: tuple[Reason, ...]
    sampled: bool
    priority: int
    queued_at: datetime
    claimed_by: str | None = None
    claimed_until: datetime | None = None
    form_id: str | None = None
    form_version: int | None = None
    marks: dict[str, Mark] | None = None
    score: Decimal | None = None
    passed: bool | None = None
    violations: int = 0
    ended_by: str | None = None
    ended_at: datetime | None = None


def queue(
    contact: Contact,
    last: Inspection | None,
    reasons: Sequence[Reason],
    priority: int,
    actor: str,
    now: datetime,
) -> Step[Inspection] | None:
    """The contact is to be inspected; None where that is so already for these reasons.

    One that has been inspected is inspected again for a finding or by hand; a sample is content with what
    was done.
    """
    if last is None:
        return _opened(contact, 1, tuple(reasons), priority, actor, now)
    waits = last.state in WAITING
    new = tuple(
        one for one in reasons if one not in last.reasons or (one.cause is Cause.MANUAL and not waits)
    )
    if not new:
        return None
    if not waits and any(reason.cause is not Cause.SAMPLE for reason in new):
        return _opened(contact, last.round + 1, new, priority, actor, now)
    changed = replace(
        last,
        reasons=last.reasons + new,
        sampled=last.sampled or _sampled(new),
        priority=max(last.priority, priority),
    )
    return _step(changed, ActKind.CAUSE_ADDED, actor, now, last.state, details=_told(new))


def name_collector(
    inspection: Inspection, contact: Contact, actor: str, now: datetime
) -> Step[Inspection] | None:
    """Say who made the contact, now that it is known; who has it in hand and made it loses it."""
    names = {name: getattr(contact, name) for name in ("collector_id", "agency_id", "branch_id")}
    if inspection.state not in WAITING or all(getattr(inspection, one) == names[one] for one in names):
        return None
    changed = replace(inspection, **names)
    if changed.claimed_by == changed.collector_id:
        changed = replace(changed, state=State.QUEUED, claimed_by=None, claimed_until=None)
    return _step(changed, ActKind.COLLECTOR_NAMED, actor, now, inspection.state, details=names)


def claim(inspection: Inspection, actor: str, now: datetime, policy: InspectionPolicy) -> Step[Inspection]:
    """The actor has it to themselves for the lease; who has it already gets a new lease."""
    _waits(inspection)
    _not_own(inspection, actor)
    if inspection.claimed_by not in (None, actor) and _in_hand(inspection, now):
        raise Refused(Why.LEASE, "Somebody else has this inspection in hand.")
    until = now + policy.lease
    changed = replace(inspection, state=State.CLAIMED, claimed_by=actor, claimed_until=until)
    return _step(changed, ActKind.CLAIMED, actor, now, inspection.state, details={"until": until})


def release(inspection: Inspection, note: str, actor: str, now: datetime) -> Step[Inspection]:
    """The actor gives it back to the queue."""
    must_have(inspection, actor, now)
    changed = replace(inspection, state=State.QUEUED, claimed_by=None, claimed_until=None)
    return _step(changed, ActKind.RELEASED, actor, now, inspection.state, note=note)


def set_aside(inspection: Inspection, note: str, actor: str, now: datetime) -> Step[Inspection]:
    """There is nothing to inspect. It counts as not inspected."""
    must_have(inspection, actor, now)
    changed = replace(
        inspection,
        state=State.SET_ASIDE,
        claimed_by=None,
        claimed_until=None,
        ended_by=actor,
        ended_at=now,
    )
    return _step(changed, ActKind.SET_ASIDE, actor, now, inspection.state, note=note)


def must_have(inspection: Inspection, actor: str, now: datetime) -> None:
    """Refused unless the actor has it in hand now."""
    _waits(inspection)
    _not_own(inspection, actor)
    if inspection.claimed_by != actor:
        raise Refused(Why.LEASE, "This is for the inspector who has claimed the inspection.")
    if not _in_hand(inspection, now):
        raise Refused(Why.LEASE, "The claim has run out; claim the inspection again.")


def _opened(
    contact: Contact, number: int, reasons: tuple[Reason, ...], priority: int, actor: str, now: datetime
) -> Step[Inspection]:
    made = Inspection(
        inspection_id=derive_id("inspection", contact.contact_id, number),
        contact_id=contact.contact_id,
        round=number,
        person_id=contact.person_id,
        customer_id=contact.customer_id,
        channel=contact.channel,
        collector_id=contact.collector_id,
        agency_id=contact.agency_id,
        branch_id=contact.branch_id,
        contacted_at=contact.contacted_at,
        state=State.QUEUED,
        reasons=reasons,
        sampled=_sampled(reasons),
        priority=priority,
        queued_at=now,
        changed_at=now,
    )
    return _step(made, ActKind.QUEUED, actor, now, None, details=_told(reasons))


def _step(
    changed: Inspection,
    act: ActKind,
    actor: str,
    now: datetime,
    before: State | None,
    *,
    note: str | None = None,
    details: Mapping[str, object] | None = None,
) -> Step[Inspection]:
    states = (before, changed.state)
    return step(
        changed, act, actor, now, states, about=changed.inspection_id, note=note, details=details or {}
    )


def _sampled(reasons: Sequence[Reason]) -> bool:
    return any(reason.cause is Cause.SAMPLE for reason in reasons)


def _told(reasons: Sequence[Reason]) -> dict[str, object]:
    """Each reason once: a plan's version and period, or the findings."""
    told: dict[str, object] = {}
    for reason in reasons:
        name = reason.plan_id or reason.finding_id or reason.cause
        said = f"version {reason.version}, {reason.period}" if reason.plan_id else reason.cause
        told[f"{reason.cause}:{name}"] = said
    return told


def _waits(inspection: Inspection) -> None:
    if inspection.state not in WAITING:
        raise Refused(Why.STATE, f"The inspection is {inspection.state}; nothing waits to be inspected.")


def _not_own(inspection: Inspection, actor: str) -> None:
    if actor == inspection.collector_id:
        raise Refused(Why.RECUSED, "Nobody inspects a contact that they made.")


def _in_hand(inspection: Inspection, now: datetime) -> bool:
    return inspection.claimed_until is not None and now < inspection.claimed_until
