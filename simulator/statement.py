"""A provider's statement: what it took, whoever sent it, page by page from its own book."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Annotated
from urllib.parse import parse_qsl

import msgspec

from shared.contracts.base import Instant
from simulator.message_book import Line, MessageBook
from simulator.web import Response, answer

_MOST = 1000
_LINES_AT_ONCE = 20_000


class _Query(msgspec.Struct, rename={"first": "from"}, forbid_unknown_fields=True):
    first: Instant
    to: Instant
    after: Annotated[int, msgspec.Meta(ge=0)] = 0
    limit: Annotated[int, msgspec.Meta(ge=1, le=_MOST)] = _MOST


class _Record(msgspec.Struct):
    message_id: str
    idempotency_key: str
    reference: str
    to_sha256: str
    sent_at: datetime
    state: str


class _Page(msgspec.Struct):
    records: list[_Record]
    next: int | None


_decode_line = msgspec.json.Decoder(Line).decode


class Statements:
    """The messages of one channel in `book`; a page's cursor is a place in the book's file."""

    def __init__(self, book: MessageBook, channel: str) -> None:
        self._book = book
        self._channel = channel

    async def statement(self, query: bytes) -> Response:
        """GET /statement."""
        wanted = msgspec.convert(dict(parse_qsl(query.decode())), _Query, strict=False)
        return answer(self._page(wanted))

    def _page(self, wanted: _Query) -> _Page:
        first, to = wanted.first.astimezone(UTC), wanted.to.astimezone(UTC)
        self._book.flush()
        begin, end = self._book.extent(first.date(), to.date())
        place = max(begin, wanted.after)
        records: list[_Record] = []
        for after, line in self._lines(place, end):
            place = after
            if line.channel == self._channel and first <= line.at < to:
                records.append(_record(line))
            if len(records) == wanted.limit:
                break
        return _Page(records, place if place < end else None)

    def _lines(self, begin: int, end: int) -> Iterator[tuple[int, Line]]:
        """Lines from `begin`, at most so many that others are not kept waiting, with where each ends."""
        with self._book.path.open("rb") as file:
            file.seek(begin)
            for _ in range(_LINES_AT_ONCE):
                if file.tell() >= end:
                    return
                line = file.readline()
                yield file.tell(), _decode_line(line)


def _record(line: Line) -> _Record:
    return _Record(line.provider_id, line.permit_id, line.reference, line.to_sha256, line.at, line.state)
