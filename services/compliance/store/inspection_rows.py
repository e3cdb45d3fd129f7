"""Reading rows of the inspection tables as the structs whose fields are their columns."""

from typing import Any, TypeVar

import msgspec
from sqlalchemy import Row

T = TypeVar("T")


def read(row: Row[Any], kind: type[T]) -> T:
    """The row as a struct."""
    # Names of columns may be of a subclass of str, which msgspec takes for something else.
    return msgspec.convert({str(name): value for name, value in row._mapping.items()}, kind)
