"""Records in a file, as providers send them that have no statement: JSON lines, or CSV with names on top."""

import csv
import io
import json
from collections.abc import Iterator
from enum import StrEnum
from typing import NamedTuple

import msgspec

from services.compliance.providers.statement import StatementRecord

_decode = msgspec.json.Decoder(StatementRecord).decode
_NOT_TEXT = "it is not UTF-8"


class Form(StrEnum):
    """The forms of a file, by media type."""

    CSV = "text/csv"
    JSON_LINES = "application/x-ndjson"


class Row(NamedTuple):
    """A line of the file, from 1 on: the record, or what is wrong with it, without what it says."""

    line: int
    record: StatementRecord | None
    problem: str | None = None


class UnreadableFileError(Exception):
    """Nothing of the file can be read."""


def read_rows(data: bytes, form: Form) -> Iterator[Row]:
    """The rows of a file. Raises UnreadableFileError where a CSV has no usable first line."""
    return _json_lines(data) if form is Form.JSON_LINES else _csv(data)


def _json_lines(data: bytes) -> Iterator[Row]:
    for number, line in enumerate(data.split(b"\n"), 1):
        if not line.strip():
            continue
        try:
            yield Row(number, _decode(line))
        except msgspec.ValidationError as error:
            yield Row(number, None, str(error))
        except (msgspec.DecodeError, UnicodeDecodeError):
            yield Row(number, None, "it is not JSON")


def _csv(data: bytes) -> Iterator[Row]:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UnreadableFileError(_NOT_TEXT) from None
    reader = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    try:
        names = reader.fieldnames or []
        if not {"message_id", "sent_at"} <= set(names):
            raise UnreadableFileError("its first line does not name message_id and sent_at")
        while True:
            try:
                fields = next(reader)
            except StopIteration:
                return
            yield _row(reader.line_num, fields)
    except csv.Error:
        raise UnreadableFileError(f"line {reader.line_num} is not CSV") from None


def _row(line: int, fields: dict[str | None, str | None]) -> Row:
    if None in fields or None in fields.values():
        return Row(line, None, "it has not as many fields as the first line names")
    # Through JSON, so that both forms are read, and refused, alike.
    said = {name: value for name, value in fields.items() if value}
    try:
        return Row(line, _decode(json.dumps(said)))
    except msgspec.ValidationError as error:
        return Row(line, None, str(error))
