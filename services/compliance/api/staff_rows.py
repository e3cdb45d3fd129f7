"""Rows of an upload, as JSON lines or CSV, each read or told why not."""

import csv
import io
import json
from collections.abc import Iterator, Sequence
from typing import Any, Generic, NamedTuple, TypeVar

from pydantic import BaseModel, Field, ValidationError

from shared.web.problems import BadRequest, Problem

R = TypeVar("R", bound=BaseModel)

CSV, JSON_LINES = "text/csv", "application/x-ndjson"
MOST_ROWS = 5_000
_REMEDIES = {
    "missing": "Give a value",
    "extra_forbidden": "Leave it out; the schema of the single request lists the fields",
    "enum": "Use one of the words that the message lists",
    "timezone_aware": "Write it with its offset, such as 2026-03-02T09:00:00+08:00",
    "string_pattern_mismatch": "Write it as the message says",
}
_REMEDY = "Correct the value as the message says"


class RowError(BaseModel):
    """Why a row was not taken."""

    line: int = Field(description="Of the file, from 1")
    field: str
    message: str
    remedy: str


class Row(NamedTuple, Generic[R]):
    """A row that can be read."""

    line: int
    said: R


def read_rows(body: bytes, content_type: str, kind: type[R]) -> tuple[list[Row[R]], list[RowError]]:
    """The rows of an upload that can be read, and what is wrong with the others. Raises Problem."""
    media = content_type.partition(";")[0].strip().lower()
    if media not in (CSV, JSON_LINES):
        detail = f"Send {JSON_LINES} or {CSV}."
        raise Problem(415, "unsupported-media-type", "This kind of file is not read", detail)
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise BadRequest("The file is not UTF-8.", slug="invalid-text") from None
    if "\0" in text:
        raise BadRequest("The file contains a NUL character.", slug="invalid-text")
    good: list[Row[R]] = []
    bad: list[RowError] = []
    for line, values in _of_csv(text) if media == CSV else _of_json_lines(text):
        if len(good) + len(bad) >= MOST_ROWS:
            raise BadRequest(f"At most {MOST_ROWS} rows are taken at once.", slug="too-many-rows")
        if isinstance(values, RowError):
            bad.append(values)
            continue
        try:
            good.append(Row(line, kind.model_validate_json(json.dumps(values))))
        except ValidationError as error:
            bad += [_row_error(line, wrong) for wrong in error.errors(include_input=False, include_url=False)]
    return good, bad


def once(rows: Sequence[Row[R]], name: str) -> tuple[list[Row[R]], list[RowError]]:
    """The first row of each value of a field; the others are errors."""
    seen: dict[Any, int] = {}
    errors = []
    for line, said in rows:
        first = seen.setdefault(getattr(said, name), line)
        if first != line:
            errors.append(
                RowError(
                    line=line, field=name, message=f"Line {first} names it too", remedy="Keep one of the two"
                )
            )
    lines = set(seen.values())
    return [row for row in rows if row.line in lines], errors


def _of_json_lines(text: str) -> Iterator[tuple[int, dict[str, Any] | RowError]]:
    for line, row in enumerate(text.split("\n"), 1):
        if not row.strip():
            continue
        try:
            values = json.loads(row)
        except (ValueError, RecursionError):
            values = None
        if isinstance(values, dict):
            yield line, values
        else:
            yield (
                line,
                RowError(
                    line=line,
                    field="",
                    message="The line is no JSON object",
                    remedy="Write one object a line",
                ),
            )


def _of_csv(text: str) -> Iterator[tuple[int, dict[str, Any] | RowError]]:
    reader = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    try:
        for row in reader:
            line = reader.line_num
            if None in row or None in row.values():
                remedy = "Give every line as many cells as the first, which names the fields"
                message = "The line has more or fewer cells than the first line"
                yield line, RowError(line=line, field="", message=message, remedy=remedy)
            else:
                yield line, {name: value for name, value in row.items() if value != ""}
    except csv.Error:
        message, remedy = "The line is no CSV", "Write quotes in a quoted cell twice"
        yield reader.line_num, RowError(line=reader.line_num, field="", message=message, remedy=remedy)


def _row_error(line: int, wrong: Any) -> RowError:
    name = ".".join(str(part) for part in wrong["loc"])
    return RowError(line=line, field=name, message=wrong["msg"], remedy=_REMEDIES.get(wrong["type"], _REMEDY))
