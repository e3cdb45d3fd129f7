"""Texts and cells of a file as values: dates, instants, amounts, whole numbers."""

import re
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from services.intake.doors.findings import Finding
from services.intake.uploads.forms import Field, Reads
from services.intake.uploads.mapping import Mapping

Cell = Any
"""A text, or what a spreadsheet or JSON made of it."""
_PLAIN = re.compile(r"[+-]?\d+(\.\d+)?")
_DAY_ALONE = re.compile(r"\d{4}-\d{2}-\d{2}")
_LARGEST_EXACT = 2**53


class Unusable(ValueError):
    """A text that is no such value; with what is to be done."""

    def __init__(self, message: str, remedy: str) -> None:
        super().__init__(message)
        self.remedy = remedy

    def finding(self, column: str) -> Finding:
        """As it is told."""
        return Finding(column, str(self), self.remedy)


def value_of(field: Field, cell: Cell, mapping: Mapping, bank: ZoneInfo) -> object:
    """The value of a cell that is not empty. Unusable."""
    if field.reads is Reads.TEXT:
        text = _text(cell)
        return mapping.values.get(field.name, {}).get(text, text)
    if field.reads is Reads.AMOUNT:
        return _amount(cell, mapping)
    if field.reads is Reads.NUMBER:
        return _number(cell)
    if field.reads is Reads.DAY:
        return _day(cell, mapping)
    return _instant(cell, mapping, mapping.where(bank), end=field.reads is Reads.END)


def is_empty(cell: Cell) -> bool:
    """Whether a cell says nothing."""
    return cell is None or (isinstance(cell, str) and not cell.strip())


def _text(cell: Cell) -> str:
    if isinstance(cell, str):
        return cell.strip()
    if isinstance(cell, bool) or not isinstance(cell, int | float | Decimal):
        raise Unusable("it is not a text", "Format the column as text.")
    number = Decimal(str(cell))
    if not number.is_finite() or number != int(number) or abs(number) >= _LARGEST_EXACT:
        raise Unusable("a spreadsheet made a number of it, and digits are lost", "Format it as text.")
    return str(int(number))


def _amount(cell: Cell, mapping: Mapping) -> Decimal:
    if isinstance(cell, int | float | Decimal) and not isinstance(cell, bool):
        amount = Decimal(str(cell))
        if not amount.is_finite():
            raise Unusable("it is not a number", "Write a plain number such as 1234.56.")
        # What a sum in binary leaves behind the cents is no part of the amount.
        near = amount.quantize(Decimal("0.01")) if abs(amount) < Decimal(10) ** 15 else amount
        return near if isinstance(cell, float) and abs(near - amount) < Decimal("1e-6") else amount
    written = str(cell).strip()
    if mapping.thousands_mark:
        written = _ungrouped(written, mapping)
    plain = written.replace(mapping.decimal_mark, ".") if mapping.decimal_mark != "." else written
    if (mapping.decimal_mark != "." and "." in written) or not _PLAIN.fullmatch(plain):
        raise Unusable(
            "it is not a number",
            f"Write it as 1234{mapping.decimal_mark}56, or say decimal_mark and thousands_mark.",
        )
    return Decimal(plain)


def _ungrouped(written: str, mapping: Mapping) -> str:
    mark = re.escape(mapping.thousands_mark)
    decimal = re.escape(mapping.decimal_mark)
    if mapping.thousands_mark not in written:
        return written
    if not re.fullmatch(rf"[+-]?\d{{1,3}}({mark}\d{{3}})+({decimal}\d+)?", written):
        raise Unusable("its thousands marks are not at the thousands", "Correct it, or say other marks.")
    return written.replace(mapping.thousands_mark, "")


def _number(cell: Cell) -> int:
    if isinstance(cell, bool):
        raise Unusable("it is not a whole number", "Write digits only.")
    written = str(cell).strip()
    if isinstance(cell, float | Decimal) and cell == cell.__trunc__():
        written = str(int(cell))
    if not re.fullmatch(r"[+-]?\d{1,19}", written):
        raise Unusable("it is not a whole number", "Write digits only.")
    return int(written)


def _day(cell: Cell, mapping: Mapping) -> date:
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    written = str(cell).strip()
    try:
        if mapping.dates is not None:
            return datetime.strptime(written, mapping.dates).date()  # noqa: DTZ007  # a day has no zone
        if _DAY_ALONE.fullmatch(written):
            return date.fromisoformat(written)
    except ValueError:
        pass
    wanted = mapping.dates or "2026-03-31"
    raise Unusable("it is not a date", f"Write it as {wanted}, or say another format in `dates`.")


def _instant(cell: Cell, mapping: Mapping, zone: ZoneInfo, *, end: bool) -> datetime:
    try:
        return _moment(cell, mapping, zone, end=end)
    except (ValueError, OverflowError):
        wanted = mapping.times or "2026-03-31T16:00:00+08:00"
        remedy = f"Write it as {wanted} or as a day, or say other formats in `times` and `dates`."
        raise Unusable("it is not a time", remedy) from None


def _moment(cell: Cell, mapping: Mapping, zone: ZoneInfo, *, end: bool) -> datetime:
    if isinstance(cell, datetime):
        # A spreadsheet has no days without a time: midnight is the day.
        if end and cell.time() == time():
            return _edge(cell.date(), zone, end=end)
        return cell if cell.tzinfo else cell.replace(tzinfo=zone)
    if isinstance(cell, date):
        return _edge(cell, zone, end=end)
    written = str(cell).strip()
    if mapping.times is not None:
        try:
            found = datetime.strptime(written, mapping.times)  # noqa: DTZ007  # the zone is added below
        except ValueError:
            return _edge(_day(written, mapping), zone, end=end)
        return found if found.tzinfo else found.replace(tzinfo=zone)
    if mapping.dates is not None or _DAY_ALONE.fullmatch(written):
        try:
            return _edge(_day(written, mapping), zone, end=end)
        except Unusable:
            pass
    found = datetime.fromisoformat(written)
    return found if found.tzinfo else found.replace(tzinfo=zone)


def _edge(day: date, zone: ZoneInfo, *, end: bool) -> datetime:
    beginning = datetime.combine(day, time(), zone)
    return beginning + timedelta(days=1) - timedelta(seconds=1) if end else beginning
