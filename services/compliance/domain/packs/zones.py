"""IANA time zones by name."""

from functools import lru_cache
from zoneinfo import available_timezones

_NO_PLACES = frozenset({"Factory", "localtime"})


@lru_cache(maxsize=1)
def zone_names() -> frozenset[str]:
    """The zones that the time zone data know."""
    return frozenset(available_timezones()) - _NO_PLACES


def is_zone(name: str) -> bool:
    """Whether there is such a zone."""
    return name in zone_names()
