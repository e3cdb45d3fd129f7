"""The rows of a file, one after the other: CSV, JSON lines, XLSX. Blocking: for a thread."""

import csv
import io
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import IO, Any
from zipfile import BadZipFile, ZipFile

from services.intake.doors.findings import Finding, Refused
from services.intake.uploads.encoding import detect
from services.intake.uploads.forms import FORMS, Format, Kind
from services.intake.uploads.mapping import Mapping
from services.intake.uploads.values import Cell, is_empty

MOST_COLUMNS = 500
MOST_UNPACKED = 2 << 30
"""Bytes of an XLSX file unpacked: a small one can hold a very large one."""
_DELIMITERS = ",;\t|"


@dataclass(frozen=True, slots=True)
class Row:
    """A row by the names of its columns; with findings where it cannot be read."""

    line: int
    cells: dict[str, Cell] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class Opened:
    """A file whose form was found to be sound."""

    rows: Iterator[Row]
    lines: int


def open_rows(file: IO[bytes], form: Format, kind: Kind, mapping: Mapping) -> Opened:
    """Begin to read. Refused, with the line, where the file as a whole cannot be read."""
    if form is Format.XLSX:
        return _sheet(file, kind, mapping)
    codec, lines = detect(file, mapping.encoding)
    if lines == 0:
        raise _refused(1, "file", "the file is empty", "Upload a file with a header and rows.")
    file.seek(0)
    text = io.TextIOWrapper(file, encoding=codec, newline="")
    if form is Format.JSONL:
        return Opened(_objects(text), lines)
    delimiter = mapping.delimiter or _delimiter_of(text, mapping)
    text.seek(0)
    reader = csv.reader(text, delimiter=delimiter, strict=True)
    try:
        header = next(reader, [])
    except csv.Error:
        remedy = "Look for a quote that is not closed."
        raise _refused(1, "header", "the header cannot be read", remedy) from None
    names = check_header(header, kind, mapping)
    return Opened(_records(reader, names), lines)


def check_header(header: Sequence[Any], kind: Kind, mapping: Mapping) -> list[str]:
    """The names of the columns. Refused where one is there twice or a needed one is not."""
    names = ["" if name is None else str(name).strip() for name in header]
    while names and not names[-1]:
        names.pop()
    findings = [
        Finding(name[:100], "this column is there more than once", "Rename or remove all but one of them.")
        for name, count in Counter(name for name in names if name).items()
        if count > 1
    ]
    for each in FORMS[kind]:
        column = mapping.column(each.name)
        mapped = each.name in mapping.columns
        if column not in names and each.name not in mapping.constants and (each.required or mapped):
            remedy = f"Add the column, or map another one to {each.name} (`columns`, `constants`)."
            findings.append(Finding(column, "this column is missing", remedy))
    if len(names) > MOST_COLUMNS:
        findings.append(Finding("header", f"it has more than {MOST_COLUMNS} columns", "Remove columns."))
    if findings:
        raise Refused({1: findings})
    return names


def _delimiter_of(text: IO[str], mapping: Mapping) -> str:
    header = text.readline()
    wanted = set(mapping.columns.values())
    return max(
        _DELIMITERS,
        key=lambda mark: (sum(name in header.split(mark) for name in wanted), header.count(mark)),
    )


def _records(reader: Any, names: list[str]) -> Iterator[Row]:
    while True:
        line = reader.line_num + 1
        try:
            record = next(reader, None)
        except csv.Error:
            remedy = "Look for a quote that is not closed; what follows was not read."
            yield Row(line, findings=(Finding("row", "the row cannot be read", remedy),))
            return
        if record is None:
            return
        if record:
            yield _row(line, record, names)


def _row(line: int, record: Sequence[Cell], names: list[str]) -> Row:
    surplus = [cell for cell in record[len(names) :] if not is_empty(cell)]
    if len(record) < len(names) or surplus:
        message = f"the row has {len(record)} cells, the header {len(names)}"
        remedy = "Put texts that hold the delimiter into quotes; do not leave cells out."
        return Row(line, findings=(Finding("row", message, remedy),))
    return Row(line, dict(zip(names, record, strict=False)))


def _objects(text: IO[str]) -> Iterator[Row]:
    for line, written in enumerate(text, start=1):
        if not written.strip():
            continue
        try:
            found = json.loads(written, parse_float=Decimal, object_pairs_hook=_pairs)
        except _Twice as error:
            finding = Finding(str(error)[:100], "the name is there twice", "Leave one of them out.")
            yield Row(line, findings=(finding,))
            continue
        except (ValueError, RecursionError):
            found = None
        if isinstance(found, dict):
            yield Row(line, found)
        else:
            remedy = "Write one object of fields and values on each line."
            yield Row(line, findings=(Finding("row", "the line is no JSON object", remedy),))


class _Twice(ValueError):
    """A name of an object that is there twice."""


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise _Twice(name)
        found[name] = value
    return found


def _sheet(file: IO[bytes], kind: Kind, mapping: Mapping) -> Opened:
    # Loaded only where such a file is read.
    from openpyxl import load_workbook  # type: ignore[import-untyped]

    _check_size(file)
    try:
        book = load_workbook(file, read_only=True, data_only=True, keep_links=False)
        sheet = book[mapping.sheet] if mapping.sheet is not None else book.worksheets[0]
        rows = sheet.iter_rows(values_only=True)
        header = next(rows, ())
    except KeyError:
        remedy = "Say the name of a sheet that is there."
        raise _refused(1, "sheet", "the file has no such sheet", remedy) from None
    except Exception:  # whatever the library meets in a file that is none
        raise _not_xlsx() from None
    names = check_header(header, kind, mapping)
    return Opened(_cells(rows, names), sheet.max_row or 0)


def _check_size(file: IO[bytes]) -> None:
    file.seek(0)
    try:
        with ZipFile(file) as archive:
            unpacked = sum(entry.file_size for entry in archive.infolist())
    except (BadZipFile, OSError, NotImplementedError):
        raise _not_xlsx() from None
    if unpacked > MOST_UNPACKED:
        raise _refused(1, "file", "the file is too large unpacked", "Split it, or upload it as CSV.")
    file.seek(0)


def _cells(rows: Iterator[Sequence[Cell]], names: list[str]) -> Iterator[Row]:
    for line, record in enumerate(rows, start=2):
        if not all(is_empty(cell) for cell in record):
            padded = [*record, *[None] * (len(names) - len(record))]
            yield _row(line, padded, names)


def _not_xlsx() -> Refused:
    return _refused(1, "file", "the file is no XLSX workbook", "Save it as .xlsx, or upload it as CSV.")


def _refused(line: int, field: str, message: str, remedy: str) -> Refused:
    return Refused({line: [Finding(field, message, remedy)]})
