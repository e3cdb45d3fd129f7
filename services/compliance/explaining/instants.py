"""Instants as people write them in a request file."""

import re
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from services.compliance.domain.packs.zones import is_zone
from services.compliance.explaining.wrong import WrongFile

FIELDS = frozenset({"at", "given_at", "placed_at", "since", "until", "valid_until"})
"""The fields that hold an instant, wherever they stand."""

_WITH_ZONE = re.compile(r"^(?P<local>[^\[]+)\[(?P<zone>[^\]]+)\]$")
_FIRST_YEAR, _LAST_YEAR = 1970, 2199
_REMEDY = (
    'Write "2026-07-07T18:00:00Z", with an offset "2026-07-07T14:00:00-04:00", '
    'or with a zone "2026-07-07T14:00[America/New_York]"'
)


def read_instant(text: str, field: str) -> datetime:
    """The instant in UTC. Raises WrongFile where it is none, or not told by whose clock."""
    named = _WITH_ZONE.match(text)
    try:
        at = datetime.fromisoformat(named["local"] if named else text)
    except ValueError:
        raise WrongFile(field, f'"{text}" is no instant', _REMEDY) from None
    if named and not is_zone(named["zone"]):
        raise WrongFile(field, f'"{named["zone"]}" is no IANA time zone', _REMEDY)
    if named and at.tzinfo is None:
        at = at.replace(tzinfo=ZoneInfo(named["zone"]))
    if at.tzinfo is None:
        raise WrongFile(field, f'"{text}" does not say by whose clock', _REMEDY)
    if not _FIRST_YEAR <= at.year <= _LAST_YEAR:
        raise WrongFile(field, f'"{text}" lies outside {_FIRST_YEAR} to {_LAST_YEAR}', _REMEDY)
    return at.astimezone(UTC)


def with_instants(value: Any, path: str = "") -> Any:
    """The same JSON value with the instants in it read; what is no text is left for the types to refuse."""
    if isinstance(value, list):
        return [with_instants(part, f"{path}[{number}]") for number, part in enumerate(value)]
    if not isinstance(value, dict):
        return value
    return {name: _field(name, part, f"{path}.{name}".lstrip(".")) for name, part in value.items()}


def _field(name: str, value: Any, path: str) -> Any:
    if name in FIELDS and isinstance(value, str):
        return read_instant(value, path)
    if name in FIELDS and isinstance(value, list):
        parts = enumerate(value)
        return [read_instant(p, f"{path}[{n}]") if isinstance(p, str) else p for n, p in parts]
    return with_instants(value, path)
