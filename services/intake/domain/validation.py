"""What cannot be accepted from core banking, said so that a person understands it.

The contract's types have been checked; here are the limits of what can be stored and of what can be true.
Messages name fields and opaque ids, never a name or a contact point's value.
"""

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from services.intake.domain.rules import Moment, Rules
from shared.contracts.base import LARGEST_AMOUNT, Event
from shared.contracts.corebank import (
    AccountClosed,
    AccountSnapshot,
    CovenantBreached,
    CustomerChanged,
    PaymentPosted,
    PaymentReversed,
    PersonGiven,
    RiskSignalled,
)
from shared.contracts.corebank_book import AccountTermsGiven, CustomerProfileGiven, GroupGiven

EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
DUE_DATES = (date(1970, 1, 1), date(2200, 1, 1))
MOST_NUMBER = 2**63 - 1
MOST_UNPAID = 1200
MOST_PERSONS = 200
MOST_MEMBERS = 1000
MOST_CONTACT_POINTS = 100
LONGEST_TEXT = 320
LONGEST_NAME_OF_EVENT = 256


def check(event: Event, moment: Moment, rules: Rules) -> None:
    """Raise ValueError with one sentence where the event cannot be accepted."""
    _CHECKS[type(event)](event, moment, rules)


def check_name(source: str, event_id: str) -> None:
    """Raise ValueError where the event's CloudEvents source and id cannot be kept."""
    for field, value in (("ce_source", source), ("ce_id", event_id)):
        if not 0 < len(value) <= LONGEST_NAME_OF_EVENT or "\0" in value:
            raise ValueError(f"{field} must have 1 to {LONGEST_NAME_OF_EVENT} characters, none of them NUL")


def _snapshot(event: AccountSnapshot, moment: Moment, rules: Rules) -> None:
    _ids(event, "account_id", "customer_id", "branch")
    _instant("as_of", event.as_of, moment, rules)
    _number("sequence", event.sequence)
    if len(event.unpaid) > MOST_UNPAID:
        raise ValueError(f"unpaid has {len(event.unpaid)} items, at most {MOST_UNPAID} are accepted")
    total = Decimal(0)
    for item in event.unpaid:
        total += item.amount
        if not DUE_DATES[0] <= item.due_date < DUE_DATES[1]:
            raise ValueError(f"unpaid.due_date {item.due_date} is not a plausible date")
    if total >= LARGEST_AMOUNT:
        raise ValueError(f"unpaid adds up to {LARGEST_AMOUNT:f} or more")


def _payment(event: PaymentPosted | PaymentReversed, moment: Moment, rules: Rules) -> None:
    _ids(event, "payment_id", "account_id", "customer_id")
    if isinstance(event, PaymentPosted):
        _ids(event, "paid_by")
    _instant("effective_at", event.effective_at, moment, rules)


def _closure(event: AccountClosed, moment: Moment, rules: Rules) -> None:
    _ids(event, "account_id", "customer_id")
    _instant("effective_at", event.effective_at, moment, rules)


def _trigger(event: CovenantBreached | RiskSignalled, moment: Moment, rules: Rules) -> None:
    _ids(event, "account_id", "customer_id")
    _text("kind", event.kind)
    _instant("effective_at", event.effective_at, moment, rules)


def _customer(event: CustomerChanged, moment: Moment, rules: Rules) -> None:
    _ids(event, "customer_id")
    _number("version", event.version)
    _text("jurisdiction", event.jurisdiction)
    if len(event.persons) > MOST_PERSONS:
        raise ValueError(f"persons has {len(event.persons)} items, at most {MOST_PERSONS} are accepted")
    _distinct("person_id", [person.person_id for person in event.persons])
    for person in event.persons:
        _person(person, rules)


def _person(person: PersonGiven, rules: Rules) -> None:
    _ids(person, "person_id")
    _text("language", person.language)
    if len(person.name) > LONGEST_TEXT or "\0" in person.name:
        raise ValueError(f"name must have at most {LONGEST_TEXT} characters, none of them NUL")
    if person.time_zone is not None and person.time_zone not in rules.time_zones:
        raise ValueError(f"time_zone of person {person.person_id} is not the name of an IANA time zone")
    if len(person.contact_points) > MOST_CONTACT_POINTS:
        raise ValueError(f"a person has more than {MOST_CONTACT_POINTS} contact points")
    _distinct("contact_point_id", [point.contact_point_id for point in person.contact_points])
    for point in person.contact_points:
        _ids(point, "contact_point_id")
        _text("value of a contact point", point.value)


def _profile(event: CustomerProfileGiven, moment: Moment, rules: Rules) -> None:
    _ids(event, "customer_id")
    _number("version", event.version)


def _terms(event: AccountTermsGiven, moment: Moment, rules: Rules) -> None:
    _ids(event, "account_id", "customer_id")
    _ids(event.terms, "group_id", "partner", "officer_id")
    _number("version", event.version)


def _group(event: GroupGiven, moment: Moment, rules: Rules) -> None:
    _ids(event, "group_id")
    _number("version", event.version)
    if len(event.members) > MOST_MEMBERS:
        raise ValueError(f"members has {len(event.members)} items, at most {MOST_MEMBERS} are accepted")
    if any("\0" in member for member in event.members):
        raise ValueError("members contains a NUL character")
    _distinct("member", event.members)


def _ids(holder: Any, *fields: str) -> None:
    for field in fields:
        value = getattr(holder, field)
        if value is not None and "\0" in value:
            raise ValueError(f"{field} contains a NUL character")


def _text(field: str, value: str) -> None:
    if not value.strip():
        raise ValueError(f"{field} is empty")
    if len(value) > LONGEST_TEXT:
        raise ValueError(f"{field} has more than {LONGEST_TEXT} characters")
    if "\0" in value:
        raise ValueError(f"{field} contains a NUL character")


def _number(field: str, value: int) -> None:
    if not 0 <= value <= MOST_NUMBER:
        raise ValueError(f"{field} must be between 0 and {MOST_NUMBER}")


def _instant(field: str, value: datetime, moment: Moment, rules: Rules) -> None:
    if value > moment.now + rules.future_tolerance:
        raise ValueError(f"{field} lies more than {rules.future_tolerance.days} days in the future")
    if value < EARLIEST:
        raise ValueError(f"{field} lies before {EARLIEST.year}")


def _distinct(field: str, values: list[str]) -> None:
    if len(set(values)) < len(values):
        raise ValueError(f"the same {field} is given twice")


_CHECKS: dict[type[Event], Callable[[Any, Moment, Rules], None]] = {
    AccountSnapshot: _snapshot,
    PaymentPosted: _payment,
    PaymentReversed: _payment,
    AccountClosed: _closure,
    CustomerChanged: _customer,
    CovenantBreached: _trigger,
    RiskSignalled: _trigger,
    CustomerProfileGiven: _profile,
    AccountTermsGiven: _terms,
    GroupGiven: _group,
}
