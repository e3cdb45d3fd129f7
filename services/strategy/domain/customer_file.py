"""Everything strategy knows of one customer, and the working copy on which a decision is taken."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Any

import msgspec

from services.strategy.domain.policy import Policy
from services.strategy.domain.records import Case, CaseStatus, Customer, Entry, Hold, Payment, Promise
from shared.contracts.base import Event

PaymentKey = tuple[str, str]
"""(account, payment): banks number payments by account."""

_NONE: Mapping[Any, Any] = MappingProxyType({})


class CustomerFile(msgspec.Struct, frozen=True, gc=False):
    """The state of one customer. `case` is the latest; `earlier` are older ones that events name."""

    customer: Customer
    case: Case | None = None
    promises: Mapping[str, Promise] = _NONE
    holds: Mapping[str, Hold] = _NONE
    payments: Mapping[PaymentKey, Payment] = _NONE
    earlier: Mapping[str, Case] = _NONE


class Decided(msgspec.Struct, frozen=True, gc=False):
    """The state after a fact, the events to publish, and the timeline entry, if there is one."""

    file: CustomerFile
    events: list[Event]
    entry: Entry | None


@dataclass(slots=True)
class Draft:
    """The working copy of a file while a decision is taken; it replaces values, never changes them."""

    policy: Policy
    now: datetime
    customer: Customer
    case: Case | None
    promises: Mapping[str, Promise]
    holds: Mapping[str, Hold]
    payments: Mapping[PaymentKey, Payment]
    earlier: Mapping[str, Case]
    events: list[Event] = field(default_factory=list)
    summary: dict[str, Any] | None = None
    told_in: str | None = None

    @property
    def open_case(self) -> Case | None:
        """The latest case, if it is open."""
        case = self.case
        return case if case is not None and case.status is CaseStatus.OPEN else None

    def tell(self, **facts: Any) -> None:
        """Add to the timeline entry of this decision."""
        if self.summary is None:
            self.summary = facts
        else:
            self.summary.update(facts)

    def note(self, name: str, key: str, value: object) -> None:
        """Add to a part of the entry that may have several values, such as suspensions."""
        if self.summary is None:
            self.summary = {}
        self.summary[name] = {**self.summary.get(name, {}), key: value}

    def case_named(self, case_id: str | None) -> Case | None:
        """The case that an event names, the latest where it names none.

        Raises ValueError where the named case is not one of this customer's.
        """
        case = self.case
        if case_id is None or (case is not None and case.case_id == case_id):
            return case
        if case_id not in self.earlier:
            raise ValueError("the event names a case that this customer does not have")
        return self.earlier[case_id]

    def supersede(self, case: Case) -> None:
        """Make a new case the latest."""
        if self.case is not None:
            self.earlier = {**self.earlier, self.case.case_id: self.case}
        self.case = case

    def put(self, case: Case) -> None:
        """Replace a case, the latest or an earlier one."""
        if self.case is not None and case.case_id == self.case.case_id:
            self.case = case
        else:
            self.earlier = {**self.earlier, case.case_id: case}


def draft_of(file: CustomerFile, policy: Policy, now: datetime) -> Draft:
    """A working copy of the file."""
    return Draft(
        policy, now, file.customer, file.case, file.promises, file.holds, file.payments, file.earlier
    )


def decided(draft: Draft, type_: str) -> Decided:
    """The outcome of a decision, its timeline entry numbered."""
    entry = _entry(draft, type_)
    file = CustomerFile(
        draft.customer, draft.case, draft.promises, draft.holds, draft.payments, draft.earlier
    )
    return Decided(file, draft.events, entry)


def _entry(draft: Draft, type_: str) -> Entry | None:
    if draft.summary is None:
        return None
    case = draft.case_named(draft.told_in)
    if case is None:
        return None
    case = msgspec.structs.replace(case, entries=case.entries + 1)
    draft.put(case)
    return Entry(case.case_id, case.entries, draft.now, type_, draft.summary)
