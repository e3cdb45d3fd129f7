"""JSONL: a CloudEvent in structured form on each line."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from recoup.imports.opening import opened
from recoup.imports.rows import BankEvent, Item, Progress, Rejected, build, field_of, reason_of
from shared.contracts import corebank

_TYPES = {event.type_: event for event in corebank.EVENTS}
PROGRESS_EVERY = 1000


class _Line(msgspec.Struct):
    id: str
    type: str
    data: dict[str, Any]
    source: str = "/import/jsonl"
    time: str = ""


_decoder = msgspec.json.Decoder(_Line)


class EventLines:
    """`{"id": "...", "type": "corebank.payment.posted.v1", "time": "...", "data": {...}}` on each line."""

    passes = 1

    def read(self, path: Path) -> Iterator[Item]:
        with opened(path) as (text, raw):
            for number, line in enumerate(text, start=1):
                if line.strip():
                    yield _item(path, number, line)
                if number % PROGRESS_EVERY == 0:
                    yield Progress(raw.tell())


def _item(path: Path, number: int, line: str) -> Item:
    try:
        entry = _decoder.decode(line.encode("utf-8", "surrogateescape"))
        kind = _TYPES.get(entry.type)
        if kind is None:
            known = ", ".join(_TYPES)
            return Rejected(path.name, number, "type", f"{entry.type!r} is none of {known}", line)
        event = build(kind, entry.data)
    except (msgspec.MsgspecError, ValueError) as error:
        return Rejected(path.name, number, field_of(error), reason_of(error), line)
    key = getattr(event, "account_id", None) or event.customer_id  # type: ignore[attr-defined]
    return BankEvent(entry.id, entry.source, key, entry.time, event)
