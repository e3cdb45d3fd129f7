"""Types of what callers send, with the limits of what a database can hold.

JSON is read leniently by default: `true` becomes 1 and "5" becomes 5, while the published schema says
integer. The whole numbers here take what the schema allows (5 and 5.0) and nothing else.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field
from pydantic_core import PydanticCustomError

_INT32 = 2**31 - 1
_INT64 = 2**63 - 1


class Input(BaseModel):
    """A request body; unknown members are refused instead of being ignored."""

    model_config = ConfigDict(extra="forbid")


def _number(value: object) -> object:
    if isinstance(value, bool | str):
        raise PydanticCustomError("int_type", "Input should be a valid integer")
    return value


Identifier = Annotated[str, Field(min_length=1, max_length=200)]
"""An id in a path, a query or a body; unknown ones are the route's 404."""

ShortText = Annotated[str, Field(min_length=1, max_length=200)]
LongText = Annotated[str, Field(max_length=4000)]

# The limits stand before the validator: behind it, pydantic leaves them out of the published schema.
Count = Annotated[int, Field(ge=0, le=_INT32), BeforeValidator(_number)]
"""A whole number in a JSON body."""

MinorUnits = Annotated[int, Field(ge=0, le=_INT64), BeforeValidator(_number)]
"""An amount of money in a JSON body, in the currency's minor unit."""
