"""Finds what an id is about, and puts events and decisions about it into one line of time."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from services.reporting.console.calling import Caller, Trouble
from services.reporting.console.visit import instant

_PAGE_OF = 200
_MOST_PAGES = 5
_MOST_OTHERS = 20
"""Contacts with other persons than the customer, such as guarantors, that are asked for one by one."""

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Moment:
    """An event of the case or a decision of the gate."""

    at: datetime
    order: tuple[int, int]
    event: Row | None = None
    decision: Row | None = None


@dataclass(slots=True)
class Trace:
    """What is known under an id. `trouble`: why events of the case cannot be shown."""

    case: Row | None = None
    contact_id: str | None = None
    person_id: str | None = None
    events: list[Row] = field(default_factory=list)
    decisions: list[Row] = field(default_factory=list)
    trouble: Trouble | None = None

    @property
    def is_empty(self) -> bool:
        """Whether nothing is known."""
        return self.case is None and not self.decisions

    def moments(self) -> list[Moment]:
        """Events and decisions, the newest first; of one contact, where the id was that of one."""
        events = [
            Moment(instant(one["at"]), (1, one["sequence"]), event=one)
            for one in self.events
            if self._is_shown(one)
        ]
        decided = [
            Moment(instant(one["decided_at"]), (0, one["ask"]), decision=one) for one in self.decisions
        ]
        return sorted(events + decided, key=lambda moment: (moment.at, moment.order), reverse=True)

    def _is_shown(self, event: Row) -> bool:
        return self.contact_id is None or event["summary"].get("contact") == self.contact_id


async def trace(name: str, strategy: Caller, compliance: Caller) -> Trace:
    """What is known under the id of a case, customer, person or contact. Trouble where nothing answers."""
    found = Trace()
    found.case = await _case(found, strategy, f"/cases/{name}", f"/customers/{name}/case")
    if found.case is None:
        await _by_decisions(found, name, strategy, compliance)
    if found.case is not None and found.trouble is None:
        found.events = await _events(found, strategy, found.case["case_id"])
    if found.case is not None and found.contact_id is None and found.person_id is None:
        found.decisions = await _of_case(found, compliance)
    return found


async def _by_decisions(found: Trace, name: str, strategy: Caller, compliance: Caller) -> None:
    """The id is that of a contact, or of a person who is not the customer."""
    found.decisions = await _decisions(compliance, contact_id=name)
    if found.decisions:
        found.contact_id = name
    else:
        found.decisions = await _decisions(compliance, person_id=name)
        found.person_id = name if found.decisions else None
    if found.decisions:
        customer = found.decisions[-1]["customer_id"]
        found.case = await _case(found, strategy, f"/customers/{customer}/case")


async def _case(found: Trace, strategy: Caller, *paths: str) -> Row | None:
    for path in paths:
        try:
            case: Row = await strategy.get(path)
        except Trouble as trouble:
            if trouble.slug == "not-found":
                continue
            found.trouble = trouble
            return None
        return case
    return None


async def _events(found: Trace, strategy: Caller, case_id: str) -> list[Row]:
    events: list[Row] = []
    try:
        path = f"/cases/{case_id}/timeline"
        async for page in strategy.pages(path, most=_MOST_PAGES, limit=_PAGE_OF):
            events += page
    except Trouble as trouble:
        found.trouble = trouble
    return events


async def _of_case(found: Trace, compliance: Caller) -> list[Row]:
    """Decisions about the customer in this case's time, and about others whom its events name."""
    case = found.case
    assert case is not None
    opened = instant(case["opened_at"])
    closed = instant(case["closed_at"]) if case["closed_at"] else None
    about = [
        one
        for one in await _decisions(compliance, person_id=case["customer_id"])
        if one["customer_id"] == case["customer_id"]
        and _is_during(instant(one["decided_at"]), opened, closed)
    ]
    known = {one["contact_id"] for one in about}
    for contact in _contacts(found.events)[-_MOST_OTHERS:]:
        if contact not in known:
            about += await _decisions(compliance, contact_id=contact)
    return about


def _contacts(events: Sequence[Row]) -> list[str]:
    """The contacts that events name, in order, each once."""
    return list(dict.fromkeys(one["summary"]["contact"] for one in events if "contact" in one["summary"]))


async def _decisions(compliance: Caller, **query: str) -> list[Row]:
    decisions: list[Row] = []
    async for page in compliance.pages("/decisions", most=_MOST_PAGES, limit=_PAGE_OF, **query):
        decisions += page
    return decisions


def _is_during(at: datetime, opened: datetime, closed: datetime | None) -> bool:
    return opened <= at and (closed is None or at <= closed)
