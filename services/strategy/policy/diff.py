"""What differs between two policies, field by field: segments by their name, steps by their number."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple


class Change(NamedTuple):
    """A field that differs; None: it is not there."""

    path: str
    before: Any
    after: Any


def changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Change]:
    """The fields in which two documents differ, in the order in which they stand."""
    return list(_changes(before, after, ""))


def _changes(before: Any, after: Any, path: str) -> Iterator[Change]:
    if before == after:
        return
    one, other = _named(before), _named(after)
    if one is None or other is None:
        yield Change(path, before, after)
        return
    if list(one) != list(other) and set(one) == set(other) and isinstance(before, list):
        yield Change(f"{path}.order", [*one], [*other])
    for name in {**one, **other}:
        below = f"{path}[{name}]" if isinstance(before, list) else f"{path}.{name}".lstrip(".")
        yield from _changes(one.get(name), other.get(name), below)


def _named(value: Any) -> dict[str, Any] | None:
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, list) and all(isinstance(item, Mapping) for item in value):
        return {
            str(item.get("name", item.get("step", place))): item for place, item in enumerate(value)
        } or None
    return None
