"""Duties in a pack that gate no contact: how long something is kept, and by when something is due."""

from typing import Literal

import msgspec

from services.compliance.domain.packs.said import Said
from shared.contracts.decisions import Force
from shared.contracts.vocabulary import Product


class Retention(Said, frozen=True, kw_only=True):
    """How long something is kept: an ISO 8601 period from an event, or `until_settled`. The longest wins.

    `at_most`, a period from the same event, says when it has to go even though it may still be of use; the
    shortest wins, but never against a duty to keep.
    """

    what: str
    keep: str
    cite: str
    from_: str | None = msgspec.field(name="from", default=None)
    product: Product | None = None
    at_most: str | None = None
    force: Force = Force.LAW
    confidence: Literal["A", "B", "C"] = "B"


class Deadline(Said, frozen=True, kw_only=True):
    """When something is due after an event: ISO 8601, `P10BD` in business days, `P5BD+P30D` in turn.

    `extend` are later ends, counted from the event as well. `last_day` says what becomes of an end that falls
    on a day off: nothing, or the day after the days off takes its place.
    """

    event: str
    due: str
    cite: str
    extend: tuple[str, ...] = ()
    last_day: Literal["as_is", "after_days_off"] = "as_is"
    product: Product | None = None
    force: Force = Force.LAW
    confidence: Literal["A", "B", "C"] = "B"
