"""Keyset paging: `?limit=` and an opaque `?cursor=` that holds the sort key of the last item shown.

@router.get("/cases")
async def cases(page: Annotated[Paging, paging()], ...) -> Page[CaseView]:
    rows = await store.cases(connection, after=page.after(datetime, str), limit=page.fetch)
    return page.of(rows, key=lambda row: (row.opened_at, row.case_id), item=CaseView.from_row)
"""

import json
from base64 import b64decode, urlsafe_b64encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Annotated, Any, Generic, TypeVar, overload

from fastapi import Depends, Query
from pydantic import BaseModel, Field

from shared.web.problems import BadRequest

T = TypeVar("T")
R = TypeVar("R")
A = TypeVar("A")
B = TypeVar("B")
C = TypeVar("C")

_MAX_CURSOR = 1000
_INT64 = range(-(2**63), 2**63)


class Page(BaseModel, Generic[T]):
    """One page of a list."""

    items: list[T]
    next: str | None = Field(default=None, description="The cursor of the next page; null on the last one")


@dataclass(frozen=True, slots=True)
class Paging:
    """What the caller asked for."""

    limit: int
    cursor: str | None = None

    @property
    def fetch(self) -> int:
        """How many rows to load: one more than shown, to know whether there is a next page."""
        return self.limit + 1

    @overload
    def after(self, first: type[A], /) -> tuple[A] | None: ...
    @overload
    def after(self, first: type[A], second: type[B], /) -> tuple[A, B] | None: ...
    @overload
    def after(self, first: type[A], second: type[B], third: type[C], /) -> tuple[A, B, C] | None: ...
    def after(self, *types: type[Any]) -> tuple[Any, ...] | None:
        """The sort key to continue after, read as these types; None on the first page; BadRequest otherwise.

        Types: str, int, bool, Decimal, date, datetime (with a time zone).
        """
        if not self.cursor:
            return None
        try:
            return _decode(self.cursor, types)
        except (ValueError, InvalidOperation, RecursionError):
            raise BadRequest("The cursor is not one of this list.", slug="bad-cursor") from None

    def of(self, rows: Sequence[R], key: Callable[[R], tuple[Any, ...]], item: Callable[[R], T]) -> Page[T]:
        """The page from up to `fetch` rows in order; `key` gives the sort key, `item` the view of a row."""
        shown = rows[: self.limit]
        more = len(rows) > self.limit
        return Page(items=[item(row) for row in shown], next=encode_cursor(key(shown[-1])) if more else None)


def paging(default: int = 50, maximum: int = 200) -> Any:
    """Dependency giving a Paging, as in `Annotated[Paging, paging()]`; no `Depends` around it."""

    def parse(
        limit: Annotated[int, Query(ge=1, le=maximum, description="Items on a page")] = default,
        cursor: Annotated[
            str | None,
            Query(max_length=_MAX_CURSOR, json_schema_extra={"format": "cursor"}, description="From `next`"),
        ] = None,
    ) -> Paging:
        return Paging(limit, cursor)

    return Depends(parse)


def encode_cursor(key: tuple[Any, ...]) -> str:
    """A sort key as opaque text."""
    values = [part if isinstance(part, str | int) else _text(part) for part in key]
    return urlsafe_b64encode(json.dumps(values, separators=(",", ":")).encode()).decode().rstrip("=")


def _text(part: object) -> str:
    if isinstance(part, date):
        return part.isoformat()
    if isinstance(part, Decimal):
        return str(part)
    raise TypeError(f"a sort key cannot hold {type(part).__name__}")


def _decode(cursor: str, types: tuple[type[Any], ...]) -> tuple[Any, ...]:
    raw = b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
    values = json.loads(raw)
    if not isinstance(values, list) or len(values) != len(types):
        raise ValueError("another sort key")
    return tuple(_read(value, expected) for value, expected in zip(values, types, strict=True))


def _read(value: object, expected: type[Any]) -> object:
    if expected in (bool, int):
        if type(value) is not expected or value not in _INT64:
            raise ValueError("not a number of that kind")
        return value
    if not isinstance(value, str) or "\0" in value:
        raise ValueError("not a text")
    value.encode()
    return _READERS[expected](value)


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.utcoffset() is None:
        raise ValueError("a time without a zone")
    try:
        return moment.astimezone(UTC)
    except OverflowError:  # the first or last hours of the calendar, seen from another zone
        raise ValueError("a time that no zone can hold") from None


def _decimal(text: str) -> Decimal:
    number = Decimal(text)
    if not number.is_finite() or abs(number.adjusted()) > 40:
        raise ValueError("not a usable number")
    return number


_READERS: dict[type[Any], Callable[[str], Any]] = {
    str: str,
    Decimal: _decimal,
    date: date.fromisoformat,
    datetime: _moment,
}
