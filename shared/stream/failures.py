"""Which failures pass by themselves: everything else is the record's fault."""

import asyncio

from sqlalchemy.exc import DBAPIError, InterfaceError
from sqlalchemy.exc import TimeoutError as PoolTimeout

# Connection, serialization and deadlock, resources, operator intervention, lock not available.
_TRANSIENT_CLASSES = ("08", "53", "57", "58")
_TRANSIENT_STATES = frozenset({"40001", "40P01", "55P03", "25P03"})


def is_transient(error: BaseException) -> bool:
    """Whether trying the same thing again, unchanged, can succeed.

    Source: PostgreSQL error codes, appendix A.
    """
    if isinstance(error, DBAPIError):
        if error.connection_invalidated or isinstance(error, InterfaceError):
            return True
        state = getattr(error.orig, "sqlstate", None) or ""
        return state in _TRANSIENT_STATES or state[:2] in _TRANSIENT_CLASSES or not state
    return isinstance(error, OSError | TimeoutError | asyncio.TimeoutError | PoolTimeout)


def explain(error: BaseException) -> str:
    """One line about a failure, without bound values."""
    if isinstance(error, DBAPIError):
        state = getattr(error.orig, "sqlstate", None)
        return f"the database refused it ({type(error.orig).__name__}, SQLSTATE {state})"
    return f"{error}" if isinstance(error, ValueError) else f"{type(error).__name__}: {error}"[:500]
