"""Rows as events of core banking, checked as those of the bank's topic are."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import msgspec

from services.intake.domain.rules import Moment, Rules
from services.intake.domain.validation import check
from services.intake.doors.applying import UPLOAD
from services.intake.doors.findings import Finding, finding_of
from services.intake.uploads.forms import FORMS, Kind
from services.intake.uploads.mapping import Mapping
from services.intake.uploads.reading import Row
from services.intake.uploads.values import Unusable, is_empty, value_of
from shared.contracts.base import Event
from shared.contracts.corebank import AccountSnapshot, CustomerChanged, PaymentPosted
from shared.ids import derive_id
from shared.stream.received import Received

_POINTS = ("phone", "email", "address")
_PARTS = ("interest", "fee", "penalty")
_OF_ARREARS = ("arrears", "due_date", *_PARTS)
_PERSON = ("person_id", "role", "name", "language", "time_zone")
_ELSEWHERE = {"value": "phone, email, address"}
_MISSING = "Fill the cell, map another column to the field, or give it a constant value."


@dataclass(frozen=True, slots=True)
class Entry:
    """What one row, or the rows of one customer, came to: an event, or what is wrong with it."""

    line: int
    last_line: int
    rows: int
    received: Received[Event] | None
    findings: tuple[tuple[int, Finding], ...] = ()


@dataclass(frozen=True, slots=True)
class Builder:
    """Builds the events of a file."""

    kind: Kind
    mapping: Mapping
    rules: Rules

    def entries(self, rows: Iterable[Row]) -> Iterator[Entry]:
        """An entry a row; of a file of customers, an entry a customer."""
        if self.kind is not Kind.CUSTOMERS:
            for row in rows:
                values, findings = self._values(row)
                yield self._entry([row], values, findings)
            return
        yield from self._customers(rows)

    def check(self, entry: Entry, moment: Moment) -> Entry:
        """The entry, or what cannot be true of its event at this moment."""
        if entry.received is None:
            return entry
        try:
            check(entry.received.event, moment, self.rules)
        except ValueError as error:
            finding = self._named(finding_of(error))
            return Entry(entry.line, entry.last_line, entry.rows, None, ((entry.line, finding),))
        return entry

    def refused(self, entry: Entry, findings: Iterable[Finding]) -> Entry:
        """The entry, refused when it was applied."""
        named = tuple((entry.line, self._named(finding)) for finding in findings)
        return Entry(entry.line, entry.last_line, entry.rows, None, named)

    def _values(self, row: Row) -> tuple[dict[str, Any], list[tuple[int, Finding]]]:
        values: dict[str, Any] = {}
        findings = [(row.line, finding) for finding in row.findings]
        for field in () if findings else FORMS[self.kind]:
            column = self.mapping.column(field.name)
            cell = self.mapping.constants.get(field.name, row.cells.get(column))
            if is_empty(cell):
                if field.required:
                    findings.append((row.line, Finding(column, "the cell is empty", _MISSING)))
                continue
            try:
                values[field.name] = value_of(field, cell, self.mapping, self.rules.zone)
            except Unusable as error:
                findings.append((row.line, error.finding(column)))
        return values, findings

    def _customers(self, rows: Iterable[Row]) -> Iterator[Entry]:
        """Rows of one customer follow each other; together they are everyone tied to it."""
        group: list[Row] = []
        persons: list[dict[str, Any]] = []
        first: dict[str, Any] = {}
        findings: list[tuple[int, Finding]] = []
        seen: set[int] = set()
        for row in rows:
            values, wrong = self._values(row)
            name = values.get("customer_id")
            if group and (name is None or name != first.get("customer_id")):
                yield self._entry(group, {**first, "persons": persons}, findings)
                group, persons, findings = [], [], []
            if not group:
                first = values
                if name is not None and hash(name) in seen:
                    message = "rows of this customer stand further above as well"
                    remedy = "Sort the file by customer: its rows together are everyone tied to it."
                    wrong.append((row.line, Finding(self.mapping.column("customer_id"), message, remedy)))
                seen.add(hash(name))
            elif values.get("version") != first.get("version"):
                remedy = "Give all rows of a customer the same version."
                message = "it is another one than in the customer's first row"
                wrong.append((row.line, Finding(self.mapping.column("version"), message, remedy)))
            group.append(row)
            findings += wrong
            if not wrong:
                persons.append(_person(values))
        if group:
            yield self._entry(group, {**first, "persons": persons}, findings)

    def _entry(self, rows: list[Row], values: dict[str, Any], findings: list[tuple[int, Finding]]) -> Entry:
        received = None
        if not findings:
            try:
                received = self._received(values)
            except (msgspec.ValidationError, ValueError) as error:
                findings = [(rows[0].line, self._named(finding_of(error)))]
        return Entry(rows[0].line, rows[-1].line, len(rows), received, tuple(findings))

    def _received(self, values: dict[str, Any]) -> Received[Event]:
        event = _EVENT[self.kind](values)
        return Received(
            event, "", self._name(event, values), f"/upload/{self.kind}", None, None, UPLOAD, 0, 0
        )

    def _name(self, event: Event, values: dict[str, Any]) -> str:
        """The same row in another file is the same event; a customer is named by its version."""
        if self.kind is Kind.CUSTOMERS:
            return derive_id("row", self.kind, values["customer_id"], values["version"])
        return derive_id("row", self.kind, msgspec.json.encode(event).decode())

    def _named(self, finding: Finding) -> Finding:
        """The finding with the column's name in place of the contract's field."""
        last = finding.field.rpartition(".")[2]
        if self.kind is Kind.ACCOUNTS and last == "amount":
            last = "arrears"
        known = any(field.name == last for field in FORMS[self.kind])
        column = self.mapping.column(last) if known else _ELSEWHERE.get(last, finding.field)
        return Finding(column, finding.message, finding.remedy)


def _person(values: dict[str, Any]) -> dict[str, Any]:
    person = {name: values[name] for name in _PERSON if name in values}
    points = [
        {
            "contact_point_id": derive_id("point", values["customer_id"], values["person_id"], kind),
            "kind": kind,
            "value": values[kind],
        }
        for kind in _POINTS
        if kind in values
    ]
    return {**person, "contact_points": points}


def _account(values: dict[str, Any]) -> Event:
    given = {name: value for name, value in values.items() if name not in _OF_ARREARS}
    arrears, due = values.get("arrears"), values.get("due_date")
    parts = {name: values[name] for name in _PARTS if name in values}
    if (arrears or any(parts.values())) and due is None:
        raise ValueError("due_date is missing where there are arrears")
    if (due is not None or any(parts.values())) and arrears is None:
        raise ValueError("arrears is missing where there is a due date or a part of them")
    if arrears or any(parts.values()):
        given["unpaid"] = [{"due_date": due, "amount": arrears, **parts}]
    return msgspec.convert(given, AccountSnapshot)


def _payment(values: dict[str, Any]) -> Event:
    return msgspec.convert(values, PaymentPosted)


def _customer(values: dict[str, Any]) -> Event:
    wanted = ("customer_id", "version", "jurisdiction", "persons")
    given = {name: values[name] for name in wanted if name in values}
    return msgspec.convert(given, CustomerChanged)


_EVENT: dict[Kind, Callable[[dict[str, Any]], Event]] = {
    Kind.ACCOUNTS: _account,
    Kind.PAYMENTS: _payment,
    Kind.CUSTOMERS: _customer,
}
