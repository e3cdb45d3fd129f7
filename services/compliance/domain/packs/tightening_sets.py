"""Comparing lists of which `any` is the widest."""

from collections.abc import Collection

from services.compliance.domain.packs.schema import ANY


def as_wide(new: Collection[str] | str, old: Collection[str] | str) -> bool:
    """Whether `new` holds everything that `old` does."""
    if new == ANY:
        return True
    return old != ANY and set(old) <= set(new)


def fewer(new: Collection[str] | str, old: Collection[str] | str) -> str:
    """What `new` lacks of `old`, as text; empty where it lacks nothing."""
    if as_wide(new, old):
        return ""
    return "all others" if old == ANY else ", ".join(sorted(str(item) for item in set(old) - set(new)))
