"""Whether a piece of data has to stay, may stay, or has to go.

Three questions, in this order. Does a duty to keep it run? The longest one counts, and where one waits for
an event that has not happened, or nobody knows the duties, the data stays. Is it still needed? What was
collected for a debt is, until the debt is over, unless a pack names a longest time. Is it held? What may be
evidence in a dispute stays until the dispute is over. Whatever is left has to go: data that is neither kept
by law nor needed is deleted without anybody asking (PIPL 19, 47).
"""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import NamedTuple

import msgspec

from services.compliance.domain.gate.facts import Place
from services.compliance.domain.packs.choosing import InForce, PackSet
from services.compliance.domain.packs.retention import deletion_of, keeping_of
from services.compliance.domain.retention.words import KEPT_AS, DataClass, Verdict


class Subject(msgspec.Struct, frozen=True, kw_only=True):
    """What has to be known of a human, of all their records together.

    `settled_at` is when the last debt of those that the bank reported as ended did. `is_over`: the person has
    nothing to do with any debt any more. `is_held`: something forbids to delete what may be evidence.
    """

    person_id: str
    places: tuple[Place, ...] = ()
    last_activity: datetime | None = None
    settled_at: datetime | None = None
    is_over: bool = False
    is_held: bool = False


class Item(NamedTuple):
    """A piece of data: when it was made, and when its own file ended, for a complaint or a consent.

    `key` finds it again; it holds ids only.
    """

    kind: DataClass
    key: str
    person_id: str
    made_at: datetime
    closed_at: datetime | None = None


class Period(NamedTuple):
    """When the duties to keep end, None where that is not known yet; when it has to go even if needed."""

    earliest: datetime | None
    latest: datetime | None


def judge(item: Item, subject: Subject, packs: InForce, now: datetime) -> Verdict:
    """What becomes of a piece of data now (UTC), under the packs that apply to the person."""
    period = None if packs.unknown else period_of(item, subject, packs.sets)
    if period is None:
        return Verdict.UNCLEAR
    if period.earliest is None or now < period.earliest:
        return Verdict.KEPT
    if not is_past_use(item, subject) and (period.latest is None or now < period.latest):
        return Verdict.IN_USE
    return Verdict.HELD if subject.is_held else Verdict.DUE


def period_of(item: Item, subject: Subject, sets: Iterable[PackSet]) -> Period | None:
    """The longest duty to keep it and the shortest longest time; None where no pack names a duty."""
    happened = _happened(item, subject)
    known = [(packs, what) for packs in sets for what in KEPT_AS[item.kind]]
    duties = [duty for packs, what in known if (duty := keeping_of(packs, what, happened)) is not None]
    if not duties:
        return None
    ends = [duty.until for duty in duties]
    limits = [limit for packs, what in known if (limit := deletion_of(packs, what, happened)) is not None]
    earliest = None if None in ends else max(end for end in ends if end is not None)
    return Period(earliest, min(limits, default=None))


def is_past_use(item: Item, subject: Subject) -> bool:
    """Whether what it was collected for is over."""
    match item.kind:
        case DataClass.ACCESS_RECORD:
            return True
        case DataClass.COMPLAINT:
            return item.closed_at is not None
        case DataClass.CONSENT:
            return item.closed_at is not None or subject.is_over
        case _:
            return subject.is_over


def _happened(item: Item, subject: Subject) -> Mapping[str, datetime]:
    """The events from which periods run. What came after the last activity is itself the last one."""
    happened = {
        "created": item.made_at,
        "call_date": item.made_at,
        "last_collection_activity": max(item.made_at, subject.last_activity or item.made_at),
    }
    if subject.settled_at is not None:
        happened["settled"] = subject.settled_at
    if item.closed_at is not None:
        happened["closed"] = item.closed_at
    return happened


class DebtTie(NamedTuple):
    """A customer to whose debts a person is or was tied: whether core banking took the person off, and when
    the bank reported the debts as ended."""

    customer_id: str
    removed: bool
    ended_at: datetime | None


def debts_over(ties: Collection[DebtTie], last_activity: datetime | None) -> tuple[bool, datetime | None]:
    """Whether a person has nothing to do with any debt any more, and when the last one ended.

    Collection after the end means that there is a new debt. Of whom no tie is known, nothing is known.
    """
    ends = [tie.ended_at for tie in ties if tie.ended_at is not None]
    ended = max(ends, default=None)
    if not ties or not all(tie.removed or tie.ended_at is not None for tie in ties):
        return False, None
    goes_on = ended is not None and last_activity is not None and last_activity > ended
    return not goes_on, None if goes_on else ended
