"""What all events share: the struct, the validated scalar types, money."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, ClassVar

import msgspec

Id = Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
"""An opaque identifier. It never carries personal data, for it appears in keys, logs and URLs."""

Currency = Annotated[str, msgspec.Meta(pattern="^[A-Z]{3}$")]
"""ISO 4217 alphabetic code."""

Instant = Annotated[datetime, msgspec.Meta(tz=True)]
"""A moment with its offset; RFC 3339 on the wire."""

Day = date
LARGEST_AMOUNT = Decimal(10) ** 15


class Event(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A fact that happened, in the past tense. Fields are only ever added, never renamed or removed."""

    type_: ClassVar[str] = ""


class Part(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A value inside an event."""


class Money(Part, frozen=True, kw_only=True):
    """An exact amount of one currency, zero or more, with at most two decimals."""

    amount: Decimal
    currency: Currency

    def __post_init__(self) -> None:
        check_amount("amount", self.amount)


def check_amount(field: str, amount: Decimal) -> None:
    """Refuse an amount that is negative, absurdly large, not finite, or finer than a cent.

    Raises ValueError with a sentence that names the field; the decoder turns it into a dead letter.
    """
    if not amount.is_finite():
        raise ValueError(f"{field} must be a finite number")
    if amount < 0:
        raise ValueError(f"{field} must not be negative")
    if amount >= LARGEST_AMOUNT:
        raise ValueError(f"{field} must be below {LARGEST_AMOUNT:f}")
    if amount.as_tuple().exponent < -2:  # type: ignore[operator]  # finite, so the exponent is a number
        raise ValueError(f"{field} must have at most two decimals")
